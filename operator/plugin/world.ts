/**
 * What a command may touch, handed in: two streams, a person, time, files. Decides nothing; tests bring
 * their own.
 */
import type { Clock } from '../runtime/clock.ts'

export interface Stream {
  write(text: string): void
  /** A person sees it as it comes. */
  readonly isTerminal: boolean
}

export interface World {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Results, and nothing else. */
  readonly out: Stream
  /** Progress, remarks, failures. */
  readonly err: Stream
  /**
   * Asks the person at the terminal; undefined: there is none. Answers undefined when the question was
   * interrupted or the input ended.
   */
  readonly ask: ((question: string) => Promise<string | undefined>) | undefined
  /** The text of a file, or of standard input for `-`. Throws what Node.js throws. */
  readonly read: (path: string) => Promise<string>
  readonly clock: Clock
  /** [0, 1) */
  readonly random: () => number
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  readonly version: string
}

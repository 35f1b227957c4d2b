/** Waits on conditions, with words for what did not come true. The only timers of the demo's logic. */
import { setTimeout as sleep } from 'node:timers/promises'

/** Something that was waited for did not come; the message says what, in plain words. */
export class Unfinished extends Error {
  override readonly name = 'Unfinished'
}

export interface Wait {
  /** Completes the sentence "waiting until …". */
  readonly until: string
  /** How it stands now, in words, for the case that it never comes true. */
  readonly found: () => string
  readonly signal: AbortSignal
}

/** Resolves after so many milliseconds, or at once when the signal comes. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined)
}

const unfinished = (wait: Wait): Unfinished =>
  new Unfinished(`still waiting until ${wait.until}; ${wait.found()}`)

/** Looks now and after each change, until there is an answer. */
export function untilChanged<T>(
  wait: Wait,
  look: () => T | undefined,
  onChange: (listener: () => void) => () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (then: () => void): void => {
      stop()
      wait.signal.removeEventListener('abort', abort)
      then()
    }
    const abort = (): void => end(() => reject(unfinished(wait)))
    const check = (): void => {
      const answer = look()
      if (answer !== undefined) end(() => resolve(answer))
    }
    const stop = onChange(check)
    wait.signal.addEventListener('abort', abort)
    if (wait.signal.aborted) abort()
    else check()
  })
}

/** Asks again and again, `everyMs` apart, until there is an answer: for what nobody announces. */
export async function untilAnswered<T>(
  wait: Wait,
  look: () => Promise<T | undefined>,
  everyMs: number,
): Promise<T> {
  while (!wait.signal.aborted) {
    const answer = await look()
    if (answer !== undefined) return answer
    await pause(everyMs, wait.signal)
  }
  throw unfinished(wait)
}

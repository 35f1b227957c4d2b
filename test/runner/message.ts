/** What a process that runs tests tells the one that started it, and is told by it. */

/** Handed to a child of the runner, as its one argument, in JSON. */
export interface Task {
  /** Paths from the project's root, in the order in which they run. */
  readonly files: readonly string[]
  readonly seed: number
  /** For a test that asks for no other. */
  readonly testSeconds: number
}

/** A failure, named so that one finds it. */
export interface Failure {
  readonly file: string
  /** The suite and the test, as far as known: `plan › takes hold before it touches Azure`. */
  readonly test: string
  /** Its first line says what is wrong. */
  readonly message: string
}

export type Message =
  /** The named test (or file being loaded) begins, and ends within `seconds`, or by force. */
  | { readonly is: 'begin'; readonly file: string; readonly test: string; readonly seconds: number }
  | { readonly is: 'failure'; readonly failure: Failure }
  /** A file is over; the counts are those that uvu gave. */
  | {
      readonly is: 'file'
      readonly file: string
      readonly passed: number
      readonly failed: number
      readonly skipped: readonly string[]
    }
  /** All files are over. */
  | { readonly is: 'end' }

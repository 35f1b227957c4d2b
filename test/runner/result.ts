/** The outcome of some tests, and how outcomes add up. */
import type { Failure } from './message.ts'

export interface Result {
  readonly passed: number
  readonly failures: readonly Failure[]
  /** Names of tests that were not to run. */
  readonly skipped: readonly string[]
}

export const nothing: Result = { passed: 0, failures: [], skipped: [] }

export const add = (a: Result, b: Result): Result => ({
  passed: a.passed + b.passed,
  failures: [...a.failures, ...b.failures],
  skipped: [...a.skipped, ...b.skipped],
})

/** The line that ends every run, alone on its line. */
export const totals = ({ passed, failures, skipped }: Result): string =>
  `${passed} passed, ${failures.length} failed, ${skipped.length} skipped`

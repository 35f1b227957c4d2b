/**
 * When a write is tried again. Remembered in the process only: losing it costs one repeat of a write
 * that does no harm when repeated. Decides about time, never about what is right to write.
 */

import type { Outcome } from '../azure/action.ts'
import type { ArmError } from '../azure/error.ts'

/** The last try to write a decision on one connection. */
export interface Attempt {
  /** Tries in a row that have not led to the outcome. */
  readonly count: number
  /** ms since the epoch of the last one. */
  readonly at: number
  /** ms since the epoch; before it nothing is sent again. */
  readonly nextAt: number
  /** `sent`: Azure took it, or may have. Otherwise why it was refused. */
  readonly result: 'sent' | ArmError
}

/** By connection name in lower case. */
export type Attempts = ReadonlyMap<string, Attempt>

interface Pace {
  readonly inFlightMs: number
  readonly resyncMs: number
}

const minute = 60_000
const hour = 60 * minute
const quarter = 15 * minute

/**
 * How long a write may take to show, ms. Azure takes 10 to 60 s, and reads lag (recorded by Azure CLI,
 * 2023 and 2026); where Azure is looked at more often than every 5 s, its time runs faster.
 */
export const settleMs = ({ inFlightMs }: Pace): number =>
  Math.min(12 * inFlightMs, Math.max(minute, 2 * inFlightMs))

const doubled = (ms: number, times: number, most: number): number =>
  Math.min(ms * 2 ** Math.min(times, 30), most)

/** After an outcome; undefined where nothing was sent, so that nothing need be waited for. */
export function attemptAfter(
  outcome: Outcome,
  before: Attempt | undefined,
  now: number,
  pace: Pace,
): Attempt | undefined {
  const count = (before?.count ?? 0) + 1
  switch (outcome.is) {
    case 'accepted':
    case 'unknown': {
      const wait = doubled(settleMs(pace), count - 1, Math.max(quarter, settleMs(pace)))
      return { count, at: now, nextAt: now + wait, result: 'sent' }
    }
    case 'refused':
      return {
        count,
        at: now,
        nextAt: now + retryMs(outcome.error, count, pace),
        result: outcome.error,
      }
    case 'held':
    case 'guarded':
      return before
  }
}

/** ms until a refused request is tried again; `count` from 1. */
export function retryMs(error: ArmError, count: number, pace: Pace): number {
  switch (error.retry) {
    case 'throttle':
      return error.retryAfterMs ?? doubled(pace.inFlightMs, count, minute)
    case 'fast':
      return Math.max(error.retryAfterMs ?? 0, doubled(pace.inFlightMs, count - 1, minute))
    case 'slow':
      return doubled(pace.resyncMs, count - 1, hour)
    case 'user-fix':
      return Math.max(hour, pace.resyncMs)
  }
}

/** ms until the next look at a write that is under way: often at first, then less. */
export const pollMs = (attempt: Attempt | undefined, now: number, { inFlightMs }: Pace): number =>
  attempt === undefined
    ? inFlightMs
    : Math.min(Math.max((now - attempt.at) / 4, inFlightMs), Math.max(minute, inFlightMs))

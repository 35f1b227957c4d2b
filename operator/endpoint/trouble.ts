/**
 * What an error of Azure's means for an endpoint, and how soon the same write is tried again. Pure;
 * what class an error belongs to is decided in azure/verdict.ts.
 */
import type { Outcome } from '../azure/action.ts'
import type { ArmError } from '../azure/error.ts'
import { isLock } from './subnet-spacing.ts'

/** As Azure says it, its code included. */
export function inWords(error: ArmError): string {
  const { code, message } = error.after ?? error
  return message.includes(code) ? sentence(message) : sentence(`${code}: ${message}`)
}

export const sentence = (text: string): string => {
  const trimmed = text.trim()
  return trimmed === '' || /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`
}

/** The same write, refused so often in a row, and when it may be tried again. */
export interface Setback {
  readonly error: ArmError
  /** Of the object, when it was tried: another generation may be right at once. */
  readonly generation: number
  /** ms since the epoch. */
  readonly sinceMs: number
  readonly untilMs: number
  readonly times: number
  /** It waits for its turn, of which it is told. */
  readonly waits?: true
}

const second = 1_000
const minute = 60 * second

/** First delay, and the longest. */
const pace = {
  fast: [2 * second, minute],
  throttle: [5 * second, minute],
  slow: [minute, 60 * minute],
  'user-fix': [60 * minute, 60 * minute],
} as const

/**
 * @param times how often in a row, from 1
 * @param chance in [0, 1): spreads the tries of many objects over a fifth of the delay
 */
export function delayMs(error: ArmError, times: number, chance: number): number {
  // Our own limiter knows when it is this write's turn, and a place's line when it is tried again.
  if (error.retryAfterMs !== undefined && (error.code === 'Paced' || isLock(error)))
    return error.retryAfterMs
  const [first, longest] = pace[error.retry]
  const doubled = Math.min(longest, first * 2 ** Math.min(times - 1, 20))
  const asked = error.retryAfterMs ?? 0
  return Math.round(Math.max(doubled, asked) * (0.9 + 0.2 * chance))
}

/** Nothing was sent: that takes nothing back of what Azure has said before. */
const ours: readonly string[] = [
  'Paced',
  'LeaseLost',
  'ObjectChanged',
  'ChangedMeanwhile',
  'ZoneBeingMade',
]
/** Held back by ourselves, and not by an answer of Azure's to anybody. */
export const isHold = ({ code, after }: ArmError): boolean =>
  after === undefined && ours.includes(code)

const waiting = ({ code }: ArmError): { readonly waits?: true } =>
  code === 'Paced' ? { waits: true } : {}

export function nextSetback(
  before: Setback | undefined,
  error: ArmError,
  at: { readonly nowMs: number; readonly generation: number; readonly chance: number },
): Setback {
  if (before?.generation === at.generation && ours.includes(error.code) && !isHold(before.error)) {
    const { waits: _, ...said } = before
    return { ...said, untilMs: at.nowMs + delayMs(error, 1, at.chance), ...waiting(error) }
  }
  const again = before?.generation === at.generation && before.error.retry === error.retry
  const times = again ? before.times + 1 : 1
  return {
    error,
    generation: at.generation,
    sinceMs: again ? before.sinceMs : at.nowMs,
    untilMs: at.nowMs + delayMs(error, times, at.chance),
    times,
    ...waiting(error),
  }
}

/** What speaks against the deed having been done; undefined when Azure took it. */
export function errorOf(outcome: Outcome | undefined): ArmError | undefined {
  switch (outcome?.is) {
    case undefined:
    case 'accepted':
      return undefined
    case 'refused':
    case 'unknown':
    case 'held':
      return outcome.error
    case 'guarded':
      return outcome.seen.is === 'unreadable'
        ? outcome.seen.error
        : { code: 'ChangedMeanwhile', message: 'It has changed since it was read.', retry: 'fast' }
  }
}

/** One place that one may hold at a time, and the line before it; what happens there is for turns.ts. */
import { FairQueue, type Entry } from './fair-queue.ts'

export interface Place {
  /** An empty name keeps the place closed. */
  holder: string | undefined
  holderUntil: number
  /** Whose turn it is to take it, and until when it is kept. */
  next: { readonly who: string; readonly until: number } | undefined
  readonly line: FairQueue
  readonly waiting: Map<string, { readonly entry: Entry; askedAt: number }>
  freedAt: number | undefined
}

export const makePlace = (): Place => ({
  holder: undefined,
  holderUntil: 0,
  next: undefined,
  line: new FairQueue(),
  waiting: new Map(),
  freedAt: undefined,
})

export const isIdle = ({ holder, next, waiting }: Place): boolean =>
  holder === undefined && next === undefined && waiting.size === 0

/** When something happens there for those who wait, though nobody asks. */
export function movesAt({ holder, holderUntil, next, line }: Place, now: number): number {
  if (line.size === 0 && next === undefined) return Infinity
  return holder === undefined ? (next?.until ?? now) : holderUntil
}

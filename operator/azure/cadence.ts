/** How soon a list is read again: by how urgently its readers wait, how many they are, and its length. Pure. */

/** All in ms. */
export interface Cadence {
  /** How soon something new is expected while Azure works. */
  readonly inFlightMs: number
  /** Everything is seen within this. */
  readonly resyncMs: number
}

/** How urgently a reader waits: for an operation; for people, lately or for long; not at all. */
export type Urgency = 0 | 1 | 2 | 3
export const atRest: Urgency = 3

/** So many objects in flight are served once in the shortest time; more of them wait a little longer. */
const crowd = 30
const slowest = 10

/** @param maxAgeMs how old an answer the reader would take */
export function urgencyOf(maxAgeMs: number, { inFlightMs }: Cadence): Urgency {
  if (maxAgeMs <= inFlightMs) return 0
  if (maxAgeMs <= 3 * inFlightMs) return 1
  return maxAgeMs <= 6 * inFlightMs ? 2 : atRest
}

/**
 * ms from one reading to the next. With the usual settings a list of one page is read every second while
 * few objects are in flight, every ten while hundreds are, every four minutes at rest.
 * @param counts how many readers there are of each urgency
 * @param pages requests that the list takes: their rate is bounded, not only the list's
 */
export function intervalMs(
  [now, soon, later]: readonly [number, number, number, number],
  pages: number,
  { inFlightMs, resyncMs }: Cadence,
): number {
  // Found, told, looked at and mended within one resync.
  const rest = 0.8 * resyncMs
  const shortest = inFlightMs / 5
  const share = Math.min(slowest, Math.max(1, pages, now / crowd))
  if (now > 0) return Math.min(rest, shortest * share)
  if (soon > 0) return Math.min(rest, shortest * Math.max(10, pages))
  if (later > 0) return Math.min(rest, shortest * Math.max(30, pages))
  return rest
}

/** How patient a watch is. Constants with their reasons; tests bring shorter ones. */

export interface WatchSettings {
  /** Objects per page of a list. */
  readonly pageSize: number
  /** ms between full lists at most. */
  readonly relistMs: number
  /** Seconds after which the server ends a watch: at least, at most. It sends a bookmark just before. */
  readonly watchSeconds: readonly [number, number]
  /** ms of silence after which a watch is taken for dead; longer than a watch lasts. */
  readonly silenceMs: number
  /** ms of the pause after a failure: the first, the longest. */
  readonly pauseMs: readonly [number, number]
}

export const watchSettings: WatchSettings = {
  pageSize: 500,
  relistMs: 5 * 60_000,
  watchSeconds: [45, 55],
  silenceMs: 60_000,
  pauseMs: [1_000, 30_000],
}

/** How patient an election is. */

export interface LeaseSettings {
  /** ms that others wait after the last change of the record. */
  readonly leaseMs: number
  /** ms after which a holder that could not renew stops acting. */
  readonly renewMs: number
  /** ms between tries. */
  readonly retryMs: number
}

export const leaseSettings: LeaseSettings = { leaseMs: 15_000, renewMs: 10_000, retryMs: 2_000 }

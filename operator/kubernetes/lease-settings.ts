/** What an election is given, and how patient it is. */
import type { Transport } from './call.ts'
import type { Time } from './port.ts'

export interface LeaseSettings {
  /** ms that others wait after the last change of the record. */
  readonly leaseMs: number
  /** ms after which a holder that could not renew stops acting. */
  readonly renewMs: number
  /** ms between tries. */
  readonly retryMs: number
}

export const leaseSettings: LeaseSettings = { leaseMs: 15_000, renewMs: 10_000, retryMs: 2_000 }

export interface LeaseGiven {
  readonly transport: Transport
  readonly time: Time
  /** [0, 1) */
  readonly random: () => number
  readonly namespace: string
  readonly name: string
  /** Of this process alone: never that of an earlier one. */
  readonly identity: string
  readonly settings: LeaseSettings
  /** Called once, at most; `why` is a sentence. The process has to end. */
  readonly onLost: (why: string) => void
  readonly onTrouble: (error: Error) => void
  /** Another holds it; told whenever that is another one than before. */
  readonly onStandby: (holder: string) => void
}

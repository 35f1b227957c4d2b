/**
 * How long operations take in Azure, in seconds, and the Retry-After that announces it. Observed where
 * a recording is named, else estimated by its users; AZURE.md of the project's notes, section 6.
 */
import type { World } from './world.ts'

export interface Duration {
  readonly seconds: readonly [low: number, high: number]
  readonly retryAfter: number
}

const row = (low: number, high: number, retryAfter: number): Duration => ({
  seconds: [low, high],
  retryAfter,
})

export const durations = {
  // Recorded: Succeeded at the first poll, 3 s later.
  network: row(2, 3, 3),
  // Recorded: 30 to 53 s.
  endpointCreate: row(30, 53, 10),
  endpointUpdate: row(3, 4, 10),
  // Recorded: one or two polls of 10 s.
  endpointDelete: row(8, 18, 10),
  // Recorded: Succeeded at the first poll.
  zoneGroup: row(4, 9, 10),
  // Recorded: one to three polls of 30 s.
  dns: row(15, 80, 30),
  serverCreate: row(240, 600, 60),
  // Recorded: three polls of 15 s.
  serverDelete: row(40, 60, 15),
  serverUpdate: row(60, 120, 60),
  serverStart: row(60, 180, 60),
  serverStop: row(60, 120, 60),
  serverRestart: row(30, 60, 60),
  // Recorded: 10 to 20 s (2023), up to 60 s (2026).
  connectionWrite: row(10, 20, 60),
  connectionDelete: row(20, 60, 60),
} as const satisfies Readonly<Record<string, Duration>>

/** What happens between operations, in seconds. */
export const delays = {
  /** The endpoint's provider calls the server's so long after a PUT was accepted. */
  serverCall: [3, 5],
  /** A change of a connection shows on the endpoint's side, or of an endpoint on the server's. */
  mirror: [1, 4],
  /** A subnet refuses other writes while an address is taken from it. */
  subnetLock: [2, 4],
  /** A link's state reaches Completed so long after its operation. */
  linkCompleted: [0, 60],
  /** An HA server answers Ready while its standby is not: the unlocked window of azure-service-operator#5646. */
  standbyCreated: [240, 300],
  dataReplicated: [240, 300],
  standbyRemoved: [60, 120],
  failover: [60, 120],
} as const satisfies Readonly<Record<string, readonly [number, number]>>

export const secondsOf = (world: World, what: keyof typeof durations, of: string): number => {
  const {
    seconds: [low, high],
  } = durations[what]
  return world.dice.between(`${what} ${of.toLowerCase()}`, low, high)
}

export const delayOf = (world: World, what: keyof typeof delays, of: string): number => {
  const [low, high] = delays[what]
  return world.dice.between(`${what} ${of.toLowerCase()}`, low, high)
}

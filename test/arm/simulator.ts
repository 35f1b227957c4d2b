/**
 * The ARM simulator, started inside this process. `npm run simulator` (main.ts) is a thin shell around it.
 *
 *     const azure = await startSimulator({ timeScale: 60 })
 *     azure.url                                    // https://localhost:41237, for every Azure client
 *     azure.env                                    // AZURE_* variables of the identity `owner`
 *     azure.identity('network').clientSecret      // other identities: network, database, reader, …
 *     azure.advance(600)                           // ten minutes pass in Azure
 *     azure.faults([{ match: { method: 'PUT', type: 'Microsoft.Network/privateEndpoints' },
 *                     nth: 1, effect: { kind: 'lostAnswer' } }])
 *     await azure.stop()
 *
 * Its world is made through ARM alone. Clients need the certificate authority: `NODE_EXTRA_CA_CERTS`
 * (in `env`) for a child process; in the same process pass `azure.ca` as `tlsOptions: { ca }`.
 * It never knows who calls, holds no timers but for faults that wait, and leaves nothing behind.
 */
import type { Fault } from './faults.ts'
import type { ApplicationCredentials } from './identity/application.ts'
import type { RequestRow } from './requests.ts'

export type { Fault } from './faults.ts'
export type { RequestRow } from './requests.ts'

export interface SimulatorOptions {
  /** Where ca.crt, env and identities.json are written. Absent: a temporary directory, removed by `stop`. */
  readonly directory?: string
  /** TCP port on the loopback interface; absent or 0: a free one. A taken port rejects with EADDRINUSE. */
  readonly port?: number
  /** How many seconds pass in Azure in one real second; default 1. */
  readonly timeScale?: number
  /** `arm`: ARM's token buckets answer 429; `providers`: the providers' windows too; default `off`. */
  readonly throttle?: 'off' | 'arm' | 'providers'
  /** Decides every id, duration and dice roll; default 1. */
  readonly seed?: number
  /** Delays between what is and what is seen, in seconds of Azure's time. Defaults: see lag.ts. */
  readonly lag?: Partial<Lag>
}

export interface Lag {
  /** A GET answers 404 for so long after a create was accepted, and the old body after a delete. */
  readonly get: number
  /** Lists of a subscription or a group show the past for so long. */
  readonly list: number
  /** A new or removed role or policy assignment takes effect after so long. */
  readonly role: number
  /** The name of a deleted private endpoint stays taken for so long, though no GET shows it. */
  readonly name: number
}

/** A service principal, as in identities.json. */
export interface SimulatedIdentity {
  /** `owner`, `network`, `database`, `reader`, `unprivileged`, `vendor`, … */
  readonly name: string
  readonly tenantId: string
  readonly clientId: string
  readonly clientSecret: string
  readonly objectId: string
  /** Subscriptions that it can see at the start; the first is its own default. */
  readonly subscriptionIds: readonly string[]
  /** Role assignments at the start. */
  readonly roles: readonly { readonly name: string; readonly scope: string }[]
}

export interface Simulator {
  /** `https://localhost:<port>`: resource manager, authority host and audience in one. */
  readonly url: string
  readonly port: number
  readonly directory: string
  /** The certificate authority: path of the PEM file, and its text. */
  readonly caFile: string
  readonly ca: string
  readonly identities: readonly SimulatedIdentity[]
  /** The identity of that name; throws when there is none. */
  identity(name: string): SimulatedIdentity
  /** What the identity may sign in with from now on; what is not named stays as it is. */
  credentials(name: string, given: ApplicationCredentials): void
  /** What DIR/env exports: `owner` in its first subscription. */
  readonly env: Readonly<Record<string, string>>
  /** Requests since the start or the last `clearRequests`, counted by method, type, operation and status. */
  requests(): readonly RequestRow[]
  clearRequests(): void
  /** Adds faults to those that are set. */
  faults(list: readonly Fault[]): void
  clearFaults(): void
  /** Lets time pass in Azure, at once. */
  advance(seconds: number): void
  /** Closes every connection, frees the port and removes a temporary directory. */
  stop(): Promise<void>
}

export { startSimulator } from './start.ts'

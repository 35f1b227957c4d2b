/**
 * Azure put together: one wire, one limiter, one view for each identity. Must hold nothing that a user of
 * the cluster can change, and no identity's view for another's objects.
 */
import { createClient, type Clock, type Observation } from './client.ts'
import { cloudOf, type Environment } from './cloud.ts'
import { signInsOf, type ReadSecret, type RequestToken } from './credential.ts'
import { LeavingView } from './leaving.ts'
import { Limiter, type Level } from './limiter.ts'
import { createPipelines } from './pipelines.ts'
import type { Cadence } from './cadence.ts'
import type { Azure, IdentityRef } from './port.ts'
import { Session } from './session.ts'
import { noting, TokenSource } from './token.ts'
import { Traces, usualGraces, type Graces } from './traces.ts'
import { createTransport, type Deadlines, type Transport } from './transport.ts'
import { Turns } from './turns.ts'
import { View, type ViewParts } from './view.ts'
import { Views, type Looking } from './views.ts'
import { write } from './write.ts'

export interface AzureOptions {
  /** `AZURE_*` and proxy variables; nothing of `process` is read here. */
  readonly environment: Environment
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  /** Whether this process leads now, by the lease's own monotonic deadline; asked before every write. */
  readonly mayWrite: () => boolean
  /** Every request as it ended; for metrics and logs. Must not throw. */
  readonly onRequest: (observation: Observation) => void
  readonly readSecret: ReadSecret
  readonly requestToken: RequestToken
  /** Namespaces whose objects may go without an identity of their own; absent or empty: all. */
  readonly operatorNamespaces?: readonly string[]
  /** `pgpe-operator/1.2.3`. */
  readonly userAgent: string
  readonly deadlines?: Partial<Deadlines>
  readonly graces?: Partial<Graces>
  /** Calls back once, unless it is cancelled; absent: whoever is held back has to ask again. */
  readonly timer?: (ms: number, then: () => void) => () => void
  /** The turn of this claimant, whose write was held back, has come. */
  readonly onTurn?: (who: string) => void
  /** How soon news is looked for. Absent, or a clock without a timer: nothing is read unasked. */
  readonly cadence?: Cadence
  readonly maxBodyBytes?: number
  /** Certificate authorities (PEM) in place of the usual ones; for tests within one process. */
  readonly ca?: string
  /** In place of the network; for tests on a clock of their own. */
  readonly transport?: Transport
}

export interface StoppableAzure extends Azure {
  /** Nothing names the identity any more: its token, its last credential and what it saw are dropped. */
  forget(identity: IdentityRef): void
  /** A visit of this claimant that began then is over: what it did not ask for again, it does not want. */
  visited(who: string, since: number): void
  /** For metrics: how much may leave at once, and who waits. */
  levels(): readonly Level[]
  stop(): Promise<void>
}

/** Throws, in a sentence for whoever set them, when the variables name no cloud. */
export function createAzure(options: AzureOptions): StoppableAzure {
  const { clock, environment } = options
  const cloud = cloudOf(environment)
  const transport = options.transport ?? createTransport(options)
  const { resourceManager } = cloud
  const { client: wire } = transport
  const pipelines = createPipelines({ resourceManager, userAgent: options.userAgent, client: wire })
  const client = createClient({ pipelines, resourceManager, clock, onRequest: options.onRequest })
  const now = (): number => clock.monotonicMs()
  const { timer, onTurn = () => undefined } = options
  const limiter = new Limiter(timer && { now, timer, onTurn })
  const lanes = new Turns({ now, onTurn, ...(timer && { timer }) })
  const graces = { ...usualGraces, ...options.graces }

  const viewOf = (identity: string, tokens: TokenSource, traces: Traces): View => {
    const session = new Session({ identity, tokens, limiter, client, clock })
    const writer = { session, lanes, mayWrite: options.mayWrite, random: options.random }
    const reader = { session, clock, resourceManager }
    const send: ViewParts['write'] = (view, action, by) => write(writer, view, action, by)
    const { cadence } = options
    return new View({
      ...{ reader, clock, graces, traces, write: send },
      ...(cadence === undefined ? {} : { cadence }),
    })
  }
  const make = (identity: IdentityRef, key: string): Looking => {
    const signIns = signInsOf(identity, { ...options, cloud, client: wire })
    const traces = new Traces(graces)
    const tokens = new TokenSource(
      noting(signIns.now, () => usual.forget()),
      clock,
    )
    const usual = viewOf(key, tokens, traces)
    const last = viewOf(
      key,
      new TokenSource(
        noting(signIns.orLast, () => last.forget()),
        clock,
      ),
      traces,
    )
    return { usual, leaving: new LeavingView(tokens, usual, last) }
  }

  const views = new Views(make, clock, options.operatorNamespaces)
  return {
    as: (identity) => views.as(identity),
    watch: (identity, reader) => views.watch(identity, reader),
    unwatch: (reader) => views.drop(reader),
    forget: (identity) => views.forget(identity),
    visited: (who, since) => {
      limiter.visited(who, since, now())
      lanes.visited(who, since)
    },
    levels: () => limiter.levels(now()),
    stop: () => {
      views.stop()
      return transport.stop()
    },
  }
}

/**
 * Azure put together: one wire, one limiter, one view for each identity. Must hold nothing that a user of
 * the cluster can change, and no identity's view for another's objects.
 */
import { createClient, type Clock, type Observation } from './client.ts'
import { cloudOf, type Environment } from './cloud.ts'
import { isServed, signInsOf, type ReadSecret, type RequestToken } from './credential.ts'
import { LeavingView } from './leaving.ts'
import { Limiter, type Level } from './limiter.ts'
import { createPipelines } from './pipelines.ts'
import type { Azure, AzureView, IdentityRef } from './port.ts'
import { Session } from './session.ts'
import { noting, TokenSource } from './token.ts'
import { Traces, usualGraces, type Graces } from './traces.ts'
import { createTransport, type Deadlines, type Transport } from './transport.ts'
import { Turns } from './turns.ts'
import { View, type ViewParts } from './view.ts'
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
  readonly maxBodyBytes?: number
  /** Certificate authorities (PEM) in place of the usual ones; for tests within one process. */
  readonly ca?: string
  /** In place of the network; for tests on a clock of their own. */
  readonly transport?: Transport
}

interface Known {
  readonly usual: AzureView
  readonly leaving: AzureView
  usedAt: number
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

/** An identity that no object used for so long is forgotten, its token with it. */
const unusedMs = 3_600_000
/** Not at each look: there may be as many identities as namespaces. */
const sweepEveryMs = 60_000

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
  const views = new Map<string, Known>()
  const graces = { ...usualGraces, ...options.graces }

  const viewOf = (identity: string, tokens: TokenSource, traces: Traces): View => {
    const session = new Session({ identity, tokens, limiter, client, clock })
    const writer = { session, lanes, mayWrite: options.mayWrite, random: options.random }
    const reader = { session, clock, resourceManager }
    const send: ViewParts['write'] = (view, action, by) => write(writer, view, action, by)
    return new View({ reader, clock, graces, traces, write: send })
  }
  const make = (identity: IdentityRef, key: string, usedAt: number): Known => {
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
    return { usual, leaving: new LeavingView(tokens, usual, last), usedAt }
  }

  let sweptAt = clock.monotonicMs()
  const sweep = (now: number): void => {
    sweptAt = now
    for (const [old, { usedAt }] of views) if (now - usedAt > unusedMs) views.delete(old)
  }

  const as = (identity: IdentityRef): AzureView => {
    const now = clock.monotonicMs()
    const key = keyOf(identity, options)
    const known = views.get(key)
    if (now - sweptAt > sweepEveryMs) sweep(now)
    const one = known ?? make(identity, key, now)
    one.usedAt = now
    views.set(key, one)
    return identity.kind !== 'operator' && identity.leaving ? one.leaving : one.usual
  }
  return {
    as,
    forget: (identity) => void views.delete(keyOf(identity, options)),
    visited: (who, since) => {
      limiter.visited(who, since, now())
      lanes.visited(who, since)
    },
    levels: () => limiter.levels(now()),
    stop: () => transport.stop(),
  }
}

/** One for each identity; a namespace that the operator's own does not serve has none of it. */
function keyOf(identity: IdentityRef, { operatorNamespaces }: AzureOptions): string {
  const { kind, namespace } = identity
  if (kind !== 'operator') return `${kind} ${identity.namespace}/${identity.name}`
  return isServed(namespace, operatorNamespaces) ? 'operator' : `operator, not ${namespace ?? ''}`
}

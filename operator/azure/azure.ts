/**
 * Azure put together: one wire, one limiter, one view for each identity. Must hold nothing that a user of
 * the cluster can change, and no identity's view for another's objects.
 */
import { createClient, type Clock, type Observation } from './client.ts'
import { cloudOf, type Environment } from './cloud.ts'
import { fetchTokenOf, type ReadSecret, type RequestToken } from './credential.ts'
import { Lanes } from './lanes.ts'
import { Limiter } from './limiter.ts'
import { createPipelines } from './pipelines.ts'
import type { Azure, AzureView, IdentityRef } from './port.ts'
import { Session } from './session.ts'
import { TokenSource } from './token.ts'
import { usualGraces, type Graces } from './traces.ts'
import { createTransport, type Deadlines } from './transport.ts'
import { View } from './view.ts'
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
  /** `pgpe-operator/1.2.3`. */
  readonly userAgent: string
  readonly deadlines?: Partial<Deadlines>
  readonly graces?: Partial<Graces>
  readonly maxBodyBytes?: number
  /** Certificate authorities (PEM) in place of the usual ones; for tests within one process. */
  readonly ca?: string
}

interface Known {
  readonly view: View
  usedAt: number
}

/** An identity that no object used for so long is forgotten, its token with it. */
const unusedMs = 3_600_000

/** Throws, in a sentence for whoever set them, when the variables name no cloud. */
export function createAzure(options: AzureOptions): Azure & { stop(): Promise<void> } {
  const { clock, environment } = options
  const cloud = cloudOf(environment)
  const transport = createTransport(options)
  const { resourceManager } = cloud
  const { client: wire } = transport
  const pipelines = createPipelines({ resourceManager, userAgent: options.userAgent, client: wire })
  const client = createClient({ pipelines, resourceManager, clock, onRequest: options.onRequest })
  const limiter = new Limiter()
  const lanes = new Lanes()
  const views = new Map<string, Known>()

  const make = (identity: IdentityRef): View => {
    const tokens = new TokenSource(
      fetchTokenOf(identity, { ...options, cloud, client: wire }),
      clock,
    )
    const session = new Session({ identity: keyOf(identity), tokens, limiter, client, clock })
    const writer = { session, lanes, mayWrite: options.mayWrite, random: options.random }
    return new View({
      reader: { session, clock, resourceManager },
      clock,
      graces: { ...usualGraces, ...options.graces },
      write: (view, action) => write(writer, view, action),
    })
  }

  const as = (identity: IdentityRef): AzureView => {
    const now = clock.monotonicMs()
    const key = keyOf(identity)
    const known = views.get(key)
    if (known !== undefined) {
      known.usedAt = now
      return known.view
    }
    for (const [old, { usedAt }] of views) if (now - usedAt > unusedMs) views.delete(old)
    const view = make(identity)
    views.set(key, { view, usedAt: now })
    return view
  }
  return { as, stop: () => transport.stop() }
}

const keyOf = (identity: IdentityRef): string =>
  identity.kind === 'operator'
    ? 'operator'
    : `${identity.kind} ${identity.namespace}/${identity.name}`

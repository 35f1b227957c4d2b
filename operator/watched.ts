/** One kind as the API server shows it: its cache, the watches that fill it, the writes to it. */
import type { Config } from './config.ts'
import { labels } from './api/group.ts'
import type { Transport } from './kubernetes/call.ts'
import { Client } from './kubernetes/client.ts'
import type { KubernetesObject } from './kubernetes/port.ts'
import type { Resource } from './kubernetes/resource.ts'
import { Cache, type Scope } from './kubernetes/store.ts'
import { watchSettings } from './kubernetes/watch-settings.ts'
import { Watch } from './kubernetes/watch.ts'
import type { Clock } from './runtime/clock.ts'
import { errorFields, type Log } from './runtime/log.ts'
import type { Metrics } from './runtime/metrics.ts'

export interface WatchedGiven {
  readonly config: Config
  readonly transport: Transport
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  readonly metrics: Metrics
  /** Whether this process leads, at this moment. */
  readonly mayWrite: () => boolean
}

export class Watched<T extends KubernetesObject> {
  readonly kind: string
  readonly cache: Cache<T>
  readonly client: Client<T>
  readonly #watches: readonly Watch<T>[]

  constructor(resource: Resource, given: WatchedGiven) {
    const { config, transport, clock, random, metrics, mayWrite } = given
    const { kind } = resource
    const log = given.log.child({ kind })
    const scopes: readonly Scope[] =
      config.namespaces.length === 0 ? [undefined] : config.namespaces
    this.kind = kind
    this.cache = new Cache<T>(scopes, (error, { key }) =>
      log.error('watch-listener-failed', { key, ...errorFields(error, { trace: true }) }),
    )
    this.client = new Client<T>({
      transport,
      resource,
      cache: this.cache,
      mayWrite,
      objectClass: config.class,
    })
    const labelSelector =
      config.class === undefined ? `!${labels.class}` : `${labels.class}=${config.class}`
    const settings = { ...watchSettings, relistMs: config.relistMs }
    this.#watches = scopes.map(
      (scope) =>
        new Watch<T>({
          ...{ transport, time: clock, random, resource, scope, labelSelector, settings },
          cache: this.cache,
          onTrouble: (trouble, error) => {
            metrics.watchTroubles.inc({ kind, trouble })
            const fields = { trouble, namespace: scope, ...errorFields(error) }
            // A version that is too old is everyday life.
            if (trouble === 'gone') log.debug('watch-trouble', fields)
            else log.warn('watch-trouble', fields)
          },
        }),
    )
  }

  start(): void {
    for (const watch of this.#watches) watch.start()
  }

  async stop(): Promise<void> {
    await Promise.all(this.#watches.map((watch) => watch.stop()))
  }

  /** Monotonic time, ms, of the last byte on the quietest watch; undefined while one has none. */
  get lastContact(): number | undefined {
    const contacts = this.#watches.map(({ lastContact }) => lastContact)
    return contacts.includes(undefined) ? undefined : Math.min(...(contacts as number[]))
  }
}

/**
 * Everything put together: watches → lease → two controllers, and the way back. The only file that
 * knows all parts; must hold no logic of theirs.
 *
 * Order of the start: the cluster answers, the caches are full, the lease is held, visits begin.
 * Order of the end: no new visit, those under way end, Azure is closed, the lease goes last.
 */
import { type Azure } from './azure/port.ts'
import { createAzure } from './azure/azure.ts'
import type { Observation } from './azure/client.ts'
import type { EndpointConnectionDecision } from './api/connection-decision.ts'
import type { PostgresPrivateEndpoint } from './api/private-endpoint.ts'
import type { Config } from './config.ts'
import { type Connection, connect } from './connect.ts'
import { type Controllers, controllersOf } from './controllers.ts'
import { Gate } from './gate.ts'
import { Events } from './kubernetes/events.ts'
import { identitiesOf } from './kubernetes/identities.ts'
import { Lease } from './kubernetes/lease.ts'
import { decisions, endpoints } from './kubernetes/resource.ts'
import { leaseName } from './permissions.ts'
import { Problem } from './problem.ts'
import type { Clock } from './runtime/clock.ts'
import { type Health, serveHealth } from './runtime/health.ts'
import { errorFields, type Log } from './runtime/log.ts'
import { createMetrics, type Meters } from './runtime/metrics.ts'
import { collect, readiness } from './telemetry.ts'
import { Watched } from './watched.ts'

export interface Surroundings {
  readonly config: Config
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  /** [0, 1) */
  readonly random: () => number
  readonly log: Log
  /** `pgpe-operator/1.2.3` */
  readonly userAgent: string
  /** Of this process alone. */
  readonly instance: string
  /** Called when this process must not go on. */
  readonly onLost: () => void
}

export interface Parts {
  readonly connection: Connection
  readonly meters: Meters
  readonly watchedEndpoints: Watched<PostgresPrivateEndpoint>
  readonly watchedDecisions: Watched<EndpointConnectionDecision>
  readonly lease: Lease
  readonly gate: Gate
  readonly events: Events
  readonly azure: Azure & { stop(): Promise<void> }
  readonly controllers: Controllers
}

export class Operator {
  readonly #given: Surroundings
  readonly #parts: Parts
  #health: Health | undefined
  #stopping = false

  private constructor(given: Surroundings, parts: Parts) {
    this.#given = given
    this.#parts = parts
  }

  /** Resolves once it watches; leading comes later. Throws `Problem`. */
  static async start(given: Surroundings): Promise<Operator> {
    const meters: Meters = createMetrics((metrics) => collect(metrics, parts, given.clock))
    const { metrics } = meters
    const onAnswer = (method: string, code: number | string): void =>
      metrics.kubernetesRequests.inc({ method, code: String(code) })
    const connection = await connect({ ...given, onAnswer })
    const parts: Parts = makeParts(given, connection, meters)
    const operator = new Operator(given, parts)
    try {
      await operator.#serve()
      await parts.gate.start()
    } catch (error) {
      await operator.stop()
      throw error
    }
    parts.watchedEndpoints.start()
    parts.watchedDecisions.start()
    return operator
  }

  /** Resolves once it acts; never when it is stopped before. */
  async lead(): Promise<void> {
    const { watchedEndpoints, watchedDecisions, lease, controllers } = this.#parts
    await Promise.all([watchedEndpoints.cache.whenSynced(), watchedDecisions.cache.whenSynced()])
    if (this.#stopping) return
    await lease.acquire()
    controllers.start()
  }

  /** @returns whether all visits under way have ended in time */
  async stop(): Promise<boolean> {
    this.#stopping = true
    const { controllers, gate, events, azure, lease, connection } = this.#parts
    const { clock, config } = this.#given
    const tooLate = new AbortController()
    const late = clock.sleep(config.graceMs, tooLate.signal).then(() => false)
    const drained = await Promise.race([controllers.stop().then(() => true), late])
    tooLate.abort()
    await Promise.race([events.flush(), clock.sleep(flushMs)])
    await gate.stop()
    await Promise.all([this.#parts.watchedEndpoints.stop(), this.#parts.watchedDecisions.stop()])
    // Nothing of ours may be on its way to Azure any more when another process may begin.
    await azure.stop()
    await lease.release()
    await this.#health?.close()
    await connection.transport.close()
    return drained
  }

  async #serve(): Promise<void> {
    const { config, log, clock } = this.#given
    if (config.healthPort === undefined) return
    try {
      this.#health = await serveHealth({
        address: config.healthAddress,
        port: config.healthPort,
        live: () => [],
        ready: () => readiness(this.#parts, clock),
        metrics: () => this.#parts.meters.page(),
      })
    } catch (error) {
      const where = `${config.healthAddress}:${config.healthPort}`
      const why = error instanceof Error ? error.message : String(error)
      throw new Problem(`no health pages at ${where}: ${why}; see --health-port`)
    }
    log.info('starting', { healthPort: this.#health.port })
  }
}

/** ms that recording the last events may take. */
const flushMs = 2_000

function makeParts(given: Surroundings, connection: Connection, meters: Meters): Parts {
  const { config, environment, clock, random, log, instance } = given
  const { transport } = connection
  const { metrics } = meters
  const lease = leaseOf(given, connection)
  const mayWrite = (): boolean => lease.mayAct()
  const watching = { config, transport, clock, random, log, metrics, mayWrite }
  const watchedEndpoints = new Watched<PostgresPrivateEndpoint>(endpoints, watching)
  const watchedDecisions = new Watched<EndpointConnectionDecision>(decisions, watching)
  const events = new Events({
    ...{ transport, time: clock, random, instance },
    onTrouble: (error) => log.warn('event-not-sent', errorFields(error)),
    onDropped: () => metrics.eventsDropped.inc(),
  })
  const gate = new Gate({
    ...{ transport, clock, allowUngated: config.allowUngated },
    onChange: (inPlace) => {
      if (inPlace) log.info('policy-in-place')
      else log.warn('policy-missing', { allowUngated: config.allowUngated })
      for (const { metadata } of watchedDecisions.cache.all()) {
        controllers.wakeDecision(`${metadata.namespace}/${metadata.name}`)
      }
    },
    onTrouble: (error) => log.warn('policy-unknown', errorFields(error)),
  })
  const azure = azureOf(environment, {
    clock: { now: () => clock.now(), monotonicMs: () => clock.monotonic() },
    random,
    mayWrite,
    onRequest: (seen) => tellRequest(seen, given, meters),
    ...identitiesOf(transport, config.identityNames),
    userAgent: given.userAgent,
  })
  const controllers = controllersOf({
    ...{ config, clock, random, log, metrics, azure, events, mayWrite },
    ...{ watchedEndpoints, watchedDecisions, clusterId: connection.clusterId },
    mayDecide: () => gate.open,
  })
  return {
    ...{ connection, meters, watchedEndpoints, watchedDecisions },
    ...{ lease, gate, events, azure, controllers },
  }
}

function leaseOf(given: Surroundings, { transport, namespace }: Connection): Lease {
  const { config, clock, random, log, instance } = given
  const suffix = config.class === undefined ? '' : `-${config.class.toLowerCase()}`
  return new Lease({
    ...{ transport, time: clock, random, identity: instance },
    namespace: config.leaseNamespace ?? namespace ?? 'default',
    name: config.leaseName ?? `${leaseName}${suffix}`,
    settings: {
      leaseMs: config.leaseMs,
      renewMs: config.leaseRenewMs,
      retryMs: config.leaseRetryMs,
    },
    onLost: (why) => {
      log.error('lease-lost', { why })
      given.onLost()
    },
    onTrouble: (error) => log.warn('lease-trouble', errorFields(error)),
    onStandby: (holder) => log.info('standby', { holder }),
  })
}

function azureOf(
  environment: Surroundings['environment'],
  options: Omit<Parameters<typeof createAzure>[0], 'environment'>,
): Parts['azure'] {
  try {
    return createAzure({ environment, ...options })
  } catch (error) {
    throw new Problem(error instanceof Error ? error.message : String(error))
  }
}

/** Writes are told, reads only on demand; failures of either are in the visit's own line as well. */
function tellRequest(seen: Observation, { log }: Surroundings, { metrics }: Meters): void {
  const { method, type, status, code, subscriptionId, identity, correlationId, ms } = seen
  const outcome = code ?? String(status ?? 'none')
  metrics.azureRequests.inc({ operation: `${method} ${type}`, code: outcome })
  const fields = { method, type, status, code, subscriptionId, identity, correlationId }
  const say = method === 'GET' ? log.debug : log.info
  say('azure-request', { ...fields, ms: Math.round(ms) })
}

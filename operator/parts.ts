/** Everything put together. The only file that knows all parts; must hold no logic of theirs. */
import type { EndpointConnectionDecision } from './api/connection-decision.ts'
import type { PostgresPrivateEndpoint } from './api/private-endpoint.ts'
import { createAzure, type StoppableAzure } from './azure/azure.ts'
import type { Observation } from './azure/client.ts'
import { cloudOf } from './azure/cloud.ts'
import type { Config } from './config.ts'
import type { Connection } from './connect.ts'
import { type Controllers, controllersOf } from './controllers.ts'
import { Gate, type PolicyState } from './gate.ts'
import { configMapsOf } from './kubernetes/config-maps.ts'
import { Events } from './kubernetes/events.ts'
import { identitiesOf } from './kubernetes/identities.ts'
import { Lease } from './kubernetes/lease.ts'
import { decisions, endpoints, keyOf } from './kubernetes/resource.ts'
import { type Part, partOf } from './part.ts'
import { leaseName } from './permissions.ts'
import { Problem } from './problem.ts'
import type { Clock } from './runtime/clock.ts'
import { errorFields, type Log } from './runtime/log.ts'
import type { Meters } from './runtime/metrics.ts'
import { forgetUnnamed } from './unnamed.ts'
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

export type Readable = Watched<PostgresPrivateEndpoint> | Watched<EndpointConnectionDecision>

export interface Parts {
  readonly connection: Connection
  readonly meters: Meters
  /** What this process serves. */
  readonly part: Part
  /** The watches that run. */
  readonly watched: readonly Readable[]
  readonly watchedEndpoints: Watched<PostgresPrivateEndpoint>
  readonly watchedDecisions: Watched<EndpointConnectionDecision>
  readonly lease: Lease
  readonly gate: Gate
  readonly events: Events
  readonly azure: StoppableAzure
  readonly controllers: Controllers
}

export function makeParts(given: Surroundings, connection: Connection, meters: Meters): Parts {
  const { config, environment, clock, random, log, instance } = given
  const { transport } = connection
  const { metrics } = meters
  const lease = leaseOf(given, connection)
  const part = partOf(config)
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
    onChange: (state) => {
      tellPolicy(state, given)
      for (const { metadata } of watchedDecisions.cache.all()) {
        controllers.wakeDecision(keyOf(metadata))
      }
    },
    onTrouble: (error) => log.warn('policy-unknown', errorFields(error)),
  })
  const azure = azureOf(environment, {
    clock: {
      now: () => clock.now(),
      monotonicMs: () => clock.monotonic(),
      timer: (ms, then) => clock.timer(ms, then),
    },
    cadence: { inFlightMs: config.inFlightMs, resyncMs: config.resyncMs },
    random,
    mayWrite,
    onRequest: (seen) => tellRequest(seen, given, meters),
    ...identitiesOf(transport, config.identityNames),
    operatorNamespaces: config.operatorIdentityNamespaces,
    userAgent: given.userAgent,
    timer: (ms, then) => clock.timer(ms, then),
    onTurn: (who) => controllers.wakeTurn(who),
  })
  forgetUnnamed(watchedEndpoints.cache, azure)
  forgetUnnamed(watchedDecisions.cache, azure)
  const controllers = controllersOf({
    ...{ config, part, clock, random, log, metrics, azure, events, mayWrite },
    ...{ watchedEndpoints, watchedDecisions, clusterId: connection.clusterId },
    zoneName: cloudOf(environment).zoneName,
    configMaps: configMapsOf(transport, mayWrite),
    mayDecide: () => gate.open,
  })
  return {
    ...{ connection, meters, part, watchedEndpoints, watchedDecisions },
    watched: part.decisions ? [watchedEndpoints, watchedDecisions] : [watchedEndpoints],
    ...{ lease, gate, events, azure, controllers },
  }
}

function leaseOf(given: Surroundings, { transport, namespace }: Connection): Lease {
  const { config, clock, random, log, instance } = given
  const { class: one, kinds } = config
  // Processes that serve different objects must not wait for each other.
  const ofClass = one === undefined ? '' : `-${one.toLowerCase()}`
  const suffix = kinds.length > 1 ? ofClass : `${ofClass}-${kinds.join()}`
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

function tellPolicy(state: PolicyState, { log, config: { allowUngated } }: Surroundings): void {
  switch (state.is) {
    case 'in place':
      return log.info('policy-in-place')
    case 'missing':
      return log.warn('policy-missing', { allowUngated })
    case 'hidden':
      return allowUngated
        ? log.info('policy-hidden', { allowUngated })
        : log.warn('policy-hidden', { allowUngated })
    case 'changed':
      return log.warn('policy-changed', { allowUngated, why: state.why })
  }
}

/** Writes are told, reads only on demand; failures of either are in the visit's own line as well. */
function tellRequest(seen: Observation, { log }: Surroundings, { metrics }: Meters): void {
  const { method, type, status, code, subscriptionId, identity, correlationId, ms } = seen
  const outcome = code ?? String(status ?? 'none')
  metrics.azureRequests.inc({ operation: `${method} ${type}`, code: outcome })
  const request = { method, type, status, code, subscriptionId, identity, correlationId }
  const fields = { ...request, ms: Math.round(ms) }
  if (method === 'GET') log.debug('azure-request', fields)
  else log.info('azure-request', fields)
}

/** The two controllers: which kind each runs, what wakes it, what is told of each visit. */
import type { EndpointConnectionDecision } from './api/connection-decision.ts'
import type { PostgresPrivateEndpoint } from './api/private-endpoint.ts'
import type { Azure } from './azure/port.ts'
import type { Config } from './config.ts'
import type { AuditLine } from './decision/audit.ts'
import { decisionKeysToWake, decisionKind } from './decision/kind.ts'
import { endpointKind, endpointsToWake } from './endpoint/kind.ts'
import { KubeError } from './kubernetes/error.ts'
import {
  Conflict,
  type ConfigMaps,
  type EventRecorder,
  type KubernetesObject,
} from './kubernetes/port.ts'
import { keyOf } from './kubernetes/resource.ts'
import type { Change } from './kubernetes/store.ts'
import { Backoff, backoffSettings } from './runtime/backoff.ts'
import type { Clock } from './runtime/clock.ts'
import { Controller, type ControllerGiven } from './runtime/controller.ts'
import type { KindOf } from './runtime/kind.ts'
import { errorFields, type Log } from './runtime/log.ts'
import type { Metrics } from './runtime/metrics.ts'
import { reconcile } from './runtime/reconcile.ts'
import { isWanted, laneOf } from './waking.ts'
import type { Watched } from './watched.ts'

export interface ControllersGiven {
  readonly config: Config
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  readonly metrics: Metrics
  readonly azure: Azure
  readonly events: EventRecorder
  readonly watchedEndpoints: Watched<PostgresPrivateEndpoint>
  readonly watchedDecisions: Watched<EndpointConnectionDecision>
  readonly clusterId: string
  /** Of the private DNS zone in this cloud, where a server can't be asked. */
  readonly zoneName: string
  readonly configMaps: ConfigMaps
  readonly mayWrite: () => boolean
  readonly mayDecide: () => boolean
}

export interface Controllers {
  start(): void
  /** Resolves once no visit is under way; none begins after the call. */
  stop(): Promise<void>
  wakeDecision(key: string): void
  depths(): readonly { readonly kind: string; readonly waiting: number; readonly running: number }[]
}

export function controllersOf(given: ControllersGiven): Controllers {
  const { config, clock, random, azure, events, watchedEndpoints, watchedDecisions } = given
  const { inFlightMs, resyncMs, zoneGroupResyncMs } = config
  const common = {
    ...{ azure, events, random, now: () => clock.now() },
    endpoints: watchedEndpoints.cache,
    settings: { inFlightMs, resyncMs, zoneGroupResyncMs },
  }
  const endpoints = controllerOf(
    endpointKind({
      ...common,
      writer: watchedEndpoints.client,
      clusterId: given.clusterId,
      zoneName: given.zoneName,
      moment: () => clock.monotonic(),
      ...(config.connectionInfo ? { configMaps: given.configMaps } : {}),
    }),
    given,
  )
  const decisions = controllerOf(
    decisionKind({
      ...common,
      decisions: watchedDecisions.cache,
      writer: watchedDecisions.client,
      maker: watchedDecisions.client,
      audit: (line) => tellDecision(line, given),
      gated: given.mayDecide,
      synced: () => watchedDecisions.cache.synced && watchedEndpoints.cache.synced,
    }),
    given,
  )
  watchedEndpoints.cache.listen((change) => {
    wake(endpoints, change)
    const { before, after } = change
    for (const key of endpointsToWake(before, after, watchedEndpoints.cache.all())) {
      endpoints.wake(key)
    }
    for (const key of decisionsAbout(change, watchedDecisions)) decisions.wake(key)
  })
  watchedDecisions.cache.listen((change) => {
    wake(decisions, change)
    const about = change.after ?? change.before
    if (about === undefined || change.origin === 'first list' || !isWanted(change)) return
    for (const key of decisionKeysToWake(about, watchedDecisions.cache)) decisions.wake(key)
  })
  const both = [
    { kind: watchedEndpoints.kind, controller: endpoints },
    { kind: watchedDecisions.kind, controller: decisions },
  ]
  return {
    start: () => both.forEach(({ controller }) => controller.start()),
    stop: async () => void (await Promise.all(both.map(({ controller }) => controller.stop()))),
    wakeDecision: (key) => decisions.wake(key, 'routine'),
    depths: () => both.map(({ kind, controller }) => ({ kind, ...controller.depth })),
  }
}

function wake<T extends KubernetesObject>(controller: Controller, change: Change<T>): void {
  const lane = laneOf(change)
  if (lane !== undefined) controller.wake(change.key, lane)
}

/** Decisions that may speak of an endpoint whose connection has just changed, or that came or went. */
function decisionsAbout(
  { origin, before, after }: Change<PostgresPrivateEndpoint>,
  { cache }: Watched<EndpointConnectionDecision>,
): readonly string[] {
  if (origin === 'first list') return []
  const connection = (endpoint: PostgresPrivateEndpoint | undefined): string =>
    JSON.stringify([
      endpoint?.metadata.uid,
      endpoint?.status?.connection,
      endpoint?.status?.privateEndpointId,
    ])
  if (connection(before) === connection(after)) return []
  const serverId = (after ?? before)?.spec.serverId.toLowerCase()
  return [...cache.all()]
    .filter(({ spec }) => spec.serverId.toLowerCase() === serverId)
    .map(({ metadata }) => keyOf(metadata))
}

function controllerOf<S, A, M extends { readonly actions: readonly A[] }, O, W>(
  kind: KindOf<S, A, M, O, W>,
  given: ControllersGiven,
): Controller {
  const { clock, random, config } = given
  return new Controller({
    visit: (key) => reconcile(kind, key, () => clock.now()),
    workers: config.workers,
    clock,
    backoff: new Backoff(backoffSettings, random),
    mayVisit: given.mayWrite,
    isConflict: (error) => error instanceof Conflict,
    onVisit: (ended) => tell(kind.name, ended, given),
  })
}

function tell(
  kind: string,
  ended: Parameters<ControllerGiven['onVisit']>[0],
  { metrics, log }: ControllersGiven,
): void {
  const { key, ending, ms, actions, error, againInMs } = ended
  metrics.visits.inc({ kind, result: ending })
  metrics.visitSeconds.observe({ kind }, ms / 1000)
  if (actions > 0) metrics.actions.inc({ kind }, actions)
  const fields = { kind, key, ms: Math.round(ms), againInMs: rounded(againInMs) }
  // An error that is none of the API server's is a defect: say where it was thrown.
  const why = errorFields(error, { trace: !(error instanceof KubeError) })
  if (ending === 'failed') log.warn('visit-failed', { ...fields, ...why })
  else if (ending === 'changed') log.debug('visit-changed', fields)
  else if (actions > 0) log.info('visit', { ...fields, actions })
  else log.debug('visit-quiet', { ...fields, ending })
}

/** One line of fixed shape for each write; an approval that is taken back is an alarm. */
function tellDecision(line: AuditLine | undefined, { metrics, log }: ControllersGiven): void {
  if (line === undefined) return
  const { action, outcome } = line
  metrics.decisionWrites.inc({ action, outcome })
  if (action !== 'Revoke') return log.info('decision-written', { ...line })
  metrics.approvalsRevoked.inc()
  log.warn('decision-written', { ...line })
}

const rounded = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : Math.round(ms)

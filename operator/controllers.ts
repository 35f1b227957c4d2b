/** The two controllers: which kind each runs, what wakes it, what is told of each visit. */
import type { EndpointConnectionDecision } from './api/connection-decision.ts'
import type { PostgresPrivateEndpoint } from './api/private-endpoint.ts'
import { Turns } from './azure/turns.ts'
import type { StoppableAzure } from './azure/azure.ts'
import type { Config } from './config.ts'
import { decisionKeysToWake, decisionKind, decisionsOn } from './decision/kind.ts'
import { endpointKind, endpointsToWake } from './endpoint/kind.ts'
import { Conflict, type ConfigMaps, type EventRecorder } from './kubernetes/port.ts'
import { keyOf } from './kubernetes/resource.ts'
import type { Change } from './kubernetes/store.ts'
import { Backoff, backoffSettings } from './runtime/backoff.ts'
import type { Clock } from './runtime/clock.ts'
import { Controller } from './runtime/controller.ts'
import type { KindOf } from './runtime/kind.ts'
import type { Log } from './runtime/log.ts'
import type { Part } from './part.ts'
import type { Metrics } from './runtime/metrics.ts'
import { reconcile } from './runtime/reconcile.ts'
import { tellDecision, tellVisit } from './visits.ts'
import { isWanted, nobody, wake, type Waker } from './waking.ts'
import type { Watched } from './watched.ts'

export interface ControllersGiven {
  readonly config: Config
  readonly part: Part
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  readonly metrics: Metrics
  readonly azure: Pick<StoppableAzure, 'as' | 'watch' | 'unwatch' | 'visited'>
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
  /** The turn of this claimant, which was held back, has come. */
  wakeTurn(who: string): void
  depths(): readonly { readonly kind: string; readonly waiting: number; readonly running: number }[]
}

export function controllersOf(given: ControllersGiven): Controllers {
  const { config, part, clock, random, azure, events } = given
  const { watchedEndpoints, watchedDecisions } = given
  const { inFlightMs, resyncMs, zoneGroupResyncMs } = config
  const served: { readonly kind: string; readonly controller: Controller }[] = []
  const wakeTurn = (who: string): void => {
    for (const { kind, controller } of served) {
      if (who.startsWith(`${kind} `)) controller.wake(who.slice(kind.length + 1), 'begun')
    }
  }
  const now = (): number => clock.monotonic()
  const turns = new Turns({ now, timer: (ms, then) => clock.timer(ms, then), onTurn: wakeTurn })
  const common = {
    ...{ azure, events, random, turns, now: () => clock.now() },
    endpoints: watchedEndpoints.cache,
    settings: { inFlightMs, resyncMs, zoneGroupResyncMs },
  }
  const endpoints: Controller = controllerOf(
    endpointKind({
      ...common,
      writer: watchedEndpoints.client,
      clusterId: given.clusterId,
      zoneName: given.zoneName,
      moment: () => clock.monotonic(),
      onNews: (key, waited) => endpoints.wake(key, waited ? 'begun' : 'routine'),
      mine: part.mine,
      ...(config.connectionInfo ? { configMaps: given.configMaps } : {}),
    }),
    given,
    {
      turns,
      subscriptionOf: (key) => subscriptionOf(watchedEndpoints.cache.get(key)?.spec.subnetId),
    },
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
    {
      turns,
      subscriptionOf: (key) => subscriptionOf(watchedDecisions.cache.get(key)?.spec.serverId),
    },
  )
  if (part.endpoints) served.push({ kind: watchedEndpoints.kind, controller: endpoints })
  if (part.decisions) served.push({ kind: watchedDecisions.kind, controller: decisions })
  listen(given, part.endpoints ? endpoints : nobody, part.decisions ? decisions : nobody)
  return {
    start: () => served.forEach(({ controller }) => controller.start()),
    stop: async () => void (await Promise.all(served.map(({ controller }) => controller.stop()))),
    wakeDecision: (key) => decisions.wake(key, 'routine'),
    wakeTurn,
    depths: () => served.map(({ kind, controller }) => ({ kind, ...controller.depth })),
  }
}

/** `/subscriptions/<id>/…`; whatever the text is, it only groups. */
const subscriptionOf = (armId: string | undefined): string =>
  armId?.split('/')[2]?.toLowerCase() ?? ''

/** What each change of an object asks for. */
function listen(
  { part, watchedEndpoints, watchedDecisions }: ControllersGiven,
  endpoints: Waker,
  decisions: Waker,
): void {
  watchedEndpoints.cache.listen((change) => {
    const { before, after } = change
    // One that is no longer ours is visited once more, to be forgotten.
    if ([before, after].some((each) => each !== undefined && part.mine(each))) {
      wake(endpoints, change)
    }
    for (const key of endpointsToWake(before, after, watchedEndpoints.cache)) {
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
  const serverId = (after ?? before)?.spec.serverId ?? ''
  return decisionsOn(cache, serverId).map(({ metadata }) => keyOf(metadata))
}

interface Waiting {
  readonly turns: Turns
  /** Slow visits have their subscription in common. */
  readonly subscriptionOf: (key: string) => string
}

function controllerOf<S, A, M extends { readonly actions: readonly A[] }, O, W>(
  kind: KindOf<S, A, M, O, W>,
  given: ControllersGiven,
  { turns, subscriptionOf }: Waiting,
): Controller {
  const { azure, clock, random, config } = given
  return new Controller({
    visit: async (key) => {
      const who = `${kind.name} ${key}`
      const began = clock.monotonic()
      const visit = await reconcile(kind, key, () => clock.now())
      // A turn that it did not ask for again goes to the next.
      turns.visited(who, began)
      azure.visited(who, began)
      return visit
    },
    workers: config.workers,
    groupOf: subscriptionOf,
    clock,
    backoff: new Backoff(backoffSettings, random),
    mayVisit: given.mayWrite,
    isConflict: (error) => error instanceof Conflict,
    onVisit: (ended) => tellVisit(kind.name, ended, given),
  })
}

/** What the health pages say, gathered by looking at the parts. Must never change one. */
import type { EndpointConnectionDecision } from './api/connection-decision.ts'
import type { PostgresPrivateEndpoint } from './api/private-endpoint.ts'
import type { Parts, Readable } from './parts.ts'
import type { Clock } from './runtime/clock.ts'
import type { Check } from './runtime/health.ts'
import type { Metrics } from './runtime/metrics.ts'

/** A live watch hears at least a bookmark a minute; after this long without, it is deaf. */
const deafMs = 150_000

/** Ready: it sees what users want. A process that waits for the lease is ready to take over. */
export const readiness = (parts: Parts, clock: Clock): readonly Check[] => [
  ...parts.watched.map((watched) => watchCheck(watched, clock)),
  { name: 'lease', ok: true, says: leadership(parts) },
]

function watchCheck({ kind, cache, lastContact }: Readable, clock: Clock): Check {
  const name = `watch-${kind}`
  if (!cache.synced || lastContact === undefined) return { name, ok: false, says: 'not yet listed' }
  const silentMs = clock.monotonic() - lastContact
  const says = `last heard of ${Math.round(silentMs / 1000)} s ago`
  return { name, ok: silentMs < deafMs, says }
}

function leadership({ lease }: Parts): string {
  if (lease.mayAct()) return 'leads'
  if (lease.leads) return 'leads, but could not renew: does not act'
  return lease.holder === undefined ? 'waits' : `waits for ${lease.holder}`
}

export function collect(metrics: Metrics, parts: Parts, clock: Clock): void {
  metrics.leader.set(parts.lease.mayAct() ? 1 : 0)
  if (parts.part.decisions) metrics.gated.set(parts.gate.inPlace ? 1 : 0)
  else metrics.gated.remove()
  for (const { kind, waiting, running } of parts.controllers.depths()) {
    metrics.queueWaiting.set({ kind }, waiting)
    metrics.queueRunning.set({ kind }, running)
  }
  for (const { class: one, free, waiting } of parts.azure.levels()) {
    metrics.paceFree.set({ class: one }, free)
    for (const [rank, count] of Object.entries(waiting)) {
      metrics.paceWaiting.set({ class: one, rank }, count)
    }
  }
  for (const { kind, lastContact } of parts.watched) {
    if (lastContact !== undefined) {
      metrics.watchContact.set({ kind }, (clock.monotonic() - lastContact) / 1000)
    }
  }
  metrics.conditions.reset()
  for (const { kind, objects } of servedOf(parts)) count(metrics, kind, objects)
  let pending = 0
  for (const { status } of parts.watchedDecisions.cache.all()) pending += status?.pending ?? 0
  metrics.pending.set(pending)
  const waits = parts.part.endpoints ? waitsOf(parts, clock.now().getTime()) : []
  metrics.pendingApproval.set(waits.reduce((most, each) => Math.max(most, each), 0))
}

/** How long each of our endpoints has waited for its approval, in seconds. */
const waitsOf = ({ part, watchedEndpoints }: Parts, now: number): readonly number[] =>
  [...watchedEndpoints.cache.all()]
    .filter(part.mine)
    .flatMap(({ status }) =>
      (status?.conditions ?? []).flatMap(({ type, status: is, lastTransitionTime }) =>
        type === 'PendingApproval' && is === 'True'
          ? [(now - Date.parse(lastTransitionTime)) / 1000]
          : [],
      ),
    )

type Counted = PostgresPrivateEndpoint | EndpointConnectionDecision

/** What another process serves is counted there. */
const servedOf = ({ part, watchedEndpoints, watchedDecisions }: Parts) => [
  ...(part.endpoints
    ? [
        {
          kind: watchedEndpoints.kind,
          objects: [...watchedEndpoints.cache.all()].filter(part.mine),
        },
      ]
    : []),
  ...(part.decisions
    ? [{ kind: watchedDecisions.kind, objects: [...watchedDecisions.cache.all()] }]
    : []),
]

function count(metrics: Metrics, kind: string, objects: readonly Counted[]): void {
  metrics.objects.set({ kind }, objects.length)
  for (const { status } of objects) {
    for (const { type, status: is, reason } of status?.conditions ?? []) {
      metrics.conditions.inc({ kind, type, status: is, reason })
    }
  }
}

/** What the health pages say, gathered by looking at the parts. Must never change one. */
import type { EndpointConnectionDecision } from './api/connection-decision.ts'
import type { PostgresPrivateEndpoint } from './api/private-endpoint.ts'
import type { Parts } from './parts.ts'
import type { Clock } from './runtime/clock.ts'
import type { Check } from './runtime/health.ts'
import type { Metrics } from './runtime/metrics.ts'
import type { Watched } from './watched.ts'

type AnyWatched = Watched<PostgresPrivateEndpoint> | Watched<EndpointConnectionDecision>

/** A live watch hears at least a bookmark a minute; after this long without, it is deaf. */
const deafMs = 150_000

const watchedOf = ({ watchedEndpoints, watchedDecisions }: Parts): readonly AnyWatched[] => [
  watchedEndpoints,
  watchedDecisions,
]

/** Ready: it sees what users want. A process that waits for the lease is ready to take over. */
export const readiness = (parts: Parts, clock: Clock): readonly Check[] => [
  ...watchedOf(parts).map((watched) => watchCheck(watched, clock)),
  { name: 'lease', ok: true, says: leadership(parts) },
]

function watchCheck({ kind, cache, lastContact }: AnyWatched, clock: Clock): Check {
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
  metrics.gated.set(parts.gate.inPlace ? 1 : 0)
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
  metrics.conditions.reset()
  for (const { kind, cache, lastContact } of watchedOf(parts)) {
    metrics.objects.set({ kind }, cache.size)
    if (lastContact !== undefined) {
      metrics.watchContact.set({ kind }, (clock.monotonic() - lastContact) / 1000)
    }
    for (const { status } of cache.all()) {
      for (const { type, status: is, reason } of status?.conditions ?? []) {
        metrics.conditions.inc({ kind, type, status: is, reason })
      }
    }
  }
  let pending = 0
  for (const { status } of parts.watchedDecisions.cache.all()) pending += status?.pending ?? 0
  metrics.pending.set(pending)
}

/**
 * What a list proves where otherwise only a GET would do: that an endpoint is not there, that it is ours.
 * Whatever a list leaves open is asked for by GET. Must never take an incomplete list, a subscription's
 * silence or a refusal for an absence.
 */
import type { Clock } from './client.ts'
import type { Id } from './id.ts'
import { itemOf, scopeOf, type Findable } from './listing.ts'
import type { Lists } from './lists.ts'
import type { Models } from './model.ts'
import { absent, present, type Observed } from './observed.ts'
import type { Listing, ListScope } from './port.ts'
import type { Traces } from './traces.ts'

type Endpoint = Models['privateEndpoint']

export interface ProofsParts {
  readonly lists: Lists
  readonly traces: Traces
  readonly clock: Clock
  readonly get: <K extends Findable>(id: Id<K>, maxAgeMs: number) => Promise<Observed<Models[K]>>
}

/** A list that began within this, ms, may stand for a look right before a write. */
const recentMs = 15_000

export class Proofs {
  readonly #parts: ProofsParts

  constructor(parts: ProofsParts) {
    this.#parts = parts
  }

  /** Whether there is no such endpoint, by a list of its group begun at `since` or later, else by GET. */
  async absence(id: Id<'privateEndpoint'>, since: number): Promise<Observed<Endpoint>> {
    const { lists, traces, clock, get } = this.#parts
    const { subscriptionId, resourceGroup } = id
    const group = { list: 'privateEndpoints', subscriptionId, resourceGroup } as const
    const age = Math.min(clock.monotonicMs() - since, recentMs)
    const { seen, begunAt } = await lists.read(group, age)
    const complete = seen.is === 'present' && !seen.value.skipped
    const tried = traces.changedAt(id) !== undefined
    if (!complete || tried || begunAt < since) return get(id, 0)
    const item = itemOf(seen.value as Listing<Endpoint>, id)
    return item === undefined ? absent : present(item)
  }

  /** An endpoint as a recent list shows it that our own last write does not contradict, else by GET. */
  async listedNow(id: Id<'privateEndpoint'>): Promise<Observed<Endpoint>> {
    const { lists, traces, get } = this.#parts
    const { seen, begunAt } = await lists.read(scopeOf(id), recentMs)
    const item = seen.is === 'present' ? itemOf(seen.value as Listing<Endpoint>, id) : undefined
    const settled = item !== undefined && traces.settles(id, begunAt, true)
    return settled ? present(item) : get(id, 0)
  }

  /** The list of its group, just read, is proof, unless it left out something, or our own write is young. */
  async byGroup<K extends Findable>(
    id: Id<K>,
    group: ListScope,
    maxAgeMs: number,
  ): Promise<Observed<Models[K]>> {
    const { lists, traces, clock, get } = this.#parts
    const { seen } = await lists.read(group, Infinity)
    const complete = seen.is === 'absent' || (seen.is === 'present' && !seen.value.skipped)
    if (!complete || traces.mayAppear(id, clock.monotonicMs())) return get(id, maxAgeMs)
    const item = seen.is === 'present' ? itemOf(seen.value as Listing<Models[K]>, id) : undefined
    return item === undefined ? absent : present(item)
  }
}

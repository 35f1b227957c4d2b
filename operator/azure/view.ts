/**
 * Azure as one identity sees it, shared by all objects of that identity: lists first, a GET where a list
 * can't tell. Must never take a list's silence, or our own young write's, for an absence.
 */
import type { Action, Outcome } from './action.ts'
import type { Clock } from './client.ts'
import type { AddressCheck } from './decode/table.ts'
import type { ArmError } from './error.ts'
import { idKey, type Id } from './id.ts'
import { itemOf, scopeOf, type Findable } from './listing.ts'
import type { Kind, Models } from './model.ts'
import { absent, present, unreadable, type Observed } from './observed.ts'
import type { AzureView, By, Listed, Listing, ListScope } from './port.ts'
import { readAddressCheck, readEnd, readList, readOne, type Reader } from './read.ts'
import { Shelf, type Stamped } from './shelf.ts'
import { listKey, Traces, type Graces, type Written } from './traces.ts'

export interface ViewParts {
  readonly reader: Reader
  readonly clock: Clock
  readonly graces: Graces
  /** What was written by another view of the same identity; absent: what this one writes. */
  readonly traces?: Traces
  /** Sends one write; gets the view it must look and report through. */
  readonly write: (view: View, action: Action, by: By) => Promise<Outcome>
}

export class View implements AzureView {
  readonly #parts: ViewParts
  readonly #shelf: Shelf
  readonly #traces: Traces

  constructor(parts: ViewParts) {
    this.#parts = parts
    this.#shelf = new Shelf(parts.clock)
    this.#traces = parts.traces ?? new Traces(parts.graces)
  }

  async list<S extends ListScope>(
    scope: S,
    maxAgeMs: number,
  ): Promise<Observed<Listing<Listed[S['list']]>>> {
    const { seen } = await this.#list(scope, maxAgeMs)
    return seen
  }

  async get<K extends Kind>(id: Id<K>, maxAgeMs: number): Promise<Observed<Models[K]>> {
    const now = this.#now()
    const oldest = Math.max(now - maxAgeMs, after(this.#traces.changedAt(id)))
    const urgency = maxAgeMs > 0 ? 'one' : 'look'
    const fetch = (): Promise<Observed<Models[K]>> => readOne(this.#parts.reader, id, urgency)
    const { seen } = await this.#shelf.read(`${id.kind} ${idKey(id)}`, oldest, maxAgeMs > 0, fetch)
    return seen.is === 'absent' && this.#traces.mayAppear(id, this.#now()) ? notYetVisible : seen
  }

  async find<K extends Findable>(id: Id<K>, maxAgeMs: number): Promise<Observed<Models[K]>> {
    if (!this.#traces.settles(id, this.#now(), true)) return this.get(id, maxAgeMs)
    const listed = await this.#listed(id, scopeOf(id), maxAgeMs)
    if (listed !== 'silent') return listed
    if (id.kind !== 'privateEndpoint') return this.get(id, maxAgeMs)
    const { subscriptionId, resourceGroup } = id
    const group = { list: 'privateEndpoints', subscriptionId, resourceGroup } as const
    const inGroup = await this.#listed(id, group, maxAgeMs)
    if (inGroup !== 'silent') return inGroup
    return this.#settledAbsence(id, group, maxAgeMs)
  }

  /** Whether there is no such endpoint, by a list of its group begun at `since` or later, else by GET. */
  async absence(
    id: Id<'privateEndpoint'>,
    since: number,
  ): Promise<Observed<Models['privateEndpoint']>> {
    const now = this.#now()
    const { subscriptionId, resourceGroup } = id
    const group = { list: 'privateEndpoints', subscriptionId, resourceGroup } as const
    const { seen, begunAt } = await this.#list(group, Math.min(now - since, recentMs))
    const complete = seen.is === 'present' && !seen.value.skipped
    if (!complete || this.#traces.changedAt(id) !== undefined || begunAt < since) {
      return this.get(id, 0)
    }
    const item = itemOf(seen.value, id)
    return item === undefined ? absent : present(item)
  }

  /** An endpoint as a recent list shows it that our own last write does not contradict, else by GET. */
  async listedNow(id: Id<'privateEndpoint'>): Promise<Observed<Models['privateEndpoint']>> {
    const { seen, begunAt } = await this.#list(scopeOf(id), recentMs)
    const item =
      seen.is === 'present'
        ? itemOf(seen.value as Listing<Models['privateEndpoint']>, id)
        : undefined
    return item !== undefined && this.#traces.settles(id, begunAt, true)
      ? present(item)
      : this.get(id, 0)
  }

  ipAddressAvailable(
    virtualNetworkId: Id<'virtualNetwork'>,
    ipAddress: string,
  ): Promise<Observed<AddressCheck>> {
    return readAddressCheck(this.#parts.reader, virtualNetworkId, ipAddress)
  }

  whyEnded(id: Id<'privateEndpoint'>, operation: string): Promise<Observed<ArmError>> {
    return readEnd(this.#parts.reader, id, operation)
  }

  act(action: Action, by: By = {}): Promise<Outcome> {
    return this.#parts.write(this, action, by)
  }

  /** Notes a write of ours, so that no answer from before it is taken for what is. */
  wrote(id: Id<Kind>, how: Written['how'], accepted: boolean): void {
    this.#traces.wrote(id, { how, accepted, at: this.#now() })
  }

  /** Somebody else looks from now on: drops what was seen. */
  forget(): void {
    this.#shelf.clear()
  }

  /** How many observations are kept; for metrics and tests. */
  get kept(): number {
    return this.#shelf.size
  }

  #list<S extends ListScope>(
    scope: S,
    maxAgeMs: number,
  ): Promise<Stamped<Listing<Listed[S['list']]>>> {
    const oldest = Math.max(this.#now() - maxAgeMs, after(this.#traces.listChangedAt(scope)))
    const fetch = (): Promise<Observed<Listing<Listed[S['list']]>>> =>
      readList(this.#parts.reader, scope)
    return this.#shelf.read(listKey(scope), oldest, maxAgeMs > 0, fetch)
  }

  /** What a list shows of the resource; `silent` when it does not show it, or can't be trusted yet. */
  async #listed<K extends Findable>(
    id: Id<K>,
    scope: ListScope,
    maxAgeMs: number,
  ): Promise<Observed<Models[K]> | 'silent'> {
    const { seen, begunAt } = await this.#list(scope, maxAgeMs)
    switch (seen.is) {
      case 'absent':
        return 'silent'
      case 'unreadable':
        // Who may not list may still be allowed to read the one resource.
        return seen.error.status === 403 ? this.get(id, maxAgeMs) : seen
      case 'present': {
        const item = itemOf(seen.value as Listing<Models[K]>, id)
        if (!this.#traces.settles(id, begunAt, item !== undefined)) {
          const young = item === undefined && this.#traces.mayAppear(id, this.#now())
          return young && this.#traces.created(id) > few ? notYetVisible : this.get(id, maxAgeMs)
        }
        if (item !== undefined) this.#traces.shown(id)
        return item === undefined ? 'silent' : present(item)
      }
    }
  }

  /** The list of a group is proof, unless it left out what it could not name, or the group is missing. */
  async #settledAbsence<K extends Findable>(
    id: Id<K>,
    scope: ListScope,
    maxAgeMs: number,
  ): Promise<Observed<Models[K]>> {
    const { seen } = await this.#list(scope, maxAgeMs)
    const complete = seen.is === 'absent' || (seen.is === 'present' && !seen.value.skipped)
    if (!complete || this.#traces.mayAppear(id, this.#now())) return this.get(id, maxAgeMs)
    return absent
  }

  #now(): number {
    return this.#parts.clock.monotonicMs()
  }
}

/** A list that began within this, ms, may stand for a look right before a write. */
const recentMs = 15_000
/** So many new resources are looked for one by one; more of them wait until a list shows them. */
const few = 3

/** Strictly later than the write. */
const after = (at: number | undefined): number => (at === undefined ? -Infinity : at + 0.001)

const notYetVisible = unreadable({
  code: 'NotYetVisible',
  message: 'Azure took our write but does not show its result yet.',
  retry: 'fast',
  retryAfterMs: 5_000,
})

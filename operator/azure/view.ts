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
import { Lists } from './lists.ts'
import type { Look } from './look.ts'
import type { Kind, Models } from './model.ts'
import type { Cadence } from './cadence.ts'
import type { News } from './news.ts'
import { present, type Observed } from './observed.ts'
import type { AzureView, By, Listed, Listing, ListScope } from './port.ts'
import { Proofs } from './proofs.ts'
import { readAddressCheck, readEnd, readOne, type Reader } from './read.ts'
import { Shelf } from './shelf.ts'
import { notYetVisible, Traces, type Graces, type Written } from './traces.ts'

export interface ViewParts {
  readonly reader: Reader
  readonly clock: Clock
  readonly graces: Graces
  /** What was written by another view of the same identity; absent: what this one writes. */
  readonly traces?: Traces
  readonly cadence?: Cadence
  /** Sends one write; gets the view it must look and report through. */
  readonly write: (view: View, action: Action, by: By) => Promise<Outcome>
}

export class View implements AzureView {
  readonly #parts: ViewParts
  readonly #shelf: Shelf
  readonly #traces: Traces
  readonly #lists: Lists
  readonly #proofs: Proofs

  constructor(parts: ViewParts) {
    this.#parts = parts
    this.#shelf = new Shelf(parts.clock)
    this.#traces = parts.traces ?? new Traces(parts.graces)
    this.#lists = new Lists({ ...parts, shelf: this.#shelf, traces: this.#traces })
    this.#proofs = new Proofs({
      ...{ lists: this.#lists, traces: this.#traces, clock: parts.clock },
      get: (id, maxAgeMs) => this.#get(id, maxAgeMs),
    })
  }

  /** Who is told of what; absent: nobody of anything. */
  get news(): News | undefined {
    return this.#lists.news
  }

  async list<S extends ListScope>(
    scope: S,
    maxAgeMs: number,
    about?: readonly string[],
    look?: Look,
  ): Promise<Observed<Listing<Listed[S['list']]>>> {
    const { seen } = await this.#lists.of(scope, maxAgeMs, look, about)
    return seen
  }

  async get<K extends Kind>(
    id: Id<K>,
    maxAgeMs: number,
    look?: Look,
  ): Promise<Observed<Models[K]>> {
    const seen = await this.#get(id, maxAgeMs)
    // A group that is there is needed for a moment only.
    if (maxAgeMs > 0 && !(id.kind === 'resourceGroup' && seen.is === 'present')) look?.beyond()
    return seen
  }

  async #get<K extends Kind>(id: Id<K>, maxAgeMs: number): Promise<Observed<Models[K]>> {
    const now = this.#now()
    const oldest = Math.max(now - maxAgeMs, after(this.#traces.changedAt(id)))
    const urgency = maxAgeMs > 0 ? 'one' : 'look'
    const fetch = (): Promise<Observed<Models[K]>> => readOne(this.#parts.reader, id, urgency)
    const { seen } = await this.#shelf.read(`${id.kind} ${idKey(id)}`, oldest, maxAgeMs > 0, fetch)
    return seen.is === 'absent' && this.#traces.mayAppear(id, this.#now()) ? notYetVisible : seen
  }

  async find<K extends Findable>(
    id: Id<K>,
    maxAgeMs: number,
    look?: Look,
  ): Promise<Observed<Models[K]>> {
    const working = this.#traces.working(id)
    const alone = working > 0 && working <= few
    // Whatever answers now, news will come by the list; who looks alone does not wait for them.
    look?.want(scopeOf(id), [idKey(id)], alone ? Infinity : maxAgeMs)
    if (look !== undefined && alone) return this.#alone(id, maxAgeMs, look)
    if (!this.#traces.settles(id, this.#now(), true)) return this.#get(id, maxAgeMs)
    const listed = await this.#listed(id, scopeOf(id), maxAgeMs, look)
    if (listed !== 'silent') return listed
    if (id.kind !== 'privateEndpoint') return this.get(id, maxAgeMs, look)
    const { subscriptionId, resourceGroup } = id
    const group = { list: 'privateEndpoints', subscriptionId, resourceGroup } as const
    const inGroup = await this.#listed(id, group, maxAgeMs, look)
    if (inGroup !== 'silent') return inGroup
    return this.#proofs.byGroup(id, group, maxAgeMs)
  }

  /** Azure works on our write to it, and on hardly any other: a GET shows the end before a list does. */
  async #alone<K extends Findable>(
    id: Id<K>,
    maxAgeMs: number,
    look: Look,
  ): Promise<Observed<Models[K]>> {
    look.alone()
    const seen = await this.#get(id, Math.min(maxAgeMs, aloneMs))
    if (seen.is === 'present' && isOver(seen.value)) this.#traces.over(id, this.#now())
    return seen
  }

  absence(id: Id<'privateEndpoint'>, since: number): Promise<Observed<Models['privateEndpoint']>> {
    return this.#proofs.absence(id, since)
  }

  listedNow(id: Id<'privateEndpoint'>): Promise<Observed<Models['privateEndpoint']>> {
    return this.#proofs.listedNow(id)
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
    this.news?.forget()
  }

  get kept(): number {
    return this.#shelf.size
  }

  /** What a list shows of the resource; `silent` when it does not show it, or can't be trusted yet. */
  async #listed<K extends Findable>(
    id: Id<K>,
    scope: ListScope,
    maxAgeMs: number,
    look: Look | undefined,
  ): Promise<Observed<Models[K]> | 'silent'> {
    const { seen, begunAt } = await this.#lists.of(scope, maxAgeMs, look, [idKey(id)])
    switch (seen.is) {
      case 'absent':
        return 'silent'
      case 'unreadable':
        // Who may not list may still be allowed to read the one resource.
        return seen.error.status === 403 ? this.get(id, maxAgeMs, look) : seen
      case 'present': {
        const item = itemOf(seen.value as Listing<Models[K]>, id)
        if (!this.#traces.settles(id, begunAt, item !== undefined)) {
          const young = item === undefined && this.#traces.mayAppear(id, this.#now())
          return young && this.#traces.created(id) > few ? notYetVisible : this.#get(id, maxAgeMs)
        }
        if (item !== undefined) this.#traces.shown(id)
        if (item !== undefined && isOver(item)) this.#traces.over(id)
        return item === undefined ? 'silent' : present(item)
      }
    }
  }

  #now(): number {
    return this.#parts.clock.monotonicMs()
  }
}

/** So many new resources are looked for one by one; more of them wait until a list shows them. */
const few = 3
const aloneMs = 500

/** Azure no longer works on it. */
const isOver = (seen: Models[Findable]): boolean =>
  'provisioningState' in seen &&
  ['Succeeded', 'Failed', 'Canceled'].includes(seen.provisioningState)

/** Strictly later than the write. */
const after = (at: number | undefined): number => (at === undefined ? -Infinity : at + 0.001)

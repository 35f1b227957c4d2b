/** What the API server would do to decisions: versions, generations, conflicts. In memory. */
import type { EndpointConnectionDecision } from '../../operator/api/connection-decision.ts'
import {
  status as statusSchema,
  type DecisionStatus,
} from '../../operator/api/connection-decision.ts'
import { fit } from '../../operator/api/value.ts'
import {
  Conflict,
  type EventNote,
  type EventRecorder,
  type Index,
  type KubernetesObject,
  type ObjectMaker,
  type ObjectWriter,
  type Store,
} from '../../operator/kubernetes/port.ts'
import { brokenByDecision, demand } from './status-laws.ts'

export const keyOf = ({ metadata }: KubernetesObject): string =>
  `${metadata.namespace}/${metadata.name}`

export class Objects<T extends KubernetesObject> implements Store<T> {
  readonly objects = new Map<string, T>()
  synced = true
  #version = 0

  get(key: string): T | undefined {
    return this.objects.get(key)
  }
  all(): Iterable<T> {
    return this.objects.values()
  }
  *by(index: Index<T>, key: string): Iterable<T> {
    for (const object of this.all()) if (index.keysOf(object).includes(key)) yield object
  }
  put(object: T): T {
    const resourceVersion = String(++this.#version)
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion } }
    this.objects.set(keyOf(object), stored)
    return stored
  }
}

type Decision = EndpointConnectionDecision

/** A watch's cache: behind what is true until it catches up, but for our own writes. */
export class Cache<T extends KubernetesObject> implements Store<T> {
  readonly #truth: Objects<T>
  #objects: ReadonlyMap<string, T> = new Map()
  synced = true

  constructor(truth: Objects<T>) {
    this.#truth = truth
  }

  /** @param then the objects as a list that lags shows them; default: as they are */
  catchUp(then: ReadonlyMap<string, T> = this.#truth.objects): void {
    this.#objects = new Map(then)
    this.synced = true
  }
  /** As a process begins: some are listed, of the others nothing is known. */
  begin(some: ReadonlyMap<string, T>): void {
    this.#objects = some
    this.synced = false
  }
  wrote(object: T): void {
    this.#objects = new Map(this.#objects).set(keyOf(object), object)
  }
  get(key: string): T | undefined {
    return this.#objects.get(key)
  }
  all(): Iterable<T> {
    return this.#objects.values()
  }
  *by(index: Index<T>, key: string): Iterable<T> {
    for (const object of this.all()) if (index.keysOf(object).includes(key)) yield object
  }
}

export class DecisionCluster
  implements ObjectWriter<Decision>, ObjectMaker<Decision>, EventRecorder
{
  readonly decisions = new Objects<Decision>()
  readonly events: (EventNote & { readonly about: string })[] = []
  /** Statuses written, rows made and removed. */
  writes = 0
  readonly #now: () => number
  #made = 0

  /** @param now ms since the epoch */
  constructor(now: () => number) {
    this.#now = now
  }

  /** What a user does: creates the object, or changes its spec. */
  apply(decision: Decision): Decision {
    const before = this.decisions.get(keyOf(decision))
    const changed = JSON.stringify(before?.spec) !== JSON.stringify(decision.spec)
    const generation = (before?.metadata.generation ?? 0) + (changed ? 1 : 0)
    const { status } = before ?? decision
    const metadata = { ...decision.metadata, generation }
    return this.decisions.put({ ...decision, metadata, ...(status && { status }) })
  }

  delete(decision: Decision): void {
    this.decisions.objects.delete(keyOf(decision))
  }

  of(decision: Decision): Decision {
    const found = this.decisions.get(keyOf(decision))
    if (!found) throw new Error(`${keyOf(decision)} is gone`)
    return found
  }

  /** `True/Approved`. */
  ready(decision: Decision): string {
    const found = this.of(decision).status?.conditions?.find(({ type }) => type === 'Ready')
    return `${found?.status}/${found?.reason}`
  }

  rows(): readonly Decision[] {
    return [...this.decisions.all()].filter(({ metadata }) => metadata.labels?.['pgpe.dev/inbox'])
  }

  async getNow(key: string): Promise<Decision | undefined> {
    return this.decisions.get(key)
  }

  async applyStatus(decision: Decision, status: object, version?: string): Promise<Decision> {
    const now = this.#same(decision)
    if (version !== undefined && now.metadata.resourceVersion !== version) throw new Conflict()
    this.writes++
    const stored = fit(statusSchema, JSON.parse(JSON.stringify(status)) as DecisionStatus)
    demand(brokenByDecision(decision, stored), stored)
    return this.decisions.put({ ...now, status: stored })
  }

  async setFinalizer(): Promise<Decision> {
    throw new Error('decisions have none')
  }

  async create(row: Decision): Promise<boolean> {
    if (this.decisions.get(keyOf(row))) return false
    this.writes++
    const { metadata } = row
    const more = { uid: `uid-row-${++this.#made}`, generation: 1, resourceVersion: '' }
    const creationTimestamp = `${new Date(this.#now()).toISOString().slice(0, 19)}Z`
    this.decisions.put({ ...row, metadata: { ...metadata, ...more, creationTimestamp } })
    return true
  }

  async remove(row: Decision): Promise<void> {
    const now = this.decisions.get(keyOf(row))
    if (now && now.metadata.resourceVersion !== row.metadata.resourceVersion) throw new Conflict()
    this.writes++
    this.decisions.objects.delete(keyOf(row))
  }

  record(about: KubernetesObject, event: EventNote): void {
    this.events.push({ ...event, about: keyOf(about) })
  }

  #same(decision: Decision): Decision {
    const now = this.decisions.get(keyOf(decision))
    if (now?.metadata.uid !== decision.metadata.uid) throw new Conflict()
    return now
  }
}

/** A cluster of one resource in a map: what the API server would do with versions, finalizers, conflicts. */
import type { Metadata } from '../../operator/api/kubernetes.ts'
import {
  finalizer,
  status as statusSchema,
  spec as specSchema,
  type EndpointStatus,
  type PostgresPrivateEndpoint,
  type WrittenEndpointSpec,
} from '../../operator/api/private-endpoint.ts'
import { complete, fit } from '../../operator/api/value.ts'
import {
  Conflict,
  type EventNote,
  type Index,
  type ObjectWriter,
  type Store,
} from '../../operator/kubernetes/port.ts'
import { brokenByEndpoint, demand } from '../kit/status-laws.ts'

type Endpoint = PostgresPrivateEndpoint

/** What the API server would do to one resource: versions, generations, finalizers, conflicts. */
export class Cluster implements Store<Endpoint>, ObjectWriter<Endpoint> {
  readonly synced = true
  readonly #objects = new Map<string, Endpoint>()
  readonly events: (EventNote & { readonly key: string })[] = []
  readonly #now: () => Date
  #version = 100
  #uid = 0
  /** Writes of status and finalizers. */
  writes = 0

  /** Hears of every change. */
  onChange: (before: Endpoint | undefined, after: Endpoint | undefined) => void = () => undefined

  constructor(now: () => Date) {
    this.#now = now
  }

  get(key: string): Endpoint | undefined {
    return this.#objects.get(key)
  }
  all(): Iterable<Endpoint> {
    return this.#objects.values()
  }
  *by(index: Index<Endpoint>, key: string): Iterable<Endpoint> {
    for (const object of this.all()) if (index.keysOf(object).includes(key)) yield object
  }
  getNow(key: string): Promise<Endpoint | undefined> {
    return Promise.resolve(this.#objects.get(key))
  }

  create(name: string, spec: WrittenEndpointSpec): string {
    const key = `team/${name}`
    const uid = this.#newUid()
    this.#keep(key, {
      apiVersion: 'pgpe.dev/v1alpha1',
      kind: 'PostgresPrivateEndpoint',
      metadata: {
        namespace: 'team',
        name,
        uid,
        generation: 1,
        resourceVersion: '1',
        creationTimestamp: this.#now().toISOString(),
      },
      spec: complete(specSchema, spec),
      status: { observedGeneration: -1 },
    })
    return key
  }

  edit(
    key: string,
    change: { spec?: Partial<Endpoint['spec']>; annotations?: Record<string, string> },
  ): void {
    const before = this.#existing(key)
    const { metadata } = before
    const generation = change.spec === undefined ? metadata.generation : metadata.generation + 1
    const annotations = { ...metadata.annotations, ...change.annotations }
    this.#keep(key, {
      ...before,
      spec: { ...before.spec, ...change.spec },
      metadata: { ...metadata, generation, annotations },
    })
  }

  /** As `kubectl replace`: fields that are not given are gone. */
  replaceSpec(key: string, spec: Endpoint['spec']): void {
    const before = this.#existing(key)
    const generation = before.metadata.generation + 1
    this.#keep(key, { ...before, spec, metadata: { ...before.metadata, generation } })
  }

  delete(key: string): void {
    const before = this.#existing(key)
    const deletionTimestamp = this.#now().toISOString()
    const { generation } = before.metadata
    const metadata = { ...before.metadata, deletionTimestamp, generation: generation + 1 }
    this.#keep(key, { ...before, metadata })
  }

  /** It is gone with its cluster: nobody has let go of it. */
  lose(key: string): void {
    this.#objects.delete(key)
  }

  /** As out of a backup: another uid, no status. */
  restore(key: string): void {
    const { metadata, ...before } = this.#existing(key)
    const uid = this.#newUid()
    const creationTimestamp = this.#now().toISOString()
    const restored = { ...metadata, uid, generation: 1, creationTimestamp }
    this.#keep(key, { ...before, metadata: restored, status: { observedGeneration: -1 } })
  }

  applyStatus(object: Endpoint, status: object, resourceVersion?: string): Promise<Endpoint> {
    const key = keyOf(object.metadata)
    const before = this.#same(object)
    if (resourceVersion !== undefined && before.metadata.resourceVersion !== resourceVersion) {
      throw new Conflict()
    }
    demand(brokenByEndpoint(object, status), status)
    this.writes++
    return Promise.resolve(this.#putStatus(key, before, status))
  }

  /** A status that somebody else wrote, whatever stands in it. */
  forgeStatus(key: string, status: object): void {
    this.#putStatus(key, this.#existing(key), status)
  }

  #putStatus(key: string, before: Endpoint, status: object): Endpoint {
    // As the API server would have it: nothing is lost by the schema's limits, and JSON has no undefined.
    const stored = fit(statusSchema, JSON.parse(JSON.stringify(status)) as EndpointStatus)
    return this.#keep(key, { ...before, status: stored })
  }

  setFinalizer(object: Endpoint, name: string, present: boolean): Promise<Endpoint> {
    const before = this.#same(object)
    const others = (before.metadata.finalizers ?? []).filter((each) => each !== name)
    const finalizers = present ? [...others, name] : others
    this.writes++
    const metadata = { ...before.metadata, finalizers }
    return Promise.resolve(this.#keep(keyOf(before.metadata), { ...before, metadata }))
  }

  record(about: { readonly metadata: Metadata }, event: EventNote): void {
    this.events.push({ ...event, key: keyOf(about.metadata) })
  }

  #newUid(): string {
    return `00000000-0000-4000-8000-${String(++this.#uid).padStart(12, '0')}`
  }

  #existing(key: string): Endpoint {
    const found = this.#objects.get(key)
    if (found === undefined) throw new Error(`there is no ${key}`)
    return found
  }

  #same({ metadata }: Endpoint): Endpoint {
    const found = this.#objects.get(keyOf(metadata))
    if (found?.metadata.uid !== metadata.uid) throw new Conflict()
    return found
  }

  #keep(key: string, object: Endpoint): Endpoint {
    const resourceVersion = String(++this.#version)
    const kept: Endpoint = { ...object, metadata: { ...object.metadata, resourceVersion } }
    const { deletionTimestamp, finalizers } = kept.metadata
    const gone = deletionTimestamp !== undefined && !finalizers?.includes(finalizer)
    const before = this.#objects.get(key)
    if (gone) this.#objects.delete(key)
    else this.#objects.set(key, kept)
    this.onChange(before, gone ? undefined : kept)
    return kept
  }
}

export const keyOf = ({ namespace, name }: Metadata): string => `${namespace}/${name}`

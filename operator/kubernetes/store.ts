/**
 * The cache behind a watch. It decides which of two versions of an object stands: identity is the
 * uid, age is the resource version, and nothing ever goes back. Pure; never sends anything.
 *
 *     complete list ──► replace ─┐
 *     watch event ────► apply ───┼──► one map, and what changed in it
 *     our own write ──► takeOver ┘
 */
import { Indexes } from './indexes.ts'
import type { Index, KubernetesObject, Store } from './port.ts'
import { compareVersions, keyOf } from './resource.ts'

export type Origin = 'first list' | 'list' | 'watch' | 'own write'

export interface Change<T> {
  readonly key: string
  readonly origin: Origin
  /** Undefined: it is new. */
  readonly before: T | undefined
  /** Undefined: it is gone. One name with another uid is one change to gone and one to new. */
  readonly after: T | undefined
}

export type Listener<T> = (change: Change<T>) => void

/** What `kubectl apply` keeps for itself, as large as the object; and who wrote which field. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

/** The object without what nobody here reads. May keep parts of the object that it was given. */
export function trim<T extends KubernetesObject>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata as T['metadata'] & {
    readonly managedFields?: unknown
  }
  if (metadata.annotations === undefined || !Object.hasOwn(metadata.annotations, lastApplied)) {
    return { ...object, metadata }
  }
  const { [lastApplied]: __, ...annotations } = metadata.annotations
  return { ...object, metadata: { ...metadata, annotations } }
}

/** The part of the cache that one list and watch fills: all namespaces (undefined), or one. */
export type Scope = string | undefined

export class Cache<T extends KubernetesObject> implements Store<T> {
  readonly #objects = new Map<string, T>()
  readonly #indexes = new Indexes<T>(() => this.#objects.values())
  readonly #unsynced: Set<Scope>
  /** How far each scope's watch has come; what is older and not in the map is gone. */
  readonly #position = new Map<Scope, string>()
  /** Objects that our own write let go; a late event must not bring them back. */
  readonly #letGo = new Set<string>()
  readonly #listeners: Listener<T>[] = []
  readonly #onBrokenListener: (error: unknown, change: Change<T>) => void
  readonly #whenSynced: Promise<void>
  #onSynced: () => void = () => undefined

  constructor(
    scopes: readonly Scope[],
    onBrokenListener: (error: unknown, change: Change<T>) => void,
  ) {
    this.#unsynced = new Set(scopes)
    this.#onBrokenListener = onBrokenListener
    this.#whenSynced = new Promise((resolve) => (this.#onSynced = resolve))
  }

  /** Listeners hear of each change after it is in the map. What they throw harms nobody. */
  listen(listener: Listener<T>): void {
    this.#listeners.push(listener)
  }

  get(key: string): T | undefined {
    return this.#objects.get(key)
  }

  all(): Iterable<T> {
    return this.#objects.values()
  }

  by(index: Index<T>, key: string): readonly T[] {
    return this.#indexes.find(index, key)
  }

  get size(): number {
    return this.#objects.size
  }

  get synced(): boolean {
    return this.#unsynced.size === 0
  }

  /** Resolves once a complete list of every scope has been read. */
  whenSynced(): Promise<void> {
    return this.#whenSynced
  }

  /** How far a scope has come; undefined before its first list. */
  position(scope: Scope): string | undefined {
    return this.#position.get(scope)
  }

  /** A complete list, read at `version`: what it lacks is gone, but for what is younger than it. */
  replace(scope: Scope, items: readonly T[], version: string): void {
    const origin = this.#unsynced.has(scope) ? 'first list' : 'list'
    this.#position.set(scope, version)
    this.#letGo.clear()
    const listed = new Set(items.map(({ metadata }) => keyOf(metadata)))
    for (const [key, object] of [...this.#objects]) {
      if (scope !== undefined && object.metadata.namespace !== scope) continue
      const older = compareVersions(object.metadata.resourceVersion, version) <= 0
      if (!listed.has(key) && older) this.#drop(key, object, origin)
    }
    for (const item of items) this.#put(item, origin)
    this.#unsynced.delete(scope)
    if (this.synced) this.#onSynced()
  }

  /** Forgets a scope's past: an API server restored from a backup counts from an earlier number. */
  forget(scope: Scope): void {
    this.#position.delete(scope)
    for (const [key, object] of [...this.#objects]) {
      if (scope === undefined || object.metadata.namespace === scope) {
        this.#drop(key, object, 'list')
      }
    }
  }

  /** One event of a watch. */
  apply(scope: Scope, type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void {
    const { resourceVersion, uid } = object.metadata
    this.#position.set(scope, resourceVersion)
    if (type !== 'DELETED') return this.#put(object, 'watch')
    this.#letGo.delete(uid)
    const key = keyOf(object.metadata)
    const known = this.#objects.get(key)
    // A late farewell to an earlier object of that name is not about this one.
    if (known?.metadata.uid === uid) this.#drop(key, known, 'watch')
  }

  /** A bookmark: nothing older is outstanding. */
  advance(scope: Scope, version: string): void {
    this.#position.set(scope, version)
  }

  /** What our own write answered, so that we read what we wrote. Older answers are ignored. */
  takeOver(object: T): void {
    const { metadata } = object
    const key = keyOf(metadata)
    const known = this.#objects.get(key)
    const position = this.#position.get(metadata.namespace) ?? this.#position.get(undefined)
    const gone = metadata.deletionTimestamp !== undefined && !metadata.finalizers?.length
    if (gone) {
      this.#letGo.add(metadata.uid)
      if (known?.metadata.uid === metadata.uid) this.#drop(key, known, 'own write')
    } else if (known !== undefined || position === undefined || !seen(metadata, position)) {
      this.#put(object, 'own write')
    }
  }

  #put(given: T, origin: Origin): void {
    const key = keyOf(given.metadata)
    const known = this.#objects.get(key)
    const { uid, resourceVersion } = given.metadata
    if (this.#letGo.has(uid)) return
    if (known !== undefined) {
      const younger = compareVersions(resourceVersion, known.metadata.resourceVersion) > 0
      if (!younger) return
      if (known.metadata.uid !== uid) this.#drop(key, known, origin)
    }
    const object = trim(given)
    const before = known?.metadata.uid === uid ? known : undefined
    if (before !== undefined) this.#indexes.remove(before)
    this.#objects.set(key, object)
    this.#indexes.add(object)
    this.#tell({ key, origin, before, after: object })
  }

  #drop(key: string, before: T, origin: Origin): void {
    this.#objects.delete(key)
    this.#indexes.remove(before)
    this.#tell({ key, origin, before, after: undefined })
  }

  #tell(change: Change<T>): void {
    for (const listener of this.#listeners) {
      try {
        listener(change)
      } catch (error) {
        this.#onBrokenListener(error, change)
      }
    }
  }
}

const seen = ({ resourceVersion }: { readonly resourceVersion: string }, position: string) =>
  compareVersions(resourceVersion, position) <= 0

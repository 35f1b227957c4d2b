/**
 * The cluster as the kinds see it. One implementation talks to the API server (client.ts, watch.ts);
 * tests may bring another. Reads come from the watches' caches unless they say `now`.
 */
import type { Metadata, OwnerReference } from '../api/kubernetes.ts'
import type { Found } from './identities.ts'

export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Metadata
}

/** A way to find objects: under each of these keys. Pure, and cheap; one value for all who use it. */
export interface Index<T> {
  readonly keysOf: (object: T) => readonly string[]
}

/** The watch's cache of one resource. `namespace/name` is the key; identity is `metadata.uid`. */
export interface Store<T extends KubernetesObject> {
  get(key: string): T | undefined
  all(): Iterable<T>
  /** Those that the index has under the key, in no order; as cheap as they are few. */
  by(index: Index<T>, key: string): Iterable<T>
  /** True once a complete list has been read. */
  readonly synced: boolean
}

/** A write that the API server refused because the object had changed. */
export class Conflict extends Error {}

export interface ObjectWriter<T extends KubernetesObject> {
  /** The object by quorum read; undefined when it is not there. */
  getNow(key: string): Promise<T | undefined>
  /**
   * Applies the status (server-side apply on the status subresource, our field manager, forced).
   * With `resourceVersion` the write fails with `Conflict` unless the object is still that version;
   * without one, unless it is still the latest version that the store has of that incarnation.
   * The caller has already found that it differs.
   */
  applyStatus(object: T, status: object, resourceVersion?: string): Promise<T>
  /** Adds or removes our finalizer with a JSON patch that tests uid and the list; `Conflict` when either changed. */
  setFinalizer(object: T, finalizer: string, present: boolean): Promise<T>
}

/** For inbox rows. */
export interface ObjectMaker<T extends KubernetesObject> {
  /** Creates; answers false when an object of that name exists. */
  create(object: T): Promise<boolean>
  /** Deletes that very incarnation (uid and resourceVersion as preconditions); a 404 is success. */
  remove(object: T): Promise<void>
}

/** A ConfigMap as far as it is looked at. */
export interface ConfigMap {
  readonly metadata: {
    readonly namespace: string
    readonly name: string
    readonly uid: string
    readonly resourceVersion: string
    readonly ownerReferences?: readonly OwnerReference[]
  }
  readonly data?: Readonly<Record<string, string>>
}

export type ConfigMapChange =
  /** Owned by that object, and gone with it; refused when one of that name exists. */
  | {
      readonly do: 'create'
      readonly owner: KubernetesObject
      readonly name: string
      readonly data: Readonly<Record<string, string>>
    }
  /** All of its data; refused when it is no longer as it was found. */
  | {
      readonly do: 'replace'
      readonly found: ConfigMap
      readonly data: Readonly<Record<string, string>>
    }
  /** Refused when it is no longer as it was found. */
  | { readonly do: 'remove'; readonly found: ConfigMap }

export interface ConfigMaps {
  /** By quorum read. */
  read(namespace: string, name: string): Promise<Found<ConfigMap>>
  /** Answers why it was not done; undefined when it was. Never throws. */
  write(change: ConfigMapChange): Promise<string | undefined>
}

/** One line in `kubectl get events`. Recorded on transitions only; never throws. */
export interface EventNote {
  readonly type: 'Normal' | 'Warning'
  /** CamelCase, from the catalogue. */
  readonly reason: string
  /** What was done or tried, in one word, e.g. `CreateEndpoint`. */
  readonly action: string
  readonly note: string
}
export interface EventRecorder {
  record(about: KubernetesObject, event: EventNote): void
}

/** Time as this folder needs it; `runtime/clock.ts` is one. */
export interface Time {
  now(): Date
  /** ms; never goes back. */
  monotonic(): number
  /** Resolves after `ms` or when the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls back once after `ms`, unless the function that it answers with is called before. */
  timer(ms: number, then: () => void): () => void
}

/**
 * Writes to the API server, one request each, and the reads that must not come from a cache. What a
 * write answers goes into the store, so that the next visit reads what this one wrote.
 *
 * Must never write a spec, never write while this process does not lead, never repeat a write.
 */
import { labels } from '../api/group.ts'
import type { Call, Transport } from './call.ts'
import { isKubeError, KubeError } from './error.ts'
import { Few } from './few.ts'
import { Conflict, type KubernetesObject, type ObjectMaker, type ObjectWriter } from './port.ts'
import {
  collectionPath,
  compareVersions,
  keyOf,
  objectPath,
  parseKey,
  type Resource,
} from './resource.ts'
import { type Cache, trim } from './store.ts'

/** Who owns the fields that we write, for server-side apply. */
export const fieldManager = 'pgpe-operator'

export interface ClientGiven<T extends KubernetesObject> {
  readonly transport: Transport
  readonly resource: Resource
  readonly cache: Cache<T>
  /** Whether this process leads, at this moment. */
  readonly mayWrite: () => boolean
  /** The class whose objects this process serves, and to which what it makes belongs; undefined: none. */
  readonly objectClass?: string | undefined
}

export class Client<T extends KubernetesObject> implements ObjectWriter<T>, ObjectMaker<T> {
  readonly #given: ClientGiven<T>
  /** Writes at once. */
  readonly #few = new Few(8)

  constructor(given: ClientGiven<T>) {
    this.#given = given
  }

  async getNow(key: string): Promise<T | undefined> {
    const { transport, resource } = this.#given
    try {
      // Without a resource version the API server asks a quorum.
      const found = await transport.json<T>({ path: objectPath(resource, parseKey(key)) })
      return this.#isOurs(found) ? this.#keep(found) : undefined
    } catch (error) {
      if (isKubeError(error, 404)) return undefined
      throw error
    }
  }

  async applyStatus(object: T, status: object, resourceVersion?: string): Promise<T> {
    const { namespace, name, uid } = object.metadata
    const { apiVersion, kind } = this.#given.resource
    // Of a status the API server heeds no uid, only a version: without one, the status of an object
    // could reach another of the same name.
    const metadata = {
      ...{ namespace, name, uid },
      resourceVersion: resourceVersion ?? this.#latestVersion(object),
    }
    return this.#write({
      method: 'PATCH',
      path: `${this.#pathOf(object)}/status`,
      query: { fieldManager, force: true },
      contentType: 'application/apply-patch+yaml',
      body: { apiVersion, kind, metadata, status },
    })
  }

  async setFinalizer(object: T, finalizer: string, present: boolean): Promise<T> {
    const { uid, finalizers } = object.metadata
    const held = finalizers ?? []
    const others = held.filter((each) => each !== finalizer)
    if (held.includes(finalizer) === present) return object
    const wanted = present ? [...held, finalizer] : others
    const path = '/metadata/finalizers'
    return this.#write({
      method: 'PATCH',
      path: this.#pathOf(object),
      query: { fieldManager },
      contentType: 'application/json-patch+json',
      body: [
        { op: 'test', path: '/metadata/uid', value: uid },
        // The API server takes a test for null as one for absence.
        { op: 'test', path, value: finalizers ?? null },
        ...(wanted.length === 0
          ? [{ op: 'remove', path }]
          : [{ op: finalizers === undefined ? 'add' : 'replace', path, value: wanted }]),
      ],
    })
  }

  async create(object: T): Promise<boolean> {
    const { resource, objectClass } = this.#given
    const { namespace } = object.metadata
    const ours = objectClass === undefined ? {} : { [labels.class]: objectClass }
    const metadata = { ...object.metadata, labels: { ...object.metadata.labels, ...ours } }
    try {
      await this.#write({
        method: 'POST',
        path: collectionPath(resource, namespace),
        query: { fieldManager },
        body: { ...object, metadata: withoutServerFields(metadata) },
      })
      return true
    } catch (error) {
      if (error instanceof KubeError && error.reason === 'AlreadyExists') return false
      throw error
    }
  }

  async remove(object: T): Promise<void> {
    const { uid, resourceVersion } = object.metadata
    try {
      await this.#send({
        method: 'DELETE',
        path: this.#pathOf(object),
        body: {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          preconditions: { uid, resourceVersion },
          propagationPolicy: 'Background',
        },
      })
    } catch (error) {
      if (!isKubeError(error, 404)) throw asConflict(error)
    }
  }

  /** The latest version of this very incarnation that we know. */
  #latestVersion({ metadata }: T): string {
    const known = this.#given.cache.get(keyOf(metadata))?.metadata
    if (known === undefined || known.uid !== metadata.uid) return metadata.resourceVersion
    const { resourceVersion } = metadata
    return compareVersions(known.resourceVersion, resourceVersion) > 0
      ? known.resourceVersion
      : resourceVersion
  }

  #pathOf(object: T): string {
    return objectPath(this.#given.resource, object.metadata)
  }

  async #write(call: Call): Promise<T> {
    try {
      return this.#keep(await this.#send<T>(call))
    } catch (error) {
      throw asConflict(error)
    }
  }

  /**
   * What has gone over to another class is another process's from now on. It is not kept: the watch ends
   * with the version that we would hold, and would not take it away again.
   */
  #isOurs({ metadata }: T): boolean {
    return metadata.labels?.[labels.class] === this.#given.objectClass
  }

  #keep(answered: T): T {
    const object = trim(answered)
    if (this.#isOurs(object)) this.#given.cache.takeOver(object)
    return object
  }

  #send<A>(call: Call): Promise<A> {
    return this.#few.run(() => {
      if (this.#given.mayWrite()) return this.#given.transport.json<A>(call)
      const message = `${call.method ?? ''} ${call.path} was not sent: this process does not lead`
      throw new KubeError({ reason: 'NotLeading', message })
    })
  }
}

/** What the API server sets, and an object to create must not say. */
function withoutServerFields<M extends object>(metadata: M): Partial<M> {
  const server = ['uid', 'generation', 'resourceVersion', 'creationTimestamp']
  return Object.fromEntries(
    Object.entries(metadata).filter(([name]) => !server.includes(name)),
  ) as Partial<M>
}

/**
 * The object is not what the caller believes: it changed (409), it is gone (404), or a `test` of a
 * JSON patch failed (422 without causes; a refusal by the schema names causes). All: look again.
 */
function asConflict(error: unknown): unknown {
  if (!(error instanceof KubeError)) return error
  const failedTest = error.code === 422 && (error.details.causes ?? []).length === 0
  const changed = error.code === 409 && error.reason !== 'AlreadyExists'
  return changed || failedTest || error.code === 404
    ? new Conflict(error.message, { cause: error })
    : error
}

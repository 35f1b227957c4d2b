/**
 * The real cluster of a measurement: what is made in it, what becomes of it, and how many writes its API
 * server has taken. Must never write a status.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import type { PostgresPrivateEndpoint } from '../../operator/api/private-endpoint.ts'
import type { ControlPlane } from '../control-plane/control-plane.ts'
import { inTurn } from './crowd.ts'
import type { Place } from './world.ts'

export const namespace = 'bench'
const api = '/apis/pgpe.dev/v1alpha1'
const endpoints = `${api}/namespaces/${namespace}/postgresprivateendpoints`

type Spec = Readonly<Record<string, unknown>>

/** Requests that the API server has taken since it began, by verb and resource. */
export type Writes = ReadonlyMap<string, number>

const writing = ['POST', 'PUT', 'PATCH', 'APPLY', 'DELETE']

export class Cluster {
  readonly #plane: ControlPlane
  readonly #agent: Agent
  readonly #signal: AbortSignal
  readonly #objects = new Map<string, PostgresPrivateEndpoint>()
  readonly #readyAt = new Map<string, number>()
  readonly #told = new Set<string>()
  readonly #listeners = new Set<() => void>()
  readonly #over = new AbortController()
  #following: Promise<void> = Promise.resolve()

  constructor(plane: ControlPlane, signal: AbortSignal) {
    this.#plane = plane
    this.#agent = new Agent({ connect: { ca: plane.authorityCertificate }, bodyTimeout: 0 })
    this.#signal = signal
  }

  async makeNamespace(): Promise<void> {
    await this.send('POST', '/api/v1/namespaces', { metadata: { name: namespace } })
  }

  /** Makes an object for each place, as fast as the API server takes them; answers with their uids. */
  async create(places: readonly Place[], spec: Spec = {}): Promise<ReadonlyMap<string, string>> {
    const uids = new Map<string, string>()
    await inTurn(places.length, async (index) => {
      const { name, serverId, subnetId } = places[index]!
      const made = await this.send('POST', endpoints, {
        apiVersion: 'pgpe.dev/v1alpha1',
        kind: 'PostgresPrivateEndpoint',
        metadata: { name, namespace },
        spec: { serverId, subnetId, resourceGroup: 'bench', ...spec },
      })
      uids.set(name, made.metadata.uid)
    })
    return uids
  }

  /** Keeps up to date what is known of all objects, until `close`. */
  async follow(): Promise<void> {
    const { metadata } = await this.send('GET', `${api}/postgresprivateendpoints?limit=1`)
    this.#following = this.#watch(metadata.resourceVersion).catch((error: unknown) => {
      if (!this.#over.signal.aborted) throw error
    })
  }

  /** When each object became Ready, by its name; by `performance.now()`. */
  get readyAt(): ReadonlyMap<string, number> {
    return this.#readyAt
  }

  objects(): readonly PostgresPrivateEndpoint[] {
    return [...this.#objects.values()]
  }

  /** Resolves once so many objects are Ready; rejects when the signal comes first. */
  untilReady(count: number): Promise<void> {
    return this.#until(() => this.#readyAt.size >= count)
  }

  /** Resolves once so many objects have been told how they stand. */
  untilTold(count: number): Promise<void> {
    return this.#until(() => this.#told.size >= count)
  }

  #until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!isSo()) return
        this.#listeners.delete(look)
        resolve()
      }
      this.#listeners.add(look)
      this.#signal.addEventListener('abort', () => reject(this.#signal.reason as Error))
      look()
    })
  }

  /** Of the operator: what others write is not among it, nor the lease, which is renewed in any case. */
  async writes(): Promise<Writes> {
    const text = await this.#text('GET', '/metrics')
    const counts = new Map<string, number>()
    for (const [, labels = '', value] of text.matchAll(/^apiserver_request_total{(.*)} (.*)$/gm)) {
      const of = (name: string): string =>
        new RegExp(`\\b${name}="([^"]*)"`).exec(labels)?.[1] ?? ''
      const [verb, resource, subresource] = [of('verb'), of('resource'), of('subresource')]
      const isOurs = of('group') === 'pgpe.dev' || resource === 'events'
      if (!writing.includes(verb) || !isOurs) continue
      if (verb === 'POST' && resource === 'postgresprivateendpoints') continue
      const key = `${verb} ${resource}${subresource === '' ? '' : `/${subresource}`} ${of('code')}`
      counts.set(key, (counts.get(key) ?? 0) + Number(value))
    }
    return counts
  }

  async send(method: 'GET' | 'POST', path: string, body?: unknown): Promise<any> {
    return JSON.parse(await this.#text(method, path, body))
  }

  async close(): Promise<void> {
    this.#over.abort()
    await this.#following.catch(() => undefined)
    await this.#agent.close()
  }

  async #text(method: 'GET' | 'POST', path: string, body?: unknown): Promise<string> {
    const answer = await request(`${this.#plane.url}${path}`, {
      method,
      headers: this.#headers,
      body: body === undefined ? null : JSON.stringify(body),
      dispatcher: this.#agent,
    })
    const text = await answer.body.text()
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${text}`)
    return text
  }

  get #headers() {
    return {
      authorization: `Bearer ${this.#plane.adminToken}`,
      'content-type': 'application/json',
    }
  }

  /** The API server ends a watch within the hour; the next goes on where it was. */
  async #watch(from: string): Promise<void> {
    const { signal } = this.#over
    let version = from
    while (!signal.aborted) {
      const query = `watch=1&allowWatchBookmarks=true&resourceVersion=${version}&timeoutSeconds=3600`
      const answer = await request(`${this.#plane.url}${api}/postgresprivateendpoints?${query}`, {
        headers: this.#headers,
        dispatcher: this.#agent,
        signal,
      })
      if (answer.statusCode !== 200) {
        // A kind that was just made is not served by every part of the API server yet.
        await answer.body.dump()
        await sleep(500, undefined, { signal })
        continue
      }
      let rest = ''
      for await (const chunk of answer.body.setEncoding('utf8')) {
        const lines = (rest + chunk).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) version = this.#take(JSON.parse(line))
      }
    }
  }

  #take({ type, object }: { readonly type: string; readonly object: any }): string {
    if (type === 'ERROR') throw new Error(`the watch failed: ${object.message}`)
    const { name, resourceVersion } = object.metadata
    if (type === 'BOOKMARK') return resourceVersion
    if (type === 'DELETED') this.#objects.delete(name)
    else this.#objects.set(name, object)
    if (object.status?.conditions?.length > 0) this.#told.add(name)
    const ready = object.status?.conditions?.find((each: any) => each.type === 'Ready')
    if (type !== 'DELETED' && ready?.status === 'True') {
      if (!this.#readyAt.has(name)) this.#readyAt.set(name, performance.now())
    } else this.#readyAt.delete(name)
    for (const listener of this.#listeners) listener()
    return resourceVersion
  }
}

/** What came between two looks. */
export const writesBetween = (before: Writes, after: Writes): Writes =>
  new Map(
    [...after]
      .map(([key, count]) => [key, count - (before.get(key) ?? 0)] as const)
      .filter(([, count]) => count > 0),
  )

export const sumOf = (counts: Writes): number =>
  [...counts.values()].reduce((sum, count) => sum + count, 0)

/** One line for each kind of write, the most first; each begins with a space. */
export const linesOf = (counts: Writes): readonly string[] =>
  [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([key, count]) => `${String(count).padStart(8)} ${key}`)

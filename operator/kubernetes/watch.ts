/**
 * List and watch that always comes back: one loop that ends only when it is told to.
 *
 *     ┌──► list, page by page ──► watch from there ──► ended by the server ──┐
 *     │         ▲                    │                                       │
 *     │         └── gone, truncated, unreadable, went back, or it is time ◄──┤
 *     └───────────── pause, growing ◄── anything else that fails ◄───────────┘
 *
 * Guarantees: what the API server holds is in the cache at the latest one full list later, whatever
 * was lost between; the cache never goes back. `lastContact` tells how long ago the server spoke.
 * Must never let a failure, its own or a listener's, end the loop.
 */
import type { Transport } from './call.ts'
import { KubeError } from './error.ts'
import { type WatchEvent, eventsOf } from './lines.ts'
import { listAll } from './list.ts'
import type { KubernetesObject, Time } from './port.ts'
import { collectionPath, compareVersions, type Resource } from './resource.ts'
import type { Cache, Scope } from './store.ts'
import type { WatchSettings } from './watch-settings.ts'
import { Regressed, Silent, type Trouble, troubleOf } from './trouble.ts'

export interface WatchGiven<T extends KubernetesObject> {
  readonly transport: Transport
  readonly time: Time
  /** [0, 1) */
  readonly random: () => number
  readonly resource: Resource
  readonly scope: Scope
  readonly labelSelector?: string | undefined
  readonly cache: Cache<T>
  readonly settings: WatchSettings
  readonly onTrouble: (trouble: Trouble, error: Error) => void
}

/** Lists in a row that are older than what we know, before they are believed: a restored backup. */
const regressionsBelieved = 5
/** A watch that ends sooner than this, without an event, counts as a failure. */
const shortestWatchMs = 1_000

export class Watch<T extends KubernetesObject> {
  readonly #given: WatchGiven<T>
  readonly #stopping = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #lastContact: number | undefined
  #listDue = 0
  #regressions = 0
  #failures = 0

  constructor(given: WatchGiven<T>) {
    this.#given = given
  }

  start(): void {
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  /** Monotonic time, ms, of the last byte that the server sent; undefined before the first. */
  get lastContact(): number | undefined {
    return this.#lastContact
  }

  async #run(): Promise<void> {
    const { time } = this.#given
    const signal = this.#stopping.signal
    while (!signal.aborted) {
      try {
        if (time.monotonic() >= this.#listDue) await this.#list(signal)
        if (await this.#watch(signal)) this.#failures = 0
        else await this.#pause()
      } catch (error) {
        if (signal.aborted) return
        await this.#recover(error)
      }
    }
  }

  async #recover(thrown: unknown): Promise<void> {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown))
    const trouble = troubleOf(error)
    if (trouble !== 'refused' && trouble !== 'unreachable' && trouble !== 'silent') {
      this.#listDue = 0
    }
    this.#given.onTrouble(trouble, error)
    // The usual way of an old version: list at once, but not over and over.
    if (trouble === 'gone' && this.#failures === 0) this.#failures = 1
    else await this.#pause(error instanceof KubeError ? error.retryAfterMs : undefined)
  }

  async #pause(askedMs = 0): Promise<void> {
    const { settings, time, random } = this.#given
    const [first, longest] = settings.pauseMs
    const grown = Math.min(first * 2 ** this.#failures++, longest)
    const ms = Math.max(grown * (0.5 + random() / 2), Math.min(askedMs, longest))
    await time.sleep(ms, this.#stopping.signal)
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { cache, scope, settings, time, random } = this.#given
    const { items, version } = await listAll<T>({
      ...this.#given,
      pageSize: settings.pageSize,
      signal,
      onPage: () => this.#heard(),
    })
    const known = cache.position(scope)
    if (known !== undefined && compareVersions(version, known) < 0) {
      if (++this.#regressions < regressionsBelieved) {
        throw new Regressed(`a list at version ${version}, after ${known} was seen`)
      }
      cache.forget(scope)
    }
    this.#regressions = 0
    cache.replace(scope, items, version)
    this.#listDue = time.monotonic() + settings.relistMs * (0.8 + 0.2 * random())
  }

  /** Whether the watch was worth its while: it brought something, or lasted. */
  async #watch(stopping: AbortSignal): Promise<boolean> {
    const { cache, scope, time } = this.#given
    const silence = new AbortController()
    const begunAt = time.monotonic()
    const endVigil = this.#vigil(silence, begunAt)
    let events = 0
    try {
      const signal = AbortSignal.any([stopping, silence.signal])
      for await (const event of await this.#stream(signal, begunAt)) {
        this.#take(event, cache.position(scope) ?? '0')
        // Only what arrives whole proves that the connection works.
        this.#failures = 0
        events++
      }
      return events > 0 || time.monotonic() - begunAt >= shortestWatchMs
    } catch (error) {
      if (!silence.signal.aborted || stopping.aborted) throw error
      this.#given.transport.recycle()
      throw new Silent('the API server has been silent for too long', { cause: error })
    } finally {
      endVigil()
    }
  }

  async #stream(signal: AbortSignal, now: number): Promise<AsyncIterable<WatchEvent<T>>> {
    const { transport, resource, scope, cache, settings, labelSelector, random } = this.#given
    const [least, most] = settings.watchSeconds
    const seconds = Math.round(least + (most - least) * random())
    const untilList = Math.max(1, Math.ceil((this.#listDue - now) / 1000))
    const chunks = await transport.stream({
      path: collectionPath(resource, scope),
      query: {
        watch: 1,
        allowWatchBookmarks: true,
        resourceVersion: cache.position(scope),
        timeoutSeconds: Math.min(seconds, untilList),
        labelSelector,
      },
      signal,
    })
    this.#heard()
    return eventsOf<T>(chunks, () => this.#heard())
  }

  #take(event: WatchEvent<T>, position: string): void {
    const { cache, scope, resource } = this.#given
    if (event.type === 'ERROR') throw event.error
    if (compareVersions(event.version, position) < 0) {
      throw new Regressed(`an event at version ${event.version}, after ${position} was seen`)
    }
    if (event.type === 'BOOKMARK') return cache.advance(scope, event.version)
    const { apiVersion, kind } = resource
    cache.apply(scope, event.type, { ...event.object, apiVersion, kind })
  }

  #heard(): void {
    this.#lastContact = this.#given.time.monotonic()
  }

  /** Aborts after `silenceMs` without a byte. One timer, however many bytes come. */
  #vigil(silence: AbortController, begunAt: number): () => void {
    const { time, settings } = this.#given
    let cancel: () => void = () => undefined
    const look = (): void => {
      const since = Math.max(this.#lastContact ?? begunAt, begunAt)
      const left = since + settings.silenceMs - time.monotonic()
      if (left <= 0) silence.abort()
      else cancel = time.timer(left, look)
    }
    look()
    return () => cancel()
  }
}

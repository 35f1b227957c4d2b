/**
 * Kubernetes Events: what `kubectl describe` shows. The same news about the same object is one event
 * with a count; an object and the process as a whole speak only so often.
 *
 * Must never throw, never hold anybody up, never pass on control characters of a stranger's text.
 */
import type { Transport } from './call.ts'
import { type Allowance, allowance } from './allowance.ts'
import { lineOf } from './error.ts'
import { type EventBody, eventBody, fingerprint } from './event-body.ts'
import { microTime } from './lease-record.ts'
import type { EventNote, EventRecorder, KubernetesObject, Time } from './port.ts'
import { collectionPath, events, objectPath } from './resource.ts'

export interface EventsGiven {
  readonly transport: Transport
  readonly time: Time
  readonly random: () => number
  /** This process, e.g. its pod's name. */
  readonly instance: string
  readonly onTrouble: (error: Error) => void
  /** Told of each event that was not sent for lack of allowance. */
  readonly onDropped?: () => void
}

/** Repetitions within this long belong to one series. */
const seriesMs = 10 * 60_000
/** A series is written anew at most this often. */
const seriesWriteMs = 60_000
/** Events of one object: a creation's handful at once, then one a minute. */
const perObject = { burst: 10, everyMs: 60_000 }
/** Of the process: an API server has better things to do. */
const overall = { burst: 100, everyMs: 200 }
const longestQueue = 1_000
/** Not at each event: there may be thousands of series. */
const forgetEveryMs = 10_000

interface Series {
  readonly event: EventBody
  count: number
  lastAt: Date
  lastMonotonic: number
  writtenMonotonic: number
  written: number
}

export class Events implements EventRecorder {
  readonly #given: EventsGiven
  readonly #series = new Map<string, Series>()
  readonly #objects = new Map<string, Allowance>()
  readonly #overall: Allowance
  readonly #queue: (() => Promise<unknown>)[] = []
  #sending: Promise<void> | undefined
  #forgotAt: number

  constructor(given: EventsGiven) {
    this.#given = given
    this.#overall = allowance(overall, given.time.monotonic())
    this.#forgotAt = given.time.monotonic()
  }

  record(about: KubernetesObject, note: EventNote): void {
    try {
      this.#record(about, note)
    } catch (error) {
      this.#trouble(error)
    }
  }

  /** Resolves once everything recorded until now was tried. */
  async flush(): Promise<void> {
    this.#writeSeries(0)
    while (this.#sending !== undefined) await this.#sending
  }

  #record(about: KubernetesObject, note: EventNote): void {
    const { time } = this.#given
    const now = time.monotonic()
    if (now - this.#forgotAt > forgetEveryMs) this.#forgetOld(now)
    const key = fingerprint(about, note)
    const known = this.#series.get(key)
    if (known !== undefined && now - known.lastMonotonic <= seriesMs) {
      known.count++
      known.lastAt = time.now()
      known.lastMonotonic = now
      return this.#writeSeries(seriesWriteMs)
    }
    const mine = this.#objects.get(about.metadata.uid) ?? allowance(perObject, now)
    this.#objects.set(about.metadata.uid, mine)
    if (!mine.take(now) || !this.#overall.take(now)) return this.#given.onDropped?.()
    const at = time.now()
    const event = eventBody(about, note, { at, ...this.#given })
    this.#series.set(key, {
      event,
      count: 1,
      lastAt: at,
      lastMonotonic: now,
      writtenMonotonic: now,
      written: 1,
    })
    this.#enqueue(() => this.#create(event))
  }

  /** Writes the counts that have changed, of series not written for `sinceMs`. */
  #writeSeries(sinceMs: number): void {
    const now = this.#given.time.monotonic()
    for (const series of this.#series.values()) {
      if (series.count === series.written || now - series.writtenMonotonic < sinceMs) continue
      series.written = series.count
      series.writtenMonotonic = now
      const { event, count, lastAt } = series
      this.#enqueue(() => this.#patch(event, count, lastAt))
    }
  }

  #forgetOld(now: number): void {
    this.#forgotAt = now
    for (const [key, series] of this.#series) {
      if (now - series.lastMonotonic > seriesMs) this.#series.delete(key)
    }
    for (const [uid, allowed] of this.#objects) if (allowed.isFull(now)) this.#objects.delete(uid)
  }

  #create(event: EventBody): Promise<unknown> {
    const path = collectionPath(events, event.metadata.namespace)
    return this.#given.transport.json({ method: 'POST', path, body: event })
  }

  #patch(event: EventBody, count: number, lastAt: Date): Promise<unknown> {
    return this.#given.transport.json({
      method: 'PATCH',
      path: objectPath(events, event.metadata),
      contentType: 'application/merge-patch+json',
      body: { series: { count, lastObservedTime: microTime(lastAt) } },
    })
  }

  #enqueue(send: () => Promise<unknown>): void {
    if (this.#queue.length >= longestQueue) return this.#given.onDropped?.()
    this.#queue.push(send)
    this.#sending ??= this.#drain()
  }

  async #drain(): Promise<void> {
    for (let send = this.#queue.shift(); send !== undefined; send = this.#queue.shift()) {
      try {
        await send()
      } catch (error) {
        this.#trouble(error)
      }
    }
    this.#sending = undefined
  }

  #trouble(error: unknown): void {
    this.#given.onTrouble(error instanceof Error ? error : new Error(lineOf(error)))
  }
}

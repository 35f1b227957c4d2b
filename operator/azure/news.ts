/**
 * Who is told of what in the lists of one identity: reads a list again as soon as somebody who waits can
 * expect something new, compares it with what it was, and tells those alone who looked at what has
 * changed. State and timers that are handed in. Must never tell a reader of another identity.
 */
import { Book, type Shelfmark } from './book.ts'
import { atRest, intervalMs, urgencyOf, type Cadence } from './cadence.ts'
import type { Clock } from './client.ts'
import { changes } from './listing.ts'
import type { Observed } from './observed.ts'
import type { Listing, ListScope, Reader } from './port.ts'
import { listKey } from './traces.ts'

/** Where a reader looked. */
interface Place {
  readonly book: Book
  readonly mark: Shelfmark
}

export interface NewsParts {
  readonly clock: Clock & Required<Pick<Clock, 'timer'>>
  readonly cadence: Cadence
  /** The last answer that is kept of a list: those who look next may get it. */
  readonly kept: (scope: ListScope) => Listing<unknown> | undefined
  /** Reads the list if what is known of it is older than that; a new answer is told by `arrived`. */
  readonly read: (scope: ListScope, maxAgeMs: number, then: () => void) => void
}

/** Where a list fails again and again. */
const longestFailureMs = 60_000

export class News {
  readonly #parts: NewsParts
  readonly #books = new Map<string, Book>()
  readonly #readers = new Map<Reader, Place[]>()

  constructor(parts: NewsParts) {
    this.#parts = parts
  }

  /** Nobody waits for anything. */
  get idle(): boolean {
    return this.#readers.size === 0
  }

  /**
   * What the reader looked at before concerns it no more. A book without readers stays until its list is
   * due: mostly the reader looks again right now, and must not be told twice what it has been told.
   */
  drop(reader: Reader): void {
    const places = this.#readers.get(reader) ?? []
    this.#readers.delete(reader)
    for (const { book, mark } of places) book.drop(reader, mark)
  }

  /**
   * The reader looks at this part of a list, and wants it no older than that.
   * @returns how old an answer may really be: what is read again in time anyhow need not be read now
   */
  want(reader: Reader, scope: ListScope, key: string, maxAgeMs: number): number {
    const { cadence } = this.#parts
    const book = this.#book(scope)
    const places = this.#readers.get(reader) ?? []
    this.#readers.set(reader, places)
    const mark = book.mark(key)
    if (!places.some((place) => place.mark === mark)) places.push({ book, mark })
    if (book.add(reader, mark, urgencyOf(maxAgeMs, cadence))) this.#plan(book)
    const exact = maxAgeMs < cadence.inFlightMs
    return exact ? maxAgeMs : Math.max(maxAgeMs, 1.5 * this.#intervalOf(book))
  }

  /** A list was read, by whomever. */
  arrived(scope: ListScope, seen: Observed<Listing<unknown>>, begunAt: number): void {
    const book = this.#books.get(listKey(scope))
    if (book === undefined) return
    book.begunAt = begunAt
    if (seen.is === 'unreadable') return this.#failed(book, seen.error.retryAfterMs ?? 0)
    const again = book.told ? book.readers() : [...book.failed]
    const before = book.last
    const after = seen.is === 'present' ? seen.value : { items: [], begunAt }
    book.last = after
    book.failures = 0
    book.told = false
    book.failed.clear()
    // What nobody had read before is read now by those who look at it.
    const keys = before ? changes(scope.list, before, after) : new Set<string>()
    const readers = book.concerned(keys)
    for (const reader of again) readers.add(reader)
    this.#plan(book)
    for (const reader of readers) reader.news((book.urgencyOf(reader) ?? atRest) < atRest)
  }

  /** This reader has been told that the list could not be read. */
  disappointed(reader: Reader, scope: ListScope): void {
    this.#books.get(listKey(scope))?.failed.add(reader)
  }

  /** Somebody else looks from now on: everybody looks anew, and nothing that was known is compared with. */
  forget(): void {
    const readers = [...this.#readers.keys()]
    this.stop()
    for (const reader of readers) reader.news(false)
  }

  /** No timer is left. */
  stop(): void {
    for (const book of this.#books.values()) book.timer?.cancel()
    this.#books.clear()
    this.#readers.clear()
  }

  #book(scope: ListScope): Book {
    const key = listKey(scope)
    const book = this.#books.get(key) ?? new Book(scope, this.#parts.kept(scope))
    this.#books.set(key, book)
    return book
  }

  #close(book: Book): void {
    const key = listKey(book.scope)
    if (this.#books.get(key) === book) this.#books.delete(key)
  }

  /** Asked again ever later; what has become too old is told to all, once. */
  #failed(book: Book, retryAfterMs: number): void {
    book.failures += 1
    const now = this.#parts.clock.monotonicMs()
    const wait = Math.min(1_000 * 2 ** Math.min(book.failures, 10), longestFailureMs)
    this.#arm(book, now + Math.max(wait, retryAfterMs))
    const age = now - (book.last?.begunAt ?? -Infinity)
    if (book.told || age < 1.5 * this.#intervalOf(book)) return
    book.told = true
    for (const reader of book.readers()) reader.news(false)
  }

  #intervalOf({ counts, last }: Book): number {
    return intervalMs(counts, last?.pages?.length ?? 1, this.#parts.cadence)
  }

  #plan(book: Book): void {
    if (book.failures > 0) return
    const now = this.#parts.clock.monotonicMs()
    this.#arm(book, Math.max(now, (book.begunAt ?? now) + this.#intervalOf(book)))
  }

  #arm(book: Book, at: number): void {
    const { clock } = this.#parts
    const due = book.timer?.at
    // An earlier moment stays: if the list is too young then, another is set.
    if (due !== undefined && due <= at && due > clock.monotonicMs()) return
    book.timer?.cancel()
    const cancel = clock.timer(at - clock.monotonicMs(), () => this.#due(book))
    book.timer = { at, cancel }
  }

  #due(book: Book): void {
    const { clock, read } = this.#parts
    delete book.timer
    if (book.unread) return this.#close(book)
    const interval = this.#intervalOf(book)
    const age = clock.monotonicMs() - (book.begunAt ?? -Infinity)
    if (book.failures === 0 && age < interval - 1) return this.#plan(book)
    read(book.scope, Math.min(age, interval) - 0.5, () => {
      // Nothing new came: a failure that others share, or a request that they had begun.
      if (book.timer === undefined) this.#arm(book, clock.monotonicMs() + Math.max(interval, 1_000))
    })
  }
}

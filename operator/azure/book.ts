/** One list and its readers: who looked at what of it, how urgently they wait, what was read last. State. */
import type { Urgency } from './cadence.ts'
import type { Listing, ListScope, Reader } from './port.ts'

/** A key, and who looked at what it names. */
export interface Shelfmark {
  readonly key: string
  readers: Reader | Set<Reader> | undefined
}

export class Book {
  readonly scope: ListScope
  /** How many readers there are of each urgency. */
  readonly counts: [number, number, number, number] = [0, 0, 0, 0]
  /** Readers that were told that the list can't be read. */
  readonly failed = new Set<Reader>()
  last?: Listing<unknown>
  /** When the last request for it began. */
  begunAt?: number
  failures = 0
  /** Everybody was told that what is known has become too old. */
  told = false
  timer?: { readonly at: number; readonly cancel: () => void }
  /** By what they looked at; empty key: all of it. Mostly there is one reader, and thousands of keys. */
  readonly #about = new Map<string, Shelfmark>()
  readonly #urgency = new Map<Reader, Urgency>()

  constructor(scope: ListScope, last: Listing<unknown> | undefined) {
    this.scope = scope
    if (last === undefined) return
    this.last = last
    this.begunAt = last.begunAt
  }

  get unread(): boolean {
    return this.#urgency.size === 0
  }

  readers(): readonly Reader[] {
    return [...this.#urgency.keys()]
  }

  urgencyOf(reader: Reader): Urgency | undefined {
    return this.#urgency.get(reader)
  }

  /** One for each key, so that all who look at it share the key's text. */
  mark(key: string): Shelfmark {
    const known = this.#about.get(key)
    if (known !== undefined) return known
    const mark: Shelfmark = { key, readers: undefined }
    this.#about.set(key, mark)
    return mark
  }

  /** @returns whether the list is wanted sooner than before */
  add(reader: Reader, mark: Shelfmark, urgency: Urgency): boolean {
    const { readers } = mark
    if (readers === undefined) mark.readers = reader
    else if (readers instanceof Set) readers.add(reader)
    else if (readers !== reader) mark.readers = new Set([readers, reader])
    this.#about.set(mark.key, mark)
    const before = this.#urgency.get(reader)
    if (before !== undefined && before <= urgency) return false
    if (before !== undefined) this.counts[before] -= 1
    this.counts[urgency] += 1
    this.#urgency.set(reader, urgency)
    return true
  }

  drop(reader: Reader, mark: Shelfmark): void {
    const { key, readers } = mark
    if (readers instanceof Set) readers.delete(reader)
    else if (readers === reader) mark.readers = undefined
    if (readersAt(mark).length === 0 && this.#about.get(key) === mark) this.#about.delete(key)
    const urgency = this.#urgency.get(reader)
    if (urgency === undefined) return
    this.#urgency.delete(reader)
    this.counts[urgency] -= 1
    this.failed.delete(reader)
  }

  /** Those who looked at any of these items, and if there are any, those who looked at all. */
  concerned(keys: ReadonlySet<string>): Set<Reader> {
    const readers = new Set<Reader>(keys.size === 0 ? [] : readersAt(this.#about.get('')))
    for (const key of keys) {
      for (const reader of readersAt(this.#about.get(key))) readers.add(reader)
    }
    return readers
  }
}

const readersAt = (mark: Shelfmark | undefined): readonly Reader[] => {
  const readers = mark?.readers
  if (readers === undefined) return []
  return readers instanceof Set ? [...readers] : [readers]
}

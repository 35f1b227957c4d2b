/**
 * One visit's look at Azure: everything that it reads is noted for the news, and whatever no list will
 * tell is remembered, so that the object looks again by itself. Holds one visit's notes, no more.
 */
import type { News } from './news.ts'
import type { ListScope, Pace, Reader } from './port.ts'

export class Look {
  readonly #news: News
  readonly #reader: Reader
  #pace: Pace = 'news'

  constructor(news: News, reader: Reader) {
    this.#news = news
    this.#reader = reader
  }

  /** How its object learns of a change of what was read. */
  get pace(): Pace {
    return this.#pace
  }

  /** @returns how old the answer may really be */
  want(scope: ListScope, keys: readonly string[], maxAgeMs: number): number {
    const ages = keys.map((key) => this.#news.want(this.#reader, scope, key, maxAgeMs))
    return Math.max(...ages)
  }

  /** The list could not be read: its reader is told when it can. */
  failed(scope: ListScope): void {
    this.#news.disappointed(this.#reader, scope)
  }

  /** Something was read that no list shows, or not yet. */
  beyond(): void {
    if (this.#pace === 'news') this.#pace = 'look'
  }

  /** Azure works for a few objects only: each may look by itself, and often. */
  alone(): void {
    this.#pace = 'alone'
  }
}

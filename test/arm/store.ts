/**
 * Resources of one type: by id, by scope, and as others see them. What is, is at once; GETs and lists
 * may show the past for a while (`Lag`), as Azure's do. It decides nothing about any type.
 */
import type { Clock } from './clock.ts'
import { keyOf, partsOf } from './path.ts'
import type { Lag } from './simulator.ts'

export type Body = Readonly<Record<string, unknown>>

export interface Stored {
  /** Never changes; with the case in which it was created. */
  readonly id: string
}

/** One line of a list, rendered only when its page is asked for. */
export interface Line {
  /** Grows in the order of creation. */
  readonly order: number
  readonly body: () => Body
}

interface Entry<R> {
  readonly resource: R
  readonly order: number
}

/** What was before the latest change; without a body: nothing. */
interface Past {
  readonly id: string
  readonly order: number
  readonly at: number
  readonly body: Body | undefined
}

/** Subscription, group and parent of a resource: where lists find it. */
function scopesOf(id: string): readonly string[] {
  const segments = keyOf(id).split('/')
  const scopes = [segments.slice(0, 3).join('/')]
  const parts = partsOf(id)
  if (parts !== undefined) scopes.push(segments.slice(0, 5).join('/'))
  if (parts !== undefined && parts.names.length > 1) scopes.push(segments.slice(0, -2).join('/'))
  return scopes
}

export class Collection<R extends Stored> {
  /** As ARM spells it. */
  readonly type: string
  readonly #clock: Clock
  readonly #lag: Lag
  readonly #render: (resource: R) => Body
  readonly #entries = new Map<string, Entry<R>>()
  readonly #scopes = new Map<string, Map<string, Entry<R>>>()
  readonly #past = new Map<string, Past>()
  #order = 0

  constructor(type: string, clock: Clock, lag: Lag, render: (resource: R) => Body) {
    this.type = type
    this.#clock = clock
    this.#lag = lag
    this.#render = render
  }

  /** The resource as it is. */
  get(id: string): R | undefined {
    return this.#entries.get(keyOf(id))?.resource
  }

  /** The resources in a subscription, a group or a parent, as they are. */
  in(scope: string): readonly R[] {
    return [...(this.#scopes.get(keyOf(scope))?.values() ?? [])].map(({ resource }) => resource)
  }

  count(scope: string): number {
    return this.#scopes.get(keyOf(scope))?.size ?? 0
  }

  add(resource: R): R {
    const key = keyOf(resource.id)
    const entry = { resource, order: this.#order++ }
    this.#entries.set(key, entry)
    for (const scope of scopesOf(resource.id)) {
      const members = this.#scopes.get(scope) ?? new Map<string, Entry<R>>()
      this.#scopes.set(scope, members.set(key, entry))
    }
    this.#keep(key, { id: resource.id, order: entry.order, body: undefined })
    return resource
  }

  /** To be called before a change that lists may show late. */
  touch(resource: R): void {
    if (this.#lag.list <= 0) return
    const key = keyOf(resource.id)
    const entry = this.#entries.get(key)
    if (entry === undefined || this.#recent(key) !== undefined) return
    this.#keep(key, { id: resource.id, order: entry.order, body: this.#render(resource) })
  }

  remove(resource: R): void {
    const key = keyOf(resource.id)
    const entry = this.#entries.get(key)
    if (entry?.resource !== resource) return
    const body = this.#render(resource)
    this.#entries.delete(key)
    for (const scope of scopesOf(resource.id)) {
      const members = this.#scopes.get(scope)
      members?.delete(key)
      if (members?.size === 0) this.#scopes.delete(scope)
    }
    this.#keep(key, { id: resource.id, order: entry.order, body })
  }

  render(resource: R): Body {
    return this.#render(resource)
  }

  /** What a GET shows: after a create nothing, and after a delete the old body, until the lag is over. */
  seen(id: string): Body | undefined {
    const key = keyOf(id)
    const resource = this.get(id)
    const past = this.#past.get(key)
    const late = past !== undefined && this.#clock.now() < past.at + this.#lag.get * 1000
    if (resource === undefined) return late ? past.body : undefined
    return late && past.body === undefined ? undefined : this.#render(resource)
  }

  /** What a list of the scope shows. */
  lines(scope: string): readonly Line[] {
    const lines: Line[] = []
    for (const [key, { resource, order }] of this.#scopes.get(keyOf(scope)) ?? []) {
      const past = this.#recent(key)
      if (past === undefined) lines.push({ order, body: () => this.#render(resource) })
      else if (past.body !== undefined) lines.push({ order, body: () => past.body ?? {} })
    }
    for (const [key, past] of this.#past) {
      const gone = past.body !== undefined && !this.#entries.has(key) && this.#recent(key) === past
      if (gone && scopesOf(past.id).includes(keyOf(scope))) {
        lines.push({ order: past.order, body: () => past.body ?? {} })
      }
    }
    return lines.sort((a, b) => a.order - b.order)
  }

  #keep(key: string, past: Omit<Past, 'at'>): void {
    const { get, list } = this.#lag
    if (Math.max(get, list) <= 0) return
    this.#purge()
    this.#past.delete(key)
    this.#past.set(key, { ...past, at: this.#clock.now() })
  }

  /** The past that lists still show. */
  #recent(key: string): Past | undefined {
    const past = this.#past.get(key)
    return past !== undefined && this.#clock.now() < past.at + this.#lag.list * 1000
      ? past
      : undefined
  }

  /** Entries are in the order of their times. */
  #purge(): void {
    const longest = Math.max(this.#lag.get, this.#lag.list) * 1000
    for (const [key, past] of this.#past) {
      if (this.#clock.now() < past.at + longest) return
      this.#past.delete(key)
    }
  }
}

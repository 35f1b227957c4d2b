/**
 * Objects by what is in them, so that nobody walks through thousands to find a few. An index is made
 * when it is first asked for, and follows each change from then on. Pure.
 */
import type { Index, KubernetesObject } from './port.ts'

/** One object as it is; more as a set, out of which one is taken without a walk. */
type Found<T> = T | Set<T>

export class Indexes<T extends KubernetesObject> {
  readonly #all: () => Iterable<T>
  readonly #made = new Map<Index<T>, Map<string, Found<T>>>()

  /** @param all what is there when an index is first asked for */
  constructor(all: () => Iterable<T>) {
    this.#all = all
  }

  /** What the index finds by the key, in no order. */
  find(index: Index<T>, key: string): readonly T[] {
    const found = this.#of(index).get(key)
    if (found === undefined) return []
    return found instanceof Set ? [...found] : [found]
  }

  add(object: T): void {
    for (const [index, places] of this.#made) put(places, index, object)
  }

  /** The very value that was added. */
  remove(object: T): void {
    for (const [index, places] of this.#made) {
      for (const key of index.keysOf(object)) {
        const found = places.get(key)
        if (found instanceof Set) {
          found.delete(object)
          if (found.size === 0) places.delete(key)
        } else if (found === object) places.delete(key)
      }
    }
  }

  #of(index: Index<T>): ReadonlyMap<string, Found<T>> {
    const known = this.#made.get(index)
    if (known !== undefined) return known
    const places = new Map<string, Found<T>>()
    for (const object of this.#all()) put(places, index, object)
    this.#made.set(index, places)
    return places
  }
}

function put<T>(places: Map<string, Found<T>>, index: Index<T>, object: T): void {
  for (const key of index.keysOf(object)) {
    const found = places.get(key)
    if (found === undefined) places.set(key, object)
    else if (found instanceof Set) found.add(object)
    else places.set(key, new Set([found, object]))
  }
}

/** Where each claimant waits, or is: so that whoever goes can be taken out everywhere. Pure state. */
export class Whereabouts<T> {
  readonly #of = new Map<string, Map<string, T>>()

  get size(): number {
    return this.#of.size
  }

  note(who: string, id: string, where: T): void {
    const known = this.#of.get(who) ?? new Map<string, T>()
    this.#of.set(who, known.set(id, where))
  }

  forget(who: string, id: string): void {
    const known = this.#of.get(who)
    if (known?.delete(id) && known.size === 0) this.#of.delete(who)
  }

  /** As it is now: what is forgotten on the way is still named. */
  of(who: string): readonly (readonly [string, T])[] {
    return [...(this.#of.get(who) ?? [])]
  }
}

/**
 * What several objects share and one of them is making: the others wait for it to show, instead of making
 * it too. State, no I/O.
 */
import type { Outcome } from '../azure/action.ts'
import { idKey, lastName } from '../azure/id.ts'
import { deedKey, type Deed } from './deed.ts'

/** What was made is seen by then, or it never will be. */
const linkVisibleWithinMs = 60_000
const zoneVisibleWithinMs = 120_000

export class BeingMade {
  /** By deed key, the oldest first: who makes it, and since when (ms since the epoch). */
  readonly #links = new Map<
    string,
    { readonly by: string; readonly atMs: number; taken: boolean }
  >()
  /** Zones, by subscription and name. */
  readonly #zones = new Map<string, { readonly id: string; readonly untilMs: number }>()

  /** Whether another object is making a zone of that name elsewhere in the subscription. */
  zone({ action }: Deed, nowMs: number): boolean {
    const key = zoneKey(action.id)
    const made = this.#zones.get(key)
    if (made === undefined || made.untilMs <= nowMs || made.id === idKey(action.id)) {
      this.#zones.set(key, { id: idKey(action.id), untilMs: nowMs + zoneVisibleWithinMs })
      return false
    }
    return true
  }

  /** Whether another object is making this link. */
  link(deed: Deed, by: string, nowMs: number): boolean {
    this.#forgetLinks(nowMs)
    const key = deedKey(deed)
    const made = this.#links.get(key)
    if (made !== undefined && made.by !== by) return true
    this.#links.delete(key)
    this.#links.set(key, { by, atMs: nowMs, taken: false })
    return false
  }

  /** Deed keys of links that some object has made, and when. */
  links(nowMs: number): readonly (readonly [string, number])[] {
    this.#forgetLinks(nowMs)
    return [...this.#links].flatMap(([deed, { atMs, taken }]) => (taken ? [[deed, atMs]] : []))
  }

  /** What came of it: what Azure did not take another object may try. */
  did(deed: Deed, { is }: Outcome): void {
    const { name, action } = deed
    if (name === 'CreateZone' && is === 'refused') this.#zones.delete(zoneKey(action.id))
    const link = name === 'CreateLink' ? this.#links.get(deedKey(deed)) : undefined
    if (link === undefined) return
    // A guard that does not hold has most likely found it.
    if (is === 'accepted' || is === 'guarded') link.taken = true
    else this.#links.delete(deedKey(deed))
  }

  #forgetLinks(nowMs: number): void {
    for (const [deed, { atMs }] of this.#links) {
      if (nowMs < atMs + linkVisibleWithinMs) return
      this.#links.delete(deed)
    }
  }
}

const zoneKey = (id: Deed['action']['id']): string =>
  `${id.subscriptionId}/${lastName(id)}`.toLowerCase()

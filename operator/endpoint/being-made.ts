/**
 * What several objects share and one of them has just made: the others wait for it to show, instead of
 * making it too. State, no I/O.
 */
import { idKey, lastName } from '../azure/id.ts'
import { deedKey, type Deed } from './deed.ts'

/** What was made is seen by then, or it never will be. */
const linkVisibleWithinMs = 60_000
const zoneVisibleWithinMs = 120_000

export class BeingMade {
  /** By deed key: when Azure took it, ms since the epoch; the oldest first. */
  readonly #links = new Map<string, number>()
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

  /** Deed keys of links that some object has made, and when Azure took them. */
  links(nowMs: number): ReadonlyMap<string, number> {
    for (const [deed, atMs] of this.#links) {
      if (nowMs < atMs + linkVisibleWithinMs) break
      this.#links.delete(deed)
    }
    return this.#links
  }

  accepted(deed: Deed, nowMs: number): void {
    if (deed.name !== 'CreateLink') return
    this.#links.delete(deedKey(deed))
    this.#links.set(deedKey(deed), nowMs)
  }

  refused({ name, action }: Deed): void {
    if (name === 'CreateZone') this.#zones.delete(zoneKey(action.id))
  }
}

const zoneKey = (id: Deed['action']['id']): string =>
  `${id.subscriptionId}/${lastName(id)}`.toLowerCase()

/**
 * One view for each identity, made when it is first used and gone when nobody uses it any more. Must never
 * hand out one identity's view, or its news, to another's objects.
 */
import type { Clock } from './client.ts'
import { isServed } from './credential.ts'
import { Look } from './look.ts'
import type { AzureView, IdentityRef, Reader, Watched } from './port.ts'
import type { View } from './view.ts'
import { WatchingView } from './watching.ts'

/** How an identity looks at Azure: for its objects, and for those that are being deleted. */
export interface Looking {
  readonly usual: View
  readonly leaving: AzureView
}

/** An identity that no object used for so long is forgotten, its token with it. */
const unusedMs = 3_600_000
/** Not at each look: there may be as many identities as namespaces. */
const sweepEveryMs = 60_000

export class Views {
  readonly #make: (identity: IdentityRef, key: string) => Looking
  readonly #clock: Clock
  readonly #operatorNamespaces: readonly string[] | undefined
  readonly #views = new Map<string, Looking & { usedAt: number }>()
  #sweptAt: number
  /** By whom each reader looked last. */
  readonly #looks = new WeakMap<Reader, View>()

  constructor(
    make: (identity: IdentityRef, key: string) => Looking,
    clock: Clock,
    operatorNamespaces: readonly string[] | undefined,
  ) {
    this.#make = make
    this.#clock = clock
    this.#operatorNamespaces = operatorNamespaces
    this.#sweptAt = clock.monotonicMs()
  }

  as(identity: IdentityRef): AzureView {
    const { usual, leaving } = this.#of(identity)
    return isLeaving(identity) ? leaving : usual
  }

  /** For one visit: what the reader read before, as whomever, concerns it no more. */
  watch(identity: IdentityRef, reader: Reader): Watched {
    this.drop(reader)
    const { usual } = this.#of(identity)
    if (usual.news === undefined || isLeaving(identity)) {
      return { view: this.as(identity), pace: () => 'look' }
    }
    this.#looks.set(reader, usual)
    const look = new Look(usual.news, reader)
    return { view: new WatchingView(usual, look), pace: () => look.pace }
  }

  drop(reader: Reader): void {
    this.#looks.get(reader)?.news?.drop(reader)
  }

  forget(identity: IdentityRef): void {
    const key = this.#key(identity)
    const known = this.#views.get(key)
    this.#views.delete(key)
    // Whoever is left looks anew.
    known?.usual.news?.forget()
  }

  stop(): void {
    for (const { usual } of this.#views.values()) usual.news?.stop()
  }

  #of(identity: IdentityRef): Looking {
    const now = this.#clock.monotonicMs()
    const key = this.#key(identity)
    const known = this.#views.get(key)
    if (now - this.#sweptAt > sweepEveryMs) this.#sweep(now)
    const one = known ?? { ...this.#make(identity, key), usedAt: now }
    one.usedAt = now
    this.#views.set(key, one)
    return one
  }

  #sweep(now: number): void {
    this.#sweptAt = now
    for (const [old, { usedAt, usual }] of this.#views) {
      const waited = usual.news?.idle === false
      if (now - usedAt > unusedMs && !waited) this.#views.delete(old)
    }
  }

  /** One for each identity; a namespace that the operator's own does not serve has none of it. */
  #key(identity: IdentityRef): string {
    const { kind, namespace } = identity
    if (kind !== 'operator') return `${kind} ${identity.namespace}/${identity.name}`
    const served = isServed(namespace, this.#operatorNamespaces)
    return served ? 'operator' : `operator, not ${namespace ?? ''}`
  }
}

const isLeaving = (identity: IdentityRef): boolean =>
  identity.kind !== 'operator' && identity.leaving === true

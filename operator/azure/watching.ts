/** Azure for one visit: what it reads is watched, until the same object looks again. */
import type { Action, Outcome } from './action.ts'
import type { AddressCheck } from './decode/table.ts'
import type { ArmError } from './error.ts'
import type { Id } from './id.ts'
import type { Findable } from './listing.ts'
import type { Look } from './look.ts'
import type { Kind, Models } from './model.ts'
import type { Observed } from './observed.ts'
import type { AzureView, By, Listed, Listing, ListScope } from './port.ts'
import type { View } from './view.ts'

export class WatchingView implements AzureView {
  readonly #view: View
  readonly #look: Look

  constructor(view: View, look: Look) {
    this.#view = view
    this.#look = look
  }

  list<S extends ListScope>(
    scope: S,
    maxAgeMs: number,
    about?: readonly string[],
  ): Promise<Observed<Listing<Listed[S['list']]>>> {
    return this.#view.list(scope, maxAgeMs, about, this.#look)
  }

  get<K extends Kind>(id: Id<K>, maxAgeMs: number): Promise<Observed<Models[K]>> {
    return this.#view.get(id, maxAgeMs, this.#look)
  }

  find<K extends Findable>(id: Id<K>, maxAgeMs: number): Promise<Observed<Models[K]>> {
    return this.#view.find(id, maxAgeMs, this.#look)
  }

  ipAddressAvailable(
    virtualNetworkId: Id<'virtualNetwork'>,
    ipAddress: string,
  ): Promise<Observed<AddressCheck>> {
    this.#look.beyond()
    return this.#view.ipAddressAvailable(virtualNetworkId, ipAddress)
  }

  whyEnded(id: Id<'privateEndpoint'>, operation: string): Promise<Observed<ArmError>> {
    return this.#view.whyEnded(id, operation)
  }

  act(action: Action, by?: By): Promise<Outcome> {
    return this.#view.act(action, by)
  }
}

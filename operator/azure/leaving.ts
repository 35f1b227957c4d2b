/**
 * Azure for objects that are being deleted: as their identity sees it, and where what it was read from
 * went before them, as the last that signed in sees it. The two share what was written, not what was
 * seen: an object that stays must not live on an identity that is gone.
 */
import type { Action, Outcome } from './action.ts'
import type { AddressCheck } from './decode/table.ts'
import type { ArmError } from './error.ts'
import type { Id } from './id.ts'
import type { Kind, Models } from './model.ts'
import type { Observed } from './observed.ts'
import type { AzureView, By, Listed, Listing, ListScope } from './port.ts'
import type { TokenSource } from './token.ts'
import type { Findable } from './listing.ts'

export class LeavingView implements AzureView {
  readonly #tokens: TokenSource
  readonly #usual: AzureView
  readonly #last: AzureView

  /** @param tokens of the usual view */
  constructor(tokens: TokenSource, usual: AzureView, last: AzureView) {
    this.#tokens = tokens
    this.#usual = usual
    this.#last = last
  }

  async list<S extends ListScope>(
    scope: S,
    maxAgeMs: number,
  ): Promise<Observed<Listing<Listed[S['list']]>>> {
    return (await this.#now()).list(scope, maxAgeMs)
  }

  async get<K extends Kind>(id: Id<K>, maxAgeMs: number): Promise<Observed<Models[K]>> {
    return (await this.#now()).get(id, maxAgeMs)
  }

  async find<K extends Findable>(id: Id<K>, maxAgeMs: number): Promise<Observed<Models[K]>> {
    return (await this.#now()).find(id, maxAgeMs)
  }

  async ipAddressAvailable(
    virtualNetworkId: Id<'virtualNetwork'>,
    ipAddress: string,
  ): Promise<Observed<AddressCheck>> {
    return (await this.#now()).ipAddressAvailable(virtualNetworkId, ipAddress)
  }

  async whyEnded(id: Id<'privateEndpoint'>, operation: string): Promise<Observed<ArmError>> {
    return (await this.#now()).whyEnded(id, operation)
  }

  async act(action: Action, by?: By): Promise<Outcome> {
    return (await this.#now()).act(action, by)
  }

  async #now(): Promise<AzureView> {
    const { is } = await this.#tokens.token()
    return is === 'token' ? this.#usual : this.#last
  }
}

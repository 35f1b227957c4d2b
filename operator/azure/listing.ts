/** Which list shows a resource; and its item there, found by id without a walk. */
import { idKey, type Id } from './id.ts'
import type { Kind, Models } from './model.ts'
import type { Listing, ListScope } from './port.ts'

/** Made once for each listing, and gone with it. */
const indices = new WeakMap<object, ReadonlyMap<string, unknown>>()

/** The item with this id, compared without case; undefined when the list does not show it. */
export function itemOf<K extends Kind>(
  listing: Listing<Models[K]>,
  id: Id<K>,
): Models[K] | undefined {
  const known = indices.get(listing)
  const index = known ?? new Map(listing.items.map((item) => [idKey(item.id), item]))
  if (known === undefined) indices.set(listing, index)
  return index.get(idKey(id)) as Models[K] | undefined
}

/** Kinds that a list of the whole subscription shows. */
export type Findable = 'server' | 'privateEndpoint' | 'virtualNetwork' | 'zone'

/** The widest list that shows the resource. */
export function scopeOf({ kind, subscriptionId }: Id<Findable>): ListScope {
  switch (kind) {
    case 'server':
      return { list: 'servers', subscriptionId }
    case 'privateEndpoint':
      return { list: 'privateEndpoints', subscriptionId }
    case 'virtualNetwork':
      return { list: 'virtualNetworks', subscriptionId }
    case 'zone':
      return { list: 'zones', subscriptionId }
  }
}

/** One item of a list, found by its id without a walk: every object of the cluster looks for its own. */
import { idKey, type Id } from './id.ts'
import type { Kind, Models } from './model.ts'
import type { Listing } from './port.ts'

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

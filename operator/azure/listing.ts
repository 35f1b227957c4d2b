/**
 * Which list shows a resource; its items found by key without a walk, because thousands of objects look
 * into the same list; and what has changed between two readings of it. Pure.
 */
import { pgpeObject, pgpeOwner, tagOf } from './guard.ts'
import { idKey, type Id } from './id.ts'
import type { Kind, Models } from './model.ts'
import type { Listed, Listing, ListScope } from './port.ts'

type Name = ListScope['list']

/** Where an endpoint is found by more than its id. */
export const ownerKey = (owner: string): string => `owner ${owner}`
export const objectKey = (object: string): string => `object ${object}`
export const serverKey = (serverId: string): string => `server ${serverId.toLowerCase()}`
export const guidKey = (resourceGuid: string): string => `guid ${resourceGuid.toLowerCase()}`

const also: { readonly [L in Name]?: (item: Listed[L]) => readonly (string | undefined)[] } = {
  privateEndpoints: ({ resourceGuid, tags, connection }) => {
    const owner = tagOf(tags, pgpeOwner)
    const object = tagOf(tags, pgpeObject)
    return [
      connection === undefined ? undefined : serverKey(connection.serverId),
      object === undefined ? undefined : objectKey(object),
      resourceGuid === undefined ? undefined : guidKey(resourceGuid),
      owner === undefined ? undefined : ownerKey(owner),
    ]
  },
  networkInterfaces: ({ privateEndpointId }) => [privateEndpointId?.toLowerCase()],
  virtualNetworkLinks: ({ virtualNetworkId }) => [virtualNetworkId.toLowerCase()],
  recordSets: ({ name }) => [name.toLowerCase()],
}

/** What an item is found by: its id, a record's name, whom an interface or a link is for. */
function keysOf(list: Name, item: Listed[Name]): readonly string[] {
  const more = also[list] as ((item: Listed[Name]) => readonly (string | undefined)[]) | undefined
  return [idKey(item.id), ...(more?.(item) ?? []).filter((key) => key !== undefined)]
}

type Index = ReadonlyMap<string, Listed[Name] | readonly Listed[Name][]>

/** Made once for the items of a listing, and gone with them. */
const indices = new WeakMap<object, Index>()

function indexOf(list: Name, { items }: Listing<Listed[Name]>): Index {
  const known = indices.get(items)
  if (known !== undefined) return known
  const index = new Map<string, Listed[Name] | Listed[Name][]>()
  for (const item of items) {
    for (const key of keysOf(list, item)) {
      const there = index.get(key)
      if (there === undefined) index.set(key, item)
      else if (Array.isArray(there)) there.push(item)
      else index.set(key, [there, item])
    }
  }
  indices.set(items, index)
  return index
}

/** The items that are found by this key. */
export function itemsAt<T>(list: Name, listing: Listing<T>, key: string): readonly T[] {
  const found = indexOf(list, listing as Listing<never>).get(key)
  if (found === undefined) return []
  return (Array.isArray(found) ? found : [found]) as readonly T[]
}

/** The item with this id, compared without case; undefined when the list does not show it. */
export const itemOf = <K extends Findable>(
  listing: Listing<Models[K]>,
  id: Id<K>,
): Models[K] | undefined => itemsAt(lists[id.kind], listing, idKey(id))[0]

/** Keys of all items that came, went or changed from one reading of a list to the next. */
export function changes(
  list: Name,
  before: Listing<unknown>,
  after: Listing<unknown>,
): ReadonlySet<string> {
  const keys = new Set<string>()
  if (before.items === after.items) return keys
  const was = new Set(before.items)
  const is = new Set(after.items)
  const note = (item: unknown): void => {
    for (const key of keysOf(list, item as Listed[Name])) keys.add(key)
  }
  for (const item of before.items) if (!is.has(item)) note(item)
  for (const item of after.items) if (!was.has(item)) note(item)
  return keys
}

/** Kinds that a list of the whole subscription shows. */
export type Findable = 'server' | 'privateEndpoint' | 'virtualNetwork' | 'zone'

const lists = {
  server: 'servers',
  privateEndpoint: 'privateEndpoints',
  virtualNetwork: 'virtualNetworks',
  zone: 'zones',
} as const satisfies { readonly [K in Kind]?: Name }

/** The widest list that shows the resource. */
export const scopeOf = ({ kind, subscriptionId }: Id<Findable>): ListScope => ({
  list: lists[kind],
  subscriptionId,
})

/**
 * The decoder of each kind, and of a page of each list. Pure. An answer is decoded or it is not; there is
 * no half of one, and an undecodable answer is never an absence or an empty list.
 */
import { digestOf } from '../digest.ts'
import { sameId, type Id } from '../id.ts'
import { isObject, text } from '../json.ts'
import type { Json, JsonObject, Kind, Models, Server } from '../model.ts'
import { recordSet, virtualNetworkLink, zone } from './dns.ts'
import {
  filledText,
  optionalBoolean,
  optionalObjects,
  textsOf,
  Undecodable,
  Unnameable,
} from './field.ts'
import {
  networkInterface,
  privateEndpoint,
  resourceGroup,
  subnet,
  virtualNetwork,
  zoneGroup,
} from './network.ts'
import { connection, privateLinkResource, server } from './postgres.ts'

const decoders: { readonly [K in Kind]: (raw: JsonObject) => Models[K] } = {
  resourceGroup,
  virtualNetwork,
  subnet,
  networkInterface,
  privateEndpoint,
  zoneGroup,
  zone,
  virtualNetworkLink,
  recordSet,
  server,
  connection,
  privateLinkResource,
}

export type Decoded<T> =
  | { readonly is: 'decoded'; readonly value: T }
  /** Which field is at fault, as an end of a sentence. */
  | { readonly is: 'undecodable'; readonly because: string }

/** One resource; it must be the one that was asked for. */
export const decode = <K extends Kind>(id: Id<K>, body: Json | undefined): Decoded<Models[K]> =>
  attempt(() => {
    const value = decoders[id.kind](asObject(body))
    if (!sameId(value.id, id)) throw new Undecodable('id', 'the id that was asked for')
    return value
  })

export interface Page<T> {
  readonly items: readonly T[]
  /** Items whose ids no spec can name, such as a wildcard record; they are not among `items`. */
  readonly skipped: number
  readonly nextLink: string | undefined
}

/**
 * A page of a list. An item of wrong types spoils the page; one that nobody can name is left out.
 * @param known the item of that id as it was decoded before; if it is still the same it stays itself
 */
export const decodePage = <K extends Kind>(
  kind: K,
  body: Json | undefined,
  known: (id: string) => Models[K] | undefined = () => undefined,
): Decoded<Page<Models[K]>> =>
  attempt(() => {
    const page = asObject(body)
    const all = optionalObjects(page, 'value')
    if (all === undefined) throw new Undecodable('value', 'there')
    const items = all.flatMap((item) =>
      nameable(() => {
        const mark = digestOf(JSON.stringify(item))
        const before = known(filledText(item, 'id') ?? '')
        return before?.mark === mark ? before : { ...lean(decoders[kind](item)), mark }
      }),
    )
    const nextLink = filledText(page, 'nextLink')
    return { items, skipped: all.length - items.length, nextLink }
  })

const nothing: JsonObject = {}
const bare = <T extends { readonly raw: JsonObject }>(part: T): T => ({ ...part, raw: nothing })

/**
 * Lists are kept, by the thousand: of an item's body the etag alone. A write that starts from a body
 * asks for it in that moment.
 */
function lean<K extends Kind>(item: Models[K]): Models[K]
function lean(item: Models[Kind]): Models[Kind] {
  const etag = text(item.raw['etag'])
  const raw = etag === undefined ? nothing : { etag }
  if ('subnets' in item) return { ...item, raw, subnets: item.subnets.map(bare) }
  const { connections } = item as Server
  return connections === undefined
    ? { ...item, raw }
    : { ...(item as Server), raw, connections: connections.map(bare) }
}

function nameable<T>(read: () => T): readonly T[] {
  try {
    return [read()]
  } catch (error) {
    if (error instanceof Unnameable) return []
    throw error
  }
}

export interface AddressCheck {
  readonly available: boolean
  readonly alternatives: readonly string[]
}

export const decodeAddressCheck = (body: Json | undefined): Decoded<AddressCheck> =>
  attempt(() => {
    const check = asObject(body)
    const available = optionalBoolean(check, 'available')
    if (available === undefined) throw new Undecodable('available', 'there')
    return { available, alternatives: textsOf(check, 'availableIPAddresses') }
  })

function asObject(body: Json | undefined): JsonObject {
  if (!isObject(body)) throw new Undecodable('the answer', 'a JSON object')
  return body
}

function attempt<T>(read: () => T): Decoded<T> {
  try {
    return { is: 'decoded', value: read() }
  } catch (error) {
    if (error instanceof Undecodable) return { is: 'undecodable', because: error.message }
    throw error
  }
}

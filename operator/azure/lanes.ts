/**
 * Where Azure takes one write at a time: a resource, a server, a subnet, a zone's links. A request holds
 * these places (turns.ts) while it is on its way; what Azure does afterwards is seen by observation. Pure.
 */
import type { Action } from './action.ts'
import { endpointOf, formatId, idKey, serverOf, zoneOf, type Id } from './id.ts'
import { object, objects, text } from './json.ts'
import type { Json, JsonObject, Kind, Models, PrivateEndpoint } from './model.ts'

const is = <K extends Kind>(kind: K, id: Id<Kind>): id is Id<K> => id.kind === kind

/** What the action itself says it touches. */
export function lanesOf(action: Action): readonly string[] {
  const { id } = action
  const own = idKey(id)
  if (is('connection', id)) return [own, formatId(serverOf(id))]
  if (is('virtualNetworkLink', id)) return [own, formatId(zoneOf(id))]
  if (is('zoneGroup', id)) return [own, formatId(endpointOf(id))]
  if (action.do === 'change') return [own, ...action.touches]
  if (is('privateEndpoint', id)) return [own, ...partiesIn(bodyOf(action))]
  return [own]
}

/** What else a resource about to be deleted touches, as it was just seen. */
export const lanesBehind = (seen: Models[Kind]): readonly string[] =>
  'subnetId' in seen ? partiesOf(seen) : []

/** Where Azure works when it works on the endpoint. */
export const partiesOf = ({ subnetId, connection }: PrivateEndpoint): readonly string[] => [
  formatId(subnetId),
  ...(connection === undefined ? [] : [connection.serverId]),
]

const bodyOf = (action: Action): JsonObject => (action.do === 'put' ? action.body : {})

function partiesIn(endpoint: JsonObject): readonly string[] {
  const properties = object(endpoint['properties'])
  const connections = [
    ...objects(properties['privateLinkServiceConnections']),
    ...objects(properties['manualPrivateLinkServiceConnections']),
  ]
  const servers = connections.map((one) => object(one['properties'])['privateLinkServiceId'])
  return texts([object(properties['subnet'])['id'], ...servers])
}

const texts = (values: readonly (Json | undefined)[]): readonly string[] =>
  values.map(text).filter((value) => value !== undefined)

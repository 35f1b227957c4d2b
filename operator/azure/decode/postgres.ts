/** Microsoft.DBforPostgreSQL's bodies as the plans know them. Pure. */
import { lastName } from '../id.ts'
import type { Connection, JsonObject, PrivateLinkResource, Server } from '../model.ts'
import {
  filledText,
  idOf,
  locationOf,
  optionalObject,
  optionalObjects,
  optionalText,
  provisioningStateOf,
  referenceOf,
  requiredObject,
  requiredText,
  textsOf,
} from './field.ts'

export function server(raw: JsonObject): Server {
  const id = idOf('server', raw)
  const properties = requiredObject(raw, 'properties')
  const availability = optionalObject(properties, 'highAvailability')
  const highAvailability = availability && filledText(availability, 'state')
  const network = optionalObject(properties, 'network')
  const delegatedSubnetId = network && filledText(network, 'delegatedSubnetResourceId')
  const fullyQualifiedDomainName = filledText(properties, 'fullyQualifiedDomainName')
  const createdAt = createdAtOf(raw)
  const connections = optionalObjects(properties, 'privateEndpointConnections')?.map(connection)
  return {
    id,
    raw,
    name: filledText(raw, 'name') ?? lastName(id),
    location: locationOf(raw),
    state: filledText(properties, 'state') ?? 'Unknown',
    ...(highAvailability === undefined ? {} : { highAvailability }),
    ...(delegatedSubnetId === undefined ? {} : { delegatedSubnetId }),
    ...(fullyQualifiedDomainName === undefined ? {} : { fullyQualifiedDomainName }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(connections === undefined ? {} : { connections }),
  }
}

function createdAtOf(raw: JsonObject): number | undefined {
  const system = optionalObject(raw, 'systemData')
  const at = Date.parse((system && optionalText(system, 'createdAt')) ?? '')
  return Number.isNaN(at) ? undefined : at
}

export function connection(raw: JsonObject): Connection {
  const id = idOf('connection', raw)
  const properties = requiredObject(raw, 'properties')
  const state = optionalObject(properties, 'privateLinkServiceConnectionState') ?? {}
  const privateEndpointId = referenceOf(properties, 'privateEndpoint')
  return {
    id,
    raw,
    name: filledText(raw, 'name') ?? lastName(id),
    ...(privateEndpointId === undefined ? {} : { privateEndpointId }),
    groupIds: textsOf(properties, 'groupIds'),
    state: optionalText(state, 'status') ?? '',
    description: optionalText(state, 'description') ?? '',
    actionsRequired: optionalText(state, 'actionsRequired') ?? '',
    provisioningState: provisioningStateOf(properties),
  }
}

export function privateLinkResource(raw: JsonObject): PrivateLinkResource {
  const properties = requiredObject(raw, 'properties')
  return {
    id: idOf('privateLinkResource', raw),
    raw,
    groupId: requiredText(properties, 'groupId'),
    requiredMembers: textsOf(properties, 'requiredMembers'),
    requiredZoneNames: textsOf(properties, 'requiredZoneNames').map((name) => name.toLowerCase()),
  }
}

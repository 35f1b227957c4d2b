/**
 * The bodies of every PUT that we send. Pure. A body for a resource that exists starts from what was
 * last read, without what only Azure may say: there is no PATCH for endpoints and subnets, and what we
 * leave out Azure removes. Must never carry a property that is not ours with another value than read.
 */
import { entries, object, objects, text } from './json.ts'
import type { Connection, Json, JsonObject, Tags } from './model.ts'

/** The one sub-resource of a flexible server: its group id, and the member of that group. */
export const groupId = 'postgresqlServer'

export interface NewEndpoint {
  readonly location: string
  readonly tags: Tags
  readonly subnetId: string
  readonly connection: {
    readonly name: string
    readonly serverId: string
    /** Which of ARM's two lists holds the connection. */
    readonly manual: boolean
    readonly requestMessage?: string
  }
  readonly staticIp?: string
  readonly networkInterfaceName?: string
  readonly applicationSecurityGroupIds?: readonly string[]
}

/** A private endpoint that does not exist yet. */
export function newEndpointBody(endpoint: NewEndpoint): JsonObject {
  const { connection, staticIp, networkInterfaceName, applicationSecurityGroupIds } = endpoint
  const connections = [
    {
      name: connection.name,
      properties: {
        privateLinkServiceId: connection.serverId,
        groupIds: [groupId],
        ...given('requestMessage', connection.requestMessage),
      },
    },
  ]
  return {
    location: endpoint.location,
    tags: tagsBody(endpoint.tags),
    properties: {
      subnet: { id: endpoint.subnetId },
      privateLinkServiceConnections: connection.manual ? [] : connections,
      manualPrivateLinkServiceConnections: connection.manual ? connections : [],
      ...given('ipConfigurations', staticIp === undefined ? undefined : staticAddress(staticIp)),
      ...given('customNetworkInterfaceName', networkInterfaceName),
      ...given('applicationSecurityGroups', applicationSecurityGroupIds?.map(reference)),
    },
  }
}

/** What a change of an existing endpoint can be; what is absent stays as read. */
export interface EndpointChange {
  readonly tags?: Tags
  /** The whole list. */
  readonly applicationSecurityGroupIds?: readonly string[]
}

/** The endpoint as read, with other tags or other security groups. */
export function changedEndpointBody(raw: JsonObject, change: EndpointChange): JsonObject {
  const properties = without(object(raw['properties']), [
    'provisioningState',
    'resourceGuid',
    'networkInterfaces',
    'customDnsConfigs',
  ])
  return {
    ...without(raw, ['id', 'name', 'type', 'etag']),
    ...given('tags', change.tags && tagsBody(change.tags)),
    properties: {
      ...properties,
      subnet: { id: text(object(properties['subnet'])['id']) ?? null },
      ...connectionsOf(properties, 'privateLinkServiceConnections'),
      ...connectionsOf(properties, 'manualPrivateLinkServiceConnections'),
      ...subResourcesOf(properties, 'ipConfigurations', []),
      ...given('applicationSecurityGroups', change.applicationSecurityGroupIds?.map(reference)),
    },
  }
}

/** A zone group; the name travels in the URL, and in the body as the portal sends it. */
export const zoneGroupBody = (
  name: string | undefined,
  configs: readonly { readonly name: string; readonly zoneId: string }[],
): JsonObject => ({
  ...given('name', name),
  properties: {
    privateDnsZoneConfigs: configs.map((config) => ({
      name: config.name,
      properties: { privateDnsZoneId: config.zoneId },
    })),
  },
})

/** A private DNS zone; everything but its tags is Azure's. */
export const zoneBody = (tags: Tags): JsonObject => ({ location: 'global', tags: tagsBody(tags) })

export interface NewLink {
  readonly virtualNetworkId: string
  readonly tags: Tags
  /** `Default` or `NxDomainRedirect`. */
  readonly resolutionPolicy: string
}

/** A virtual network link of ours; never one that registers machines. */
export const linkBody = (link: NewLink): JsonObject => ({
  location: 'global',
  tags: tagsBody(link.tags),
  properties: {
    virtualNetwork: reference(link.virtualNetworkId),
    registrationEnabled: false,
    resolutionPolicy: link.resolutionPolicy,
  },
})

/** The subnet as read, with another `privateEndpointNetworkPolicies`. */
export function subnetBody(raw: JsonObject, policies: string): JsonObject {
  const properties = without(object(raw['properties']), [
    'provisioningState',
    'ipConfigurations',
    'ipConfigurationProfiles',
    'privateEndpoints',
    'purpose',
    'resourceNavigationLinks',
    'serviceAssociationLinks',
    'interfaceEndpoints',
  ])
  return {
    ...without(raw, ['type', 'etag']),
    properties: {
      ...properties,
      ...subResourcesOf(properties, 'delegations', ['actions']),
      privateEndpointNetworkPolicies: policies,
    },
  }
}

export interface ConnectionDecision {
  /** `Approved` or `Rejected`. */
  readonly status: string
  readonly description: string
}

/** A decision about a connection as read; Azure asks for nothing but the new state. */
export function connectionBody(
  { privateEndpointId }: Pick<Connection, 'privateEndpointId'>,
  decision: ConnectionDecision,
): JsonObject {
  return {
    properties: {
      ...given('privateEndpoint', privateEndpointId && reference(privateEndpointId)),
      privateLinkServiceConnectionState: {
        status: decision.status,
        description: decision.description,
      },
    },
  }
}

export const resourceGroupBody = (location: string, tags: Tags): JsonObject => ({
  location,
  tags: tagsBody(tags),
})

const reference = (id: string): JsonObject => ({ id })
const tagsBody = (tags: Tags): JsonObject => Object.fromEntries(tags)

const given = (key: string, value: Json | undefined): JsonObject =>
  value === undefined ? {} : { [key]: value }

const staticAddress = (ip: string): Json => [
  { name: groupId, properties: { groupId, memberName: groupId, privateIPAddress: ip } },
]

const without = (from: JsonObject, keys: readonly string[]): JsonObject =>
  Object.fromEntries(entries(from).filter(([key]) => !keys.includes(key)))

/** A connection without its state: that is the server's to say, and may have moved since it was read. */
const connectionsOf = (properties: JsonObject, list: string): JsonObject =>
  subResourcesOf(properties, list, ['privateLinkServiceConnectionState'])

/** A list of sub-resources, each without what only Azure says about it. */
function subResourcesOf(properties: JsonObject, list: string, more: readonly string[]): JsonObject {
  const items = properties[list]
  if (!Array.isArray(items)) return {}
  return {
    [list]: objects(items).map((item) => ({
      ...without(item, ['id', 'etag', 'type']),
      properties: without(object(item['properties']), ['provisioningState', ...more]),
    })),
  }
}

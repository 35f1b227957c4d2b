/** Microsoft.Network's bodies, and resource groups, as the plans know them. Pure. */
import type {
  JsonObject,
  NetworkInterface,
  PrivateEndpoint,
  ResourceGroup,
  Subnet,
  VirtualNetwork,
  ZoneGroup,
} from '../model.ts'
import { lastName } from '../id.ts'
import {
  filledText,
  idOf,
  lastSegment,
  locationOf,
  mapOf,
  objectsOf,
  optionalObject,
  optionalText,
  parsed,
  provisioningStateOf,
  referenceOf,
  referencesOf,
  requiredObject,
  requiredText,
  textsOf,
} from './field.ts'

export const resourceGroup = (raw: JsonObject): ResourceGroup => ({
  id: idOf('resourceGroup', raw),
  raw,
  location: locationOf(raw),
})

export function subnet(raw: JsonObject): Subnet {
  const properties = requiredObject(raw, 'properties')
  const prefix = filledText(properties, 'addressPrefix')
  const prefixes = textsOf(properties, 'addressPrefixes')
  const policies = filledText(properties, 'privateEndpointNetworkPolicies')
  return {
    id: idOf('subnet', raw),
    raw,
    addressPrefixes: prefixes.length === 0 && prefix !== undefined ? [prefix] : prefixes,
    delegations: objectsOf(properties, 'delegations').map((delegation) =>
      requiredText(requiredObject(delegation, 'properties'), 'serviceName'),
    ),
    ...(policies === undefined ? {} : { privateEndpointNetworkPolicies: policies }),
    provisioningState: provisioningStateOf(properties),
  }
}

export function virtualNetwork(raw: JsonObject): VirtualNetwork {
  const properties = requiredObject(raw, 'properties')
  return {
    id: idOf('virtualNetwork', raw),
    raw,
    location: locationOf(raw),
    subnets: objectsOf(properties, 'subnets').map(subnet),
  }
}

export function networkInterface(raw: JsonObject): NetworkInterface {
  const properties = requiredObject(raw, 'properties')
  const privateEndpointId = referenceOf(properties, 'privateEndpoint')
  const addresses = objectsOf(properties, 'ipConfigurations').flatMap((configuration) => {
    const address = requiredObject(configuration, 'properties')
    const ip = filledText(address, 'privateIPAddress')
    const link = optionalObject(address, 'privateLinkConnectionProperties')
    return ip === undefined ? [] : [{ ip, fqdns: link === undefined ? [] : textsOf(link, 'fqdns') }]
  })
  return {
    id: idOf('networkInterface', raw),
    raw,
    ...(privateEndpointId === undefined ? {} : { privateEndpointId }),
    addresses,
  }
}

export function privateEndpoint(raw: JsonObject): PrivateEndpoint {
  const id = idOf('privateEndpoint', raw)
  const properties = requiredObject(raw, 'properties')
  const subnetId = parsed('subnet', requiredText(requiredObject(properties, 'subnet'), 'id'))
  const resourceGuid = filledText(properties, 'resourceGuid')
  const customNetworkInterfaceName = filledText(properties, 'customNetworkInterfaceName')
  const connection = connectionOf(properties)
  return {
    id,
    raw,
    name: filledText(raw, 'name') ?? lastName(id),
    location: locationOf(raw),
    tags: mapOf(raw, 'tags'),
    ...(resourceGuid === undefined ? {} : { resourceGuid }),
    provisioningState: provisioningStateOf(properties),
    subnetId,
    ...(connection === undefined ? {} : { connection }),
    ipConfigurations: objectsOf(properties, 'ipConfigurations').map(ipConfiguration),
    applicationSecurityGroupIds: referencesOf(properties, 'applicationSecurityGroups'),
    ...(customNetworkInterfaceName === undefined ? {} : { customNetworkInterfaceName }),
    networkInterfaceIds: referencesOf(properties, 'networkInterfaces'),
    customDnsConfigs: objectsOf(properties, 'customDnsConfigs').map((config) => ({
      fqdn: optionalText(config, 'fqdn') ?? '',
      ipAddresses: textsOf(config, 'ipAddresses'),
    })),
  }
}

/** An endpoint has one connection, in one of two lists. */
function connectionOf(properties: JsonObject): PrivateEndpoint['connection'] {
  const automatic = objectsOf(properties, 'privateLinkServiceConnections')
  const manual = objectsOf(properties, 'manualPrivateLinkServiceConnections')
  const raw = automatic[0] ?? manual[0]
  if (raw === undefined) return undefined
  const connection = requiredObject(raw, 'properties')
  const state = optionalObject(connection, 'privateLinkServiceConnectionState') ?? {}
  const requestMessage = filledText(connection, 'requestMessage')
  return {
    name: filledText(raw, 'name') ?? lastSegment(requiredText(raw, 'id')),
    manual: automatic.length === 0,
    serverId: requiredText(connection, 'privateLinkServiceId'),
    groupIds: textsOf(connection, 'groupIds'),
    ...(requestMessage === undefined ? {} : { requestMessage }),
    state: optionalText(state, 'status') ?? '',
    description: optionalText(state, 'description') ?? '',
    actionsRequired: optionalText(state, 'actionsRequired') ?? '',
  }
}

function ipConfiguration(raw: JsonObject): PrivateEndpoint['ipConfigurations'][number] {
  const properties = requiredObject(raw, 'properties')
  return {
    privateIPAddress: requiredText(properties, 'privateIPAddress'),
    groupId: optionalText(properties, 'groupId') ?? '',
    memberName: optionalText(properties, 'memberName') ?? '',
  }
}

export function zoneGroup(raw: JsonObject): ZoneGroup {
  const id = idOf('zoneGroup', raw)
  const properties = requiredObject(raw, 'properties')
  return {
    id,
    raw,
    name: filledText(raw, 'name') ?? lastName(id),
    provisioningState: provisioningStateOf(properties),
    configs: objectsOf(properties, 'privateDnsZoneConfigs').map((config) => {
      const zone = requiredObject(config, 'properties')
      return {
        name: optionalText(config, 'name') ?? '',
        zoneId: requiredText(zone, 'privateDnsZoneId'),
        recordSets: objectsOf(zone, 'recordSets').map(recordSetOfGroup),
      }
    }),
  }
}

const recordSetOfGroup = (raw: JsonObject): ZoneGroup['configs'][number]['recordSets'][number] => ({
  recordSetName: optionalText(raw, 'recordSetName') ?? '',
  fqdn: optionalText(raw, 'fqdn') ?? '',
  ipAddresses: textsOf(raw, 'ipAddresses'),
  provisioningState: provisioningStateOf(raw),
})

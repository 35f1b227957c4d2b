/** Network interfaces as they are written and answered. */
import { anything, flag, list, object, oneOf, reference, text, tracked } from '../body.ts'
import { lastName } from '../path.ts'
import type { IpConfiguration, NetworkInterface } from '../records.ts'
import type { Body } from '../store.ts'
import type { World } from '../world.ts'
import { requiredMember, serverFqdn } from './target.ts'

const type = 'Microsoft.Network/networkInterfaces'

const renderConfiguration = (of: NetworkInterface, configuration: IpConfiguration): Body => ({
  name: configuration.name,
  id: configuration.id,
  etag: of.etag,
  type: `${type}/ipConfigurations`,
  properties: {
    provisioningState: of.state === 'Succeeded' ? 'Succeeded' : 'Updating',
    privateIPAddress: configuration.address,
    privateIPAllocationMethod: configuration.method,
    subnet: { id: configuration.subnet.id },
    primary: configuration.primary,
    privateIPAddressVersion: 'IPv4',
    ...(of.endpoint === undefined
      ? {}
      : {
          privateLinkConnectionProperties: {
            groupId: of.endpoint.connection.groupIds[0] ?? '',
            requiredMemberName: requiredMember,
            fqdns: [serverFqdn(lastName(of.endpoint.connection.targetId))],
          },
        }),
  },
})

export const renderInterface = (of: NetworkInterface): Body => ({
  name: lastName(of.id),
  id: of.id,
  etag: of.etag,
  location: of.location,
  ...(of.tags === undefined ? {} : { tags: of.tags }),
  properties: {
    provisioningState: of.state,
    resourceGuid: of.guid,
    ipConfigurations: of.ipConfigurations.map((each) => renderConfiguration(of, each)),
    dnsSettings: { dnsServers: [], appliedDnsServers: [] },
    macAddress: of.macAddress,
    vnetEncryptionSupported: false,
    enableIPForwarding: false,
    disableTcpStateTracking: false,
    ...(of.endpoint === undefined ? {} : { privateEndpoint: { id: of.endpoint.id } }),
    hostedWorkloads: [],
    tapConfigurations: [],
    nicType: 'Standard',
    auxiliaryMode: 'None',
    auxiliarySku: 'None',
  },
  type,
})

/** `00-0D-3A-…`, as Azure's are. */
export const macAddress = (world: World, id: string): string => {
  const hex = world.dice.guid(`mac ${id.toLowerCase()}`).slice(0, 6).toUpperCase()
  return `00-0D-3A-${hex.slice(0, 2)}-${hex.slice(2, 4)}-${hex.slice(4, 6)}`
}

export const interfaceBody = object({
  ...tracked,
  extendedLocation: anything,
  properties: object({
    ipConfigurations: list(
      object({
        id: anything,
        name: text,
        type: anything,
        etag: anything,
        properties: object({
          privateIPAddress: text,
          privateIPAllocationMethod: oneOf('Static', 'Dynamic'),
          privateIPAddressVersion: oneOf('IPv4', 'IPv6'),
          subnet: reference,
          primary: flag,
          applicationSecurityGroups: list(reference),
          publicIPAddress: anything,
          provisioningState: anything,
          privateLinkConnectionProperties: anything,
        }),
      }),
    ),
    dnsSettings: anything,
    enableAcceleratedNetworking: flag,
    enableIPForwarding: flag,
    disableTcpStateTracking: flag,
    networkSecurityGroup: reference,
    auxiliaryMode: text,
    auxiliarySku: text,
    nicType: text,
    // Read-only.
    macAddress: anything,
    primary: anything,
    privateEndpoint: anything,
    hostedWorkloads: anything,
    tapConfigurations: anything,
    virtualMachine: anything,
    vnetEncryptionSupported: anything,
    resourceGuid: anything,
    provisioningState: anything,
  }),
})

/** Bodies as Azure sends them, one for each kind, in the group `rg` of the test subscription. */
import { formatId } from '../../operator/azure/id.ts'
import type { JsonObject, Kind } from '../../operator/azure/model.ts'
import { idOf } from './in-process.ts'

const network = idOf('virtualNetwork', 'vnet')
const subnetId = idOf('subnet', 'vnet', 'endpoints')
const endpointId = idOf('privateEndpoint', 'orders')
const serverId = idOf('server', 'orders-db')
const zoneId = idOf('zone', 'privatelink.postgres.database.azure.com')
const connectionName = 'orders.837ee716-0a38-4ba8-8fd7-2b40cf266591'

export const ids = {
  resourceGroup: idOf('resourceGroup'),
  virtualNetwork: network,
  subnet: subnetId,
  networkInterface: idOf('networkInterface', 'orders.nic.1'),
  privateEndpoint: endpointId,
  zoneGroup: idOf('zoneGroup', 'orders', 'default'),
  zone: zoneId,
  virtualNetworkLink: idOf('virtualNetworkLink', 'privatelink.postgres.database.azure.com', 'vnet'),
  recordSet: idOf('recordSet', 'privatelink.postgres.database.azure.com', 'orders-db'),
  server: serverId,
  connection: idOf('connection', 'orders-db', connectionName),
  privateLinkResource: idOf('privateLinkResource', 'orders-db', 'postgresqlServer'),
} as const satisfies { readonly [K in Kind]: unknown }

const head = (kind: Kind, name: string): JsonObject => ({ id: formatId(ids[kind]), name })
const approved = { status: 'Approved', description: 'Auto-Approved', actionsRequired: 'None' }

const subnet: JsonObject = {
  ...head('subnet', 'endpoints'),
  etag: 'W/"s1"',
  properties: {
    addressPrefix: '10.0.1.0/24',
    delegations: [],
    privateEndpointNetworkPolicies: 'Disabled',
    ipConfigurations: [{ id: '/SUBSCRIPTIONS/X' }],
    provisioningState: 'Succeeded',
  },
}

const connection: JsonObject = {
  ...head('connection', connectionName),
  type: 'Microsoft.DBforPostgreSQL/flexibleServers/privateEndpointConnections',
  properties: {
    privateEndpoint: { id: formatId(endpointId) },
    privateLinkServiceConnectionState: approved,
    groupIds: ['postgresqlServer'],
    provisioningState: 'Succeeded',
  },
}

export const bodies: { readonly [K in Kind]: JsonObject } = {
  resourceGroup: { ...head('resourceGroup', 'rg'), location: 'uksouth', properties: {} },
  virtualNetwork: {
    ...head('virtualNetwork', 'vnet'),
    location: 'uksouth',
    properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] }, subnets: [subnet] },
  },
  subnet,
  networkInterface: {
    ...head('networkInterface', 'orders.nic.1'),
    location: 'uksouth',
    properties: {
      ipConfigurations: [
        {
          name: 'privateEndpointIpConfig.1',
          properties: {
            privateIPAddress: '10.0.1.4',
            privateLinkConnectionProperties: {
              groupId: 'postgresqlServer',
              requiredMemberName: 'postgresqlServer',
              fqdns: ['orders-db.postgres.database.azure.com'],
            },
          },
        },
      ],
      privateEndpoint: { id: formatId(endpointId) },
    },
  },
  privateEndpoint: {
    ...head('privateEndpoint', 'orders'),
    type: 'Microsoft.Network/privateEndpoints',
    etag: 'W/"p1"',
    location: 'UK South',
    tags: { pgpeOwner: 'cluster.uid', team: 'orders' },
    properties: {
      provisioningState: 'Succeeded',
      resourceGuid: 'aaaaaaaa-0000-0000-0000-000000000001',
      subnet: { id: formatId(subnetId) },
      privateLinkServiceConnections: [
        {
          name: 'orders',
          id: `${formatId(endpointId)}/privateLinkServiceConnections/orders`,
          etag: 'W/"p1"',
          properties: {
            provisioningState: 'Succeeded',
            privateLinkServiceId: formatId(serverId),
            groupIds: ['postgresqlServer'],
            privateLinkServiceConnectionState: approved,
          },
        },
      ],
      manualPrivateLinkServiceConnections: [],
      customNetworkInterfaceName: '',
      networkInterfaces: [{ id: formatId(idOf('networkInterface', 'orders.nic.1')) }],
      ipConfigurations: [
        {
          name: 'postgresqlServer',
          etag: 'W/"p1"',
          properties: {
            provisioningState: 'Succeeded',
            groupId: 'postgresqlServer',
            memberName: 'postgresqlServer',
            privateIPAddress: '10.0.1.4',
          },
        },
      ],
      applicationSecurityGroups: [{ id: formatId(idOf('applicationSecurityGroup', 'asg')) }],
      customDnsConfigs: [
        { fqdn: 'orders-db.postgres.database.azure.com', ipAddresses: ['10.0.1.4'] },
      ],
      ipVersionType: 'IPv4',
    },
  },
  zoneGroup: {
    ...head('zoneGroup', 'default'),
    properties: {
      provisioningState: 'Succeeded',
      privateDnsZoneConfigs: [
        {
          name: 'privatelink-postgres-database-azure-com',
          properties: {
            privateDnsZoneId: formatId(zoneId),
            recordSets: [
              {
                recordType: 'A',
                recordSetName: 'orders-db',
                fqdn: 'orders-db.privatelink.postgres.database.azure.com',
                ttl: 10,
                ipAddresses: ['10.0.1.4'],
                provisioningState: 'Succeeded',
              },
            ],
          },
        },
      ],
    },
  },
  zone: {
    ...head('zone', 'privatelink.postgres.database.azure.com'),
    etag: 'z1',
    location: 'global',
    tags: { pgpeOwner: 'cluster.uid' },
    properties: { numberOfRecordSets: 2, provisioningState: 'Succeeded' },
  },
  virtualNetworkLink: {
    ...head('virtualNetworkLink', 'vnet'),
    etag: '"l1"',
    location: 'global',
    tags: {},
    properties: {
      virtualNetwork: { id: formatId(network) },
      registrationEnabled: false,
      virtualNetworkLinkState: 'Completed',
      provisioningState: 'Succeeded',
    },
  },
  recordSet: {
    ...head('recordSet', 'orders-db'),
    properties: {
      ttl: 10,
      aRecords: [{ ipv4Address: '10.0.1.4' }],
      metadata: { creator: 'created by private endpoint orders with resource guid 1' },
    },
  },
  server: {
    ...head('server', 'orders-db'),
    location: 'UK South',
    systemData: { createdAt: '2026-04-16T21:25:05.4819707Z' },
    properties: {
      state: 'Ready',
      highAvailability: { mode: 'Disabled', state: 'NotEnabled' },
      network: { publicNetworkAccess: 'Disabled' },
      fullyQualifiedDomainName: 'orders-db.postgres.database.azure.com',
      privateEndpointConnections: [connection],
    },
  },
  connection,
  privateLinkResource: {
    ...head('privateLinkResource', 'postgresqlServer'),
    properties: {
      groupId: 'postgresqlServer',
      requiredMembers: ['postgresqlServer'],
      requiredZoneNames: ['privatelink.postgres.database.azure.com'],
    },
  },
}

export const kinds = Object.keys(bodies) as readonly Kind[]

/** A value for each field of a spec that takes more than a choice: shown in the reference, tried in the tests. */
import type { Json } from './schema.ts'

const subscription = '/subscriptions/00000000-0000-0000-0000-000000000001'
const network = `${subscription}/resourceGroups/network/providers/Microsoft.Network`
const endpointId = `${network}/privateEndpoints/orders`
const serverId = `${subscription}/resourceGroups/data/providers/Microsoft.DBforPostgreSQL/flexibleServers/orders-db`

/** By the kind's short name, then by the place in the schema. */
export const examples: Readonly<Record<string, Readonly<Record<string, Json>>>> = {
  pgpe: {
    'spec.serverId': serverId,
    'spec.subnetId': `${network}/virtualNetworks/hub/subnets/endpoints`,
    'spec.resourceGroup': 'network',
    'spec.endpointName': 'orders',
    'spec.connectionName': 'orders',
    'spec.location': 'westeurope',
    'spec.networkInterfaceName': 'orders-nic',
    'spec.privateIPAddress': '10.0.1.10',
    'spec.requestMessage': 'Orders team, ticket 4711',
    'spec.applicationSecurityGroupIds': [`${network}/applicationSecurityGroups/databases`],
    'spec.dns.zoneId': `${network}/privateDnsZones/privatelink.postgres.database.azure.com`,
    'spec.dns.resourceGroup': 'dns',
    'spec.dns.zoneGroupName': 'default',
    'spec.dns.configName': 'privatelink-postgres-database-azure-com',
    'spec.dns.additionalVirtualNetworkIds': [`${network}/virtualNetworks/spoke`],
    'spec.dns.tags': { team: 'network' },
    'spec.tags': { team: 'orders' },
    'spec.identityRef.name': 'pgpe-azure',
    'spec.connectionInfo.configMapName': 'orders-db',
  },
  epcd: {
    'spec.serverId': serverId,
    'spec.description': 'Approved by the database team, ticket 4712',
    'spec.connections.names': ['orders.00000000-0000-0000-0000-000000000002'],
    'spec.connections.privateEndpointIds': [endpointId],
    'spec.connections.endpointRefs': [{ name: 'orders', namespace: 'team' }],
    'spec.connections.endpointRefs[].name': 'orders',
    'spec.connections.endpointRefs[].namespace': 'team',
    'spec.connections.subscriptionIds': ['00000000-0000-0000-0000-000000000001'],
    'spec.connections.resourceGroupIds': [`${subscription}/resourceGroups/network`],
    'spec.maxApproved': 3,
    'spec.decideUntil': '2027-01-31T18:00:00Z',
    'spec.decidedBy.username': 'anna@example.com',
    'spec.identityRef.name': 'pgpe-azure',
  },
}

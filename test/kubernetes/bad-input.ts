/**
 * Mistakes of every kind that a person can make, as rows: what the API server refuses, what passed it
 * by and does not parse, and what only a look at Azure can tell. Holds no check itself.
 */
import type { JsonObject } from '../../operator/api/schema.ts'
import type { pathsIn } from '../arm/kit.ts'
import type { KindName } from './manifests.ts'

export type Paths = ReturnType<typeof pathsIn>

export interface Mistake {
  readonly kind: KindName
  /** Of the object that is right otherwise. */
  readonly spec: JsonObject
  /** Reason of the condition Ready; InvalidSpec where there is none. */
  readonly reason?: string
  /** What is wrong, and what helps. */
  readonly says: readonly RegExp[]
}

type Rows = Readonly<Record<string, Mistake>>

const endpoint = (spec: JsonObject, ...says: readonly RegExp[]): Mistake => ({
  kind: 'endpoint',
  spec,
  says,
})
const decision = (spec: JsonObject, ...says: readonly RegExp[]): Mistake => ({
  kind: 'decision',
  spec,
  says,
})
const because = (reason: string, mistake: Mistake): Mistake => ({ ...mistake, reason })

const copy = /--query id/

/** Ids that are none, once at the gate and once behind it. */
const ids = ({ server, subnet, zone, network }: Paths): Rows => {
  const orders = server('orders')
  return {
    'a server of another type': endpoint(
      { serverId: orders.replace('flexibleServers', 'servers') },
      /spec\.serverId/,
      copy,
    ),
    'a server id without its group': endpoint(
      { serverId: orders.replace('/resourceGroups/rg', '') },
      /spec\.serverId/,
      copy,
    ),
    'a server id that climbs': endpoint(
      { serverId: orders.replace('/orders', '/..') },
      /spec\.serverId/,
      copy,
    ),
    'an encoded climb': endpoint(
      { serverId: `${orders}%2f..%2f..%2fother` },
      /spec\.serverId/,
      copy,
    ),
    'a server id with a host': endpoint(
      { serverId: `https://evil.example${orders}` },
      /spec\.serverId/,
      copy,
    ),
    'a network for a subnet': endpoint({ subnetId: network }, /spec\.subnetId/, copy),
    'a subnet with a query': endpoint(
      { subnetId: `${subnet}?api-version=1` },
      /spec\.subnetId/,
      copy,
    ),
    'a zone in an encoded group': endpoint(
      { dns: { zoneId: zone.replace('/rg/', '/%72g/') } },
      /spec\.dns\.zoneId/,
      copy,
    ),
    "a decision's server that climbs": decision(
      { serverId: orders.replace('/rg/', '/../') },
      /spec\.serverId/,
      copy,
    ),
  }
}

/** Refused by the API server; the texts are what kubectl prints. */
export const atTheGate = (paths: Paths): Rows => ({
  ...ids(paths),
  "a decision's endpoint of another type": decision(
    { action: 'Reject', connections: { privateEndpointIds: [paths.server('orders')] } },
    /spec\.connections\.privateEndpointIds/,
    copy,
  ),
  'a description of 200 characters': decision(
    {
      action: 'Reject',
      connections: { states: ['Pending'] },
      description: 'x'.repeat(200),
    },
    /spec\.description: .*140/,
  ),
  'a request of 200 characters': endpoint(
    { approval: 'Manual', requestMessage: 'x'.repeat(200) },
    /spec\.requestMessage: .*140/,
  ),
  'a field that there is not': endpoint(
    { privateIpAddress: '10.1.0.9' },
    /unknown field "spec\.privateIpAddress"/,
  ),
  'an address that is none': endpoint({ privateIPAddress: '10.1.0.256' }, /IPv4/),
})

/** Stored while the rules were laxer: nothing of them may reach Azure. */
export const pastTheGate = (paths: Paths): Rows => ({
  ...ids(paths),
  'a network to link that is none': endpoint(
    { dns: { additionalVirtualNetworkIds: [`${paths.network}/../hub`] } },
    /spec\.dns\.additionalVirtualNetworkIds/,
    copy,
  ),
  'a security group that is none': endpoint(
    { applicationSecurityGroupIds: ['..'] },
    /spec\.applicationSecurityGroupIds/,
    copy,
  ),
  'a group that climbs': endpoint({ resourceGroup: '..' }, /spec\.resourceGroup/, /letters/),
  'a name that climbs': endpoint({ endpointName: '../x' }, /spec\.endpointName/, /letters/),
  'a zone group that climbs': endpoint(
    { dns: { zoneGroupName: '..' } },
    /spec\.dns\.zoneGroupName/,
    /letters/,
  ),
  'an address that is none': endpoint({ privateIPAddress: '10.1.0.256' }, /IPv4/),
  'a policy of a later version': because(
    'UnknownPolicy',
    endpoint({ deletionPolicy: 'Archive' }, /spec\.deletionPolicy is "Archive"/, /Delete, Retain/),
  ),
  'an action of a later version': because(
    'UnknownPolicy',
    decision(
      { action: 'Revoke', connections: { names: ['x'] } },
      /spec\.action is "Revoke"/,
      /Approve, Reject, Delete/,
    ),
  ),
})

const places = ({ subnet }: Paths): Rows => ({
  'an address outside the subnet': because(
    'AddressNotInSubnet',
    endpoint(
      { privateIPAddress: '10.9.0.4' },
      /10\.9\.0\.4 is not in subnet apps \(10\.1\.0\.0\/24\)/,
      /PrivateIPAddressNotInSubnet/,
      /Choose spec\.privateIPAddress/,
    ),
  ),
  "an address of Azure's own": because(
    'AddressReserved',
    endpoint({ privateIPAddress: '10.1.0.3' }, /10\.1\.0\.3/, /Choose another/),
  ),
  'an address that is taken': because(
    'AddressTaken',
    endpoint({ privateIPAddress: '10.1.0.4' }, /PrivateIPAddressIsAllocated/, /Free are 10\.1\./),
  ),
  "a region that is not the network's": because(
    'LocationMismatch',
    endpoint(
      { location: 'northeurope' },
      /vnet is in westeurope/,
      /InvalidResourceLocation/,
      /Remove spec\.location/,
    ),
  ),
  'a subnet in another region': because(
    'LocationMismatch',
    endpoint(
      {
        location: 'westeurope',
        subnetId: subnet.replace('/vnet/', '/north/'),
      },
      /north is in northeurope/,
      /Remove spec\.location/,
    ),
  ),
})

/** Well-formed, and wrong in Azure: said before anything is written there. */
export const inAzure = (paths: Paths): Rows => ({ ...places(paths), ...parts(paths) })

const parts = ({ server, subnet, network }: Paths): Rows => ({
  'a server inside a network': because(
    'VNetIntegrated',
    endpoint(
      { serverId: server('inside') },
      /PrivateEndpointFeatureNotSupportedOnServer/,
      /migrate-network/,
    ),
  ),
  'a server that does not exist': because(
    'ServerNotFound',
    endpoint({ serverId: server('absent') }, /flexibleServers\/absent/, /Correct spec\.serverId/),
  ),
  'a network that does not exist': because(
    'VirtualNetworkNotFound',
    endpoint(
      { subnetId: subnet.replace('/vnet/', '/absent/') },
      /virtualNetworks\/absent/,
      /InvalidResourceReference/,
      /Correct spec\.subnetId/,
    ),
  ),
  'a subnet that does not exist': because(
    'SubnetNotFound',
    endpoint({ subnetId: `${network}/subnets/absent` }, /subnets\/absent/, /Correct/),
  ),
  'a subnet of a service': because(
    'SubnetDelegated',
    endpoint({ subnetId: `${network}/subnets/other` }, /delegated to/, /Name another subnet/),
  ),
  'a group that does not exist': because(
    'ResourceGroupNotFound',
    endpoint({ resourceGroup: 'absent' }, /resource group absent/, /createResourceGroup/),
  ),
  "a decision's server that does not exist": because(
    'ServerNotFound',
    decision({ serverId: server('absent') }, /server/, /Create/),
  ),
})

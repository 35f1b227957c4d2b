/** Causes in the endpoint's own place: subnet, address, server, what it refers to, what cannot change. */
import { deleted, interfaceIn, networkIn, subnetOf, type Cause } from './endpoint.cause.ts'
import { serverBody } from './endpoint.causes-around.ts'

const nic = (group: string, name: string): string =>
  `${group}/providers/Microsoft.Network/networkInterfaces/${name}`
const endpoint = (group: string): string =>
  `${group}/providers/Microsoft.Network/privateEndpoints/orders`

export const place: readonly Cause[] = [
  {
    codes: ['InvalidResourceReference'],
    reason: 'Blocked',
    set: async ({ arm }, { group }) => {
      const id = `${group}/providers/Microsoft.Network/applicationSecurityGroups/later`
      return {
        spec: { applicationSecurityGroupIds: [id] },
        lift: async () => void (await arm.put(id, { location: 'westeurope' })),
      }
    },
  },
  {
    codes: ['InvalidResourceReference'],
    reason: 'SubnetNotFound',
    set: async ({ arm }, { networkId }) => ({
      spec: { subnetId: `${networkId}/subnets/later` },
      lift: async () => {
        await arm.put(`${networkId}/subnets/later`, subnetOf({ addressPrefix: '10.0.9.0/24' }))
      },
    }),
  },
  {
    codes: ['InvalidResourceReference'],
    reason: 'VirtualNetworkNotFound',
    set: async ({ arm }, { networkId }) => ({
      spec: { subnetId: `${networkId}-later/subnets/apps` },
      lift: async () => void (await arm.put(`${networkId}-later`, networkIn('westeurope'))),
    }),
  },
  {
    codes: ['InvalidResourceLocation', 'InvalidResourceReference'],
    reason: 'LocationMismatch',
    mendsSpec: true,
    set: async ({ cluster }) => ({
      spec: { location: 'eastus' },
      lift: (key) => cluster.edit(key, { spec: { location: 'westeurope' } }),
    }),
  },
  {
    codes: ['SubnetIsFull'],
    reason: 'Blocked',
    set: async ({ arm, pass }, { group, networkId }) => {
      const subnetId = `${networkId}/subnets/small`
      await arm.put(subnetId, subnetOf({ addressPrefix: '10.0.8.0/29' }))
      pass(30)
      for (const name of ['a', 'b', 'c']) await arm.put(nic(group, name), interfaceIn(subnetId))
      pass(30)
      return { spec: { subnetId }, lift: () => arm.delete(nic(group, 'b')) }
    },
  },
  {
    codes: ['PrivateIPAddressIsAllocated'],
    reason: 'AddressTaken',
    set: async ({ arm, pass }, { group, subnetId }) => {
      await arm.put(nic(group, 'a'), interfaceIn(subnetId, '10.0.1.77'))
      pass(30)
      return { spec: { privateIPAddress: '10.0.1.77' }, lift: () => arm.delete(nic(group, 'a')) }
    },
  },
  {
    // The operator's own look found it free.
    codes: ['PrivateIPAddressIsAllocated'],
    reason: 'Refused',
    set: async ({ arm, pass }, { group, subnetId }) => ({
      spec: { privateIPAddress: '10.0.1.77' },
      meanwhile: async ({ name }) => {
        if (name === 'CreateEndpoint')
          await arm.put(nic(group, 'a'), interfaceIn(subnetId, '10.0.1.77'))
      },
      lift: () => (pass(30), arm.delete(nic(group, 'a'))),
    }),
  },
  {
    codes: ['PrivateIPAddressNotInSubnet'],
    reason: 'AddressNotInSubnet',
    set: async ({ arm }, { subnetId }) => ({
      spec: { privateIPAddress: '10.0.2.9' },
      lift: async () => void (await arm.put(subnetId, subnetOf({ addressPrefix: '10.0.0.0/20' }))),
    }),
  },
  {
    codes: ['PrivateIPAddressInReservedRange'],
    reason: 'AddressReserved',
    set: async ({ arm }, { subnetId }) => ({
      spec: { privateIPAddress: '10.0.1.3' },
      lift: async () => void (await arm.put(subnetId, subnetOf({ addressPrefix: '10.0.0.0/20' }))),
    }),
  },
  {
    codes: ['PrivateEndpointCreationNotAllowedAsSubnetIsDelegated'],
    reason: 'SubnetDelegated',
    set: async ({ arm, pass }, { subnetId }) => {
      const properties = { serviceName: 'Microsoft.Web/serverFarms' }
      await arm.put(subnetId, subnetOf({ delegations: [{ name: 'web', properties }] }))
      pass(30)
      return { lift: async () => void (await arm.put(subnetId, subnetOf())) }
    },
  },
  {
    codes: ['PrivateEndpointCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled'],
    reason: 'Refused',
    set: async ({ arm, pass }, { networkId }) => {
      const subnetId = `${networkId}-gov/subnets/apps`
      await arm.put(`${networkId}-gov`, networkIn('usgovvirginia'))
      pass(30)
      await arm.put(subnetId, subnetOf({ privateEndpointNetworkPolicies: 'Enabled' }))
      pass(30)
      return {
        spec: { subnetId },
        lift: async () => {
          await arm.put(subnetId, subnetOf({ privateEndpointNetworkPolicies: 'Disabled' }))
        },
      }
    },
  },
  {
    codes: ['PrivateEndpointFeatureNotSupportedOnServer'],
    reason: 'VNetIntegrated',
    set: async (world, { group, networkId }) => {
      const subnetId = `${networkId}/subnets/databases`
      const properties = { serviceName: 'Microsoft.DBforPostgreSQL/flexibleServers' }
      const delegations = [{ name: 'pg', properties }]
      await world.arm.put(subnetId, subnetOf({ addressPrefix: '10.0.7.0/24', delegations }))
      world.pass(30)
      const serverId = `${group}/providers/Microsoft.DBforPostgreSQL/flexibleServers/inside`
      const network = { delegatedSubnetResourceId: subnetId }
      const inside = { ...serverBody.properties, network }
      await world.arm.put(serverId, { ...serverBody, properties: inside })
      world.pass(900)
      return {
        spec: { serverId },
        lift: async () => {
          await deleted(world, serverId)
          await world.arm.put(serverId, serverBody)
        },
      }
    },
  },
  {
    codes: ['ResourceNotFound'],
    reason: 'ServerNotFound',
    set: async ({ arm }, { group }) => {
      const serverId = `${group}/providers/Microsoft.DBforPostgreSQL/flexibleServers/later`
      return { spec: { serverId }, lift: async () => void (await arm.put(serverId, serverBody)) }
    },
  },
  {
    codes: [
      'CannotChangePrivateLinkConnectionOnPrivateEndpoint',
      'CannotChangeSubnetOnExistingPrivateEndpoint',
    ],
    reason: 'ImmutableChanged',
    set: async (world, { group, networkId }) => ({
      // Somebody makes it anew in another subnet, with our tags.
      afterwards: async () => {
        const { arm, pass } = world
        const subnetId = `${networkId}/subnets/other`
        await arm.put(subnetId, subnetOf({ addressPrefix: '10.0.6.0/24' }))
        const ours = (await arm.get(endpoint(group))) ?? {}
        pass(30)
        await deleted(world, endpoint(group))
        const before = ours['properties'] as Readonly<Record<string, never>>
        const connections = before['privateLinkServiceConnections'] ?? []
        const properties = { subnet: { id: subnetId }, privateLinkServiceConnections: connections }
        const { location, tags } = ours as Readonly<Record<string, never>>
        await arm.put(endpoint(group), { location, tags, properties } as never)
        pass(90)
      },
      lift: () => deleted(world, endpoint(group)),
    }),
  },
  {
    codes: ['PrivateEndpointAlreadyExists'],
    reason: 'Retrying',
    options: { simulator: { lag: { name: 1_200 } } },
    set: async (world, { group }) => ({
      afterwards: () => deleted(world, endpoint(group)),
      // Azure forgets the name after twenty minutes.
      lift: () => undefined,
    }),
  },
  {
    // Azure has accepted the PUT, and ends it Failed: it calls the server seconds later.
    codes: ['ServerIsBusy'],
    reason: 'Replacing',
    set: async ({ arm, pass }, { serverId }) => ({
      begun: () => arm.post(`${serverId}/stop`),
      lift: () => (pass(300), arm.post(`${serverId}/start`)),
    }),
  },
]

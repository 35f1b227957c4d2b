/** Causes around the endpoint: roles, locks, policies, subscriptions, providers, other people's writes. */
import { subnetOf, networkIn, type Cause } from './endpoint.cause.ts'
import type { World } from './endpoint.world.ts'

const contributor = 'b24988ac-6180-42a0-ab88-20f7382dd24c'

/** Grants the identity a role; it takes effect five minutes later. */
async function grant(world: World, identity: string, scope: string): Promise<void> {
  const name = '11111111-2222-4333-8444-555555555555'
  const root = `/subscriptions/${world.subscriptionId}`
  await world.arm.put(`${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`, {
    properties: {
      roleDefinitionId: `${root}/providers/Microsoft.Authorization/roleDefinitions/${contributor}`,
      principalId: world.azure.identity(identity).objectId,
      principalType: 'ServicePrincipal',
    },
  })
}

const locks = (scope: string): string => `${scope}/providers/Microsoft.Authorization/locks/keep`
const policy = (scope: string): string =>
  `${scope}/providers/Microsoft.Authorization/policyAssignments/none`

export const around: readonly Cause[] = [
  {
    codes: ['AuthorizationFailed'],
    reason: 'Denied',
    options: { identity: 'reader' },
    set: async (world) => ({
      lift: () => grant(world, 'reader', `/subscriptions/${world.subscriptionId}`),
    }),
  },
  {
    codes: ['LinkedAuthorizationFailed'],
    reason: 'Denied',
    options: { identity: 'network' },
    set: async (world, { serverId }) => ({ lift: () => grant(world, 'network', serverId) }),
  },
  {
    codes: ['ScopeLocked'],
    reason: 'Blocked',
    set: async ({ arm }, { group }) => {
      await arm.put(locks(group), { properties: { level: 'ReadOnly' } })
      return { lift: () => arm.delete(locks(group)) }
    },
  },
  {
    codes: ['RequestDisallowedByPolicy'],
    reason: 'Blocked',
    set: async ({ arm, pass }, { group }) => {
      await arm.put(policy(group), {
        properties: {
          displayName: 'No endpoints here',
          policyDefinitionId:
            '/providers/Microsoft.Authorization/policyDefinitions/6c112d4e-5bc7-47ae-a041-ea2d9dccd749',
          parameters: {
            listOfResourceTypesNotAllowed: { value: ['Microsoft.Network/privateEndpoints'] },
          },
        },
      })
      pass(301)
      return { lift: () => arm.delete(policy(group)) }
    },
  },
  {
    codes: ['ReadOnlyDisabledSubscription'],
    reason: 'Blocked',
    set: async (world) => {
      const [, shared] = world.azure.identity('owner').subscriptionIds
      const root = `/subscriptions/${shared}`
      const network = `${root}/resourceGroups/far/providers/Microsoft.Network/virtualNetworks/far`
      await world.arm.put(`${root}/resourceGroups/far`, { location: 'westeurope' })
      await world.arm.put(network, networkIn('westeurope'))
      world.pass(60)
      await world.arm.post(`${root}/providers/Microsoft.Subscription/cancel`)
      return {
        spec: { subnetId: `${network}/subnets/apps`, resourceGroup: 'far' },
        lift: () => world.arm.post(`${root}/providers/Microsoft.Subscription/enable`),
      }
    },
  },
  {
    codes: ['MissingSubscriptionRegistration'],
    reason: 'Blocked',
    set: async ({ arm, subscriptionId }) => {
      const provider = `/subscriptions/${subscriptionId}/providers/Microsoft.Network`
      await arm.post(`${provider}/unregister`)
      return { lift: () => arm.post(`${provider}/register`) }
    },
  },
  {
    codes: ['ResourceGroupNotFound'],
    reason: 'ResourceGroupNotFound',
    set: async ({ arm, subscriptionId }) => ({
      spec: { resourceGroup: 'later' },
      lift: async () => {
        await arm.put(`/subscriptions/${subscriptionId}/resourceGroups/later`, {
          location: 'westeurope',
        })
      },
    }),
  },
  {
    codes: ['SubscriptionNotFound'],
    reason: 'Denied',
    mendsSpec: true,
    set: async (world, { subnetId }) => ({
      spec: {
        subnetId: subnetId.replace(world.subscriptionId, '99999999-9999-4999-8999-999999999999'),
      },
      lift: (key) => world.cluster.edit(key, { spec: { subnetId } }),
    }),
  },
  {
    codes: ['InvalidAuthenticationTokenTenant'],
    reason: 'ServerUnreadable',
    mendsSpec: true,
    ends: 'False/PendingApproval',
    set: async (world) => ({
      spec: { serverId: await vendorServer(world) },
      lift: (key) => world.cluster.edit(key, { spec: { approval: 'Manual' } }),
    }),
  },
  {
    codes: ['Invalid private link service id'],
    reason: 'Retrying',
    ends: 'False/PendingApproval',
    set: async (world) => ({
      spec: { approval: 'Manual', serverId: vendorServerId(world) },
      lift: async () => void (await vendorServer(world)),
    }),
  },
  {
    codes: ['ReferencedResourceNotProvisioned'],
    reason: 'Retrying',
    set: async ({ arm }, { subnetId }) => ({
      meanwhile: async () => void (await arm.put(subnetId, subnetOf()).catch(() => undefined)),
      lift: () => undefined,
    }),
  },
  {
    codes: ['AnotherOperationInProgress'],
    reason: 'Retrying',
    set: async ({ arm }, { group }) => ({
      spec: { dns: { mode: 'Managed' } },
      meanwhile: async ({ name, action }) => {
        if (name !== 'WriteZoneGroup') return
        const id = `${group}/providers/Microsoft.Network/privateEndpoints/${action.id.names[0]}`
        const body = (await arm.get(id)) ?? {}
        await arm.put(id, body).catch(() => undefined)
      },
      lift: () => undefined,
    }),
  },
]

const vendorServerId = (world: World): string => {
  const [theirs] = world.azure.identity('vendor').subscriptionIds
  return `/subscriptions/${theirs}/resourceGroups/theirs/providers/Microsoft.DBforPostgreSQL/flexibleServers/vendor-db`
}

/** A server of another tenant. */
async function vendorServer(world: World): Promise<string> {
  const id = vendorServerId(world)
  await world.as('vendor').put(id.split('/providers/')[0] ?? '', { location: 'westeurope' })
  await world.as('vendor').put(id, serverBody)
  world.pass(900)
  return id
}

export const serverBody = {
  location: 'westeurope',
  sku: { name: 'Standard_D2s_v3', tier: 'GeneralPurpose' },
  properties: {
    administratorLogin: 'boss',
    administratorLoginPassword: 'Secret-1234',
    version: '16',
    storage: { storageSizeGB: 32 },
    network: { publicNetworkAccess: 'Enabled' },
  },
}

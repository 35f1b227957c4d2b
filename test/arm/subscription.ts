/** Tenants, subscriptions, their regions and providers, and the list of all resources. */
import type { Answer } from './answer.ts'
import type { Call } from './call.ts'
import { subscription } from './call.ts'
import type { Subscription } from './directory.ts'
import { groupOf } from './gateway.ts'
import { regions } from './regions.ts'
import type { Route } from './route.ts'
import { provider, providers, register } from './provider.ts'
import { resources } from './resource-list.ts'

const renderSubscription = ({ id, name: displayName, tenantId, state }: Subscription) => ({
  id: `/subscriptions/${id}`,
  authorizationSource: 'RoleBased',
  managedByTenants: [],
  subscriptionId: id,
  tenantId,
  displayName,
  state,
  subscriptionPolicies: {
    locationPlacementId: 'Public_2014-09-01',
    quotaId: 'PayAsYouGo_2014-09-01',
    spendingLimit: 'Off',
  },
})

/** Those in the caller's tenant in which it has any role. */
function subscriptions(call: Call): Answer {
  const { directory, roles } = call.world
  const seen = [...directory.subscriptions.values()].filter(
    ({ id, tenantId }) =>
      tenantId === call.caller.tenantId && roles.sees(call.caller.objectId, `/subscriptions/${id}`),
  )
  return { status: 200, body: { value: seen.map(renderSubscription) } }
}

const tenants = (call: Call): Answer => ({
  status: 200,
  body: {
    value: call.world.directory.tenants
      .filter(({ id }) => id === call.caller.tenantId)
      .map(({ id, name: displayName }) => ({
        id: `/tenants/${id}`,
        tenantId: id,
        countryCode: 'NL',
        displayName,
        domains: [`${displayName.toLowerCase()}.example`],
        tenantCategory: 'Home',
        defaultDomain: `${displayName.toLowerCase()}.example`,
        tenantType: 'AAD',
      })),
  },
})

const locations = (call: Call): Answer => ({
  status: 200,
  body: {
    value: Object.entries(regions).map(([short, displayName]) => ({
      id: `/subscriptions/${subscription(call).id}/locations/${short}`,
      name: short,
      type: 'Region',
      displayName,
      regionalDisplayName: displayName,
      metadata: {
        regionType: 'Physical',
        regionCategory: 'Recommended',
        geography: displayName,
        geographyGroup: displayName,
        longitude: '0',
        latitude: '0',
        physicalLocation: displayName,
        pairedRegion: [],
      },
    })),
  },
})

/** Microsoft.Subscription, cancel and enable: a canceled subscription is read-only until it is enabled. */
function turn(call: Call, state: Subscription['state']): Answer {
  const of = subscription(call)
  of.state = state
  return { status: 200, body: { subscriptionId: of.id } }
}

const one = '/subscriptions/{subscription}'
const subscriptionType = 'Microsoft.Resources/subscriptions'
const providerType = 'Microsoft.Resources/providers'

export const subscriptionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/subscriptions',
    type: subscriptionType,
    operation: 'list',
    action: 'none',
    handle: subscriptions,
  },
  {
    method: 'GET',
    path: '/tenants',
    type: 'Microsoft.Resources/tenants',
    operation: 'list',
    action: 'none',
    handle: tenants,
  },
  {
    method: 'GET',
    path: one,
    type: subscriptionType,
    operation: 'get',
    handle: (call) => ({ status: 200, body: renderSubscription(subscription(call)) }),
  },
  {
    method: 'GET',
    path: `${one}/locations`,
    type: 'Microsoft.Resources/subscriptions/locations',
    operation: 'list',
    handle: locations,
  },
  {
    method: 'GET',
    path: `${one}/providers`,
    type: providerType,
    operation: 'list',
    action: 'none',
    handle: providers,
  },
  {
    method: 'GET',
    path: `${one}/providers/{namespace}`,
    type: providerType,
    operation: 'get',
    action: 'none',
    handle: provider,
  },
  {
    method: 'POST',
    path: `${one}/providers/{namespace}/register`,
    type: providerType,
    operation: 'post',
    action: '*/register/action',
    handle: (call) => register(call, true),
  },
  {
    method: 'POST',
    path: `${one}/providers/{namespace}/unregister`,
    type: providerType,
    operation: 'post',
    action: '*/unregister/action',
    handle: (call) => register(call, false),
  },
  {
    method: 'POST',
    path: `${one}/providers/Microsoft.Subscription/cancel`,
    type: subscriptionType,
    operation: 'post',
    action: 'Microsoft.Subscription/cancel/action',
    handle: (call) => turn(call, 'Disabled'),
  },
  {
    method: 'POST',
    path: `${one}/providers/Microsoft.Subscription/enable`,
    type: subscriptionType,
    operation: 'post',
    action: 'Microsoft.Subscription/enable/action',
    handle: (call) => turn(call, 'Enabled'),
  },
  {
    method: 'GET',
    path: `${one}/resources`,
    type: 'Microsoft.Resources/resources',
    operation: 'list',
    action: 'none',
    handle: (call) => resources(call, `/subscriptions/${subscription(call).id}`),
  },
  {
    method: 'GET',
    path: `${one}/resourceGroups/{group}/resources`,
    type: 'Microsoft.Resources/resources',
    operation: 'list',
    action: 'none',
    handle: (call) => resources(call, groupOf(call, 'read').id),
  },
]

/** Tenants, subscriptions, their regions and providers, and the list of all resources. */
import { Refusal, gateway } from './answer.ts'
import type { Answer } from './answer.ts'
import type { Call } from './call.ts'
import { name, subscription } from './call.ts'
import { allLines } from './demolition.ts'
import type { Subscription } from './directory.ts'
import { namespaces } from './directory.ts'
import { groupOf } from './gateway.ts'
import { page } from './page.ts'
import { regions } from './regions.ts'
import type { Route } from './route.ts'
import type { Line } from './store.ts'

const renderSubscription = ({ id, name: displayName, tenantId }: Subscription) => ({
  id: `/subscriptions/${id}`,
  authorizationSource: 'RoleBased',
  managedByTenants: [],
  subscriptionId: id,
  tenantId,
  displayName,
  state: 'Enabled',
  subscriptionPolicies: { locationPlacementId: 'Public_2014-09-01', quotaId: 'PayAsYouGo_2014-09-01', spendingLimit: 'Off' },
})

/** Those in the caller's tenant in which it has any role. */
function subscriptions(call: Call): Answer {
  const { directory, roles } = call.world
  const seen = [...directory.subscriptions.values()].filter(
    ({ id, tenantId }) => tenantId === call.caller.tenantId && roles.sees(call.caller.objectId, `/subscriptions/${id}`),
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
      metadata: { regionType: 'Physical', regionCategory: 'Recommended', geography: displayName, geographyGroup: displayName, longitude: '0', latitude: '0', physicalLocation: displayName, pairedRegion: [] },
    })),
  },
})

const types: Readonly<Record<(typeof namespaces)[number], readonly string[]>> = {
  'Microsoft.Resources': ['subscriptions', 'subscriptions/resourceGroups', 'resources', 'tenants', 'locations'],
  'Microsoft.Authorization': ['roleAssignments', 'roleDefinitions'],
  'Microsoft.Network': ['virtualNetworks', 'networkInterfaces', 'applicationSecurityGroups', 'privateEndpoints', 'privateDnsZones', 'privateDnsZones/virtualNetworkLinks', 'locations', 'locations/operations', 'locations/operationResults', 'locations/usages'],
  'Microsoft.DBforPostgreSQL': ['flexibleServers', 'locations', 'locations/azureAsyncOperation', 'locations/operationResults'],
}
/** What `az` picks from when it is told none; any other version is served as well. */
const apiVersions = ['2026-04-01-preview', '2026-01-01', '2025-08-01', '2025-04-01', '2024-11-01', '2024-06-01', '2022-12-01', '2022-04-01']

const namespaceOf = (call: Call): (typeof namespaces)[number] => {
  const wanted = name(call, 'namespace')
  const found = namespaces.find((each) => each.toLowerCase() === wanted.toLowerCase())
  if (found !== undefined) return found
  throw new Refusal(404, { code: 'InvalidResourceNamespace', message: `The resource namespace '${wanted}' is invalid.` }, gateway)
}

const renderProvider = (of: Subscription, namespace: (typeof namespaces)[number]) => ({
  id: `/subscriptions/${of.id}/providers/${namespace}`,
  namespace,
  registrationPolicy: 'RegistrationRequired',
  registrationState: of.registered.has(namespace.toLowerCase()) ? 'Registered' : 'NotRegistered',
  resourceTypes: types[namespace].map((resourceType) => ({
    resourceType,
    locations: resourceType.startsWith('privateDnsZones') ? ['global'] : Object.values(regions),
    apiVersions,
    defaultApiVersion: apiVersions[1],
    capabilities: 'SupportsTags, SupportsLocation',
  })),
})

const provider = (call: Call): Answer => ({ status: 200, body: renderProvider(subscription(call), namespaceOf(call)) })
const providers = (call: Call): Answer => ({
  status: 200,
  body: { value: namespaces.map((each) => renderProvider(subscription(call), each)) },
})

function register(call: Call, on: boolean): Answer {
  const namespace = namespaceOf(call)
  const { registered } = subscription(call)
  if (on) registered.add(namespace.toLowerCase())
  else registered.delete(namespace.toLowerCase())
  return provider(call)
}

/** `resourceType eq 'x'`, alone or with `and`; other filters are refused rather than ignored. */
function filtered(call: Call, lines: readonly Line[]): readonly Line[] {
  const filter = call.query.get('$filter')
  if (filter === undefined || filter === '') return lines
  const wanted = filter.split(/\s+and\s+/i).map((clause) => /^\s*(resourceType|name|location|resourceGroup)\s+eq\s+'([^']*)'\s*$/i.exec(clause))
  if (wanted.some((clause) => clause === null)) {
    throw new Refusal(400, { code: 'InvalidFilterInQueryString', message: `Invalid $filter '${filter}' specified in the query string.` }, gateway)
  }
  const members = { resourcetype: 'type', name: 'name', location: 'location', resourcegroup: 'id' } as const
  return lines.filter(({ body }) =>
    wanted.every((clause) => {
      const [, member = '', value = ''] = clause ?? []
      const key = members[member.toLowerCase() as keyof typeof members]
      const text = String(body()[key]).toLowerCase()
      return key === 'id' ? text.split('/')[4] === value.toLowerCase() : text === value.toLowerCase()
    }),
  )
}

/** Id, name, type, location and tags, of what the caller may read. */
function resources(call: Call, scope: string): Answer {
  const { world, caller } = call
  const lines = filtered(call, allLines(world, scope))
    .filter(({ body }) => world.roles.allows(caller.objectId, `${String(body()['type'])}/read`, String(body()['id'])))
    .map(({ order, body }) => ({
      order,
      body: () => {
        const { id, name: called, type, location, tags } = body()
        return { id, name: called, type, location, ...(tags === undefined ? {} : { tags }) }
      },
    }))
  return page(call, lines)
}

const one = '/subscriptions/{subscription}'
const subscriptionType = 'Microsoft.Resources/subscriptions'
const providerType = 'Microsoft.Resources/providers'

export const subscriptionRoutes: readonly Route[] = [
  { method: 'GET', path: '/subscriptions', type: subscriptionType, operation: 'list', action: 'none', handle: subscriptions },
  { method: 'GET', path: '/tenants', type: 'Microsoft.Resources/tenants', operation: 'list', action: 'none', handle: tenants },
  { method: 'GET', path: one, type: subscriptionType, operation: 'get', handle: (call) => ({ status: 200, body: renderSubscription(subscription(call)) }) },
  { method: 'GET', path: `${one}/locations`, type: 'Microsoft.Resources/subscriptions/locations', operation: 'list', handle: locations },
  { method: 'GET', path: `${one}/providers`, type: providerType, operation: 'list', action: 'none', handle: providers },
  { method: 'GET', path: `${one}/providers/{namespace}`, type: providerType, operation: 'get', action: 'none', handle: provider },
  { method: 'POST', path: `${one}/providers/{namespace}/register`, type: providerType, operation: 'post', action: '*/register/action', handle: (call) => register(call, true) },
  { method: 'POST', path: `${one}/providers/{namespace}/unregister`, type: providerType, operation: 'post', action: '*/unregister/action', handle: (call) => register(call, false) },
  { method: 'GET', path: `${one}/resources`, type: 'Microsoft.Resources/resources', operation: 'list', action: 'none', handle: (call) => resources(call, `/subscriptions/${subscription(call).id}`) },
  { method: 'GET', path: `${one}/resourceGroups/{group}/resources`, type: 'Microsoft.Resources/resources', operation: 'list', action: 'none', handle: (call) => resources(call, groupOf(call, 'read').id) },
]

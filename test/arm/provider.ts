/** Resource providers: what they serve, and whether a subscription has registered them. */
import type { Answer } from './answer.ts'
import { Refusal, gateway } from './answer.ts'
import type { Call } from './call.ts'
import { name, subscription } from './call.ts'
import type { Subscription } from './directory.ts'
import { namespaces } from './directory.ts'
import { regions } from './regions.ts'

const types: Readonly<Record<(typeof namespaces)[number], readonly string[]>> = {
  'Microsoft.Resources': [
    'subscriptions',
    'subscriptions/resourceGroups',
    'resources',
    'tenants',
    'locations',
  ],
  'Microsoft.Authorization': ['roleAssignments', 'roleDefinitions', 'locks', 'policyAssignments'],
  'Microsoft.Network': [
    'virtualNetworks',
    'networkInterfaces',
    'applicationSecurityGroups',
    'privateEndpoints',
    'privateDnsZones',
    'privateDnsZones/virtualNetworkLinks',
    'locations',
    'locations/operations',
    'locations/operationResults',
    'locations/usages',
  ],
  'Microsoft.DBforPostgreSQL': [
    'flexibleServers',
    'locations',
    'locations/azureAsyncOperation',
    'locations/operationResults',
  ],
}
/** What `az` picks from when it is told none; any other version is served as well. */
const apiVersions = [
  '2026-04-01-preview',
  '2026-01-01',
  '2025-08-01',
  '2025-04-01',
  '2024-11-01',
  '2024-06-01',
  '2022-12-01',
  '2022-04-01',
]

const namespaceOf = (call: Call): (typeof namespaces)[number] => {
  const wanted = name(call, 'namespace')
  const found = namespaces.find((each) => each.toLowerCase() === wanted.toLowerCase())
  if (found !== undefined) return found
  throw new Refusal(
    404,
    { code: 'InvalidResourceNamespace', message: `The resource namespace '${wanted}' is invalid.` },
    gateway,
  )
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

export const provider = (call: Call): Answer => ({
  status: 200,
  body: renderProvider(subscription(call), namespaceOf(call)),
})
export const providers = (call: Call): Answer => ({
  status: 200,
  body: { value: namespaces.map((each) => renderProvider(subscription(call), each)) },
})

export function register(call: Call, on: boolean): Answer {
  const namespace = namespaceOf(call)
  const { registered } = subscription(call)
  if (on) registered.add(namespace.toLowerCase())
  else registered.delete(namespace.toLowerCase())
  return provider(call)
}

/** Our requests beside those that the SDKs' own operations send: the same URLs, versions and bodies. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { NetworkManagementClient } from '@azure/arm-network'
import { PostgreSQLManagementFlexibleServerClient } from '@azure/arm-postgresql-flexible'
import { PrivateDnsManagementClient } from '@azure/arm-privatedns'
import { createHttpHeaders } from '@azure/core-rest-pipeline'
import type { HttpClient } from '@azure/core-rest-pipeline'
import type { Route } from '../operator/azure/routes.ts'
import { routeOf, routeOfAddressCheck, routeOfList } from '../operator/azure/routes.ts'
import { ids } from './azure/bodies-of-azure.ts'
import { resourceManager as endpoint, subscriptionId } from './azure/in-process.ts'

const test = suite('SDKs')
const zone = 'privatelink.postgres.database.azure.com'

/** Runs an operation of an SDK against nothing, and returns the URL that it asked for. */
async function urlOf(run: (clients: Clients) => unknown): Promise<string> {
  let asked = ''
  const httpClient: HttpClient = {
    sendRequest: (request) => {
      asked = request.url
      const headers = createHttpHeaders({ 'content-type': 'application/json' })
      return Promise.resolve({ request, status: 200, headers, bodyAsText: '{"value":[]}' })
    },
  }
  await run(clients(httpClient))
  return decodeURIComponent(asked)
}

interface Clients {
  readonly network: NetworkManagementClient
  readonly dns: PrivateDnsManagementClient
  readonly postgres: PostgreSQLManagementFlexibleServerClient
}

function clients(httpClient: HttpClient): Clients {
  const credential = {
    getToken: () => Promise.resolve({ token: 't', expiresOnTimestamp: 2 ** 52 }),
  }
  const settings = { endpoint, httpClient, retryOptions: { maxRetries: 0 } }
  return {
    network: new NetworkManagementClient(credential, subscriptionId, settings),
    dns: new PrivateDnsManagementClient(credential, subscriptionId, settings),
    postgres: new PostgreSQLManagementFlexibleServerClient(credential, subscriptionId, settings),
  }
}

const first = (list: AsyncIterable<unknown>): Promise<unknown> =>
  list[Symbol.asyncIterator]().next()

const same: readonly (readonly [string, Route, (clients: Clients) => unknown])[] = [
  [
    'an endpoint',
    routeOf(ids.privateEndpoint),
    ({ network }) => network.privateEndpoints.get('rg', 'orders'),
  ],
  [
    'a zone group',
    routeOf(ids.zoneGroup),
    ({ network }) => network.privateDnsZoneGroups.get('rg', 'orders', 'default'),
  ],
  [
    'a network',
    routeOf(ids.virtualNetwork),
    ({ network }) => network.virtualNetworks.get('rg', 'vnet'),
  ],
  [
    'a subnet',
    routeOf(ids.subnet),
    ({ network }) => network.subnets.get('rg', 'vnet', 'endpoints'),
  ],
  [
    'an interface',
    routeOf(ids.networkInterface),
    ({ network }) => network.networkInterfaces.get('rg', 'orders.nic.1'),
  ],
  ['a zone', routeOf(ids.zone), ({ dns }) => dns.privateZones.get('rg', zone)],
  [
    'a link',
    routeOf(ids.virtualNetworkLink),
    ({ dns }) => dns.virtualNetworkLinks.get('rg', zone, 'vnet'),
  ],
  [
    'a record',
    routeOf(ids.recordSet),
    ({ dns }) => dns.recordSets.get('rg', zone, 'A', 'orders-db'),
  ],
  ['a server', routeOf(ids.server), ({ postgres }) => postgres.servers.get('rg', 'orders-db')],
  [
    'a connection',
    routeOf(ids.connection),
    ({ postgres }) =>
      postgres.privateEndpointConnections.get('rg', 'orders-db', ids.connection.names[1] ?? ''),
  ],
  [
    'a private link resource',
    routeOf(ids.privateLinkResource),
    ({ postgres }) => postgres.privateLinkResources.get('rg', 'orders-db', 'postgresqlServer'),
  ],
  [
    'servers',
    routeOfList({ list: 'servers', subscriptionId }),
    ({ postgres }) => first(postgres.servers.listBySubscription()),
  ],
  [
    'endpoints',
    routeOfList({ list: 'privateEndpoints', subscriptionId }),
    ({ network }) => first(network.privateEndpoints.listBySubscription()),
  ],
  [
    'endpoints of a group',
    routeOfList({ list: 'privateEndpoints', subscriptionId, resourceGroup: 'rg' }),
    ({ network }) => first(network.privateEndpoints.list('rg')),
  ],
  [
    'interfaces',
    routeOfList({ list: 'networkInterfaces', subscriptionId, resourceGroup: 'rg' }),
    ({ network }) => first(network.networkInterfaces.list('rg')),
  ],
  [
    'networks',
    routeOfList({ list: 'virtualNetworks', subscriptionId }),
    ({ network }) => first(network.virtualNetworks.listAll()),
  ],
  [
    'zones',
    routeOfList({ list: 'zones', subscriptionId }),
    ({ dns }) => first(dns.privateZones.list({ top: 1_000 })),
  ],
  [
    'links',
    routeOfList({ list: 'virtualNetworkLinks', zoneId: ids.zone }),
    ({ dns }) => first(dns.virtualNetworkLinks.list('rg', zone, { top: 1_000 })),
  ],
  [
    'records',
    routeOfList({ list: 'recordSets', zoneId: ids.zone }),
    ({ dns }) => first(dns.recordSets.listByType('rg', zone, 'A', { top: 1_000 })),
  ],
  [
    'zone groups',
    routeOfList({ list: 'zoneGroups', endpointId: ids.privateEndpoint }),
    ({ network }) => first(network.privateDnsZoneGroups.list('rg', 'orders')),
  ],
  [
    'private link resources',
    routeOfList({ list: 'privateLinkResources', serverId: ids.server }),
    ({ postgres }) => first(postgres.privateLinkResources.listByServer('rg', 'orders-db')),
  ],
  [
    'an address',
    routeOfAddressCheck(ids.virtualNetwork, '10.0.1.4'),
    ({ network }) => network.virtualNetworks.checkIPAddressAvailability('rg', 'vnet', '10.0.1.4'),
  ],
]
const parts = (url: string) => {
  const { pathname, searchParams } = new URL(url)
  return {
    path: pathname,
    query: [...searchParams].map(([key, value]) => `${key}=${value}`).toSorted(),
  }
}
for (const [what, route, run] of same) {
  test(`${what}: our URL is the SDK's`, async () => {
    assert.equal(parts(`${endpoint}${route.path}?${route.query}`), parts(await urlOf(run)))
  })
}

test('the SDKs would let a dot segment through; that is why the gate is ours', async () => {
  const url = await urlOf(({ postgres }) =>
    postgres.privateEndpointConnections.get('rg', 'orders-db', '..'),
  )
  assert.match(new URL(url).pathname, /\/flexibleServers\/orders-db\/$/)
})

test.run()

/** The real Azure SDKs against the simulator, over TLS and with their own sign-in, polling and paging. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { NetworkManagementClient } from '@azure/arm-network'
import { PostgreSQLManagementFlexibleServerClient } from '@azure/arm-postgresql-flexible'
import { PrivateDnsManagementClient } from '@azure/arm-privatedns'
import { ClientSecretCredential } from '@azure/identity'
import { inAzure, pathsIn, serverBody } from './kit.ts'
import type { Azure, Loose } from './kit.ts'

/** Azure's minutes are a quarter of a millisecond: most operations have ended at the first poll, as a second at least goes between two. */
const fast = { timeScale: 240_000 } as const
const poll = { updateIntervalInMs: 20, intervalInMs: 20 } as const

function clients({ simulator }: Azure) {
  const { tenantId, clientId, clientSecret, subscriptionIds } = simulator.identity('owner')
  const tls = { tlsOptions: { ca: simulator.ca } }
  const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, {
    authorityHost: simulator.url,
    disableInstanceDiscovery: true,
    ...tls,
  })
  const [subscription = ''] = subscriptionIds
  const settings = {
    ...tls,
    endpoint: simulator.url,
    credentials: { scopes: [`${simulator.url}/.default`] },
    retryOptions: { maxRetries: 0 },
  }
  return {
    network: new NetworkManagementClient(credential, subscription, settings),
    dns: new PrivateDnsManagementClient(credential, subscription, settings),
    postgres: new PostgreSQLManagementFlexibleServerClient(credential, subscription, settings),
  }
}

async function all<T>(pages: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = []
  for await (const each of pages) found.push(each)
  return found
}

/** A network and a server, made by the SDKs, and the paths of the rest. */
async function begun(azure: Azure) {
  const sdk = clients(azure)
  const paths = pathsIn(azure.production)
  await azure.owner.put(paths.group, { location: 'westeurope' })
  await sdk.network.virtualNetworks.createOrUpdate(
    'rg',
    'vnet',
    {
      location: 'westeurope',
      addressSpace: { addressPrefixes: ['10.1.0.0/16'] },
      subnets: [{ name: 'apps', addressPrefix: '10.1.0.0/24' }],
    } as Loose,
    poll,
  )
  const { properties, ...rest } = serverBody
  await sdk.postgres.servers.beginCreateOrUpdateAndWait(
    'rg',
    'orders',
    { ...rest, ...properties } as Loose,
    poll,
  )
  return { sdk, paths }
}

const connection = (paths: ReturnType<typeof pathsIn>) => [
  {
    name: 'connection',
    privateLinkServiceId: paths.server('orders'),
    groupIds: ['postgresqlServer'],
  },
]

const sdks = suite('the Azure SDKs')

sdks('make an endpoint, its zone, link and record, and take all of it away', () =>
  inAzure(fast, async (azure) => {
    const { sdk, paths } = await begun(azure)
    const server = await sdk.postgres.servers.get('rg', 'orders')
    assert.is(server.state, 'Ready')
    const endpoint: Loose = await sdk.network.privateEndpoints.createOrUpdate(
      'rg',
      'one',
      {
        location: 'westeurope',
        subnet: { id: paths.subnet },
        privateLinkServiceConnections: connection(paths),
      } as Loose,
      poll,
    )
    assert.is(endpoint.provisioningState ?? endpoint.properties?.provisioningState, 'Succeeded')
    await sdk.dns.privateZones.createOrUpdate(
      'rg',
      'privatelink.postgres.database.azure.com',
      { location: 'global' },
      poll,
    )
    await sdk.dns.virtualNetworkLinks.createOrUpdate(
      'rg',
      'privatelink.postgres.database.azure.com',
      'vnet',
      {
        location: 'global',
        registrationEnabled: false,
        virtualNetwork: { id: paths.network },
      } as Loose,
      poll,
    )
    const group: Loose = await sdk.network.privateDnsZoneGroups.createOrUpdate(
      'rg',
      'one',
      'default',
      { privateDnsZoneConfigs: [{ name: 'config', privateDnsZoneId: paths.zone }] } as Loose,
      poll,
    )
    const [config] = group.privateDnsZoneConfigs ?? group.properties.privateDnsZoneConfigs
    assert.is(config.recordSets[0].recordSetName, 'orders')
    const records = await all(
      sdk.dns.recordSets.list('rg', 'privatelink.postgres.database.azure.com'),
    )
    assert.equal(new Set(records.map(({ name }) => name)), new Set(['@', 'orders']))
    await sdk.network.privateEndpoints.delete('rg', 'one', poll)
    assert.equal(await all(sdk.network.privateEndpoints.list('rg')), [])
    const gone = await sdk.network.privateEndpoints
      .get('rg', 'one')
      .catch((error: unknown) => error as Loose)
    assert.is(gone.statusCode, 404)
    assert.is(gone.code, 'ResourceNotFound')
  }),
)

sdks('approve, reject and delete a connection', () =>
  inAzure(fast, async (azure) => {
    const { sdk, paths } = await begun(azure)
    await sdk.network.privateEndpoints.createOrUpdate(
      'rg',
      'one',
      {
        location: 'westeurope',
        subnet: { id: paths.subnet },
        manualPrivateLinkServiceConnections: connection(paths),
      } as Loose,
      poll,
    )
    const [found] = await all(sdk.postgres.privateEndpointConnections.listByServer('rg', 'orders'))
    const { name = '' } = found ?? {}
    assert.is(found?.privateLinkServiceConnectionState?.status, 'Pending')
    const decide = (status: string) =>
      sdk.postgres.privateEndpointConnections.beginUpdateAndWait(
        'rg',
        'orders',
        name,
        { privateLinkServiceConnectionState: { status, description: 'by the SDK' } },
        poll,
      )
    await decide('Approved')
    const approved = await sdk.postgres.privateEndpointConnections.get('rg', 'orders', name)
    assert.is(approved.privateLinkServiceConnectionState?.status, 'Approved')
    await decide('Rejected')
    const refused = await decide('Approved').catch((error: unknown) => error as Loose)
    assert.match(String(refused.message), /InternalServerError.*unexpected error occured/s)
    await sdk.postgres.privateEndpointConnections.beginDeleteAndWait('rg', 'orders', name, poll)
    assert.equal(
      await all(sdk.postgres.privateEndpointConnections.listByServer('rg', 'orders')),
      [],
    )
  }),
)

sdks('stop, start, restart and delete a server', () =>
  inAzure(fast, async (azure) => {
    const { sdk } = await begun(azure)
    const state = async () => (await sdk.postgres.servers.get('rg', 'orders')).state
    await sdk.postgres.servers.beginStopAndWait('rg', 'orders', poll)
    assert.is(await state(), 'Stopped')
    await sdk.postgres.servers.beginStartAndWait('rg', 'orders', poll)
    assert.is(await state(), 'Ready')
    await sdk.postgres.servers.beginRestartAndWait('rg', 'orders', poll)
    await sdk.postgres.servers.beginUpdateAndWait('rg', 'orders', { tags: { a: 'b' } }, poll)
    assert.equal((await sdk.postgres.servers.get('rg', 'orders')).tags, { a: 'b' })
    await sdk.postgres.servers.beginDeleteAndWait('rg', 'orders', poll)
    assert.equal(await all(sdk.postgres.servers.listBySubscription()), [])
  }),
)

sdks('are told what is wrong in words of their own type', () =>
  inAzure(fast, async (azure) => {
    const { sdk, paths } = await begun(azure)
    const body = {
      location: 'eastus',
      subnet: { id: paths.subnet },
      privateLinkServiceConnections: connection(paths),
    }
    const error: Loose = await sdk.network.privateEndpoints
      .createOrUpdate('rg', 'one', body as Loose, poll)
      .then(
        () => undefined,
        (refused: unknown) => refused,
      )
    assert.is(error.name, 'RestError')
    assert.is(error.statusCode, 400)
    assert.is(error.code, 'InvalidResourceReference')
  }),
)
sdks.run()

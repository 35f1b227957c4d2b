import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { PrivateDnsManagementClient } from '@azure/arm-privatedns'
import { ClientSecretCredential } from '@azure/identity'
import { pathsIn, startAzure } from './kit.ts'
import type { Azure, Loose } from './kit.ts'

const test = suite('private DNS')
let azure: Azure
test.before(async () => {
  azure = await startAzure()
})
test.after(() => azure.stop())

const zoneName = 'privatelink.postgres.database.azure.com'
const aRecord = (address: string, ttl = 300) => ({
  properties: { ttl, aRecords: [{ ipv4Address: address }] },
})
const linkBody = (network: string, more: Readonly<Record<string, unknown>> = {}) => ({
  location: 'global',
  properties: { virtualNetwork: { id: network }, registrationEnabled: false, ...more },
})

/** A group of its own, with a finished zone. */
async function withZone(group: string) {
  const paths = pathsIn(azure.production, group)
  await azure.owner.put(paths.group, { location: 'westeurope' })
  await azure.owner.done('PUT', paths.zone, { location: 'global' })
  return paths
}

async function withNetwork(
  group: string,
  name: string,
  { owner, production } = azure,
): Promise<string> {
  const id = `${pathsIn(production, group).group}/providers/Microsoft.Network/virtualNetworks/${name}`
  const body = {
    location: 'westeurope',
    properties: { addressSpace: { addressPrefixes: ['10.9.0.0/16'] } },
  }
  await owner.done('PUT', id, body)
  return id
}

const errorOf = (reply: { readonly body: Loose }) => reply.body.error

test('a zone is accepted with an empty object and polled at both URLs until it is there', async () => {
  const { owner, production, simulator } = azure
  const paths = pathsIn(production, 'made')
  await owner.put(paths.group, { location: 'westeurope' })
  const accepted = await owner.put(paths.zone, { location: 'global', tags: { team: 'orders' } })
  assert.is(accepted.status, 202)
  assert.equal(accepted.body, {})
  assert.is(accepted.headers['retry-after'], '30')
  const { 'azure-asyncoperation': statusUrl = '', location = '' } = accepted.headers
  assert.match(
    statusUrl,
    /\/resourceGroups\/made\/providers\/Microsoft\.Network\/privateDnsOperationStatuses\//,
  )
  const running = await owner.get(statusUrl)
  assert.is(running.status, 202)
  assert.equal(running.body, { status: 'InProgress' })
  assert.is(running.headers['retry-after'], '30')
  assert.is((await owner.get(location)).status, 202)
  assert.is((await owner.get(paths.zone)).body.properties.provisioningState, 'Creating')
  simulator.advance(100)
  const ended = await owner.get(statusUrl)
  assert.is(ended.status, 200)
  assert.equal(ended.body, { status: 'Succeeded' })
  assert.is((await owner.get(location)).status, 204)
  const zone = await owner.get(paths.zone)
  assert.is(zone.headers['etag'], zone.body.etag)
  assert.is(zone.body.location, 'global')
  assert.equal(zone.body.tags, { team: 'orders' })
  assert.equal(zone.body.properties, {
    maxNumberOfRecordSets: 25_000,
    maxNumberOfVirtualNetworkLinks: 1000,
    maxNumberOfVirtualNetworkLinksWithRegistration: 100,
    numberOfRecordSets: 1,
    numberOfVirtualNetworkLinks: 0,
    numberOfVirtualNetworkLinksWithRegistration: 0,
    provisioningState: 'Succeeded',
  })
})

test('a zone that is being made takes no records, links or second writes', async () => {
  const { owner, production } = azure
  const paths = pathsIn(production, 'young')
  await owner.put(paths.group, { location: 'westeurope' })
  await owner.put(paths.zone, { location: 'global' })
  assert.is(
    (await owner.put(paths.record('x'), aRecord('10.0.0.4'))).code,
    'ParentResourceNotFound',
  )
  assert.is((await owner.put(paths.zone, { location: 'global' })).status, 409)
})

test('a zone has no region, and a name of at least two labels', async () => {
  const { owner } = azure
  const paths = await withZone('shapes')
  const regional = await owner.put(paths.zone, { location: 'westeurope' })
  assert.is(regional.code, 'LocationNotAvailableForResourceType')
  const one = paths.zone.replace(zoneName, 'internal')
  assert.is((await owner.put(one, { location: 'global' })).code, 'BadRequest')
})

test('a zone with links cannot be deleted; one without goes with its records', async () => {
  const { owner } = azure
  const paths = await withZone('linked')
  const network = await withNetwork('linked', 'vnet')
  const linked = await owner.done('PUT', paths.link('hub'), linkBody(network))
  assert.is(linked.body.status, 'Succeeded')
  const refused = await owner.remove(paths.zone)
  assert.is(refused.status, 409)
  assert.is(refused.headers['x-ms-failure-cause'], 'gateway')
  assert.is(errorOf(refused).code, 'CannotDeleteResource')
  assert.match(
    errorOf(refused).message,
    `'Microsoft.Network/privateDnsZones/${zoneName}/virtualNetworkLinks/hub'`,
  )
  assert.is((await owner.done('DELETE', paths.link('hub'))).body.status, 'Succeeded')
  await owner.put(paths.record('x'), aRecord('10.0.0.4'))
  assert.is((await owner.done('DELETE', paths.zone)).body.status, 'Succeeded')
  assert.is((await owner.get(paths.zone)).code, 'ResourceNotFound')
  assert.is((await owner.get(paths.record('x'))).code, 'ResourceNotFound')
  assert.is((await owner.remove(paths.zone)).status, 204)
})

test('a link is counted, is complete a while after its operation, and keeps its network', async () => {
  const { owner, simulator } = azure
  const paths = await withZone('links')
  const network = await withNetwork('links', 'vnet')
  await owner.done(
    'PUT',
    paths.link('hub'),
    linkBody(network, { resolutionPolicy: 'NxDomainRedirect' }),
  )
  simulator.advance(120)
  const link = await owner.get(paths.link('hub'))
  assert.match(link.body.etag, /^"[0-9a-f-]{36}"$/)
  assert.equal(link.body.properties, {
    provisioningState: 'Succeeded',
    registrationEnabled: false,
    resolutionPolicy: 'NxDomainRedirect',
    virtualNetwork: { id: network },
    virtualNetworkLinkState: 'Completed',
  })
  assert.is((await owner.get(paths.zone)).body.properties.numberOfVirtualNetworkLinks, 1)
  const other = await withNetwork('links', 'other')
  assert.is((await owner.put(paths.link('hub'), linkBody(other))).code, 'BadRequest')
  const listed = await owner.get(`${paths.zone}/virtualNetworkLinks`)
  assert.equal(
    listed.body.value.map(({ name }: Loose) => name),
    ['hub'],
  )
})

test('a network in two zones of one name is found only when the operation ends, and leaves no link', async () => {
  const { owner } = azure
  const [one, two] = [await withZone('names-1'), await withZone('names-2')]
  const network = await withNetwork('names-1', 'vnet')
  await owner.done('PUT', one.link('hub'), linkBody(network))
  const accepted = await owner.put(two.link('hub'), linkBody(network))
  assert.is(accepted.status, 202)
  azure.simulator.advance(100)
  const ended = await owner.get(accepted.headers['azure-asyncoperation'] ?? '')
  assert.is(ended.status, 200)
  assert.is(ended.body.status, 'Failed')
  assert.is(errorOf(ended).code, 'BadRequest')
  assert.match(
    errorOf(ended).message,
    `multiple zones with overlapping namespaces. You tried to link virtual network with '${zoneName}' and '${zoneName}' zones.`,
  )
  assert.is((await owner.get(two.link('hub'))).status, 404)
})

test('a network that goes takes its links along', async () => {
  const { owner } = azure
  const paths = await withZone('gone')
  const network = await withNetwork('gone', 'vnet')
  await owner.done('PUT', paths.link('hub'), linkBody(network))
  await owner.done('DELETE', network)
  assert.is((await owner.get(paths.link('hub'))).status, 404)
  assert.is((await owner.get(paths.zone)).body.properties.numberOfVirtualNetworkLinks, 0)
})

test('redirecting unknown names is for private link zones only', async () => {
  const { owner } = azure
  const paths = await withZone('policies')
  const zone = paths.zone.replace(zoneName, 'contoso.example')
  await owner.done('PUT', zone, { location: 'global' })
  const network = await withNetwork('policies', 'vnet')
  const link = linkBody(network, { resolutionPolicy: 'NxDomainRedirect' })
  assert.is((await owner.put(`${zone}/virtualNetworkLinks/hub`, link)).code, 'BadRequest')
})

test('linking a network needs leave to join it', async () => {
  const paths = await withZone('joins')
  const network = await withNetwork('joins', 'vnet')
  const foreign = network.replace(azure.production, azure.shared)
  const refused = await (await azure.as('network')).put(paths.link('hub'), linkBody(foreign))
  assert.is(refused.status, 403)
  assert.is(refused.code, 'LinkedAuthorizationFailed')
  assert.match(errorOf(refused).message, 'Microsoft.Network/virtualNetworks/join/action')
})

test("Microsoft's own client makes a zone, links it and lists it", async () => {
  const fast = await startAzure({ timeScale: 1000 })
  try {
    const { simulator, owner, production } = fast
    const { tenantId, clientId, clientSecret, subscriptionIds } = simulator.identity('owner')
    const tlsOptions = { ca: simulator.ca }
    const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, {
      authorityHost: simulator.url,
      disableInstanceDiscovery: true,
      tlsOptions,
    })
    const client = new PrivateDnsManagementClient(credential, subscriptionIds[0] ?? '', {
      endpoint: simulator.url,
      credentials: { scopes: [`${simulator.url}/.default`] },
      tlsOptions,
    })
    await owner.put(pathsIn(production, 'sdk').group, { location: 'westeurope' })
    const network = await withNetwork('sdk', 'vnet', fast)
    const zone = await client.privateZones.createOrUpdate('sdk', zoneName, { location: 'global' })
    assert.is(zone.provisioningState, 'Succeeded')
    const link = await client.virtualNetworkLinks.createOrUpdate('sdk', zoneName, 'hub', {
      location: 'global',
      virtualNetwork: { id: network },
      registrationEnabled: false,
    })
    assert.is(link.virtualNetwork?.id, network)
    const names: (string | undefined)[] = []
    for await (const each of client.recordSets.list('sdk', zoneName)) names.push(each.name)
    assert.equal(names, ['@'])
  } finally {
    await fast.stop()
  }
})

test.run()

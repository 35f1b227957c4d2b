/** Virtual networks, subnets, interfaces and addresses; who waits for whom while something is written. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Loose } from './kit.ts'
import { endpointBody, inAzure, makeWorld, networkBody, serverBody } from './kit.ts'

const networks = suite('a virtual network')

networks('is made with its subnets, Updating first', () =>
  inAzure({}, async ({ owner, simulator, production }) => {
    const group = `${production}/resourceGroups/rg`
    const path = `${group}/providers/Microsoft.Network/virtualNetworks/vnet`
    assert.is((await owner.put(path, networkBody)).code, 'ResourceGroupNotFound')
    await owner.put(group, { location: 'westeurope' })
    const reply = await owner.put(path, networkBody)
    assert.is(reply.status, 201)
    assert.is(reply.headers['retry-after'], '3')
    assert.is(reply.body.properties.provisioningState, 'Updating')
    simulator.advance(5)
    const made = (await owner.get(path)).body
    assert.is(made.properties.provisioningState, 'Succeeded')
    const [subnet] = made.properties.subnets
    assert.is(subnet.properties.privateEndpointNetworkPolicies, 'Disabled')
    assert.is(subnet.properties.provisioningState, 'Succeeded')
  }),
)

networks('keeps its etag and its subnets when a PUT changes nothing', () =>
  inAzure({}, async (azure) => {
    const { owner } = azure
    const paths = await makeWorld(azure)
    const before = (await owner.get(paths.network)).body
    const { subnets: _, ...properties } = networkBody.properties
    const reply = await owner.put(paths.network, { ...networkBody, properties })
    assert.is(reply.status, 200)
    assert.is(reply.body.etag, before.etag)
    assert.is(reply.body.properties.provisioningState, 'Succeeded')
    assert.is(reply.body.properties.subnets.length, 2)
  }),
)

networks('drops the subnets that a PUT leaves out, but none in use', () =>
  inAzure({}, async (azure) => {
    const { owner } = azure
    const paths = await makeWorld(azure)
    await owner.done(
      'PUT',
      paths.endpoint('one'),
      endpointBody(paths.subnet, paths.server('orders')),
    )
    const [apps, other] = networkBody.properties.subnets
    const withOnly = (subnet: unknown) => ({
      ...networkBody,
      properties: { ...networkBody.properties, subnets: [subnet] },
    })
    assert.is((await owner.put(paths.network, withOnly(other))).code, 'InUseSubnetCannotBeDeleted')
    assert.is((await owner.done('PUT', paths.network, withOnly(apps))).body.status, 'Succeeded')
    assert.is((await owner.get(paths.network)).body.properties.subnets.length, 1)
    assert.is((await owner.remove(paths.network)).code, 'InUseSubnetCannotBeDeleted')
  }),
)

/** One wrong prefix each. */
const prefixes: Readonly<Record<string, readonly [subnet: string, code: string]>> = {
  'outside the network': ['10.2.0.0/24', 'NetcfgSubnetRangeOutsideVnet'],
  "over another subnet's": ['10.1.0.128/25', 'NetcfgSubnetRangesOverlap'],
  'with host bits': ['10.1.3.1/24', 'InvalidAddressPrefixFormat'],
  'that is none': ['10.1.3/24', 'InvalidAddressPrefixFormat'],
}
for (const [sentence, [addressPrefix, code]] of Object.entries(prefixes)) {
  networks(`refuses a subnet with a prefix ${sentence}`, () =>
    inAzure({}, async (azure) => {
      const paths = await makeWorld(azure)
      const reply = await azure.owner.put(`${paths.network}/subnets/new`, {
        properties: { addressPrefix },
      })
      assert.is(reply.code, code)
    }),
  )
}
networks.run()

const subnets = suite('a subnet')

subnets('names what is in it in capitals', () =>
  inAzure({}, async (azure) => {
    const { owner } = azure
    const paths = await makeWorld(azure)
    await owner.done(
      'PUT',
      paths.endpoint('one'),
      endpointBody(paths.subnet, paths.server('orders')),
    )
    const { properties } = (await owner.get(paths.subnet)).body
    assert.is(properties.privateEndpoints[0].id, paths.endpoint('ONE').replace('/rg/', '/RG/'))
    const [inside] = properties.ipConfigurations
    assert.match(
      inside.id,
      /\/resourceGroups\/RG\/providers\/Microsoft\.Network\/networkInterfaces\/ONE\.NIC\.[0-9A-F-]{36}\/ipConfigurations\/PRIVATEENDPOINTIPCONFIG\.[0-9A-F-]{36}$/,
    )
  }),
)

subnets('changes its policy and keeps what it holds', () =>
  inAzure({}, async (azure) => {
    const { owner } = azure
    const paths = await makeWorld(azure)
    await owner.done(
      'PUT',
      paths.endpoint('one'),
      endpointBody(paths.subnet, paths.server('orders')),
    )
    const before = (await owner.get(paths.subnet)).body
    before.properties.privateEndpointNetworkPolicies = 'NetworkSecurityGroupEnabled'
    await owner.done('PUT', paths.subnet, before)
    const after = (await owner.get(paths.subnet)).body
    assert.is(after.properties.privateEndpointNetworkPolicies, 'NetworkSecurityGroupEnabled')
    assert.is(after.properties.ipConfigurations.length, 1)
    assert.not.equal(after.etag, before.etag)
    before.properties.addressPrefix = '10.1.0.0/25'
    assert.is((await owner.put(paths.subnet, before)).code, 'InUsePrefixCannotBeDeleted')
  }),
)

subnets('that is being written holds back a new endpoint with a retryable error', () =>
  inAzure({}, async (azure) => {
    const { owner, simulator } = azure
    const paths = await makeWorld(azure)
    const subnet = (await owner.get(paths.subnet)).body
    await owner.put(paths.subnet, subnet)
    assert.is((await owner.put(paths.subnet, subnet)).code, 'AnotherOperationInProgress')
    const body = endpointBody(paths.subnet, paths.server('orders'))
    const reply = await owner.put(paths.endpoint('one'), body)
    assert.is(reply.status, 429)
    assert.is(reply.code, 'RetryableError')
    assert.is(reply.body.error.details[0].code, 'ReferencedResourceNotProvisioned')
    simulator.advance(5)
    assert.is((await owner.put(paths.endpoint('one'), body)).status, 201)
  }),
)

subnets('takes one new endpoint at a time', () =>
  inAzure({}, async (azure) => {
    const { owner, simulator } = azure
    const paths = await makeWorld(azure)
    await owner.done('PUT', paths.server('second'), serverBody)
    await owner.put(paths.endpoint('one'), endpointBody(paths.subnet, paths.server('orders')))
    const second = endpointBody(paths.subnet, paths.server('second'))
    const reply = await owner.put(paths.endpoint('two'), second)
    assert.is(reply.status, 409)
    assert.is(reply.code, 'AnotherOperationInProgress')
    assert.match(
      reply.body.error.message,
      /To retrieve status of the operation use uri: https:\/\/localhost:\d+\/subscriptions\/.*\?api-version=2026-01-01\.$/,
    )
    simulator.advance(5)
    assert.is((await owner.put(paths.endpoint('two'), second)).status, 201)
  }),
)

subnets('of a network that is not there has no parent', () =>
  inAzure({}, async (azure) => {
    const paths = await makeWorld(azure)
    const path = `${paths.network}x/subnets/apps`
    assert.is(
      (await azure.owner.put(path, { properties: { addressPrefix: '10.1.9.0/24' } })).code,
      'ParentResourceNotFound',
    )
    assert.is((await azure.owner.get(path)).code, 'ResourceNotFound')
    assert.is((await azure.owner.get(`${paths.network}/subnets/absent`)).code, 'NotFound')
  }),
)
subnets.run()

const addresses = suite('addresses')

addresses('are given from the fifth on, and given again when they are free', () =>
  inAzure({}, async (azure) => {
    const { owner } = azure
    const paths = await makeWorld(azure)
    const address = async (name: string, ip?: string): Promise<string> => {
      const body = endpointBody(
        paths.subnet,
        paths.server('orders'),
        ip === undefined ? {} : { ip },
      )
      await owner.done('PUT', paths.endpoint(name), body)
      const [nic] = (await owner.get(paths.endpoint(name))).body.properties.networkInterfaces
      const { properties } = (await owner.get(nic.id)).body
      assert.is(properties.privateEndpoint.id, paths.endpoint(name))
      return properties.ipConfigurations[0].properties.privateIPAddress
    }
    assert.is(await address('one'), '10.1.0.4')
    assert.is(await address('two', '10.1.0.5'), '10.1.0.5')
    assert.is(await address('three'), '10.1.0.6')
    await owner.done('DELETE', paths.endpoint('one'))
    assert.is(await address('four'), '10.1.0.4')
  }),
)

addresses('can be asked for before', () =>
  inAzure({}, async (azure) => {
    const { owner } = azure
    const paths = await makeWorld(azure)
    await owner.done(
      'PUT',
      paths.endpoint('one'),
      endpointBody(paths.subnet, paths.server('orders')),
    )
    const ask = async (ip: string): Promise<Loose> =>
      (await owner.get(`${paths.network}/CheckIPAddressAvailability?ipAddress=${ip}`)).body
    assert.equal(await ask('10.1.0.9'), { available: true, isPlatformReserved: false })
    assert.equal(await ask('10.1.0.4'), {
      available: false,
      availableIPAddresses: ['10.1.0.5', '10.1.0.6', '10.1.0.7', '10.1.0.8', '10.1.0.9'],
      isPlatformReserved: false,
    })
    assert.is((await ask('10.1.0.1')).isPlatformReserved, true)
    assert.ok((await ask('10.9.0.1')).error)
  }),
)

addresses('are taken by plain interfaces too, which only an endpoint cannot lend', () =>
  inAzure({}, async (azure) => {
    const { owner } = azure
    const paths = await makeWorld(azure)
    const properties = {
      privateIPAddress: '10.1.0.77',
      privateIPAllocationMethod: 'Static',
      subnet: { id: paths.subnet },
    }
    const body = {
      location: 'westeurope',
      properties: { ipConfigurations: [{ name: 'a', properties }] },
    }
    assert.is((await owner.done('PUT', `${paths.interfaces}/vm`, body)).body.status, 'Succeeded')
    const wanted = endpointBody(paths.subnet, paths.server('orders'), { ip: '10.1.0.77' })
    assert.is((await owner.put(paths.endpoint('one'), wanted)).code, 'PrivateIPAddressIsAllocated')
    await owner.done('DELETE', `${paths.interfaces}/vm`)
    assert.is((await owner.done('PUT', paths.endpoint('one'), wanted)).body.status, 'Succeeded')
    const [nic] = (await owner.get(paths.interfaces)).body.value
    assert.is((await owner.remove(nic.id)).code, 'InUseNetworkInterfaceCannotBeChanged')
  }),
)

addresses('are counted in usages', () =>
  inAzure({}, async (azure) => {
    const { owner } = azure
    const paths = await makeWorld(azure)
    await owner.done(
      'PUT',
      paths.endpoint('one'),
      endpointBody(paths.subnet, paths.server('orders')),
    )
    const [apps] = (await owner.get(`${paths.network}/usages`)).body.value
    assert.is(apps.currentValue, 1)
    assert.is(apps.limit, 251)
    const at = `${azure.production}/providers/Microsoft.Network/locations/westeurope`
    const usages: readonly Loose[] = (await owner.get(`${at}/usages`)).body.value
    assert.is(usages.find((each) => each.name.value === 'PrivateEndpoints').currentValue, 1)
    const [type] = (await owner.get(`${at}/availablePrivateEndpointTypes`)).body.value
    assert.is(type.resourceName, 'Microsoft.DBforPostgreSQL/flexibleServers')
  }),
)
addresses.run()

const groups = suite('a resource group')

groups('is made at once, and deleted with all that is in it', () =>
  inAzure({}, async (azure) => {
    const { owner, simulator } = azure
    const paths = await makeWorld(azure)
    await owner.done(
      'PUT',
      paths.endpoint('one'),
      endpointBody(paths.subnet, paths.server('orders')),
    )
    await owner.done('PUT', paths.zone, { location: 'global' })
    assert.is((await owner.send('HEAD', paths.group)).status, 204)
    const again = await owner.put(paths.group, { location: 'West Europe', tags: { a: 'b' } })
    assert.is(again.status, 200)
    assert.is(
      (await owner.put(paths.group, { location: 'eastus' })).code,
      'InvalidResourceGroupLocation',
    )
    const listed: readonly Loose[] = (await owner.get(`${azure.production}/resources`)).body.value
    const types = [
      'flexibleServers',
      'networkInterfaces',
      'privateDnsZones',
      'privateEndpoints',
      'virtualNetworks',
    ]
    assert.equal(new Set(listed.map(({ type }) => type.split('/').at(-1))), new Set(types))
    assert.is(listed.length, 5)
    const reply = await owner.remove(paths.group)
    assert.is(reply.status, 202)
    assert.is(reply.headers['retry-after'], '15')
    assert.is(
      (await owner.put(paths.zone, { location: 'global' })).code,
      'ResourceGroupBeingDeleted',
    )
    assert.is((await owner.get(String(reply.headers['location']))).status, 202)
    simulator.advance(600)
    assert.is((await owner.get(String(reply.headers['location']))).status, 200)
    assert.is((await owner.get(paths.endpoint('one'))).code, 'ResourceGroupNotFound')
    assert.is((await owner.send('HEAD', paths.group)).status, 404)
    assert.equal((await owner.get(`${azure.production}/resources`)).body.value, [])
  }),
)

groups('of more than a thousand resources is listed in pages', () =>
  inAzure({}, async (azure) => {
    const { owner, simulator } = azure
    const paths = await makeWorld(azure)
    for (let count = 0; count < 1001; count++) {
      await owner.put(paths.securityGroup(`g${count}`), { location: 'westeurope' })
    }
    simulator.advance(5)
    const list = paths.securityGroup('').slice(0, -1)
    const first = (await owner.get(list)).body
    assert.is(first.value.length, 1000)
    const second = (await owner.get(first.nextLink)).body
    assert.equal(
      second.value.map(({ name }: Loose) => name),
      ['g1000'],
    )
    assert.is(second.nextLink, undefined)
    assert.is((await owner.get(`${list}?$skiptoken=nonsense`)).code, 'InvalidSkipToken')
  }),
)

groups("is not deleted while another group's endpoint is in its network", () =>
  inAzure({}, async (azure) => {
    const { owner, simulator } = azure
    const paths = await makeWorld(azure)
    const elsewhere = paths.group.replace(/rg$/, 'elsewhere')
    await owner.put(elsewhere, { location: 'westeurope' })
    const path = `${elsewhere}/providers/Microsoft.Network/privateEndpoints/one`
    await owner.done('PUT', path, endpointBody(paths.subnet, paths.server('orders')))
    const reply = await owner.remove(paths.group)
    simulator.advance(600)
    assert.is(
      (await owner.get(String(reply.headers['location']))).code,
      'ResourceGroupDeletionBlocked',
    )
    assert.is((await owner.get(paths.network)).status, 200)
  }),
)
groups.run()

/** Fields that no other scenario changes, over the simulator; and what each thing costs in writes. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonObject } from '../../operator/azure/model.ts'
import { furnish, makeWorld, readyOf, type World } from './endpoint.world.ts'

const test = suite('fields of an endpoint', { world: undefined as unknown as World })

test.before.each(async (context) => {
  context.world = await makeWorld()
})
test.after.each(async ({ world }) => world.stop())

const provider = '/providers/Microsoft.Network'
const zoneName = 'privatelink.postgres.database.azure.com'
const properties = (resource: JsonObject | undefined): any => resource?.['properties'] ?? {}

const isReady = ({ cluster }: World, key: string): boolean => {
  const { status, metadata } = cluster.get(key) ?? {}
  return (
    readyOf(cluster, key) === 'True/Ready' &&
    status?.memory?.appliedGeneration === metadata?.generation
  )
}
const rest = (world: World) =>
  world.until('rest', async () => (world.pass(200), (await world.visitAll()) === 0))

/** PUT, PATCH and DELETE that reached ARM, by kind of resource. */
const writesOf = ({ azure }: World): number =>
  azure
    .requests()
    .filter(({ method }) => ['PUT', 'PATCH', 'DELETE'].includes(method))
    .reduce((sum, { count }) => sum + count, 0)

test('with DNS in a zone that is linked an endpoint costs two writes, at rest none, a tag one', async ({
  world,
}) => {
  const { serverId, subnetId, networkId, group } = await furnish(world, 'rg')
  const zone = `${group}${provider}/privateDnsZones/${zoneName}`
  await world.arm.put(zone, { location: 'global' })
  world.pass(120)
  await world.arm.put(`${zone}/virtualNetworkLinks/ours`, {
    location: 'global',
    properties: { virtualNetwork: { id: networkId }, registrationEnabled: false },
  })
  world.pass(120)
  world.azure.clearRequests()
  const key = world.cluster.create('pe', { serverId, subnetId, resourceGroup: 'rg' })
  await world.until('Ready', () => isReady(world, key))
  assert.is(writesOf(world), 2)
  await rest(world)
  assert.is(writesOf(world), 2)

  world.azure.clearRequests()
  const { writes } = world.cluster
  for (let i = 0; i < 4; i++) {
    world.pass(300)
    await world.visitAll()
  }
  assert.is(writesOf(world), 0)
  assert.is(world.cluster.writes, writes)

  const { spec } = world.cluster.get(key)!
  world.cluster.edit(key, { spec: { ...spec, tags: { team: 'data' } } })
  await world.until('tagged', () => isReady(world, key))
  await rest(world)
  assert.is(writesOf(world), 1)

  // Applied again as it is: no new generation, and nothing to write were there one.
  world.cluster.replaceSpec(key, world.cluster.get(key)!.spec)
  await world.until('observed', () => isReady(world, key))
  await rest(world)
  assert.is(writesOf(world), 1)
})

test('security groups are set, changed, put back, and taken off by an empty list', async ({
  world,
}) => {
  const { serverId, subnetId, group } = await furnish(world, 'rg')
  const id = (name: string): string => `${group}${provider}/applicationSecurityGroups/${name}`
  for (const name of ['a', 'b']) await world.arm.put(id(name), { location: 'westeurope' })
  world.pass(120)
  const key = world.cluster.create('pe', {
    serverId,
    subnetId,
    resourceGroup: 'rg',
    dns: { mode: 'None' },
    applicationSecurityGroupIds: [id('a')],
  })
  const endpoint = `${group}${provider}/privateEndpoints/pe`
  const held = async (): Promise<readonly string[]> => {
    const found = properties(await world.arm.get(endpoint)).applicationSecurityGroups ?? []
    return found.map((one: { readonly id: string }) => one.id.split('/').at(-1))
  }
  const set = async (names: readonly string[]) => {
    const { spec } = world.cluster.get(key)!
    const applicationSecurityGroupIds = names.map(id)
    world.cluster.edit(key, { spec: { ...spec, applicationSecurityGroupIds } })
    await world.until('changed', () => isReady(world, key))
    world.pass(60)
  }
  await world.until('Ready', () => isReady(world, key))
  assert.equal(await held(), ['a'])
  await set(['b'])
  assert.equal(await held(), ['b'])

  await rest(world)
  const found = (await world.arm.get(endpoint)) ?? {}
  const changed = { ...properties(found), applicationSecurityGroups: [{ id: id('a') }] }
  await world.arm.put(endpoint, { ...found, properties: changed })
  world.pass(300)
  await world.until('put back', async () => (await held())[0] === 'b')
  await rest(world)
  await set([])
  assert.equal(await held(), [])
})

test('further networks are linked, also later; a link that somebody removed is made again', async ({
  world,
}) => {
  const { serverId, subnetId, group } = await furnish(world, 'rg')
  const other = await furnish(world, 'rg2')
  const third = await furnish(world, 'rg3')
  const key = world.cluster.create('pe', {
    serverId,
    subnetId,
    resourceGroup: 'rg',
    dns: { additionalVirtualNetworkIds: [other.networkId] },
  })
  const links = `${group}${provider}/privateDnsZones/${zoneName}/virtualNetworkLinks`
  const linked = async () => (await world.arm.list(links)).length
  await world.until('Ready', () => isReady(world, key))
  assert.is(await linked(), 2)
  const { spec } = world.cluster.get(key)!
  const additionalVirtualNetworkIds = [other.networkId, third.networkId]
  world.cluster.edit(key, { spec: { ...spec, dns: { ...spec.dns, additionalVirtualNetworkIds } } })
  await world.until('linked', () => isReady(world, key))
  assert.is(await linked(), 3)
  await rest(world)

  const found = await world.arm.list(links)
  const gone = found.find((link) => properties(link).virtualNetwork.id === third.networkId)
  await world.arm.delete(String(gone?.['id']))
  world.pass(300)
  assert.is(await linked(), 2)
  await world.until('made again', async () => (await linked()) === 3)
})

test('the connection, the zone group and its configuration have the names of the spec', async ({
  world,
}) => {
  const { serverId, subnetId, group } = await furnish(world, 'rg')
  const key = world.cluster.create('pe', {
    serverId,
    subnetId,
    resourceGroup: 'rg',
    connectionName: 'to-the-db',
    dns: { zoneGroupName: 'names', configName: 'zone' },
  })
  await world.until('Ready', () => isReady(world, key))
  assert.is(world.cluster.get(key)?.status?.connection?.name, 'to-the-db')
  const groups = `${group}${provider}/privateEndpoints/pe/privateDnsZoneGroups`
  const named = async (): Promise<unknown> =>
    (await world.arm.list(groups)).map((one) => [
      one['name'],
      properties(one).privateDnsZoneConfigs[0].name,
    ])
  assert.equal(await named(), [['names', 'zone']])
  const { spec } = world.cluster.get(key)!
  world.cluster.edit(key, { spec: { ...spec, dns: { ...spec.dns, zoneGroupName: 'later' } } })
  await world.until('renamed', () => isReady(world, key))
  assert.equal(await named(), [['later', 'zone']])
})

test('a zone is made in the group that the spec names, or not at all', async ({ world }) => {
  const { serverId, subnetId, group } = await furnish(world, 'rg')
  const hub = group.replace(/rg$/, 'hub')
  await world.arm.put(hub, { location: 'westeurope' })
  const given = { serverId, subnetId, resourceGroup: 'rg' }
  const dns = { resourceGroup: 'hub', createZone: false }
  const key = world.cluster.create('pe', { ...given, dns })
  await world.until('missed', () => readyOf(world.cluster, key) === 'False/ZoneNotFound')
  const { spec } = world.cluster.get(key)!
  world.cluster.edit(key, { spec: { ...spec, dns: { ...spec.dns, createZone: true } } })
  await world.until('Ready', () => isReady(world, key))
  assert.is((await world.arm.list(`${hub}${provider}/privateDnsZones`)).length, 1)
})

test('links that carry our tag go with the last object that asks for it', async ({ world }) => {
  const { serverId, subnetId, group } = await furnish(world, 'rg')
  const given = { serverId, subnetId, resourceGroup: 'rg' }
  const key = world.cluster.create('pe', { ...given, dns: { deleteUnusedLinks: true } })
  await world.until('Ready', () => isReady(world, key))
  world.cluster.delete(key)
  await world.until('gone', () => world.cluster.get(key) === undefined)
  world.pass(120)
  const zones = await world.arm.list(`${group}${provider}/privateDnsZones`)
  assert.is(zones.length, 1)
  assert.equal(await world.arm.list(`${String(zones[0]?.['id'])}/virtualNetworkLinks`), [])
})

test('made anew by itself when the server was deleted and made again while nobody looked', async ({
  world,
}) => {
  const { serverId, subnetId } = await furnish(world, 'rg')
  const given = { serverId, subnetId, resourceGroup: 'rg', dns: { mode: 'None' as const } }
  const key = world.cluster.create('pe', { ...given, recreatePolicy: 'OnServerRecreated' })
  const other = world.cluster.create('other', given)
  await world.until('Ready', () => isReady(world, key) && isReady(world, other))
  const before = world.cluster.get(key)?.status?.resourceGuid
  world.pass(300)
  await world.arm.delete(serverId)
  world.pass(600)
  await furnish(world, 'rg')
  await world.until('Ready again', () => {
    const { resourceGuid } = world.cluster.get(key)?.status ?? {}
    return resourceGuid !== before && isReady(world, key)
  })
  await world.until('said', () => readyOf(world.cluster, other) === 'False/Disconnected')
  assert.is(world.deeds.filter((name) => name === 'DeleteEndpoint').length, 1)
})

test.run()

/** What else a spec can ask for, over the simulator: policies, groups, DNS modes, adoption, many at once. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonObject } from '../../operator/azure/model.ts'
import { furnish, makeWorld, readyOf, type World, type WorldOptions } from './endpoint.world.ts'

const test = suite('what a spec can ask for')

async function inWorld(
  run: (world: World) => Promise<void>,
  options?: WorldOptions,
): Promise<void> {
  const world = await makeWorld(options)
  try {
    await run(world)
  } finally {
    await world.stop()
  }
}

const isReady =
  ({ cluster }: World, key: string) =>
  () =>
    readyOf(cluster, key) === 'True/Ready'
const says =
  ({ cluster }: World, key: string, said: string) =>
  () =>
    readyOf(cluster, key) === said
const propertiesOf = async ({ arm }: World, path: string): Promise<JsonObject> =>
  ((await arm.get(path))?.['properties'] ?? {}) as JsonObject
const network = '/providers/Microsoft.Network'
const zoneName = 'privatelink.postgres.database.azure.com'

test('a resource group is made when asked, and the endpoint in it', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const key = world.cluster.create('pe', {
      serverId,
      subnetId,
      resourceGroup: 'fresh',
      createResourceGroup: true,
    })
    await world.until('Ready', isReady(world, key))
    assert.is(world.deeds[0], 'CreateResourceGroup')
    const made = group.replace(/rg$/, 'fresh')
    assert.is((await world.arm.get(made))?.['location'], 'westeurope')
    assert.equal((await world.arm.list(`${made}${network}/privateEndpoints`)).length, 1)
  }))

test("the subnet's policies are set once, and left alone then", () =>
  inWorld(async (world) => {
    const { serverId, subnetId } = await furnish(world, 'rg')
    const subnetNetworkPolicies = 'NetworkSecurityGroupEnabled'
    const key = world.cluster.create('pe', {
      serverId,
      subnetId,
      resourceGroup: 'rg',
      subnetNetworkPolicies,
    })
    await world.until('Ready', isReady(world, key))
    const policies = async () =>
      (await propertiesOf(world, subnetId))['privateEndpointNetworkPolicies']
    assert.is(await policies(), subnetNetworkPolicies)
    const subnet = (await world.arm.get(subnetId)) ?? {}
    const properties = { ...(subnet['properties'] as JsonObject) }
    const changed = { ...properties, privateEndpointNetworkPolicies: 'Disabled' }
    await world.arm.put(subnetId, { ...subnet, properties: changed })
    world.pass(700)
    assert.is(await world.visitAll(), 0)
    assert.is(await policies(), 'Disabled')
    assert.is(world.deeds.filter((name) => name === 'SetSubnetPolicies').length, 1)
  }))

test('dns.mode None makes none, and takes away what Managed had made', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const none = world.cluster.create('none', {
      serverId,
      subnetId,
      resourceGroup: 'rg',
      dns: { mode: 'None' },
    })
    await world.until('Ready', isReady(world, none))
    assert.equal(world.deeds, ['CreateEndpoint'])

    const managed = world.cluster.create('managed', { serverId, subnetId, resourceGroup: 'rg' })
    await world.until('Ready', isReady(world, managed))
    const { spec } = world.cluster.get(managed) ?? {}
    world.cluster.edit(managed, { spec: { ...spec, dns: { ...spec!.dns, mode: 'None' } } })
    await world.until('no group', () => world.deeds.includes('RemoveZoneGroup'))
    await world.until('Ready', () => {
      const { status } = world.cluster.get(managed) ?? {}
      return isReady(world, managed)() && status?.dns?.zoneGroupId === undefined
    })
    world.pass(60)
    const groups = `${group}${network}/privateEndpoints/managed/privateDnsZoneGroups`
    assert.equal(await world.arm.list(groups), [])
  }))

test('dns.mode External waits for the zone group of somebody else', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const zone = `${group}${network}/privateDnsZones/${zoneName}`
    await world.arm.put(zone, { location: 'global' })
    world.pass(120)
    const key = world.cluster.create('pe', {
      serverId,
      subnetId,
      resourceGroup: 'rg',
      dns: { mode: 'External' },
    })
    await world.until('waiting', says(world, key, 'False/WaitingForZoneGroup'))
    const endpoint = `${group}${network}/privateEndpoints/pe`
    await world.arm.put(`${endpoint}/privateDnsZoneGroups/policy`, {
      properties: {
        privateDnsZoneConfigs: [{ name: 'z', properties: { privateDnsZoneId: zone } }],
      },
    })
    await world.until('Ready', isReady(world, key))
    assert.equal(world.deeds, ['CreateEndpoint'])
  }))

test('a zone that is linked to the network already is used, and nothing of it is made', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, networkId, group } = await furnish(world, 'rg')
    const zone = `${group}${network}/privateDnsZones/${zoneName}`
    await world.arm.put(zone, { location: 'global' })
    world.pass(120)
    await world.arm.put(`${zone}/virtualNetworkLinks/by-hand`, {
      location: 'global',
      properties: { virtualNetwork: { id: networkId }, registrationEnabled: false },
    })
    world.pass(120)
    const key = world.cluster.create('pe', { serverId, subnetId, resourceGroup: 'rg' })
    await world.until('Ready', isReady(world, key))
    assert.equal(world.deeds, ['CreateEndpoint', 'WriteZoneGroup'])
    const [link] = world.cluster.get(key)?.status?.dns?.virtualNetworkLinkIds ?? []
    assert.match(link ?? '', /by-hand$/)
  }))

test('tags of zone and link, and how it resolves, follow the oldest object', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const other = await furnish(world, 'rg2')
    const dns = { tags: { team: 'a', old: 'x' } }
    const elder = world.cluster.create('elder', { serverId, subnetId, resourceGroup: 'rg', dns })
    await world.until('Ready', isReady(world, elder))
    const zone = `${group}${network}/privateDnsZones/${zoneName}`
    const tags = async (path: string) => (await world.arm.get(path))?.['tags'] as JsonObject
    assert.is((await tags(zone))['team'], 'a')

    world.pass(5)
    const younger = world.cluster.create('younger', {
      serverId: other.serverId,
      subnetId,
      resourceGroup: 'rg',
      dns: { tags: { team: 'b' } },
    })
    await world.until('Ready', isReady(world, younger))
    const conflicted = world.cluster.get(younger)?.status?.conditions
    assert.ok(conflicted?.some(({ type }) => type === 'Conflicted'))
    assert.is((await tags(zone))['team'], 'a')

    const { spec } = world.cluster.get(elder) ?? {}
    const wish = {
      ...spec!.dns,
      tags: { team: 'c' },
      resolutionPolicy: 'NxDomainRedirect' as const,
    }
    world.cluster.edit(elder, { spec: { ...spec, dns: wish } })
    await world.until('changed', () => {
      const { status } = world.cluster.get(elder) ?? {}
      return status?.memory?.appliedGeneration === 2 && isReady(world, elder)()
    })
    world.pass(120)
    const [link] = await world.arm.list(`${zone}/virtualNetworkLinks`)
    assert.is(
      (link?.['properties'] as JsonObject | undefined)?.['resolutionPolicy'],
      'NxDomainRedirect',
    )
    for (const path of [zone, String(link?.['id'])]) {
      const { team, old, pgpeObject } = await tags(path)
      assert.equal([team, old, pgpeObject], ['c', undefined, 'team/elder'])
    }
  }))

test('a tag that somebody changes back three times is left to them, and said', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const spec = { serverId, subnetId, resourceGroup: 'rg', dns: { mode: 'None' as const } }
    const key = world.cluster.create('pe', { ...spec, tags: { team: 'a' } })
    await world.until('Ready', isReady(world, key))
    await world.until('rest', async () => (world.pass(200), (await world.visitAll()) === 0))
    const id = `${group}${network}/privateEndpoints/pe`
    const mended = () => world.deeds.filter((name) => name === 'UpdateEndpoint').length
    for (let times = 1; times <= 4; times++) {
      const found = (await world.arm.get(id)) ?? {}
      await world.arm.put(id, { ...found, tags: { ...(found['tags'] as JsonObject), team: 'x' } })
      world.pass(300)
      if (times <= 3) await world.until('mended', () => mended() === times)
      await world.until('rest', async () => (world.pass(200), (await world.visitAll()) === 0))
    }
    assert.is(mended(), 3)
    assert.is(readyOf(world.cluster, key), 'True/Drifted')
  }))

test('an object that names another endpoint than it made changes nothing, and deletes its own', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const dns = { mode: 'None' as const }
    const key = world.cluster.create('pe', { serverId, subnetId, resourceGroup: 'rg', dns })
    await world.until('Ready', isReady(world, key))
    const { spec } = world.cluster.get(key) ?? {}
    world.cluster.edit(key, { spec: { ...spec, endpointName: 'other' } })
    await world.until('said', says(world, key, 'False/ImmutableChanged'))
    world.cluster.delete(key)
    await world.until('gone', () => world.cluster.get(key) === undefined)
    assert.equal(world.deeds, ['CreateEndpoint', 'DeleteEndpoint'])
    assert.equal(await world.arm.list(`${group}${network}/privateEndpoints`), [])
  }))

test('another zone in the spec remakes the zone group', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const key = world.cluster.create('pe', {
      serverId,
      subnetId,
      resourceGroup: 'rg',
      dns: { linkOwnVirtualNetwork: false },
    })
    await world.until('Ready', isReady(world, key))
    const hub = group.replace(/rg$/, 'hub')
    await world.arm.put(hub, { location: 'westeurope' })
    const zone = `${hub}${network}/privateDnsZones/${zoneName}`
    await world.arm.put(zone, { location: 'global' })
    world.pass(120)
    const { spec } = world.cluster.get(key) ?? {}
    world.cluster.edit(key, { spec: { ...spec, dns: { ...spec!.dns, zoneId: zone } } })
    await world.until('moved', () => {
      const { status } = world.cluster.get(key) ?? {}
      return status?.memory?.appliedGeneration === 2 && isReady(world, key)()
    })
    assert.equal(world.deeds.slice(-2), ['RemoveZoneGroup', 'WriteZoneGroup'])
    assert.is((await world.arm.list(`${zone}/A`)).length, 1)
    const former = `${group}${network}/privateDnsZones/${zoneName}`
    assert.equal(await world.arm.list(`${former}/A`), [])
  }))

test('several zones and none linked are for a person to choose from', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const other = group.replace(/rg$/, 'hub')
    await world.arm.put(other, { location: 'westeurope' })
    const zones = [group, other].map((one) => `${one}${network}/privateDnsZones/${zoneName}`)
    for (const zone of zones) await world.arm.put(zone, { location: 'global' })
    world.pass(120)
    const key = world.cluster.create('pe', { serverId, subnetId, resourceGroup: 'rg' })
    await world.until('asked', says(world, key, 'False/ZoneAmbiguous'))
    const { spec } = world.cluster.get(key) ?? {}
    world.cluster.edit(key, { spec: { ...spec, dns: { ...spec!.dns, zoneId: zones[1]! } } })
    await world.until('Ready', isReady(world, key))
    assert.is(world.cluster.get(key)?.status?.dns?.zoneId?.toLowerCase(), zones[1]?.toLowerCase())
  }))

test('an endpoint made by hand is refused, then taken over when the spec says so', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const endpoint = `${group}${network}/privateEndpoints/pe`
    await world.arm.put(endpoint, {
      location: 'westeurope',
      tags: { by: 'hand' },
      properties: {
        subnet: { id: subnetId },
        customNetworkInterfaceName: 'old-nic',
        privateLinkServiceConnections: [
          {
            name: 'old',
            properties: { privateLinkServiceId: serverId, groupIds: ['postgresqlServer'] },
          },
        ],
      },
    })
    world.pass(120)
    const key = world.cluster.create('pe', { serverId, subnetId, resourceGroup: 'rg' })
    await world.until('refused', says(world, key, 'False/AdoptionRefused'))
    assert.equal(
      world.deeds.filter((name) => name.includes('Endpoint')),
      [],
    )

    const { spec } = world.cluster.get(key) ?? {}
    world.cluster.edit(key, { spec: { ...spec, adoptionPolicy: 'IfMatching' } })
    await world.until('Ready', isReady(world, key))
    assert.ok(world.deeds.includes('AdoptEndpoint'))
    const found = await world.arm.get(endpoint)
    assert.is((found?.['tags'] as JsonObject | undefined)?.['by'], 'hand')
    assert.is(
      (found?.['properties'] as JsonObject | undefined)?.['customNetworkInterfaceName'],
      'old-nic',
    )
    assert.is(world.cluster.get(key)?.status?.connection?.name, 'old')
  }))

test('an object that observes writes nothing, and says what differs', () =>
  inWorld(async (world) => {
    const { serverId, subnetId } = await furnish(world, 'rg')
    const spec = { serverId, subnetId, resourceGroup: 'rg', endpointName: 'shared' }
    const owner = world.cluster.create('owner', { ...spec, tags: { a: 'b' } })
    await world.until('Ready', isReady(world, owner))
    const before = world.deeds.length
    const watcher = world.cluster.create('watcher', {
      ...spec,
      managementPolicy: 'Observe',
      tags: { a: 'c' },
    })
    await world.until('differs', says(world, watcher, 'False/Drifted'))
    const said = world.cluster.get(watcher)?.status?.conditions?.map(({ type }) => type)
    assert.equal(said?.toSorted(), ['Drifted', 'Ready', 'Stalled'])
    const { metadata, status } = world.cluster.get(watcher) ?? {}
    assert.equal(metadata?.finalizers ?? [], [])
    assert.ok(status?.drift?.some(({ path }) => path === 'tags.a'))
    world.cluster.delete(watcher)
    assert.is(world.cluster.get(watcher), undefined)
    assert.is(world.deeds.length, before)
  }))

test('suspended, nothing is written; resumed, it goes on; suspended again, nothing is deleted', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const key = world.cluster.create('pe', {
      serverId,
      subnetId,
      resourceGroup: 'rg',
      suspend: true,
    })
    await world.until('suspended', says(world, key, 'False/Suspended'))
    assert.equal(world.deeds, [])
    world.cluster.edit(key, { spec: { suspend: false } })
    await world.until('Ready', isReady(world, key))
    world.cluster.edit(key, { spec: { suspend: true } })
    world.cluster.delete(key)
    await world.until('held', says(world, key, 'False/DeletionSuspended'))
    assert.is((await world.arm.list(`${group}${network}/privateEndpoints`)).length, 1)
    world.cluster.edit(key, { spec: { suspend: false } })
    await world.until('gone', () => world.cluster.get(key) === undefined)
  }))

test('without the right to approve, Automatic says what is missing and Manual waits for the owner', () =>
  inWorld(
    async (world) => {
      const { serverId, subnetId } = await furnish(world, 'rg')
      const spec = { serverId, subnetId, resourceGroup: 'rg' }
      const automatic = world.cluster.create('automatic', spec)
      const manual = world.cluster.create('manual', { ...spec, approval: 'Manual' })
      await world.until('pending', says(world, manual, 'False/PendingApproval'))
      await world.until('denied', () =>
        ['False/Denied', 'False/ServerUnreadable'].includes(readyOf(world.cluster, automatic)),
      )
      const stalled = () =>
        world.cluster.get(automatic)?.status?.conditions?.some(({ type }) => type === 'Stalled')
      assert.not(stalled())
      const since = world.elapsed
      await world.until('Stalled after half an hour', () => stalled() === true)
      const minutes = (world.elapsed - since) / 60
      assert.ok(minutes > 25 && minutes < 35, `after ${minutes} minutes`)
      const ready = world.cluster.get(automatic)?.status?.conditions?.[0]
      assert.match(
        ready?.message ?? '',
        /flexibleServers\/privateEndpointConnectionsApproval\/action .*spec\.approval to Manual/,
      )
    },
    { identity: 'network' },
  ))

test('many endpoints of one subnet share what is read, and each is written once', () =>
  inWorld(async (world) => {
    const count = 25
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    world.azure.clearRequests()
    const keys = Array.from({ length: count }, (_, i) =>
      world.cluster.create(`pe-${i}`, {
        serverId,
        subnetId,
        resourceGroup: 'rg',
        dns: { mode: i === 0 ? 'Managed' : 'None' },
      }),
    )
    await world.until('all Ready', () => keys.every((key) => isReady(world, key)()))
    assert.is(world.deeds.filter((name) => name === 'CreateEndpoint').length, count)
    assert.is((await world.arm.list(`${group}${network}/privateEndpoints`)).length, count)

    await world.until('rest', async () => (world.pass(200), (await world.visitAll()) === 0))
    world.azure.clearRequests()
    const { writes } = world.cluster
    world.pass(300)
    await world.visitAll()
    const reads = world.azure.requests().filter(({ type }) => type.startsWith('Microsoft'))
    const asked = reads.reduce((sum, row) => sum + row.count, 0)
    assert.ok(asked <= 10, `${asked} reads for ${count} endpoints: ${JSON.stringify(reads)}`)
    assert.is(world.cluster.writes, writes)
  }))

test.run()

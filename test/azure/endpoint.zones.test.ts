/** Which zone serves an endpoint, who makes it, and what of zone, links and subnet is shared with others. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonObject } from '../../operator/azure/model.ts'
import {
  byHand,
  change,
  condition,
  inWorld,
  isReady,
  made,
  messageOf,
  network,
  objectOf,
  propertiesOf,
  rest,
  says,
  zoneName,
} from './endpoint.asking.ts'
import { furnish, type World } from './endpoint.world.ts'

const test = suite('zones that endpoints share')

const zonesIn = async ({ arm }: World, group: string): Promise<readonly unknown[]> =>
  (await arm.list(`${group}${network}/privateDnsZones`)).map(({ name }) => name)
const sibling = (group: string, name: string): string => group.replace(/[^/]+$/, name)
const addZone = async ({ arm, pass }: World, id: string, linked?: string): Promise<void> => {
  await arm.put(id, { location: 'global' })
  pass(120)
  if (linked === undefined) return
  const properties = { virtualNetwork: { id: linked }, registrationEnabled: false }
  await arm.put(`${id}/virtualNetworkLinks/by-hand`, { location: 'global', properties })
  pass(120)
}

/** Two teams, two servers, two groups, one network. */
async function twoTeams(world: World): Promise<readonly [string, string, string, string]> {
  const { serverId, subnetId, group } = await furnish(world, 'rg')
  const other = await furnish(world, 'rg2')
  const first = world.cluster.create('first', { serverId, subnetId, resourceGroup: 'rg' })
  world.pass(1)
  const second = world.cluster.create('second', {
    serverId: other.serverId,
    subnetId,
    resourceGroup: 'rg2',
  })
  return [first, second, group, other.group]
}

test('two teams that begin at the same moment have one zone and one link between them', () =>
  inWorld(async (world) => {
    const [first, second, group, other] = await twoTeams(world)
    await world.until('Ready', () => isReady(world, first)() && isReady(world, second)())
    assert.equal([...(await zonesIn(world, group)), ...(await zonesIn(world, other))], [zoneName])
    assert.is(made(world, 'CreateZone'), 1)
    assert.is(made(world, 'CreateLink'), 1)
  }))

test('and they have one also when the process ends right after it asked for the zone', () =>
  inWorld(async (world) => {
    const [first, second, group, other] = await twoTeams(world)
    await world.until('asked', () => made(world, 'CreateZone') === 1)
    await world.restart()
    await world.until('Ready', () => isReady(world, first)() && isReady(world, second)())
    assert.equal([...(await zonesIn(world, group)), ...(await zonesIn(world, other))], [zoneName])
    assert.is(made(world, 'CreateZone'), 1)
  }))

test('of several zones the one that is linked to the network is used; the only one is used and linked', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, networkId, group } = await furnish(world, 'rg')
    const groups = ['hub', 'spoke'].map((name) => sibling(group, name))
    for (const one of groups) await world.arm.put(one, { location: 'westeurope' })
    const [hub, spoke] = groups.map((one) => `${one}${network}/privateDnsZones/${zoneName}`)
    await addZone(world, hub!)
    const key = world.cluster.create('only', { serverId, subnetId, resourceGroup: 'rg' })
    await world.until('Ready', isReady(world, key))
    assert.is(objectOf(world, key).status?.dns?.zoneId?.toLowerCase(), hub?.toLowerCase())
    assert.is(made(world, 'CreateLink'), 1)

    const far = await furnish(world, 'rg3')
    await addZone(world, spoke!, far.networkId)
    const linked = world.cluster.create('linked', {
      serverId: far.serverId,
      subnetId: far.subnetId,
      resourceGroup: 'rg3',
    })
    await world.until('Ready', isReady(world, linked))
    assert.is(objectOf(world, linked).status?.dns?.zoneId?.toLowerCase(), spoke?.toLowerCase())
    assert.is(made(world, 'CreateLink'), 1)
    assert.is(made(world, 'CreateZone'), 0)
    assert.is.not(networkId, far.networkId)
    // The first one stays where it is although there are several now.
    await rest(world)
    assert.ok(isReady(world, key)())
  }))

test('a zone that may be joined and not read: the records of the zone group serve, and Ready says so', () =>
  inWorld(
    async (world) => {
      const { serverId, subnetId } = await furnish(world, 'rg')
      const owner = world.azure.identity('owner')
      const shared = owner.subscriptionIds[1]!
      const hub = `/subscriptions/${shared}/resourceGroups/hub`
      await world.arm.put(hub, { location: 'westeurope' })
      const zone = `${hub}${network}/privateDnsZones/${zoneName}`
      await addZone(world, zone)
      const access = '/providers/Microsoft.Authorization'
      const role = `/subscriptions/${shared}${access}/roleDefinitions/11111111-0000-4000-8000-000000000001`
      await world.arm.put(role, {
        properties: {
          roleName: 'Joins zones',
          assignableScopes: [`/subscriptions/${shared}`],
          permissions: [{ actions: ['Microsoft.Network/privateDnsZones/join/action'] }],
        },
      })
      const assignment = `${zone}${access}/roleAssignments/11111111-0000-4000-8000-000000000002`
      const principalId = world.azure.identity('network').objectId
      await world.arm.put(assignment, { properties: { roleDefinitionId: role, principalId } })
      world.pass(1_800)
      const key = world.cluster.create('pe', {
        ...{ serverId, subnetId, resourceGroup: 'rg' },
        approval: 'Manual',
        dns: { zoneId: zone, linkOwnVirtualNetwork: false },
      })
      await world.until('pending', says(world, key, 'False/PendingApproval'))
      const [connection] = await world.arm.list(`${serverId}/privateEndpointConnections`)
      await world.arm.put(
        `${serverId}/privateEndpointConnections/${String(connection?.['name'])}`,
        {
          properties: { privateLinkServiceConnectionState: { status: 'Approved' } },
        },
      )
      await world.until('Ready', isReady(world, key))
      assert.match(messageOf(world, key), /cannot be read.*zone group's own records serve/)
      const { dns, privateIPAddresses } = objectOf(world, key).status ?? {}
      assert.equal(dns?.records?.[0]?.ipAddresses, privateIPAddresses)
    },
    { identity: 'network' },
  ))

const policiesOf = async (world: World, subnetId: string) => {
  const { etag: _, ...properties } = await propertiesOf(world, subnetId)
  const {
    privateEndpoints: __,
    ipConfigurations: ___,
    provisioningState: ____,
    ...own
  } = properties
  return own
}

test('the policies of a shared subnet are those of the oldest, everything else of it stays as it is', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, networkId } = await furnish(world, 'rg')
    const given = { serverId, subnetId, resourceGroup: 'rg', dns: { mode: 'None' as const } }
    await byHand(world, subnetId, {
      properties: {
        ...(await propertiesOf(world, subnetId)),
        serviceEndpoints: [{ service: 'Microsoft.Storage' }],
        privateLinkServiceNetworkPolicies: 'Disabled',
      },
    })
    world.pass(60)
    const before = await policiesOf(world, subnetId)
    const elder = world.cluster.create('elder', {
      ...given,
      subnetNetworkPolicies: 'RouteTableEnabled',
    })
    await world.until('Ready', isReady(world, elder))
    assert.equal(await policiesOf(world, subnetId), {
      ...before,
      privateEndpointNetworkPolicies: 'RouteTableEnabled',
    })
    world.pass(5)
    const younger = world.cluster.create('younger', { ...given, subnetNetworkPolicies: 'Disabled' })
    await world.until('Ready', isReady(world, younger))
    assert.is(condition(world, younger, 'Conflicted')?.reason, 'SharedSetting')
    assert.match(condition(world, younger, 'Conflicted')?.message ?? '', /team\/elder/)
    await rest(world)
    assert.is(made(world, 'SetSubnetPolicies'), 1)

    // A new generation may write once more; what others set since is no drift.
    await byHand(world, subnetId, {
      properties: {
        ...(await propertiesOf(world, subnetId)),
        privateEndpointNetworkPolicies: 'Enabled',
      },
    })
    world.pass(60)
    await rest(world)
    assert.is(made(world, 'SetSubnetPolicies'), 1)
    change(world, elder, { subnetNetworkPolicies: 'NetworkSecurityGroupEnabled' })
    await world.until('set', () => made(world, 'SetSubnetPolicies') === 2)
    await rest(world)
    world.cluster.delete(elder)
    await world.until('gone', () => world.cluster.get(elder) === undefined)
    await world.until('its turn', () => made(world, 'SetSubnetPolicies') === 3)
    await world.until('Ready', () => condition(world, younger, 'Conflicted') === undefined)
    assert.is((await policiesOf(world, subnetId))['privateEndpointNetworkPolicies'], 'Disabled')
    assert.ok(networkId)
  }))

for (const [cloud, domain] of [
  ['US Government', 'usgovcloudapi.net'],
  ['China', 'chinacloudapi.cn'],
] as const) {
  const there = `privatelink.postgres.database.${domain}`
  test(`${cloud}: the zone is of the name that the server says`, () =>
    inWorld(
      async (world) => {
        const { serverId, subnetId, group } = await furnish(world, 'rg')
        const key = world.cluster.create('pe', { serverId, subnetId, resourceGroup: 'rg' })
        await world.until('Ready', isReady(world, key))
        assert.equal(await zonesIn(world, group), [there])
        assert.match(objectOf(world, key).status?.dns?.records?.[0]?.fqdn ?? '', domain)
      },
      {
        alter: (_, path, body) =>
          path.includes('privateLinkResources') ? body.replaceAll(zoneName, there) : body,
      },
    ))

  test(`${cloud}: where the server can't be asked, the cloud's own name is used`, () =>
    inWorld(
      async (world) => {
        const { subnetId, group } = await furnish(world, 'rg')
        const shared = world.azure.identity('owner').subscriptionIds[1]!
        const hidden = await furnish(
          { ...world, subscriptionId: shared, arm: world.arm, pass: world.pass } as World,
          'hid',
        )
        const key = world.cluster.create('pe', {
          ...{ serverId: hidden.serverId, subnetId, resourceGroup: 'rg' },
          approval: 'Manual',
        })
        await world.until('pending', says(world, key, 'False/PendingApproval'))
        await world.until('the group', () => made(world, 'WriteZoneGroup') === 1)
        assert.equal(await zonesIn(world, group), [there])
      },
      { identity: 'network', zoneName: there },
    ))
}

test('External: waits for the group, then for its record, and never writes DNS', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const zone = `${group}${network}/privateDnsZones/${zoneName}`
    await addZone(world, zone)
    const key = world.cluster.create('pe', {
      ...{ serverId, subnetId, resourceGroup: 'rg' },
      approval: 'Manual',
      dns: { mode: 'External' },
    })
    const endpoint = `${group}${network}/privateEndpoints/pe`
    await world.until('made', async () => (await world.arm.get(endpoint)) !== undefined)
    world.pass(60)
    const config: JsonObject = { name: 'z', properties: { privateDnsZoneId: zone } }
    await world.until('waits', () => messageOf(world, key).includes('waits for the owner'))
    const [connection] = await world.arm.list(`${serverId}/privateEndpointConnections`)
    await world.arm.put(`${serverId}/privateEndpointConnections/${String(connection?.['name'])}`, {
      properties: { privateLinkServiceConnectionState: { status: 'Approved' } },
    })
    await world.until('waits for the group', says(world, key, 'False/WaitingForZoneGroup'))
    assert.not(condition(world, key, 'Stalled'))
    await world.arm.put(`${endpoint}/privateDnsZoneGroups/policy`, {
      properties: { privateDnsZoneConfigs: [config] },
    })
    await world.until('Ready', isReady(world, key))
    world.cluster.delete(key)
    await world.until('gone', () => world.cluster.get(key) === undefined)
    assert.equal(world.deeds, ['CreateEndpoint', 'DeleteEndpoint'])
  }))

test.run()

/**
 * A server's name in one zone and two endpoints to the server: a move to another subnet, made before the
 * old one is broken; records of others, living and gone.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonObject } from '../../operator/azure/model.ts'
import {
  condition,
  inWorld,
  isReady,
  made,
  madeByHand,
  messageOf,
  network,
  objectOf,
  propertiesOf,
  rest,
  resync,
  says,
  within,
  zoneName,
} from './endpoint.asking.ts'
import { furnish, type World } from './endpoint.world.ts'

const test = suite('one name and two endpoints')

const addSubnet = async ({ arm, pass }: World, networkId: string): Promise<string> => {
  const id = `${networkId}/subnets/new`
  await arm.put(id, { properties: { addressPrefix: '10.0.3.0/24' } })
  pass(60)
  return id
}

/** The addresses that the server's name leads to now. */
async function recordOf({ arm }: World, group: string, server: string): Promise<readonly string[]> {
  const found = await arm.get(`${group}${network}/privateDnsZones/${zoneName}/A/${server}`)
  const { aRecords = [] } = (found?.['properties'] ?? {}) as {
    aRecords?: readonly { readonly ipv4Address: string }[]
  }
  return aRecords.map(({ ipv4Address }) => ipv4Address)
}

/** Addresses of the endpoints that live in Azure and are approved. */
async function living({ arm }: World, group: string): Promise<readonly string[]> {
  const endpoints = await arm.list(`${group}${network}/privateEndpoints`)
  const alive = endpoints.filter(({ properties }) => {
    const given = properties as JsonObject
    const [connection] = given['privateLinkServiceConnections'] as readonly JsonObject[]
    const { privateLinkServiceConnectionState: state } = (connection?.['properties'] ??
      {}) as JsonObject
    return (state as JsonObject | undefined)?.['status'] === 'Approved'
  })
  const ids = alive.map(({ id }) => String(id).toLowerCase())
  const cards = await arm.list(`${group}${network}/networkInterfaces`)
  return cards.flatMap(({ properties }) => {
    const given = properties as JsonObject
    const owner = String((given['privateEndpoint'] as JsonObject | undefined)?.['id']).toLowerCase()
    if (!ids.includes(owner)) return []
    return (given['ipConfigurations'] as readonly JsonObject[]).map((one) =>
      String((one['properties'] as JsonObject)['privateIPAddress']),
    )
  })
}

/** Watches the name while the world goes on: it must never lead to what is gone. */
function watchName(world: World, group: string, server: string) {
  let silentSince: number | undefined
  let longest = 0
  return {
    /** How long the name led nowhere, at the longest; in seconds. */
    silence: () => longest,
    look: async (): Promise<void> => {
      const record = await recordOf(world, group, server)
      const alive = await living(world, group)
      for (const address of record)
        assert.ok(alive.includes(address), `the name leads to ${address}`)
      if (record.length > 0) silentSince = undefined
      else silentSince ??= world.elapsed
      longest = Math.max(longest, world.elapsed - (silentSince ?? world.elapsed))
    },
  }
}

test('a move to another subnet: both live, the name leads to a living one all the time, and the new one has it in the end', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, networkId, group } = await furnish(world, 'rg')
    const given = { serverId, resourceGroup: 'rg' }
    const old = world.cluster.create('old', { ...given, subnetId })
    await world.until('Ready', isReady(world, old))
    await rest(world)
    const name = watchName(world, group, 'rg-db')
    const next = await addSubnet(world, networkId)
    const young = world.cluster.create('young', { ...given, subnetId: next })
    await world.until('conflict', async () => {
      await name.look()
      return says(world, young, 'False/DNSConflict')()
    })
    // It is made and approved all the same, and says whose the name is.
    assert.is(objectOf(world, young).status?.connection?.state, 'Approved')
    assert.is(condition(world, young, 'DNSConflict')?.reason, 'RecordOfOtherEndpoint')
    assert.match(messageOf(world, young), /privateEndpoints\/old/)
    assert.is(made(world, 'WriteZoneGroup'), 1)
    assert.equal(
      await recordOf(world, group, 'rg-db'),
      objectOf(world, old).status?.privateIPAddresses,
    )
    await rest(world)

    world.cluster.delete(old)
    await world.wake(old)
    await world.until('moved', async () => {
      await name.look()
      return world.cluster.get(old) === undefined && isReady(world, young)()
    })
    assert.ok(name.silence() <= 30, `the name led nowhere for ${name.silence()} s`)
    assert.equal(
      await recordOf(world, group, 'rg-db'),
      objectOf(world, young).status?.privateIPAddresses,
    )
    assert.is(condition(world, young, 'DNSConflict'), undefined)
  }))

const zoneGroupBy = async ({ arm }: World, endpoint: string, zone: string): Promise<void> => {
  const config = { name: 'z', properties: { privateDnsZoneId: zone } }
  const properties = { privateDnsZoneConfigs: [config] }
  await arm.put(`${endpoint}/privateDnsZoneGroups/default`, { properties })
}
const conflictOf = (world: World, key: string) => condition(world, key, 'DNSConflict')?.reason

test("a stranger's endpoint takes the record: said, not fought; its deletion wipes it: ours is back within a resync", () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const key = world.cluster.create('pe', { serverId, subnetId, resourceGroup: 'rg' })
    await world.until('Ready', isReady(world, key))
    await rest(world)
    const mine = objectOf(world, key).status?.privateIPAddresses
    const stranger = `${group}${network}/privateEndpoints/stranger`
    await madeByHand(world, stranger, { serverId, subnetId })
    await zoneGroupBy(world, stranger, `${group}${network}/privateDnsZones/${zoneName}`)
    world.pass(20)
    assert.is.not((await recordOf(world, group, 'rg-db'))[0], mine?.[0])
    await within(world, resync, 'told', says(world, key, 'False/DNSConflict'))
    world.pass(600)
    assert.is(await world.visitAll(), 0)

    await world.arm.delete(stranger)
    world.pass(20)
    assert.equal(await recordOf(world, group, 'rg-db'), [])
    await within(world, resync, 'back', isReady(world, key))
    assert.equal(await recordOf(world, group, 'rg-db'), mine)
    assert.is(made(world, 'WriteZoneGroup'), 2)
  }))

test('a record of an endpoint in another subscription is left alone while that lives, and taken over once it is proven gone', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const zone = `${group}${network}/privateDnsZones/${zoneName}`
    await world.arm.put(zone, { location: 'global' })
    world.pass(120)
    const there = `/subscriptions/${world.azure.identity('owner').subscriptionIds[1]}/resourceGroups/far`
    await world.arm.put(there, { location: 'westeurope' })
    const far = `${there}${network}/virtualNetworks/net`
    await world.arm.put(far, {
      location: 'westeurope',
      properties: {
        addressSpace: { addressPrefixes: ['10.9.0.0/16'] },
        subnets: [{ name: 'apps', properties: { addressPrefix: '10.9.1.0/24' } }],
      },
    })
    world.pass(60)
    const theirs = `${there}${network}/privateEndpoints/theirs`
    await madeByHand(world, theirs, { serverId, subnetId: `${far}/subnets/apps` })
    await zoneGroupBy(world, theirs, zone)
    world.pass(20)
    const before = await recordOf(world, group, 'rg-db')
    assert.match(before[0] ?? '', /^10\.9\.1\./)

    const key = world.cluster.create('pe', { serverId, subnetId, resourceGroup: 'rg' })
    await world.until('conflict', says(world, key, 'False/DNSConflict'))
    assert.is(conflictOf(world, key), 'RecordOfOtherEndpoint')
    assert.match(messageOf(world, key), /private endpoint theirs \(GUID /)
    await rest(world)
    assert.equal(await recordOf(world, group, 'rg-db'), before)

    // It goes, and somebody writes its record by hand once more: nobody lives behind it.
    const mark = (await propertiesOf(world, `${zone}/A/rg-db`))['metadata'] as JsonObject
    await world.arm.delete(theirs)
    world.pass(60)
    await world.arm.put(`${zone}/A/rg-db`, {
      properties: { ttl: 10, metadata: mark, aRecords: [{ ipv4Address: before[0] ?? '' }] },
    })
    await within(world, resync, 'taken over', isReady(world, key))
    assert.equal(
      await recordOf(world, group, 'rg-db'),
      objectOf(world, key).status?.privateIPAddresses,
    )
  }))

test('a record that no endpoint made is nobody of ours to write over, until it is removed', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const zone = `${group}${network}/privateDnsZones/${zoneName}`
    await world.arm.put(zone, { location: 'global' })
    world.pass(120)
    const aRecords = [{ ipv4Address: '10.0.1.200' }]
    await world.arm.put(`${zone}/A/rg-db`, { properties: { ttl: 10, aRecords } })
    const key = world.cluster.create('pe', { serverId, subnetId, resourceGroup: 'rg' })
    await world.until('conflict', says(world, key, 'False/DNSConflict'))
    assert.is(conflictOf(world, key), 'RecordOfUnknownOrigin')
    assert.is(made(world, 'WriteZoneGroup'), 0)
    await world.arm.delete(`${zone}/A/rg-db`)
    await within(world, resync, 'Ready', isReady(world, key))
  }))

test.run()

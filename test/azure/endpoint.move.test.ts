/**
 * A server's name in one zone and two endpoints to the server: a move to another subnet, made before the
 * old one is broken; records of others, living and gone.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonObject } from '../../operator/azure/model.ts'
import {
  change,
  condition,
  inWorld,
  isReady,
  made,
  messageOf,
  network,
  objectOf,
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

test.run()

/** Whose an endpoint is: restores, renames, other clusters, stripped tags, moves, import and handover. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonObject } from '../../operator/azure/model.ts'
import {
  byHand,
  change,
  condition,
  endpointsIn,
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
  tagsOf,
  within,
} from './endpoint.asking.ts'
import { furnish, type World } from './endpoint.world.ts'

const test = suite('whose an endpoint is')

const none = { mode: 'None' as const }
const ownerTag = (world: World, key: string): string =>
  `${world.clusterId}.${objectOf(world, key).metadata.uid}`
/** Whatever happens, one endpoint was made and none deleted. */
const untouched = (world: World): void => {
  assert.is(made(world, 'CreateEndpoint'), 1)
  assert.is(made(world, 'DeleteEndpoint'), 0)
}

test('a cluster out of a backup finds its endpoints again: new uids, no status, nothing made or deleted', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const keys = ['a', 'b'].map((name) =>
      world.cluster.create(name, { serverId, subnetId, resourceGroup: 'rg', dns: none }),
    )
    await world.until('Ready', () => keys.every((key) => isReady(world, key)()))
    const guids = keys.map((key) => objectOf(world, key).status?.resourceGuid)
    for (const key of keys) world.cluster.restore(key)
    await world.restart()
    await world.until('Ready again', () => keys.every((key) => isReady(world, key)()))
    assert.equal(
      keys.map((key) => objectOf(world, key).status?.resourceGuid),
      guids,
    )
    assert.is(made(world, 'CreateEndpoint'), 2)
    for (const key of keys) {
      const tags = await tagsOf(world, `${group}${network}/privateEndpoints/${key.split('/')[1]}`)
      assert.is(tags['pgpeOwner'], ownerTag(world, key))
    }
    world.cluster.delete(keys[0]!)
    await world.until('gone', () => world.cluster.get(keys[0]!) === undefined)
    assert.equal(await endpointsIn(world, group), ['b'])
  }))

test('an object that was forced away and made again under the same name has its endpoint again', () =>
  inWorld(async (world) => {
    const { serverId, subnetId } = await furnish(world, 'rg')
    const given = { serverId, subnetId, resourceGroup: 'rg', dns: none }
    const key = world.cluster.create('pe', given)
    await world.until('Ready', isReady(world, key))
    world.cluster.lose(key)
    await world.visitAll()
    world.cluster.create('pe', given)
    await world.until('Ready', isReady(world, key))
    untouched(world)
  }))

test('a renamed object is refused its former endpoint, and takes it over when it says so, as it is', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const given = { serverId, subnetId, resourceGroup: 'rg', dns: none, endpointName: 'pe' }
    const old = world.cluster.create('old', {
      ...given,
      connectionName: 'to-the-db',
      networkInterfaceName: 'the-nic',
    })
    await world.until('Ready', isReady(world, old))
    const young = world.cluster.create('young', { ...given, adoptionPolicy: 'IfMatching' })
    await world.until('the owner lives', says(world, young, 'False/Conflicted'))
    assert.match(messageOf(world, young), /team\/old/)

    change(world, young, { adoptionPolicy: 'Never' })
    world.cluster.lose(old)
    await world.until('refused', says(world, young, 'False/AdoptionRefused'))
    assert.match(messageOf(world, young), /team\/old, which is gone/)
    assert.match(messageOf(world, young), /adoptionPolicy to IfMatching/)
    change(world, young, { adoptionPolicy: 'IfMatching' })
    await world.until('Ready', isReady(world, young))
    untouched(world)
    const id = `${group}${network}/privateEndpoints/pe`
    assert.is((await tagsOf(world, id))['pgpeObject'], 'team/young')
    assert.is((await propertiesOf(world, id))['customNetworkInterfaceName'], 'the-nic')
    assert.is(objectOf(world, young).status?.connection?.name, 'to-the-db')
  }))

test("another cluster's endpoint is taken over only from the cluster that the annotation names", () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const given = { serverId, subnetId, resourceGroup: 'rg', dns: none }
    const key = world.cluster.create('pe', { ...given, tags: { team: 'a' } })
    await world.until('Ready', isReady(world, key))
    world.cluster.lose(key)
    await world.restart('cluster-2')
    world.cluster.create('pe', { ...given, adoptionPolicy: 'IfMatching' })
    await world.until('refused', says(world, key, 'False/AdoptionRefused'))
    assert.match(messageOf(world, key), /adopt-from/)
    world.cluster.edit(key, { annotations: { 'pgpe.dev/adopt-from': 'cluster-9' } })
    await world.visitAll()
    await world.visitAll()
    assert.ok(says(world, key, 'False/AdoptionRefused')())
    world.cluster.edit(key, { annotations: { 'pgpe.dev/adopt-from': 'cluster-1' } })
    await world.until('Ready', isReady(world, key))
    const tags = await tagsOf(world, `${group}${network}/privateEndpoints/pe`)
    assert.equal([tags['pgpeOwner'], tags['team']], [ownerTag(world, key), 'a'])
    untouched(world)
  }))

test('an endpoint that does not match is never taken over', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const other = await furnish(world, 'rg2')
    const path = `${group}${network}/privateEndpoints/pe`
    await madeByHand(world, path, { serverId: other.serverId, subnetId, tags: { by: 'hand' } })
    const key = world.cluster.create('pe', {
      ...{ serverId, subnetId, resourceGroup: 'rg', dns: none },
      adoptionPolicy: 'IfMatching',
    })
    await world.until('refused', says(world, key, 'False/AdoptionRefused'))
    assert.ok(condition(world, key, 'Stalled'))
    world.cluster.delete(key)
    await world.until('gone', () => world.cluster.get(key) === undefined)
    assert.equal(await tagsOf(world, path), { by: 'hand' })
    assert.equal(world.deeds, [])
  }))

test('stripped tags are put back within a resync, because it is the very endpoint that was made', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const given = { serverId, subnetId, resourceGroup: 'rg', dns: none }
    const key = world.cluster.create('pe', given)
    await world.until('Ready', isReady(world, key))
    await rest(world)
    const path = `${group}${network}/privateEndpoints/pe`
    await byHand(world, path, { tags: {} })
    await within(world, resync, 'back', async () => {
      return (await tagsOf(world, path))['pgpeOwner'] === ownerTag(world, key)
    })
    await rest(world)

    // Another incarnation without our tag is somebody else's.
    await world.arm.delete(path)
    world.pass(60)
    await madeByHand(world, path, { serverId, subnetId })
    await within(world, resync, 'lost', says(world, key, 'False/OwnershipLost'))
    world.cluster.delete(key)
    await world.until('gone', () => world.cluster.get(key) === undefined)
    assert.equal(await endpointsIn(world, group), ['pe'])
    untouched(world)
  }))

const move = async (world: World, from: string, to: string, given: JsonObject): Promise<void> => {
  const found = (await world.arm.get(from)) ?? {}
  await world.arm.delete(from)
  world.pass(60)
  await world.arm.put(to.split('/providers/')[0]!, { location: 'westeurope' })
  await madeByHand(world, to, { ...(given as { serverId: string; subnetId: string }) })
  await byHand(world, to, { tags: found['tags'] as JsonObject })
  world.pass(60)
}

test('an endpoint that was moved to another group is never made twice, not even after a restore', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const key = world.cluster.create('pe', { serverId, subnetId, resourceGroup: 'rg', dns: none })
    await world.until('Ready', isReady(world, key))
    await rest(world)
    const from = `${group}${network}/privateEndpoints/pe`
    const to = from.replace('/rg/', '/elsewhere/')
    await move(world, from, to, { serverId, subnetId })
    await within(world, resync, 'moved', says(world, key, 'False/Moved'))
    assert.match(messageOf(world, key), /elsewhere/)
    assert.ok(condition(world, key, 'Stalled'))
    world.cluster.restore(key)
    await world.restart()
    await world.until('moved still', says(world, key, 'False/Moved'))
    untouched(world)

    await world.arm.delete(to)
    world.pass(60)
    await within(world, resync + 60, 'made again', isReady(world, key))
    assert.equal(await endpointsIn(world, group), ['pe'])
  }))

test('an object whose endpoint was moved is deleted: the endpoint is left, and it is said where', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const key = world.cluster.create('pe', { serverId, subnetId, resourceGroup: 'rg', dns: none })
    await world.until('Ready', isReady(world, key))
    const from = `${group}${network}/privateEndpoints/pe`
    const to = from.replace('/rg/', '/elsewhere/')
    await move(world, from, to, { serverId, subnetId })
    await world.until('moved', says(world, key, 'False/Moved'))
    world.cluster.delete(key)
    await world.until('gone', () => world.cluster.get(key) === undefined)
    assert.is(made(world, 'DeleteEndpoint'), 0)
    assert.ok(await world.arm.get(to))
    const { reason, note } = world.cluster.events.at(-1)!
    assert.is(reason, 'Retained')
    assert.ok(note.includes(to), note)
  }))

let broken = false
test('while the list that would show a moved endpoint cannot be read, none is made', () => {
  broken = false
  return inWorld(
    async (world) => {
      const { serverId, subnetId } = await furnish(world, 'rg')
      broken = true
      const key = world.cluster.create('pe', { serverId, subnetId, resourceGroup: 'rg', dns: none })
      for (let i = 0; i < 10; i++) {
        world.pass(30)
        await world.visitAll()
      }
      assert.equal(world.deeds, [])
      broken = false
      await world.until('Ready', isReady(world, key))
    },
    {
      alter: (method, path, body) =>
        broken && /^\/subscriptions\/[^/]+\/providers\/[^/]+\/privateEndpoints\?/i.test(path)
          ? `<html>${method}</html>`
          : body,
    },
  )
})

test('whoever lost a claim gets the endpoint when the winner leaves', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const given = { serverId, subnetId, resourceGroup: 'rg', dns: none, endpointName: 'pe' }
    const first = world.cluster.create('first', given)
    world.pass(2)
    const second = world.cluster.create('second', given)
    await world.until('Ready', isReady(world, first))
    await world.until('Conflicted', says(world, second, 'False/Conflicted'))
    world.cluster.delete(first)
    await world.until('gone', () => world.cluster.get(first) === undefined)
    await within(world, resync, 'its turn', isReady(world, second))
    assert.is(
      (await tagsOf(world, `${group}${network}/privateEndpoints/pe`))['pgpeObject'],
      'team/second',
    )
  }))

test('observed, then managed, then observed again: import and handover write nothing but tags', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const path = `${group}${network}/privateEndpoints/pe`
    await madeByHand(world, path, { serverId, subnetId, tags: { by: 'hand' } })
    const given = { serverId, subnetId, resourceGroup: 'rg', dns: none }
    const key = world.cluster.create('pe', { ...given, managementPolicy: 'Observe' })
    await world.until('Ready', isReady(world, key))
    assert.is(objectOf(world, key).status?.connection?.state, 'Approved')
    assert.equal(world.deeds, [])
    change(world, key, { managementPolicy: 'Manage', adoptionPolicy: 'IfMatching' })
    await world.until('managed', () => world.deeds.length > 0 && isReady(world, key)())
    assert.equal(world.deeds, ['AdoptEndpoint'])
    assert.is((await tagsOf(world, path))['by'], 'hand')

    change(world, key, { managementPolicy: 'Observe' })
    await world.until('let go', () => (objectOf(world, key).metadata.finalizers ?? []).length === 0)
    const heir = world.cluster.create('heir', {
      ...{ ...given, endpointName: 'pe' },
      adoptionPolicy: 'IfMatching',
    })
    await world.until('still there', says(world, heir, 'False/Conflicted'))
    world.cluster.delete(key)
    await within(world, resync, 'handed over', isReady(world, heir))
    assert.equal(world.deeds, ['AdoptEndpoint', 'AdoptEndpoint'])
    assert.equal(await endpointsIn(world, group), ['pe'])
  }))

test('retained with its server stopped it keeps our tags, and a namesake has it again', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const given = { serverId, subnetId, resourceGroup: 'rg', dns: none }
    const key = world.cluster.create('pe', { ...given, deletionPolicy: 'Retain' })
    await world.until('Ready', isReady(world, key))
    await world.arm.post(`${serverId}/stop`)
    world.pass(300)
    world.cluster.delete(key)
    await world.visitAll()
    assert.is(world.cluster.get(key), undefined)
    assert.is(
      (await tagsOf(world, `${group}${network}/privateEndpoints/pe`))['pgpeObject'],
      'team/pe',
    )
    await world.arm.post(`${serverId}/start`)
    world.pass(300)
    world.cluster.create('pe', given)
    await world.until('Ready', isReady(world, key))
    untouched(world)
  }))

test('an endpoint that somebody deletes is made again within a resync, or reported', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const given = { serverId, subnetId, resourceGroup: 'rg', dns: none }
    const key = world.cluster.create('pe', given)
    await world.until('Ready', isReady(world, key))
    const quiet = world.cluster.create('quiet', { ...given, driftPolicy: 'Report' })
    await world.until('Ready', isReady(world, quiet))
    await rest(world)
    for (const name of ['pe', 'quiet']) {
      await world.arm.delete(`${group}${network}/privateEndpoints/${name}`)
      world.pass(30)
    }
    await within(world, resync, 'said', says(world, quiet, 'False/Vanished'))
    assert.is(condition(world, quiet, 'Drifted')?.reason, 'Vanished')
    await within(world, resync, 'again', isReady(world, key))
    assert.equal(await endpointsIn(world, group), ['pe'])
    world.cluster.delete(quiet)
    await world.until('gone', () => world.cluster.get(quiet) === undefined)
  }))

test.run()

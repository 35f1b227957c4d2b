/**
 * Killed at any moment, or cut off from Azure in the middle of a write, an endpoint's life ends where an
 * undisturbed one ends: the same things in Azure at Ready, nothing of it after deletion.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Fault } from '../arm/simulator.ts'
import { furnish, makeWorld, readyOf, type World } from './endpoint.world.ts'

interface Life {
  /** What Azure held when the object was Ready. */
  readonly ready: unknown
  /** And when it was gone. */
  readonly end: unknown
  readonly deeds: readonly string[]
  readonly writes: number
  readonly crashes: number
}

const json = (value: unknown): Record<string, unknown> => (value ?? {}) as Record<string, unknown>

/** Everything that the operator makes in a group, without what differs from run to run. */
async function stock({ arm }: World, group: string): Promise<unknown> {
  const root = `${group}/providers/Microsoft.Network`
  const endpoints = await Promise.all(
    (await arm.list(`${root}/privateEndpoints`)).map(async ({ id, name, tags, properties }) => ({
      name,
      tags,
      state: json(properties)['provisioningState'],
      groups: (await arm.list(`${String(id)}/privateDnsZoneGroups`)).map((one) => one['name']),
    })),
  )
  const zones = await Promise.all(
    (await arm.list(`${root}/privateDnsZones`)).map(async ({ id, name, tags }) => ({
      name,
      tags,
      links: (await arm.list(`${String(id)}/virtualNetworkLinks`)).map((one) => one['name']),
      records: (await arm.list(`${String(id)}/A`)).map((one) => [
        one['name'],
        json(one['properties'])['aRecords'],
      ]),
    })),
  )
  const interfaces = (await arm.list(`${root}/networkInterfaces`)).length
  return { endpoints, zones, interfaces }
}

/**
 * @param disturb called once the world is furnished, before the object is there
 * @param faults hold until Ready, and again from the deletion on
 */
async function live(
  disturb: (world: World) => void = () => undefined,
  faults: readonly Fault[] = [],
): Promise<Life> {
  const world = await makeWorld()
  try {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const { cluster } = world
    disturb(world)
    world.azure.faults(faults)
    const key = cluster.create('pe', {
      serverId,
      subnetId,
      resourceGroup: 'rg',
      tags: { team: 'data' },
      dns: { deleteUnusedLinks: true },
    })
    await world.until('Ready', () => readyOf(cluster, key) === 'True/Ready')
    await world.until('rest', async () => (world.pass(120), (await world.visitAll()) === 0))
    world.azure.clearFaults()
    const ready = await stock(world, group)
    world.azure.faults(faults)
    cluster.delete(key)
    await world.until('gone', () => cluster.get(key) === undefined)
    world.azure.clearFaults()
    world.pass(120)
    const end = await stock(world, group)
    return { ready, end, deeds: world.deeds, writes: cluster.writes, crashes: world.crashes }
  } finally {
    await world.stop()
  }
}

const test = suite('an endpoint whose operator is disturbed')
const undisturbed = live()

test('is made and removed with the fewest writes when nothing goes wrong', async () => {
  const { deeds, end } = await undisturbed
  assert.equal(deeds, [
    'CreateEndpoint',
    'CreateZone',
    'CreateLink',
    'WriteZoneGroup',
    'RemoveZoneGroup',
    'DeleteEndpoint',
    'RemoveLink',
  ])
  assert.equal(json(end)['endpoints'], [])
  assert.is(json(end)['interfaces'], 0)
})

const same = (life: Life, calm: Life, when: string): void => {
  assert.equal(life.ready, calm.ready, `at Ready, ${when}`)
  assert.equal(life.end, calm.end, `at the end, ${when}`)
}

test('ends the same when it is killed after any of its writes to Azure', async () => {
  const calm = await undisturbed
  for (let deed = 1; deed <= calm.deeds.length; deed++) {
    const life = await live((world) => world.crashAfter(deed))
    assert.is(life.crashes, 1, `deed ${deed} was never reached`)
    same(life, calm, `killed after ${calm.deeds[deed - 1]}`)
  }
})

test('ends the same when it is killed before any of its writes to the cluster', async () => {
  const calm = await undisturbed
  for (let write = 1; write <= calm.writes; write++) {
    const life = await live((world) => world.crashBeforeWrite(write))
    assert.is(life.crashes, 1, `write ${write} was never reached`)
    same(life, calm, `killed before write ${write}`)
  }
})

const types = {
  zone: 'Microsoft.Network/privateDnsZones',
  link: 'Microsoft.Network/privateDnsZones/virtualNetworkLinks',
  endpoint: 'Microsoft.Network/privateEndpoints',
  group: 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups',
}
const fault = (type: string, method: string, effect: Fault['effect']): Fault => ({
  match: { method, type },
  times: 2,
  effect,
})
const effects: readonly Fault['effect'][] = [
  { kind: 'lostRequest' },
  { kind: 'lostAnswer' },
  { kind: 'wrongBody' },
  { kind: 'error', status: 500, code: 'InternalServerError' },
  { kind: 'error', status: 409, code: 'AnotherOperationInProgress' },
  { kind: 'error', status: 429, code: 'SubscriptionRequestsThrottled' },
]

for (const effect of effects) {
  test(`ends the same when writes meet ${effect.kind} ${effect.code ?? ''}`, async () => {
    const calm = await undisturbed
    for (const [name, type] of Object.entries(types)) {
      const methods = name === 'zone' ? ['PUT'] : ['PUT', 'DELETE']
      const list = methods.map((method) => fault(type, method, effect))
      const life = await live(undefined, list)
      same(life, calm, `${name}, ${effect.kind} ${effect.code ?? ''}`)
    }
  })
}

test('ends the same when every tenth read fails', async () => {
  const calm = await undisturbed
  for (const effect of effects) {
    const life = await live(undefined, [
      { match: { method: 'GET', type: '*' }, rate: 0.1, times: 60, effect },
    ])
    same(life, calm, `reads, ${effect.kind} ${effect.code ?? ''}`)
  }
})

test.run()

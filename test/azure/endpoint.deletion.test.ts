/** Ends: what a deletion waits for, what it takes along and what it leaves; and what annotations ask for. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  byHand,
  change,
  endpointsIn,
  inWorld,
  isReady,
  made,
  messageOf,
  network,
  objectOf,
  rest,
  resync,
  says,
  tagsOf,
  within,
  zoneName,
} from './endpoint.asking.ts'
import { furnish, type World } from './endpoint.world.ts'

const test = suite('ends and requests')
const none = { mode: 'None' as const }

const gone = (world: World, key: string) => (): boolean => world.cluster.get(key) === undefined
const linksOf = async ({ arm }: World, group: string): Promise<readonly unknown[]> =>
  (await arm.list(`${group}${network}/privateDnsZones/${zoneName}/virtualNetworkLinks`)).map(
    ({ name }) => name,
  )

test('a deletion that Azure refuses because of the server is tried again until it is done', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const key = world.cluster.create('pe', { serverId, subnetId, resourceGroup: 'rg', dns: none })
    await world.until('Ready', isReady(world, key))
    await world.arm.post(`${serverId}/stop`)
    world.pass(300)
    const refusal = { kind: 'error', status: 409, code: 'ServerIsNotReady' } as const
    world.azure.faults([
      {
        match: { method: 'DELETE', type: 'Microsoft.Network/privateEndpoints' },
        times: 3,
        effect: refusal,
      },
    ])
    world.cluster.delete(key)
    await world.until('gone', gone(world, key))
    assert.equal(await endpointsIn(world, group), [])
  }))

test('a deletion names the lock that holds it, and goes on by itself when that is lifted', () =>
  inWorld(async (world) => {
    const { serverId, subnetId } = await furnish(world, 'rg')
    const key = world.cluster.create('pe', { serverId, subnetId, resourceGroup: 'rg', dns: none })
    await world.until('Ready', isReady(world, key))
    const refusal = { kind: 'error', status: 409, code: 'ScopeLocked' } as const
    world.azure.faults([
      { match: { method: 'DELETE', type: 'Microsoft.Network/privateEndpoints' }, effect: refusal },
    ])
    world.cluster.delete(key)
    await world.until('said', () => messageOf(world, key).includes('ScopeLocked'))
    world.azure.clearFaults()
    await world.until('gone', gone(world, key))
  }))

test('links stay while another object uses the zone, even one without a record yet', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const other = await furnish(world, 'rg2')
    const dns = { deleteUnusedLinks: true }
    const key = world.cluster.create('pe', { serverId, subnetId, resourceGroup: 'rg', dns })
    await world.until('Ready', isReady(world, key))
    const waits = world.cluster.create('waits', {
      ...{ serverId: other.serverId, subnetId, resourceGroup: 'rg', dns },
      approval: 'Manual',
    })
    await world.until('pending', says(world, waits, 'False/PendingApproval'))
    await rest(world)
    world.cluster.delete(key)
    await world.until('gone', gone(world, key))
    assert.is((await linksOf(world, group)).length, 1)
    // Both at once: nobody is left to use it.
    world.cluster.delete(waits)
    await world.until('gone', gone(world, waits))
    world.pass(120)
    assert.equal(await linksOf(world, group), [])
  }))

test("links stay while the zone holds anybody's record, of whatever type; a stranger's link always stays", () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const other = await furnish(world, 'rg2')
    const zone = `${group}${network}/privateDnsZones/${zoneName}`
    const given = { serverId, subnetId, resourceGroup: 'rg', dns: { deleteUnusedLinks: true } }
    const key = world.cluster.create('pe', given)
    await world.until('Ready', isReady(world, key))
    await world.arm.put(`${zone}/virtualNetworkLinks/theirs`, {
      location: 'global',
      properties: { virtualNetwork: { id: other.networkId }, registrationEnabled: false },
    })
    await world.arm.put(`${zone}/CNAME/alias`, {
      properties: { ttl: 10, cnameRecord: { cname: 'elsewhere.example.com' } },
    })
    world.pass(120)
    world.cluster.delete(key)
    await world.until('gone', gone(world, key))
    world.pass(120)
    assert.is((await linksOf(world, group)).length, 2)

    await world.arm.delete(`${zone}/CNAME/alias`)
    world.cluster.create('pe', given)
    await world.until('Ready', isReady(world, key))
    world.cluster.delete(key)
    await world.until('gone', gone(world, key))
    world.pass(120)
    assert.equal(await linksOf(world, group), ['theirs'])
    assert.is((await world.arm.list(`${group}${network}/privateDnsZones`)).length, 1)
  }))

test('a token of pgpe.dev/recreate acts once, and one that meets a living endpoint has acted', () =>
  inWorld(async (world) => {
    const { serverId, subnetId } = await furnish(world, 'rg')
    const key = world.cluster.create('pe', { serverId, subnetId, resourceGroup: 'rg', dns: none })
    await world.until('Ready', isReady(world, key))
    const ask = (token: string): void =>
      world.cluster.edit(key, { annotations: { 'pgpe.dev/recreate': token } })
    const echoed = (token: string) => () =>
      objectOf(world, key).status?.lastHandledRecreate === token
    ask('early')
    await world.until('echoed', echoed('early'))
    await rest(world)
    assert.is(made(world, 'DeleteEndpoint'), 0)

    const disconnect = async (): Promise<void> => {
      const [connection] = await world.arm.list(`${serverId}/privateEndpointConnections`)
      await world.arm.delete(
        `${serverId}/privateEndpointConnections/${String(connection?.['name'])}`,
      )
      await within(world, resync + 60, 'told', says(world, key, 'False/Disconnected'))
    }
    await disconnect()
    await rest(world)
    assert.is(made(world, 'DeleteEndpoint'), 0)
    ask('now')
    await world.until('Ready again', () => echoed('now')() && isReady(world, key)())
    assert.is(made(world, 'DeleteEndpoint'), 1)
    await disconnect()
    await world.restart()
    await rest(world)
    assert.is(made(world, 'DeleteEndpoint'), 1)
    assert.ok(says(world, key, 'False/Disconnected')())
  }))

test('whoever asks for a look gets one at once, and the token back: ours, and the later of ours and of Flux', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const given = { serverId, subnetId, resourceGroup: 'rg', dns: none, tags: { team: 'a' } }
    const key = world.cluster.create('pe', given)
    await world.until('Ready', isReady(world, key))
    const path = `${group}${network}/privateEndpoints/pe`
    const asks: readonly (readonly [annotation: string, token: string])[] = [
      ['pgpe.dev/reconcile-requested-at', '2026-11-21T10:00:00Z'],
      ['reconcile.fluxcd.io/requestedAt', '2026-11-21T11:00:00.123456789Z'],
      ['pgpe.dev/reconcile-requested-at', String(Date.parse('2026-11-21T12:00:00Z') / 1000)],
    ]
    for (const [annotation, token] of asks) {
      await rest(world)
      await byHand(world, path, { tags: { ...(await tagsOf(world, path)), team: 'x' } })
      world.pass(20)
      world.cluster.edit(key, { annotations: { [annotation]: token } })
      await within(world, 15, 'echoed', () => {
        return objectOf(world, key).status?.lastHandledReconcileAt === token
      })
      await within(world, 15, 'mended', async () => (await tagsOf(world, path))['team'] === 'a')
    }
    // Both stand there, one is echoed, and nobody goes on asking.
    await rest(world)
    const { writes } = world.cluster
    world.pass(1_000)
    await world.visitAll()
    assert.is(world.cluster.writes, writes)
  }))

test('made anew when its server is younger than the endpoint, once, and only if the spec says so', () =>
  inWorld(async (world) => {
    const { serverId, subnetId } = await furnish(world, 'rg')
    const given = { serverId, subnetId, resourceGroup: 'rg', dns: none }
    const key = world.cluster.create('pe', given)
    await world.until('Ready', isReady(world, key))
    await world.arm.delete(serverId)
    await within(world, resync + 60, 'told', says(world, key, 'False/Disconnected'))
    change(world, key, { recreatePolicy: 'OnServerRecreated' })
    // There is no server to be made anew for.
    await rest(world)
    assert.is(made(world, 'DeleteEndpoint'), 0)
    await furnish(world, 'rg')
    await world.until('Ready again', isReady(world, key))
    assert.is(made(world, 'DeleteEndpoint'), 1)
    await rest(world)
    // A connection that an owner removes is a decision, not another server.
    const [connection] = await world.arm.list(`${serverId}/privateEndpointConnections`)
    await world.arm.delete(`${serverId}/privateEndpointConnections/${String(connection?.['name'])}`)
    await within(world, resync + 60, 'told', says(world, key, 'False/Disconnected'))
    await rest(world)
    assert.is(made(world, 'DeleteEndpoint'), 1)
  }))

test.run()

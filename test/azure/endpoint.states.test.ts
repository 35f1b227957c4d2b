/**
 * What the states of a server, of its high availability and of a connection come to, over the simulator:
 * before the endpoint is made, while it stands, for a change of it, and for its deletion.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonObject } from '../../operator/azure/model.ts'
import type { Alter } from './altering-proxy.ts'
import {
  condition,
  inWorld,
  isReady,
  made,
  messageOf,
  rest,
  resync,
  says,
  within,
} from './endpoint.asking.ts'
import { furnish, readyOf, type World } from './endpoint.world.ts'

const test = suite('states that an endpoint meets')

/** What Azure is made to say of the servers; `undefined`: what is. */
interface Said {
  state?: string | undefined
  highAvailability?: string | undefined
}

const altering =
  (said: Said): Alter =>
  (method, path, body) => {
    const asked = method === 'GET' && /\/flexibleServers(\/[^/?]+)?\?/i.test(path)
    if (!asked || !body.startsWith('{')) return body
    const answer = JSON.parse(body) as JsonObject
    const alter = (server: JsonObject): JsonObject => {
      const properties = server['properties']
      if (typeof properties !== 'object' || properties === null) return server
      return {
        ...server,
        properties: {
          ...properties,
          ...(said.state === undefined ? {} : { state: said.state }),
          ...(said.highAvailability === undefined
            ? {}
            : { highAvailability: { mode: 'ZoneRedundant', state: said.highAvailability } }),
        },
      }
    }
    const { value } = answer
    return JSON.stringify(
      Array.isArray(value) ? { ...answer, value: value.map(alter) } : alter(answer),
    )
  }

/** Whether a deletion waits in this state: only one that passes by itself. */
const states: Readonly<Record<string, boolean>> = {
  Stopped: false,
  Disabled: false,
  Inaccessible: false,
  Stopping: true,
  Starting: true,
  Updating: true,
  Restarting: true,
  Provisioning: true,
  Dropping: true,
}
const transitions: readonly string[] = [
  'CreatingStandby',
  'ReplicatingData',
  'FailingOver',
  'RemovingStandby',
]
const none: Said = { state: undefined, highAvailability: undefined }
const rows = [
  ...Object.entries(states).map(([state, waits]) => ({
    name: `a server that is ${state}`,
    said: { ...none, state },
    reason: 'ServerState',
    waits,
  })),
  ...transitions.map((highAvailability) => ({
    name: `high availability that is ${highAvailability}`,
    said: { ...none, highAvailability },
    reason: 'HighAvailability',
    waits: true,
  })),
]

for (const { name, said: given, reason, waits } of rows) {
  const said: Said = { ...none }
  const set = (next: Said) => Object.assign(said, next)
  const deletion = waits ? 'deletion waits too' : 'deletion is tried'
  test(`${name}: nothing is made or changed, what stands stays Ready, ${deletion}`, () =>
    inWorld(
      async (world) => {
        set(none)
        const { serverId, subnetId, group } = await furnish(world, 'rg')
        set(given)
        const key = world.cluster.create('pe', { serverId, subnetId, resourceGroup: 'rg' })
        await world.until('waits', says(world, key, 'False/ServerNotReady'))
        // What needs no server waits for none.
        await world.until('the link', () => world.deeds.includes('CreateLink'))
        world.pass(120)
        await world.visitAll()
        assert.equal(world.deeds, ['CreateZone', 'CreateLink'])
        assert.is(condition(world, key, 'ServerNotReady')?.reason, reason)
        assert.is(condition(world, key, 'Reconciling')?.status, 'True')
        assert.match(messageOf(world, key), given.state ?? given.highAvailability ?? '')
        set(none)
        await within(world, 150, 'Ready', isReady(world, key))
        assert.is(condition(world, key, 'ServerNotReady'), undefined)
        await rest(world)

        set(given)
        await within(
          world,
          resync,
          'told',
          () => condition(world, key, 'ServerNotReady') !== undefined,
        )
        assert.is(readyOf(world.cluster, key), 'True/Ready')

        const { spec } = world.cluster.get(key)!
        world.cluster.edit(key, { spec: { ...spec, tags: { team: 'a' } } })
        await world.visitAll()
        await world.until('waits again', says(world, key, 'False/ServerNotReady'))
        world.pass(120)
        await world.visitAll()
        assert.is(made(world, 'UpdateEndpoint'), 0)
        set(none)
        await world.until('changed', isReady(world, key))
        assert.is(made(world, 'UpdateEndpoint'), 1)
        await rest(world)

        set(given)
        await within(
          world,
          resync,
          'told',
          () => condition(world, key, 'ServerNotReady') !== undefined,
        )
        world.cluster.delete(key)
        if (waits) {
          await world.until('waits', says(world, key, 'False/ServerNotReady'))
          world.pass(120)
          await world.visitAll()
          assert.is(made(world, 'DeleteEndpoint'), 0)
          set(none)
        }
        await world.until('gone', () => world.cluster.get(key) === undefined)
        assert.equal(
          await world.arm.list(`${group}/providers/Microsoft.Network/privateEndpoints`),
          [],
        )
      },
      { alter: altering(said) },
    ))
}

const highAvailability = (mode: string): JsonObject => ({
  location: 'westeurope',
  properties: { highAvailability: { mode } },
})
const stateOf = async ({ arm }: World, serverId: string): Promise<unknown> => {
  const properties = (await arm.get(serverId))?.['properties'] as JsonObject
  return (properties['highAvailability'] as JsonObject)['state']
}

test('while a standby is made nothing is written to the endpoints, and the standby is Healthy in the end', () =>
  inWorld(async (world) => {
    const { serverId, subnetId } = await furnish(world, 'rg')
    const given = { serverId, subnetId, resourceGroup: 'rg', dns: { mode: 'None' as const } }
    const old = world.cluster.create('old', given)
    await world.until('Ready', isReady(world, old))
    await rest(world)
    // A tag drifts while the operator still has the server's former state.
    await world.arm.put(serverId, highAvailability('ZoneRedundant'))
    world.pass(130)
    assert.is(await stateOf(world, serverId), 'CreatingStandby')
    const late = world.cluster.create('late', given)
    const { spec } = world.cluster.get(old)!
    world.cluster.edit(old, { spec: { ...spec, tags: { team: 'a' } } })
    world.cluster.edit(old, { annotations: { note: 'x' } })
    await world.until('both', () => isReady(world, late)() && isReady(world, old)())
    assert.is(await stateOf(world, serverId), 'Healthy')

    // A failover, and the end of the standby, in the same way.
    await world.arm.post(`${serverId}/restart`, { restartWithFailover: true })
    world.pass(61)
    assert.is(await stateOf(world, serverId), 'FailingOver')
    world.cluster.edit(old, { spec: { ...spec, tags: { team: 'b' } } })
    await world.visitAll()
    await world.until('waits', says(world, old, 'False/ServerNotReady'))
    await world.until('changed', isReady(world, old))
    assert.is(await stateOf(world, serverId), 'Healthy')
    await world.arm.put(serverId, highAvailability('Disabled'))
    world.pass(121)
    assert.is(await stateOf(world, serverId), 'RemovingStandby')
    world.cluster.delete(late)
    await world.until('gone', () => world.cluster.get(late) === undefined)
    assert.is(await stateOf(world, serverId), 'NotEnabled')
    assert.is(made(world, 'DeleteFailedEndpoint'), 0)
  }))

test('a change of the server between look and deed stops the deed, also for drift found at rest', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const given = { serverId, subnetId, resourceGroup: 'rg', dns: { mode: 'None' as const } }
    const key = world.cluster.create('pe', { ...given, tags: { team: 'a' } })
    await world.until('Ready', isReady(world, key))
    await rest(world)
    // Somebody changes a tag, and a standby is asked for when the operator has looked already.
    const id = `${group}/providers/Microsoft.Network/privateEndpoints/pe`
    const found = (await world.arm.get(id)) ?? {}
    await world.arm.put(id, { ...found, tags: { ...(found['tags'] as JsonObject), team: 'x' } })
    world.pass(160)
    let asked = false
    world.meanwhile = async () => {
      if (asked) return
      asked = true
      await world.arm.put(serverId, highAvailability('ZoneRedundant'))
      world.pass(130)
    }
    await world.until('asked', () => asked)
    while ((await stateOf(world, serverId)) !== 'Healthy') {
      assert.is(made(world, 'UpdateEndpoint'), 0)
      world.pass(30)
      await world.visitAll()
    }
    await world.until('mended', () => made(world, 'UpdateEndpoint') === 1)
  }))

test('a server that stops under a new endpoint: it is made again when the server is back', () =>
  inWorld(async (world) => {
    const { serverId, subnetId } = await furnish(world, 'rg')
    const given = { serverId, subnetId, resourceGroup: 'rg', dns: { mode: 'None' as const } }
    const key = world.cluster.create('pe', given)
    await world.until('begun', () => world.deeds.includes('CreateEndpoint'))
    // Azure calls the server only seconds later.
    await world.arm.post(`${serverId}/stop`)
    await world.until('ended Failed', () => world.deeds.includes('DeleteFailedEndpoint'))
    await world.until('waits', says(world, key, 'False/ServerNotReady'))
    world.pass(120)
    await world.arm.post(`${serverId}/start`)
    await world.until('Ready', isReady(world, key))
    assert.is(made(world, 'CreateEndpoint'), 2)
  }))

test('another process does not ask a server for a second endpoint while Azure still begins the first', () =>
  inWorld(async (world) => {
    const { serverId, subnetId } = await furnish(world, 'rg')
    const given = { serverId, subnetId, resourceGroup: 'rg', dns: { mode: 'None' as const } }
    const keys = ['a', 'b', 'c'].map((name) => world.cluster.create(name, given))
    await world.until('begun', () => made(world, 'CreateEndpoint') === 1)
    // Its lease was given back, so the next begins at once; the server still says that it is Ready.
    await world.restart()
    await world.until('Ready', () => keys.every((key) => isReady(world, key)()))
    assert.is(made(world, 'CreateEndpoint'), 3)
    assert.is(made(world, 'DeleteFailedEndpoint'), 0)
  }))

test('a server that is deleted, before and after: said with its remedy, and the endpoint can go', () =>
  inWorld(async (world) => {
    const { serverId, subnetId, group } = await furnish(world, 'rg')
    const given = { serverId, subnetId, resourceGroup: 'rg', dns: { mode: 'None' as const } }
    const key = world.cluster.create('pe', given)
    await world.until('Ready', isReady(world, key))
    await world.arm.delete(serverId)
    await within(world, resync + 60, 'told', says(world, key, 'False/Disconnected'))
    assert.match(messageOf(world, key), /pgpe\.dev\/recreate/)
    assert.is(condition(world, key, 'ServerNotReady')?.reason, 'ServerNotFound')
    assert.is(world.cluster.get(key)?.status?.serverState, 'NotFound')
    const late = world.cluster.create('late', given)
    await world.until('missed', says(world, late, 'False/ServerNotFound'))
    assert.ok(condition(world, late, 'Stalled'))
    assert.is(made(world, 'CreateEndpoint'), 1)
    // Asked to be made anew, it waits for a server to be made for.
    world.cluster.edit(key, { annotations: { 'pgpe.dev/recreate': '1' } })
    world.cluster.delete(key)
    await world.until('gone', () => world.cluster.get(key) === undefined)
    assert.equal(await world.arm.list(`${group}/providers/Microsoft.Network/privateEndpoints`), [])
    await furnish(world, 'rg')
    await world.until('Ready', isReady(world, late))
  }))

test('a server in a network of its own, or older than private link, is refused for good without an endpoint', () =>
  inWorld(async (world) => {
    const { subnetId, networkId, group } = await furnish(world, 'rg')
    const zone = `${group}/providers/Microsoft.Network/privateDnsZones/x.private.postgres.database.azure.com`
    await world.arm.put(zone, { location: 'global' })
    const delegated = `${networkId}/subnets/servers`
    await world.arm.put(delegated, {
      properties: {
        addressPrefix: '10.0.2.0/24',
        delegations: [
          {
            name: 'pg',
            properties: { serviceName: 'Microsoft.DBforPostgreSQL/flexibleServers' },
          },
        ],
      },
    })
    world.pass(120)
    const { serverId } = await furnish(world, 'rg2', {
      network: { delegatedSubnetResourceId: delegated, privateDnsZoneArmResourceId: zone },
    })
    const integrated = world.cluster.create('integrated', {
      serverId,
      subnetId,
      resourceGroup: 'rg',
    })
    await world.until('refused', says(world, integrated, 'False/VNetIntegrated'))
    assert.match(messageOf(world, integrated), /PrivateEndpointFeatureNotSupportedOnServer/)
    assert.ok(condition(world, integrated, 'Stalled'))
    assert.equal(world.deeds, [])

    const old = await furnish(world, 'rg3')
    world.azure.faults([
      {
        match: { method: 'PUT', type: 'Microsoft.Network/privateEndpoints', name: 'old' },
        effect: { kind: 'error', status: 400, code: 'PrivateEndpointFeatureNotSupportedOnServer' },
      },
    ])
    const key = world.cluster.create('old', {
      serverId: old.serverId,
      subnetId: old.subnetId,
      resourceGroup: 'rg3',
      dns: { mode: 'None' },
    })
    await world.until('refused', () =>
      messageOf(world, key).includes('PrivateEndpointFeatureNotSupportedOnServer'),
    )
    assert.ok(condition(world, key, 'Stalled'))
    world.cluster.delete(key)
    await world.until('gone', () => world.cluster.get(key) === undefined)
  }))

test('a server that may not be read: Manual asks all the same and says Unknown, Automatic names the roles', () =>
  inWorld(
    async (world) => {
      const { serverId, subnetId } = await furnish(world, 'rg')
      // The server lies where this identity sees nothing.
      const shared = world.azure.identity('owner').subscriptionIds[1]!
      const hidden = await furnish(
        { ...world, subscriptionId: shared, arm: world.arm, pass: world.pass } as World,
        'hid',
      )
      assert.is.not(serverId, hidden.serverId)
      const given = {
        serverId: hidden.serverId,
        subnetId,
        resourceGroup: 'rg',
        dns: { mode: 'None' as const },
      }
      const manual = world.cluster.create('manual', { ...given, approval: 'Manual' })
      const automatic = world.cluster.create('automatic', given)
      await world.until('pending', says(world, manual, 'False/PendingApproval'))
      assert.is(world.cluster.get(manual)?.status?.serverState, 'Unknown')
      await world.until('said', says(world, automatic, 'False/ServerUnreadable'))
      assert.match(messageOf(world, automatic), /flexibleServers\/read/)
      assert.match(messageOf(world, automatic), /privateEndpointConnectionsApproval\/action/)
      assert.not(condition(world, automatic, 'Stalled'))
      assert.is(made(world, 'CreateEndpoint'), 1)
    },
    { identity: 'network' },
  ))

const decide = async (
  { arm }: World,
  serverId: string,
  endpoint: string,
  status: 'Approved' | 'Rejected' | 'gone',
  description = '',
): Promise<void> => {
  const all = await arm.list(`${serverId}/privateEndpointConnections`)
  const one = all.find(({ name }) => String(name).startsWith(`${endpoint}.`))
  const id = `${serverId}/privateEndpointConnections/${String(one?.['name'])}`
  if (status === 'gone') return arm.delete(id)
  const privateLinkServiceConnectionState = { status, description }
  await arm.put(id, { properties: { privateLinkServiceConnectionState } })
}

test('whatever somebody else decides on the connection is found within a resync, in their words', () =>
  inWorld(async (world) => {
    const { serverId, subnetId } = await furnish(world, 'rg')
    const given = { serverId, subnetId, resourceGroup: 'rg', dns: { mode: 'None' as const } }
    const manual = world.cluster.create('manual', { ...given, approval: 'Manual' })
    await world.until('pending', says(world, manual, 'False/PendingApproval'))
    assert.is(condition(world, manual, 'PendingApproval')?.status, 'True')
    assert.not(condition(world, manual, 'Stalled'))
    assert.match(messageOf(world, manual), /EndpointConnectionDecision/)

    // The longest that anybody waits without looking.
    world.pass(3_000)
    await world.visitAll()
    await decide(world, serverId, 'manual', 'Approved', 'for the reports')
    await within(world, resync, 'approved', isReady(world, manual))
    assert.is(world.cluster.get(manual)?.status?.connection?.description, 'for the reports')
    assert.not(condition(world, manual, 'PendingApproval'))
    await rest(world)

    await decide(world, serverId, 'manual', 'Rejected', 'no longer "needed"')
    await within(world, resync, 'rejected', says(world, manual, 'False/Rejected'))
    assert.match(messageOf(world, manual), /no longer \\"needed\\"/)
    assert.is(condition(world, manual, 'Rejected')?.status, 'True')
    assert.ok(condition(world, manual, 'Stalled'))

    await decide(world, serverId, 'manual', 'gone')
    await within(world, resync, 'removed', says(world, manual, 'False/Disconnected'))
    assert.is(world.cluster.get(manual)?.status?.connection?.state, 'Disconnected')
    assert.match(messageOf(world, manual), /pgpe\.dev\/recreate/)
    assert.equal(world.deeds, ['CreateEndpoint'])
  }))

test.run()

/** The life of endpoints over the simulator: from the manifest to Ready, and to nothing left. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { furnish, makeWorld, readyOf, type World } from './endpoint.world.ts'

const test = suite('an endpoint over Azure', { world: undefined as unknown as World })

test.before.each(async (context) => {
  context.world = await makeWorld()
})
test.after.each(async ({ world }) => world.stop())

const properties = (resource: unknown): Record<string, unknown> =>
  ((resource as { properties?: Record<string, unknown> } | undefined)?.properties ?? {}) as Record<
    string,
    unknown
  >

/** Names of what is left of a kind in a group. */
async function left({ arm }: World, group: string, type: string): Promise<readonly unknown[]> {
  const all = await arm.list(`${group}/providers/Microsoft.Network/${type}`)
  return all.map(({ name }) => name)
}

const isReady =
  ({ cluster }: World, key: string) =>
  () =>
    readyOf(cluster, key) === 'True/Ready'

test('is approved by itself, gets an address, a zone, a link and a record, and is Ready', async ({
  world,
}) => {
  const { serverId, subnetId, group } = await furnish(world, 'rg-a')
  const key = world.cluster.create('pe-a', { serverId, subnetId, resourceGroup: 'rg-a' })
  await world.until('Ready', isReady(world, key))

  const status = world.cluster.get(key)?.status
  assert.is(status?.connection?.state, 'Approved')
  assert.equal(status?.privateIPAddresses?.length, 1)
  assert.equal(status?.dns?.records?.[0]?.ipAddresses, status?.privateIPAddresses)
  assert.is(status?.dns?.virtualNetworkLinkIds?.length, 1)
  assert.equal(world.deeds.toSorted(), [
    'CreateEndpoint',
    'CreateLink',
    'CreateZone',
    'WriteZoneGroup',
  ])
  assert.equal(
    world.cluster.events
      .map(({ reason }) => reason)
      .filter((reason) => !reason.startsWith('Zone') && !reason.startsWith('Link')),
    ['Created', 'Ready'],
  )

  // At rest: no write anywhere, whatever time passes.
  const { writes } = world.cluster
  for (let i = 0; i < 3; i++) {
    world.pass(400)
    assert.is(await world.visitAll(), 0)
  }
  assert.is(world.cluster.writes, writes + 0)

  world.cluster.delete(key)
  await world.until('gone', () => world.cluster.get(key) === undefined)
  assert.equal(await left(world, group, 'privateEndpoints'), [])
  assert.equal(await left(world, group, 'networkInterfaces'), [])
  const zone = `${group}/providers/Microsoft.Network/privateDnsZones/privatelink.postgres.database.azure.com`
  assert.equal(await world.arm.list(`${zone}/A`), [])
  assert.is(world.cluster.events.at(-1)?.reason, 'Deleted')
})

test('gets the static address and the tags that it asks for', async ({ world }) => {
  const { serverId, subnetId, group } = await furnish(world, 'rg-b')
  const key = world.cluster.create('pe-b', {
    serverId,
    subnetId,
    resourceGroup: 'rg-b',
    privateIPAddress: '10.0.1.77',
    networkInterfaceName: 'pe-b-nic',
    tags: { team: 'data' },
  })
  await world.until('Ready', isReady(world, key))
  assert.equal(world.cluster.get(key)?.status?.privateIPAddresses, ['10.0.1.77'])
  const id = `${group}/providers/Microsoft.Network/privateEndpoints/pe-b`
  const uid = world.cluster.get(key)?.metadata.uid
  const found = await world.arm.get(id)
  assert.equal(found?.['tags'], {
    team: 'data',
    pgpeOwner: `cluster-1.${uid}`,
    pgpeObject: 'team/pe-b',
  })
  assert.is(properties(found)['customNetworkInterfaceName'], 'pe-b-nic')

  // A tag that the spec drops goes; another one comes.
  const { spec } = world.cluster.get(key) ?? {}
  world.cluster.edit(key, { spec: { ...spec, tags: { owner: 'me' } } })
  await world.until('changed', () => {
    const status = world.cluster.get(key)?.status
    return status?.observedGeneration === 2 && isReady(world, key)()
  })
  assert.equal((await world.arm.get(id))?.['tags'], {
    owner: 'me',
    pgpeOwner: `cluster-1.${uid}`,
    pgpeObject: 'team/pe-b',
  })
})

test('waits for an approval, and goes on by itself', async ({ world }) => {
  const { serverId, subnetId } = await furnish(world, 'rg-c')
  const key = world.cluster.create('pe-c', {
    serverId,
    subnetId,
    resourceGroup: 'rg-c',
    approval: 'Manual',
    requestMessage: 'for the reports',
  })
  await world.until(
    'PendingApproval',
    () => readyOf(world.cluster, key) === 'False/PendingApproval',
  )
  await world.until('the zone group', () => world.deeds.includes('WriteZoneGroup'))
  await world.until('rest', async () => (world.pass(60), (await world.visitAll()) === 0))

  const [connection] = await world.arm.list(`${serverId}/privateEndpointConnections`)
  await world.arm.put(`${serverId}/privateEndpointConnections/${String(connection?.['name'])}`, {
    properties: { privateLinkServiceConnectionState: { status: 'Approved', description: 'fine' } },
  })
  await world.until('Ready', isReady(world, key))
  const reasons = world.cluster.events.map(({ reason }) => reason)
  assert.ok(reasons.indexOf('PendingApproval') < reasons.indexOf('Approved'))
  assert.is(world.deeds.filter((name) => name === 'WriteZoneGroup').length, 1)
})

test('is rejected, stands still, and is made anew when a person says so', async ({ world }) => {
  const { serverId, subnetId } = await furnish(world, 'rg-r')
  const key = world.cluster.create('pe-r', {
    serverId,
    subnetId,
    resourceGroup: 'rg-r',
    approval: 'Manual',
  })
  await world.until(
    'PendingApproval',
    () => readyOf(world.cluster, key) === 'False/PendingApproval',
  )
  const [connection] = await world.arm.list(`${serverId}/privateEndpointConnections`)
  await world.arm.put(`${serverId}/privateEndpointConnections/${String(connection?.['name'])}`, {
    properties: { privateLinkServiceConnectionState: { status: 'Rejected', description: 'no' } },
  })
  await world.until('Rejected', () => readyOf(world.cluster, key) === 'False/Rejected')
  const before = world.cluster.get(key)?.status?.resourceGuid

  world.cluster.edit(key, { annotations: { 'pgpe.dev/recreate': 'once' } })
  await world.until(
    'another incarnation',
    () =>
      readyOf(world.cluster, key) === 'False/PendingApproval' &&
      world.cluster.get(key)?.status?.resourceGuid !== before,
  )
  assert.is(world.cluster.get(key)?.status?.lastHandledRecreate, 'once')
  assert.is(world.deeds.filter((name) => name === 'DeleteEndpoint').length, 1)
})

test('waits for a server that is stopped, and goes on when it starts', async ({ world }) => {
  const { serverId, subnetId, group } = await furnish(world, 'rg-d')
  await world.arm.post(`${serverId}/stop`)
  world.pass(600)
  const key = world.cluster.create('pe-d', { serverId, subnetId, resourceGroup: 'rg-d' })
  await world.until('ServerNotReady', () => readyOf(world.cluster, key) === 'False/ServerNotReady')
  assert.is(world.cluster.get(key)?.status?.serverState, 'Stopped')
  for (let i = 0; i < 5; i++) {
    world.pass(60)
    await world.visitAll()
  }
  assert.equal(await left(world, group, 'privateEndpoints'), [])
  assert.not(world.deeds.includes('CreateEndpoint'))

  await world.arm.post(`${serverId}/start`)
  await world.until('Ready', isReady(world, key))
})

test('is refused a VNet-integrated server, an address outside, a region elsewhere, without a write', async ({
  world,
}) => {
  const { serverId, subnetId, networkId } = await furnish(world, 'rg-e')
  const spec = { serverId, subnetId, resourceGroup: 'rg-e' }
  const wrong = {
    'False/AddressNotInSubnet': world.cluster.create('outside', {
      ...spec,
      privateIPAddress: '10.0.9.9',
    }),
    'False/AddressReserved': world.cluster.create('reserved', {
      ...spec,
      privateIPAddress: '10.0.1.255',
    }),
    'False/LocationMismatch': world.cluster.create('region', { ...spec, location: 'northeurope' }),
    'False/SubnetNotFound': world.cluster.create('subnet', {
      ...spec,
      subnetId: `${networkId}/subnets/none`,
    }),
    'False/ServerNotFound': world.cluster.create('server', { ...spec, serverId: `${serverId}x` }),
    'False/ResourceGroupNotFound': world.cluster.create('group', {
      ...spec,
      resourceGroup: 'none',
    }),
    'False/InvalidSpec': world.cluster.create('id', { ...spec, serverId: '/subscriptions/../etc' }),
  }
  await world.until('all say why', () =>
    Object.entries(wrong).every(([reason, key]) => readyOf(world.cluster, key) === reason),
  )
  assert.equal(world.deeds, [])
  for (const key of Object.values(wrong)) {
    const conditions = world.cluster.get(key)?.status?.conditions ?? []
    assert.ok(
      conditions.some(({ type }) => type === 'Stalled'),
      key,
    )
    world.cluster.delete(key)
  }
  await world.until('all gone', () => [...world.cluster.all()].length === 0)
  assert.equal(world.deeds, [])
})

test('mends a tag that somebody changed, and a record that somebody wiped', async ({ world }) => {
  const { serverId, subnetId, group } = await furnish(world, 'rg-f')
  const key = world.cluster.create('pe-f', {
    serverId,
    subnetId,
    resourceGroup: 'rg-f',
    tags: { a: 'b' },
  })
  await world.until('Ready', isReady(world, key))
  await world.until('rest', async () => (world.pass(200), (await world.visitAll()) === 0))

  const id = `${group}/providers/Microsoft.Network/privateEndpoints/pe-f`
  const found = (await world.arm.get(id)) ?? {}
  const tags = found['tags'] as Record<string, string>
  await world.arm.put(id, { ...found, tags: { ...tags, a: 'x', theirs: 'stays' } })
  world.pass(300)
  await world.until('mended', () => world.deeds.includes('UpdateEndpoint'))
  world.pass(60)
  const mended = ((await world.arm.get(id))?.['tags'] ?? {}) as Record<string, string>
  assert.equal([mended['a'], mended['theirs']], ['b', 'stays'])
  await world.until('Ready again', isReady(world, key))

  const written = () => world.deeds.filter((name) => name === 'WriteZoneGroup').length
  const zone = `${group}/providers/Microsoft.Network/privateDnsZones/privatelink.postgres.database.azure.com`
  await world.arm.delete(`${zone}/A/rg-f-db`)
  world.pass(300)
  await world.until('written again', () => written() === 2)
  await world.until('Ready again', isReady(world, key))
})

test('is given up to the object that came first', async ({ world }) => {
  const { serverId, subnetId, group } = await furnish(world, 'rg-g')
  const spec = { serverId, subnetId, resourceGroup: 'rg-g', endpointName: 'shared' }
  const first = world.cluster.create('first', spec)
  world.pass(2)
  const second = world.cluster.create('second', spec)
  await world.until('the first is Ready', isReady(world, first))
  await world.until(
    'the second says so',
    () => readyOf(world.cluster, second) === 'False/Conflicted',
  )
  world.cluster.delete(second)
  await world.until('the second is gone', () => world.cluster.get(second) === undefined)
  assert.equal(await left(world, group, 'privateEndpoints'), ['shared'])
})

test('leaves the record to the endpoint that has it', async ({ world }) => {
  const { serverId, subnetId } = await furnish(world, 'rg-h')
  const spec = { serverId, subnetId, resourceGroup: 'rg-h' }
  const first = world.cluster.create('one', spec)
  await world.until('the first is Ready', isReady(world, first))
  const second = world.cluster.create('two', spec)
  await world.until(
    'the second sees it',
    () => readyOf(world.cluster, second) === 'False/DNSConflict',
  )
  assert.is(world.cluster.get(second)?.status?.connection?.state, 'Approved')
  assert.is(world.deeds.filter((name) => name === 'WriteZoneGroup').length, 1)

  world.cluster.delete(first)
  await world.until('the first is gone', () => world.cluster.get(first) === undefined)
  await world.until('the second is Ready', isReady(world, second))
})

test('stays in Azure without our tags when it shall be retained', async ({ world }) => {
  const { serverId, subnetId, group } = await furnish(world, 'rg-k')
  const key = world.cluster.create('kept', {
    serverId,
    subnetId,
    resourceGroup: 'rg-k',
    deletionPolicy: 'Retain',
    tags: { a: 'b' },
  })
  await world.until('Ready', isReady(world, key))
  world.cluster.delete(key)
  await world.until('gone', () => world.cluster.get(key) === undefined)
  world.pass(60)
  const found = await world.arm.get(`${group}/providers/Microsoft.Network/privateEndpoints/kept`)
  assert.equal(found?.['tags'], { a: 'b' })
})

test('costs the cluster six writes in a zone that is there: four of the object, two events', async ({
  world,
}) => {
  const { serverId, subnetId, networkId, group } = await furnish(world, 'rg-a')
  const zone = `${group}/providers/Microsoft.Network/privateDnsZones/privatelink.postgres.database.azure.com`
  await world.arm.put(zone, { location: 'global' })
  world.pass(100)
  await world.arm.put(`${zone}/virtualNetworkLinks/net`, {
    location: 'global',
    properties: { virtualNetwork: { id: networkId }, registrationEnabled: false },
  })
  world.pass(200)
  const said: (string | undefined)[] = []
  const { onChange } = world.cluster
  world.cluster.onChange = (before, after) => {
    onChange(before, after)
    if (before !== undefined) {
      said.push(after?.status?.conditions?.find(({ type }) => type === 'Ready')?.reason)
    }
  }
  const key = world.cluster.create('pe-a', { serverId, subnetId, resourceGroup: 'rg-a' })
  await world.until('Ready', isReady(world, key))
  // The finalizer, the note of what is begun, the zone group, the end.
  assert.equal(said, [undefined, 'Creating', 'PreparingDNS', 'Ready'])
  assert.is(world.cluster.writes, 4)
  assert.equal(
    world.cluster.events.map(({ reason }) => reason),
    ['Created', 'Ready'],
  )
})

test.run()

/** Our edge and the simulated Azure: every kind read, every action sent, and what roles and faults do. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Action, Guard, Outcome } from '../../operator/azure/action.ts'
import { createAzure } from '../../operator/azure/azure.ts'
import {
  changedEndpointBody,
  connectionBody,
  linkBody,
  newEndpointBody,
  resourceGroupBody,
  subnetBody,
  zoneBody,
  zoneGroupBody,
} from '../../operator/azure/bodies.ts'
import { formatId, makeId, type Id, type IdKind } from '../../operator/azure/id.ts'
import type { Kind, Models } from '../../operator/azure/model.ts'
import type { Observed } from '../../operator/azure/observed.ts'
import type { AzureView } from '../../operator/azure/port.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '../arm/simulator.ts'
import { errorIn, handClock } from './in-process.ts'
import { rawArm, type RawArm } from './raw-arm.ts'

const zoneName = 'privatelink.postgres.database.azure.com'
const owner = 'cluster.uid'
const tags = new Map([
  ['pgpeOwner', owner],
  ['pgpeObject', 'shop/orders'],
])

interface World {
  readonly simulator: Simulator
  readonly subscriptionId: string
  /** Azure as the identity of that name sees it. */
  readonly as: (name: string) => AzureView
  readonly id: <K extends IdKind>(kind: K, ...names: readonly string[]) => Id<K>
  /** Time passes for Azure and for us. */
  readonly pass: (seconds: number) => void
  readonly arm: RawArm
  readonly stop: () => Promise<void>
}

/** A network and a server, ready. */
async function world(options: SimulatorOptions = {}): Promise<World> {
  const simulator = await startSimulator(options)
  const arm = await rawArm(simulator, 'owner')
  const subscriptionId = simulator.env['AZURE_SUBSCRIPTION_ID'] ?? ''
  const clock = handClock(Date.now())
  const made = new Map<string, ReturnType<typeof createAzure>>()
  const as = (name: string): AzureView => {
    const identity = simulator.identity(name)
    const environment = {
      ...simulator.env,
      AZURE_TENANT_ID: identity.tenantId,
      AZURE_CLIENT_ID: identity.clientId,
      AZURE_CLIENT_SECRET: identity.clientSecret,
    }
    const known = made.get(name)
    const azure =
      known ??
      createAzure({
        environment,
        clock,
        random: () => 0.5,
        mayWrite: () => true,
        onRequest: () => undefined,
        readSecret: () => Promise.resolve({ is: 'absent' }),
        requestToken: () => Promise.resolve({ is: 'absent' }),
        userAgent: 'pgpe-operator/0.0.0',
        ca: simulator.ca,
      })
    made.set(name, azure)
    return azure.as({ kind: 'operator' })
  }
  const self: World = {
    simulator,
    subscriptionId,
    as,
    arm,
    id: (kind, ...names) => makeId(kind, subscriptionId, 'rg', ...names),
    pass: (seconds) => {
      simulator.advance(seconds)
      clock.pass(seconds * 1_000)
    },
    stop: async () => {
      await Promise.all([...made.values()].map((azure) => azure.stop()))
      await arm.stop()
      await simulator.stop()
    },
  }
  await furnish(self)
  return self
}

async function furnish({ arm, id, pass }: World): Promise<void> {
  await arm.put(id('resourceGroup'), { location: 'uksouth' })
  await arm.put(id('virtualNetwork', 'vnet'), {
    location: 'uksouth',
    properties: {
      addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
      subnets: [{ name: 'endpoints', properties: { addressPrefix: '10.0.1.0/24' } }],
    },
  })
  await arm.put(id('server', 'orders-db'), {
    location: 'uksouth',
    sku: { name: 'Standard_D4ds_v5', tier: 'GeneralPurpose' },
    properties: {
      version: '17',
      administratorLogin: 'admin1',
      administratorLoginPassword: 'Pa55-word-of-a-test',
      storage: { storageSizeGB: 128 },
      network: { publicNetworkAccess: 'Disabled' },
    },
  })
  pass(3_600)
}

const test = suite<{ world: World }>('simulator')
test.before.each(async (context) => {
  context.world = await world()
})
test.after.each(({ world: { stop } }) => stop())

function value<T>(seen: Observed<T>): T {
  if (seen.is === 'present') return seen.value
  throw new Error(seen.is === 'absent' ? 'absent' : `${seen.error.code}: ${seen.error.message}`)
}

const put = (
  id: Extract<Action, { do: 'put' }>['id'],
  body: Extract<Action, { do: 'put' }>['body'],
  guard: Guard,
): Action => ({ do: 'put', id, body, guard, cause: 'user' })
const remove = (id: Extract<Action, { do: 'delete' }>['id'], guard: Guard): Action => ({
  do: 'delete',
  id,
  guard,
  cause: 'user',
})

/** Sends it; it must be accepted; then lets Azure finish. */
async function done(
  { pass }: World,
  view: AzureView,
  action: Action,
  seconds = 180,
): Promise<Outcome> {
  const outcome = await view.act(action)
  assert.is(outcome.is, 'accepted', JSON.stringify(outcome))
  pass(seconds)
  return outcome
}

const endpointBody = ({ id }: World, manual: boolean, staticIp?: string) =>
  newEndpointBody({
    location: 'uksouth',
    tags,
    subnetId: formatId(id('subnet', 'vnet', 'endpoints')),
    connection: { name: 'orders', serverId: formatId(id('server', 'orders-db')), manual },
    ...(staticIp === undefined ? {} : { staticIp }),
  })

const makeEndpoint = (world: World, view: AzureView, manual = false, staticIp?: string) =>
  done(
    world,
    view,
    put(world.id('privateEndpoint', 'orders'), endpointBody(world, manual, staticIp), {
      is: 'absent',
    }),
  )

/** Zone, link and zone group. */
async function makeDns(world: World, view: AzureView): Promise<void> {
  const { id } = world
  const zone = id('zone', zoneName)
  await done(world, view, put(zone, zoneBody(tags), { is: 'absent' }))
  const virtualNetworkId = formatId(id('virtualNetwork', 'vnet'))
  const link = linkBody({ virtualNetworkId, tags, resolutionPolicy: 'Default' })
  await done(world, view, put(id('virtualNetworkLink', zoneName, 'vnet'), link, { is: 'absent' }))
  const group = zoneGroupBody('default', [{ name: 'config', zoneId: formatId(zone) }])
  await done(
    world,
    view,
    put(id('zoneGroup', 'orders', 'default'), group, { is: 'parentOwned', owner }),
  )
}

test('an endpoint with DNS is made, and every kind is read from what came of it', async ({
  world,
}) => {
  const { id, subscriptionId } = world
  const view = world.as('owner')
  await makeEndpoint(world, view, false, '10.0.1.9')
  await makeDns(world, view)

  const endpoint = value(await view.find(id('privateEndpoint', 'orders'), 60_000))
  assert.is(endpoint.provisioningState, 'Succeeded')
  assert.is(endpoint.connection?.state, 'Approved')
  assert.is(endpoint.tags.get('pgpeOwner'), owner)
  assert.ok(endpoint.resourceGuid)

  const interfaces = value(
    await view.list({ list: 'networkInterfaces', subscriptionId, resourceGroup: 'rg' }, 0),
  )
  assert.equal(
    interfaces.items.flatMap(({ addresses }) => addresses.map(({ ip }) => ip)),
    ['10.0.1.9'],
  )
  const [nic] = interfaces.items
  assert.equal(endpoint.networkInterfaceIds, nic && [formatId(nic.id)])
  assert.is(
    value(await view.get(nic!.id, 0)).privateEndpointId?.toLowerCase(),
    formatId(endpoint.id).toLowerCase(),
  )

  const server = value(await view.find(id('server', 'orders-db'), 60_000))
  assert.is(server.state, 'Ready')
  assert.is(server.location, 'uksouth')
  assert.is(server.connections?.length, 1)
  assert.ok(server.createdAt)
  const connection = value(await view.get(server.connections![0]!.id, 0))
  assert.is(connection.state, 'Approved')
  assert.equal(connection.groupIds, ['postgresqlServer'])

  const resources = value(await view.list({ list: 'privateLinkResources', serverId: server.id }, 0))
  assert.equal(resources.items[0]?.requiredZoneNames, [zoneName])
  assert.is(value(await view.get(resources.items[0]!.id, 0)).groupId, 'postgresqlServer')

  const network = value(await view.find(id('virtualNetwork', 'vnet'), 60_000))
  assert.equal(network.subnets[0]?.addressPrefixes, ['10.0.1.0/24'])
  assert.is(
    value(await view.get(id('subnet', 'vnet', 'endpoints'), 0)).provisioningState,
    'Succeeded',
  )
  assert.is(value(await view.get(id('resourceGroup'), 0)).location, 'uksouth')

  const zone = value(await view.find(id('zone', zoneName), 60_000))
  assert.is(zone.tags.get('pgpeObject'), 'shop/orders')
  const links = value(await view.list({ list: 'virtualNetworkLinks', zoneId: zone.id }, 0))
  assert.is(links.items[0]?.resolutionPolicy, 'Default')
  assert.is(value(await view.get(links.items[0]!.id, 0)).registrationEnabled, false)
  const groups = value(await view.list({ list: 'zoneGroups', endpointId: endpoint.id }, 0))
  assert.equal(groups.items[0]?.configs[0]?.recordSets[0]?.ipAddresses, ['10.0.1.9'])
  assert.is(value(await view.get(groups.items[0]!.id, 0)).provisioningState, 'Succeeded')
  const records = value(await view.list({ list: 'recordSets', zoneId: zone.id }, 0))
  const record = records.items.find(({ name }) => name === 'orders-db')
  assert.equal(record?.ipAddresses, ['10.0.1.9'])
  assert.match(record?.metadata.get('creator') ?? '', /^created by private endpoint orders/)
  assert.is(value(await view.get(record!.id, 0)).ttl, 10)

  const taken = value(await view.ipAddressAvailable(network.id, '10.0.1.9'))
  assert.is(taken.available, false)
  assert.ok(taken.alternatives.length > 0)
  assert.is(value(await view.ipAddressAvailable(network.id, '10.0.1.77')).available, true)
})

test('a young endpoint is never taken for absent', async ({ world }) => {
  const view = world.as('owner')
  const id = world.id('privateEndpoint', 'orders')
  await view.act(put(id, endpointBody(world, false), { is: 'absent' }))
  for (let second = 0; second < 60; second += 1) {
    assert.is.not((await view.find(id, 1_000)).is, 'absent', `after ${second} s`)
    world.pass(1)
  }
  assert.is(value(await view.find(id, 1_000)).id.kind, 'privateEndpoint')
})

test('tags change by a whole body, and nothing else does', async ({ world }) => {
  const view = world.as('owner')
  await makeEndpoint(world, view)
  const before = value(await view.get(world.id('privateEndpoint', 'orders'), 0))
  const body = changedEndpointBody(before.raw, { tags: new Map([...tags, ['team', 'orders']]) })
  await done(world, view, put(before.id, body, { is: 'owned', owner }))
  const after = value(await view.get(before.id, 0))
  assert.is(after.tags.get('team'), 'orders')
  assert.equal({ ...after, raw: {}, tags: new Map() }, { ...before, raw: {}, tags: new Map() })
})

test('a subnet changes in its policy, unless somebody else was faster', async ({ world }) => {
  const view = world.as('owner')
  const id = world.id('subnet', 'vnet', 'endpoints')
  const before = value(await view.get(id, 0))
  const guard = { is: 'unchanged', etag: String(before.raw['etag']) } as const
  await done(world, view, put(id, subnetBody(before.raw, 'RouteTableEnabled'), guard))
  assert.is(value(await view.get(id, 0)).privateEndpointNetworkPolicies, 'RouteTableEnabled')
  assert.is((await view.act(put(id, subnetBody(before.raw, 'Disabled'), guard))).is, 'guarded')
})

test('a group is made', async ({ world }) => {
  const view = world.as('owner')
  const id = makeId('resourceGroup', world.subscriptionId, 'another')
  assert.is((await view.get(id, 0)).is, 'absent')
  await done(world, view, put(id, resourceGroupBody('uksouth', tags), { is: 'absent' }))
  assert.is(value(await view.get(id, 0)).location, 'uksouth')
})

/** The one connection of the server. */
async function connectionOf(world: World, view: AzureView): Promise<Models['connection']> {
  const { connections } = value(await view.get(world.id('server', 'orders-db'), 0))
  assert.is(connections?.length, 1)
  return connections![0]!
}

const boundTo = (connection: Models['connection']): Guard => ({
  is: 'bound',
  privateEndpointId: connection.privateEndpointId,
  groupIds: connection.groupIds,
  states: [connection.state],
})

test('a network administrator asks, a database administrator approves and later rejects', async ({
  world,
}) => {
  const network = world.as('network')
  const database = world.as('database')
  await makeEndpoint(world, network, true)
  const asked = await connectionOf(world, database)
  assert.is(asked.state, 'Pending')

  const approve = connectionBody(asked, { status: 'Approved', description: 'By the shop.' })
  await done(world, database, put(asked.id, approve, boundTo(asked)))
  const approved = await connectionOf(world, database)
  assert.is(approved.state, 'Approved')
  assert.is(approved.description, 'By the shop.')
  assert.is(
    (await database.act(put(asked.id, approve, boundTo(asked)))).is,
    'guarded',
    'it is no longer pending',
  )
  const endpoint = value(await network.get(world.id('privateEndpoint', 'orders'), 0))
  assert.is(endpoint.connection?.state, 'Approved')
  assert.is(endpoint.connection?.manual, true)

  const reject = connectionBody(approved, { status: 'Rejected', description: 'No more.' })
  await done(world, database, put(approved.id, reject, boundTo(approved)))
  const rejected = await connectionOf(world, database)
  assert.is(rejected.state, 'Rejected')

  await done(world, database, remove(rejected.id, boundTo(rejected)))
  assert.is((await database.get(rejected.id, 0)).is, 'absent')
  assert.is(value(await network.get(endpoint.id, 0)).connection?.state, 'Disconnected')
})

test("without the right to approve an automatic endpoint is refused in Azure's words", async ({
  world,
}) => {
  const id = world.id('privateEndpoint', 'orders')
  const outcome = await world
    .as('network')
    .act(put(id, endpointBody(world, false), { is: 'absent' }))
  assert.is(outcome.is, 'refused')
  const error = errorIn(outcome as Extract<Outcome, { is: 'refused' }>)
  assert.is(error.code, 'LinkedAuthorizationFailed')
  assert.is(error.retry, 'slow')
  assert.match(error.message, /PrivateEndpointConnectionsApproval\/action/i)
})

test('who may read nothing sees nothing, and takes it for no absence', async ({ world }) => {
  const view = world.as('unprivileged')
  for (const seen of [
    await view.get(world.id('resourceGroup'), 0),
    await view.find(world.id('server', 'orders-db'), 1_000),
    await view.find(world.id('privateEndpoint', 'orders'), 1_000),
    await view.list({ list: 'zones', subscriptionId: world.subscriptionId }, 0),
  ]) {
    const error = errorIn(seen as Extract<typeof seen, { is: 'unreadable' }>)
    assert.is(error.retry, 'slow', JSON.stringify(error))
  }
})

const absences: readonly (readonly [string, (world: World) => Id<Kind>])[] = [
  ['a server', ({ id }) => id('server', 'nobody')],
  ['a connection', ({ id }) => id('connection', 'orders-db', 'nobody.1')],
  ['a connection of no server', ({ id }) => id('connection', 'nobody', 'nobody.1')],
  ['an endpoint', ({ id }) => id('privateEndpoint', 'nobody')],
  ['a zone group of no endpoint', ({ id }) => id('zoneGroup', 'nobody', 'default')],
  ['a network', ({ id }) => id('virtualNetwork', 'nobody')],
  ['a subnet', ({ id }) => id('subnet', 'vnet', 'nobody')],
  ['a subnet of no network', ({ id }) => id('subnet', 'nobody', 'nobody')],
  ['an interface', ({ id }) => id('networkInterface', 'nobody')],
  ['a zone', ({ id }) => id('zone', 'nobody.example')],
  ['a link of no zone', ({ id }) => id('virtualNetworkLink', 'nobody.example', 'nobody')],
  ['a record of no zone', ({ id }) => id('recordSet', 'nobody.example', 'nobody')],
  ['a group', ({ subscriptionId }) => makeId('resourceGroup', subscriptionId, 'nobody')],
  [
    'an endpoint of no group',
    ({ subscriptionId }) => makeId('privateEndpoint', subscriptionId, 'nobody', 'x'),
  ],
]
test('everything that is not there is absent', async ({ world }) => {
  const view = world.as('owner')
  for (const [what, idIn] of absences) {
    const seen = await view.get(idIn(world) as Id<'zone'>, 0)
    assert.is(seen.is, 'absent', `${what}: ${JSON.stringify(seen)}`)
  }
})

test('everything is removed in order, and seen to be gone', async ({ world }) => {
  const { id } = world
  const view = world.as('owner')
  await makeEndpoint(world, view)
  await makeDns(world, view)
  const group = id('zoneGroup', 'orders', 'default')
  await done(world, view, remove(group, { is: 'parentOwned', owner }))
  assert.is((await view.get(group, 0)).is, 'absent')
  const endpoint = id('privateEndpoint', 'orders')
  assert.is((await view.act(remove(endpoint, { is: 'owned', owner: 'else' }))).is, 'guarded')
  await done(world, view, remove(endpoint, { is: 'owned', owner }))
  assert.is((await view.find(endpoint, 0)).is, 'absent')
  assert.is((await view.act(remove(endpoint, { is: 'owned', owner }))).is, 'guarded')
  await done(
    world,
    view,
    remove(id('virtualNetworkLink', zoneName, 'vnet'), { is: 'owned', owner }),
  )
  const records = value(await view.list({ list: 'recordSets', zoneId: id('zone', zoneName) }, 0))
  assert.equal(records.items, [])
})

const type = 'Microsoft.Network/privateEndpoints'
const putsOf = ({ simulator }: World): number =>
  simulator
    .requests()
    .filter((row) => row.method === 'PUT' && row.type === type)
    .reduce((sum, { count }) => sum + count, 0)

for (const kind of ['lostAnswer', 'lostRequest', 'truncate', 'wrongBody'] as const) {
  test(`a PUT with ${kind} is sent once, and the next looks tell what came of it`, async ({
    world,
  }) => {
    const view = world.as('owner')
    const id = world.id('privateEndpoint', 'orders')
    world.simulator.faults([{ match: { method: 'PUT', type }, times: 1, effect: { kind } }])
    const outcome = await view.act(put(id, endpointBody(world, false), { is: 'absent' }))
    assert.is(outcome.is, kind === 'wrongBody' ? 'accepted' : 'unknown')
    assert.is(putsOf(world), 1)
    world.pass(120)
    assert.is((await view.find(id, 0)).is, kind === 'lostRequest' ? 'absent' : 'present')
  })
}

for (const kind of ['lostAnswer', 'truncate', 'wrongBody', 'error'] as const) {
  test(`a list with ${kind} for a while is unreadable, then read`, async ({ world }) => {
    const view = world.as('owner')
    await makeEndpoint(world, view)
    const scope = { list: 'privateEndpoints', subscriptionId: world.subscriptionId } as const
    world.simulator.faults([{ match: { method: 'GET', type }, effect: { kind } }])
    assert.is((await view.list(scope, 0)).is, 'unreadable')
    assert.is((await view.find(world.id('privateEndpoint', 'orders'), 1_000)).is, 'unreadable')
    world.simulator.clearFaults()
    world.pass(60)
    assert.is(value(await view.list(scope, 0)).items.length, 1)
  })
}

test.run()

const throttled = suite('throttling')
throttled('at our pace Azure never throttles', async () => {
  const hasty = await world({ throttle: 'arm' })
  try {
    const view = hasty.as('reader')
    // Before its first answer a bucket may be another process's leavings.
    assert.is((await view.get(hasty.id('server', 'first'), 0)).is, 'absent')
    const seen = await Promise.all(
      Array.from({ length: 400 }, (_, index) => view.get(hasty.id('server', `s${index}`), 0)),
    )
    const paced = seen.filter((one) => one.is === 'unreadable' && one.error.code === 'Paced')
    assert.ok(paced.length >= 100 && paced.length <= 180, String(paced.length))
    assert.not(hasty.simulator.requests().some(({ status }) => status === 429))
  } finally {
    await hasty.stop()
  }
})
throttled.run()

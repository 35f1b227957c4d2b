/** The life of a connection on both its ends: every transition, who sees it when, and what DNS makes of it. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Arm, Azure, Loose } from './kit.ts'
import { endpointBody, inAzure, makeWorld, pathsIn } from './kit.ts'

type Paths = ReturnType<typeof pathsIn>

const connectionsOf = async (arm: Arm, paths: Paths): Promise<readonly Loose[]> =>
  (await arm.get(`${paths.server('orders')}/privateEndpointConnections`)).body.value

/** The endpoint's side. */
async function near(arm: Arm, path: string): Promise<Loose> {
  const { properties } = (await arm.get(path)).body
  const lists = ['privateLinkServiceConnections', 'manualPrivateLinkServiceConnections']
  const [connection] = lists.flatMap((list) => properties[list])
  return connection.properties.privateLinkServiceConnectionState
}

/** An endpoint at rest, and the path of its connection on the server. */
async function connected(azure: Azure, paths: Paths, name: string, manual: boolean) {
  const body = endpointBody(paths.subnet, paths.server('orders'), { manual })
  await azure.owner.done('PUT', paths.endpoint(name), body)
  const found = (await connectionsOf(azure.owner, paths)).find((each) =>
    each.name.startsWith(`${name}.`),
  )
  return { endpoint: paths.endpoint(name), connection: found.id as string }
}

const decision = (status: string, description = 'because') => ({
  properties: { privateLinkServiceConnectionState: { status, description } },
})

async function decide(azure: Azure, connection: string, status: string, description?: string) {
  const last = await azure.owner.done('PUT', connection, decision(status, description))
  azure.simulator.advance(10)
  return last
}

async function withZone(azure: Azure, paths: Paths): Promise<void> {
  await azure.owner.done('PUT', paths.zone, { location: 'global' })
}
const zoneGroup = (paths: Paths) => ({
  properties: {
    privateDnsZoneConfigs: [{ name: 'config', properties: { privateDnsZoneId: paths.zone } }],
  },
})

const creating = suite('creating')

creating('answers 201 and Updating, then Approved on both sides', () =>
  inAzure({}, async (azure) => {
    const { owner, simulator } = azure
    const paths = await makeWorld(azure)
    const body = endpointBody(paths.subnet, paths.server('orders'))
    const reply = await owner.put(paths.endpoint('one'), body)
    assert.is(reply.status, 201)
    assert.is(reply.headers['retry-after'], '10')
    assert.is(reply.headers['azure-asyncnotification'], 'Enabled')
    assert.is(reply.headers['location'], undefined)
    assert.ok((reply.headers['azure-asyncoperation']?.length ?? 0) > 3000, 'as long as in Azure')
    const { properties } = reply.body
    assert.is(properties.provisioningState, 'Updating')
    assert.is(properties.networkInterfaces.length, 1)
    assert.equal(properties.customDnsConfigs, [])
    const [connection] = properties.privateLinkServiceConnections
    assert.is(connection.properties.privateLinkServiceConnectionState.description, 'Auto Approved')
    const first = await owner.get(String(reply.headers['azure-asyncoperation']))
    assert.equal(first.body, { status: 'InProgress' })
    assert.is(first.headers['retry-after'], '10')
    simulator.advance(6)
    assert.is((await owner.get(paths.server('orders'))).body.properties.state, 'Updating')
    const [creating_] = await connectionsOf(owner, paths)
    assert.is(creating_.properties.provisioningState, 'Creating')
    simulator.advance(60)
    const last = await owner.get(String(reply.headers['azure-asyncoperation']))
    assert.equal(last.body, { status: 'Succeeded' })
    assert.is(last.headers['retry-after'], undefined)
    assert.equal(await near(owner, paths.endpoint('one')), {
      status: 'Approved',
      description: 'Auto-Approved',
      actionsRequired: 'None',
    })
    const made = (await owner.get(paths.endpoint('one'))).body
    assert.is(made.properties.provisioningState, 'Succeeded')
    assert.equal(made.properties.customDnsConfigs, [
      { fqdn: 'orders.postgres.database.azure.com', ipAddresses: ['10.1.0.4'] },
    ])
    const [far] = await connectionsOf(owner, paths)
    assert.match(far.name, /^one\.[0-9a-f]{8}-[0-9a-f-]{27}$/)
    assert.is(far.properties.privateEndpoint.id, paths.endpoint('one'))
    assert.is(far.properties.privateLinkServiceConnectionState.status, 'Approved')
    assert.is((await owner.get(paths.server('orders'))).body.properties.state, 'Ready')
  }),
)

creating('by hand waits Pending, without a description on the server', () =>
  inAzure({}, async (azure) => {
    const paths = await makeWorld(azure)
    const { endpoint, connection } = await connected(azure, paths, 'one', true)
    assert.equal(await near(azure.owner, endpoint), {
      status: 'Pending',
      description: '',
      actionsRequired: '',
    })
    const far = (await azure.owner.get(connection)).body
    assert.equal(far.properties.privateLinkServiceConnectionState, {
      status: 'Pending',
      actionsRequired: 'None',
    })
    const { properties } = (await azure.owner.get(endpoint)).body
    assert.is(properties.provisioningState, 'Succeeded')
    assert.equal(properties.customDnsConfigs, [])
  }),
)

creating('under an old name makes a connection of another name', () =>
  inAzure({}, async (azure) => {
    const paths = await makeWorld(azure)
    const first = await connected(azure, paths, 'one', true)
    await azure.owner.done('DELETE', first.endpoint)
    azure.simulator.advance(10)
    assert.equal(await connectionsOf(azure.owner, paths), [])
    const second = await connected(azure, paths, 'one', true)
    assert.not.equal(second.connection, first.connection)
  }),
)
creating.run()

const deciding = suite('deciding')

interface Move {
  readonly manual: boolean
  /** Earlier decisions. */
  readonly after?: readonly string[]
  readonly to: string
  readonly ends: string
  readonly fails?: string
}
const moves: Readonly<Record<string, Move>> = {
  'Pending can be approved': { manual: true, to: 'Approved', ends: 'Approved' },
  'Pending can be rejected': { manual: true, to: 'Rejected', ends: 'Rejected' },
  'Approved can be approved again': { manual: false, to: 'Approved', ends: 'Approved' },
  'Approved can be rejected': { manual: false, to: 'Rejected', ends: 'Rejected' },
  'Rejected can be rejected again': {
    manual: true,
    after: ['Rejected'],
    to: 'Rejected',
    ends: 'Rejected',
  },
  'Rejected can never be approved: the operation fails': {
    manual: true,
    after: ['Rejected'],
    to: 'Approved',
    ends: 'Rejected',
    fails: 'InternalServerError',
  },
}
for (const [sentence, { manual, after = [], to, ends, fails }] of Object.entries(moves)) {
  deciding(sentence, () =>
    inAzure({}, async (azure) => {
      const paths = await makeWorld(azure)
      const { endpoint, connection } = await connected(azure, paths, 'one', manual)
      for (const earlier of after) await decide(azure, connection, earlier, 'earlier')
      const last = await decide(azure, connection, to)
      assert.is(last.body.status, fails === undefined ? 'Succeeded' : 'Failed')
      assert.is(last.code, fails)
      const far = (await azure.owner.get(connection)).body.properties
      assert.is(far.privateLinkServiceConnectionState.status, ends)
      assert.is(
        far.privateLinkServiceConnectionState.description,
        fails === undefined ? 'because' : 'earlier',
      )
      assert.is(far.provisioningState, 'Succeeded')
      assert.is((await near(azure.owner, endpoint)).status, ends)
    }),
  )
}

deciding(
  'is answered 202, shows the old state while Updating, and the new one on the other side later',
  () =>
    inAzure({}, async (azure) => {
      const { owner, simulator } = azure
      const paths = await makeWorld(azure)
      const { endpoint, connection } = await connected(azure, paths, 'one', true)
      const reply = await owner.put(connection, decision('Approved', 'fine'))
      assert.is(reply.status, 202)
      assert.is(reply.body.operation, 'UpsertPrivateEndpointConnectionManagementOperation')
      assert.is(reply.headers['retry-after'], '60')
      assert.match(String(reply.headers['location']), /\/operationResults\//)
      const during = (await owner.get(connection)).body.properties
      assert.is(during.provisioningState, 'Updating')
      assert.is(during.privateLinkServiceConnectionState.status, 'Pending')
      assert.is((await owner.get(paths.server('orders'))).body.properties.state, 'Updating')
      const poll = (await owner.get(String(reply.headers['azure-asyncoperation']))).body
      assert.is(poll.status, 'InProgress')
      assert.ok(poll.name && poll.startTime)
      simulator.advance(30)
      assert.equal(await near(owner, endpoint), {
        status: 'Approved',
        description: 'fine',
        actionsRequired: 'None',
      })
      const { customDnsConfigs } = (await owner.get(endpoint)).body.properties
      assert.is(customDnsConfigs.length, 1)
    }),
)

deciding('takes the bodies that az and the portal send', () =>
  inAzure({}, async (azure) => {
    const paths = await makeWorld(azure)
    const { connection } = await connected(azure, paths, 'one', true)
    const whole = (await azure.owner.get(connection)).body
    whole.properties.privateLinkServiceConnectionState = {
      status: 'Approved',
      description: 'a',
      actionsRequired: 'None',
    }
    assert.is((await azure.owner.done('PUT', connection, whole)).body.status, 'Succeeded')
    const portal = { properties: { privateEndpoint: {}, ...decision('Rejected').properties } }
    assert.is((await azure.owner.done('PUT', connection, portal)).body.status, 'Succeeded')
  }),
)

deciding('refuses other states, and connections that are not there', () =>
  inAzure({}, async (azure) => {
    const paths = await makeWorld(azure)
    const { connection } = await connected(azure, paths, 'one', true)
    for (const status of ['Pending', 'Disconnected', '']) {
      assert.is((await azure.owner.put(connection, decision(status))).code, 'InvalidParameterValue')
    }
    const absent = await azure.owner.put(`${connection}x`, decision('Approved'))
    assert.is(absent.status, 404)
    assert.is(
      absent.headers['x-ms-failure-cause'],
      undefined,
      'the provider answers, not the gateway',
    )
  }),
)

deciding('one at a time: the server is busy meanwhile', () =>
  inAzure({}, async (azure) => {
    const paths = await makeWorld(azure)
    const one = await connected(azure, paths, 'one', true)
    const two = await connected(azure, paths, 'two', true)
    await azure.owner.put(one.connection, decision('Approved'))
    for (const reply of [
      await azure.owner.put(two.connection, decision('Approved')),
      await azure.owner.remove(two.connection),
      await azure.owner.post(`${paths.server('orders')}/stop`),
      await azure.owner.remove(paths.server('orders')),
    ]) {
      assert.is(reply.status, 409)
      assert.is(reply.code, 'ServerBusy')
    }
    azure.simulator.advance(60)
    assert.is((await azure.owner.put(two.connection, decision('Approved'))).status, 202)
  }),
)
deciding.run()

const ending = suite('ending')

ending('deleting the connection leaves a Disconnected endpoint that nothing mends', () =>
  inAzure({}, async (azure) => {
    const { owner, simulator } = azure
    const paths = await makeWorld(azure)
    const { endpoint, connection } = await connected(azure, paths, 'one', false)
    const reply = await owner.remove(connection)
    assert.is(reply.status, 202)
    assert.is(reply.body.operation, 'DropPrivateEndpointConnectionManagementOperation')
    simulator.advance(90)
    assert.is((await owner.get(connection)).status, 404)
    assert.is((await near(owner, endpoint)).status, 'Disconnected')
    const again = await owner.put(endpoint, endpointBody(paths.subnet, paths.server('orders')))
    assert.is(again.status, 400)
    assert.is(again.code, 'PrivateEndpointCannotBeUpdatedInDisconnectedState')
    assert.is((await owner.remove(connection)).status, 204)
    assert.is((await owner.done('DELETE', endpoint)).body.status, 'Succeeded')
  }),
)

ending('a Rejected connection can be deleted', () =>
  inAzure({}, async (azure) => {
    const paths = await makeWorld(azure)
    const { endpoint, connection } = await connected(azure, paths, 'one', true)
    await decide(azure, connection, 'Rejected')
    assert.is((await azure.owner.done('DELETE', connection)).body.status, 'Succeeded')
    azure.simulator.advance(10)
    assert.is((await near(azure.owner, endpoint)).status, 'Disconnected')
  }),
)

ending("the server's deletion disconnects for good, even from a server of the same name", () =>
  inAzure({}, async (azure) => {
    const paths = await makeWorld(azure)
    const { endpoint } = await connected(azure, paths, 'one', false)
    await azure.owner.done('DELETE', paths.server('orders'))
    azure.simulator.advance(10)
    assert.is((await near(azure.owner, endpoint)).status, 'Disconnected')
    await makeWorld(azure)
    azure.simulator.advance(60)
    assert.is((await near(azure.owner, endpoint)).status, 'Disconnected')
    assert.equal(await connectionsOf(azure.owner, paths), [])
  }),
)

ending(
  'the endpoint goes with its interface, zone group, record and, a moment later, connection',
  () =>
    inAzure({}, async (azure) => {
      const { owner, simulator } = azure
      const paths = await makeWorld(azure)
      await withZone(azure, paths)
      const { endpoint } = await connected(azure, paths, 'one', false)
      await owner.done('PUT', paths.zoneGroup('one'), zoneGroup(paths))
      assert.is((await owner.get(paths.record('orders'))).status, 200)
      const reply = await owner.remove(endpoint)
      assert.is(reply.status, 202)
      assert.is(reply.body, undefined)
      assert.is(reply.headers['retry-after'], '10')
      assert.match(String(reply.headers['location']), /\/operationResults\//)
      assert.is((await owner.get(endpoint)).body.properties.provisioningState, 'Deleting')
      simulator.advance(30)
      assert.equal((await owner.get(paths.interfaces)).body.value, [])
      assert.is((await owner.get(paths.record('orders'))).status, 404)
      const gone = await owner.get(endpoint)
      assert.is(gone.code, 'ResourceNotFound')
      assert.is(gone.headers['x-ms-failure-cause'], 'gateway')
      assert.equal(await connectionsOf(owner, paths), [])
      assert.is((await owner.get(paths.subnet)).body.properties.ipConfigurations, undefined)
      assert.is((await owner.remove(endpoint)).status, 204)
    }),
)

ending('a PUT while the deletion runs is told that the endpoint exists', () =>
  inAzure({}, async (azure) => {
    const paths = await makeWorld(azure)
    const { endpoint } = await connected(azure, paths, 'one', false)
    await azure.owner.remove(endpoint)
    const reply = await azure.owner.put(
      endpoint,
      endpointBody(paths.subnet, paths.server('orders')),
    )
    assert.is(reply.code, 'PrivateEndpointAlreadyExists')
  }),
)
ending.run()

const naming = suite('its name')

naming('is written with a TTL of 10 once approved, and taken away when rejected', () =>
  inAzure({}, async (azure) => {
    const { owner } = azure
    const paths = await makeWorld(azure)
    await withZone(azure, paths)
    const { endpoint, connection } = await connected(azure, paths, 'one', true)
    const reply = await owner.put(paths.zoneGroup('one'), zoneGroup(paths))
    assert.is(reply.status, 201)
    assert.equal(
      reply.body.properties.privateDnsZoneConfigs[0].properties.recordSets,
      [],
      'none while Pending',
    )
    azure.simulator.advance(20)
    assert.is((await owner.get(paths.record('orders'))).status, 404)
    await decide(azure, connection, 'Approved')
    const record = (await owner.get(paths.record('orders'))).body.properties
    const { resourceGuid } = (await owner.get(endpoint)).body.properties
    assert.is(record.ttl, 10)
    assert.equal(record.aRecords, [{ ipv4Address: '10.1.0.4' }])
    assert.is(
      record.metadata.creator,
      `created by private endpoint one with resource guid ${resourceGuid}`,
    )
    assert.is(record.fqdn, 'orders.privatelink.postgres.database.azure.com.')
    const [config] = (await owner.get(paths.zoneGroup('one'))).body.properties.privateDnsZoneConfigs
    assert.is(
      config.properties.recordSets[0].fqdn,
      'orders.privatelink.postgres.database.azure.com',
    )
    await decide(azure, connection, 'Rejected')
    assert.is((await owner.get(paths.record('orders'))).status, 404)
  }),
)

naming("empties the endpoint's own DNS configuration, which comes back without the group", () =>
  inAzure({}, async (azure) => {
    const { owner } = azure
    const paths = await makeWorld(azure)
    await withZone(azure, paths)
    const { endpoint } = await connected(azure, paths, 'one', false)
    await owner.done('PUT', paths.zoneGroup('one'), zoneGroup(paths))
    assert.equal((await owner.get(endpoint)).body.properties.customDnsConfigs, [])
    await owner.done('DELETE', paths.zoneGroup('one'))
    assert.is((await owner.get(endpoint)).body.properties.customDnsConfigs.length, 1)
    assert.is((await owner.get(paths.record('orders'))).status, 404)
  }),
)

naming(
  'of two endpoints of one server in one zone: the last writer has it, the first to go takes it',
  () =>
    inAzure({}, async (azure) => {
      const { owner } = azure
      const paths = await makeWorld(azure)
      await withZone(azure, paths)
      for (const name of ['one', 'two']) {
        await connected(azure, paths, name, false)
        await owner.done('PUT', paths.zoneGroup(name), zoneGroup(paths))
      }
      const record = (await owner.get(paths.record('orders'))).body.properties
      assert.equal(record.aRecords, [{ ipv4Address: '10.1.0.5' }])
      await owner.done('DELETE', paths.endpoint('one'))
      assert.is((await owner.get(paths.record('orders'))).status, 404)
    }),
)

naming('of another endpoint is left alone by a group that never wrote it', () =>
  inAzure({}, async (azure) => {
    const { owner } = azure
    const paths = await makeWorld(azure)
    await withZone(azure, paths)
    await connected(azure, paths, 'one', false)
    await owner.done('PUT', paths.zoneGroup('one'), zoneGroup(paths))
    const { connection } = await connected(azure, paths, 'two', true)
    await owner.done('PUT', paths.zoneGroup('two'), zoneGroup(paths))
    await decide(azure, connection, 'Rejected')
    assert.is((await owner.get(paths.record('orders'))).status, 200)
    await owner.done('DELETE', paths.endpoint('two'))
    assert.is((await owner.get(paths.record('orders'))).status, 200)
  }),
)

naming('waits for a zone that is still being made', () =>
  inAzure({}, async (azure) => {
    const { owner } = azure
    const paths = await makeWorld(azure)
    await connected(azure, paths, 'one', false)
    await owner.put(paths.zone, { location: 'global' })
    const reply = await owner.put(paths.zoneGroup('one'), zoneGroup(paths))
    assert.is(reply.code, 'InvalidResourceReference')
  }),
)

const wrongGroups: Readonly<
  Record<string, (paths: Paths) => readonly [name: string, body: unknown, code: string]>
> = {
  'refuses a second group': (paths) => [
    'second',
    zoneGroup(paths),
    'OnlyOnePrivateDnsZoneGroupPermitted',
  ],
  'refuses a zone that does not exist': (paths) => [
    'default',
    {
      properties: {
        privateDnsZoneConfigs: [
          { name: 'x', properties: { privateDnsZoneId: `${paths.zone}.absent` } },
        ],
      },
    },
    'InvalidResourceReference',
  ],
  "refuses to change a configuration's zone": (paths) => [
    'default',
    {
      properties: {
        privateDnsZoneConfigs: [
          { name: 'config', properties: { privateDnsZoneId: `${paths.zone}.example` } },
        ],
      },
    },
    'PropertyChangeNotAllowed',
  ],
}
for (const [sentence, wrong] of Object.entries(wrongGroups)) {
  naming(sentence, () =>
    inAzure({}, async (azure) => {
      const paths = await makeWorld(azure)
      await withZone(azure, paths)
      await azure.owner.done('PUT', `${paths.zone}.example`, { location: 'global' })
      await connected(azure, paths, 'one', false)
      await azure.owner.done('PUT', paths.zoneGroup('one'), zoneGroup(paths))
      const [name, body, code] = wrong(paths)
      const path = paths.zoneGroup('one').replace(/default$/, name)
      assert.is((await azure.owner.put(path, body)).code, code)
    }),
  )
}
naming.run()

const failing = suite('a server that cannot')

/** What makes the operation of a new endpoint fail, and how it is told. */
const reasons: Readonly<
  Record<
    string,
    { readonly before: (azure: Azure, paths: Paths) => Promise<unknown>; readonly code: string }
  >
> = {
  'is stopped': {
    before: ({ owner }, paths) => owner.done('POST', `${paths.server('orders')}/stop`),
    code: 'ServerIsNotReady',
  },
  'is at work': {
    before: ({ owner }, paths) => owner.post(`${paths.server('orders')}/restart`),
    code: 'ServerIsBusy',
  },
  'is making its standby': {
    before: ({ owner }, paths) =>
      owner.done('PATCH', paths.server('orders'), {
        properties: { highAvailability: { mode: 'SameZone' } },
      }),
    code: 'InternalServerError',
  },
}
for (const [sentence, { before, code }] of Object.entries(reasons)) {
  failing(`because it ${sentence} fails the endpoint's operation, not its PUT`, () =>
    inAzure({}, async (azure) => {
      const { owner, simulator } = azure
      const paths = await makeWorld(azure)
      await before(azure, paths)
      const body = endpointBody(paths.subnet, paths.server('orders'))
      const reply = await owner.put(paths.endpoint('one'), body)
      assert.is(reply.status, 201)
      simulator.advance(7)
      const status = await owner.get(String(reply.headers['azure-asyncoperation']))
      assert.is(status.status, 200)
      assert.is(status.body.status, 'Failed')
      assert.is(status.code, code)
      assert.match(
        status.body.error.message,
        /^Call to Microsoft\.DBforPostgreSQL\/flexibleServers failed\. Error message: /,
      )
      const { provisioningState } = (await owner.get(paths.endpoint('one'))).body.properties
      assert.is(provisioningState, 'Failed')
      assert.equal(await connectionsOf(owner, paths), [])
    }),
  )
}

failing('lets the same PUT try again once it can', () =>
  inAzure({}, async (azure) => {
    const { owner } = azure
    const paths = await makeWorld(azure)
    await owner.done('POST', `${paths.server('orders')}/stop`)
    const body = endpointBody(paths.subnet, paths.server('orders'))
    await owner.done('PUT', paths.endpoint('one'), body)
    await owner.done('POST', `${paths.server('orders')}/start`)
    const again = await owner.put(paths.endpoint('one'), body)
    assert.is(again.status, 200)
    assert.is(again.body.properties.provisioningState, 'Updating')
    azure.simulator.advance(60)
    assert.is((await near(owner, paths.endpoint('one'))).status, 'Approved')
  }),
)

failing('does not keep an endpoint from going when it rests, but does when it works', () =>
  inAzure({}, async (azure) => {
    const { owner } = azure
    const paths = await makeWorld(azure)
    const one = await connected(azure, paths, 'one', false)
    const two = await connected(azure, paths, 'two', false)
    await owner.post(`${paths.server('orders')}/restart`)
    const busy = await owner.done('DELETE', one.endpoint)
    assert.is(busy.code, 'ServerIsBusy')
    assert.is((await owner.get(one.endpoint)).body.properties.provisioningState, 'Failed')
    azure.simulator.advance(120)
    await owner.done('POST', `${paths.server('orders')}/stop`)
    assert.is((await owner.done('DELETE', one.endpoint)).body.status, 'Succeeded')
    assert.is((await owner.done('DELETE', two.endpoint)).body.status, 'Succeeded')
    azure.simulator.advance(10)
    assert.equal(await connectionsOf(owner, paths), [])
    assert.is((await owner.get(paths.server('orders'))).body.properties.state, 'Stopped')
  }),
)

failing('refuses decisions as well', () =>
  inAzure({}, async (azure) => {
    const paths = await makeWorld(azure)
    const { connection } = await connected(azure, paths, 'one', true)
    await azure.owner.done('POST', `${paths.server('orders')}/stop`)
    assert.is((await azure.owner.put(connection, decision('Approved'))).code, 'ServerIsNotReady')
    assert.is((await azure.owner.remove(connection)).code, 'ServerIsNotReady')
  }),
)
failing.run()

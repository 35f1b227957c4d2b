/** Flexible servers: their states, one operation at a time, and high availability in its steps. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Arm, Loose } from './kit.ts'
import { endpointBody, inAzure, makeWorld, pathsIn, serverBody } from './kit.ts'

const properties = async (arm: Arm, path: string): Promise<Loose> =>
  (await arm.get(path)).body.properties

const servers = suite('a flexible server')

servers('is Provisioning for minutes, then Ready, and never tells its password', () =>
  inAzure({}, async ({ owner, simulator, production }) => {
    const paths = pathsIn(production)
    await owner.put(paths.group, { location: 'westeurope' })
    const reply = await owner.put(paths.server('orders'), serverBody)
    assert.is(reply.status, 202)
    assert.is(reply.body.operation, 'UpsertServerManagementOperationV2')
    assert.is(reply.headers['retry-after'], '60')
    assert.match(
      String(reply.headers['azure-asyncoperation']),
      /\/locations\/westeurope\/azureAsyncOperation\//,
    )
    simulator.advance(200)
    assert.is((await properties(owner, paths.server('orders'))).state, 'Provisioning')
    simulator.advance(500)
    const made = (await owner.get(paths.server('orders'))).body
    assert.is(made.properties.state, 'Ready')
    assert.is(made.location, 'West Europe')
    assert.is(made.properties.fullyQualifiedDomainName, 'orders.postgres.database.azure.com')
    assert.equal(made.properties.privateEndpointConnections, [])
    assert.not.ok(JSON.stringify(made).includes('Correct-Horse'))
  }),
)

/** Each action, the state on its way, the state at its end. */
const turns = {
  stop: { after: undefined, through: 'Stopping', to: 'Stopped' },
  start: { after: 'stop', through: 'Starting', to: 'Ready' },
  restart: { after: undefined, through: 'Restarting', to: 'Ready' },
} as const
for (const [action, { after, through, to }] of Object.entries(turns)) {
  servers(`that is told to ${action} is ${through}, then ${to}`, () =>
    inAzure({}, async (azure) => {
      const { owner } = azure
      const paths = await makeWorld(azure)
      const server = paths.server('orders')
      if (after !== undefined) await owner.done('POST', `${server}/${after}`)
      const reply = await owner.post(`${server}/${action}`)
      assert.is(reply.status, 202)
      assert.is(reply.body, undefined)
      assert.is((await properties(owner, server)).state, through)
      azure.simulator.advance(240)
      assert.is((await properties(owner, server)).state, to)
      assert.is((await owner.get(String(reply.headers['location']))).status, 204)
    }),
  )
}

servers('fails to do from the wrong state, by its operation', () =>
  inAzure({}, async (azure) => {
    const paths = await makeWorld(azure)
    const server = paths.server('orders')
    const start = await azure.owner.done('POST', `${server}/start`)
    assert.is(start.body.status, 'Failed')
    assert.is(start.code, 'ServerIsNotReady')
    await azure.owner.done('POST', `${server}/stop`)
    const restart = await azure.owner.done('POST', `${server}/restart`)
    assert.match(restart.body.error.message, /Current Server State = Stopped$/)
    const update = await azure.owner.send('PATCH', server, { properties: { version: '18' } })
    assert.is(update.code, 'ServerIsNotReady')
  }),
)

servers('is gone some time after its deletion, which names its region in full', () =>
  inAzure({}, async (azure) => {
    const { owner } = azure
    const paths = await makeWorld(azure)
    const reply = await owner.remove(paths.server('orders'))
    assert.is(reply.body.operation, 'DropServerManagementOperation')
    assert.is(reply.headers['retry-after'], '15')
    assert.match(
      String(reply.headers['location']),
      /\/locations\/West%20Europe\/operationResults\//,
    )
    assert.is((await properties(owner, paths.server('orders'))).state, 'Dropping')
    azure.simulator.advance(90)
    assert.is((await owner.get(paths.server('orders'))).code, 'ResourceNotFound')
    assert.is((await owner.remove(paths.server('orders'))).status, 204)
  }),
)

servers('is refused under a name that exists anywhere, and without a login', () =>
  inAzure({}, async (azure) => {
    const { owner } = azure
    const paths = await makeWorld(azure)
    const elsewhere = pathsIn(azure.shared)
    await owner.put(elsewhere.group, { location: 'westeurope' })
    assert.is(
      (await owner.put(elsewhere.server('orders'), serverBody)).code,
      'ServerNameAlreadyExists',
    )
    const { administratorLogin: _, ...rest } = serverBody.properties
    const nameless = { ...serverBody, properties: rest }
    assert.is((await owner.put(paths.server('new'), nameless)).code, 'MissingRequiredParameter')
    assert.is((await owner.put(paths.server('x'), serverBody)).code, 'InvalidParameterValue')
    const asked = { name: 'orders', type: 'Microsoft.DBforPostgreSQL/flexibleServers' }
    const reply = await owner.post(
      `${azure.production}/providers/Microsoft.DBforPostgreSQL/checkNameAvailability`,
      asked,
    )
    assert.is(reply.body.nameAvailable, false)
  }),
)

servers('offers one group, one member and one zone; with VNet integration nothing', () =>
  inAzure({}, async (azure) => {
    const { owner } = azure
    const paths = await makeWorld(azure)
    const [offer] = (await owner.get(`${paths.server('orders')}/privateLinkResources`)).body.value
    assert.equal(offer.properties, {
      groupId: 'postgresqlServer',
      requiredMembers: ['postgresqlServer'],
      requiredZoneNames: ['privatelink.postgres.database.azure.com'],
    })
    const delegations = [
      { name: 'd', properties: { serviceName: 'Microsoft.DBforPostgreSQL/flexibleServers' } },
    ]
    const subnet = `${paths.network}/subnets/other`
    await owner.done('PUT', subnet, { properties: { addressPrefix: '10.1.1.0/24', delegations } })
    const network = { delegatedSubnetResourceId: subnet }
    const body = { ...serverBody, properties: { ...serverBody.properties, network } }
    await owner.done('PUT', paths.server('inside'), body)
    assert.equal((await owner.get(`${paths.server('inside')}/privateLinkResources`)).body.value, [])
    assert.is(
      (await owner.get(`${paths.server('inside')}/privateLinkResources/postgresqlServer`)).status,
      404,
    )
  }),
)
servers.run()

const standby = suite('high availability')

standby('is Ready before its standby is: CreatingStandby, ReplicatingData, Healthy', () =>
  inAzure({}, async (azure) => {
    const { owner, simulator } = azure
    const paths = await makeWorld(azure)
    const server = paths.server('orders')
    await owner.done('PATCH', server, {
      properties: { highAvailability: { mode: 'ZoneRedundant' } },
    })
    const seen: string[] = []
    for (let minutes = 0; minutes < 12; minutes++) {
      const { state, highAvailability } = await properties(owner, server)
      assert.is(state, 'Ready')
      if (seen.at(-1) !== highAvailability.state) seen.push(highAvailability.state)
      simulator.advance(60)
    }
    assert.equal(seen, ['CreatingStandby', 'ReplicatingData', 'Healthy'])
    await owner.done('PATCH', server, { properties: { highAvailability: { mode: 'Disabled' } } })
    assert.is((await properties(owner, server)).highAvailability.state, 'RemovingStandby')
    simulator.advance(150)
    assert.equal((await properties(owner, server)).highAvailability, {
      mode: 'Disabled',
      state: 'NotEnabled',
    })
  }),
)

standby('is lost when a connection changes while it is made', () =>
  inAzure({}, async (azure) => {
    const { owner } = azure
    const paths = await makeWorld(azure)
    const server = paths.server('orders')
    await owner.done('PATCH', server, { properties: { highAvailability: { mode: 'SameZone' } } })
    const body = endpointBody(paths.subnet, server)
    const last = await owner.done('PUT', paths.endpoint('one'), body)
    assert.match(last.body.error.message, /UpdatingPrivateEndpointConnection/)
    assert.is((await properties(owner, server)).highAvailability.mode, 'Disabled')
  }),
)

standby('fails over on a restart that asks for it', () =>
  inAzure({}, async (azure) => {
    const { owner, simulator } = azure
    const paths = await makeWorld(azure)
    const server = paths.server('orders')
    await owner.done('PATCH', server, { properties: { highAvailability: { mode: 'SameZone' } } })
    simulator.advance(700)
    await owner.post(`${server}/restart`, {
      restartWithFailover: true,
      failoverMode: 'ForcedFailover',
    })
    assert.is((await properties(owner, server)).highAvailability.state, 'FailingOver')
    simulator.advance(150)
    assert.is((await properties(owner, server)).highAvailability.state, 'Healthy')
  }),
)
standby.run()

/** Guards that hold where another one stands before them: each is tried as if that other had let it pass. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { PostgresPrivateEndpoint } from '../operator/api/private-endpoint.ts'
import { formatId, makeId } from '../operator/azure/id.ts'
import { identityOf, sameIdentity } from '../operator/decision/identity.ts'
import { candidate as proven, identityOfObject } from '../operator/decision/observe.ts'
import { decide, revoke } from '../operator/decision/write.ts'
import {
  connection,
  decision,
  endpointText,
  intent,
  serverId,
  serverText,
  strangers,
} from './kit/decision.ts'
import { Objects } from './kit/decision-cluster.ts'
import { DecisionWorld } from './kit/decision-world.ts'

const test = suite('guards of decisions')

const app = connection('app.1')
const approve = (name: string, names: readonly string[], namespace = 'db') =>
  decision({ name, namespace, spec: { action: 'Approve', connections: { names: [...names] } } })

test('an identity is its name, its endpoint and its sub-resources, in any case and order', () => {
  const of = (name: string, endpoint: string, ...groupIds: readonly string[]) =>
    identityOf(connection(name, { endpoint: endpointText(endpoint), groupIds }))
  const it = of('app.1', 'app', 'one', 'two')
  assert.ok(sameIdentity(it, of('app.1', 'APP', 'Two', 'one')))
  assert.not(sameIdentity(it, of('app.2', 'app', 'one', 'two')))
  assert.not(sameIdentity(it, of('app.1', 'twin', 'one', 'two')))
  assert.not(sameIdentity(it, of('app.1', 'app', 'one')))
  assert.not(sameIdentity(it, of('app.1', 'app', 'one', 'three')))
  assert.not(sameIdentity(it, { name: it.name, groupIds: it.groupIds }))
})

test('a write goes to the own server, whichever one an answer about a connection names', () => {
  const elsewhere = makeId('connection', strangers, 'data', 'billing', app.name)
  const claimed = { ...app, id: elsewhere }
  const { spec } = approve('it', [app.name])
  const own = `${serverText}/privateEndpointConnections/${app.name}`
  for (const act of ['Approve', 'Reject', 'Delete'] as const) {
    assert.is(formatId(decide(serverId, spec, act, claimed, intent(app)).write.id), own)
  }
  assert.is(formatId(revoke(serverId, claimed, intent(app)).write.id), own)
})

test('an identity is of the own namespace, whatever else an identityRef says', () => {
  const foreign = { kind: 'Secret' as const, name: 'pgpe-azure', namespace: 'network' }
  for (const identityRef of [foreign, { ...foreign, kind: 'ServiceAccount' as const }]) {
    const { kind, name } = identityRef
    assert.equal(identityOfObject(decision({ spec: { identityRef } })), {
      kind,
      name,
      namespace: 'db',
    })
  }
})

test('an endpoint object that is being deleted proves nothing, nor does one of another server', () => {
  const endpoints = new Objects<PostgresPrivateEndpoint>()
  const by = decision({
    spec: { action: 'Approve', connections: { endpointRefs: [{ name: 'app' }] } },
  })
  const put = (metadata: object, server = serverText) =>
    endpoints.put({
      metadata: { namespace: 'db', name: 'app', uid: 'u', generation: 1, ...metadata },
      spec: { serverId: server, managementPolicy: 'Manage' },
      status: { privateEndpointId: endpointText('app'), resourceGuid: 'guid' },
    } as unknown as PostgresPrivateEndpoint)
  put({})
  assert.equal([...proven(by, endpoints).endpoints], [['db/app', endpointText('app')]])
  put({ deletionTimestamp: '2026-01-01T00:00:00Z' })
  assert.equal([...proven(by, endpoints).endpoints], [])
  put({}, serverText.replace('orders', 'billing'))
  assert.equal([...proven(by, endpoints).endpoints], [])
})

test('two decisions that are visited at the same moment send one write', async () => {
  const world = new DecisionWorld()
  const other = connection('other.2')
  for (const one of [app, other]) world.connect(one)
  const both = [approve('first', [app.name]), approve('second', [other.name])]
  for (const one of both) world.cluster.apply(one)
  for (const { metadata } of both) await world.visit(`db/${metadata.name}`)
  for (const one of both) assert.is(world.cluster.of(one).status?.memory?.intents?.length, 1)
  await Promise.all(both.map(({ metadata }) => world.visit(`db/${metadata.name}`)))
  assert.is(world.puts.length, 1)
  assert.is(world.refusals, 0, 'Azure never sees the other while the first is under way')
  await world.settle()
  assert.equal([world.stateOf(app), world.stateOf(other)], ['Approved', 'Approved'])
})

test('by its ARM id an endpoint is approved, later incarnations included, and nobody of its name elsewhere', async () => {
  const world = new DecisionWorld()
  const foreign = connection('app.7', { endpoint: endpointText('app', strangers) })
  for (const one of [app, foreign]) world.connect(one)
  const connections = { privateEndpointIds: [endpointText('APP')] }
  world.cluster.apply(decision({ spec: { action: 'Approve', connections } }))
  await world.settle()
  assert.is(world.stateOf(app), 'Approved')
  world.disconnect(app.name)
  const next = connection('app.2')
  world.connect(next)
  await world.settle()
  assert.equal([world.stateOf(next), world.stateOf(foreign)], ['Approved', 'Pending'])
})

test("the winner's name is told in its own namespace alone", async () => {
  const told = async (namespace: string) => {
    const world = new DecisionWorld()
    world.connect(app)
    const { names } = { names: [app.name] }
    world.cluster.apply(
      decision({
        name: 'secret-plan',
        namespace,
        spec: { action: 'Reject', connections: { names } },
      }),
    )
    const loser = world.cluster.apply(approve('loser', names))
    await world.settle()
    const { status } = world.cluster.of(loser)
    assert.ok(status?.conditions?.some(({ type }) => type === 'Conflicted'))
    assert.is(status?.connections?.[0]?.decision, 'Reject')
    return JSON.stringify(status)
  }
  assert.match(await told('db'), /secret-plan/)
  assert.not.match(await told('board'), /secret-plan|board/)
})

test('who comes under the name of one that was decided on is shown as another, and not decided on', async () => {
  const world = new DecisionWorld()
  world.connect(app)
  const it = world.cluster.apply(approve('it', [app.name]))
  await world.settle()
  assert.is(world.stateOf(app), 'Approved')
  world.connect(connection('app.1', { endpoint: endpointText('app', strangers) }))
  await world.settle()
  const { status } = world.cluster.of(it)
  assert.is(world.puts.length, 1)
  assert.is(status?.connections?.[0]?.privateEndpointId, endpointText('app'), 'who was decided on')
  assert.not.match(world.cluster.ready(it), /Approved/)
})

test.run()

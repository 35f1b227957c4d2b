/** Decisions over the simulator: from the manifest to what Azure shows. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { laws } from '../../operator/api/condition.ts'
import type { WrittenDecisionSpec } from '../../operator/api/connection-decision.ts'
import { catalogue } from '../../operator/decision/conditions.ts'
import { networkBody, pathsIn } from '../arm/kit.ts'
import { decision } from '../kit/decision.ts'
import { DecisionFlow, type Boundary } from './decision.world.ts'

const test = suite('a decision over Azure', { flow: undefined as unknown as DecisionFlow })

test.before.each(async (context) => {
  context.flow = await DecisionFlow.start()
})
test.after.each(async ({ flow }) => flow.stop())

type Spec = Omit<Partial<WrittenDecisionSpec>, 'serverId'>
const make = (flow: DecisionFlow, name: string, spec: Spec) => {
  const made = flow.cluster.apply(decision({ name, spec: { serverId: flow.serverId, ...spec } }))
  flow.wakeAll()
  return made
}
const isReady = (flow: DecisionFlow, it: ReturnType<typeof decision>, reason: string) => () =>
  flow.cluster.of(it).status !== undefined && flow.cluster.ready(it) === `True/${reason}`

async function requested(flow: DecisionFlow, name: string) {
  const found = await flow.request(name)
  if (!found) throw new Error('no connection')
  assert.is(found.status, 'Pending')
  return found
}

test('approves a pending request, with its description, once', async ({ flow }) => {
  const app = await requested(flow, 'app')
  const it = make(flow, 'approve', {
    action: 'Approve',
    description: 'Ticket 4711',
    connections: { privateEndpointIds: [app.endpointId] },
  })
  await flow.until('Approved', isReady(flow, it, 'Approved'))
  const now = await flow.connectionOf(app.endpointId)
  assert.is(now?.status, 'Approved')
  assert.is(now?.description, 'Ticket 4711')
  const { body } = await flow.azure.owner.get(app.endpointId)
  flow.pass(120)
  const other = body.properties.manualPrivateLinkServiceConnections[0].properties
  assert.ok(other.privateLinkServiceConnectionState.status)
  const { status } = flow.cluster.of(it)
  assert.is(status?.state, 'Approved')
  assert.match(status?.history?.[0]?.correlationId ?? '', /./)
  assert.is(status?.history?.[0]?.before, 'Pending')
  assert.is(status?.history?.[0]?.after, 'Approved')

  const { writes } = flow.cluster
  await flow.rest(3_600)
  assert.is(flow.cluster.writes, writes, 'no write to the cluster at rest')
  assert.equal(flow.writes(), ['PUT'])
})

test('rejects with a description, also who comes later', async ({ flow }) => {
  const first = await requested(flow, 'first')
  const it = make(flow, 'reject', {
    action: 'Reject',
    description: 'Not ours',
    connections: { states: ['Pending'] },
  })
  await flow.until('Rejected', isReady(flow, it, 'Rejected'))
  const now = await flow.connectionOf(first.endpointId)
  assert.is(now?.status, 'Rejected')
  assert.is(now?.description, 'Not ours')
  const second = await requested(flow, 'second')
  await flow.rest(600)
  assert.is((await flow.connectionOf(second.endpointId))?.status, 'Rejected')
  assert.is(flow.cluster.of(it).status?.rejected, 2)
})

test('deletes by full name, once', async ({ flow }) => {
  const app = await requested(flow, 'app')
  const it = make(flow, 'delete', { action: 'Delete', connections: { names: [app.name] } })
  await flow.until('Deleted', isReady(flow, it, 'Deleted'))
  assert.is(await flow.connectionOf(app.endpointId), undefined)
  flow.pass(120)
  const { body } = await flow.azure.owner.get(app.endpointId)
  const [connection] = body.properties.manualPrivateLinkServiceConnections
  assert.is(connection.properties.privateLinkServiceConnectionState.status, 'Disconnected')
  await flow.rest(1_200)
  assert.equal(flow.writes(), ['DELETE'])
  assert.is(flow.cluster.ready(it), 'True/Deleted')
})

test("shows a vendor's request from another tenant in the inbox; setting the row's action approves it", async ({
  flow,
}) => {
  const vendor = await flow.azure.as('vendor')
  const theirs = pathsIn(flow.azure.vendor, 'dbt')
  await vendor.put(theirs.group, { location: 'westeurope' })
  await vendor.done('PUT', theirs.network, networkBody)
  const inbox = make(flow, 'requests', { inbox: true })
  await flow.until('an empty inbox', isReady(flow, inbox, 'NoConnection'))

  const dbt = await flow.request('dbt', vendor, theirs.subnet)
  if (!dbt) throw new Error('no connection')
  await flow.until('a row', () => (flow.cluster.rows()[0]?.status?.observedGeneration ?? 0) > 0)
  const [row] = flow.cluster.rows()
  if (!row) throw new Error('no row')
  assert.match(row.metadata.name, /^orders-[0-9a-f]{16}$/)
  assert.is(row.status?.requester, `${flow.azure.vendor.slice('/subscriptions/'.length)}/dbt`)
  assert.is(row.status?.state, 'Pending')
  assert.is(flow.cluster.ready(row), 'True/AwaitingDecision')
  assert.is(flow.cluster.ready(inbox), 'True/AwaitingDecision')
  assert.equal(
    flow.cluster.events.map(({ reason, about }) => `${about} ${reason}`),
    ['db/requests RequestReceived'],
  )

  flow.cluster.apply({ ...row, spec: { ...row.spec, action: 'Approve' } })
  flow.wakeAll()
  await flow.until('Approved', isReady(flow, row, 'Approved'))
  assert.is((await flow.connectionOf(dbt.endpointId))?.status, 'Approved')
  await flow.until('all decided', isReady(flow, inbox, 'Decided'))

  flow.cluster.delete(inbox)
  flow.wakeAll()
  await flow.rest(300)
  assert.is(flow.cluster.rows().length, 1, 'a decided row stays')
})

test('undecided rows go with their connection', async ({ flow }) => {
  const app = await requested(flow, 'app')
  make(flow, 'requests', { inbox: true })
  await flow.until('a row', () => flow.cluster.rows().length === 1)
  await flow.azure.owner.done('DELETE', app.endpointId)
  await flow.until('no row', () => flow.cluster.rows().length === 0)
  await flow.rest(300)
  assert.is(flow.cluster.rows().length, 0)
})

test("an access that nobody decided on has a row: the portal's, the network team's own", async ({
  flow,
}) => {
  const app = await requested(flow, 'app')
  const body = { properties: { privateLinkServiceConnectionState: { status: 'Approved' } } }
  await flow.azure.owner.done('PUT', app.id, body)
  make(flow, 'requests', { inbox: true })
  await flow.until('a row', () => flow.cluster.rows()[0]?.status?.state === 'Approved')
})

test('where Reject and Approve meet the request is rejected, and the Approve says who won', async ({
  flow,
}) => {
  const app = await requested(flow, 'app')
  const approve = make(flow, 'approve', {
    action: 'Approve',
    connections: { privateEndpointIds: [app.endpointId] },
  })
  const reject = make(flow, 'reject', {
    action: 'Reject',
    connections: { names: [app.name] },
  })
  await flow.until('Rejected', isReady(flow, reject, 'Rejected'))
  assert.is((await flow.connectionOf(app.endpointId))?.status, 'Rejected')
  assert.is(flow.cluster.ready(approve), 'False/Conflicted')
  flow.cluster.delete(reject)
  flow.wakeAll()
  await flow.rest(60)
  assert.is(flow.cluster.ready(approve), 'False/PreviouslyRejected')
  assert.equal(flow.writes(), ['PUT'])
})

test('takes access away, and what was rejected is never asked to be approved', async ({ flow }) => {
  const app = await requested(flow, 'app')
  const by = { names: [app.name] }
  const it = make(flow, 'app', { action: 'Approve', connections: by })
  await flow.until('Approved', isReady(flow, it, 'Approved'))
  make(flow, 'app', { action: 'Reject', connections: by })
  await flow.until('Rejected', isReady(flow, it, 'Rejected'))
  make(flow, 'app', { action: 'Approve', connections: by })
  await flow.rest(600)
  assert.is(flow.cluster.ready(it), 'False/PreviouslyRejected')
  assert.equal(flow.writes(), ['PUT', 'PUT'])
})

test('an endpoint made anew under the same name is not the one that was named', async ({
  flow,
}) => {
  const app = await requested(flow, 'app')
  await flow.azure.owner.done('DELETE', app.endpointId)
  flow.pass(120)
  const again = await requested(flow, 'app')
  assert.is.not(again.name, app.name)
  const it = make(flow, 'approve', { action: 'Approve', connections: { names: [app.name] } })
  await flow.rest(600)
  assert.is(flow.cluster.ready(it), 'True/NoConnection')
  assert.equal(flow.writes(), [])
})

test('waits for a stopped server and goes on by itself', async ({ flow }) => {
  const app = await requested(flow, 'app')
  await flow.azure.owner.done('POST', `${flow.serverId}/stop`)
  flow.pass(600)
  const it = make(flow, 'approve', {
    action: 'Approve',
    connections: { privateEndpointIds: [app.endpointId] },
  })
  await flow.until('waiting', () => flow.cluster.of(it).status !== undefined)
  await flow.rest(60)
  assert.is(flow.cluster.ready(it), 'False/ServerNotReady')
  assert.equal(flow.writes(), [])
  await flow.azure.owner.done('POST', `${flow.serverId}/start`)
  await flow.until('Approved', isReady(flow, it, 'Approved'))
})

test('a server that is not there is said, and nothing more', async ({ flow }) => {
  const it = make(flow, 'lost', {
    ...{ serverId: `${flow.serverId}-not` },
    action: 'Approve',
    connections: { subscriptionIds: ['11111111-1111-1111-1111-111111111111'] },
    maxApproved: 1,
  })
  await flow.rest(60)
  assert.is(flow.cluster.ready(it), 'False/ServerNotFound')
})

test("a refusal for lack of a role is said with Azure's code, and tried again", async ({
  flow,
}) => {
  const app = await requested(flow, 'app')
  flow.azure.simulator.faults([
    {
      match: {
        method: 'PUT',
        type: 'Microsoft.DBforPostgreSQL/flexibleServers/privateEndpointConnections',
      },
      nth: 1,
      effect: { kind: 'error', status: 403, code: 'AuthorizationFailed' },
    },
  ])
  const it = make(flow, 'approve', { action: 'Approve', connections: { names: [app.name] } })
  await flow.until('denied', () => flow.cluster.ready(it) === 'False/Denied')
  const { conditions = [], memory } = flow.cluster.of(it).status ?? {}
  assert.match(conditions[0]?.message ?? '', /AuthorizationFailed/)
  assert.equal(laws(conditions, 1, catalogue), [])
  assert.type(memory?.deniedSince, 'string')
  await flow.until('Approved', isReady(flow, it, 'Approved'))
  assert.is(flow.cluster.of(it).status?.memory?.deniedSince, undefined)
})

test('an answer that got lost is not taken for a refusal, nor for done', async ({ flow }) => {
  const app = await requested(flow, 'app')
  flow.azure.simulator.faults([
    {
      match: {
        method: 'PUT',
        type: 'Microsoft.DBforPostgreSQL/flexibleServers/privateEndpointConnections',
      },
      nth: 1,
      effect: { kind: 'lostAnswer' },
    },
  ])
  const it = make(flow, 'approve', { action: 'Approve', connections: { names: [app.name] } })
  await flow.until('Approved', isReady(flow, it, 'Approved'))
  assert.equal(flow.writes(), ['PUT'])
})

test('writes to one server one after the other, and all get their outcome', async ({ flow }) => {
  const all = []
  for (const name of ['a', 'b', 'c', 'd']) all.push(await requested(flow, name))
  const approve = make(flow, 'approve', {
    action: 'Approve',
    maxApproved: 2,
    connections: { privateEndpointIds: all.slice(0, 2).map(({ endpointId }) => endpointId) },
  })
  const reject = make(flow, 'reject', {
    action: 'Reject',
    connections: { names: all.slice(2).map(({ name }) => name) },
  })
  await flow.until('Rejected', isReady(flow, reject, 'Rejected'))
  await flow.until('Approved', isReady(flow, approve, 'Approved'))
  const states = []
  for (const one of all) states.push((await flow.connectionOf(one.endpointId))?.status)
  assert.equal(states, ['Approved', 'Approved', 'Rejected', 'Rejected'])
  assert.is(flow.writes().length, 4)
})

const boundaries: readonly Boundary[] = ['before act', 'after act', 'before write']
for (const [action, ends] of [
  ['Approve', 'Approved'],
  ['Reject', 'Rejected'],
  ['Delete', undefined],
] as const)
  for (const at of boundaries) {
    test(`${action}: killed ${at}, at each time, it ends where an undisturbed run ends`, async ({
      flow,
    }) => {
      for (let nth = 1; nth <= 5; nth++) {
        const app = await requested(flow, `app${nth}`)
        const name = `${action.toLowerCase()}-${nth}`
        const it = make(flow, name, { action, connections: { names: [app.name] } })
        flow.crashAt(at, nth)
        await flow.until(name, isReady(flow, it, ends ?? 'Deleted'))
        assert.is((await flow.connectionOf(app.endpointId))?.status, ends)
        assert.is(flow.cluster.of(it).status?.memory?.intents, undefined)
        flow.cluster.delete(it)
      }
      assert.ok(flow.writes().length <= 10, 'at most one repeat for each')
    })
  }

test.run()

/**
 * Thousands of connections, wanted or not: the status stays small and its counts exact, nothing is written
 * twice, nobody is hidden, and nobody's decision stops being Ready because strangers ask.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { DecisionStatus } from '../operator/api/connection-decision.ts'
import type { Connection } from '../operator/azure/model.ts'
import { plan } from '../operator/decision/plan.ts'
import { report } from '../operator/decision/report.ts'
import {
  connection,
  decision,
  endpointText,
  guid,
  now,
  observation,
  ours,
  remembering,
  strangers,
} from './kit/decision.ts'
import { DecisionWorld } from './kit/decision-world.ts'
import { deadline } from './runner/deadline.ts'

const test = suite('thousands of connections')

const many = (
  number: number,
  state: string,
  subscription: (index: number) => string,
): readonly Connection[] =>
  Array.from({ length: number }, (_, index) =>
    connection(`e${String(index).padStart(4, '0')}.${index + 10}`, {
      state,
      endpoint: endpointText(`e${index}`, subscription(index)),
    }),
  )
const app = connection('zebra.7', { endpoint: endpointText('zebra') })
const size = (status: DecisionStatus | undefined): number => JSON.stringify(status).length

test('three thousand of one list: exact counts, a hundred in view, and nothing written at rest', async () => {
  const world = new DecisionWorld()
  const states = ['Approved', 'Rejected', 'Disconnected']
  for (const state of states) {
    for (const one of many(1_000, state, () => ours)) {
      const [short = ''] = one.name.split('.')
      world.connect(connection(`${state}${short}.${short.slice(1)}`, { state }))
    }
  }
  const it = world.cluster.apply(
    decision({
      spec: { action: 'Reject', connections: { subscriptionIds: [ours], states: ['Pending'] } },
    }),
  )
  const key = `db/${it.metadata.name}`
  await world.visit(key)
  await world.visit(key)
  const { status } = world.cluster.of(it)
  assert.equal([status?.pending, status?.approved, status?.rejected], [0, 0, 1_000])
  assert.is(status?.connections?.length, 100)
  assert.ok(size(status) < 64_000, String(size(status)))
  assert.is(status?.memory, undefined)
  const [writes, reads] = [world.cluster.writes, world.reads]
  for (let visit = 0; visit < 3; visit++) {
    assert.ok(((await world.visit(key)) ?? 0) >= 5_000)
    world.pass(300_000)
  }
  assert.equal([world.cluster.writes - writes, world.reads - reads, world.puts], [0, 3, []])
})

const hundredAndTen = deadline(120, async () => {
  const world = new DecisionWorld()
  const all = many(110, 'Pending', () => ours)
  for (const one of all) world.connect(one)
  const it = world.cluster.apply(
    decision({
      spec: { action: 'Approve', connections: { subscriptionIds: [ours] }, maxApproved: 150 },
    }),
  )
  await world.settle(2_000)
  assert.is(world.puts.length, 110, 'each once')
  assert.is(new Set(world.puts.map(({ name }) => name)).size, 110)
  const settled = world.cluster.of(it).status
  assert.equal([settled?.pending, settled?.approved], [0, 110])
  assert.is(settled?.memory?.done?.length, 100)
  assert.is(settled?.history?.length, 5)
  assert.ok(size(settled) < 64_000)
  await world.settle()
  assert.is(world.puts.length, 110, 'and none at rest')
  // Azure asks no one twice; if it did, what is no more noted is decided once more, what is noted is not.
  const [forgotten, noted] = [all[0], all[109]]
  if (!forgotten || !noted) throw new Error('none')
  world.connect(forgotten)
  world.connect(noted)
  await world.settle()
  assert.is(world.stateOf(forgotten), 'Approved')
  assert.is(world.stateOf(noted), 'Pending')
  assert.is(world.puts.length, 111)
  assert.is(world.cluster.ready(it), 'False/Drifted')
})
test(
  'of a hundred and ten approvals each is written once, though a hundred are noted',
  hundredAndTen,
)

test('where there is no room for another note, nothing is looked at again at once', () => {
  const all = many(250, 'Pending', () => strangers)
  const intents = all.slice(0, 100).map(({ name, privateEndpointId = '', groupIds }) => ({
    ...{ name, privateEndpointId, groupIds, action: 'Reject', before: 'Pending' },
    at: '2026-01-01T11:00:00Z',
  }))
  const self = decision({
    spec: { action: 'Reject', connections: { subscriptionIds: [strangers] } },
    status: remembering({ intents }),
  })
  const seen = observation(self, all)
  const made = plan(seen)
  assert.is(made.memory?.intents?.length, 100)
  assert.is(made.findings.filter(({ standing }) => standing.is === 'record').length, 0)
  const error = {
    code: 'Paced',
    message: 'Later.',
    retry: 'throttle',
    retryAfterMs: 40_000,
  } as const
  const { againInMs } = report(seen, made, [{ is: 'held', error }], new Date(now))
  assert.is(againInMs, 5_000)
  const changed = { ...self, spec: { ...self.spec, connections: { subscriptionIds: [strangers] } } }
  const anew = {
    ...changed,
    status: remembering({ intents: intents.map((one) => ({ ...one, action: 'Approve' })) }),
  }
  const replaced = plan(observation(anew, all)).memory?.intents ?? []
  assert.ok(
    replaced.length === 100 && replaced.every(({ action }) => action === 'Reject'),
    'full notes of another action give way',
  )
})

test('a flood hides nobody from the inbox, and every decision stays Ready', async () => {
  const world = new DecisionWorld()
  for (const one of many(3_000, 'Pending', () => strangers)) world.connect(one)
  world.connect(app)
  const inbox = world.cluster.apply(decision({ name: 'inbox', spec: { inbox: true } }))
  const watch = world.cluster.apply(decision({ name: 'watch' }))
  const approve = world.cluster.apply(
    decision({
      name: 'approve',
      spec: { action: 'Approve', connections: { privateEndpointIds: [endpointText('vendor')] } },
    }),
  )
  for (const key of ['db/inbox', 'db/watch', 'db/approve']) await world.visit(key)
  assert.is(world.cluster.rows().length, 11)
  const real = world.cluster.rows().find(({ spec }) => spec.connections?.names?.[0] === app.name)
  if (!real) throw new Error('the real request has no row')
  assert.is(world.cluster.ready(inbox), 'True/AwaitingDecision')
  assert.is(world.cluster.ready(watch), 'True/AwaitingDecision')
  assert.is(world.cluster.ready(approve), 'True/NoConnection')
  for (const one of [inbox, watch]) {
    const { status } = world.cluster.of(one)
    assert.is(status?.pending, 3_001)
    assert.is(status?.connections?.length, 100)
    assert.ok(size(status) < 64_000, String(size(status)))
    assert.equal(
      status?.conditions?.filter(({ type }) => type === 'Reconciling' || type === 'Stalled'),
      [],
    )
  }
  const message = world.cluster.of(inbox).status?.conditions?.[0]?.message ?? ''
  assert.match(message, /^3001 connections/)
  assert.match(message, /2990 of them have no row/)
  const { writes } = world.cluster
  for (let visit = 0; visit < 3; visit++) {
    for (const key of ['db/inbox', 'db/watch', 'db/approve']) await world.visit(key)
    world.pass(60_000)
  }
  assert.is(world.cluster.writes, writes, 'nothing is written at rest')

  world.cluster.apply({ ...real, spec: { ...real.spec, action: 'Approve' } })
  const key = `db/${real.metadata.name}`
  for (let visit = 0; visit < 4; visit++) {
    await world.visit(key)
    world.pass(20_000)
  }
  assert.is(world.stateOf(app), 'Approved')
  assert.is(world.cluster.ready(real), 'True/Approved')
})

test('three hundred subscriptions of strangers get one row each before any gets a second, and what has none is counted', async () => {
  const world = new DecisionWorld()
  for (const one of many(3_000, 'Pending', (index) => guid(index % 300))) world.connect(one)
  const inbox = world.cluster.apply(decision({ name: 'inbox', spec: { inbox: true } }))
  await world.visit('db/inbox')
  assert.is(world.cluster.rows().length, 100)
  world.connect(app)
  await world.visit('db/inbox')
  await world.visit('db/inbox')
  assert.is(world.cluster.rows().length, 100)
  const subscriptions = world.cluster
    .rows()
    .map(({ spec }) => spec.connections?.privateEndpointIds?.[0]?.split('/')[2] ?? '')
  assert.is(new Set(subscriptions).size, 100)
  assert.is(world.cluster.of(inbox).status?.pending, 3_001)
  const message = world.cluster.of(inbox).status?.conditions?.[0]?.message ?? ''
  assert.match(message, /2901 of them have no row/)
})

test.run()

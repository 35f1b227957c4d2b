/**
 * A decision that is withdrawn after Azure took an approval and before anybody looked whom it reached:
 * the operator still looks, and takes back what reached somebody else. What docs/decisions.md says.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { EndpointConnectionDecision } from '../operator/api/connection-decision.ts'
import { UncheckedApprovals } from '../operator/decision/unchecked.ts'
import { connection, decision, endpointText, intent, now, ours, strangers } from './kit/decision.ts'
import { Crash, DecisionWorld } from './kit/decision-world.ts'

const test = suite('a decision withdrawn at once')

const app = connection('app.1')
const foreign = connection('app.1', { endpoint: endpointText('app', strangers) })
const approve = (suspend = false, metadata: { readonly uid?: string } = {}) =>
  decision({
    name: 'approve',
    metadata,
    spec: {
      action: 'Approve',
      suspend,
      connections: { privateEndpointIds: [endpointText('app')] },
    },
  })
const anew = approve(false, { uid: 'uid-of-another' })

/** An approval is on its way; `comes` stood there in the instant of the write. */
async function sent(comes = foreign): Promise<DecisionWorld> {
  const world = new DecisionWorld()
  world.connect(app)
  world.cluster.apply(approve())
  world.at = (point) => {
    if (point === 'looked' && world.puts.length === 0) world.connect(comes)
  }
  for (let visits = 0; world.puts.length === 0; visits++) {
    assert.ok(visits < 10)
    await world.visit('db/approve')
    world.pass(1_000)
  }
  return world
}

const alarms = ({ cluster }: DecisionWorld) =>
  cluster.events.filter(({ reason, type }) => reason === 'ApprovalRevoked' && type === 'Warning')

type Made = readonly [what: string, withdraw: (world: DecisionWorld) => void]

const withdrawals: readonly Made[] = [
  ['deleted', ({ cluster }) => cluster.delete(approve())],
  [
    'deleted, and another of its name made',
    ({ cluster }) => {
      cluster.delete(approve())
      cluster.decisions.put(anew)
    },
  ],
  [
    'being deleted, and something else keeps it',
    ({ cluster }) => {
      const it = cluster.of(approve())
      const metadata = { ...it.metadata, deletionTimestamp: '2026-01-01T12:00:00Z' }
      cluster.decisions.put({ ...it, metadata })
    },
  ],
  [
    'robbed of its notes',
    ({ cluster }) => {
      const { status: _, ...bare } = cluster.of(approve())
      cluster.decisions.put(bare)
    },
  ],
  ['suspended', ({ cluster }) => cluster.apply(approve(true))],
]
for (const [what, withdraw] of withdrawals) {
  test(`if it is ${what}, the look is still taken, and the approval taken back`, async () => {
    const world = await sent()
    withdraw(world)
    await world.settle()
    assert.is(world.stateOf(foreign), 'Rejected')
    assert.equal(
      world.audit.map(({ action, endpointId }) => [action, endpointId]),
      [
        ['Approve', endpointText('app')],
        ['Revoke', endpointText('app', strangers)],
      ],
    )
    assert.is(alarms(world).length, 1)
  })

  test(`if it is ${what}, an approval that reached whom it was meant for stays`, async () => {
    const world = await sent(app)
    withdraw(world)
    await world.settle()
    assert.is(world.stateOf(app), 'Approved')
    assert.is(world.puts.length, 1)
    assert.equal(alarms(world), [])
  })
}

test('once that is seen to, nothing comes back to an object that has gone', async () => {
  const world = await sent(app)
  world.cluster.delete(approve())
  assert.is(await world.visit('db/approve'), 5_000)
  world.pass(60_000)
  assert.is(await world.visit('db/approve'), undefined)
  const { reads } = world
  assert.is(await world.visit('db/approve'), undefined)
  assert.is(world.reads, reads)
})

test('what a decision gives that says whose it is, is not taken back on behalf of one that has gone', async () => {
  const world = await sent()
  world.cluster.delete(approve())
  world.cluster.apply(
    decision({
      name: 'theirs',
      spec: {
        action: 'Approve',
        connections: { privateEndpointIds: [endpointText('app', strangers)] },
      },
    }),
  )
  await world.settle()
  assert.is(world.stateOf(foreign), 'Approved')
  assert.equal(alarms(world), [])
})

test('while Azure is silent it waits an hour, and then says so', async () => {
  const world = await sent()
  world.cluster.delete(approve())
  world.silent = true
  for (let minute = 0; minute < 60; minute++) {
    assert.is(await world.visit('db/approve'), 5_000)
    world.pass(60_000)
  }
  const told = (): readonly string[] => world.cluster.events.map(({ reason }) => reason)
  assert.not(told().includes('ApprovalUnchecked'))
  assert.is(await world.visit('db/approve'), undefined)
  assert.is(told().filter((reason) => reason === 'ApprovalUnchecked').length, 1)
})

test('a silence that ends within the hour changes nothing', async () => {
  const world = await sent()
  world.cluster.delete(approve())
  world.silent = true
  await world.visit('db/approve')
  world.pass(3_000_000)
  await world.visit('db/approve')
  world.silent = false
  await world.settle()
  assert.is(world.stateOf(foreign), 'Rejected')
})

test('of a process that ends nothing remains: the inbox shows whom it reached, and a Reject there takes it away', async () => {
  const world = await sent()
  world.cluster.delete(approve())
  world.restart()
  world.cluster.apply(decision({ name: 'inbox', spec: { inbox: true } }))
  await world.settle()
  assert.is(world.stateOf(foreign), 'Approved', 'nobody looks on behalf of what is gone')
  const [row, another] = world.cluster.rows()
  if (!row) throw new Error('no row')
  assert.is(another, undefined)
  assert.is(row.status?.state, 'Approved')
  assert.equal(row.spec.connections?.privateEndpointIds, [endpointText('app', strangers)])
  assert.is(world.cluster.ready(row), 'True/AwaitingDecision')
  world.cluster.apply({ ...row, spec: { ...row.spec, action: 'Reject' } })
  await world.settle()
  assert.is(world.stateOf(foreign), 'Rejected')
})

test('an object that another process left being deleted has its notes looked after', async () => {
  const world = await sent()
  const it = world.cluster.of(approve())
  const metadata = { ...it.metadata, deletionTimestamp: '2026-01-01T12:00:00Z' }
  world.cluster.decisions.put({ ...it, metadata })
  world.restart()
  await world.settle()
  assert.is(world.stateOf(foreign), 'Rejected')
})

test('what a process sent that died before it could note it, is looked after by the next one, whatever became of the spec', async () => {
  const world = new DecisionWorld()
  world.connect(app)
  world.cluster.apply(approve())
  world.at = (point) => {
    if (point !== 'written') return
    world.restart()
    throw new Crash()
  }
  while (world.puts.length === 0) {
    await world.visit('db/approve').catch(() => undefined)
    world.pass(1_000)
  }
  world.at = () => undefined
  world.cluster.apply({ ...approve(), spec: { ...approve().spec, maxApproved: 1 } })
  // Azure still works on the approval, and somebody else comes under the name.
  world.connect(foreign)
  await world.visit('db/approve')
  assert.is(world.stateOf(foreign), 'Pending')
  world.pass(12_000)
  assert.is(world.stateOf(foreign), 'Approved')
  await world.settle()
  assert.is(world.stateOf(foreign), 'Rejected')
  world.pass(60_000)
  await world.settle()
  assert.is(world.cluster.of(approve()).status?.memory, undefined, 'and then it is forgotten')
})

test('a thousand are remembered, the youngest', () => {
  const kept = new UncheckedApprovals()
  const many: readonly EndpointConnectionDecision[] = Array.from({ length: 1_001 }, (_, index) =>
    decision({ name: `d${index}`, spec: { connections: { subscriptionIds: [ours] } } }),
  )
  for (const one of many) kept.sent(one, intent(app), now)
  assert.equal(kept.of('db/d0'), [])
  assert.is(kept.of('db/d1').length, 1)
  assert.is(kept.of('db/d1000').length, 1)
  kept.over(kept.of('db/d1'))
  assert.equal(kept.of('db/d1'), [])
})

test.run()

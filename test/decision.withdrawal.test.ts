/** A decision that is withdrawn after Azure took it and before anybody looked: what docs/decisions.md says. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { connection, decision, endpointText, strangers } from './kit/decision.ts'
import { DecisionWorld } from './kit/decision-world.ts'

const test = suite('a decision withdrawn at once')

const app = connection('app.1')
const foreign = connection('app.1', { endpoint: endpointText('app', strangers) })
const approve = (suspend = false) =>
  decision({
    name: 'approve',
    spec: {
      action: 'Approve',
      suspend,
      connections: { privateEndpointIds: [endpointText('app')] },
    },
  })

/** An approval is on its way to somebody who came in the instant of the write. */
async function overtaken(): Promise<DecisionWorld> {
  const world = new DecisionWorld()
  world.connect(app)
  world.cluster.apply(approve())
  world.at = (point) => {
    if (point === 'looked' && world.puts.length === 0) world.connect(foreign)
  }
  for (let visits = 0; world.puts.length === 0; visits++) {
    assert.ok(visits < 10)
    await world.visit('db/approve')
    world.pass(1_000)
  }
  return world
}

test('if it is deleted, the inbox shows whom it reached, and a Reject there takes it away', async () => {
  const world = await overtaken()
  world.cluster.delete(approve())
  world.cluster.apply(decision({ name: 'inbox', spec: { inbox: true } }))
  await world.settle()
  assert.is(world.stateOf(foreign), 'Approved', 'nobody looks on behalf of what is gone')
  const [row, another] = world.cluster.rows()
  if (!row) throw new Error('no row')
  assert.is(another, undefined)
  assert.is(row.status?.state, 'Approved')
  assert.equal(row.spec.connections?.privateEndpointIds, [endpointText('app', strangers)])
  assert.is(world.cluster.ready(row), 'True/AwaitingDecision')
  // One write per server: that of the decision which is gone may still be under way until then.
  world.pass(60_000)
  world.cluster.apply({ ...row, spec: { ...row.spec, action: 'Reject' } })
  await world.settle()
  assert.is(world.stateOf(foreign), 'Rejected')
})

test('if it is suspended, the look is still taken, and the approval taken back', async () => {
  const world = await overtaken()
  const it = world.cluster.apply(approve(true))
  await world.settle()
  assert.is(world.stateOf(foreign), 'Rejected')
  const [act, given] = world.cluster.of(it).status?.history ?? []
  assert.equal([act?.action, act?.after], ['Revoke', 'Rejected'])
  assert.is(given?.action, 'Approve')
  assert.ok(given?.after !== undefined)
})

test.run()

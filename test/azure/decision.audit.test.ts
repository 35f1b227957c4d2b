/** What each write by a decision leaves behind, over the real adapter and the simulated Azure. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { endpointBody } from '../arm/kit.ts'
import { decision } from '../kit/decision.ts'
import { DecisionFlow } from './decision.world.ts'

const test = suite('the audit of decisions over Azure', {
  flow: undefined as unknown as DecisionFlow,
})

test.before.each(async (context) => {
  context.flow = await DecisionFlow.start()
})
test.after.each(async ({ flow }) => flow.stop())

const canary = 'CANARY\n{"msg":"decision-written"}\u001b[2J\u202e'

for (const [action, ready, before] of [
  ['Approve', 'Approved', 'Pending'],
  ['Reject', 'Rejected', 'Approved'],
  ['Delete', 'Deleted', 'Approved'],
] as const) {
  test(`${action}: line, event and history tell the same, and nothing that others wrote`, async ({
    flow,
  }) => {
    const { owner } = flow.azure
    const endpointId = flow.paths.endpoint('app')
    const connection = { requestMessage: canary }
    const body = endpointBody(flow.paths.subnet, flow.serverId, { manual: true, connection })
    await owner.done('PUT', endpointId, body)
    const found = await flow.connectionOf(endpointId)
    if (!found) throw new Error('no connection')
    if (before === 'Approved') {
      // Somebody with rights on the server approved it by hand, with a description of his own.
      const state = { status: before, description: canary }
      await owner.done('PUT', found.id, {
        properties: { privateLinkServiceConnectionState: state },
      })
      assert.is((await flow.connectionOf(endpointId))?.description, canary, 'Azure shows it')
    }
    const it = flow.cluster.apply(
      decision({
        name: 'it',
        spec: {
          serverId: flow.serverId,
          action,
          connections: { names: [found.name] },
          decidedBy: { username: 'alice' },
        },
      }),
    )
    await flow.until(ready, () => flow.cluster.of(it).status?.history?.[0]?.after !== undefined)
    assert.is(flow.cluster.ready(it), `True/${ready}`)
    assert.is(flow.audit.length, 1)
    const [line] = flow.audit
    const { correlationId = '' } = line ?? {}
    assert.match(correlationId, /^[0-9a-f-]{36}$/)
    assert.equal(line, {
      namespace: 'db',
      name: 'it',
      uid: it.metadata.uid,
      generation: 1,
      decidedBy: 'alice',
      action,
      connectionId: `${flow.serverId}/privateEndpointConnections/${found.name}`,
      endpointId: line?.endpointId,
      before,
      after: ready,
      outcome: 'accepted',
      correlationId,
    })
    assert.is(line?.endpointId.toLowerCase(), endpointId.toLowerCase())
    const [act] = flow.cluster.of(it).status?.history ?? []
    assert.equal(
      [act?.action, act?.before, act?.after, act?.correlationId, act?.generation, act?.decidedBy],
      [action, before, ready, correlationId, 1, 'alice'],
    )
    const [sent] = flow.cluster.events
    assert.is(sent?.reason, 'DecisionSent')
    for (const said of [found.name, line?.endpointId ?? '-', 'alice', correlationId]) {
      assert.ok(sent?.note.includes(said), said)
    }
    assert.not.match(JSON.stringify([flow.audit, flow.cluster.events, act]), /CANARY/)
    assert.not.match(JSON.stringify(flow.cluster.of(it).status), /\\u001b|\\n|\u202e/)
  })
}

test.run()

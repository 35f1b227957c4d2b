/** What a write to Azure by a decision leaves behind: a line, an event and an entry, and nothing hidden. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { EndpointConnectionDecision } from '../operator/api/connection-decision.ts'
import { auditOf, type AuditLine } from '../operator/decision/audit.ts'
import { intentsOf } from '../operator/decision/intent.ts'
import type { DecisionOutcome } from '../operator/decision/outcome.ts'
import { decide, revoke } from '../operator/decision/write.ts'
import { createLog } from '../operator/runtime/log.ts'
import {
  connection,
  decision,
  endpointText,
  fullName,
  intent,
  observation,
  remembering,
  serverId,
  serverText,
  strangers,
} from './kit/decision.ts'
import { DecisionWorld } from './kit/decision-world.ts'

const test = suite('the audit of decisions')

const app = connection('app.1')
const foreign = connection('app.1', { endpoint: endpointText('app', strangers) })
const accepted = { is: 'accepted', status: 202, correlationId: 'c-1' } as const
const error = { code: 'X', message: 'x', retry: 'fast', correlationId: 'c-2' } as const

const made = (action: 'Approve' | 'Reject' | 'Delete', username?: string) =>
  decision({
    name: action.toLowerCase(),
    metadata: { generation: 7 },
    spec: {
      action,
      connections: { names: [app.name] },
      ...(username !== undefined && { decidedBy: { username } }),
    },
  })

function bound(of: EndpointConnectionDecision, to = app) {
  const seen = observation({ ...of, status: remembering({ intents: [intent(to)] }) }, [to])
  const [found] = intentsOf(seen).values()
  if (!found) throw new Error('no intent')
  return found
}

const line = (
  act: 'Approve' | 'Reject' | 'Delete',
  outcome: DecisionOutcome = accepted,
  by?: string,
) => {
  const self = made(act, by)
  return auditOf(self, decide(serverId, self.spec, act, app, bound(self)), outcome)
}

test('the line says which revision of which object, whose, about whom, before and after', () => {
  assert.equal(line('Approve', accepted, 'alice'), {
    namespace: 'db',
    name: 'approve',
    uid: 'uid-db-approve',
    generation: 7,
    decidedBy: 'alice',
    action: 'Approve',
    connectionId: `${serverText}/privateEndpointConnections/${app.name}`,
    endpointId: endpointText('app'),
    before: 'Pending',
    after: 'Approved',
    outcome: 'accepted',
    correlationId: 'c-1',
  })
})

test('the line has the same fields whatever was done and whatever is not known', () => {
  const self = made('Approve')
  const nameless = connection('app.1', { endpoint: null })
  const lines = [
    line('Approve', accepted, 'alice'),
    line('Reject'),
    line('Delete', { is: 'unknown', error }),
    auditOf(self, revoke(serverId, nameless, bound(self)), { is: 'accepted', status: 202 }),
  ]
  const shape = (one: AuditLine | undefined) =>
    Object.entries(one ?? {}).map(([field, value]) => `${field}: ${typeof value}`)
  for (const one of lines) assert.equal(shape(one), shape(lines[0]))
  assert.equal(
    lines.map((one) => [one?.action, one?.after, one?.outcome, one?.correlationId]),
    [
      ['Approve', 'Approved', 'accepted', 'c-1'],
      ['Reject', 'Rejected', 'accepted', 'c-1'],
      ['Delete', 'Deleted', 'unknown', 'c-2'],
      ['Revoke', 'Rejected', 'accepted', ''],
    ],
  )
})

test('what can not have reached Azure leaves no line', () => {
  const none: readonly DecisionOutcome[] = [
    { is: 'superseded' },
    { is: 'held', error },
    { is: 'refused', error },
    { is: 'guarded', seen: { is: 'absent' } },
  ]
  for (const outcome of none) assert.is(line('Approve', outcome), undefined, outcome.is)
})

const hostile = '\n{"msg":"decision-written"}\u001b[2J\u202e\u0000\u200b'

test('texts of strangers can neither begin a line of their own nor move the cursor', () => {
  const self = made('Approve', `mallory${hostile}`)
  const they = { ...app, state: `Pending${hostile}`, privateEndpointId: `/x${hostile}` }
  const written = auditOf(self, decide(serverId, self.spec, 'Approve', they, bound(self)), {
    ...accepted,
    correlationId: `c${hostile}`,
  })
  if (!written) throw new Error('no line')
  const lines: string[] = []
  createLog('info', { write: (text: string) => void lines.push(text) }).info('decision-written', {
    ...written,
  })
  assert.is(lines.length, 1)
  const [text = ''] = lines
  assert.is(text.trimEnd().split('\n').length, 1)
  assert.not.match(text, /[\p{C}\p{Zl}\p{Zp}](?!$)/u)
  assert.not.match(text, /\\u00|\\u20|\\n/)
  const { msg, decidedBy } = JSON.parse(text) as Record<string, string>
  assert.is(msg, 'decision-written')
  assert.match(decidedBy ?? '', /^mallory\uFFFD/)
})

test('line, event and history of an approval agree; a description of a stranger is in none', async () => {
  const world = new DecisionWorld()
  world.connect({ ...app, description: `CANARY${hostile}` })
  const self = world.cluster.apply(
    decision({
      name: 'approve',
      spec: {
        action: 'Approve',
        connections: { names: [fullName('app.1')] },
        decidedBy: { username: 'alice' },
      },
    }),
  )
  await world.settle()
  const { uid, generation } = world.cluster.of(self).metadata
  const [act] = world.cluster.of(self).status?.history ?? []
  const [sent] = world.cluster.events
  assert.is(world.audit.length, 1)
  assert.equal([world.audit[0]?.uid, world.audit[0]?.generation], [uid, generation])
  const id = world.audit[0]?.correlationId ?? 'none'
  assert.equal(
    [act?.correlationId, act?.generation, act?.decidedBy, act?.before, act?.after],
    [id, generation, 'alice', 'Pending', 'Approved'],
  )
  assert.is(sent?.reason, 'DecisionSent')
  for (const said of [app.name, endpointText('app'), 'Pending', 'alice', `Generation 1`, id]) {
    assert.ok(sent?.note.includes(said), `${said} in ${sent?.note}`)
  }
  assert.not.match(JSON.stringify([world.audit, world.cluster.events, act]), /CANARY/)
  // The status shows it, made printable.
  assert.not.match(JSON.stringify(world.cluster.of(self).status), /\\u00|[\p{Cc}\p{Cf}]/u)
})

test('an approval that is taken back is told twice: as given, and as taken', async () => {
  const world = new DecisionWorld()
  world.connect(app)
  world.cluster.apply(
    decision({ name: 'approve', spec: { action: 'Approve', connections: { names: [app.name] } } }),
  )
  world.at = (point) => {
    if (point === 'looked' && world.puts.length === 0) world.connect(foreign)
  }
  await world.settle()
  assert.equal(
    world.audit.map(({ action, endpointId }) => [action, endpointId]),
    [
      ['Approve', endpointText('app')],
      ['Revoke', endpointText('app', strangers)],
    ],
  )
  const warned = world.cluster.events.find(({ reason }) => reason === 'ApprovalRevoked')
  assert.is(warned?.type, 'Warning')
  assert.ok(warned?.note.includes(endpointText('app', strangers)))
})

test.run()

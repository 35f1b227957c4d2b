/** What is said of a visit: Ready and its reason, the conditions beside it, counts, lists, events, pace. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { explain, rows } from '../operator/api/catalogue.ts'
import { laws } from '../operator/api/condition.ts'
import type { DecisionStatus, WrittenDecisionSpec } from '../operator/api/connection-decision.ts'
import type { ArmError } from '../operator/azure/error.ts'
import { absent, present, unreadable } from '../operator/azure/observed.ts'
import type { Connection } from '../operator/azure/model.ts'
import { catalogue, events } from '../operator/decision/conditions.ts'
import type { Observation } from '../operator/decision/observation.ts'
import type { DecisionOutcome } from '../operator/decision/outcome.ts'
import { plan } from '../operator/decision/plan.ts'
import { report } from '../operator/decision/report.ts'
import { transitionsPage } from '../operator/decision/transitions.ts'
import {
  candidate,
  connection,
  decision,
  endpointText,
  fresh,
  fullName,
  intent,
  now,
  observation,
  ours,
  remembering,
  server,
  serverText,
  strangers,
  vendors,
} from './kit/decision.ts'

const app = connection('app.1')
const approved = connection('app.1', { state: 'Approved' })
const rejected = connection('app.1', { state: 'Rejected' })
const foreign = connection('app.1', {
  endpoint: endpointText('app', strangers),
  state: 'Approved',
})
const dbt = connection('dbt.7', { endpoint: endpointText('dbt', vendors) })

const error = (code: string, retry: ArmError['retry'], status?: number): ArmError => ({
  code,
  retry,
  message: `Azure says ${code}.`,
  ...(status !== undefined && { status }),
})
const denied = error('AuthorizationFailed', 'slow', 403)
const tired = error('ServerIsBusy', 'fast', 409)
const busyRefusal = (of: ArmError): Observation['attempts'] =>
  new Map([[app.name, { count: 1, at: now, nextAt: now + 60_000, result: of }]])
const vain = (count: number): Observation['attempts'] =>
  new Map([[app.name, { count, at: now - 1, nextAt: now + 60_000, result: 'sent' }]])
const rival = (action: 'Approve' | 'Reject', namespace = 'db') =>
  candidate(
    decision({
      name: 'rival',
      namespace,
      metadata: { creationTimestamp: '2025-01-01T00:00:00Z' },
      spec: { action, connections: { names: [app.name] } },
    }),
  )
const bound = remembering({ intents: [intent(app)] })
const byList = { subscriptionIds: [ours] }
const halfAnHourAgo = '2026-01-01T11:30:00Z'

interface Row {
  readonly spec?: Partial<WrittenDecisionSpec>
  readonly status?: DecisionStatus
  readonly sees?: readonly Connection[]
  readonly given?: Partial<Observation>
  readonly outcome?: DecisionOutcome
  /** `True/Approved`, then the conditions beside Ready: `Stalled ServerNotReady/ServerState`. */
  readonly says: string
  readonly message?: RegExp
}

const table: Readonly<Record<string, Row>> = {
  'no connection yet is no failure': { sees: [], says: 'True/NoConnection' },
  'an approved connection is Ready': { sees: [approved], says: 'True/Approved' },
  'a rejected one too': {
    spec: { action: 'Reject' },
    sees: [rejected],
    says: 'True/Rejected',
  },
  'an approval to be bound is work': { says: 'False/Approving Reconciling' },
  'an approval that is sent is work': {
    status: bound,
    outcome: { is: 'accepted', status: 202 },
    says: 'False/Approving Reconciling',
  },
  'a rejection is work': { spec: { action: 'Reject' }, says: 'False/Rejecting Reconciling' },
  'a deletion is work': { spec: { action: 'Delete' }, says: 'False/Deleting Reconciling' },
  'what was deleted stays Deleted': {
    spec: { action: 'Delete' },
    sees: [],
    status: remembering(
      { done: [app.name] },
      {
        connections: [
          { name: app.name, decision: 'Delete', by: 'db/self', at: '2026-01-01T11:00:00Z' },
        ],
      },
    ),
    says: 'True/Deleted',
  },
  'what was deleted stays Deleted when the server goes as well': {
    spec: { action: 'Delete' },
    status: {
      connections: [
        { name: app.name, decision: 'Delete', by: 'db/self', at: '2026-01-01T11:00:00Z' },
      ],
    },
    given: { server: absent },
    says: 'True/Deleted ServerNotReady/ServerNotFound',
  },
  'a decision Azure took again and again without effect': {
    status: bound,
    given: { attempts: vain(3) },
    says: 'False/NoEffect Reconciling',
  },
  'an approval waits for the server': {
    given: { server: present(server([app], { state: 'Stopped' })) },
    says: 'False/ServerNotReady Reconciling ServerNotReady/ServerState',
    message: /start the server/,
  },
  'an approval waits for high availability': {
    given: { server: present(server([app], { highAvailability: 'FailingOver' })) },
    says: 'False/ServerNotReady Reconciling ServerNotReady/HighAvailability',
  },
  'a stopped server informs where nothing waits for it': {
    sees: [approved],
    given: { server: present(server([approved], { state: 'Stopped' })) },
    says: 'True/Approved ServerNotReady/ServerState',
  },
  'a server at work is not worth telling': {
    sees: [approved],
    given: { server: present(server([approved], { state: 'Updating' })) },
    says: 'True/Approved',
  },
  'a server that is not there': {
    given: { server: absent },
    says: 'False/ServerNotFound Stalled ServerNotReady/ServerNotFound',
  },
  'an approval of what was rejected is for a person to mend': {
    sees: [rejected],
    says: 'False/PreviouslyRejected Stalled',
    message: /pgpe\.dev\/recreate/,
  },
  'an approval of what is disconnected too': {
    sees: [connection('app.1', { state: 'Disconnected' })],
    says: 'False/Disconnected Stalled',
  },
  'a rejected one on a list is not': {
    spec: { connections: byList },
    sees: [rejected],
    says: 'True/Decided',
  },
  'a state that nobody knows': {
    sees: [connection('app.1', { state: 'Quarantined' })],
    says: 'False/UnknownState Reconciling',
  },
  'another endpoint under the name is an alarm': {
    status: bound,
    sees: [foreign],
    given: { fresh: fresh(foreign) },
    says: 'False/IdentityChanged Stalled Drifted/IdentityChanged',
    message: /privateEndpointIds/,
  },
  'losing the one that is named is not Ready': {
    given: { rivals: [rival('Reject')] },
    says: 'False/Conflicted Stalled Conflicted/Overruled',
    message: /the Reject of db\/rival/,
  },
  'the winner is not named across namespaces': {
    given: { rivals: [rival('Reject', 'secret')] },
    says: 'False/Conflicted Stalled Conflicted/Overruled',
    message: /a decision in another namespace acts/,
  },
  'losing to an older one of the same kind': {
    given: { rivals: [rival('Approve')] },
    says: 'False/Conflicted Stalled Conflicted/OlderDecision',
  },
  'losing part of a list is Ready': {
    spec: { connections: byList },
    sees: [app, connection('b.2', { state: 'Approved' })],
    given: { rivals: [rival('Reject')] },
    says: 'True/Approved Conflicted/Overruled',
  },
  'losing all of a list is Ready too': {
    spec: { connections: byList },
    given: { rivals: [rival('Reject')] },
    says: 'True/Conflicted Conflicted/Overruled',
  },
  'what somebody rejected after us is drift, and for a person': {
    sees: [rejected],
    status: remembering(
      { done: [app.name] },
      {
        connections: [
          {
            name: app.name,
            privateEndpointId: endpointText('app'),
            groupIds: ['postgresqlServer'],
            decision: 'Approve',
            by: 'db/self',
          },
        ],
      },
    ),
    says: 'False/PreviouslyRejected Stalled Drifted/ChangedOutside',
  },
  'what somebody approved after our rejection is not fought': {
    spec: { action: 'Reject' },
    sees: [approved],
    status: remembering({ done: [app.name] }),
    given: { fresh: fresh(approved) },
    says: 'False/Drifted Stalled Drifted/ChangedOutside',
  },
  'suspended with something left to write': {
    spec: { suspend: true },
    says: 'False/Suspended Stalled Suspended/Suspended',
  },
  'suspended at rest': {
    spec: { suspend: true },
    sees: [approved],
    says: 'True/Approved Suspended/Suspended',
  },
  'without the admission policy nothing is acted on': {
    given: { gated: false },
    says: 'False/AdmissionPolicyMissing Stalled',
    message: /--allow-ungated/,
  },
  'watching needs no admission policy': {
    spec: { action: undefined as never },
    given: { gated: false },
    says: 'True/AwaitingDecision AwaitingDecision/Undecided',
  },
  'a flaw that the API server would refuse': {
    spec: { action: 'Delete', connections: byList },
    says: 'False/InvalidSpec Stalled',
    message: /names/,
  },
  'an action of a later release': {
    spec: { action: 'Quarantine' as 'Reject' },
    says: 'False/UnknownPolicy Stalled',
  },
  'a missing role is awaited': {
    status: bound,
    outcome: { is: 'refused', error: denied },
    says: 'False/Denied Reconciling',
    message: /AuthorizationFailed/,
  },
  'a role that is missing for half an hour is for a person': {
    status: remembering({ intents: [intent(app)], deniedSince: halfAnHourAgo }),
    outcome: { is: 'refused', error: denied },
    says: 'False/Denied Stalled',
  },
  'a server that may not be read': {
    given: { server: unreadable(denied) },
    says: 'False/Denied Reconciling',
  },
  'no token': {
    given: { server: unreadable(error('CredentialsUnavailable', 'slow')) },
    says: 'False/CredentialsUnavailable Reconciling CredentialsUnavailable/CredentialsUnavailable',
  },
  'a lock stands in the way': {
    given: { attempts: busyRefusal(error('ScopeLocked', 'slow', 409)) },
    status: bound,
    says: 'False/Blocked Stalled',
    message: /ScopeLocked/,
  },
  'Azure refuses the request itself': {
    status: bound,
    outcome: { is: 'refused', error: error('InvalidParameterValue', 'user-fix', 400) },
    says: 'False/Refused Stalled',
  },
  'Azure is busy': {
    status: bound,
    given: { attempts: busyRefusal(tired) },
    says: 'False/Retrying Reconciling',
  },
  'Azure limits the rate': {
    status: bound,
    outcome: { is: 'refused', error: error('TooManyRequests', 'throttle', 429) },
    says: 'False/Throttled Reconciling Throttled/Throttled',
  },
  "our own pacing is nobody's concern": {
    status: bound,
    outcome: { is: 'held', error: error('Paced', 'throttle') },
    says: 'False/Approving Reconciling',
  },
  'Azure could not be read for a new object': {
    given: { server: unreadable(error('Unreachable', 'fast')) },
    says: 'Unknown/AzureUnreadable Reconciling',
  },
  'a full list awaits a decision and is Ready': {
    spec: { connections: byList, maxApproved: 1 },
    sees: [connection('b.2', { state: 'Approved' }), app],
    says: 'True/AwaitingDecision AwaitingDecision/LimitReached',
  },
  'a decision whose time is over too': {
    spec: { decideUntil: '2026-01-01T00:00:00Z' },
    says: 'True/AwaitingDecision AwaitingDecision/TimeOver',
  },
  'a request that nobody decided lowers nothing': {
    spec: { action: undefined as never, connections: undefined as never },
    sees: [dbt],
    says: 'True/AwaitingDecision AwaitingDecision/Undecided',
    message: /dbt\./,
  },
  'a flood of strangers lowers nothing': {
    spec: { action: undefined as never, connections: undefined as never, inbox: true },
    sees: Array.from({ length: 300 }, (_, index) =>
      connection(`x${index}.${index}`, { endpoint: endpointText(`x${index}`, strangers) }),
    ),
    says: 'True/AwaitingDecision AwaitingDecision/Undecided',
    message: /300 connections .* 290 of them have no row/,
  },
  'all decided': {
    spec: { action: undefined as never },
    given: { rivals: [rival('Reject')] },
    says: 'True/Decided',
  },
}

const test = suite('a report says')
const self = (row: Row) => {
  const spec = { action: 'Approve' as const, connections: { names: [app.name] }, ...row.spec }
  const given = Object.fromEntries(
    Object.entries({ maxApproved: 9, ...spec }).filter(([, value]) => value !== undefined),
  )
  return decision({ name: 'self', spec: given, ...(row.status && { status: row.status }) })
}
const visit = (row: Row) => {
  const seen = observation(self(row), row.sees ?? [app], row.given)
  const made = plan(seen)
  return report(seen, made, row.outcome ? [row.outcome] : [], new Date(now))
}

for (const [sentence, row] of Object.entries(table)) {
  test(sentence, () => {
    const { status } = visit(row).write
    if (!status) throw new Error('nothing is written')
    const conditions = status.conditions ?? []
    const [ready, ...beside] = conditions
    const short = beside.map(({ type, reason }) =>
      ['Reconciling', 'Stalled'].includes(type) ? type : `${type}/${reason}`,
    )
    assert.is([`${ready?.status}/${ready?.reason}`, ...short].join(' '), row.says)
    if (row.message) assert.match(ready?.message ?? '', row.message)
    assert.equal(laws(conditions, 1, catalogue), [])
  })
}

test('every reason of the catalogue, and none beside it', () => {
  const reached = new Set(
    Object.values(table).flatMap((row) =>
      (visit(row).write.status?.conditions ?? []).map(
        ({ type, status, reason }) => `${type}=${status}/${reason}`,
      ),
    ),
  )
  const all = rows(catalogue).map(({ type, status, reason }) => `${type}=${status}/${reason}`)
  assert.equal(all.filter((one) => !reached.has(one)).sort(), [])
})

test('what is not Ready and needs a person says what to do', () => {
  for (const row of rows(catalogue)) {
    if (row.type !== 'Ready' || row.status === 'True') continue
    assert.ok(explain(catalogue, row)?.retry ?? explain(catalogue, row)?.remedy, row.reason)
  }
})

test('state and requester where exactly one is named', () => {
  const { status } = visit({ sees: [approved], says: '' }).write
  assert.is(status?.state, 'Approved')
  assert.is(status?.requester, `${ours}/app`)
  const list = visit({ spec: { connections: byList }, sees: [approved], says: '' }).write.status
  assert.is(list?.state, undefined)
  assert.is(list?.approved, 1)
})

test('a list of a hundred, unfinished ones first, and whole counts', () => {
  const many = Array.from({ length: 300 }, (_, index) =>
    connection(`a${index}.${index}`, { state: 'Rejected' }),
  )
  const { status } = visit({
    spec: { action: 'Reject', connections: byList },
    sees: [...many, connection('zebra.7')],
    says: '',
  }).write
  assert.is(status?.connections?.length, 100)
  assert.is(status?.connections?.[0]?.name, fullName('zebra.7'))
  assert.is(status?.rejected, 300)
  assert.is(status?.pending, 1)
})

test('texts of strangers show no control and no direction marks', () => {
  const nasty = connection('app.1', { description: 'ok\u202e\u001b[31m\u200bx'.repeat(99) })
  const { status } = visit({ spec: { action: undefined as never }, sees: [nasty], says: '' }).write
  const shown = JSON.stringify(status)
  assert.not.match(shown, /\p{C}/u)
  assert.ok((status?.connections?.[0]?.description?.length ?? 0) <= 256)
})

test("the act stands in the history with Azure's correlation id, and is completed by a look", () => {
  const sent = visit({
    status: bound,
    outcome: { is: 'accepted', status: 202, correlationId: 'c-1' },
    says: '',
  }).write
  const [act] = sent.status?.history ?? []
  assert.equal(act, {
    at: '2026-01-01T12:00:00Z',
    name: app.name,
    privateEndpointId: endpointText('app'),
    action: 'Approve',
    before: 'Pending',
    correlationId: 'c-1',
    generation: 1,
  })
  assert.equal(
    sent.doings.map(({ type, reason }) => `${type} ${reason}`),
    ['Normal DecisionSent'],
  )
  assert.match(sent.doings[0]?.note ?? '', /c-1/)
  if (!sent.status) throw new Error('nothing is written')
  const seen = visit({ status: sent.status, given: { fresh: fresh(approved) }, says: '' }).write
  assert.equal(seen.status?.history, [{ ...act, after: 'Approved' }])
  assert.is(seen.status?.memory?.intents, undefined)
  assert.equal(seen.status?.memory?.done, [app.name])
  const [entry] = seen.status?.connections ?? []
  assert.is(entry?.decision, 'Approve')
  assert.is(entry?.by, 'db/self')
  assert.is(entry?.at, '2026-01-01T11:00:00Z')
  assert.equal(
    [...seen.doings, ...seen.turns].map(({ type, reason }) => `${type} ${reason}`),
    ['Normal DecisionCarriedOut', 'Normal Approved'],
  )
})

test('the history keeps the last five', () => {
  const old = Array.from({ length: 5 }, (_, index) => ({
    at: `2026-01-01T0${9 - index}:00:00Z`,
    name: fullName(`old.${index}`),
    action: 'Approve',
    after: 'Approved',
  }))
  const { status } = visit({
    status: { ...bound, history: old },
    outcome: { is: 'accepted', status: 202 },
    says: '',
  }).write
  assert.equal(
    status?.history?.map(({ name }) => name.split('.')[0]),
    ['app', 'old', 'old', 'old', 'old'],
  )
  assert.equal(status?.history?.[1], old[0])
})

test('taking an approval back raises an alarm', () => {
  const { doings } = visit({
    status: bound,
    sees: [foreign],
    given: { fresh: fresh(foreign) },
    outcome: { is: 'accepted', status: 202 },
    says: '',
  }).write
  assert.equal(
    doings.map(({ type, reason }) => `${type} ${reason}`),
    ['Warning ApprovalRevoked'],
  )
  assert.ok(doings.every(({ reason }) => Object.hasOwn(events, reason)))
})

test('events tell of transitions only', () => {
  const first = visit({ sees: [rejected], says: '' }).write
  assert.equal(
    first.turns.map(({ type, reason }) => `${type} ${reason}`),
    ['Warning PreviouslyRejected'],
  )
  if (!first.status) throw new Error('nothing is written')
  const again = visit({ sees: [rejected], status: first.status, says: '' }).write
  assert.equal(again, {
    status: undefined,
    doings: [],
    turns: [],
    over: [],
    checked: [],
    failed: [],
  })
})

test('a request of a stranger is one event of the inbox, and none of its Ready', () => {
  const inbox = decision({ name: 'inbox', spec: { inbox: true } })
  const seen = observation(inbox, [dbt])
  const { write } = report(seen, plan(seen), [{ is: 'made' }], new Date(now))
  assert.equal(
    [...write.doings, ...write.turns].map(({ type, reason }) => `${type} ${reason}`),
    ['Normal RequestReceived'],
  )
  assert.match(write.doings[0]?.note ?? '', new RegExp(`${vendors}/dbt`))
})

test('a short silence of Azure changes nothing, a long one is said', () => {
  const status: DecisionStatus = { observedGeneration: 1, approved: 1 }
  const silent = unreadable(error('Unreachable', 'fast'))
  const given = (minutes: number) => ({ server: silent, silentSince: now - minutes * 60_000 })
  assert.is(visit({ status, given: given(9), says: '' }).write.status, undefined)
  const late = visit({ status, given: given(10), says: '' }).write.status
  assert.is(late?.conditions?.[0]?.reason, 'AzureUnreadable')
  assert.is(late?.approved, 1, 'what was last seen stays')
})

test('the token of a request comes back once Azure was looked at', () => {
  const annotated = (annotations: Record<string, string>) => {
    const made = self({ says: '' })
    const asking = { ...made, metadata: { ...made.metadata, annotations } }
    const seen = observation(asking, [approved])
    return report(seen, plan(seen), [], new Date(now)).write.status?.lastHandledReconcileAt
  }
  assert.is(annotated({ 'pgpe.dev/reconcile-requested-at': 't1' }), 't1')
  assert.is(annotated({ 'reconcile.fluxcd.io/requestedAt': 't2' }), 't2')
})

test('a failure that needs a person says when it is tried again, once', () => {
  const row = (status: DecisionStatus): Row => ({
    status,
    outcome: { is: 'refused', error: error('InvalidParameterValue', 'user-fix', 400) },
    says: '',
  })
  const first = visit(row(bound)).write.status
  assert.type(first?.nextRetryTime, 'string')
  const second = visit(row({ ...bound, ...first, nextRetryTime: '2026-01-01T11:59:00Z' }))
  assert.is(second.write.status?.nextRetryTime ?? '2026-01-01T11:59:00Z', '2026-01-01T11:59:00Z')
})

test('conditions of others are left alone and not taken for ours', () => {
  const first = visit({ sees: [approved], says: '' }).write.status
  const theirs = {
    type: 'Audited',
    status: 'True',
    reason: 'Yes',
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
    observedGeneration: 1,
  } as const
  const status = { ...first, conditions: [theirs, ...(first?.conditions ?? [])] }
  assert.is(visit({ sees: [approved], status, says: '' }).write.status, undefined)
})

interface Pace {
  readonly row: Row
  /** ms, from and to. */
  readonly again: readonly [number, number]
}

const pace: Readonly<Record<string, Pace>> = {
  'at rest within a resync': { row: { sees: [approved], says: '' }, again: [270_000, 330_000] },
  'soon after notes were recorded': { row: { says: '' }, again: [1, 1_000] },
  'at the pace of work after a write': {
    row: { status: bound, outcome: { is: 'accepted', status: 202 }, says: '' },
    again: [5_000, 5_000],
  },
  'faster than at rest while it waits for a request': {
    row: { spec: { connections: byList }, sees: [], says: '' },
    again: [30_000, 30_000],
  },
  'at rest for an incarnation that is gone': {
    row: { sees: [], says: '' },
    again: [270_000, 330_000],
  },
  'when Azure says, if the limiter holds it back': {
    row: {
      status: bound,
      outcome: { is: 'held', error: { ...error('Paced', 'throttle'), retryAfterMs: 1_234 } },
      says: '',
    },
    again: [1_234, 1_234],
  },
  'when the time is over': {
    row: { spec: { decideUntil: '2026-01-01T12:00:03Z' }, sees: [approved], says: '' },
    again: [3_000, 3_000],
  },
  'at once when others are read': {
    row: { given: { synced: false }, says: '' },
    again: [1, 5_000],
  },
}
for (const [sentence, { row, again }] of Object.entries(pace)) {
  test(`and looks again ${sentence}`, () => {
    const { againInMs = 0 } = visit(row)
    assert.ok(againInMs >= again[0] && againInMs <= again[1], `${againInMs}`)
  })
}

test('an object that is being deleted is left alone', () => {
  const made = self({ says: '' })
  const dying = {
    ...made,
    metadata: { ...made.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
  }
  const seen = observation(dying, [app])
  const { write, againInMs } = report(seen, plan(seen), [], new Date(now))
  assert.is(write.status, undefined)
  assert.is(againInMs, undefined)
})

test('the table of transitions prints every cell', () => {
  const lines = transitionsPage()
    .split('\n')
    .filter((line) => /^\| (Approve|Reject|Delete) /.test(line))
  assert.is(lines.length, 15)
  assert.is(lines.filter((line) => /^\| Approve .*\| write \|/.test(line)).length, 1)
})

test("the server's short name, and nothing of another server", () => {
  const { status } = visit({ sees: [approved], says: '' }).write
  assert.is(status?.server, 'orders')
  assert.ok(serverText.endsWith('/orders'))
})

test.run()

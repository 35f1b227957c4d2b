/** What a visit does, given what it sees. */
import * as assert from 'uvu/assert'
import type { DecisionStatus, WrittenDecisionSpec } from '../operator/api/connection-decision.ts'
import { text, object } from '../operator/azure/json.ts'
import { absent, present, unreadable } from '../operator/azure/observed.ts'
import type { Connection } from '../operator/azure/model.ts'
import type { Observation } from '../operator/decision/observation.ts'
import { plan, type DecisionAction } from '../operator/decision/plan.ts'
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
  strangers,
} from './kit/decision.ts'
import { table } from './kit/table.ts'

const app = connection('app.1')
const approved = connection('app.1', { state: 'Approved' })
const rejected = connection('app.1', { state: 'Rejected' })
const foreign = connection('app.1', { endpoint: endpointText('app', strangers) })
const foreignApproved = connection('app.1', {
  endpoint: endpointText('app', strangers),
  state: 'Approved',
})
const silence = unreadable({ code: 'Unreachable', message: 'No answer.', retry: 'fast' })
const reject = candidate(
  decision({ name: 'r', spec: { action: 'Reject', connections: { names: [app.name] } } }),
)
const busy = { code: 'ServerIsBusy', message: 'Busy.', retry: 'fast' } as const

interface Row {
  readonly action?: 'Approve' | 'Reject' | 'Delete'
  readonly by?: NonNullable<WrittenDecisionSpec['connections']>
  readonly spec?: Partial<WrittenDecisionSpec>
  readonly annotations?: Readonly<Record<string, string>>
  readonly status?: DecisionStatus
  readonly generation?: number
  readonly sees?: readonly Connection[]
  readonly given?: Partial<Observation>
  /** `Approve app`, `createRow`, … */
  readonly does?: readonly string[]
  /** Where it stands with each connection. */
  readonly stands?: string
  /** Names that are bound afterwards. */
  readonly binds?: readonly string[]
  readonly done?: readonly string[]
}

const bound = remembering({ intents: [intent(app)] })
const boundTo = (action: 'Reject' | 'Delete', before = 'Pending'): DecisionStatus =>
  remembering({ intents: [intent(app, action, before)] })

const short = (name: string): string => name.split('.')[0] ?? ''
const did = (action: DecisionAction): string =>
  action.do === 'decide' ? `${action.act} ${short(action.connection.name)}` : action.do

table<Row>(
  'a visit',
  {
    'binds the identity before anything is written': { binds: ['app'], stands: 'record' },
    'writes the approval that an earlier visit has bound': {
      status: bound,
      does: ['Approve app'],
      binds: ['app'],
      stands: 'write',
    },
    'leaves an approved connection alone': { sees: [approved], stands: 'reached' },
    'never approves what was rejected': { sees: [rejected], stands: 'impossible' },
    'never approves what is disconnected': {
      sees: [connection('app.1', { state: 'Disconnected' })],
      stands: 'impossible',
    },
    'writes nothing in a state that it does not know': {
      sees: [connection('app.1', { state: 'Quarantined' })],
      stands: 'unknownState',
    },
    'rejects a bound request': {
      action: 'Reject',
      status: boundTo('Reject'),
      does: ['Reject app'],
      binds: ['app'],
    },
    'takes access away from whom a Reject matches later': {
      action: 'Reject',
      sees: [approved],
      stands: 'record',
      binds: ['app'],
    },
    'writes that rejection': {
      action: 'Reject',
      sees: [approved],
      status: boundTo('Reject', 'Approved'),
      does: ['Reject app'],
      binds: ['app'],
    },
    'leaves a rejected connection alone': { action: 'Reject', sees: [rejected], stands: 'reached' },
    'deletes in whatever state': {
      action: 'Delete',
      sees: [rejected],
      status: boundTo('Delete', 'Rejected'),
      does: ['Delete app'],
      binds: ['app'],
    },
    'has deleted once a GET finds nothing': {
      action: 'Delete',
      status: boundTo('Delete'),
      sees: [],
      given: { fresh: new Map([[app.name, absent]]) },
      done: ['app'],
      stands: '',
    },
    'does not believe a list that something is deleted': {
      action: 'Delete',
      status: boundTo('Delete'),
      sees: [],
      binds: ['app'],
      stands: '',
    },
    'does not delete twice': {
      action: 'Delete',
      status: remembering({ done: [app.name] }),
      given: { fresh: fresh(app) },
      done: ['app'],
      stands: 'drifted',
    },
    'writes nothing while the admission policy is missing': {
      status: bound,
      given: { gated: false },
      binds: ['app'],
      stands: 'ungated',
    },
    'writes nothing before all decisions have been read': {
      status: bound,
      given: { synced: false },
      binds: ['app'],
      stands: '',
    },
    'writes nothing while suspended': {
      status: bound,
      spec: { suspend: true },
      binds: ['app'],
      stands: 'suspended',
    },
    'binds nothing while suspended': { spec: { suspend: true }, stands: 'suspended' },
    'writes nothing when the server can not be read': {
      status: bound,
      given: { server: silence },
      binds: ['app'],
      stands: '',
    },
    'writes nothing when a fresh look at the connection failed': {
      status: bound,
      given: { fresh: new Map([[app.name, silence]]) },
      binds: ['app'],
      stands: 'inFlight',
    },
    'writes nothing once the time is over': {
      status: bound,
      spec: { decideUntil: '2026-01-01T12:00:00Z' },
      stands: 'expired',
    },
    'writes until the time is over': {
      status: bound,
      spec: { decideUntil: '2026-01-01T12:00:01Z' },
      does: ['Approve app'],
      binds: ['app'],
    },
    'waits to approve while the server is Stopped': {
      status: bound,
      given: { server: present(server([app], { state: 'Stopped' })) },
      binds: ['app'],
      stands: 'gated',
    },
    'waits to approve while high availability fails over': {
      status: bound,
      given: { server: present(server([app], { highAvailability: 'FailingOver' })) },
      binds: ['app'],
      stands: 'gated',
    },
    'approves on a server with healthy high availability': {
      status: bound,
      given: { server: present(server([app], { highAvailability: 'Healthy' })) },
      does: ['Approve app'],
      binds: ['app'],
    },
    'rejects on a Stopped server': {
      action: 'Reject',
      status: boundTo('Reject'),
      given: { server: present(server([app], { state: 'Stopped' })) },
      does: ['Reject app'],
      binds: ['app'],
    },
    'waits to reject while a standby is made': {
      action: 'Reject',
      status: boundTo('Reject'),
      given: { server: present(server([app], { highAvailability: 'CreatingStandby' })) },
      binds: ['app'],
      stands: 'gated',
    },
    'rejects though a standby is made, when a person says so': {
      action: 'Reject',
      status: boundTo('Reject'),
      annotations: { 'pgpe.dev/ignore-ha': 'true' },
      given: { server: present(server([app], { highAvailability: 'ReplicatingData' })) },
      does: ['Reject app'],
      binds: ['app'],
    },
    'does not approve while a standby is made, whoever says so': {
      status: bound,
      annotations: { 'pgpe.dev/ignore-ha': 'true' },
      given: { server: present(server([app], { highAvailability: 'ReplicatingData' })) },
      binds: ['app'],
      stands: 'gated',
    },
    'does not touch a connection that Azure is working on': {
      status: bound,
      sees: [connection('app.1', { provisioningState: 'Updating' })],
      binds: ['app'],
      stands: 'inFlight',
    },
    "does not wait because somebody else's connection is moving": {
      status: bound,
      sees: [app, connection('other.2', { provisioningState: 'Updating' })],
      does: ['Approve app'],
      binds: ['app'],
    },
    "waits for the write of another decision, as that one's history tells it": {
      status: bound,
      given: {
        rivals: [
          candidate(
            decision({
              name: 'other',
              spec: { action: 'Reject', connections: { names: [fullName('b.2')] } },
              status: remembering(
                { intents: [intent(connection('b.2'), 'Reject')] },
                {
                  history: [
                    { at: '2026-01-01T11:59:30Z', name: fullName('b.2'), action: 'Reject' },
                  ],
                },
              ),
            }),
          ),
        ],
      },
      binds: ['app'],
      stands: 'queued',
    },
    'waits for the write of another decision to the server': {
      status: bound,
      given: { serverTakenUntil: now + 1 },
      binds: ['app'],
      stands: 'queued',
    },
    'does not write again what it wrote a moment ago': {
      status: bound,
      given: {
        attempts: new Map([[app.name, { count: 1, at: now - 1, nextAt: now + 9, result: 'sent' }]]),
      },
      binds: ['app'],
      stands: 'inFlight',
    },
    'knows from the history, after a restart, what it wrote a moment ago': {
      status: remembering(
        { intents: [intent(app)] },
        { history: [{ at: '2026-01-01T11:59:59Z', name: app.name, action: 'Approve' }] },
      ),
      binds: ['app'],
      stands: 'inFlight',
    },
    'writes again what has had no effect for long': {
      status: remembering(
        { intents: [intent(app)] },
        { history: [{ at: '2026-01-01T11:50:00Z', name: app.name, action: 'Approve' }] },
      ),
      does: ['Approve app'],
      binds: ['app'],
    },
    'waits after a refusal': {
      status: bound,
      given: {
        attempts: new Map([[app.name, { count: 1, at: now, nextAt: now + 1, result: busy }]]),
      },
      binds: ['app'],
      stands: 'refused',
    },
    'tries again after a refusal': {
      status: bound,
      given: {
        attempts: new Map([[app.name, { count: 1, at: now - 9, nextAt: now, result: busy }]]),
      },
      does: ['Approve app'],
      binds: ['app'],
    },
    'keeps the binding until a GET has shown the outcome': {
      status: bound,
      sees: [approved],
      binds: ['app'],
      stands: 'inFlight',
    },
    'has approved once a GET shows it': {
      status: bound,
      sees: [app],
      given: { fresh: fresh(approved) },
      done: ['app'],
      stands: 'reached',
    },
    'never approves another endpoint under the same name': {
      status: bound,
      sees: [foreign],
      binds: ['app'],
      stands: 'foreign',
    },
    'takes back an approval that reached another endpoint': {
      status: bound,
      sees: [foreignApproved],
      given: { fresh: fresh(foreignApproved) },
      does: ['Revoke app'],
      binds: ['app'],
    },
    'takes it back though the decision has changed to watching': {
      action: 'Reject',
      by: { names: [fullName('other.2')] },
      generation: 2,
      status: bound,
      sees: [foreignApproved],
      given: { fresh: fresh(foreignApproved) },
      does: ['Revoke app'],
      binds: ['app'],
      stands: '',
    },
    'does not take back what another decision approves': {
      status: bound,
      sees: [foreignApproved],
      given: {
        fresh: fresh(foreignApproved),
        rivals: [
          candidate(
            decision({
              name: 'older',
              metadata: { creationTimestamp: '2025-01-01T00:00:00Z' },
              spec: {
                action: 'Approve',
                connections: { privateEndpointIds: [endpointText('app', strangers)] },
              },
            }),
          ),
        ],
      },
      binds: ['app'],
      stands: 'lost',
    },
    'does not take back twice at once': {
      status: bound,
      sees: [foreignApproved],
      given: {
        fresh: fresh(foreignApproved),
        attempts: new Map([
          [`revoke/${app.name}`, { count: 1, at: now, nextAt: now + 1, result: 'sent' }],
        ]),
      },
      binds: ['app'],
      stands: 'foreign',
    },
    'waits to take it back while Azure is at work there': {
      status: bound,
      sees: [foreignApproved],
      given: {
        fresh: fresh(
          connection('app.1', {
            endpoint: endpointText('app', strangers),
            state: 'Approved',
            provisioningState: 'Updating',
          }),
        ),
      },
      binds: ['app'],
      stands: 'foreign',
    },
    'does not count as done for a Reject what an Approve had bound': {
      action: 'Reject',
      generation: 2,
      status: bound,
      sees: [app],
      given: { fresh: fresh(approved) },
      stands: 'record',
      binds: ['app'],
    },
    'decides anew on another endpoint in a new generation': {
      status: bound,
      generation: 2,
      sees: [foreign],
      given: { fresh: fresh(foreign) },
      binds: ['app'],
      stands: 'record',
    },
    'binds only ids that it can keep': {
      sees: [connection('app.1', { groupIds: ['postgresqlServer\u202e'] })],
      stands: 'unknownState',
    },
    'never approves once a Reject is there': {
      status: bound,
      given: { rivals: [reject] },
      stands: 'lost',
    },
    'does not write an intent of another action': {
      action: 'Reject',
      status: bound,
      generation: 2,
      given: { fresh: fresh(app) },
      binds: ['app'],
      stands: 'record',
    },
    'binds all that waits, and writes to one': {
      action: 'Reject',
      by: { subscriptionIds: [ours] },
      sees: [app, connection('b.2'), connection('c.3')],
      status: boundTo('Reject'),
      does: ['Reject app'],
      binds: ['app', 'b', 'c'],
    },
    'writes first to what was tried least': {
      action: 'Reject',
      by: { subscriptionIds: [ours] },
      sees: [app, connection('b.2')],
      status: remembering({
        intents: [intent(app, 'Reject'), intent(connection('b.2'), 'Reject')],
      }),
      given: {
        attempts: new Map([[app.name, { count: 3, at: now - 9, nextAt: now, result: busy }]]),
      },
      does: ['Reject b'],
      binds: ['app', 'b'],
    },
    'does nothing for an object that is being deleted': {
      status: bound,
      given: {},
      sees: [app],
      spec: {},
      annotations: { deleted: 'yes' },
      binds: ['app'],
      stands: '',
    },
    'writes nothing for a description alone': {
      sees: [approved],
      generation: 2,
      spec: { description: 'Now with a reason' },
      status: remembering({ done: [app.name] }),
      stands: 'reached',
    },
  },
  (row) => {
    const { action = 'Approve', by = { names: [app.name] }, sees = [app] } = row
    const self = decision({
      name: 'self',
      spec: { action, connections: by, maxApproved: 5, ...row.spec },
      ...(row.status && { status: row.status }),
      metadata: {
        generation: row.generation ?? 1,
        ...(row.annotations && { annotations: row.annotations }),
        ...(row.annotations?.['deleted'] && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      },
    })
    const made = plan(observation(self, sees, row.given))
    assert.equal(made.actions.map(did), row.does ?? [])
    assert.equal(
      (made.memory?.intents ?? []).map(({ name }) => short(name)),
      row.binds ?? [],
    )
    assert.equal((made.memory?.done ?? []).map(short), row.done ?? [])
    if (row.stands !== undefined) {
      assert.is(made.findings.map(({ standing }) => standing.is).join(' '), row.stands)
    }
  },
)

interface Written {
  readonly action: 'Approve' | 'Reject'
  readonly spec?: Partial<WrittenDecisionSpec>
  readonly status: string
  readonly description: string
  readonly states: readonly string[]
}

table<Written>(
  'a write',
  {
    'carries the description': {
      action: 'Approve',
      spec: { description: 'Ticket 4711' },
      status: 'Approved',
      description: 'Ticket 4711',
      states: ['Pending'],
    },
    'says who did it where nobody wrote a description': {
      action: 'Reject',
      status: 'Rejected',
      description: 'Rejected by pgpe-operator',
      states: ['Pending', 'Approved'],
    },
    'is bound to the states that the spec allows': {
      action: 'Reject',
      spec: { connections: { names: [app.name], states: ['Pending'] } },
      status: 'Rejected',
      description: 'Rejected by pgpe-operator',
      states: ['Pending'],
    },
    'shows no control characters, wherever the object came from': {
      action: 'Approve',
      spec: { description: 'fine\u202eenif\n' },
      status: 'Approved',
      description: 'fine\ufffdenif\ufffd',
      states: ['Pending'],
    },
  },
  ({ action, spec, status, description, states }) => {
    const self = decision({
      spec: { action, connections: { names: [app.name] }, ...spec },
      status: remembering({ intents: [intent(app, action)] }),
    })
    const [done] = plan(observation(self, [app])).actions
    if (done?.do !== 'decide' || done.write.do !== 'put') throw new Error('no PUT')
    assert.equal(done.write.guard, {
      is: 'bound',
      privateEndpointId: endpointText('app'),
      groupIds: ['postgresqlServer'],
      states,
    })
    const state = object(object(done.write.body['properties'])['privateLinkServiceConnectionState'])
    assert.is(text(state['status']), status)
    assert.is(text(state['description']), description)
    assert.is(done.write.id.names.join('/'), `orders/${app.name}`)
  },
)

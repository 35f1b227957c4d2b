/** Observations of one connection are finite, so plan and report are tried on every one of them. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { laws } from '../operator/api/condition.ts'
import type { DecisionStatus } from '../operator/api/connection-decision.ts'
import { absent, present, unreadable, type Observed } from '../operator/azure/observed.ts'
import type { Connection, Server } from '../operator/azure/model.ts'
import { catalogue } from '../operator/decision/conditions.ts'
import { isBoundTo } from '../operator/decision/intent.ts'
import type { Candidate } from '../operator/decision/match.ts'
import type { Observation } from '../operator/decision/observation.ts'
import type { DecisionOutcome } from '../operator/decision/outcome.ts'
import { plan, type Plan } from '../operator/decision/plan.ts'
import { report } from '../operator/decision/report.ts'
import { states } from '../operator/decision/transitions.ts'
import {
  candidate,
  connection,
  decision,
  endpointText,
  fresh,
  intent,
  now,
  observation,
  ours,
  remembering,
  server,
  strangers,
} from './kit/decision.ts'
import { deadline } from './runner/deadline.ts'

const test = suite('every observation there can be')

const app = connection('app.1')
const silence = unreadable({ code: 'Unreachable', message: 'No answer.', retry: 'fast' })

/** State and work of Azure's on the connection, whoever stands there. */
const connections: readonly Connection[] = states.flatMap((state) => [
  connection('app.1', { state }),
  connection('app.1', { state, provisioningState: 'Updating' }),
  connection('app.1', { state, endpoint: endpointText('app', strangers) }),
])
const actions = ['Approve', 'Reject', 'Delete', undefined] as const
const selections = ['name', 'list'] as const
const memories: readonly (DecisionStatus | undefined)[] = [
  undefined,
  remembering({ done: [app.name] }),
  ...(['Approve', 'Reject', 'Delete'] as const).map((action) =>
    remembering({ intents: [intent(app, action)] }),
  ),
]
const rivals: readonly (readonly Candidate[])[] = [
  [],
  ...(['Approve', 'Reject'] as const).map((action) => [
    candidate(
      decision({
        name: 'rival',
        metadata: { creationTimestamp: '2025-01-01T00:00:00Z' },
        spec: { action, connections: { names: [app.name] } },
      }),
    ),
  ]),
]
const servers = (of: Connection): readonly Observed<Server>[] => [
  present(server([of])),
  present(server([of], { state: 'Stopped' })),
  present(server([of], { highAvailability: 'CreatingStandby' })),
  absent,
  silence,
]
const looks = (of: Connection): readonly Observation['fresh'][] => [
  new Map(),
  fresh(of),
  new Map([[app.name, absent]]),
  new Map([[app.name, silence]]),
]
interface Switches {
  readonly gated?: boolean
  readonly synced?: boolean
  readonly suspend?: boolean
  readonly decideUntil?: string
}
const off: Switches = {}
const switches: readonly Switches[] = [
  { gated: false },
  { synced: false },
  { suspend: true },
  { decideUntil: '2026-01-01T00:00:00Z' },
]

function* every(): Generator<Observation> {
  for (const action of actions)
    for (const selection of selections)
      for (const status of memories) {
        const plain = make(action, selection, status, off)
        const switched = switches.map((one) => make(action, selection, status, one))
        for (const of of connections)
          for (const server of servers(of))
            for (const look of server.is === 'present' ? looks(of) : [new Map()]) {
              const seen = { server, fresh: look }
              for (const rival of rivals) {
                yield observation(plain.self, [of], { ...seen, ...plain.given, rivals: rival })
              }
              for (const { self, given } of switched) {
                yield observation(self, [of], { ...seen, ...given })
              }
            }
      }
}

function make(
  action: (typeof actions)[number],
  selection: (typeof selections)[number],
  status: DecisionStatus | undefined,
  { suspend = false, decideUntil, ...given }: Switches,
) {
  const spec = {
    ...(action && { action }),
    connections: selection === 'name' || action === 'Delete' ? byName : byList,
    maxApproved: 1,
    suspend,
    ...(decideUntil && { decideUntil }),
  }
  return { self: candidate(decision({ name: 'self', spec, ...(status && { status }) })), given }
}

const byName = { names: [app.name] }
const byList = { subscriptionIds: [ours, strangers] }

const writesOf = (made: Plan) =>
  made.actions.flatMap((action) => (action.do === 'decide' ? [action] : []))

/** What no plan may ever do, in whatever it sees. */
function check(seen: Observation, made: Plan): void {
  const writes = writesOf(made)
  assert.ok(writes.length <= 1, 'one write per server')
  const { spec, status } = seen.self.decision
  for (const { act, connection: of, intent: bound, write } of writes) {
    assert.is(seen.server.is, 'present', 'nothing is written blindly')
    assert.ok(seen.synced, 'nothing is written before all has been read')
    assert.is(write.guard?.is, 'bound', 'every write is guarded')
    assert.is.not(seen.fresh.get(app.name)?.is, 'unreadable', 'nor after a look that failed')
    assert.is.not(seen.fresh.get(app.name)?.is, 'absent', 'nor to what is gone')
    assert.ok(
      status?.memory?.intents?.some((one) => one.at === bound.at && one.action === bound.action),
      'nothing is written that was not recorded before',
    )
    if (act === 'Revoke') {
      assert.is(bound.action, 'Approve')
      assert.not(isBoundTo(bound, of), 'only what reached somebody else is taken back')
      assert.is(of.state, 'Approved')
      continue
    }
    assert.is(act, spec.action, 'only what the spec says')
    assert.ok(isBoundTo(bound, of), 'only to the identity that was recorded')
    assert.ok(seen.gated && !spec.suspend, 'not ungated, not suspended')
    assert.is(of.provisioningState, 'Succeeded', 'not while Azure is at work')
    assert.is(spec.decideUntil, undefined, 'not when the time is over')
    if (seen.server.is !== 'present') continue
    assert.is(seen.server.value.highAvailability, undefined, 'not while a standby is made')
    const rival = seen.rivals[0]?.decision.spec.action
    if (act === 'Approve') {
      assert.is(of.state, 'Pending', 'an approval only for who waits')
      assert.is(seen.server.value.state, 'Ready', 'only on a server that is Ready')
      assert.is(rival, undefined, 'never past a Reject, a Delete or an older Approve')
    }
    if (act === 'Reject') {
      assert.ok(['Pending', 'Approved'].includes(of.state))
      assert.ok(rival === undefined || rival === 'Approve')
    }
    if (act === 'Delete') assert.is.not(rival, 'Delete')
  }
}

test(
  'one connection: no plan breaks a law, no status is unlawful',
  deadline(120, () => {
    let count = 0
    const when = new Date(now)
    for (const seen of every()) {
      count++
      const made = plan(seen)
      check(seen, made)
      const outcomes = made.actions.map((): DecisionOutcome => ({
        is: 'accepted',
        status: 202,
        correlationId: 'c',
      }))
      const { write, againInMs } = report(seen, made, outcomes, when)
      assert.ok(againInMs !== undefined && againInMs > 0, 'there is always a next look')
      if (write.status === undefined) continue
      assert.equal(laws(write.status.conditions ?? [], 1, catalogue), [])
    }
    assert.is(count, 4 * 2 * 5 * 15 * (3 * 4 + 2) * (3 + 4))
  }),
)

test(
  'whatever it sees twice, it says once: the second visit writes no status',
  deadline(120, () => {
    const when = new Date(now)
    let count = 0
    for (const seen of every()) {
      if (seen.rivals.length === 0 || ++count % 2 > 0) continue
      if (writesOf(plan(seen)).length > 0) continue
      let self = seen.self
      for (let visit = 0; visit < 3; visit++) {
        const again = { ...seen, self }
        const made = plan(again)
        if (writesOf(made).length > 0) break
        const { write } = report(again, made, [], when)
        if (write.status === undefined) break
        assert.ok(visit < 2, 'a third visit still writes')
        self = { ...self, decision: { ...self.decision, status: write.status } }
      }
    }
  }),
)

test.run()

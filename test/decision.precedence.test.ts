/** Who decides where decisions meet. */
import * as assert from 'uvu/assert'
import type { EndpointConnectionDecision } from '../operator/api/connection-decision.ts'
import type { Connection } from '../operator/azure/model.ts'
import { keyOf } from '../operator/decision/identity.ts'
import { claims } from '../operator/decision/precedence.ts'
import {
  candidate,
  connection,
  decision,
  endpointText,
  fullName,
  intent,
  now,
  ours,
  remembering,
  vendors,
  type DecisionGiven,
} from './kit/decision.ts'
import { table } from './kit/table.ts'

const app = connection('app.1')

const byName =
  (action: 'Approve' | 'Reject' | 'Delete') =>
  (name: string, age: number, more: DecisionGiven = {}): EndpointConnectionDecision =>
    decision({
      name,
      ...more,
      spec: { action, connections: { names: [fullName('app.1')] }, ...more.spec },
      metadata: { creationTimestamp: `2026-01-01T0${9 - age}:00:00Z`, ...more.metadata },
    })
const approve = byName('Approve')
const reject = byName('Reject')
const remove = byName('Delete')

const list = (
  name: string,
  maxApproved: number,
  more: DecisionGiven = {},
): EndpointConnectionDecision =>
  decision({
    name,
    ...more,
    spec: {
      action: 'Approve',
      maxApproved,
      connections: { subscriptionIds: [ours] },
      ...more.spec,
    },
  })

interface Row {
  readonly decisions: readonly EndpointConnectionDecision[]
  readonly connections?: readonly Connection[]
  /** Connection → name of who acts; what nobody claims is left out. */
  readonly acts: Readonly<Record<string, string>>
}

const past = '2026-01-01T11:59:59Z'
const three = [connection('a.1'), connection('b.2'), connection('c.3')]

table<Row>(
  'of several decisions on one connection',
  {
    'Reject goes before Approve, however young': {
      decisions: [approve('a', 5), reject('r', 1)],
      acts: { app: 'r' },
    },
    'Delete goes before Reject, however young': {
      decisions: [reject('r', 5), approve('a', 7), remove('d', 1)],
      acts: { app: 'd' },
    },
    'of two Approves the oldest acts': {
      decisions: [approve('young', 1), approve('old', 2)],
      acts: { app: 'old' },
    },
    'of two of one age the first by namespace and name acts': {
      decisions: [
        approve('a', 1, { namespace: 'z' }),
        approve('b', 1, { namespace: 'y' }),
        approve('c', 1, { namespace: 'y' }),
      ],
      acts: { app: 'b' },
    },
    'one without action decides nothing': {
      decisions: [decision({ name: 'watch', spec: { connections: { names: [app.name] } } })],
      acts: {},
    },
    'one that is being deleted decides nothing': {
      decisions: [reject('r', 5, { metadata: { deletionTimestamp: past } }), approve('a', 1)],
      acts: { app: 'a' },
    },
    'a suspended Reject still keeps an Approve off': {
      decisions: [approve('a', 5), reject('r', 1, { spec: { suspend: true } })],
      acts: { app: 'r' },
    },
    'a suspended Delete still keeps an Approve off': {
      decisions: [approve('a', 5), remove('d', 1, { spec: { suspend: true } })],
      acts: { app: 'd' },
    },
    'a suspended Delete shields nobody from a Reject': {
      decisions: [reject('r', 1), remove('d', 5, { spec: { suspend: true } })],
      acts: { app: 'r' },
    },
    'a suspended Reject shields nobody from one that acts': {
      decisions: [reject('r', 1), reject('old', 5, { spec: { suspend: true } })],
      acts: { app: 'r' },
    },
    'of suspended ones Delete goes before Reject': {
      decisions: [
        approve('a', 7),
        reject('r', 5, { spec: { suspend: true } }),
        remove('d', 1, { spec: { suspend: true } }),
      ],
      acts: { app: 'd' },
    },
    'a suspended Approve keeps its place among Approves': {
      decisions: [approve('a', 1), approve('old', 5, { spec: { suspend: true } })],
      acts: { app: 'old' },
    },
    'an Approve whose time is over leaves a request to others': {
      decisions: [approve('late', 5, { spec: { decideUntil: past } }), approve('a', 1)],
      acts: { app: 'a' },
    },
    'an Approve whose time is over keeps what is approved': {
      decisions: [approve('late', 5, { spec: { decideUntil: past } }), approve('a', 1)],
      connections: [connection('app.1', { state: 'Approved' })],
      acts: { app: 'late' },
    },
    'a time that cannot be read is over': {
      decisions: [approve('late', 5, { spec: { decideUntil: 'tomorrow' } })],
      acts: {},
    },
    'one with a flaw decides nothing: Delete without names': {
      decisions: [
        decision({
          name: 'd',
          spec: { action: 'Delete', connections: { subscriptionIds: [ours] } },
        }),
      ],
      acts: {},
    },
    'one with a flaw decides nothing: a list without maxApproved': {
      decisions: [
        decision({
          name: 'l',
          spec: { action: 'Approve', connections: { subscriptionIds: [ours] } },
        }),
      ],
      acts: {},
    },
    'an action of a later release decides nothing': {
      decisions: [
        decision({
          name: 'x',
          spec: { action: 'Quarantine' as 'Reject', connections: { names: [app.name] } },
        }),
        approve('a', 1),
      ],
      acts: { app: 'a' },
    },
    'the first by name get the room of maxApproved': {
      decisions: [list('l', 2)],
      connections: three,
      acts: { a: 'l', b: 'l' },
    },
    'what is approved takes room': {
      decisions: [list('l', 2)],
      connections: [...three, connection('z.9', { state: 'Approved' })],
      acts: { a: 'l', z: 'l' },
    },
    'what is bound comes before what is not': {
      decisions: [list('l', 1, { status: remembering({ intents: [intent(connection('c.3'))] }) })],
      connections: three,
      acts: { c: 'l' },
    },
    'a binding to somebody else gets no precedence': {
      decisions: [
        list('l', 1, {
          status: remembering({
            intents: [intent(connection('c.3', { endpoint: endpointText('c', vendors) }))],
          }),
        }),
      ],
      connections: three,
      acts: { a: 'l' },
    },
    'what was approved takes room though a list does not show it yet': {
      decisions: [list('l', 1, { status: remembering({ done: [fullName('c.3')] }) })],
      connections: three,
      acts: { c: 'l' },
    },
    'what a Reject takes needs no room': {
      decisions: [
        list('l', 1),
        decision({
          name: 'r',
          spec: { action: 'Reject', connections: { names: [fullName('a.1')] } },
        }),
      ],
      connections: three,
      acts: { a: 'r', b: 'l' },
    },
    'what no room is left for is free for another Approve': {
      decisions: [
        list('l', 1, { metadata: { creationTimestamp: '2020-01-01T00:00:00Z' } }),
        decision({
          name: 'n',
          spec: { action: 'Approve', connections: { names: [fullName('c.3')] } },
        }),
      ],
      connections: three,
      acts: { a: 'l', c: 'n' },
    },
    'no room means none': { decisions: [list('l', 0)], connections: three, acts: {} },
  },
  ({ decisions, connections = [app], acts }) => {
    for (const order of [decisions, decisions.toReversed()]) {
      const found = claims(
        order.map((one) => candidate(one)),
        connections,
        now,
      )
      const named = connections.flatMap((one) => {
        const winner = found.get(keyOf(one))
        return winner ? [[one.name.split('.')[0] ?? '', winner.decision.metadata.name]] : []
      })
      assert.equal(Object.fromEntries(named), acts)
    }
  },
)

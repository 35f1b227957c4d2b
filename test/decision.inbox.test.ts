/** Which rows an inbox holds, and when a row goes. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { EndpointConnectionDecision } from '../operator/api/connection-decision.ts'
import { absent, present, unreadable } from '../operator/azure/observed.ts'
import type { Connection } from '../operator/azure/model.ts'
import { flawOf } from '../operator/decision/flaw.ts'
import { plan } from '../operator/decision/plan.ts'
import { isRow, rowName } from '../operator/decision/row-name.ts'
import {
  candidate,
  connection,
  decision,
  endpointText,
  guid,
  observation,
  ours,
  server,
  serverId,
  serverText,
  strangers,
  vendors,
} from './kit/decision.ts'
import { table } from './kit/table.ts'

const inbox = decision({ name: 'requests', spec: { inbox: true } })
const dbt = connection('dbt.7', { endpoint: endpointText('dbt', vendors, 'dbt-prod') })

/** The row that an inbox makes of the connection. */
const rowOf = (
  of: Connection,
  more: Partial<EndpointConnectionDecision['spec']> = {},
): EndpointConnectionDecision => {
  const [action] = plan(observation(inbox, [of])).actions
  if (action?.do !== 'createRow') throw new Error('no row')
  const { metadata, spec } = action.row
  const made = decision({
    name: metadata.name,
    metadata: { labels: metadata.labels ?? {} },
  })
  return { ...made, spec: { ...spec, ...more } }
}

const approveDbt = decision({
  name: 'approve-dbt',
  spec: { action: 'Approve', connections: { names: [dbt.name] } },
})

interface Row {
  readonly connections: readonly Connection[]
  readonly others?: readonly EndpointConnectionDecision[]
  /** Names of the endpoints whose connections get a row. */
  readonly makes: readonly string[]
}

table<Row>(
  'an inbox',
  {
    'makes a row for a request that nobody decided on': { connections: [dbt], makes: ['dbt'] },
    'makes a row for an access that nobody decided on': {
      connections: [connection('auto.3', { state: 'Approved' })],
      makes: ['auto'],
    },
    'makes a row for a request that names no endpoint': {
      connections: [connection('mystery.9', { endpoint: null })],
      makes: ['mystery'],
    },
    'makes no row twice': { connections: [dbt], others: [rowOf(dbt)], makes: [] },
    'makes no row for what a decision covers, in whatever namespace': {
      connections: [dbt],
      others: [{ ...approveDbt, metadata: { ...approveDbt.metadata, namespace: 'other' } }],
      makes: [],
    },
    'makes a row although somebody watches the connection': {
      connections: [dbt],
      others: [decision({ name: 'watch', spec: { connections: { names: [dbt.name] } } })],
      makes: ['dbt'],
    },
    'makes a row in its namespace though another namespace has one': {
      connections: [dbt],
      others: [{ ...rowOf(dbt), metadata: { ...rowOf(dbt).metadata, namespace: 'other' } }],
      makes: ['dbt'],
    },
    'makes no row for what a decided row covers': {
      connections: [dbt],
      others: [rowOf(dbt, { action: 'Reject' })],
      makes: [],
    },
    'makes a row for what a full list leaves over': {
      connections: [dbt],
      others: [
        decision({
          name: 'list',
          spec: { action: 'Approve', maxApproved: 0, connections: { subscriptionIds: [vendors] } },
        }),
      ],
      makes: ['dbt'],
    },
  },
  ({ connections, others = [], makes }) => {
    const seen = observation(inbox, connections, { rivals: others.map((one) => candidate(one)) })
    const made = plan(seen).actions.flatMap((action) =>
      action.do === 'createRow' ? (action.row.spec.connections?.names ?? []) : [],
    )
    assert.equal(
      made.map((name) => name.split('.')[0]),
      makes,
    )
  },
)

interface End {
  readonly row?: EndpointConnectionDecision
  readonly others?: readonly EndpointConnectionDecision[]
  readonly sees?: readonly Connection[]
  readonly looks?: 'absent' | 'unreadable'
  readonly server?: 'absent' | 'unreadable'
  readonly goes: boolean
}

const dying = decision({
  name: 'requests',
  spec: { inbox: true },
  metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' },
})
const silence = unreadable({ code: 'Unreachable', message: 'No answer.', retry: 'fast' })

table<End>(
  'an undecided row',
  {
    'stays while its connection waits': { goes: false },
    'goes with its inbox': { others: [], goes: true },
    'goes with its inbox though Azure is silent': { others: [], server: 'unreadable', goes: true },
    'goes while its inbox is being deleted': { others: [dying], goes: true },
    'stays with another inbox of the namespace': {
      others: [decision({ name: 'second', spec: { inbox: true } })],
      goes: false,
    },
    'goes though another namespace has an inbox': {
      others: [decision({ name: 'requests', namespace: 'other', spec: { inbox: true } })],
      goes: true,
    },
    'goes with its connection': { sees: [], looks: 'absent', goes: true },
    'stays while a GET can not tell': { sees: [], looks: 'unreadable', goes: false },
    'stays while Azure is silent': { server: 'unreadable', goes: false },
    'goes with the server': { server: 'absent', goes: true },
    'goes when a decision covers its connection': { others: [inbox, approveDbt], goes: true },
    'goes when somebody else stands under the name': {
      sees: [connection('dbt.7', { endpoint: endpointText('dbt', strangers) })],
      goes: true,
    },
    'stays once it is decided, whatever happens': {
      row: rowOf(dbt, { action: 'Approve' }),
      others: [],
      sees: [],
      looks: 'absent',
      goes: false,
    },
  },
  ({ row = rowOf(dbt), others = [inbox], sees = [dbt], looks, server: state, goes }) => {
    const look = looks === 'absent' ? absent : silence
    const seen = observation(row, sees, {
      rivals: others.map((one) => candidate(one)),
      ...(looks && { fresh: new Map([[dbt.name, look]]) }),
      ...(state && { server: state === 'absent' ? absent : silence }),
    })
    const gone = plan(seen).actions.filter((action) => action.do === 'removeRow')
    assert.equal(
      gone.map(({ row: which }) => which.metadata.name),
      goes ? [row.metadata.name] : [],
    )
  },
)

const test = suite('rows')

test('a row is pinned, labelled, without action, and named after nothing that a requester chose', () => {
  const self = decision({
    name: 'requests',
    metadata: { labels: { 'pgpe.dev/class': 'blue' } },
    spec: { inbox: true, identityRef: { kind: 'Secret', name: 'pgpe-azure' } },
  })
  const [action] = plan(observation(self, [dbt])).actions
  if (action?.do !== 'createRow') throw new Error('no row')
  const { metadata, spec } = action.row
  assert.match(metadata.name, /^orders-[0-9a-f]{16}$/)
  assert.equal(metadata, {
    namespace: 'db',
    name: metadata.name,
    labels: { 'pgpe.dev/inbox': 'requests', 'pgpe.dev/class': 'blue' },
  })
  assert.equal(spec, {
    serverId: serverText,
    inbox: false,
    suspend: false,
    connections: { names: [dbt.name], privateEndpointIds: [dbt.privateEndpointId] },
    identityRef: { kind: 'Secret', name: 'pgpe-azure' },
  })
})

test('a row of a connection without endpoint is pinned by its name alone', () => {
  const { spec } = rowOf(connection('mystery.9', { endpoint: null }))
  assert.equal(spec.connections, { names: [`mystery.${guid(9)}`] })
})

test('each incarnation has a row of its own, in whatever case Azure writes it', () => {
  assert.is.not(rowName(serverId, `dbt.${guid(1)}`), rowName(serverId, `dbt.${guid(2)}`))
  assert.is(
    rowName(serverId, `dbt.${guid(10)}`),
    rowName(serverId, `DBT.${guid(10).toUpperCase()}`),
  )
})

test("what only looks like a row is nobody's to remove", () => {
  const label = { 'pgpe.dev/inbox': 'requests' }
  const by = { names: [dbt.name] }
  const own = decision({ name: 'mine', metadata: { labels: label }, spec: { connections: by } })
  assert.not(isRow(own, serverId), "a name of a user's own")
  const bare = decision({ name: rowOf(dbt).metadata.name, spec: { connections: by } })
  assert.not(isRow(bare, serverId), 'no label')
  assert.ok(isRow(rowOf(dbt), serverId))
})

test("what was put in a row's place decides nothing, under whoever's action", () => {
  const { metadata } = rowOf(dbt)
  const other = connection('other.8')
  const put = (names: readonly string[], name = metadata.name) =>
    flawOf(
      decision({
        name,
        metadata: { labels: metadata.labels ?? {} },
        spec: { action: 'Approve', connections: { names } },
      }),
    )?.message
  assert.match(put([other.name]) ?? '', /a row's name belongs to its one connection/)
  assert.match(put([dbt.name, other.name]) ?? '', /its one connection/)
  assert.match(put([dbt.name], 'mine') ?? '', /its one connection/)
  assert.is(put([dbt.name]), undefined, 'the row itself')
})

const flood = (number: number, subscription: (index: number) => string): readonly Connection[] =>
  Array.from({ length: number }, (_, index) =>
    connection(`a${index}.${index}`, { endpoint: endpointText(`a${index}`, subscription(index)) }),
  )

test('three hundred requests of a stranger get ten rows, and hide nobody', () => {
  const real = connection('zebra.7', { endpoint: endpointText('zebra', ours) })
  const made = plan(observation(inbox, [...flood(300, () => strangers), real]))
  const names = made.actions.flatMap((action) =>
    action.do === 'createRow' ? (action.row.spec.connections?.names ?? []) : [],
  )
  assert.is(names.length, 11)
  assert.ok(names.includes(real.name))
  assert.is(made.hidden, 290)
})

test('a stranger with thirty subscriptions gets at most a hundred rows less one', () => {
  const real = connection('zebra.7', { endpoint: endpointText('zebra', ours) })
  const many = flood(300, (index) => guid(index % 30))
  const rows = many.slice(0, 100).map((one) => rowOf(one))
  const seen = observation(inbox, [...many, real], { rivals: rows.map((one) => candidate(one)) })
  const { actions } = plan(seen)
  const makes = actions.flatMap((action) =>
    action.do === 'createRow' ? (action.row.spec.connections?.names ?? []) : [],
  )
  assert.ok(makes.includes(real.name), 'a row gives way')
  const removed = actions.filter((action) => action.do === 'removeRow').length
  assert.is(rows.length + makes.length - removed, 100)
})

test("a request whose row's name is taken is counted, not hidden", () => {
  const squatter = decision({
    name: rowOf(dbt).metadata.name,
    spec: { connections: { names: [] } },
  })
  const made = plan(observation(inbox, [dbt], { rivals: [candidate(squatter)] }))
  assert.equal(made.actions, [])
  assert.is(made.hidden, 1)
})

test('rows do not come and go with every new request', () => {
  const before = flood(30, () => strangers)
  const rows = plan(observation(inbox, before)).actions.flatMap((action) =>
    action.do === 'createRow' ? [candidate(action.row)] : [],
  )
  const more = [...before, connection('a.0', { endpoint: endpointText('a', strangers) })]
  assert.equal(plan(observation(inbox, more, { rivals: rows })).actions, [])
})

test('an inbox makes no rows of what it could not read', () => {
  assert.equal(plan(observation(inbox, [dbt], { synced: false })).actions, [])
  assert.equal(plan(observation(inbox, [dbt], { server: silence })).actions, [])
  assert.equal(plan(observation(inbox, [dbt], { server: present(server([])) })).actions, [])
})

test.run()

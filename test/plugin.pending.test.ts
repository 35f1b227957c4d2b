/** Which connections await a decision, as `kubectl pgpe pending` tells it from status. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseId } from '../operator/azure/id.ts'
import { rowName } from '../operator/decision/row-name.ts'
import { knownConnections, pendingOf } from '../operator/plugin/connections.ts'
import {
  condition,
  connectionName,
  decisionObject,
  endpointObject,
  ids,
  stranger,
} from './plugin.make.ts'

const test = suite('pending')
const awaiting = condition('AwaitingDecision', 'True', 'Undecided', '', '2026-11-21T11:00:00Z')
const asks = { name: connectionName, privateEndpointId: ids.vendors, state: 'Pending' }
const named = rowName(parseId('server', ids.server)!, connectionName)

const row = (entry = {}, namespace = 'team') =>
  decisionObject(
    { conditions: [awaiting], connections: [{ ...asks, ...entry }] },
    { connections: { names: [connectionName], privateEndpointIds: [ids.vendors] } },
    { name: named, namespace, labels: { 'pgpe.dev/inbox': 'requests' } },
  )
const inbox = decisionObject(
  { conditions: [awaiting], connections: [{ ...asks, name: connectionName.toUpperCase() }] },
  { inbox: true },
  { name: 'a-inbox' },
)

test('a request that an inbox and its row list is one, and the row is where to decide', () => {
  for (const objects of [
    [inbox, row()],
    [row(), inbox],
  ]) {
    const [one, ...rest] = pendingOf(objects, [])
    assert.equal(rest, [])
    assert.is(one?.row?.metadata.name, named)
    assert.is(one?.requester, `${stranger}/dbt`)
    assert.is(one?.since, '2026-11-21T11:00:00Z')
  }
  assert.is(pendingOf([inbox], [])[0]?.row, undefined)
})

test('the same name on another server is another connection', () => {
  const other = decisionObject(
    { conditions: [awaiting], connections: [asks] },
    { serverId: ids.server.replace(/orders$/, 'billing') },
  )
  assert.is(pendingOf([row(), other], []).length, 2)
})

test('what was decided, is gone, or was refused does not wait', () => {
  const decided = { decision: 'Approve', by: 'team/approve' }
  assert.equal(pendingOf([row(decided)], []), [])
  assert.equal(pendingOf([row({ state: 'Rejected' })], []), [])
  assert.equal(pendingOf([row({ state: undefined })], []), [])
  const settled = decisionObject({ conditions: [], connections: [asks] })
  assert.equal(pendingOf([settled], []), [])
})

test('an access that nobody decided on waits too', () => {
  assert.is(pendingOf([row({ state: 'Approved' })], [])[0]?.state, 'Approved')
})

test('who decided says more about a connection than who looks on', () => {
  const approve = decisionObject(
    { connections: [{ ...asks, state: 'Approved', decision: 'Approve', by: 'team/z' }] },
    { action: 'Approve', connections: { names: [connectionName] } },
    { name: 'z' },
  )
  const [known] = knownConnections([inbox, approve])
  assert.equal([known?.decision, known?.seenBy.metadata.name], ['Approve', 'z'])
})

test('an object that only looks like a row is none', () => {
  const { metadata, ...rest } = row()
  const forged = { ...rest, metadata: { ...metadata, name: 'not-its-name' } }
  assert.is(pendingOf([forged], [])[0]?.row, undefined)
})

test('an endpoint that waits is listed once, whether or not a decision sees it', () => {
  const endpoint = endpointObject(
    {
      conditions: [condition('PendingApproval', 'True', 'PendingApproval')],
      privateEndpointId: ids.vendors.toUpperCase(),
      connection: { state: 'Pending' },
    },
    { requestMessage: 'please' },
  )
  assert.is(pendingOf([row()], [endpoint]).length, 1)
  const [alone] = pendingOf([], [endpoint])
  assert.equal(
    [alone?.name, alone?.state, alone?.description, alone?.requester],
    [undefined, 'Pending', 'please', `${stranger}/DBT`],
  )
  assert.equal(pendingOf([], [endpointObject({ conditions: [] })]), [])
  // An incarnation that is over says nothing of the one that waits now.
  for (const state of [undefined, 'Rejected', 'Disconnected']) {
    assert.is(pendingOf([row({ state })], [endpoint]).length, 1, state)
  }
})

test.run()

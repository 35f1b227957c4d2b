/** What `kubectl pgpe approve`, `reject` and `remove` would write, and for which connection. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { EndpointConnectionDecision } from '../operator/api/connection-decision.ts'
import { parseId } from '../operator/azure/id.ts'
import { rowName } from '../operator/decision/row-name.ts'
import { checked, manifestOf, meant, shownBefore, writeOf } from '../operator/plugin/decide.ts'
import { Failure } from '../operator/plugin/failure.ts'
import { columns, noPaint } from '../operator/plugin/paint.ts'
import { condition, connectionName, decisionObject, ids } from './plugin.make.ts'

const test = suite('decide')
const named = rowName(parseId('server', ids.server)!, connectionName)
const asks = { name: connectionName, privateEndpointId: ids.vendors, state: 'Pending' }
const awaiting = condition('AwaitingDecision', 'True', 'Undecided')

const watcher = (entries: readonly object[], spec = {}, meta = {}): EndpointConnectionDecision =>
  decisionObject({ conditions: [awaiting], connections: entries as never }, spec, meta)
const row = (entry = {}, spec = {}): EndpointConnectionDecision =>
  watcher(
    [{ ...asks, ...entry }],
    { connections: { names: [connectionName], privateEndpointIds: [ids.vendors] }, ...spec },
    { name: named, labels: { 'pgpe.dev/inbox': 'requests' } },
  )

const complaint = (what: () => unknown): string => {
  try {
    what()
  } catch (error) {
    assert.instance(error, Failure)
    return (error as Failure).message
  }
  return 'no complaint'
}

test('a row, the full name, and the id of the endpoint mean the same connection', () => {
  for (const word of [
    ...[named, `epcd/${named}`, connectionName, connectionName.toUpperCase()],
    ...[ids.vendors, ids.vendors.toLowerCase()],
  ]) {
    assert.is(meant(word, [row()]).name, connectionName, word)
  }
})

test('nothing is guessed: part of a name, another endpoint, a name on two servers', () => {
  assert.match(
    complaint(() => meant('dbt', [row()])),
    "no decision of the namespace knows 'dbt'",
  )
  assert.match(
    complaint(() => meant(ids.endpoint, [row()])),
    'no decision of the namespace knows',
  )
  const other = watcher([asks], { serverId: ids.server.replace(/orders$/, 'billing') })
  assert.match(
    complaint(() => meant(connectionName, [row(), other])),
    /means several connections: .*orders.*billing|means several connections: .*billing.*orders/,
  )
  assert.is(meant(named, [row(), other]).serverId, ids.server)
})

test('an inbox is no connection; its connections are named', () => {
  const inbox = watcher([asks], { inbox: true }, { name: 'requests' })
  assert.is(
    complaint(() => meant('requests', [inbox])),
    `requests is no row of an inbox; name a connection that it lists: ${connectionName}`,
  )
})

test('a connection that is gone cannot be decided', () => {
  const gone = watcher([{ ...asks, state: undefined }])
  assert.match(
    complaint(() => meant(connectionName, [gone])),
    'is gone from Azure',
  )
})

test('a row gets its action, and only as it was shown', () => {
  const shown = row()
  const write = writeOf('approve', meant(named, [shown]), 'team', 'agreed')
  const { uid } = shown.metadata
  assert.equal(write, {
    is: 'row',
    row: shown,
    patch: {
      metadata: { uid, resourceVersion: '7' },
      spec: { action: 'Approve', description: 'agreed' },
    },
  })
  const rejected = row({}, { action: 'Approve' })
  const again = writeOf('reject', meant(named, [rejected]), 'team', undefined)
  assert.is(again.is, 'row')
  assert.is(writeOf('approve', meant(named, [rejected]), 'team', undefined).is, 'nothing')
})

test('without a row a decision is made, bound to the exact name and endpoint', () => {
  const identityRef = { kind: 'Secret' as const, name: 'pgpe-azure' }
  const seen = watcher([asks], { identityRef }, { labels: { 'pgpe.dev/class': 'blue' } })
  const write = writeOf('remove', meant(connectionName, [seen]), 'team', undefined)
  assert.equal(write, {
    is: 'new',
    manifest: {
      apiVersion: 'pgpe.dev/v1alpha1',
      kind: 'EndpointConnectionDecision',
      metadata: {
        name: `remove-${named}`,
        namespace: 'team',
        labels: { 'pgpe.dev/class': 'blue' },
      },
      spec: {
        serverId: ids.server,
        action: 'Delete',
        connections: { names: [connectionName], privateEndpointIds: [ids.vendors] },
        identityRef,
      },
    },
  })
})

test('a name that the requester chose is no name of an object', () => {
  const name = 'Evil.Name_(x).837ee716-0000-4f60-8a9b-0c1d2e3f4a5b'
  const made = manifestOf('approve', meant(name, [watcher([{ ...asks, name }])]), 'team', undefined)
  assert.match(made.metadata.name, /^approve-orders-[0-9a-f]{16}$/)
})

test('where Azure names no private endpoint the decision is bound to the name, and that is shown', () => {
  const { privateEndpointId: _, ...nameless } = asks
  const known = meant(connectionName, [watcher([nameless])])
  const made = manifestOf('approve', known, 'team', undefined)
  assert.equal(made.spec.connections, { names: [connectionName] })
  const write = writeOf('approve', known, 'team', undefined)
  assert.match(
    columns(shownBefore('approve', known, write), noPaint).join('\n'),
    'Azure names no endpoint: bound to the name alone',
  )
})

test('what Azure cannot do is refused with the remedy, before anything is written', () => {
  const rejected = meant(named, [row({ state: 'Rejected' })])
  assert.match(
    complaint(() => checked('Approve', rejected)),
    /Rejected: .*pgpe\.dev\/recreate/,
  )
  assert.is(checked('Delete', rejected), rejected)
  const gone = meant(named, [row({ state: 'Disconnected' })])
  assert.match(
    complaint(() => checked('Approve', gone)),
    'Have the endpoint made anew',
  )
})

test('a decision that decided so already is not made twice', () => {
  const approve = watcher(
    [{ ...asks, state: 'Approved', decision: 'Approve', by: 'team/vendor' }],
    { action: 'Approve', connections: { names: [connectionName] } },
    { name: 'vendor' },
  )
  const known = meant(connectionName, [approve])
  assert.is(writeOf('approve', known, 'team', undefined).is, 'nothing')
  assert.is(writeOf('reject', known, 'team', undefined).is, 'new')
})

test('everything that identifies the requester is shown before the question, in full', () => {
  const known = meant(named, [row({ description: 'hi\u001B[2J' })])
  const text = columns(
    shownBefore('approve', known, writeOf('approve', known, 'team', undefined)),
    noPaint,
  ).join('\n')
  for (const each of [ids.server, connectionName, ids.vendors, 'Pending', named, 'hi\uFFFD[2J']) {
    assert.ok(text.includes(each), `${each} in\n${text}`)
  }
  assert.match(text, 'action none → Approve')
})

test.run()

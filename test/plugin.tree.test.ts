/** What `kubectl pgpe tree` shows of objects. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { drawn } from '../operator/plugin/draw.ts'
import { columns, noPaint } from '../operator/plugin/paint.ts'
import { decisionTree, endpointTree, type Node } from '../operator/plugin/tree.ts'
import {
  condition,
  connectionName,
  decisionObject,
  endpointObject,
  ids,
  settled,
} from './plugin.make.ts'

const test = suite('tree')
const lines = (node: Node): readonly string[] => columns(drawn(node), noPaint)

test('shows everything that hangs together, each with its state', () => {
  const shown = lines(endpointTree(endpointObject(settled), []))
  assert.equal(
    shown.map((line) => line.replace(/(?<=\w) {2,}/g, ' | ')),
    [
      'pgpe team/orders | Ready',
      '├─ endpoint pe-orders | Succeeded | resource group net',
      '│  ├─ connection pe-orders | Approved | Approved by Ada',
      '│  │  └─ server orders | Ready',
      '│  └─ interface pe-orders.nic | 10.0.1.4',
      '└─ zone privatelink.postgres.database.azure.com',
      '   ├─ zone group default',
      '   ├─ link hub',
      '   └─ record orders.privatelink.postgres.database.azure.com | 10.0.1.4',
    ],
  )
})

test('of an object that nobody has looked at it claims nothing', () => {
  const shown = lines(endpointTree(endpointObject({ observedGeneration: -1 }), []))
  assert.match(shown[0] ?? '', /^pgpe team\/orders +not looked at yet$/)
  assert.match(shown[1] ?? '', /endpoint orders +not there yet +resource group net$/)
  assert.match(shown.join('\n'), /zone +not chosen yet/)
  assert.not.match(shown.join('\n'), /Succeeded|Approved|Ready|record|interface/)
})

test('an endpoint without DNS has no zone', () => {
  const node = endpointTree(endpointObject(settled, { dns: { mode: 'None' } }), [])
  assert.equal(
    node.children?.map(({ is }) => is),
    ['endpoint'],
  )
})

test('a record that holds another address is marked', () => {
  const records = [{ fqdn: 'orders.privatelink', ipAddresses: ['10.9.9.9'] }]
  const object = endpointObject({ ...settled, dns: { ...settled.dns, records } })
  assert.match(lines(endpointTree(object, [])).at(-1) ?? '', /10\.9\.9\.9 +not the interface's/)
  const [, state] = drawn(endpointTree(object, [])).at(-1) ?? []
  assert.is(state?.tone, 'waiting')
})

test('decisions stand beside the connection that they are about, and no others', () => {
  const entry = { name: 'pe-orders.1', privateEndpointId: ids.endpoint.toUpperCase() }
  const approve = decisionObject(
    { connections: [{ ...entry, decision: 'Approve', by: 'team/approve' }] },
    {},
    { name: 'approve' },
  )
  const covered = decisionObject(
    { connections: [{ ...entry, decision: 'Approve', by: 'team/approve' }] },
    {},
    { name: 'inbox' },
  )
  const row = decisionObject({ connections: [entry] }, {}, { name: 'row' })
  const other = decisionObject({
    connections: [{ name: connectionName, privateEndpointId: ids.vendors }],
  })
  const tree = endpointTree(endpointObject(settled), [approve, covered, row, other])
  const [endpoint] = tree.children ?? []
  const [connection] = endpoint?.children ?? []
  assert.equal(
    connection?.children?.map(({ is, name, state }) => [is, name, state]),
    [
      ['epcd', 'team/approve', 'Approve'],
      ['epcd', 'team/row', 'undecided'],
      ['server', 'orders', 'Ready'],
    ],
  )
})

test('of a decision it shows each connection, who asks, and what was decided by whom', () => {
  const tree = decisionTree(
    decisionObject({
      server: 'orders',
      conditions: [condition('Ready', 'True', 'Approved')],
      connections: [
        {
          ...{ name: connectionName, privateEndpointId: ids.vendors, state: 'Approved' },
          ...{ decision: 'Approve', by: 'team/orders', description: 'for dbt' },
        },
        { name: 'x.1', state: 'Pending' },
      ],
    }),
  )
  assert.match(
    lines(tree).join('\n'),
    /^epcd team\/orders +Approved\n├─ server orders\n├─ connection dbt\.\S+ +Approved +Approve by team\/orders; for dbt\n│ {2}└─ requester dbt +\/subscriptions\/9\S+\n└─ connection x\.1 +Pending +nobody decided$/,
  )
})

test('what a stranger wrote cannot move the cursor', () => {
  const description = 'safe\u001B[2Jgone\u202E'
  const object = endpointObject({ ...settled, connection: { state: 'Pending', description } })
  const text = lines(endpointTree(object, [])).join('\n')
  assert.match(text, /safe\uFFFD\[2Jgone\uFFFD/)
  assert.not.match(text, /[\u001B\u202E]/)
})

test('a state in colours is what it is without them, in green or not', () => {
  const node = endpointTree(endpointObject({ ...settled, connection: { state: 'Rejected' } }), [])
  const tones = drawn(node).map(([, state]) => [state?.text, state?.tone])
  assert.equal(tones.slice(0, 4), [
    ['Ready', 'good'],
    ['Succeeded', 'good'],
    ['Rejected', 'bad'],
    ['Ready', 'good'],
  ])
})

test.run()

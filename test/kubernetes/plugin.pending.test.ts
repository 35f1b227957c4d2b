/** `kubectl pgpe pending` on a real API server. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { condition, connectionName, ids, stranger } from '../plugin.make.ts'
import { personWith, pgpe, storeWith } from './plugin.world.ts'
import { prepare, type Context } from './stored.ts'

const test = suite<Context>('kubectl pgpe pending')

test.before(async (context) => {
  await prepare(context, 'plugin-pending')
  await storeWith(
    context,
    'decision',
    'requests',
    {
      conditions: [condition('AwaitingDecision', 'True', 'Undecided')],
      connections: [
        {
          ...{ name: connectionName, privateEndpointId: ids.vendors, state: 'Pending' },
          description: 'let me in\u001B[1A',
        },
      ],
    },
    { spec: { inbox: true } },
  )
  await storeWith(context, 'endpoint', 'own', {
    conditions: [condition('PendingApproval', 'True', 'PendingApproval')],
    privateEndpointId: ids.endpoint,
    connection: { state: 'Pending' },
  })
})
test.after(({ server }) => server?.close())

test('lists who asks for what, since when, and in whose words', async ({ namespace }) => {
  const { code, out, err } = await pgpe(['pending', '-n', namespace])
  assert.equal([code, err], [0, ''])
  const rows = out.split('\n').map((line) => line.split(/ {2,}/))
  assert.is(rows[0]?.join(' '), 'NAMESPACE OBJECT SERVER CONNECTION REQUESTER STATE SINCE MESSAGE')
  const [first = []] = rows.slice(1)
  assert.equal(
    [...first.slice(0, 6), first[7]],
    [
      ...[namespace, 'epcd/requests', 'orders', connectionName, `${stranger}/dbt`, 'Pending'],
      'let me in\uFFFD[1A',
    ],
  )
  assert.match(rows[2]?.join(' ') ?? '', 'pgpe/own orders')
})

test('without -n it looks at all namespaces', async ({ namespace }) => {
  const { out } = await pgpe(['pending'])
  assert.match(out, `${namespace}   epcd/requests`)
  const { out: json } = await pgpe(['pending', '-o', 'json'])
  const items = JSON.parse(json).items.filter((one: any) => one.namespace === namespace)
  assert.equal(
    items.map((one: any) => [one.object, one.name, one.row]),
    [
      ['epcd/requests', connectionName, false],
      ['pgpe/own', undefined, false],
    ],
  )
})

test('where nothing waits, that is said', async () => {
  const { code, out, err } = await pgpe(['pending', '-n', 'default'])
  assert.equal([code, out, err], [0, '', 'kubectl-pgpe: no connection awaits a decision\n'])
})

test('the rights in the table are enough, and without those on endpoints it goes on', async (context) => {
  const { namespace } = context
  const most = { kubeconfig: await personWith(context, 'pending', true) }
  const all = await pgpe(['pending', '-n', namespace], most)
  assert.equal([all.code, all.err], [0, ''])
  assert.match(all.out, 'pgpe/own')
  const least = { kubeconfig: await personWith(context, 'pending', false) }
  const some = await pgpe(['pending', '-n', namespace], least)
  assert.is(some.code, 0)
  assert.match(some.out, 'epcd/requests')
  assert.not.match(some.out, 'pgpe/own')
  assert.match(some.err, /^kubectl-pgpe: endpoints that no decision sees are left out: .*forbidden/)
  const everywhere = await pgpe(['pending'], most)
  assert.is(everywhere.code, 1)
  assert.match(everywhere.err, /forbidden.* \(-n NAMESPACE looks in one namespace\)\n$/)
})

test.run()

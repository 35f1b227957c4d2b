/** `kubectl pgpe tree` on a real API server, and the ways in which a command line fails. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import { condition, connectionName, settled } from '../plugin.make.ts'
import { personWith, pgpe, storeWith } from './plugin.world.ts'
import { prepare, store, type Context } from './stored.ts'

const test = suite<Context>('kubectl pgpe tree')

test.before(async (context) => {
  await prepare(context, 'plugin-tree')
  await storeWith(context, 'endpoint', 'orders', settled)
  await store(context, 'endpoint', 'fresh')
  await storeWith(
    context,
    'decision',
    'vendor',
    {
      conditions: [condition('Ready', 'True', 'Approved')],
      connections: [{ name: 'pe-orders.1', privateEndpointId: settled.privateEndpointId }],
    },
    { spec: { action: 'Approve', connections: { names: [connectionName] } } },
  )
})
test.after(({ server }) => server?.close())

test('shows one object, or all endpoints of the namespace', async ({ namespace }) => {
  const one = await pgpe(['tree', 'orders', '-n', namespace])
  assert.is(one.err, '')
  assert.is(one.code, 0)
  assert.match(one.out, new RegExp(`^pgpe ${namespace}/orders +Ready\n├─ endpoint pe-orders`))
  assert.match(one.out, `epcd ${namespace}/vendor`)
  assert.not.match(one.out, 'fresh')
  const all = await pgpe(['tree', '-n', namespace])
  assert.match(all.out, `pgpe ${namespace}/fresh`)
  assert.match(all.out, `pgpe ${namespace}/orders`)
  assert.not.match(all.out, /^epcd/m)
})

test('a type, or the name of a decision, shows decisions', async ({ namespace }) => {
  for (const words of [['epcd'], ['epcd/vendor'], ['vendor']]) {
    const { out } = await pgpe(['tree', ...words, '-n', namespace])
    assert.match(out, new RegExp(`^epcd ${namespace}/vendor +Approved\n├─ server orders`), words[0])
  }
})

test('JSON and YAML say the same for programs', async ({ namespace }) => {
  const json = await pgpe(['tree', 'orders', '-n', namespace, '-o', 'json'])
  const yaml = await pgpe(['tree', 'orders', '-n', namespace, '-oyaml'])
  const { items } = JSON.parse(json.out)
  assert.is(items[0].name, `${namespace}/orders`)
  assert.is(items[0].ready, true)
  assert.equal(parse(yaml.out), { items })
})

test('the context of the kubeconfig says where, and -A means everywhere', async ({ namespace }) => {
  const all = await pgpe(['tree', '-A'])
  assert.is(all.code, 0)
  assert.match(all.out, `pgpe ${namespace}/orders`)
  const elsewhere = await pgpe(['tree', '-n', 'default'])
  assert.equal(elsewhere.out, '')
  assert.is(elsewhere.err, 'kubectl-pgpe: no objects found\n')
  const wrong = await pgpe(['tree', '--context', 'nobody'])
  assert.is(wrong.code, 1)
  assert.match(wrong.err, /^kubectl-pgpe: kubeconfig .* has no context 'nobody'\n$/)
})

test('what does not exist is one line', async ({ namespace }) => {
  const { code, out, err } = await pgpe(['tree', 'nothing', '-n', namespace])
  assert.equal([code, out], [1, ''])
  assert.is(err, `kubectl-pgpe: no pgpe or epcd nothing in namespace ${namespace}\n`)
  const both = await pgpe(['tree', 'orders', '-A'])
  assert.is(both.err, 'kubectl-pgpe: a name needs one namespace: leave out -A\n')
  const command = await pgpe(['treee'])
  assert.is(command.err, "kubectl-pgpe: 'treee' is no command: kubectl pgpe --help lists them\n")
  assert.is(command.code, 1)
})

test('a cluster that cannot be reached, and a kubeconfig that is not there, are one line', async () => {
  const missing = await pgpe(['tree', '--kubeconfig', '/nowhere/config'])
  assert.equal([missing.code, missing.out], [1, ''])
  assert.match(missing.err, /^kubectl-pgpe: kubeconfig \/nowhere\/config: no such file.*\n$/)
})

test('the rights in the table are enough, and no others are used', async (context) => {
  const { namespace } = context
  const all = await personWith(context, 'tree', true)
  const whole = await pgpe(['tree', '-n', namespace], { kubeconfig: all })
  assert.equal([whole.code, whole.err], [0, ''])
  assert.match(whole.out, `epcd ${namespace}/vendor`)
  const elsewhere = await pgpe(['tree', '-A'], { kubeconfig: all })
  assert.equal([elsewhere.code, elsewhere.out], [1, ''])
  assert.match(elsewhere.err, /^kubectl-pgpe: the API server refuses: .*forbidden.*\n$/)
})

test('who may not see decisions sees endpoints, and what is left out', async (context) => {
  const { namespace } = context
  const kubeconfig = await personWith(context, 'tree', false)
  for (const words of [[], ['orders']]) {
    const { code, out, err } = await pgpe(['tree', ...words, '-n', namespace], { kubeconfig })
    assert.is(code, 0, err)
    assert.match(out, `pgpe ${namespace}/orders`)
    assert.not.match(out, 'epcd')
    assert.match(err, /^kubectl-pgpe: decisions are left out: .*forbidden.*\n$/)
  }
  const decision = await pgpe(['tree', 'epcd/vendor', '-n', namespace], { kubeconfig })
  assert.is(decision.code, 1)
  assert.match(decision.err, /forbidden/)
})

test('completion offers objects and namespaces, and nothing where it may not look', async (context) => {
  const { namespace } = context
  const names = await pgpe(['__complete', 'tree', '-n', namespace, ''])
  assert.is(
    names.out,
    'pgpe/fresh\tprivate endpoint\npgpe/orders\tprivate endpoint\nepcd/vendor\tdecision\n:4\n',
  )
  const spaces = await pgpe(['__complete', 'tree', '-n', namespace.slice(0, -1)])
  assert.match(spaces.out, `${namespace}\tnamespace\n`)
  const nowhere = await pgpe(['__complete', 'tree', ''], { kubeconfig: '/nowhere/config' })
  assert.equal(nowhere, { code: 0, out: ':4\n', err: '', asked: [] })
})

test.run()

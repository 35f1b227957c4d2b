/** `kubectl pgpe why` on a real API server. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { condition, settled } from '../plugin.make.ts'
import { until } from './api-server.ts'
import { mayUser, personWith, pgpe, storeWith } from './plugin.world.ts'
import { prepare, store, type Context } from './stored.ts'

const test = suite<Context>('kubectl pgpe why')

test.before(async (context) => {
  await prepare(context, 'plugin-why')
  await storeWith(context, 'endpoint', 'well', settled)
  await storeWith(context, 'endpoint', 'stuck', {
    observedGeneration: 1,
    conditions: [
      condition('Ready', 'False', 'SubnetNotFound', 'vnet hub has no subnet\u001B[2J apps'),
      condition('Stalled', 'True', 'SubnetNotFound', 'vnet hub has no subnet apps'),
    ],
    nextRetryTime: '2001-01-01T00:00:00Z',
  })
  await store(context, 'decision', 'fresh')
})
test.after(({ server }) => server?.close())

test('tells of one object what is amiss and what to do', async ({ namespace }) => {
  const { code, out, err } = await pgpe(['why', 'stuck', '-n', namespace])
  assert.equal([code, err], [0, ''])
  assert.equal(
    out.split('\n').map((line) => line.replace(/ {2,}/g, '  ')),
    [
      `pgpe ${namespace}/stuck  SubnetNotFound`,
      '  cause  The virtual network has no such subnet.',
      '  said  vnet hub has no subnet\uFFFD[2J apps',
      '  remedy  Correct spec.subnetId, or create the subnet.',
      out.split('\n')[4]?.replace(/ {2,}/g, '  '),
      '  next try  any moment (it was due at 2001-01-01T00:00:00Z)',
      '',
    ],
  )
  assert.match(out, /\n {2}since +\d+\w+ \(2026-11-21T11:30:00Z\)\n/)
})

test('without a name it shows what is amiss, and nothing else', async ({ namespace }) => {
  const { out } = await pgpe(['why', '-n', namespace])
  assert.match(out, `pgpe ${namespace}/stuck`)
  assert.match(out, new RegExp(`epcd ${namespace}/fresh +NotSeen`))
  assert.not.match(out, 'well')
  const well = await pgpe(['why', 'well', '-n', namespace])
  assert.is(well.out, `pgpe ${namespace}/well   all is well\n  The endpoint can be used.\n`)
})

test('JSON has the same for programs', async ({ namespace }) => {
  const { out } = await pgpe(['why', 'stuck', '-n', namespace, '-ojson'])
  const [item] = JSON.parse(out).items
  assert.is(item.object, `pgpe ${namespace}/stuck`)
  assert.is(item.answers[0].reason, 'SubnetNotFound')
  assert.is(item.answers[0].stalled, true)
})

test('where all is well, that is said, and not on standard output', async () => {
  const { out, err } = await pgpe(['why', '-n', 'default'])
  assert.equal([out, err], ['', 'kubectl-pgpe: no objects found\n'])
})

test('the rights in the table are enough; a kind that may not be seen is left out', async (context) => {
  const { namespace, server } = context
  const kubeconfig = await personWith(context, 'why', true)
  const all = await pgpe(['why', '-n', namespace], { kubeconfig })
  assert.equal([all.code, all.err], [0, ''])
  assert.match(all.out, 'fresh')
  const role = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles/why-all`
  const rules = [
    { apiGroups: ['pgpe.dev'], resources: ['postgresprivateendpoints'], verbs: ['get', 'list'] },
  ]
  const may = (plural: string) =>
    mayUser(server, `${namespace}:why-all`, { namespace, resource: plural, verb: 'list' })
  await server.send('PATCH', role, { rules }, 'merge-patch+json')
  await until(async () => !(await may('endpointconnectiondecisions')))
  const some = await pgpe(['why', '-n', namespace], { kubeconfig })
  assert.is(some.code, 0)
  assert.match(some.out, 'stuck')
  assert.match(some.err, /^kubectl-pgpe: left out: .*endpointconnectiondecisions.*forbidden.*\n$/)
  await server.send('PATCH', role, { rules: [] }, 'merge-patch+json')
  await until(async () => !(await may('postgresprivateendpoints')))
  const nothing = await pgpe(['why', '-n', namespace], { kubeconfig })
  assert.is(nothing.code, 1)
  assert.match(nothing.err, 'forbidden')
})

test.run()

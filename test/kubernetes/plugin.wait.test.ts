/** `kubectl pgpe wait` on a real API server. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonObject } from '../../operator/api/schema.ts'
import { condition, settled } from '../plugin.make.ts'
import { path } from './manifests.ts'
import { bound, personWith, pgpe, storeWith, type Person } from './plugin.world.ts'
import { patched, patchedStatus, prepare, store, type Context } from './stored.ts'

const test = suite<Context>('kubectl pgpe wait')

test.before((context) => prepare(context, 'plugin-wait'))
test.after(({ server }) => server?.close())

const waits = (reason: string, beside = 'Reconciling') => ({
  observedGeneration: 1,
  conditions: [
    condition('Ready', 'False', reason, `Said of ${reason}.`),
    condition(beside, 'True', reason),
  ],
})
/** Does something once a line says so, and waits for what `pgpe wait` answers. */
function whenSaid(text: string, then: () => unknown): Person {
  let done = false
  return {
    onError: (line) => {
      if (done || !line.includes(text)) return
      done = true
      then()
    },
  }
}
const as = ({ namespace }: Context, words: readonly string[], person: Person = {}) =>
  pgpe(['wait', ...words, '-n', namespace], person)
const says = (context: Context, name: string, status: object) =>
  patchedStatus(context, 'endpoint', name, { status } as JsonObject)

test('it tells what is awaited, each change of it, and ends when it is there', async (context) => {
  const { namespace } = context
  await storeWith(context, 'endpoint', 'slow', waits('ServerNotReady'))
  const first = whenSaid('ServerNotReady', () => says(context, 'slow', waits('PendingApproval')))
  const second = whenSaid('PendingApproval', () => says(context, 'slow', settled))
  const said = await as(context, ['slow'], {
    onError: (line) => {
      first.onError?.(line)
      second.onError?.(line)
    },
  })
  assert.is(said.code, 0, said.err)
  assert.equal(said.err.replace(/ {3}since .*/g, '').split('\n'), [
    `pgpe ${namespace}/slow   ServerNotReady   Said of ServerNotReady.`,
    `pgpe ${namespace}/slow   PendingApproval   Said of PendingApproval.`,
    `pgpe ${namespace}/slow   done`,
    ...['kubectl-pgpe: done', ''],
  ])
  assert.match(said.err, /ServerNotReady\. {3}since \d+\w+ \(2026-11-21T11:30:00Z\)/)
  assert.is(said.out, `pgpe ${namespace}/slow   done\n`)
})

test('it ends at once when only a person can help', async (context) => {
  await storeWith(context, 'endpoint', 'stuck', waits('SubnetNotFound', 'Stalled'))
  const said = await as(context, ['stuck', '-o', 'json'])
  assert.is(said.code, 1)
  assert.match(said.err, /only a person can help pgpe \S+\/stuck: kubectl pgpe why tells how\n$/)
  assert.is(JSON.parse(said.out).items[0].is, 'stuck')
})

test('when the time is over it names what is not there', async (context) => {
  await storeWith(context, 'endpoint', 'late', waits('PendingApproval'))
  const said = await as(context, ['late', '--timeout', '1s'])
  assert.is(said.code, 1)
  assert.match(said.err, /not there after 1s: pgpe \S+\/late\n$/)
  const wrong = await as(context, ['late', '--timeout', 'soon'])
  assert.match(wrong.err, "--timeout is 'soon': it has to be a duration")
})

test('Ctrl-C ends it and changes nothing', async (context) => {
  const { body: before } = { body: await storeWith(context, 'endpoint', 'kept', waits('Creating')) }
  const stopping = new AbortController()
  const said = await as(context, ['kept'], {
    signal: stopping.signal,
    ...whenSaid('Creating', () => stopping.abort()),
  })
  assert.equal([said.code, said.out], [130, ''])
  assert.match(said.err, 'interrupted: nothing was changed, and the operator goes on\n')
  const now = await context.server.send('GET', path('endpoint', context.namespace, 'kept'))
  assert.is(now.body.metadata.resourceVersion, before.metadata.resourceVersion)
})

test('an object that goes is gone, whether that was awaited or not', async (context) => {
  const { server, namespace } = context
  const remove = (name: string) => server.send('DELETE', path('endpoint', namespace, name))
  await storeWith(context, 'endpoint', 'unlucky', waits('Creating'))
  const unlucky = await as(
    context,
    ['unlucky'],
    whenSaid('Creating', () => remove('unlucky')),
  )
  assert.is(unlucky.code, 1)
  assert.match(unlucky.err, /unlucky: deleted meanwhile\n$/)
  // A deletion is a generation of its own.
  const going = { ...waits('Deleting'), observedGeneration: 2 }
  await storeWith(context, 'endpoint', 'leaving', going)
  const finalizers = ['example.com/held']
  await patched(context, 'endpoint', 'leaving', { metadata: { finalizers } })
  await remove('leaving')
  const letGo = () => patched(context, 'endpoint', 'leaving', { metadata: { finalizers: [] } })
  const gone = await as(context, ['leaving', '--for', 'deleted'], whenSaid('Deleting', letGo))
  assert.is(gone.code, 0, gone.err)
  const already = await as(context, ['leaving', '--for', 'deleted'])
  assert.equal([already.code, already.err], [0, 'kubectl-pgpe: gone already\n'])
})

test('the rights in the table are enough; without those to watch it is refused', async (context) => {
  await storeWith(context, 'endpoint', 'seen', waits('Creating'))
  const kubeconfig = await personWith(context, 'wait', true)
  const person = whenSaid('Creating', () => says(context, 'seen', settled))
  const said = await as(context, ['seen'], { ...person, kubeconfig })
  assert.is(said.code, 0, said.err)
  await storeWith(context, 'endpoint', 'unseen', waits('Creating'))
  const less = await personWith(context, 'tree', true)
  const refused = await as(context, ['unseen'], { kubeconfig: less })
  assert.is(refused.code, 1)
  assert.match(refused.err, /forbidden.*\n$/)
})

test('without a name it awaits all that it may see, and says what it leaves out', async (context) => {
  const { server, namespace } = context
  await storeWith(context, 'endpoint', 'hopeless', waits('SubnetNotFound', 'Stalled'))
  await server.send('POST', `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles`, {
    ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'network' } },
    rules: [
      {
        apiGroups: ['pgpe.dev'],
        resources: ['postgresprivateendpoints'],
        verbs: ['get', 'list', 'watch'],
      },
    ],
  })
  const kubeconfig = await bound(context, 'network')
  const said = await as(context, [], { kubeconfig })
  assert.is(said.code, 1)
  assert.match(said.err, /left out: .*endpointconnectiondecisions.*forbidden/)
  assert.match(said.err, /only a person can help pgpe \S+\/hopeless/)
})

test('decisions can be awaited as well', async (context) => {
  await store(context, 'decision', 'vendor')
  const person = whenSaid('NotSeen', () =>
    patchedStatus(context, 'decision', 'vendor', {
      status: {
        observedGeneration: 1,
        conditions: [condition('Ready', 'True', 'NoConnection')],
      },
    } as unknown as JsonObject),
  )
  const said = await as(context, ['epcd', 'vendor'], person)
  assert.is(said.code, 0, said.err)
})

test.run()

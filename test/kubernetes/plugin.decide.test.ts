/** `kubectl pgpe approve`, `reject` and `remove` on a real API server: nothing is written without a yes. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import { parseId } from '../../operator/azure/id.ts'
import { rowName } from '../../operator/decision/row-name.ts'
import { condition } from '../plugin.make.ts'
import { ids, path } from './manifests.ts'
import { personWith, pgpe, storeWith, type Person } from './plugin.world.ts'
import { patched, prepare, type Context } from './stored.ts'

const test = suite<Context>('kubectl pgpe approve')

test.before((context) => prepare(context, 'plugin-decide'))
test.after(({ server }) => server?.close())

let count = 0
/** A row as the operator keeps it, and the name of its connection. */
async function madeRow(context: Context) {
  const connection = `dbt.00000000-0000-4000-8000-${String(count++).padStart(12, '0')}`
  const name = rowName(parseId('server', ids.server)!, connection)
  await storeWith(
    context,
    'decision',
    name,
    {
      conditions: [condition('AwaitingDecision', 'True', 'Undecided')],
      connections: [{ name: connection, privateEndpointId: ids.privateEndpoint, state: 'Pending' }],
    },
    {
      metadata: { labels: { 'pgpe.dev/inbox': 'requests' } },
      spec: { connections: { names: [connection], privateEndpointIds: [ids.privateEndpoint] } },
    },
  )
  return { name, connection }
}
/** A connection that an object without action watches: it has no row. */
async function madeWatched(context: Context) {
  const connection = `app.00000000-0000-4000-8000-${String(count++).padStart(12, '0')}`
  await storeWith(context, 'decision', `watch-${count}`, {
    conditions: [condition('AwaitingDecision', 'True', 'Undecided')],
    connections: [{ name: connection, privateEndpointId: ids.privateEndpoint, state: 'Pending' }],
  })
  return connection
}

const read = async ({ server, namespace }: Context, name: string) =>
  (await server.send('GET', path('decision', namespace, name))).body
const all = async ({ server, namespace }: Context): Promise<string> => {
  const { items } = (await server.send('GET', path('decision', namespace))).body
  return items.map((one: any) => `${one.metadata.uid} ${one.metadata.resourceVersion}`).join()
}
const as = (context: Context, words: readonly string[], person: Person = {}) =>
  pgpe([...words, '-n', context.namespace], person)

test('a yes sets the action of the row, after it was shown', async (context) => {
  const { name, connection } = await madeRow(context)
  const said = await as(context, ['approve', name, '--description', 'agreed'], { answers: ['y'] })
  assert.is(said.code, 0, said.err)
  assert.equal(said.asked, ['Approve this connection? [y/N] '])
  assert.match(said.err, connection)
  assert.match(said.err, ids.privateEndpoint)
  assert.is(said.out, `epcd ${context.namespace}/${name}: Approve\n`)
  const { spec, metadata } = await read(context, name)
  assert.equal([spec.action, spec.description], ['Approve', 'agreed'])
  assert.ok(metadata.managedFields.some((one: any) => one.manager === 'kubectl-pgpe'))
})

test('anything but a yes writes nothing', async (context) => {
  const { name } = await madeRow(context)
  const before = await all(context)
  for (const answers of [['n'], [''], ['yesterday'], []]) {
    const said = await as(context, ['approve', name], { answers })
    assert.equal([said.code, said.out], [1, ''])
    assert.match(said.err, /kubectl-pgpe: nothing was written\n$/)
  }
  assert.is(await all(context), before)
})

test('without a terminal it does not act, unless told not to ask', async (context) => {
  const { name } = await madeRow(context)
  const before = await all(context)
  const said = await as(context, ['reject', name])
  assert.is(said.code, 1)
  assert.match(said.err, 'there is no terminal to ask at: --yes decides without asking')
  assert.is(await all(context), before)
  const told = await as(context, ['reject', name, '--yes'])
  assert.equal([told.code, told.asked], [0, []])
  assert.is((await read(context, name)).spec.action, 'Reject')
})

test('Ctrl-C at the question leaves everything as it was', async (context) => {
  const { name } = await madeRow(context)
  const before = await all(context)
  const stopping = new AbortController()
  const said = await as(context, ['approve', name], {
    signal: stopping.signal,
    answers: ['y'],
    onAsked: () => stopping.abort(),
  })
  assert.equal([said.code, said.out], [130, ''])
  assert.is(await all(context), before)
})

test('a row that changed after it was shown is not written', async (context) => {
  const { name } = await madeRow(context)
  const labels = { touched: 'yes' }
  const said = await as(context, ['approve', name], {
    answers: ['y'],
    onAsked: () => patched(context, 'decision', name, { metadata: { labels } }),
  })
  assert.is(said.code, 1)
  assert.match(said.err, 'the object has been modified')
  assert.is((await read(context, name)).spec.action, undefined)
})

test('without a row a decision is made, bound to name and endpoint, once', async (context) => {
  const connection = await madeWatched(context)
  const said = await as(context, ['approve', connection, '-y'])
  assert.is(said.code, 0, said.err)
  const name = `approve-${rowName(parseId('server', ids.server)!, connection)}`
  const { spec } = await read(context, name)
  assert.equal(spec.connections, {
    names: [connection],
    privateEndpointIds: [ids.privateEndpoint],
  })
  assert.is(spec.action, 'Approve')
  const again = await as(context, ['approve', connection, '-y'])
  assert.is(again.code, 1)
  assert.match(again.err, 'already exists')
})

test('-o yaml prints a manifest for Git that the API server accepts, and writes nothing', async (context) => {
  const { name, connection } = await madeRow(context)
  const before = await all(context)
  const said = await as(context, ['remove', name, '-o', 'yaml'])
  assert.equal([said.code, said.err], [0, ''])
  assert.is(await all(context), before)
  const manifest = parse(said.out)
  assert.equal(manifest.spec.connections.names, [connection])
  const url = `${path('decision', context.namespace)}?dryRun=All`
  const answer = await context.server.send('POST', url, manifest)
  assert.is(answer.status, 201, JSON.stringify(answer.body))
})

test('of several, what was done and what not is told', async (context) => {
  const one = await madeRow(context)
  const two = await madeRow(context)
  const person: Person = {
    answers: ['y'],
    onAsked: () => context.server.send('DELETE', path('decision', context.namespace, two.name)),
  }
  const said = await as(context, ['approve', one.name, two.name], person)
  assert.equal(said.asked, ['Approve these 2 connections? [y/N] '])
  assert.equal([said.code, said.out], [1, `epcd ${context.namespace}/${one.name}: Approve\n`])
  assert.match(said.err, '(1 of 2 done, 1 not)')
})

test('the rights in the table are enough', async (context) => {
  const { name } = await madeRow(context)
  const connection = await madeWatched(context)
  const kubeconfig = await personWith(context, 'approve', false)
  const said = await as(context, ['approve', name, connection, '-y'], { kubeconfig })
  assert.is(said.code, 0, said.err)
  const stranger = await personWith(context, 'pending', false)
  const refused = await as(context, ['reject', name, '-y'], { kubeconfig: stranger })
  assert.is(refused.code, 1)
  assert.match(refused.err, /forbidden.*\n$/)
})

test.run()

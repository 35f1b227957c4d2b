/** An identity that goes before the objects that need it. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { deadline } from '../runner/deadline.ts'
import { makeNamespace, until } from './api-server.ts'
import {
  armStatus,
  type Context,
  identityName,
  isGone,
  isReady,
  made,
  prepare,
  put,
  putSecret,
  ref,
  secretsPath,
  start,
  unavailable,
} from './identity.world.ts'
import { path } from './manifests.ts'

const test = suite<Context>('identities that go')
prepare(test)

test('a namespace that goes takes its Secret along, and still leaves nothing in Azure', async (context) => {
  const { server, azure } = context
  const own = await makeNamespace(server, 'identity')
  const namespace = await makeNamespace(server, 'identity')
  await putSecret(server, namespace, azure.simulator.identity('owner'))
  await start(context, [own, namespace])
  await put(context, namespace, 'in-going', ref('Secret'))
  await until(() => isReady(context, namespace, 'in-going'))
  await server.send('DELETE', `${secretsPath(namespace)}/${identityName}`)
  await server.send('DELETE', path('endpoint', namespace, 'in-going'))
  await until(() => isGone(context, namespace, 'in-going'))
  assert.is(await armStatus(context, 'in-going'), 404)
})

test('a Secret that is gone for good blocks the deletion, says the way out, and Retain is it', async (context) => {
  const { server, azure } = context
  const namespace = await makeNamespace(server, 'identity')
  await putSecret(server, namespace, azure.simulator.identity('owner'))
  const first = await start(context, [namespace])
  await put(context, namespace, 'blocked', ref('Secret'))
  await until(() => isReady(context, namespace, 'blocked'))
  await first.end('SIGTERM')
  await server.send('DELETE', `${secretsPath(namespace)}/${identityName}`)
  // It knows no last credential.
  const operator = await start(context, [namespace])
  assert.match(await unavailable(context, namespace, 'blocked'), /does not exist/)
  await server.send('DELETE', path('endpoint', namespace, 'blocked'))
  await until(async () =>
    (await unavailable(context, namespace, 'blocked')).includes('spec.deletionPolicy Retain'),
  )
  const visits = () => operator.log.filter(({ msg }) => String(msg).startsWith('visit')).length
  const before = visits()
  await until(async () => visits() > before)
  assert.not.ok(await isGone(context, namespace, 'blocked'))
  assert.is(await armStatus(context, 'blocked'), 200)
  const retain = { spec: { deletionPolicy: 'Retain' } }
  const one = path('endpoint', namespace, 'blocked')
  await made(server.send('PATCH', one, retain, 'merge-patch+json'))
  await until(() => isGone(context, namespace, 'blocked'))
  assert.is(await armStatus(context, 'blocked'), 200)
})

/** From here on only its finalizers keep the namespace; its Secret is gone. */
async function terminate({ server }: Context, namespace: string): Promise<void> {
  await made(server.send('DELETE', `/api/v1/namespaces/${namespace}`))
  const secret = `${secretsPath(namespace)}/${identityName}`
  await until(async () => (await server.send('GET', secret)).status === 404)
}

const namespaceGone = async ({ server }: Context, namespace: string): Promise<boolean> =>
  (await server.send('GET', `/api/v1/namespaces/${namespace}`)).status === 404

test(
  'a namespace that is deleted is freed by the last credential: nothing stays in Azure',
  deadline(120, async (context: Context) => {
    const { server, azure } = context
    const own = await makeNamespace(server, 'identity')
    const namespace = await makeNamespace(server, 'identity')
    await putSecret(server, namespace, azure.simulator.identity('owner'))
    // The rights of a Role would go with the namespace.
    const operator = await start(context, [own, namespace], [], { everywhere: true })
    for (const name of ['one', 'two']) {
      await put(context, namespace, name, { ...ref('Secret'), dns: { mode: 'None' } })
      await operator.until(() => isReady(context, namespace, name))
    }
    await terminate(context, namespace)
    await operator.until(() => namespaceGone(context, namespace))
    for (const name of ['one', 'two']) assert.is(await armStatus(context, name), 404, name)
  }),
)

test(
  'a namespace that is deleted while nobody knows its credential waits, says why, and Retain frees it',
  deadline(180, async (context: Context) => {
    const { server, azure } = context
    const own = await makeNamespace(server, 'identity')
    const namespace = await makeNamespace(server, 'identity')
    await putSecret(server, namespace, azure.simulator.identity('owner'))
    const namespaces = [own, namespace]
    const first = await start(context, namespaces, [], { everywhere: true })
    await put(context, namespace, 'kept', ref('Secret'))
    await first.until(() => isReady(context, namespace, 'kept'))
    await first.end('SIGTERM')
    await terminate(context, namespace)
    const operator = await start(context, namespaces, [], { everywhere: true })
    await operator.until(async () =>
      (await unavailable(context, namespace, 'kept')).includes('spec.deletionPolicy Retain'),
    )
    assert.not.ok(await namespaceGone(context, namespace))
    assert.is(await armStatus(context, 'kept'), 200)
    const retain = { spec: { deletionPolicy: 'Retain' } }
    const one = path('endpoint', namespace, 'kept')
    await made(server.send('PATCH', one, retain, 'merge-patch+json'))
    await operator.until(() => namespaceGone(context, namespace))
    assert.is(await armStatus(context, 'kept'), 200)
  }),
)

test(
  'a secret that comes back, comes in time: the blocked deletion goes on',
  deadline(180, async (context: Context) => {
    const { server, azure } = context
    const namespace = await makeNamespace(server, 'identity')
    const owner = azure.simulator.identity('owner')
    await putSecret(server, namespace, owner)
    const first = await start(context, [namespace])
    await put(context, namespace, 'again', ref('Secret'))
    await until(() => isReady(context, namespace, 'again'))
    await first.end('SIGTERM')
    await server.send('DELETE', `${secretsPath(namespace)}/${identityName}`)
    await start(context, [namespace])
    await server.send('DELETE', path('endpoint', namespace, 'again'))
    await unavailable(context, namespace, 'again')
    await putSecret(server, namespace, owner)
    await until(() => isGone(context, namespace, 'again'))
    assert.is(await armStatus(context, 'again'), 404)
  }),
)

test.run()

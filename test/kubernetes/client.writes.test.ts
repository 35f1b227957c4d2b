/** Our writes on a real API server: status, finalizer, inbox rows, and what the store makes of them. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { EndpointConnectionDecision } from '../../operator/api/connection-decision.ts'
import type { PostgresPrivateEndpoint } from '../../operator/api/private-endpoint.ts'
import { Client } from '../../operator/kubernetes/client.ts'
import { findCredentials } from '../../operator/kubernetes/credentials.ts'
import { isKubeError, KubeError } from '../../operator/kubernetes/error.ts'
import { Conflict } from '../../operator/kubernetes/port.ts'
import { decisions, endpoints } from '../../operator/kubernetes/resource.ts'
import { Cache } from '../../operator/kubernetes/store.ts'
import { type ApiServer, connect, install, kubeconfigPath, makeNamespace } from './api-server.ts'
import { kinds, manifest, path } from './manifests.ts'
import { transportOf } from './watching.ts'

interface Context {
  server: ApiServer
  namespace: string
  transport: ReturnType<typeof transportOf>
  cache: Cache<PostgresPrivateEndpoint>
  client: Client<PostgresPrivateEndpoint>
  mayWrite: boolean
}

const test = suite<Context>('writes to the API server')
const finalizer = 'pgpe.dev/private-endpoint'

test.before(async (context) => {
  context.server = connect()
  await install(context.server, [kinds.endpoint.crd, kinds.decision.crd])
  context.namespace = await makeNamespace(context.server, 'client')
  const environment = { KUBECONFIG: kubeconfigPath() }
  const credentials = await findCredentials({ environment, monotonic: () => performance.now() })
  context.transport = transportOf(credentials)
  context.cache = new Cache<PostgresPrivateEndpoint>([undefined], (error) => {
    throw error
  })
  context.client = new Client<PostgresPrivateEndpoint>({
    ...{ transport: context.transport, resource: endpoints, cache: context.cache },
    mayWrite: () => context.mayWrite,
  })
})
test.before.each((context) => {
  context.mayWrite = true
})
test.after(async ({ transport, server }) => {
  await transport?.close()
  await server?.close()
})

test('an object that has gone over to another class is gone for this process, and not kept', async (context) => {
  const { cache, client } = context
  const object = await made(context)
  assert.ok(await client.getNow(keyOf(object)))
  assert.ok(cache.get(keyOf(object)))
  const before = cache.get(keyOf(object))?.metadata.resourceVersion
  await changed(context, object, { metadata: { labels: { 'pgpe.dev/class': 'other' } } })
  assert.is(await client.getNow(keyOf(object)), undefined)
  assert.is(cache.get(keyOf(object))?.metadata.resourceVersion, before, 'the watch takes it away')
})

let count = 0
async function made(
  { server, namespace }: Context,
  metadata = {},
): Promise<PostgresPrivateEndpoint> {
  const name = `object-${count++}`
  const body = manifest('endpoint', namespace, { metadata: { name, ...metadata } })
  const answer = await server.send('POST', path('endpoint', namespace), body)
  assert.is(answer.status, 201, JSON.stringify(answer.body))
  return answer.body
}

const changed = ({ server }: Context, object: PostgresPrivateEndpoint, patch: object) =>
  server.send(
    'PATCH',
    path('endpoint', object.metadata.namespace, object.metadata.name),
    patch as never,
    'merge-patch+json',
  )

const keyOf = ({ metadata }: PostgresPrivateEndpoint): string =>
  `${metadata.namespace}/${metadata.name}`

async function conflicts(attempt: Promise<unknown>): Promise<void> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.instance(error, Conflict, String(error))
}

test('a status is applied, and fields no longer said go', async (context) => {
  const object = await made(context)
  const one = await context.client.applyStatus(object, { observedGeneration: 1, server: 'orders' })
  assert.equal(one.status, { observedGeneration: 1, server: 'orders' } as never)
  const two = await context.client.applyStatus(one, { observedGeneration: 1 })
  assert.equal(two.status, { observedGeneration: 1 } as never)
})

test('a status that says the same changes nothing', async (context) => {
  const object = await made(context)
  const one = await context.client.applyStatus(object, { observedGeneration: 1 })
  const two = await context.client.applyStatus(one, { observedGeneration: 1 })
  assert.is(two.metadata.resourceVersion, one.metadata.resourceVersion)
})

test("a condition that another wrote stays, and another's field is taken over", async (context) => {
  const object = await made(context)
  const condition = (type: string) => ({
    ...{ type, status: 'True', reason: 'Said', message: 'x', observedGeneration: 1 },
    lastTransitionTime: '2026-01-01T00:00:00Z',
  })
  const url = `${path('endpoint', context.namespace, object.metadata.name)}/status`
  const other = { ...manifest('endpoint', context.namespace), spec: undefined } as never as object
  const applied = await context.server.send(
    'PATCH',
    `${url}?fieldManager=somebody`,
    {
      ...(other as Record<string, never>),
      metadata: { name: object.metadata.name },
      status: { server: 'theirs', conditions: [condition('Audited')] },
    },
    'apply-patch+yaml',
  )
  assert.is(applied.status, 200, JSON.stringify(applied.body))
  // As a watch would tell.
  await context.client.getNow(keyOf(object))
  const written = await context.client.applyStatus(object, {
    server: 'ours',
    conditions: [condition('Ready')],
  })
  assert.is(written.status?.server, 'ours')
  const types = written.status?.conditions?.map(({ type }) => type).toSorted()
  assert.equal(types, ['Audited', 'Ready'])
})

test('a status bound to a version is refused once the object has changed', async (context) => {
  const object = await made(context)
  await changed(context, object, { metadata: { annotations: { touched: 'yes' } } })
  const { resourceVersion } = object.metadata
  await conflicts(context.client.applyStatus(object, { observedGeneration: 1 }, resourceVersion))
  await conflicts(context.client.applyStatus(object, { observedGeneration: 1 }))
  // Once the store knows of the change, a status that is bound to no version may be written.
  await context.client.getNow(keyOf(object))
  await context.client.applyStatus(object, { observedGeneration: 1 })
})

test('a status never reaches another object of the same name', async (context) => {
  const { server, namespace, client } = context
  const object = await made(context)
  const { name } = object.metadata
  await server.send('DELETE', path('endpoint', namespace, name))
  const again = await server.send(
    'POST',
    path('endpoint', namespace),
    manifest('endpoint', namespace, { metadata: { name } }),
  )
  assert.is(again.status, 201)
  await conflicts(client.applyStatus(object, { observedGeneration: 7 }))
  const now = await client.getNow(keyOf(object))
  assert.is(now?.status?.observedGeneration, -1)
})

test('a status of an object that is gone says so, and makes none', async (context) => {
  const { server, namespace, client } = context
  const object = await made(context)
  await server.send('DELETE', path('endpoint', namespace, object.metadata.name))
  await conflicts(client.applyStatus(object, { observedGeneration: 1 }))
  assert.is(await client.getNow(keyOf(object)), undefined)
})

test('the finalizer is added where there is none, and beside others', async (context) => {
  const bare = await made(context)
  const one = await context.client.setFinalizer(bare, finalizer, true)
  assert.equal(one.metadata.finalizers, [finalizer])
  const held = await made(context, { finalizers: ['example.com/other'] })
  const two = await context.client.setFinalizer(held, finalizer, true)
  assert.equal(two.metadata.finalizers, ['example.com/other', finalizer])
  const three = await context.client.setFinalizer(two, finalizer, false)
  assert.equal(three.metadata.finalizers, ['example.com/other'])
})

test('a finalizer that is there is not written again', async (context) => {
  const object = await made(context, { finalizers: [finalizer] })
  const same = await context.client.setFinalizer(object, finalizer, true)
  assert.is(same.metadata.resourceVersion, object.metadata.resourceVersion)
})

test('a finalizer that somebody else added meanwhile is never lost', async (context) => {
  const bare = await made(context)
  await changed(context, bare, { metadata: { finalizers: ['example.com/late'] } })
  await conflicts(context.client.setFinalizer(bare, finalizer, true))
  const now = await context.client.getNow(keyOf(bare))
  assert.equal(now?.metadata.finalizers, ['example.com/late'])
  const held = await made(context, { finalizers: [finalizer] })
  await changed(context, held, { metadata: { finalizers: [finalizer, 'example.com/late'] } })
  await conflicts(context.client.setFinalizer(held, finalizer, false))
})

test('a finalizer is never set on another object of the same name', async (context) => {
  const { server, namespace } = context
  const object = await made(context)
  const { name } = object.metadata
  await server.send('DELETE', path('endpoint', namespace, name))
  const body = manifest('endpoint', namespace, { metadata: { name } })
  await server.send('POST', path('endpoint', namespace), body)
  await conflicts(context.client.setFinalizer(object, finalizer, true))
})

test('the last finalizer off lets the object go, from the store too', async (context) => {
  const { server, namespace, client, cache } = context
  const object = await made(context, { finalizers: [finalizer] })
  await server.send('DELETE', path('endpoint', namespace, object.metadata.name))
  const going = await client.getNow(keyOf(object))
  assert.ok(going?.metadata.deletionTimestamp)
  assert.is(cache.get(keyOf(object))?.metadata.uid, object.metadata.uid)
  await client.setFinalizer(going as PostgresPrivateEndpoint, finalizer, false)
  assert.is(await client.getNow(keyOf(object)), undefined)
  assert.is(cache.get(keyOf(object)), undefined)
})

test('the store holds what our write answered, before any watch says it', async (context) => {
  const object = await made(context)
  await context.client.applyStatus(object, { observedGeneration: 1 })
  assert.is(context.cache.get(keyOf(object))?.status?.observedGeneration, 1)
  assert.not.ok('managedFields' in (context.cache.get(keyOf(object))?.metadata ?? {}))
})

test('a refusal by the schema is no conflict, and names the field', async (context) => {
  const object = await made(context)
  const attempt = context.client.applyStatus(object, { observedGeneration: 'one' })
  const error = await attempt.catch((thrown: unknown) => thrown)
  assert.instance(error, KubeError)
  assert.match(String(error), /observedGeneration/)
})

test('a process that does not lead sends no write, and reads on', async (context) => {
  const object = await made(context)
  context.mayWrite = false
  const attempts = [
    context.client.applyStatus(object, { observedGeneration: 1 }),
    context.client.setFinalizer(object, finalizer, true),
    context.client.create(object),
    context.client.remove(object),
  ]
  for (const attempt of attempts) {
    const error = await attempt.catch((thrown: unknown) => thrown)
    assert.is(error instanceof KubeError && error.reason, 'NotLeading')
  }
  const now = await context.client.getNow(keyOf(object))
  assert.is(now?.metadata.resourceVersion, object.metadata.resourceVersion)
})

test('a row is made once, belongs to the class, and goes only as it was seen', async (context) => {
  const { transport, namespace, server } = context
  const cache = new Cache<EndpointConnectionDecision>([undefined], () => undefined)
  const client = new Client<EndpointConnectionDecision>({
    ...{ transport, cache, resource: decisions, mayWrite: () => true, objectClass: 'blue' },
  })
  const name = 'orders-0123456789abcdef'
  const labels = { 'pgpe.dev/inbox': 'requests' }
  const row = manifest('decision', namespace, { metadata: { name, labels } }) as never
  assert.is(await client.create(row), true)
  assert.is(await client.create(row), false)
  const seen = cache.get(`${namespace}/${name}`)
  assert.equal(seen?.metadata.labels, { ...labels, 'pgpe.dev/class': 'blue' })
  const url = path('decision', namespace, name)
  await server.send('PATCH', url, { metadata: { annotations: { a: 'b' } } }, 'merge-patch+json')
  await conflicts(client.remove(seen as EndpointConnectionDecision))
  const now = await client.getNow(`${namespace}/${name}`)
  await client.remove(now as EndpointConnectionDecision)
  assert.is(await client.getNow(`${namespace}/${name}`), undefined)
  await client.remove(now as EndpointConnectionDecision)
})

test('an error of the API server carries its code, reason and words', async (context) => {
  const attempt = context.transport.json({ path: '/api/v1/namespaces/no-such-namespace' })
  const error = await attempt.catch((thrown: unknown) => thrown)
  assert.ok(isKubeError(error, 404))
  assert.is(error.reason, 'NotFound')
  assert.match(error.message, /no-such-namespace/)
})

test.run()

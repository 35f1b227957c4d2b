/** Requests through the faulty proxy: what is tried again, what never, and what an error says. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { KubeError } from '../../operator/kubernetes/error.ts'
import { identitiesOf } from '../../operator/kubernetes/identities.ts'
import { createTransport } from '../../operator/kubernetes/transport.ts'
import { systemClock } from '../../operator/runtime/clock.ts'
import { until } from './api-server.ts'
import { type Effect, everything } from './fault-proxy.ts'
import { clusterOf, dice, type Stage, sourceOf, stage, transportOf } from './watching.ts'

const test = suite<{ at: Stage }>('requests to the API server')

test.before(async (context) => {
  context.at = await stage('transport')
})
test.after.each(({ at }) => at.proxy.heal())
test.after(({ at }) => at?.close())

const path = ({ namespace }: Stage, name = ''): string =>
  `/api/v1/namespaces/${namespace}/configmaps${name && `/${name}`}`

const asked = ({ proxy }: Stage, name: string): number =>
  proxy.seen.filter(({ url }) => url.pathname.endsWith(`/${name}`)).length

const answer = (status: number, headers: Record<string, string> = {}): Effect => ({
  ...{ kind: 'answer', status, headers },
  body: { kind: 'Status', code: status, message: `a ${status}`, reason: 'Test' },
})

async function refused(attempt: Promise<unknown>): Promise<KubeError> {
  const error = await attempt.catch((thrown: unknown) => thrown)
  assert.instance(error, KubeError, String(error))
  return error as KubeError
}

for (const [what, effect] of Object.entries({
  'a 429 that says when': answer(429, { 'retry-after': '0' }),
  'a 503 that says when': answer(503, { 'retry-after': '0' }),
  'a broken connection': { kind: 'reset' } as const,
})) {
  const name = what.replaceAll(' ', '-')
  test(`a read is tried again after ${what}`, async ({ at }) => {
    await at.put(name, 'x')
    at.proxy.fail(everything, effect, 2)
    const found = await at.transport.json<any>({ path: path(at, name) })
    assert.is(found.data.value, 'x')
    assert.is(asked(at, name), 3)
  })

  test(`a write is not sent again after ${what}`, async ({ at }) => {
    const before = at.proxy.seen.length
    at.proxy.fail(everything, effect, 1)
    const body = { metadata: { name: `w-${name}` } }
    await refused(at.transport.json({ method: 'POST', path: path(at), body }))
    assert.is(at.proxy.seen.length, before + 1)
    assert.is((await at.server.send('GET', path(at, `w-${name}`))).status, 404)
  })
}

test('a read gives up after a few tries, with what the server said last', async ({ at }) => {
  at.proxy.fail(everything, answer(503, { 'retry-after': '0' }))
  const error = await refused(at.transport.json({ path: path(at, 'never') }))
  assert.equal([error.code, error.message, error.reason], [503, 'a 503', 'Test'])
  assert.is(asked(at, 'never'), 4)
})

test('a read is not tried again after a refusal', async ({ at }) => {
  at.proxy.fail(everything, answer(500))
  assert.is((await refused(at.transport.json({ path: path(at, 'refused') }))).code, 500)
  assert.is(asked(at, 'refused'), 1)
})

test('a wait that the server asks for is said, and ends with the deadline of the call', async ({
  at,
}) => {
  at.proxy.fail(everything, answer(429, { 'retry-after': '7' }))
  const error = await refused(at.transport.json({ path: path(at, 'later'), deadlineMs: 200 }))
  assert.is(error.retryAfterMs, 7_000)
  assert.is(asked(at, 'later'), 1)
})

test('no answer in time is an error of its own, and the next call gets a new connection', async ({
  at,
}) => {
  await at.put('hung', 'x')
  at.proxy.fail(everything, { kind: 'hang' }, 1)
  const error = await refused(at.transport.json({ path: path(at, 'hung'), deadlineMs: 200 }))
  assert.is(error.reason, 'DeadlineExceeded')
  assert.is((await at.transport.json<any>({ path: path(at, 'hung') })).data.value, 'x')
})

test('a call that was called off says so', async ({ at }) => {
  at.proxy.fail(everything, { kind: 'hang' }, 1)
  const stop = new AbortController()
  const call = refused(at.transport.json({ path: path(at, 'off'), signal: stop.signal }))
  await until(async () => asked(at, 'off') === 1)
  stop.abort()
  assert.is((await call).reason, 'Stopped')
})

test('credentials that are refused are read anew, once, for reads and writes', async ({ at }) => {
  const { headers } = clusterOf()
  const { url } = at.proxy
  let reads = 0
  let good = false
  const transport = transportOf({
    ...sourceOf(url, headers),
    current: async () => ({
      server: url,
      tls: {},
      headers: good ? headers : { authorization: 'Bearer stale' },
    }),
    refused: () => {
      reads++
      good = true
    },
  })
  const made = await transport.json<any>({
    ...{ method: 'POST', path: path(at), body: { metadata: { name: 'renewed' } } },
  })
  assert.is(made.metadata.name, 'renewed')
  assert.is(reads, 1)
  await transport.close()
})

test('credentials that stay refused are asked for once a call', async ({ at }) => {
  const transport = transportOf(sourceOf(at.proxy.url, { authorization: 'Bearer wrong' }))
  const error = await refused(transport.json({ path: path(at, 'unknown') }))
  assert.is(error.code, 401)
  assert.is(asked(at, 'unknown'), 2)
  await transport.close()
})

test('says who it is, and what became of each request', async ({ at }) => {
  const told: string[] = []
  const transport = createTransport({
    credentials: sourceOf(at.proxy.url, clusterOf().headers),
    ...{ time: systemClock, random: dice(), userAgent: 'pgpe-operator/test' },
    onAnswer: (method, status) => told.push(`${method} ${status}`),
  })
  let agent: string | undefined
  at.proxy.onRequest = (incoming) => (agent = incoming.headers['user-agent'])
  await refused(transport.json({ path: path(at, 'nobody') }))
  await transport.close()
  assert.is(agent, 'pgpe-operator/test')
  assert.equal(told, ['GET 404'])
})

test('a hundred calls share few connections', async ({ at }) => {
  const before = at.proxy.connections
  const transport = transportOf(sourceOf(at.proxy.url, clusterOf().headers))
  for (let times = 0; times < 100; times++) await transport.json({ path: path(at) })
  await transport.close()
  assert.ok(at.proxy.connections - before <= 3, `${at.proxy.connections - before}`)
})

test('identities are read by name, and only the names that are allowed', async ({ at }) => {
  const { namespace, server, transport } = at
  const secret = {
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'pgpe-azure' } },
    stringData: { AZURE_CLIENT_ID: 'id', AZURE_CLIENT_SECRET: 'geheim ß' },
  }
  const annotations = { 'azure.workload.identity/client-id': 'x' }
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'pgpe-azure', annotations },
  }
  await server.send('POST', `/api/v1/namespaces/${namespace}/secrets`, secret)
  await server.send('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, account)
  const identities = identitiesOf(transport, ['pgpe-azure', 'absent'])
  const read = await identities.readSecret(namespace, 'pgpe-azure')
  assert.equal(read.is === 'present' && Object.fromEntries(read.value), {
    AZURE_CLIENT_ID: 'id',
    AZURE_CLIENT_SECRET: 'geheim ß',
  })
  const audience = 'api://AzureADTokenExchange'
  const token = await identities.requestToken(namespace, 'pgpe-azure', audience)
  if (token.is !== 'present') throw new Error(JSON.stringify(token))
  const claims = JSON.parse(
    Buffer.from(token.value.token.split('.')[1] ?? '', 'base64url').toString(),
  )
  assert.equal(claims.aud, [audience])
  assert.is(token.value.annotations.get('azure.workload.identity/client-id'), 'x')
  assert.equal(await identities.readSecret(namespace, 'absent'), { is: 'absent' })
  const before = at.proxy.seen.length
  for (const name of ['other', '../secrets', '', 'pgpe-azure/token']) {
    assert.is((await identities.readSecret(namespace, name)).is, 'unreadable')
    assert.is((await identities.requestToken(namespace, name, audience)).is, 'unreadable')
  }
  assert.is(at.proxy.seen.length, before)
})

test.run()

/** The wire as it really is: TLS, silence, halves, redirects, and what came of a write without an answer. */
import { gzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Action } from '../../operator/azure/action.ts'
import { createAzure, type AzureOptions } from '../../operator/azure/azure.ts'
import { formatId } from '../../operator/azure/id.ts'
import type { AzureView } from '../../operator/azure/port.ts'
import { bodies, ids } from './bodies-of-azure.ts'
import { json, startHttpsServer, type HttpsServer } from './https-server.ts'
import { errorIn, subscriptionId } from './in-process.ts'

interface Context {
  server: HttpsServer
  /** Azure at that server, stopped after the test. */
  azure: (change?: Partial<AzureOptions>) => AzureView
  stops: (() => Promise<void>)[]
}

const test = suite<Context>('wire')
const secret = 'client-secret-of-the-operator'
const tenantId = '00000000-0000-0000-0000-00000000000a'

const environmentOf = (server: HttpsServer) => ({
  AZURE_RESOURCE_MANAGER_ENDPOINT: server.url,
  AZURE_AUTHORITY_HOST: server.url,
  AZURE_TENANT_ID: tenantId,
  AZURE_CLIENT_ID: '00000000-0000-0000-0000-00000000000b',
  AZURE_CLIENT_SECRET: secret,
})

test.before.each(async (context) => {
  const server = await startHttpsServer()
  context.server = server
  context.stops = [() => server.stop()]
  context.azure = (change = {}) => {
    const azure = createAzure({
      environment: environmentOf(server),
      clock: { monotonicMs: () => performance.now(), now: () => new Date() },
      random: () => 0.5,
      mayWrite: () => true,
      onRequest: () => undefined,
      readSecret: () => Promise.resolve({ is: 'absent' }),
      requestToken: () => Promise.resolve({ is: 'absent' }),
      userAgent: 'pgpe-operator/0.0.0',
      ca: server.ca,
      ...change,
    })
    context.stops.push(() => azure.stop())
    return azure.as({ kind: 'operator' })
  }
})

test.after.each(async ({ stops }) => {
  await Promise.all(stops.map((stop) => stop()))
})

const put: Action = {
  do: 'put',
  id: ids.privateEndpoint,
  body: bodies.privateEndpoint,
  cause: 'user',
}
const puts = (server: HttpsServer): number =>
  server.received.filter(({ method }) => method === 'PUT').length

test('a resource is read with a token of the operator', async ({ azure, server }) => {
  server.handle = (_, response) => json(response, bodies.server)
  assert.is((await azure().get(ids.server, 0)).is, 'present')
  const { headers, path } = server.received[0]!
  assert.is(path, `${formatId(ids.server)}?api-version=2025-08-01`)
  assert.is(headers.authorization, 'Bearer secret-token')
  assert.match(headers['user-agent'] ?? '', /^pgpe-operator\/0\.0\.0 /)
})

test('compressed answers are read', async ({ azure, server }) => {
  server.handle = ({ headers }, response) => {
    assert.match(headers['accept-encoding'] ?? '', /gzip/)
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'application/json' })
    response.end(gzipSync(JSON.stringify(bodies.server)))
  }
  assert.is((await azure().get(ids.server, 0)).is, 'present')
})

test('a small answer that swells when decompressed is given up', async ({ azure, server }) => {
  server.handle = (_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(4_000_000)))
  }
  const seen = await azure({ maxBodyBytes: 1_000_000 }).get(ids.server, 0)
  assert.is(errorIn(seen).code, 'Undecodable')
  assert.match(errorIn(seen).message, /larger than any/)
})

test('an answer beyond all bounds is given up', async ({ azure, server }) => {
  server.handle = (_, response) => void response.writeHead(200).end(Buffer.alloc(2_000_000, 32))
  const seen = await azure({ maxBodyBytes: 1_000_000 }).get(ids.server, 0)
  assert.is(errorIn(seen).code, 'Undecodable')
  assert.match(errorIn(seen).message, /larger than any/)
})

test('a redirect within the same host is refused as well', async ({ azure, server }) => {
  server.handle = ({ path }, response) =>
    path.startsWith('/elsewhere')
      ? json(response, bodies.server)
      : void response.writeHead(307, { location: `${server.url}/elsewhere` }).end()
  assert.is(errorIn(await azure().get(ids.server, 0)).status, 307)
  assert.is(server.received.length, 1)
})

for (const status of [301, 302, 303, 307, 308]) {
  test(`a ${status} is refused; nobody follows it`, async ({ azure, server }) => {
    const other = await startHttpsServer()
    server.handle = (_, response) =>
      void response.writeHead(status, { location: `${other.url}/x` }).end()
    try {
      const view = azure()
      const seen = await view.get(ids.server, 0)
      assert.is(errorIn(seen).status, status)
      assert.is((await view.act(put)).is, 'refused')
      assert.is(other.received.length, 0)
      assert.is(server.received.length, 2)
    } finally {
      await other.stop()
    }
  })
}

test('a foreign next page gets neither a request nor a token', async ({ azure, server }) => {
  const other = await startHttpsServer()
  server.handle = ({ path }, response) =>
    json(response, { value: [bodies.server], nextLink: `${other.url}${path}&skip=1` })
  try {
    const seen = await azure().list({ list: 'servers', subscriptionId }, 0)
    assert.is(errorIn(seen).code, 'Incomplete')
    assert.is(other.received.length, 0)
  } finally {
    await other.stop()
  }
})

const bad: readonly (readonly [string, HttpsServer['handle'], string])[] = [
  [
    'HTML',
    (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    'Undecodable',
  ],
  [
    'half of its JSON',
    (_, response) => void response.writeHead(200).end('{"id": "/subs'),
    'Undecodable',
  ],
  ['nothing', (_, response) => void response.writeHead(200).end(), 'Undecodable'],
  [
    'a body shorter than announced',
    (_, response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('{')
      setImmediate(() => response.destroy())
    },
    'Unreachable',
  ],
  ['a closed connection', (_, response) => void response.destroy(), 'Unreachable'],
  [
    'garbage for a compressed body',
    (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip'),
    'Undecodable',
  ],
  [
    'something that is not HTTP',
    (_, response) => void response.socket?.end('HTTP/9.9 what\r\n\r\n'),
    'Undecodable',
  ],
]
for (const [what, handle, code] of bad) {
  test(`an answer that is ${what} is unreadable`, async ({ azure, server }) => {
    server.handle = handle
    assert.is(errorIn(await azure().get(ids.server, 0)).code, code)
  })
}

test('a server that is silent, or stops half-way, hits a deadline', async ({ azure, server }) => {
  const deadlines = { headersMs: 300, idleMs: 300, totalMs: 2_000 }
  const silence: HttpsServer['handle'] = () => undefined
  const half: HttpsServer['handle'] = (_, response) => void response.writeHead(200).write('{')
  for (const handle of [silence, half]) {
    server.handle = handle
    const error = errorIn(await azure({ deadlines }).get(ids.server, 0))
    assert.is(error.code, 'DeadlineExceeded')
    assert.is(error.retry, 'fast')
  }
})

test('a server that drips for ever hits the total deadline', async ({ azure, server }) => {
  const drips: NodeJS.Timeout[] = []
  server.handle = (_, response) => {
    response.writeHead(200)
    drips.push(setInterval(() => response.write(' '), 50))
  }
  const error = errorIn(await azure({ deadlines: { totalMs: 500 } }).get(ids.server, 0))
  for (const drip of drips) clearInterval(drip)
  assert.is(error.code, 'DeadlineExceeded')
})

const lost: readonly (readonly [string, HttpsServer['handle']])[] = [
  [
    '503 with Retry-After',
    (_, response) => void response.writeHead(503, { 'retry-after': '1' }).end(),
  ],
  ['500', (_, response) => void response.writeHead(500).end()],
  ['a closed connection', (_, response) => void response.destroy()],
  ['silence', () => undefined],
]
for (const [what, handle] of lost) {
  test(`a PUT answered by ${what} is sent exactly once and its outcome is unknown`, async ({
    azure,
    server,
  }) => {
    server.handle = handle
    const outcome = await azure({ deadlines: { headersMs: 300, totalMs: 1_000 } }).act(put)
    assert.is(outcome.is, 'unknown')
    assert.is(puts(server), 1)
  })
}

test('nothing is sent twice over a connection that the server closed meanwhile', async ({
  azure,
  server,
}) => {
  const view = azure()
  server.handle = (_, response) => json(response, {}, 201)
  for (let round = 0; round < 5; round += 1) {
    const outcome = await view.act(put)
    assert.is(outcome.is, 'accepted')
  }
  assert.is(puts(server), 5)
})

test('where nobody listens, a write was certainly not done', async ({ azure, server }) => {
  const closed = await startHttpsServer()
  await closed.stop()
  const environment = { ...environmentOf(server), AZURE_RESOURCE_MANAGER_ENDPOINT: closed.url }
  const outcome = await azure({ environment }).act(put)
  assert.is(outcome.is === 'held' && outcome.error.code, 'Unreachable')
})

test('a certificate that nobody trusts stops everything, and says what to do', async ({
  azure,
  server,
}) => {
  const other = await startHttpsServer()
  try {
    const error = errorIn(await azure({ ca: other.ca }).get(ids.server, 0))
    assert.is(error.code, 'CredentialsUnavailable')
    assert.match(error.message, /NODE_EXTRA_CA_CERTS/)
    assert.is(error.retry, 'slow')
    assert.is(server.received.length, 0)
  } finally {
    await other.stop()
  }
})

test('no secret and no token is ever in what is returned or observed', async ({
  azure,
  server,
}) => {
  const said: unknown[] = []
  server.handle = ({ headers }, response) =>
    json(response, { error: { code: 'X', message: `You sent ${headers.host}` } }, 403)
  const view = azure({ onRequest: (one) => said.push(one) })
  said.push(await view.get(ids.zone, 0), await view.act(put))
  assert.not.match(JSON.stringify(said), secret)
  assert.not.match(JSON.stringify(said), 'secret-token')
})

test.run()

/** Sign-in over a real wire: whose credential is used, when it is read, and what a refusal says. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createAzure, type AzureOptions } from '../../operator/azure/azure.ts'
import type { IdentityRef } from '../../operator/azure/port.ts'
import { bodies, ids } from './bodies-of-azure.ts'
import { json, startHttpsServer, type HttpsServer } from './https-server.ts'
import { errorIn, handClock, type HandClock } from './in-process.ts'

interface Context {
  server: HttpsServer
  clock: HandClock
  /** Reads the server as this identity. */
  read: (identity: IdentityRef, change?: Partial<AzureOptions>) => Promise<{ readonly is: string }>
  stops: (() => Promise<void>)[]
}

const test = suite<Context>('credentials')
const tenantId = '00000000-0000-0000-0000-00000000000a'
const clientId = '00000000-0000-0000-0000-00000000000b'
const operator: IdentityRef = { kind: 'operator' }
const secret: IdentityRef = { kind: 'Secret', namespace: 'shop', name: 'azure' }
const account: IdentityRef = { kind: 'ServiceAccount', namespace: 'shop', name: 'azure' }

test.before.each(async (context) => {
  const server = await startHttpsServer()
  server.handle = (_, response) => json(response, bodies.server)
  // The sign-in library counts a token's life from the real clock.
  const clock = handClock(Date.now())
  Object.assign(context, { server, clock, stops: [() => server.stop()] })
  const made = new Map<Partial<AzureOptions> | undefined, ReturnType<typeof createAzure>>()
  context.read = (identity, change) => {
    const azure = made.get(change) ?? createAzure({ ...optionsOf(server, clock), ...change })
    if (!made.has(change)) context.stops.push(() => azure.stop())
    made.set(change, azure)
    clock.pass(1)
    return azure.as(identity).get(ids.server, 0)
  }
})

test.after.each(async ({ stops }) => {
  await Promise.all(stops.map((stop) => stop()))
})

const cloud = (server: HttpsServer) => ({
  AZURE_RESOURCE_MANAGER_ENDPOINT: server.url,
  AZURE_AUTHORITY_HOST: server.url,
})

const optionsOf = (server: HttpsServer, clock: HandClock): AzureOptions => ({
  environment: {
    ...cloud(server),
    AZURE_TENANT_ID: tenantId,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_SECRET: 'of-the-operator',
  },
  clock,
  random: () => 0.5,
  mayWrite: () => true,
  onRequest: () => undefined,
  readSecret: () => Promise.resolve({ is: 'absent' }),
  requestToken: () => Promise.resolve({ is: 'absent' }),
  userAgent: 'pgpe-operator/0.0.0',
  ca: server.ca,
})

test('the operator signs in with its client secret, once for all reads', async ({
  read,
  server,
}) => {
  assert.is((await read(operator)).is, 'present')
  assert.is((await read(operator)).is, 'present')
  assert.is(server.signIns.length, 1)
  const form = server.signIns[0]!
  assert.is(form.get('client_id'), clientId)
  assert.is(form.get('client_secret'), 'of-the-operator')
  assert.match(form.get('scope') ?? '', `${server.url}/.default`)
})

test('a federated token is read anew from its file for each token', async ({
  clock,
  read,
  server,
}) => {
  const directory = mkdtempSync(join(tmpdir(), 'pgpe-federated-'))
  const file = join(directory, 'token')
  const environment = {
    ...cloud(server),
    AZURE_TENANT_ID: tenantId,
    AZURE_CLIENT_ID: clientId,
    AZURE_FEDERATED_TOKEN_FILE: file,
  }
  const change = { environment }
  try {
    writeFileSync(file, 'projected-1')
    assert.is((await read(operator, change)).is, 'present')
    writeFileSync(file, 'projected-2')
    clock.pass(3_600_000)
    assert.is((await read(operator, change)).is, 'present')
  } finally {
    rmSync(directory, { recursive: true })
  }
  assert.equal(
    server.signIns.map((form) => form.get('client_assertion')),
    ['projected-1', 'projected-2'],
  )
})

test('a Secret is read at each token request, and only the keys that count', async ({
  clock,
  read,
  server,
}) => {
  let value = 'first'
  const reads: string[] = []
  const change: Partial<AzureOptions> = {
    readSecret: (namespace, name) => {
      reads.push(`${namespace}/${name}`)
      const values = new Map([
        ['AZURE_TENANT_ID', tenantId],
        ['AZURE_CLIENT_ID', clientId],
        ['AZURE_CLIENT_SECRET', `${value}\n`],
        ['AZURE_AUTHORITY_HOST', 'https://evil.example'],
      ])
      return Promise.resolve({ is: 'present', value: values })
    },
  }
  assert.is((await read(secret, change)).is, 'present')
  value = 'second'
  await read(secret, change)
  clock.pass(3_600_000)
  assert.is((await read(secret, change)).is, 'present')
  assert.equal(
    server.signIns.map((form) => form.get('client_secret')),
    ['first', 'second'],
  )
  assert.equal(reads, ['shop/azure', 'shop/azure'])
})

test('a service account federates with the client id of its annotation', async ({
  read,
  server,
}) => {
  const audiences: string[] = []
  const change: Partial<AzureOptions> = {
    requestToken: (_, __, audience) => {
      audiences.push(audience)
      const annotations = new Map([['azure.workload.identity/client-id', clientId]])
      return Promise.resolve({ is: 'present', value: { token: 'of-the-account', annotations } })
    },
  }
  assert.is((await read(account, change)).is, 'present')
  assert.is(server.signIns[0]?.get('client_assertion'), 'of-the-account')
  assert.equal(audiences, ['api://AzureADTokenExchange'])
})

test('what one identity sees is not seen by another', async ({ read, server }) => {
  assert.is((await read(operator)).is, 'present')
  assert.is(errorIn(await read(secret)).code, 'CredentialsUnavailable')
  assert.is(server.received.length, 1)
})

test('a refusal is told in the words of Entra, without secrets and traces', async ({
  read,
  server,
}) => {
  server.signIn = (response) =>
    json(
      response,
      {
        error: 'invalid_client',
        error_description:
          'AADSTS7000215: Invalid client secret provided. Ensure the secret being sent is the value. ' +
          'Trace ID: 1 Correlation ID: 2 Timestamp: 2026-01-01 00:00:00Z',
        error_codes: [7000215],
      },
      401,
    )
  const error = errorIn(await read(operator))
  assert.is(error.code, 'CredentialsUnavailable')
  assert.is(error.retry, 'slow')
  assert.match(
    error.message,
    /^No token could be had: AADSTS7000215: Invalid client secret provided\./,
  )
  assert.not.match(error.message, /Trace ID|of-the-operator/)
  assert.is(server.received.length, 0)
})

test('a directory that fails for a moment is tried again soon', async ({ read, server }) => {
  server.signIn = (response) => void response.writeHead(503).end()
  assert.is(errorIn(await read(operator)).retry, 'fast')
})

test('a directory that redirects gets no credential at the other place', async ({
  read,
  server,
}) => {
  const other = await startHttpsServer()
  server.signIn = (response) =>
    void response.writeHead(307, { location: `${other.url}/t/oauth2/v2.0/token` }).end()
  try {
    assert.is((await read(operator)).is, 'unreadable')
    assert.is(other.signIns.length, 0)
  } finally {
    await other.stop()
  }
})

test('a directory that names another place for sign-in gets no credential there', async ({
  read,
  server,
}) => {
  const other = await startHttpsServer()
  server.authority = other.url
  try {
    assert.is(
      errorIn(await read(operator, { ca: server.ca + other.ca })).code,
      'CredentialsUnavailable',
    )
    assert.is(other.signIns.length, 0)
  } finally {
    await other.stop()
  }
})

test.run()

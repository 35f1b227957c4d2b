/** What a Secret, an account or the directory may say against us: no other address, no secret repeated. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createAzure, type AzureOptions } from '../../operator/azure/azure.ts'
import type { IdentityRef } from '../../operator/azure/port.ts'
import { bodies, ids } from './bodies-of-azure.ts'
import { json, startHttpsServer, type HttpsServer } from './https-server.ts'
import { errorIn, handClock } from './in-process.ts'

const test = suite<{ server: HttpsServer; connections: string[] }>('hostile identities')
const tenantId = '00000000-0000-0000-0000-00000000000a'
const clientId = '00000000-0000-0000-0000-00000000000b'
const secret: IdentityRef = { kind: 'Secret', namespace: 'shop', name: 'pgpe-azure' }
const account: IdentityRef = { kind: 'ServiceAccount', namespace: 'shop', name: 'pgpe-azure' }
const canary = 'C4n4ry~+/ &%=äSecret'
const assertion = `${btoa('{"alg":"none"}')}.canary-of-the-account.c2ln`

test.before.each(async (context) => {
  context.server = await startHttpsServer()
  context.server.handle = (_, response) => json(response, bodies.server)
})
test.after.each(({ server }) => server?.stop())

/** The error of a read as that identity; its Secret and its account say this. */
async function refusalOf(
  server: HttpsServer,
  identity: IdentityRef,
  said: Readonly<Record<string, string>>,
) {
  const environment = {
    AZURE_RESOURCE_MANAGER_ENDPOINT: server.url,
    AZURE_AUTHORITY_HOST: server.url,
  }
  const options: AzureOptions = {
    environment,
    clock: handClock(Date.now()),
    random: () => 0.5,
    mayWrite: () => true,
    onRequest: () => undefined,
    readSecret: () => Promise.resolve({ is: 'present', value: new Map(Object.entries(said)) }),
    requestToken: () =>
      Promise.resolve({
        is: 'present',
        value: { token: assertion, annotations: new Map(Object.entries(said)) },
      }),
    userAgent: 'pgpe-operator/0.0.0',
    ca: server.ca,
  }
  const azure = createAzure(options)
  try {
    return errorIn(await azure.as(identity).get(ids.server, 0))
  } finally {
    await azure.stop()
  }
}

const hostile = [
  ...['..', '.', '../..', '..%2f', '%2e%2e', '%252e', 'a/b', 'a\\b', 'a?x=1', 'a#f', 'a;b', 'a&b'],
  ...['@evil.example', '//evil.example', 'https://evil.example', 'evil.example:443', 'common'],
  ...[
    'evil.example/x',
    'x@evil.example',
    'evil.example?',
    'evil..example',
    '.example',
    'organizations',
  ],
  ...[
    '\u2024\u2024',
    'a\uff0fb',
    'a\u0000b',
    'a\r\nHost: b',
    'a\u202eb',
    '__proto__',
    '${x}',
    '{{7*7}}',
  ],
  ...['x'.repeat(1_000_000), `${tenantId}/`, `${tenantId}\u0000`],
]
const keys = {
  Secret: { tenant: 'AZURE_TENANT_ID', client: 'AZURE_CLIENT_ID' },
  ServiceAccount: {
    tenant: 'azure.workload.identity/tenant-id',
    client: 'azure.workload.identity/client-id',
  },
}
for (const [kind, identity] of [
  ['Secret', secret],
  ['ServiceAccount', account],
] as const) {
  for (const part of ['tenant', 'client'] as const) {
    test(`a hostile ${part} id of a ${kind} becomes part of no address`, async ({ server }) => {
      const good = {
        [keys[kind].tenant]: tenantId,
        [keys[kind].client]: clientId,
        AZURE_CLIENT_SECRET: canary,
        AZURE_AUTHORITY_HOST: 'https://evil.example',
        AZURE_RESOURCE_MANAGER_ENDPOINT: 'https://evil.example',
      }
      for (const value of hostile) {
        const error = await refusalOf(server, identity, { ...good, [keys[kind][part]]: value })
        assert.is(error.code, 'CredentialsUnavailable')
        assert.match(error.message, /is not a GUID/, value.slice(0, 40))
        assert.ok(error.message.length < 300)
      }
      assert.equal(server.received, [])
      assert.equal(server.signIns, [])
    })
  }
}

/** The directory repeats what it was sent, plainly or as it was sent. */
const echoes: readonly (readonly [string, (form: URLSearchParams) => string])[] = [
  [
    "in a description of Entra's",
    (form) => `AADSTS7000215: wrong: ${[...form.values()].join(' ')}`,
  ],
  ['as the form that it was', (form) => `AADSTS7000215: wrong: ${form.toString()}`],
  ['in words of its own', (form) => `no: ${[...form.values()].join(' ')}`],
]
for (const [how, describe] of echoes) {
  test(`a directory that repeats a secret ${how} is not repeated`, async ({ server }) => {
    server.signIn = (response) => {
      const form = server.signIns.at(-1)
      const said = form === undefined ? '' : describe(form)
      json(response, { error: 'invalid_client', error_description: said }, 401)
    }
    const values = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId }
    const bySecret = await refusalOf(server, secret, { ...values, AZURE_CLIENT_SECRET: canary })
    const byAccount = await refusalOf(server, account, {
      [keys.ServiceAccount.tenant]: tenantId,
      [keys.ServiceAccount.client]: clientId,
    })
    assert.is(server.signIns.length, 2)
    assert.is(server.signIns[0]?.get('client_secret'), canary)
    for (const { message } of [bySecret, byAccount]) {
      assert.match(message, /\[secret\]|\[token\]/)
      assert.not.match(message, /C4n4ry|Secret$|canary-of-the-account/)
    }
  })
}

test.run()

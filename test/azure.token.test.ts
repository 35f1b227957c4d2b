/** Tokens: one fetch for all, renewed in time; and which cloud they are for. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline'
import { cloudOf } from '../operator/azure/cloud.ts'
import { fetchTokenOf, type Lookup } from '../operator/azure/credential.ts'
import type { IdentityRef } from '../operator/azure/port.ts'
import { signInWire } from '../operator/azure/signin.ts'
import { TokenSource, type FetchToken } from '../operator/azure/token.ts'
import { gate, handClock } from './azure/in-process.ts'

const test = suite('tokens')
const minute = 60_000
const failed = (retry: 'fast' | 'slow') =>
  ({ is: 'failed', error: { code: 'CredentialsUnavailable', message: 'No.', retry } }) as const

/** A source whose n-th token is `t<n>` and lives an hour. */
function source(answer: (nth: number) => 'token' | 'fast' | 'slow' = () => 'token') {
  const clock = handClock()
  let nth = 0
  const fetch: FetchToken = () => {
    nth += 1
    const is = answer(nth)
    if (is !== 'token') return Promise.resolve(failed(is))
    return Promise.resolve({
      is: 'fetched',
      token: { token: `t${nth}`, expiresAt: clock.now().getTime() + 60 * minute },
    })
  }
  const tokens = new TokenSource(fetch, clock)
  const token = async (): Promise<string> => {
    const got = await tokens.token()
    return got.is === 'token' ? got.token : got.error.code
  }
  return { clock, tokens, token, fetched: () => nth }
}

test('many who ask share one fetch', async () => {
  const { opened, open } = gate()
  let fetched = 0
  const tokens = new TokenSource(async () => {
    fetched += 1
    await opened
    return { is: 'fetched', token: { token: 't', expiresAt: Date.UTC(2030, 0, 1) } }
  }, handClock())
  const all = Array.from({ length: 100 }, () => tokens.token())
  open()
  await Promise.all(all)
  assert.is(fetched, 1)
})

test('a token is renewed five minutes before its end', async () => {
  const { clock, token } = source()
  assert.is(await token(), 't1')
  clock.pass(54 * minute)
  assert.is(await token(), 't1')
  clock.pass(minute)
  assert.is(await token(), 't2')
})

test("a directory that fails while the old token lives is nobody's trouble", async () => {
  const { clock, token } = source((nth) => (nth === 1 ? 'token' : 'fast'))
  await token()
  clock.pass(58 * minute)
  assert.is(await token(), 't1')
  clock.pass(2 * minute)
  assert.is(await token(), 'CredentialsUnavailable')
})

for (const [retry, ms] of [
  ['fast', 3_000],
  ['slow', 30_000],
] as const) {
  test(`a ${retry} failure is shared for ${ms} ms`, async () => {
    const { clock, token, fetched } = source(() => retry)
    for (let object = 0; object < 1_000; object += 1) await token()
    assert.is(fetched(), 1)
    clock.pass(ms)
    await token()
    assert.is(fetched(), 2)
  })
}

test('a refused token is dropped once it is not young, and only if it is the one in use', async () => {
  const { clock, tokens, token } = source()
  await token()
  assert.not.ok(tokens.refused('t1'))
  clock.pass(minute)
  assert.ok(tokens.refused('an older one'))
  assert.is(await token(), 't1')
  assert.ok(tokens.refused('t1'))
  assert.is(await token(), 't2')
})

const publicCloud = cloudOf({})
const tenant = '00000000-0000-0000-0000-00000000000a'
const client = '00000000-0000-0000-0000-00000000000b'

/** The message with which an identity has no token, and the hosts that were asked. */
async function refusal(
  identity: IdentityRef,
  lookup: Lookup<never> | { readonly is: 'present'; readonly value: ReadonlyMap<string, string> },
  environment = {},
) {
  const hosts: string[] = []
  const fetch = fetchTokenOf(identity, {
    cloud: publicCloud,
    environment,
    client: {
      sendRequest: (request) => {
        hosts.push(new URL(request.url).host)
        return Promise.reject(new Error('no wire in this test'))
      },
    },
    readSecret: () => Promise.resolve(lookup),
    requestToken: () =>
      Promise.resolve(
        lookup.is === 'present'
          ? { is: 'present', value: { token: 'kube', annotations: lookup.value } }
          : lookup,
      ),
  })
  const answer = await fetch()
  if (answer.is !== 'failed') throw new Error('a token came out of nothing')
  return { ...answer.error, hosts }
}

const secret: IdentityRef = { kind: 'Secret', namespace: 'shop', name: 'azure' }
const account: IdentityRef = { kind: 'ServiceAccount', namespace: 'shop', name: 'azure' }
const values = (...pairs: readonly (readonly [string, string])[]) =>
  ({ is: 'present', value: new Map(pairs) }) as const

const refusals: readonly (readonly [string, Parameters<typeof refusal>, RegExp])[] = [
  ['a missing Secret', [secret, { is: 'absent' }], /^Secret shop\/azure does not exist\.$/],
  [
    'a Secret that can not be read',
    [secret, { is: 'unreadable', message: 'secrets is forbidden' }],
    /can't be read: secrets is forbidden/,
  ],
  [
    'a Secret without client id',
    [secret, values(['AZURE_TENANT_ID', tenant])],
    /lacks AZURE_CLIENT_ID/,
  ],
  [
    'a Secret without tenant',
    [secret, values(['AZURE_CLIENT_ID', client])],
    /lacks AZURE_TENANT_ID/,
  ],
  [
    'a Secret without credential',
    [secret, values(['AZURE_CLIENT_ID', client], ['AZURE_TENANT_ID', tenant])],
    /neither AZURE_CLIENT_SECRET nor AZURE_CLIENT_CERTIFICATE/,
  ],
  [
    'a hostile tenant',
    [
      secret,
      values(['AZURE_CLIENT_ID', client], ['AZURE_TENANT_ID', '..'], ['AZURE_CLIENT_SECRET', 'x']),
    ],
    /tenant id is not a GUID/,
  ],
  [
    'a hostile client',
    [
      secret,
      values(['AZURE_CLIENT_ID', 'a/b'], ['AZURE_TENANT_ID', tenant], ['AZURE_CLIENT_SECRET', 'x']),
    ],
    /AZURE_CLIENT_ID is not a GUID/,
  ],
  [
    'a missing account',
    [account, { is: 'absent' }],
    /^ServiceAccount shop\/azure does not exist\.$/,
  ],
  [
    'an account without annotation',
    [account, values()],
    /lacks azure\.workload\.identity\/client-id/,
  ],
  [
    'an incomplete environment',
    [{ kind: 'operator' }, values(), { AZURE_CLIENT_SECRET: 'x', AZURE_TENANT_ID: tenant }],
    /The environment lacks AZURE_CLIENT_ID/,
  ],
]
for (const [what, given, says] of refusals) {
  test(`${what} is said plainly, and nobody is asked`, async () => {
    const { code, hosts, message, retry } = await refusal(...given)
    assert.is(code, 'CredentialsUnavailable')
    assert.is(retry, 'slow')
    assert.match(message, says)
    assert.equal(hosts, [])
  })
}

const places: readonly (readonly [string, boolean])[] = [
  ['https://login.microsoftonline.com/tenant/oauth2/v2.0/token', true],
  ['https://uksouth.login.microsoft.com/tenant/oauth2/v2.0/token', true],
  ['http://169.254.169.254/metadata/identity/oauth2/token', true],
  ['http://10.0.0.7:4141/msi/token', true],
  ['http://login.microsoftonline.com/tenant/oauth2/v2.0/token', false],
  ['https://login.microsoftonline.com:8443/tenant/oauth2/v2.0/token', false],
  ['https://login.microsoftonline.com.evil.example/token', false],
  ['https://evillogin.microsoft.com/token', false],
  ['https://management.azure.com/token', false],
  ['http://10.0.0.8/msi/token', false],
]
for (const [url, leaves] of places) {
  test(`a sign-in ${leaves ? 'may go' : 'does not go'} to ${url}`, async () => {
    const asked: string[] = []
    const { client } = signInWire({
      cloud: publicCloud,
      environment: { IDENTITY_ENDPOINT: 'http://10.0.0.7:4141/msi/token' },
      client: {
        sendRequest: (request) => {
          asked.push(request.url)
          return Promise.resolve({ request, status: 200, headers: createHttpHeaders() })
        },
      },
    })
    await client.sendRequest(createPipelineRequest({ url })).catch(() => undefined)
    assert.equal(asked, leaves ? [url] : [])
  })
}

const clouds: readonly (readonly [
  string,
  Readonly<Record<string, string>>,
  readonly [string, string, string, boolean, string],
])[] = [
  [
    'nothing',
    {},
    [
      'https://management.azure.com',
      'https://management.azure.com/.default',
      'https://login.microsoftonline.com',
      true,
      'privatelink.postgres.database.azure.com',
    ],
  ],
  [
    'US Government by its authority',
    { AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.us/' },
    [
      'https://management.usgovcloudapi.net',
      'https://management.usgovcloudapi.net/.default',
      'https://login.microsoftonline.us',
      true,
      'privatelink.postgres.database.usgovcloudapi.net',
    ],
  ],
  [
    'China by its resource manager',
    { AZURE_RESOURCE_MANAGER_ENDPOINT: 'https://management.chinacloudapi.cn/' },
    [
      'https://management.chinacloudapi.cn',
      'https://management.chinacloudapi.cn/.default',
      'https://login.chinacloudapi.cn',
      true,
      'privatelink.postgres.database.chinacloudapi.cn',
    ],
  ],
  [
    'a cloud of its own',
    {
      AZURE_RESOURCE_MANAGER_ENDPOINT: 'https://localhost:8443',
      AZURE_AUTHORITY_HOST: 'https://localhost:8444/',
      AZURE_RESOURCE_MANAGER_AUDIENCE: 'https://arm.local/',
    },
    [
      'https://localhost:8443',
      'https://arm.local/.default',
      'https://localhost:8444',
      false,
      'privatelink.postgres.database.azure.com',
    ],
  ],
]
for (const [
  what,
  environment,
  [resourceManager, scope, authorityHost, microsoft, zoneName],
] of clouds) {
  test(`${what} names a cloud`, () => {
    const { signInHosts, ...cloud } = cloudOf(environment)
    assert.equal(cloud, { resourceManager, scope, authorityHost, microsoft, zoneName })
    // Which ones: test/azure/identity.clouds.test.ts.
    assert.ok(microsoft || signInHosts.length === 0)
  })
}

const noClouds: readonly Readonly<Record<string, string>>[] = [
  {
    AZURE_RESOURCE_MANAGER_ENDPOINT: 'http://localhost:8443',
    AZURE_AUTHORITY_HOST: 'https://localhost',
  },
  { AZURE_RESOURCE_MANAGER_ENDPOINT: 'management.azure.com' },
  {
    AZURE_RESOURCE_MANAGER_ENDPOINT: 'https://user:x@localhost',
    AZURE_AUTHORITY_HOST: 'https://localhost',
  },
  {
    AZURE_RESOURCE_MANAGER_ENDPOINT: 'https://localhost/path',
    AZURE_AUTHORITY_HOST: 'https://localhost',
  },
  { AZURE_RESOURCE_MANAGER_ENDPOINT: 'https://localhost' },
  { AZURE_AUTHORITY_HOST: 'https://localhost' },
]
for (const environment of noClouds) {
  test(`${JSON.stringify(environment)} names no cloud and says which variable is at fault`, () => {
    assert.throws(
      () => cloudOf(environment),
      /AZURE_(RESOURCE_MANAGER_ENDPOINT|AUTHORITY_HOST) (must be|is missing)/,
    )
  })
}

test.run()

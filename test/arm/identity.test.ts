import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ClientAssertionCredential, ClientSecretCredential } from '@azure/identity'
import { Dice } from './dice.ts'
import { makeDirectory } from './directory.ts'
import { Tokens } from './identity/token.ts'
import { raw, secretForm, signIn } from './raw.ts'
import type { Simulator } from './simulator.ts'
import { startSimulator } from './simulator.ts'

const test = suite('sign-in')
let azure: Simulator
test.before(async () => {
  azure = await startSimulator()
})
test.after(() => azure.stop())

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const jwt = (claims: unknown): string =>
  `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}.c2ln`
const payloadOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
const soon = () => Math.floor(Date.now() / 1000) + 600

const subscriptions = (token?: string) =>
  raw(azure, {
    path: '/subscriptions?api-version=2022-12-01',
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  })
const assertionForm = (assertion: string): Readonly<Record<string, string>> => {
  const { client_secret: _, ...form } = secretForm(azure, 'network')
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  return { ...form, client_assertion: assertion, client_assertion_type: type }
}

test('a secret gives a token for its identity, which the resource manager takes', async () => {
  const { tenantId, objectId, clientId, subscriptionIds } = azure.identity('network')
  const { status, body } = await signIn(azure, tenantId, secretForm(azure, 'network'))
  assert.is(status, 200)
  assert.is(body['token_type'], 'Bearer')
  assert.is(body['expires_in'], 3599)
  const { tid, oid, appid, aud, exp, iat } = payloadOf(body['access_token'])
  assert.equal(
    { tid, oid, appid, aud },
    { tid: tenantId, oid: objectId, appid: clientId, aud: azure.url },
  )
  assert.is(exp - iat, 3599)
  const { text } = await subscriptions(body['access_token'])
  const seen = JSON.parse(text).value.map((each: { subscriptionId: string }) => each.subscriptionId)
  assert.equal(seen, subscriptionIds)
})

test('the older endpoint takes a resource instead of a scope', async () => {
  const { tenantId } = azure.identity('owner')
  const { scope: _, ...form } = secretForm(azure, 'owner')
  const { status, body } = await signIn(
    azure,
    tenantId,
    { ...form, resource: azure.url },
    'oauth2/token',
  )
  assert.is(status, 200)
  assert.is(body['resource'], azure.url)
  assert.is(body['expires_in'], '3599')
})

const withoutSecret = (form: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(form).filter(([name]) => name !== 'client_secret'))

const refusals: readonly {
  readonly what: string
  readonly number: number
  readonly status: number
  readonly error: string
  readonly form: () => Readonly<Record<string, string>>
}[] = [
  {
    what: 'a wrong secret',
    number: 7000215,
    status: 401,
    error: 'invalid_client',
    form: () => ({ ...secretForm(azure, 'owner'), client_secret: 'wrong' }),
  },
  {
    what: 'an unknown application',
    number: 700016,
    status: 400,
    error: 'unauthorized_client',
    form: () => ({
      ...secretForm(azure, 'owner'),
      client_id: '00000000-0000-0000-0000-000000000001',
    }),
  },
  {
    what: "another tenant's application",
    number: 700016,
    status: 400,
    error: 'unauthorized_client',
    form: () => secretForm(azure, 'vendor'),
  },
  {
    what: 'a password',
    number: 70003,
    status: 400,
    error: 'unsupported_grant_type',
    form: () => ({ ...secretForm(azure, 'owner'), grant_type: 'password' }),
  },
  {
    what: 'a scope that is no default',
    number: 1002012,
    status: 400,
    error: 'invalid_scope',
    form: () => ({ ...secretForm(azure, 'owner'), scope: `${azure.url}/read` }),
  },
  {
    what: 'no proof at all',
    number: 7000218,
    status: 401,
    error: 'invalid_client',
    form: () => withoutSecret(secretForm(azure, 'owner')),
  },
]
for (const { what, number, status, error, form } of refusals) {
  test(`${what} gives AADSTS${number} and no token`, async () => {
    const refused = await signIn(azure, azure.identity('owner').tenantId, form())
    assert.is(refused.status, status)
    assert.is(refused.body['error'], error)
    assert.match(refused.body['error_description'], `AADSTS${number}: `)
    assert.equal(refused.body['error_codes'], [number])
    assert.is(refused.body['access_token'], undefined)
  })
}

test('a tenant that does not exist gives AADSTS90002', async () => {
  const refused = await signIn(azure, 'contoso.example', secretForm(azure, 'owner'))
  assert.match(refused.body['error_description'], 'AADSTS90002: ')
})

test('a federated token of a service account is taken while it is valid', async () => {
  const { tenantId } = azure.identity('network')
  const claims = {
    iss: 'https://cluster.example',
    sub: 'system:serviceaccount:apps:pgpe-azure',
    aud: ['api://AzureADTokenExchange'],
    exp: soon(),
  }
  const good = await signIn(azure, tenantId, assertionForm(jwt(claims)))
  assert.is(good.status, 200)
  assert.is(payloadOf(good.body['access_token']).oid, azure.identity('network').objectId)
  const late = await signIn(azure, tenantId, assertionForm(jwt({ ...claims, exp: 1 })))
  assert.match(late.body['error_description'], 'AADSTS700024: ')
  const foreign = await signIn(
    azure,
    tenantId,
    assertionForm(jwt({ ...claims, aud: 'https://kubernetes.default.svc' })),
  )
  assert.match(foreign.body['error_description'], 'AADSTS700212: ')
  const torn = await signIn(azure, tenantId, assertionForm('not-a-token'))
  assert.match(torn.body['error_description'], 'AADSTS50027: ')
})

test('the resource manager wants a token: 401 and a challenge', async () => {
  const refused = await subscriptions()
  assert.is(refused.status, 401)
  assert.match(
    String(refused.headers['www-authenticate']),
    /^Bearer authorization_uri="https:\/\/localhost:\d+\/common"/,
  )
  assert.is(JSON.parse(refused.text).error.code, 'AuthenticationFailed')
})

test('a token for another audience, or one that nobody here signed, is refused', async () => {
  const { tenantId } = azure.identity('owner')
  const form = { ...secretForm(azure, 'owner'), scope: 'https://vault.example/.default' }
  const { body } = await signIn(azure, tenantId, form)
  const other = await subscriptions(body['access_token'])
  assert.is(other.status, 401)
  assert.is(JSON.parse(other.text).error.code, 'InvalidAuthenticationTokenAudience')
  const [header = '', , signature = ''] = String(body['access_token']).split('.')
  const claims = encode({ ...payloadOf(body['access_token']), aud: azure.url })
  const forged = [header, claims, signature].join('.')
  const refused = await subscriptions(forged)
  assert.is(refused.status, 401)
  assert.is(JSON.parse(refused.text).error.code, 'InvalidAuthenticationToken')
})

test("a tenant's token opens no subscription of another tenant", async () => {
  const { tenantId, subscriptionIds } = azure.identity('vendor')
  const { body } = await signIn(azure, tenantId, secretForm(azure, 'vendor'))
  const path = (id: string | undefined) =>
    `/subscriptions/${id}/resourceGroups?api-version=2021-04-01`
  const headers = { authorization: `Bearer ${body['access_token']}` }
  assert.is((await raw(azure, { path: path(subscriptionIds[0]), headers })).status, 200)
  const foreign = await raw(azure, {
    path: path(azure.identity('owner').subscriptionIds[0]),
    headers,
  })
  assert.is(foreign.status, 401)
  assert.is(JSON.parse(foreign.text).error.code, 'InvalidAuthenticationTokenTenant')
})

test('a token is expired once its hour is over', () => {
  let now = Date.UTC(2026, 0, 1)
  const directory = makeDirectory(new Dice(1))
  const url = 'https://localhost:1'
  const tokens = new Tokens({ secret: 'secret', directory, url, realNow: () => now })
  const [identity] = directory.identities
  assert.ok(identity)
  // One slash more or less is the same audience, as for the Azure CLI.
  const { token } = tokens.issue(identity, `${url}/`)
  assert.is(tokens.check(token).is, 'valid')
  now += 3_598_000
  assert.is(tokens.check(token).is, 'valid')
  now += 1_000
  assert.is(tokens.check(token).is, 'expired')
})

test('the documents that clients look up name this host only', async () => {
  const { tenantId } = azure.identity('owner')
  for (const path of [
    `/${tenantId}/v2.0/.well-known/openid-configuration`,
    '/common/discovery/instance',
    '/metadata/endpoints?api-version=2022-09-01',
  ]) {
    const { status, text } = await raw(azure, { path })
    assert.is(status, 200)
    const hosts = [...text.matchAll(/https:\/\/([^/"]+)/g)].map(([, host]) => host)
    assert.ok(hosts.length > 0)
    assert.equal([...new Set(hosts)], [`localhost:${azure.port}`])
  }
  assert.is((await raw(azure, { path: `/${tenantId}/discovery/v2.0/keys` })).status, 200)
})

test('a machine has the identity of `owner`, or the one it names, for who sends the header', async () => {
  const path = `/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${encodeURIComponent(azure.url)}`
  const headers = { Metadata: 'true' }
  assert.is((await raw(azure, { path })).status, 400)
  const own = await raw(azure, { path, headers })
  assert.is(payloadOf(JSON.parse(own.text).access_token).oid, azure.identity('owner').objectId)
  const withSlash = await raw(azure, { path: path.replace('?', '/?'), headers })
  assert.is(withSlash.status, 200, 'as msal-node asks')
  const { clientId, objectId } = azure.identity('reader')
  const named = await raw(azure, { path: `${path}&client_id=${clientId}`, headers })
  assert.is(payloadOf(JSON.parse(named.text).access_token).oid, objectId)
  const nobody = await raw(azure, { path: `${path}&client_id=${tenantOf('owner')}`, headers })
  assert.is(JSON.parse(nobody.text).error_description, 'Identity not found')
})

const tenantOf = (name: string): string => azure.identity(name).tenantId

test("Microsoft's own credentials get tokens that are taken", async () => {
  const { tenantId, clientId, clientSecret } = azure.identity('owner')
  const options = {
    authorityHost: azure.url,
    disableInstanceDiscovery: true,
    tlsOptions: { ca: azure.ca },
  }
  const assertion = () =>
    Promise.resolve(jwt({ iss: 'a', sub: 'b', aud: 'api://AzureADTokenExchange', exp: soon() }))
  for (const credential of [
    new ClientSecretCredential(tenantId, clientId, clientSecret, options),
    new ClientAssertionCredential(tenantId, clientId, assertion, options),
  ]) {
    const { token } = await credential.getToken(`${azure.url}/.default`)
    assert.is((await subscriptions(token)).status, 200)
  }
})

test.run()

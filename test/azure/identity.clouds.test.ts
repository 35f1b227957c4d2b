/**
 * Each cloud on the wire: every way to sign in asks that cloud's authority for a token for that cloud's
 * resource manager, the token goes there and nowhere else, and no credential leaves for another host.
 */
import {
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
} from '@azure/core-rest-pipeline'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { cloudOf, type Environment } from '../../operator/azure/cloud.ts'
import { signInsOf, type CredentialOptions } from '../../operator/azure/credential.ts'
import type { IdentityRef } from '../../operator/azure/port.ts'
import { signInWire } from '../../operator/azure/signin.ts'
import { bodies, ids } from './bodies-of-azure.ts'
import { newCertificate } from './certified.ts'
import { handClock, inProcess } from './in-process.ts'

const test = suite('clouds on the wire')
const tenantId = '00000000-0000-0000-0000-00000000000a'
const clientId = '00000000-0000-0000-0000-00000000000b'
const token = 'the-token-of-this-cloud'
const { certificate, key } = await newCertificate()

interface Expected {
  readonly environment: Environment
  readonly authority: string
  readonly manager: string
  readonly audience: string
}

const stack = 'https://management.local.azurestack.external'
const clouds: Readonly<Record<string, Expected>> = {
  'the public cloud': {
    environment: {},
    authority: 'login.microsoftonline.com',
    manager: 'https://management.azure.com',
    audience: 'https://management.azure.com',
  },
  'the cloud of the US Government': {
    environment: { AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.us' },
    authority: 'login.microsoftonline.us',
    manager: 'https://management.usgovcloudapi.net',
    audience: 'https://management.usgovcloudapi.net',
  },
  "China's cloud": {
    environment: { AZURE_RESOURCE_MANAGER_ENDPOINT: 'https://management.chinacloudapi.cn/' },
    // The sign-in library's name for login.chinacloudapi.cn.
    authority: 'login.partner.microsoftonline.cn',
    manager: 'https://management.chinacloudapi.cn',
    audience: 'https://management.chinacloudapi.cn',
  },
  "a cloud of one's own": {
    environment: {
      AZURE_RESOURCE_MANAGER_ENDPOINT: stack,
      AZURE_RESOURCE_MANAGER_AUDIENCE: 'https://management.example.onmicrosoft.com/audience',
      AZURE_AUTHORITY_HOST: 'https://login.local.azurestack.external',
    },
    authority: 'login.local.azurestack.external',
    manager: stack,
    audience: 'https://management.example.onmicrosoft.com/audience',
  },
}

const own = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId }
const secret: IdentityRef = { kind: 'Secret', namespace: 'shop', name: 'pgpe-azure' }
/** What a Secret says of other places counts for nothing. */
const elsewhere = {
  AZURE_AUTHORITY_HOST: 'https://evil.example',
  AZURE_RESOURCE_MANAGER_ENDPOINT: 'https://evil.example',
  AZURE_RESOURCE_MANAGER_AUDIENCE: 'https://evil.example',
}

interface Way {
  readonly identity: IdentityRef
  readonly environment?: Environment
  readonly secret?: Readonly<Record<string, string>>
}
const ways: Readonly<Record<string, Way>> = {
  "the operator's secret": {
    identity: { kind: 'operator' },
    environment: { ...own, AZURE_CLIENT_SECRET: 'of-the-operator' },
  },
  "a Secret's secret": {
    identity: secret,
    secret: { ...own, ...elsewhere, AZURE_CLIENT_SECRET: 'of-the-shop' },
  },
  "a Secret's certificate": {
    identity: secret,
    secret: { ...own, ...elsewhere, AZURE_CLIENT_CERTIFICATE: certificate + key },
  },
  'a ServiceAccount': {
    identity: { kind: 'ServiceAccount', namespace: 'shop', name: 'pgpe-azure' },
  },
}

interface Sent {
  readonly host: string
  readonly protocol: string
  readonly text: string
}

/** A directory that stands for every host that it is asked as, and writes down each request. */
function directory(sent: Sent[]): HttpClient {
  return {
    sendRequest: (request) => {
      const { host, protocol, origin, pathname } = new URL(request.url)
      const text = `${request.url} ${JSON.stringify(request.headers.toJSON())} ${String(request.body)}`
      sent.push({ host, protocol, text })
      const base = `${origin}/${tenantId}`
      const body = pathname.endsWith('/token')
        ? { token_type: 'Bearer', expires_in: 3600, access_token: token }
        : {
            tenant_discovery_endpoint: `${base}/v2.0/.well-known/openid-configuration`,
            metadata: [],
            issuer: `${base}/v2.0`,
            authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
            token_endpoint: `${base}/oauth2/v2.0/token`,
            jwks_uri: `${base}/discovery/v2.0/keys`,
          }
      const headers = createHttpHeaders({ 'content-type': 'application/json' })
      return Promise.resolve({ request, status: 200, headers, bodyAsText: JSON.stringify(body) })
    },
  }
}

for (const [where, { environment, authority, manager, audience }] of Object.entries(clouds)) {
  for (const [what, way] of Object.entries(ways)) {
    test(`${where}, by ${what}`, async () => {
      const sent: Sent[] = []
      const options: CredentialOptions = {
        cloud: cloudOf(environment),
        environment: { ...environment, ...way.environment },
        client: directory(sent),
        readSecret: () =>
          Promise.resolve({ is: 'present', value: new Map(Object.entries(way.secret ?? {})) }),
        requestToken: () => {
          const annotations = new Map([
            ['azure.workload.identity/client-id', clientId],
            ['azure.workload.identity/tenant-id', tenantId],
          ])
          return Promise.resolve({ is: 'present', value: { token: 'of-the-account', annotations } })
        },
      }
      const { view, asked } = inProcess(() => ({ body: bodies.server }), {
        fetchToken: signInsOf(way.identity, options).now,
        resourceManager: options.cloud.resourceManager,
        clock: handClock(Date.now()),
      })
      const seen = await view.get(ids.server, 0)
      assert.is(seen.is, 'present', JSON.stringify(seen))

      assert.equal([...new Set(sent.map(({ host, protocol }) => `${protocol}//${host}`))], [`https://${authority}`]) // prettier-ignore
      const signIn = sent.filter(({ text }) => text.includes('grant_type=client_credentials'))
      assert.is(signIn.length, 1)
      const scope = encodeURIComponent(`${audience}/.default`)
      assert.ok(signIn[0]?.text.includes(`scope=${scope}`), signIn[0]?.text)
      assert.equal(
        asked.map(({ url, headers }) => [new URL(url).origin, headers['authorization']]),
        [[manager, `Bearer ${token}`]],
      )
      assert.not.ok(sent.some(({ text }) => text.includes(token)))
    })
  }
}

const authorities = [
  ...['login.microsoftonline.com', 'login.microsoft.com', 'westeurope.login.microsoft.com'],
  ...['login.microsoftonline.us', 'login.chinacloudapi.cn', 'login.partner.microsoftonline.cn'],
  ...['login.local.azurestack.external', 'evil.example'],
]
/** Which of them a cloud may sign in at. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'the public cloud': authorities.slice(0, 3),
  'the cloud of the US Government': authorities.slice(3, 4),
  "China's cloud": authorities.slice(4, 6),
  "a cloud of one's own": authorities.slice(6, 7),
}

for (const [where, { environment }] of Object.entries(clouds)) {
  test(`${where}: no credential leaves for an authority of another`, async () => {
    const sent: Sent[] = []
    const cloud = cloudOf(environment)
    const { client } = signInWire({ client: directory(sent), cloud, environment })
    for (const host of [...authorities, ...authorities.map((each) => `${each}.evil.example`)]) {
      for (const protocol of ['https', 'http']) {
        const url = `${protocol}://${host}/${tenantId}/oauth2/v2.0/token`
        await client.sendRequest(createPipelineRequest({ url })).catch(() => undefined)
      }
    }
    assert.equal(
      sent.map(({ protocol, host }) => `${protocol}//${host}`),
      allowed[where]?.map((host) => `https://${host}`),
    )
  })
}

test('China is known by either of its names', () => {
  const { resourceManager, microsoft } = cloudOf({
    AZURE_AUTHORITY_HOST: 'https://login.partner.microsoftonline.cn',
  })
  assert.equal([resourceManager, microsoft], ['https://management.chinacloudapi.cn', true])
})

test.run()

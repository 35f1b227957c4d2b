/**
 * The operator's own identity, by each way in which a process has one: it keeps an endpoint and decides on
 * it, with the standard variables alone.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { newCertificate } from '../azure/certified.ts'
import { deadline } from '../runner/deadline.ts'
import { makeNamespace } from './api-server.ts'
import {
  type Context as World,
  decide,
  federate,
  identityName,
  isReady,
  made,
  nothingForbidden,
  prepare,
  put,
  putAccount,
  start,
} from './identity.world.ts'

interface Context extends World {
  directory: string
  namespace: string
}

const test = suite<Context>("the operator's own identity")
prepare(test as ReturnType<typeof suite<World>>)
test.before.each(async (context) => {
  context.directory = mkdtempSync(join(tmpdir(), 'pgpe-own-'))
  context.namespace = await makeNamespace(context.server, 'own')
})
test.after.each(({ directory }) => rmSync(directory, { recursive: true }))

type Variables = Readonly<Record<string, string>>

const named = ({ azure }: Context): Variables => {
  const { tenantId, clientId } = azure.simulator.identity('owner')
  return { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId }
}

function file({ directory }: Context, name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

async function certified(context: Context, passphrase?: string): Promise<Variables> {
  const { certificate, key } = await newCertificate(passphrase)
  context.azure.simulator.credentials('owner', { secrets: [], certificates: [certificate] })
  const path = file(context, 'own.pem', certificate + key)
  return { ...named(context), AZURE_CLIENT_CERTIFICATE_PATH: path }
}

/** The variables by which a process is `owner`. */
const ways: Readonly<Record<string, (context: Context) => Promise<Variables> | Variables>> = {
  'a service principal with a secret': (context) => ({
    ...named(context),
    AZURE_CLIENT_SECRET: context.azure.simulator.identity('owner').clientSecret,
  }),
  'a service principal with a certificate': (context) => certified(context),
  'a service principal with a certificate whose key has a password': async (context) => ({
    ...(await certified(context, 'open sesame')),
    AZURE_CLIENT_CERTIFICATE_PASSWORD: 'open sesame',
  }),
  'workload identity, by the token that the kubelet projects': async (context) => {
    const { server, namespace, azure } = context
    await federate(context, namespace)
    await putAccount(server, namespace, azure.simulator.identity('owner'))
    const { status } = await made(
      server.send('POST', `/api/v1/namespaces/${namespace}/serviceaccounts/${identityName}/token`, {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences: ['api://AzureADTokenExchange'] },
      }),
    )
    return { ...named(context), AZURE_FEDERATED_TOKEN_FILE: file(context, 'token', status.token) }
  },
  'the managed identity of its machine': ({ azure }) => ({
    AZURE_POD_IDENTITY_AUTHORITY_HOST: azure.simulator.url,
  }),
  'a managed identity that it names': (context) => ({
    ...named(context),
    AZURE_POD_IDENTITY_AUTHORITY_HOST: context.azure.simulator.url,
  }),
  'the managed identity of App Service': ({ azure }) => ({
    IDENTITY_ENDPOINT: `${azure.simulator.url}/msi/token`,
    IDENTITY_HEADER: 'a-header',
  }),
}

for (const [what, signIn] of Object.entries(ways)) {
  test(
    `${what} keeps an endpoint and decides on it`,
    deadline(120, async (context: Context) => {
      const { namespace } = context
      const operator = await start(context, [namespace], [], { signIn: await signIn(context) })
      await put(context, namespace, 'app', { approval: 'Manual' })
      await decide(context, namespace, 'app', { connections: { endpointRefs: [{ name: 'app' }] } })
      await operator.until(() => isReady(context, namespace, 'app'))
      await operator.until(() => isReady(context, namespace, 'app', 'decision'))
      const requests = operator.log.filter(({ msg }) => msg === 'azure-request')
      assert.equal(new Set(requests.map(({ identity }) => identity)), new Set(['operator']))
      nothingForbidden(operator)
    }),
  )
}

test.run()

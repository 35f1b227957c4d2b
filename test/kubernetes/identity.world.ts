/**
 * Identities of namespaces: the operator as a process that has no more rights than its table grants, on a
 * real API server (TokenRequest included) and the simulated Azure. Its own identity may do nothing.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonObject } from '../../operator/api/schema.ts'
import { type Azure, endpointBody, makeWorld, startAzure } from '../arm/kit.ts'
import type { SimulatedIdentity } from '../arm/simulator.ts'
import { type ApiServer, connect, install, kubeconfigPath, until } from './api-server.ts'
import { least, type Rights } from './least-rights.ts'
import { kinds, manifest, path, type KindName } from './manifests.ts'
import { OperatorProcess, quick } from './operator-process.ts'

export interface Context {
  server: ApiServer
  azure: Azure
  paths: Awaited<ReturnType<typeof makeWorld>>
  processes: OperatorProcess[]
}

/** Each test has an Azure of its own. */
export function prepare(test: ReturnType<typeof suite<Context>>): void {
  test.before(async (context) => {
    context.processes = []
    context.server = connect()
    await install(context.server, [kinds.endpoint.crd, kinds.decision.crd])
  })
  test.before.each(async (context) => {
    context.azure = await startAzure({ timeScale: 60 })
    context.paths = await makeWorld(context.azure)
    context.azure.simulator.clearRequests()
  })
  test.after.each(async ({ processes, azure }) => {
    await Promise.all(processes.splice(0).map((each) => each.end()))
    await azure?.stop()
  })
  test.after(async ({ server }) => {
    await server?.close()
  })
}

export const identityName = 'pgpe-azure'

export interface Start {
  /** Only while the policy of decisions is in place. */
  readonly gated?: true
  /** In place of the variables of an identity that may do nothing. */
  readonly signIn?: Readonly<Record<string, string>>
  /** Its rights are the whole cluster's, not each namespace's own: they outlive a namespace. */
  readonly everywhere?: true
  /** Less than those of a process that serves all. */
  readonly rights?: Rights
}

/** The operator for these namespaces; the first is its own as well. */
export async function start(
  { server, azure, processes }: Context,
  namespaces: readonly string[],
  argv: readonly string[] = [],
  { gated, signIn, everywhere, rights }: Start = {},
): Promise<OperatorProcess> {
  const [own = ''] = namespaces
  const kubeconfig = await least(server, own, namespaces, everywhere === true, rights)
  const { tenantId, clientId, clientSecret } = azure.simulator.identity('unprivileged')
  const cloud = Object.fromEntries(
    Object.entries(azure.simulator.env).filter(([name]) => !/_(TENANT|CLIENT)_/.test(name)),
  )
  const unable = {
    AZURE_TENANT_ID: tenantId,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_SECRET: clientSecret,
  }
  const env = { ...cloud, ...(signIn ?? unable), KUBECONFIG: kubeconfig }
  const where = ['--namespaces', namespaces.join(','), '--lease-namespace', own]
  const usual = quick.filter((each) => !gated || each !== '--allow-ungated')
  const made = new OperatorProcess([...usual, ...where, '--health-port', '0', ...argv], env)
  processes.push(made)
  await made.says('ready')
  return made
}

export async function made(answer: Promise<{ readonly status: number; readonly body: any }>) {
  const { status, body } = await answer
  assert.ok(status < 300, JSON.stringify(body))
  return body
}

export const secretsPath = (namespace: string) => `/api/v1/namespaces/${namespace}/secrets`
const accountsPath = (namespace: string) => `/api/v1/namespaces/${namespace}/serviceaccounts`

/** @param certificate instead of the client secret: PEM, with its key */
export const putSecret = (
  server: ApiServer,
  namespace: string,
  identity: SimulatedIdentity,
  certificate?: string,
) =>
  made(
    server.send('POST', secretsPath(namespace), {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: identityName },
      stringData: {
        AZURE_TENANT_ID: identity.tenantId,
        AZURE_CLIENT_ID: identity.clientId,
        ...(certificate === undefined
          ? { AZURE_CLIENT_SECRET: identity.clientSecret }
          : { AZURE_CLIENT_CERTIFICATE: certificate }),
        AZURE_AUTHORITY_HOST: 'https://evil.example',
      },
    }),
  )

export const putAccount = (
  server: ApiServer,
  namespace: string,
  { clientId, tenantId }: SimulatedIdentity,
) =>
  made(
    server.send('POST', accountsPath(namespace), {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: {
        name: identityName,
        annotations: {
          'azure.workload.identity/client-id': clientId,
          'azure.workload.identity/tenant-id': tenantId,
        },
      },
    }),
  )

/** What the API server publishes for those who check its tokens; it has a media type of its own. */
async function raw(at: string): Promise<any> {
  const kubectl = process.env['PGPE_TEST_KUBECTL'] ?? ''
  const argv = ['--kubeconfig', kubeconfigPath(), 'get', '--raw', at]
  return JSON.parse((await promisify(execFile)(kubectl, argv)).stdout)
}

/** From here on Azure takes tokens of that account, and of no other, for that identity. */
export async function federate(
  { azure }: Context,
  namespace: string,
  identity = 'owner',
): Promise<void> {
  const { issuer } = await raw('/.well-known/openid-configuration')
  const { keys } = await raw('/openid/v1/jwks')
  const subject = `system:serviceaccount:${namespace}:${identityName}`
  azure.simulator.credentials(identity, { federated: [{ issuer, subject, keys }] })
}

export const put = (
  { server, paths }: Context,
  namespace: string,
  name: string,
  spec: JsonObject = {},
) => {
  const common = { serverId: paths.server('orders'), subnetId: paths.subnet, resourceGroup: 'rg' }
  const object = manifest('endpoint', namespace, {
    metadata: { name },
    spec: { ...common, ...spec },
  })
  return made(server.send('POST', path('endpoint', namespace), object))
}

/** A decision about the server `orders`. */
export const decide = (
  { server, paths }: Context,
  namespace: string,
  name: string,
  spec: JsonObject,
) => {
  const whole = { serverId: paths.server('orders'), action: 'Approve', ...spec }
  const object = manifest('decision', namespace, { metadata: { name }, spec: whole })
  return made(server.send('POST', path('decision', namespace), object))
}

/** Somebody asks for a connection and waits: the id of his endpoint. */
export async function request({ azure, paths }: Context, name: string): Promise<string> {
  const body = endpointBody(paths.subnet, paths.server('orders'), { manual: true })
  const { status } = await azure.owner.done('PUT', paths.endpoint(name), body)
  assert.ok(status < 300)
  return paths.endpoint(name)
}

/** By endpoint name: the state of each connection of the server. */
export async function connectionStates({ azure, paths }: Context) {
  const { body } = await azure.owner.get(paths.server('orders'))
  return Object.fromEntries(
    body.properties.privateEndpointConnections.map(({ properties }: any) => [
      properties.privateEndpoint.id.split('/').at(-1),
      properties.privateLinkServiceConnectionState.status,
    ]),
  )
}

export const ref = (kind: 'Secret' | 'ServiceAccount', name = identityName) => ({
  identityRef: { kind, name },
})

export async function condition(
  { server }: Context,
  namespace: string,
  name: string,
  type: string,
  kind: KindName = 'endpoint',
) {
  const { body } = await server.send('GET', path(kind, namespace, name))
  return body.status?.conditions?.find((each: any) => each.type === type)
}

export const isReady = async (
  context: Context,
  namespace: string,
  name: string,
  kind: KindName = 'endpoint',
): Promise<boolean> => (await condition(context, namespace, name, 'Ready', kind))?.status === 'True'

export const isGone = async (
  { server }: Context,
  namespace: string,
  name: string,
): Promise<boolean> => (await server.send('GET', path('endpoint', namespace, name))).status === 404

/** The message of CredentialsUnavailable, as soon as it stands. */
export async function unavailable(
  context: Context,
  namespace: string,
  name: string,
  kind: KindName = 'endpoint',
): Promise<string> {
  const find = () => condition(context, namespace, name, 'CredentialsUnavailable', kind)
  await until(async () => (await find())?.status === 'True')
  const ready = await condition(context, namespace, name, 'Ready', kind)
  assert.is(ready.reason, 'CredentialsUnavailable')
  return (await find()).message
}

export const armStatus = async ({ azure, paths }: Context, name: string): Promise<number> =>
  (await azure.owner.get(paths.endpoint(name))).status

export const nothingForbidden = (operator: OperatorProcess): void =>
  assert.equal(
    operator.log.filter(({ code }) => code === 403),
    [],
  )

/** `spec.connectionInfo` on a real API server, by an operator that may do what the table grants. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { policyRules } from '../../operator/permissions.ts'
import type { JsonObject } from '../../operator/api/schema.ts'
import { type Azure, makeWorld, startAzure } from '../arm/kit.ts'
import { connectControlPlane } from '../control-plane/access.ts'
import { deadline } from '../runner/deadline.ts'
import { type ApiServer, connect, install, makeNamespace, until } from './api-server.ts'
import { kinds, manifest, path } from './manifests.ts'
import { OperatorProcess, quick } from './operator-process.ts'

interface Context {
  server: ApiServer
  azure: Azure
  paths: Awaited<ReturnType<typeof makeWorld>>
  operator?: OperatorProcess
}

const test = suite<Context>('connectionInfo on an API server')

test.before(async (context) => {
  context.server = connect()
  await install(context.server, [kinds.endpoint.crd, kinds.decision.crd])
  context.azure = await startAzure({ timeScale: 60 })
  context.paths = await makeWorld(context.azure)
})
test.after.each(async ({ operator }) => void (await operator?.end()))
test.after(async ({ azure, server }) => {
  await azure?.stop()
  await server?.close()
})

/** A service account with the rules of the table, and an operator that runs as it. */
async function startLeast(context: Context, namespace: string): Promise<OperatorProcess> {
  const { server, azure } = context
  const plane = connectControlPlane(process.env['PGPE_TEST_CONTROL_PLANE'] ?? '')
  const { path: kubeconfig } = await plane.kubeconfigFor(
    `system:serviceaccount:${namespace}:pgpe-operator`,
  )
  const api = 'rbac.authorization.k8s.io'
  const rules = policyRules(['cluster', 'watched', 'own'], { connectionInfo: true })
  const metadata = { name: `${namespace}-operator` }
  const base = `/apis/${api}/v1`
  const role = { apiVersion: `${api}/v1`, kind: 'ClusterRole', metadata, rules }
  const binding = {
    apiVersion: `${api}/v1`,
    kind: 'ClusterRoleBinding',
    metadata,
    subjects: [{ kind: 'ServiceAccount', name: 'pgpe-operator', namespace }],
    roleRef: { apiGroup: api, kind: 'ClusterRole', name: metadata.name },
  }
  for (const [plural, object] of Object.entries({
    clusterroles: role,
    clusterrolebindings: binding,
  })) {
    const answer = await server.send('POST', `${base}/${plural}`, object as unknown as JsonObject)
    assert.is(answer.status, 201, JSON.stringify(answer.body))
  }
  const argv = [...quick, '--namespaces', namespace, '--lease-namespace', namespace]
  const env = { ...azure.simulator.env, KUBECONFIG: kubeconfig }
  context.operator = new OperatorProcess([...argv, '--connection-info'], env)
  await context.operator.says('ready')
  return context.operator
}

/** Deletes the endpoints and waits until they are gone. */
async function leave({ server }: Context, namespace: string, names: readonly string[]) {
  for (const name of names) {
    const object = path('endpoint', namespace, name)
    await server.send('DELETE', object)
    await until(async () => (await server.send('GET', object)).status === 404)
  }
}

const wholeLife = deadline(180, async (context: Context) => {
  const { server, paths } = context
  const namespace = await makeNamespace(server, 'info')
  const maps = `/api/v1/namespaces/${namespace}/configmaps`
  const theirs = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'taken' },
    data: { theirs: 'yes' },
  }
  assert.is((await server.send('POST', maps, theirs)).status, 201)
  const operator = await startLeast(context, namespace)
  const make = async (name: string, configMapName: string) => {
    const spec = {
      serverId: paths.server('orders'),
      subnetId: paths.subnet,
      resourceGroup: 'rg',
      dns: { mode: 'None' },
      connectionInfo: { configMapName },
    }
    const object = manifest('endpoint', namespace, { metadata: { name }, spec })
    const answer = await server.send('POST', path('endpoint', namespace), object)
    assert.is(answer.status, 201, JSON.stringify(answer.body))
  }
  const read = async (name: string) =>
    (await server.send('GET', path('endpoint', namespace, name))).body
  const isReady = async (name: string) =>
    (await read(name)).status?.conditions?.some(
      (one: any) => one.type === 'Ready' && one.status === 'True',
    ) === true

  await make('one', 'db')
  await until(async () => (await server.send('GET', `${maps}/db`)).status === 200)
  const published = (await server.send('GET', `${maps}/db`)).body
  const { privateIPAddresses, fqdns } = (await read('one')).status
  assert.is(published.data.host, fqdns[0])
  assert.is(published.data.privateIP, privateIPAddresses[0])
  const { uid } = (await read('one')).metadata
  assert.equal(
    published.metadata.ownerReferences.map((one: any) => [one.kind, one.name, one.uid]),
    [['PostgresPrivateEndpoint', 'one', uid]],
  )

  // Somebody's change is put right within one resync, and then nothing is written any more.
  await server.send('PATCH', `${maps}/db`, { data: { host: 'x' } }, 'merge-patch+json')
  await until(async () => (await server.send('GET', `${maps}/db`)).body.data.host === fqdns[0])
  const version = (await server.send('GET', `${maps}/db`)).body.metadata.resourceVersion
  const visits = () => operator.log.filter((line) => line.msg === 'visit-quiet').length
  const before = visits()
  await until(async () => visits() >= before + 2)
  assert.is((await server.send('GET', `${maps}/db`)).body.metadata.resourceVersion, version)

  // Somebody else's ConfigMap stays theirs.
  await make('two', 'taken')
  await until(() => isReady('two'))
  await until(async () =>
    (await read('two')).status.conditions.some((one: any) => one.reason === 'ConfigMapTaken'),
  )
  assert.equal((await server.send('GET', `${maps}/taken`)).body.data, { theirs: 'yes' })

  await leave(context, namespace, ['one', 'two'])
  await until(async () => (await server.send('GET', `${maps}/db`)).status === 404)
  assert.is((await server.send('GET', `${maps}/taken`)).status, 200)
  const refused = operator.log.filter(({ code }) => code === 403)
  assert.equal(refused, [])
})
test('is published, put right, left alone where it is taken, and gone with its object', wholeLife)

test.run()

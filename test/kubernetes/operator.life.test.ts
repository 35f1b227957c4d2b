/**
 * The operator as a process, on a real API server and the simulated Azure: it starts, leads, yields,
 * is killed at any moment, and what it was asked for is there in the end, once.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Azure, makeWorld, startAzure } from '../arm/kit.ts'
import { connectControlPlane } from '../control-plane/access.ts'
import { policyRules } from '../../operator/permissions.ts'
import type { JsonObject } from '../../operator/api/schema.ts'
import { deadline } from '../runner/deadline.ts'
import {
  type ApiServer,
  connect,
  install,
  kubeconfigPath,
  makeNamespace,
  until,
} from './api-server.ts'
import { kinds, manifest, path } from './manifests.ts'
import { OperatorProcess, quick } from './operator-process.ts'
import { dice } from './watching.ts'

interface Context {
  server: ApiServer
  azure: Azure
  paths: Awaited<ReturnType<typeof makeWorld>>
  processes: OperatorProcess[]
}

const test = suite<Context>('the life of the operator')

test.before(async (context) => {
  context.processes = []
  context.server = connect()
  await install(context.server, [kinds.endpoint.crd, kinds.decision.crd])
  context.azure = await startAzure({ timeScale: 60 })
  context.paths = await makeWorld(context.azure)
})
test.after.each(async ({ processes }) => {
  await Promise.all(processes.splice(0).map((each) => each.end()))
})
test.after(async ({ azure, server }) => {
  await azure?.stop()
  await server?.close()
})

function start(
  { azure, processes }: Context,
  namespace: string,
  given: { readonly argv?: readonly string[]; readonly kubeconfig?: string } = {},
): OperatorProcess {
  const { argv = [], kubeconfig = kubeconfigPath() } = given
  const where = ['--namespaces', namespace, '--lease-namespace', namespace]
  const env = { ...azure.simulator.env, KUBECONFIG: kubeconfig }
  const made = new OperatorProcess([...quick, ...where, ...argv], env)
  processes.push(made)
  return made
}

const endpoint = ({ paths }: Context, namespace: string, name: string): JsonObject =>
  manifest('endpoint', namespace, {
    metadata: { name },
    spec: { serverId: paths.server('orders'), subnetId: paths.subnet, resourceGroup: 'rg' },
  })

async function make({ server }: Context, kind: 'endpoint' | 'decision', object: JsonObject) {
  const { namespace } = object['metadata'] as { readonly namespace: string }
  const answer = await server.send('POST', path(kind, namespace), object)
  assert.is(answer.status, 201, JSON.stringify(answer.body))
}

const ready = async (
  { server }: Context,
  kind: 'endpoint' | 'decision',
  namespace: string,
  name: string,
) => {
  const { body } = await server.send('GET', path(kind, namespace, name))
  const found = body.status?.conditions?.find((each: any) => each.type === 'Ready')
  return `${found?.status}/${found?.reason}`
}

test('says that it is ready, and ends with 0 and the lease given back when it is told to', async (context) => {
  const namespace = await makeNamespace(context.server, 'life')
  const operator = start(context, namespace)
  await operator.says('ready')
  const lease = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/pgpe-operator`
  const held = (await context.server.send('GET', lease)).body.spec
  assert.is(held.holderIdentity, operator.log[0].instance)
  operator.signal('SIGTERM')
  // A terminal and a launcher send theirs as well.
  operator.signal('SIGINT')
  assert.equal(await operator.ended, { code: 0, signal: null })
  assert.is((await context.server.send('GET', lease)).body.spec.holderIdentity, '')
  assert.equal((await operator.says('stopped')).drained, true)
  assert.equal(operator.said, [])
})

test('makes an endpoint, says so in status and events, and rests', async (context) => {
  const { server, azure } = context
  const namespace = await makeNamespace(server, 'life')
  const operator = start(context, namespace, { argv: ['--health-port', '0'] })
  const { healthPort } = await operator.says('serving')
  const page = async (name: string) => {
    const answer = await fetch(`http://127.0.0.1:${healthPort}${name}`)
    return { status: answer.status, text: await answer.text() }
  }
  await operator.says('ready')
  const readiness = await page('/readyz')
  assert.is(readiness.status, 200, readiness.text)
  assert.match(readiness.text, /^\[\+\]lease leads$/m)
  await make(context, 'endpoint', endpoint(context, namespace, 'first'))
  await operator.until(
    async () => (await ready(context, 'endpoint', namespace, 'first')) === 'True/Ready',
  )
  const events = await server.send('GET', `/apis/events.k8s.io/v1/namespaces/${namespace}/events`)
  assert.ok(events.body.items.length > 0)
  const metrics = (await page('/metrics')).text
  assert.match(metrics, /^pgpe_leader 1$/m)
  assert.match(
    metrics,
    /^pgpe_resource_condition\{kind="PostgresPrivateEndpoint",type="Ready",status="True",reason="Ready"\} 1$/m,
  )
  // At rest: looked at again and again, and nothing written, here or there.
  const object = async () => (await server.send('GET', path('endpoint', namespace, 'first'))).body
  const { resourceVersion } = (await object()).metadata
  azure.simulator.clearRequests()
  const visits = () => operator.log.filter((line) => line.msg === 'visit-quiet').length
  const before = visits()
  await operator.until(async () => visits() >= before + 2)
  assert.is((await object()).metadata.resourceVersion, resourceVersion)
  const writes = azure.simulator
    .requests()
    .filter(({ method }) => !['GET', 'POST'].includes(method))
  assert.equal(writes, [])
  await server.send('DELETE', path('endpoint', namespace, 'first'))
  await operator.until(
    async () => (await server.send('GET', path('endpoint', namespace, 'first'))).status === 404,
  )
  assert.is((await azure.owner.get(context.paths.endpoint('first'))).status, 404)
})

test('a second process waits, and takes over when the first is killed', async (context) => {
  const namespace = await makeNamespace(context.server, 'life')
  const first = start(context, namespace)
  await first.says('ready')
  const second = start(context, namespace)
  assert.is((await second.says('standby')).holder, first.log[0].instance)
  assert.not.ok(second.log.some((line) => line.msg === 'ready'))
  await first.end('SIGKILL')
  await second.says('ready')
})

test('frozen until another leads, it does nothing more when it wakes, and ends', async (context) => {
  const namespace = await makeNamespace(context.server, 'life')
  const first = start(context, namespace)
  await first.says('ready')
  first.signal('SIGSTOP')
  const second = start(context, namespace)
  await second.says('ready')
  await make(context, 'endpoint', endpoint(context, namespace, 'thawed'))
  first.signal('SIGCONT')
  assert.equal(await first.ended, { code: 1, signal: null })
  assert.ok(first.log.some((line) => line.msg === 'lease-lost'))
  assert.not.ok(first.log.some(({ key }) => key === `${namespace}/thawed`))
  const isReady = async () =>
    (await ready(context, 'endpoint', namespace, 'thawed')) === 'True/Ready'
  await second.until(isReady)
  const { server } = context
  await server.send('DELETE', path('endpoint', namespace, 'thawed'))
  await second.until(
    async () => (await server.send('GET', path('endpoint', namespace, 'thawed'))).status === 404,
  )
})

const killed = deadline(240, async (context: Context) => {
  const { server, azure, paths } = context
  const namespace = await makeNamespace(server, 'life')
  const random = dice()
  const isMade = async () => (await ready(context, 'endpoint', namespace, 'hard')) === 'True/Ready'
  const isGone = async () =>
    (await server.send('GET', path('endpoint', namespace, 'hard'))).status === 404
  const requests = () => azure.simulator.requests().reduce((sum, { count }) => sum + count, 0)
  const lease = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/pgpe-operator`
  /** Kills it after some requests more, as long as there is something left to do. */
  const harass = async (isDone: () => Promise<boolean>): Promise<void> => {
    for (let lives = 1; !(await isDone()); lives++) {
      const enough = lives > 5 ? Infinity : requests() + Math.ceil(random() * 12)
      const operator = start(context, namespace)
      // A busy machine may cost it its lease; whoever runs it starts it again.
      await until(async () => requests() >= enough || operator.hasEnded || (await isDone()))
      await operator.end('SIGKILL')
      // It is dead: the next one need not wait until its lease has run out.
      await server.send('DELETE', lease)
    }
  }
  azure.simulator.clearRequests()
  await make(context, 'endpoint', endpoint(context, namespace, 'hard'))
  await harass(isMade)
  const { body } = await azure.owner.get(
    `${paths.group}/providers/Microsoft.Network/privateEndpoints`,
  )
  assert.equal(
    body.value.map((each: any) => each.name),
    ['hard'],
  )
  assert.is((await azure.owner.get(paths.zoneGroup('hard'))).status, 200)
  await server.send('DELETE', path('endpoint', namespace, 'hard'))
  await harass(isGone)
  assert.is((await azure.owner.get(paths.endpoint('hard'))).status, 404)
})
test('killed at any moment and started again, it ends as if nothing had been', killed)

test('needs no more of Kubernetes than the table of permissions grants', async (context) => {
  const { server, paths } = context
  const namespace = await makeNamespace(server, 'life')
  const user = `system:serviceaccount:${namespace}:pgpe-operator`
  const plane = connectControlPlane(process.env['PGPE_TEST_CONTROL_PLANE'] ?? '')
  const { path: kubeconfig } = await plane.kubeconfigFor(user)
  const api = 'rbac.authorization.k8s.io'
  const grant = async (scope: string, kind: 'Role' | 'ClusterRole', rules: unknown) => {
    const metadata = { name: `${namespace}-${kind.toLowerCase()}` }
    const [roles, bindings] = [`${kind.toLowerCase()}s`, `${kind.toLowerCase()}bindings`]
    const common = { apiVersion: `${api}/v1`, metadata }
    const subjects = [{ kind: 'ServiceAccount', name: 'pgpe-operator', namespace }]
    const roleRef = { apiGroup: api, kind, name: metadata.name }
    const base = `/apis/${api}/v1${scope}`
    const role = { ...common, kind, rules } as JsonObject
    const binding = { ...common, kind: `${kind}Binding`, subjects, roleRef } as JsonObject
    assert.is((await server.send('POST', `${base}/${roles}`, role)).status, 201)
    assert.is((await server.send('POST', `${base}/${bindings}`, binding)).status, 201)
  }
  await grant('', 'ClusterRole', policyRules(['cluster', 'watched']))
  await grant(`/namespaces/${namespace}`, 'Role', policyRules(['own']))
  const operator = start(context, namespace, { kubeconfig })
  await operator.says('ready')
  await make(context, 'endpoint', endpoint(context, namespace, 'least'))
  const inbox = {
    metadata: { name: 'inbox' },
    spec: { serverId: paths.server('orders'), inbox: true },
  }
  await make(context, 'decision', manifest('decision', namespace, inbox))
  await operator.until(
    async () => (await ready(context, 'endpoint', namespace, 'least')) === 'True/Ready',
  )
  const rows = async (): Promise<readonly any[]> => {
    const { body } = await server.send(
      'GET',
      `${path('decision', namespace)}?labelSelector=pgpe.dev/inbox`,
    )
    return body.items
  }
  await operator.until(async () => (await rows()).length === 1)
  await server.send('DELETE', path('endpoint', namespace, 'least'))
  await operator.until(
    async () => (await server.send('GET', path('endpoint', namespace, 'least'))).status === 404,
  )
  await operator.until(async () => (await rows()).length === 0)
  const refused = operator.log.filter(({ code }) => code === 403)
  assert.equal(refused, [])
})

test('only objects of its class are its own', async (context) => {
  const { server } = context
  const namespace = await makeNamespace(server, 'life')
  const labelled = endpoint(context, namespace, 'blue')
  const metadata = { name: 'blue', namespace, labels: { 'pgpe.dev/class': 'blue' } }
  await make(context, 'endpoint', { ...labelled, metadata })
  await make(context, 'endpoint', endpoint(context, namespace, 'plain'))
  const operator = start(context, namespace, { argv: ['--class', 'blue'] })
  await operator.until(
    async () => (await ready(context, 'endpoint', namespace, 'blue')) === 'True/Ready',
  )
  assert.is(await ready(context, 'endpoint', namespace, 'plain'), 'undefined/undefined')
  const visited = new Set(operator.log.map(({ key }) => key).filter((key) => key !== undefined))
  assert.equal([...visited], [`${namespace}/blue`])
  await server.send('DELETE', path('endpoint', namespace, 'blue'))
  await operator.until(
    async () => (await server.send('GET', path('endpoint', namespace, 'blue'))).status === 404,
  )
})

test.run()

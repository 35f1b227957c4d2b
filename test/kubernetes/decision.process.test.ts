/**
 * Decisions as database administrators make them: the examples of docs/decisions.md, applied to a real API
 * server, the operator as a process, the simulated Azure; and what the process leaves behind of each write.
 */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import type { JsonObject } from '../../operator/api/schema.ts'
import {
  type Arm,
  type Azure,
  endpointBody,
  networkBody,
  pathsIn,
  serverBody,
  startAzure,
} from '../arm/kit.ts'
import { endpointId, groupId, serverId, subscriptions } from '../demo/ids.ts'
import { deadline } from '../runner/deadline.ts'
import { type ApiServer, connect, install, kubeconfigPath, makeNamespace } from './api-server.ts'
import { kinds, manifest, path } from './manifests.ts'
import { OperatorProcess, quick } from './operator-process.ts'

interface Context {
  server: ApiServer
  azure: Azure
  namespace: string
  operator: OperatorProcess | undefined
}

const test = suite<Context>('decisions made by people')

type Subscription = keyof typeof subscriptions
const canary = 'CANARY-of-a-stranger \u001b[2J\u202e'

test.before(async (context) => {
  context.server = connect()
  await install(context.server, [kinds.endpoint.crd, kinds.decision.crd])
  const azure = (context.azure = await startAzure({ timeScale: 60 }))
  const vendor = await azure.as('vendor')
  const { owner } = azure
  await owner.put(groupId('production', 'databases'), { location: 'westeurope' })
  for (const name of ['ledger', 'warehouse']) await owner.done('PUT', serverId(name), serverBody)
  const networks: readonly (readonly [Arm, Subscription])[] = [
    [owner, 'production'],
    [owner, 'shared'],
    [vendor, 'vendor'],
  ]
  for (const [arm, subscription] of networks) {
    const paths = pathsIn(`/subscriptions/${subscriptions[subscription]}`, 'network')
    await arm.put(paths.group, { location: 'westeurope' })
    await arm.done('PUT', paths.network, networkBody)
  }
})
test.before.each(async (context) => {
  context.namespace = await makeNamespace(context.server, 'decide')
})
test.after.each(async ({ operator }) => void (await operator?.end()))
test.after(async ({ azure, server }) => {
  await azure?.stop()
  await server?.close()
})

async function start(context: Context, ...others: readonly string[]): Promise<OperatorProcess> {
  const { namespace, azure } = context
  const namespaces = [namespace, ...others].join(',')
  const where = ['--namespaces', namespaces, '--lease-namespace', namespace, '--health-port', '0']
  const env = { ...azure.simulator.env, KUBECONFIG: kubeconfigPath() }
  context.operator = new OperatorProcess([...quick, ...where], env)
  await context.operator.says('ready')
  return context.operator
}

/** Somebody asks for a connection and may not approve it; its full name. */
async function request(arm: Arm, subscription: Subscription, name: string, server: string) {
  const { subnet } = pathsIn(`/subscriptions/${subscriptions[subscription]}`, 'network')
  const connection = { requestMessage: canary }
  const id = endpointId(subscription, name)
  const made = await arm.done(
    'PUT',
    id,
    endpointBody(subnet, serverId(server), { manual: true, connection }),
  )
  assert.ok(made.status < 300, JSON.stringify(made.body))
  return id
}

async function connectionOf({ azure }: Context, server: string, endpoint: string) {
  const { body } = await azure.owner.get(serverId(server))
  const found = body.properties.privateEndpointConnections.find(
    ({ properties }: any) =>
      properties.privateEndpoint?.id.toLowerCase() === endpoint.toLowerCase(),
  )
  const state = found?.properties.privateLinkServiceConnectionState
  return { name: found?.name, status: state?.status, description: state?.description }
}

/** Applies an example, in this test's namespace. */
async function apply({ server, namespace }: Context, name: string, spec: JsonObject = {}) {
  const file = new URL(`../../charts/pgpe-operator/examples/${name}.yaml`, import.meta.url)
  const example = parse(readFileSync(file, 'utf8'))
  const object = {
    ...example,
    metadata: { ...example.metadata, namespace },
    spec: { ...example.spec, ...spec },
  }
  const answer = await server.send('POST', path('decision', namespace), object)
  assert.is(answer.status, 201, JSON.stringify(answer.body))
  return example.metadata.name as string
}

const objectOf = async ({ server, namespace }: Context, name: string) =>
  (await server.send('GET', path('decision', namespace, name))).body

const reasonOf = (object: any): string => {
  const found = object.status?.conditions?.find(({ type }: any) => type === 'Ready')
  return `${found?.status}/${found?.reason}`
}

interface Told {
  readonly action: 'Approve' | 'Reject' | 'Delete'
  readonly before: string
  readonly after: string
  /** Full name of the connection, and who asked for it. */
  readonly name: string
  readonly endpoint: string
  readonly server: string
}

/** The line, the history and the Event of one write tell the same, and nothing that a stranger wrote. */
async function tells(context: Context, operator: OperatorProcess, it: string, told: Told) {
  const { server, namespace } = context
  const { action, before, after, name, endpoint } = told
  const mine = (line: any) => line.msg === 'decision-written' && line.name === it
  await operator.until(async () => operator.log.some(mine))
  const object = await objectOf(context, it)
  const lines = operator.log.filter(mine)
  assert.is(lines.length, 1)
  const [line] = lines as readonly any[]
  assert.is(line.level, 'info')
  assert.equal(
    [line.uid, line.generation, line.action, line.before, line.after, line.outcome],
    [object.metadata.uid, 1, action, before, after, 'accepted'],
  )
  assert.is(line.connectionId, `${serverId(told.server)}/privateEndpointConnections/${name}`)
  assert.is(line.endpointId.toLowerCase(), endpoint.toLowerCase())
  assert.match(line.correlationId, /^[0-9a-f-]{36}$/)
  const [act] = object.status.history
  assert.equal(
    [act.action, act.name, act.before, act.after, act.correlationId, act.generation],
    [action, name, before, after, line.correlationId, 1],
  )
  const events = async () =>
    (await server.send('GET', `/apis/events.k8s.io/v1/namespaces/${namespace}/events`)).body.items
  const sent = async () =>
    (await events()).find(
      ({ reason, regarding }: any) =>
        reason === 'DecisionSent' && regarding.uid === object.metadata.uid,
    )
  await operator.until(async () => (await sent()) !== undefined)
  assert.ok((await sent()).note.includes(line.correlationId))
  assert.not.match(JSON.stringify([operator.log, await events()]), /CANARY/)
}

const approved = deadline(180, async (context: Context) => {
  const { azure, server } = context
  const endpoint = endpointId('production', 'ledger')
  const { subnet } = pathsIn(`/subscriptions/${subscriptions.production}`, 'network')
  const network = await makeNamespace(server, 'network')
  const operator = await start(context, network)
  // Before the request: what the example says, but for the name of the other namespace.
  const endpointRefs = [{ name: 'ledger', namespace: network }]
  const it = await apply(context, 'approve', { connections: { endpointRefs } })
  await operator.until(async () => reasonOf(await objectOf(context, it)) === 'True/NoConnection')
  const asking = manifest('endpoint', network, {
    metadata: { name: 'ledger' },
    spec: {
      ...{ serverId: serverId('ledger'), subnetId: subnet, resourceGroup: 'network' },
      ...{ approval: 'Manual', requestMessage: 'CANARY of a colleague', dns: { mode: 'None' } },
    },
  })
  assert.is((await server.send('POST', path('endpoint', network), asking)).status, 201)
  await operator.until(async () => reasonOf(await objectOf(context, it)) === 'True/Approved')
  const now = await connectionOf(context, 'ledger', endpoint)
  assert.is(now.status, 'Approved')
  assert.is(now.description, 'Approved by the database team. Ticket NET-4711.')
  const common = { name: now.name, endpoint, server: 'ledger' }
  await tells(context, operator, it, {
    ...common,
    ...{ action: 'Approve', before: 'Pending', after: 'Approved' },
  })
  const object = (await server.send('GET', path('endpoint', network, 'ledger'))).body
  assert.is(object.status.privateEndpointId.toLowerCase(), endpoint.toLowerCase())

  const removal = await apply(context, 'delete', { connections: { names: [now.name] } })
  await operator.until(async () => reasonOf(await objectOf(context, removal)) === 'True/Deleted')
  assert.is((await connectionOf(context, 'ledger', endpoint)).name, undefined)
  await tells(context, operator, removal, {
    ...common,
    ...{ action: 'Delete', before: 'Approved', after: 'Deleted' },
  })
  await server.send('DELETE', path('endpoint', network, 'ledger'))
  await operator.until(async () => (await azure.owner.get(endpoint)).status === 404)
})
test('the examples approve a connection and delete it, and tell the whole of it', approved)

const answered = deadline(120, async (context: Context) => {
  const vendor = await context.azure.as('vendor')
  const { owner } = context.azure
  const operator = await start(context)
  await apply(context, 'inbox')
  const dbt = await request(vendor, 'vendor', 'dbt-emea-warehouse', 'warehouse')
  const unknown = await request(owner, 'shared', 'test-please-approve', 'warehouse')
  const rows = async () =>
    (
      await context.server.send(
        'GET',
        `${path('decision', context.namespace)}?labelSelector=pgpe.dev/inbox`,
      )
    ).body.items
  await operator.until(async () => (await rows()).length === 2)
  const it = await apply(context, 'approve-vendor')
  await operator.until(async () => reasonOf(await objectOf(context, it)) === 'True/Approved')
  assert.is((await connectionOf(context, 'warehouse', dbt)).status, 'Approved')
  assert.is((await connectionOf(context, 'warehouse', unknown)).status, 'Pending')
  const no = await apply(context, 'reject')
  await operator.until(async () => reasonOf(await objectOf(context, no)) === 'True/Rejected')
  const refused = await connectionOf(context, 'warehouse', unknown)
  assert.is(refused.status, 'Rejected')
  assert.is(refused.description, 'We do not know you. Write to dba@example.com if this is wrong.')
  await tells(context, operator, no, {
    ...{ action: 'Reject', before: 'Pending', after: 'Rejected', server: 'warehouse' },
    ...{ name: refused.name, endpoint: unknown },
  })
  await operator.until(async () => (await rows()).length === 0)
})
test("the examples accept a vendor's request and reject a stranger's", answered)

const revoked = deadline(120, async (context: Context) => {
  const { owner } = context.azure
  const endpoint = await request(owner, 'shared', 'other', 'ledger')
  const { name } = await connectionOf(context, 'ledger', endpoint)
  const id = `${serverId('ledger')}/privateEndpointConnections/${name}`
  const state = { status: 'Approved', description: canary }
  await owner.done('PUT', id, { properties: { privateLinkServiceConnectionState: state } })
  // As an operator has left it that died right after an approval meant for somebody else.
  const spec = { serverId: serverId('ledger'), action: 'Approve', connections: { names: [name] } }
  const object = manifest('decision', context.namespace, { metadata: { name: 'meant' }, spec })
  await context.server.send('POST', path('decision', context.namespace), object)
  const bound = {
    name,
    privateEndpointId: endpointId('production', 'ledger'),
    groupIds: ['postgresqlServer'],
    action: 'Approve',
    before: 'Pending',
    at: '2026-01-01T00:00:00Z',
  }
  const kept = await context.server.send(
    'PATCH',
    `${path('decision', context.namespace, 'meant')}/status`,
    { status: { memory: { generation: 1, intents: [bound] } } },
    'merge-patch+json',
  )
  assert.is(kept.status, 200, JSON.stringify(kept.body))
  const operator = await start(context)
  const { healthPort } = await operator.says('serving')
  const line = await operator.says('decision-written')
  assert.equal([line.level, line.action, line.after], ['warn', 'Revoke', 'Rejected'])
  assert.is(line.endpointId.toLowerCase(), endpoint.toLowerCase())
  const now = async () => (await connectionOf(context, 'ledger', endpoint)).status
  await operator.until(async () => (await now()) === 'Rejected')
  const page = await (await fetch(`http://127.0.0.1:${healthPort}/metrics`)).text()
  assert.match(page, /^pgpe_approvals_revoked_total 1$/m)
  assert.match(page, /^pgpe_decision_writes_total\{action="Revoke",outcome="accepted"\} 1$/m)
  assert.not.match(page, /CANARY/)
  const told = async () =>
    (
      await context.server.send(
        'GET',
        `/apis/events.k8s.io/v1/namespaces/${context.namespace}/events`,
      )
    ).body.items.some(({ reason, type }: any) => reason === 'ApprovalRevoked' && type === 'Warning')
  await operator.until(told)
  assert.not.match(JSON.stringify(operator.log), /CANARY/)
})
test(
  'an approval that reached somebody else is taken back: warned of, and counted by the process',
  revoked,
)

test.run()

/**
 * Separation of duties from end to end: the chart's own roles and policies on the real authorizer, the
 * operator with no more rights than its table, and in Azure one identity for networks and one for databases,
 * each with the role that is shipped for it.
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonObject } from '../../operator/api/schema.ts'
import { operatorUser } from '../../operator/grants.ts'
import { deadline } from '../runner/deadline.ts'
import { type ApiServer, kubeconfigPath, makeNamespace, until } from './api-server.ts'
import { giveOnly } from './azure-role.ts'
import { accepted, bind, refused, untilMay } from './grants.ts'
import {
  type Context as World,
  identityName,
  nothingForbidden,
  prepare,
  putSecret,
  ref,
  start,
} from './identity.world.ts'
import { kinds, manifest, path, type KindName } from './manifests.ts'
import type { OperatorProcess } from './operator-process.ts'
import { at } from './rules.ts'

interface Context extends World {
  network: string
  databases: string
}

const test = suite<Context>('separation of duties')
const directory = fileURLToPath(new URL('../../charts/pgpe-operator/grants/', import.meta.url))
const [, , system = ''] = operatorUser.split(':')
const rbac = '/apis/rbac.authorization.k8s.io/v1'
const approvalAction =
  'Microsoft.DBforPostgreSQL/flexibleServers/privateEndpointConnectionsApproval/action'

const kubectl = (...args: readonly string[]): string =>
  execFileSync(
    process.env['PGPE_TEST_KUBECTL'] ?? '',
    ['--kubeconfig', kubeconfigPath(), ...args, '-f', directory],
    { encoding: 'utf8' },
  )

prepare(test as ReturnType<typeof suite<World>>)
test.before(async (context) => {
  const { server } = context
  kubectl('apply', '--server-side', '--force-conflicts')
  const metadata = { name: system }
  const answer = await server.send('POST', '/api/v1/namespaces', { metadata })
  assert.ok([201, 409].includes(answer.status), JSON.stringify(answer.body))
  context.network = await makeNamespace(server, 'duties-network')
  context.databases = await makeNamespace(server, 'duties-databases')
  await until(async () => {
    const signed = at('spec.decidedBy.username', 'nobody')
    const object = manifest('decision', context.databases, signed)
    const where = `${path('decision', context.databases)}?dryRun=All`
    return (await server.send('POST', where, object)).status === 403
  })
})
test.after(() => void kubectl('delete', '--ignore-not-found'))

/** Somebody with a role of the chart, and with what a team's own role allows. */
async function person(
  server: ApiServer,
  namespace: string,
  name: string,
  role: string,
  rules: readonly (readonly [verbs: string, resource: string, name: string])[],
): Promise<ApiServer> {
  const own = { metadata: { name }, rules: rules.map(([verbs, resource, only]) => ({
    apiGroups: ['pgpe.dev'], resources: [resource], verbs: verbs.split(' '), resourceNames: [only.toLowerCase()],
  })) } // prettier-ignore
  accepted(await server.send('POST', `${rbac}/namespaces/${namespace}/roles`, own), name)
  await bind(server, namespace, name, name, 'Role')
  await bind(server, namespace, role, name)
  const [[verbs, resource, only] = ['list', kinds.decision.plural, '']] = rules
  const [verb = ''] = verbs.split(' ')
  await untilMay(server, namespace, name, [verb, resource, only.toLowerCase()])
  await untilMay(server, namespace, name, ['list', role === 'pgpe-network-admin' ? kinds.endpoint.plural : kinds.decision.plural]) // prettier-ignore
  return server.as(name)
}

const change = (by: ApiServer, kind: KindName, where: string, name: string, patch: JsonObject) =>
  by.send('PATCH', path(kind, where, name), patch, 'merge-patch+json')

interface Story extends Context {
  readonly serverId: string
  /** Of the network team, with no more than its part. */
  readonly nia: ApiServer
  /** Of the network team, with a grant too many. */
  readonly bold: ApiServer
  /** Of the database team. */
  readonly dora: ApiServer
  /** Who may look. */
  readonly vera: ApiServer
  readonly operator: OperatorProcess
}

async function begin(context: Context): Promise<Story> {
  const { server, azure, paths, network, databases } = context
  const serverId = paths.server('orders')
  for (const role of ['network', 'database'] as const) await giveOnly(azure, role, role)
  await putSecret(server, network, azure.simulator.identity('network'))
  await putSecret(server, databases, azure.simulator.identity('database'))
  const use = ['use', 'identities', identityName] as const
  const inNetwork = [['join', 'subnets', paths.subnet], use] as const
  const networkAdmin = (name: string, verbs: string): Promise<ApiServer> =>
    person(server, network, name, 'pgpe-network-admin', [
      [verbs, 'servers', serverId],
      ...inNetwork,
    ])
  const nia = await networkAdmin('nia', 'connect')
  const bold = await networkAdmin('bold', 'connect approve')
  const all = ['approve reject disconnect', 'servers', serverId] as const
  const dora = await person(server, databases, 'dora', 'pgpe-database-admin', [all, use])
  for (const namespace of [network, databases]) await bind(server, namespace, 'pgpe-viewer', 'vera')
  const operator = await start(context, [system, network, databases], [], { gated: true })
  return { ...context, serverId, nia, bold, dora, vera: server.as('vera'), operator }
}

const make = (
  { network, paths, serverId }: Story,
  by: ApiServer,
  name: string,
  more: JsonObject,
) => {
  const common = { serverId, subnetId: paths.subnet, resourceGroup: 'rg', ...ref('Secret') }
  const object = { metadata: { name }, spec: { ...common, ...more } }
  return by.send('POST', path('endpoint', network), manifest('endpoint', network, object))
}

const decide = (
  { network, serverId }: Story,
  by: ApiServer,
  namespace: string,
  name: string,
  more: JsonObject = {},
) => {
  const connections = { endpointRefs: [{ name: 'app', namespace: network }] }
  const spec = { serverId, action: 'Approve', connections, ...ref('Secret'), ...more }
  const object = manifest('decision', namespace, { metadata: { name }, spec })
  return by.send('POST', path('decision', namespace), object)
}

/** The object `app` of that kind, as the viewer sees it. */
const look = async ({ vera, network, databases }: Story, kind: KindName) =>
  (await vera.send('GET', path(kind, kind === 'endpoint' ? network : databases, 'app'))).body

const readyOf = async (story: Story, kind: KindName) =>
  (await look(story, kind)).status?.conditions?.find(({ type }: any) => type === 'Ready') ?? {}

async function automaticIsRefused(story: Story): Promise<void> {
  const { azure, paths, operator } = story
  // Whoever may not approve in Kubernetes is told so there, and pointed to Manual.
  const nia = await make(story, story.nia, 'app', {})
  refused(nia, /approve on servers.*set spec\.approval to Manual/, 'nia')
  // Whoever may, by a grant too many, is told by Azure: its network identity may not.
  accepted(await make(story, story.bold, 'app', {}), 'bold')
  const ready = () => readyOf(story, 'endpoint')
  await operator.until(async () => /LinkedAuthorizationFailed/.test((await ready()).message))
  const { status, message } = await ready()
  assert.is(status, 'False')
  assert.ok(message.includes(approvalAction), message)
  assert.match(message, /set spec\.approval to Manual/)
  assert.is((await azure.owner.get(paths.endpoint('app'))).status, 404)
}

async function manualWaits(story: Story): Promise<void> {
  const ask = at('spec', { approval: 'Manual', requestMessage: 'for the app team' })
  accepted(await change(story.nia, 'endpoint', story.network, 'app', ask), 'nia asks')
  const reason = async () => (await readyOf(story, 'endpoint')).reason
  await story.operator.until(async () => (await reason()) === 'PendingApproval')
}

async function nobodyDoesMore(story: Story): Promise<void> {
  const { nia, vera, dora, network, databases } = story
  for (const where of [network, databases]) {
    refused(await decide(story, nia, where, 'own'), /cannot create resource/, 'nia decides')
    refused(await decide(story, vera, where, 'own'), /cannot create resource/, 'vera decides')
  }
  for (const by of [dora, vera]) {
    const answer = await make(story, by, 'other', { approval: 'Manual' })
    refused(answer, /cannot create resource/, 'makes')
  }
  const status = at('status.connection', { state: 'Approved' })
  for (const [by, kind, where] of [
    [nia, 'endpoint', network],
    [dora, 'decision', databases],
  ] as const) {
    const one = `${path(kind, where, 'app')}/status`
    refused(await by.send('PATCH', one, status, 'merge-patch+json'), /cannot patch/, kind)
  }
  const forged = { decidedBy: { username: 'nia' } }
  const answer = await decide(story, dora, databases, 'forged', forged)
  refused(answer, /decidedBy\.username is nia/, 'forged')
}

async function doraDecides(story: Story): Promise<void> {
  const { dora, databases, network, operator, vera } = story
  accepted(await decide(story, dora, databases, 'app', { description: 'NET-4711' }), 'dora decides')
  await operator.until(async () => (await readyOf(story, 'decision')).reason === 'Approved')
  await operator.until(async () => (await readyOf(story, 'endpoint')).status === 'True')
  assert.is((await look(story, 'decision')).spec.decidedBy.username, 'dora')
  for (const [kind, where] of [
    ['endpoint', network],
    ['decision', databases],
  ] as const) {
    assert.is((await vera.send('GET', path(kind, where))).body.items.length, 1, kind)
  }
}

/** Line, history and Event of the one write say the same, and all of it. */
async function itIsTold(story: Story): Promise<void> {
  const { operator, azure, paths, serverId, databases, server } = story
  const decision = await look(story, 'decision')
  const { body } = await azure.owner.get(serverId)
  const [connection] = body.properties.privateEndpointConnections
  assert.is(connection.properties.privateLinkServiceConnectionState.description, 'NET-4711')
  const [line, ...more] = operator.log.filter(({ msg }) => msg === 'decision-written')
  assert.equal(more, [])
  const { correlationId } = line
  assert.match(correlationId, /^[0-9a-f-]{36}$/)
  assert.equal(line, {
    ...{ level: 'info', time: line.time, msg: 'decision-written', correlationId },
    ...{ namespace: databases, name: 'app', uid: decision.metadata.uid, generation: 1 },
    ...{ decidedBy: 'dora', action: 'Approve', before: 'Pending', after: 'Approved' },
    connectionId: `${serverId}/privateEndpointConnections/${connection.name}`,
    endpointId: paths.endpoint('app'),
    outcome: 'accepted',
  })
  const [act] = decision.status.history
  assert.equal(
    [act.action, act.before, act.after, act.name, act.correlationId, act.generation],
    ['Approve', 'Pending', 'Approved', connection.name, correlationId, 1],
  )
  const events = `/apis/events.k8s.io/v1/namespaces/${databases}/events`
  const sent = async () =>
    (await server.send('GET', events)).body.items.find(
      ({ reason }: any) => reason === 'DecisionSent',
    )
  await operator.until(async () => (await sent()) !== undefined)
  const { note, regarding } = await sent()
  assert.is(regarding.uid, decision.metadata.uid)
  for (const part of [connection.name, paths.endpoint('app'), correlationId, 'dora']) {
    assert.ok(note.includes(part), `${part} in ${note}`)
  }
}

/** Each takes away what he made; the database administrator by its name in Azure, even the connection. */
async function itGoes(story: Story): Promise<void> {
  const { nia, dora, azure, paths, serverId, network, databases, operator } = story
  const connections = async () =>
    (await azure.owner.get(serverId)).body.properties.privateEndpointConnections
  const [{ name }] = await connections()
  const spec = { action: 'Delete', connections: { names: [name], endpointRefs: null } }
  accepted(await change(dora, 'decision', databases, 'app', { spec }), 'dora removes')
  await operator.until(async () => (await readyOf(story, 'decision')).reason === 'Deleted')
  assert.equal(await connections(), [])
  await operator.until(async () => (await readyOf(story, 'endpoint')).reason === 'Disconnected')
  accepted(await nia.send('DELETE', path('endpoint', network, 'app')), 'nia deletes')
  await operator.until(async () => (await look(story, 'endpoint')).code === 404)
  assert.is((await azure.owner.get(paths.endpoint('app'))).status, 404)
}

function eachIdentityDidItsPart({ operator, network, databases }: Story): void {
  const requests = operator.log.filter(({ msg }) => msg === 'azure-request')
  const writers = (type: string) =>
    new Set(
      requests
        .filter((each) => each.method !== 'GET' && each.type === type)
        .map(({ identity }) => identity),
    )
  const by = (namespace: string) => new Set([`Secret ${namespace}/${identityName}`])
  const connections = 'Microsoft.DBforPostgreSQL/flexibleServers/privateEndpointConnections'
  assert.equal(writers('Microsoft.Network/privateEndpoints'), by(network))
  assert.equal(writers(connections), by(databases))
  assert.not.ok(requests.some(({ identity }) => identity === 'operator'))
  assert.is(operator.log.filter(({ msg }) => msg === 'policy-in-place').length, 1)
  nothingForbidden(operator)
}

test(
  'a network administrator asks, a database administrator decides, and neither can do both',
  deadline(240, async (context: Context) => {
    const story = await begin(context)
    await automaticIsRefused(story)
    await manualWaits(story)
    await nobodyDoesMore(story)
    await doraDecides(story)
    await itIsTold(story)
    await itGoes(story)
    eachIdentityDidItsPart(story)
  }),
)

test.run()

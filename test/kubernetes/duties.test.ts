/**
 * Separation of duties from end to end: the chart's own roles and policies on the real authorizer, the
 * operator with no more rights than its table, and in Azure one identity for networks, one for databases.
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonObject } from '../../operator/api/schema.ts'
import { operatorUser } from '../../operator/grants.ts'
import { deadline } from '../runner/deadline.ts'
import { type ApiServer, kubeconfigPath, makeNamespace, until } from './api-server.ts'
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

const story = deadline(240, async (context: Context) => {
  const { server, azure, paths, network, databases } = context
  const serverId = paths.server('orders')
  await putSecret(server, network, azure.simulator.identity('network'))
  await putSecret(server, databases, azure.simulator.identity('database'))
  const inNetwork = [['join', 'subnets', paths.subnet], ['use', 'identities', identityName]] as const // prettier-ignore
  const nia = await person(server, network, 'nia', 'pgpe-network-admin', [
    ['connect', 'servers', serverId],
    ...inNetwork,
  ])
  const bold = await person(server, network, 'bold', 'pgpe-network-admin', [
    ['connect approve', 'servers', serverId],
    ...inNetwork,
  ])
  const dora = await person(server, databases, 'dora', 'pgpe-database-admin', [
    ['approve reject disconnect', 'servers', serverId],
    ['use', 'identities', identityName],
  ])
  await bind(server, network, 'pgpe-viewer', 'vera')
  await bind(server, databases, 'pgpe-viewer', 'vera')
  const vera = server.as('vera')
  const operator = await start(context, [system, network, databases], [], { gated: true })

  const common = { serverId, subnetId: paths.subnet, resourceGroup: 'rg', ...ref('Secret') }
  const make = (by: ApiServer, name: string, spec: JsonObject) =>
    by.send(
      'POST',
      path('endpoint', network),
      manifest('endpoint', network, { metadata: { name }, spec: { ...common, ...spec } }),
    )
  const decide = (by: ApiServer, namespace: string, name: string, more: JsonObject = {}) => {
    const connections = { endpointRefs: [{ name: 'app', namespace: network }] }
    const spec = { serverId, action: 'Approve', connections, ...ref('Secret'), ...more }
    const object = manifest('decision', namespace, { metadata: { name }, spec })
    return by.send('POST', path('decision', namespace), object)
  }
  const look = async (kind: KindName, namespace: string, name: string) =>
    (await vera.send('GET', path(kind, namespace, name))).body
  const ready = async (kind: KindName, namespace: string, name: string) => {
    const { status } = await look(kind, namespace, name)
    return status?.conditions?.find(({ type }: any) => type === 'Ready') ?? {}
  }

  // Whoever may not approve in Kubernetes is told so there, and pointed to Manual.
  refused(await make(nia, 'app', {}), /approve on servers.*set spec\.approval to Manual/, 'nia')
  // Whoever may, by too wide a grant, is told by Azure: its network identity may not.
  accepted(await make(bold, 'app', {}), 'bold')
  await operator.until(async () =>
    String((await ready('endpoint', network, 'app')).message).includes('LinkedAuthorizationFailed'),
  )
  const denied = await ready('endpoint', network, 'app')
  assert.is(denied.status, 'False')
  assert.ok(denied.message.includes(approvalAction), denied.message)
  assert.match(denied.message, /Manual/)
  assert.is((await azure.owner.get(paths.endpoint('app'))).status, 404)

  // Mended in place by the network administrator, it asks and waits.
  const ask = at('spec', { approval: 'Manual', requestMessage: 'for the app team' })
  accepted(await change(nia, 'endpoint', network, 'app', ask), 'nia asks')
  await operator.until(
    async () => (await ready('endpoint', network, 'app')).reason === 'PendingApproval',
  )

  // Neither does the other's part, and the viewer does none.
  for (const where of [network, databases]) {
    refused(await decide(nia, where, 'own'), /cannot create resource/, 'nia decides')
    refused(await decide(vera, where, 'own'), /cannot create resource/, 'vera decides')
  }
  refused(await make(dora, 'other', { approval: 'Manual' }), /cannot create resource/, 'dora makes')
  refused(await make(vera, 'other', { approval: 'Manual' }), /cannot create resource/, 'vera makes')
  const approvedStatus = at('status.connection', { state: 'Approved' })
  for (const [who, kind, where] of [
    [nia, 'endpoint', network],
    [dora, 'decision', databases],
  ] as const) {
    // prettier-ignore
    const name = `${path(kind, where, 'app')}/status`
    refused(await who.send('PATCH', name, approvedStatus, 'merge-patch+json'), /cannot patch/, kind)
  }
  refused(
    await decide(dora, databases, 'forged', { decidedBy: { username: 'nia' } }),
    /decidedBy\.username is nia/,
    'forged',
  )

  // The database administrator decides.
  accepted(await decide(dora, databases, 'app', { description: 'NET-4711' }), 'dora decides')
  await operator.until(
    async () => (await ready('decision', databases, 'app')).reason === 'Approved',
  )
  await operator.until(async () => (await ready('endpoint', network, 'app')).status === 'True')
  const decision = await look('decision', databases, 'app')
  assert.is(decision.spec.decidedBy.username, 'dora')
  for (const kind of ['endpoint', 'decision'] as const) {
    const all = await vera.send('GET', path(kind, kind === 'endpoint' ? network : databases))
    assert.is(all.body.items.length, 1, `vera sees each ${kind}`)
  }

  // Who did it stands in all three places.
  const [act] = decision.status.history
  const lines = operator.log.filter(({ msg }) => msg === 'decision-written')
  assert.is(lines.length, 1)
  const [line] = lines
  const { body } = await azure.owner.get(serverId)
  const [connection] = body.properties.privateEndpointConnections
  assert.is(connection.properties.privateLinkServiceConnectionState.description, 'NET-4711')
  const { level, time, msg, correlationId, ...said } = line
  assert.equal(said, {
    ...{ namespace: databases, name: 'app', uid: decision.metadata.uid, generation: 1 },
    ...{ decidedBy: 'dora', action: 'Approve', before: 'Pending', after: 'Approved' },
    connectionId: `${serverId}/privateEndpointConnections/${connection.name}`,
    endpointId: paths.endpoint('app'),
    outcome: 'accepted',
  })
  assert.match(correlationId, /^[0-9a-f-]{36}$/)
  assert.equal(
    [act.action, act.before, act.after, act.name, act.correlationId, act.generation],
    ['Approve', 'Pending', 'Approved', connection.name, correlationId, 1],
  )
  const events = `/apis/events.k8s.io/v1/namespaces/${databases}/events`
  const sent = async () =>
    (await server.send('GET', events)).body.items.find(
      (each: any) => each.reason === 'DecisionSent',
    )
  await operator.until(async () => (await sent()) !== undefined)
  const { note, regarding } = await sent()
  assert.is(regarding.uid, decision.metadata.uid)
  for (const part of [connection.name, paths.endpoint('app'), correlationId, 'dora']) {
    assert.ok(note.includes(part), `${part} in ${note}`)
  }

  // Each identity of Azure wrote its own part, and the operator's own nothing.
  const writers = (type: string) =>
    new Set(
      operator.log
        .filter(
          (each) => each.msg === 'azure-request' && each.method !== 'GET' && each.type === type,
        )
        .map(({ identity }) => identity),
    )
  const by = (namespace: string) => new Set([`Secret ${namespace}/${identityName}`])
  assert.equal(writers('Microsoft.Network/privateEndpoints'), by(network))
  assert.equal(
    writers('Microsoft.DBforPostgreSQL/flexibleServers/privateEndpointConnections'),
    by(databases),
  )
  assert.not.ok(operator.log.some(({ identity }) => identity === 'operator'))
  assert.equal(operator.log.filter((each) => each.msg === 'policy-in-place').length, 1)
  nothingForbidden(operator)
})
test(
  'a network administrator asks, a database administrator decides, and neither can do both',
  story,
)

test.run()

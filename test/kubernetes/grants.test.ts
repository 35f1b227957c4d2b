/**
 * The grants at work, on the real API server: who can do his part and not the other's, what is never
 * asked about, and whose name stands on a decision.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseAllDocuments } from 'yaml'
import type { JsonObject } from '../../operator/api/schema.ts'
import { stamp } from '../../operator/grants-decision.ts'
import { operatorUser } from '../../operator/grants.ts'
import { roles } from '../../operator/grants-roles.ts'
import { policyRules } from '../../operator/permissions.ts'
import { files } from '../control-plane/arguments.ts'
import {
  type Answer,
  type ApiServer,
  connect,
  install,
  kubeconfigPath,
  makeNamespace,
  until,
} from './api-server.ts'
import {
  accepted,
  bind,
  everyVerb,
  Installed,
  may,
  networks,
  person,
  policies,
  refused,
  untilMay,
} from './grants.ts'
import { ids, kinds, manifest, merged, path, type KindName } from './manifests.ts'
import { at } from './rules.ts'

interface Context {
  server: ApiServer
  installed: Installed
  namespace: string
  /** In which a decision is signed by the API server too. */
  stamped: string
}

const directory = fileURLToPath(new URL('../../charts/pgpe-operator/grants/', import.meta.url))
const test = suite<Context>('grants')

const rbac = '/apis/rbac.authorization.k8s.io/v1'
const decided = (action: string): JsonObject => ({
  spec: { action, connections: { names: [ids.connection] } },
})
const row: JsonObject = {
  metadata: { labels: { 'pgpe.dev/inbox': 'inbox' } },
  spec: { connections: { names: [ids.connection] } },
}
const manual = at('spec.approval', 'Manual')

let objects = 0
const fresh = (): string => `object-${(objects += 1)}`

const create = (
  by: ApiServer,
  kind: KindName,
  namespace: string,
  name: string,
  patch: JsonObject = {},
): Promise<Answer> =>
  by.send(
    'POST',
    path(kind, namespace),
    manifest(kind, namespace, merged(patch, { metadata: { name } })),
  )
const change = (by: ApiServer, kind: KindName, where: string, name: string, patch: JsonObject) =>
  by.send('PATCH', path(kind, where, name), patch, 'merge-patch+json')

test.before(async (context) => {
  const server = (context.server = connect())
  context.installed = new Installed(server)
  await install(server, [kinds.endpoint.crd, kinds.decision.crd])
  for (const role of roles)
    accepted(await server.send('POST', `${rbac}/clusterroles`, role), 'role')
  context.namespace = await makeNamespace(server, 'grants')
  context.stamped = await makeNamespace(server, 'grants-stamped')
  for (const namespace of [context.namespace, context.stamped]) {
    const suffix = `-${namespace}`
    for (const policy of policies) await context.installed.policy(policy, suffix, namespace)
  }
  for (const object of stamp) {
    await context.installed.add(object, `-${context.stamped}`, context.stamped)
  }
  await until(async () => {
    const object = manifest('decision', context.stamped, decided('Approve'))
    const where = `${path('decision', context.stamped)}?dryRun=All`
    return (await server.send('POST', where, object)).body.spec.decidedBy !== undefined
  })
})
test.after(async ({ server, installed }) => {
  await installed?.remove()
  for (const { metadata } of roles as readonly any[]) {
    await server?.send('DELETE', `${rbac}/clusterroles/${metadata.name}`)
  }
  await server?.close()
})

async function withRoles({ server, namespace }: Context, ...bound: readonly string[]) {
  const user = `${bound.join('-')}-${fresh()}`
  for (const role of bound) await bind(server, namespace, role, user)
  const rules = (roles as readonly any[]).find(
    ({ metadata }) => metadata.name === bound.at(-1),
  ).rules
  await untilMay(server, namespace, user, [rules[0].verbs[0], rules[0].resources[0]])
  return server.as(user)
}

test('a network administrator makes endpoints and cannot decide', async (context) => {
  const { namespace } = context
  const admin = await withRoles(context, 'pgpe-network-admin', 'pgpe-all-servers', 'pgpe-all-networks')
  const name = fresh()
  const zone = at('spec.dns', { zoneId: ids.zone, additionalVirtualNetworkIds: networks(100) })
  accepted(await create(admin, 'endpoint', namespace, name, zone), 'create')
  accepted(await change(admin, 'endpoint', namespace, name, manual), 'change')
  accepted(await admin.send('DELETE', path('endpoint', namespace, name)), 'delete')

  const theirs = fresh()
  accepted(await create(context.server, 'decision', namespace, theirs, decided('Reject')), 'theirs')
  for (const patch of [{}, decided('Approve')]) {
    refused(await create(admin, 'decision', namespace, fresh(), patch), /cannot create resource/, 'decide')
  }
  refused(await change(admin, 'decision', namespace, theirs, at('spec.action', 'Approve')), /cannot patch/, 'patch')
  refused(await admin.send('DELETE', path('decision', namespace, theirs)), /cannot delete/, 'delete')
}) // prettier-ignore

test('a database administrator decides and cannot make endpoints', async (context) => {
  const { namespace } = context
  const admin = await withRoles(context, 'pgpe-database-admin', 'pgpe-all-servers')
  for (const action of ['Approve', 'Reject', 'Delete']) {
    const name = fresh()
    accepted(await create(admin, 'decision', namespace, name, decided(action)), action)
    accepted(await admin.send('DELETE', path('decision', namespace, name)), action)
  }
  refused(await create(admin, 'endpoint', namespace, fresh()), /cannot create resource/, 'create')
})

test('the two admin roles alone write nothing', async (context) => {
  const { namespace } = context
  const network = await withRoles(context, 'pgpe-network-admin')
  const database = await withRoles(context, 'pgpe-database-admin')
  refused(await create(network, 'endpoint', namespace, fresh(), manual), /connect on servers/, 'network')
  refused(await create(database, 'decision', namespace, fresh()), /approve or reject/, 'database')
}) // prettier-ignore

test('a viewer sees both and writes neither', async (context) => {
  const viewer = await withRoles(context, 'pgpe-viewer')
  for (const kind of ['endpoint', 'decision'] as const) {
    accepted(await viewer.send('GET', path(kind, context.namespace)), kind)
    refused(await create(viewer, kind, context.namespace, fresh()), /cannot create/, kind)
  }
})

test('no role holds a wildcard, and none but reading becomes part of a role of Kubernetes', () => {
  for (const role of roles as readonly any[]) {
    assert.not.match(JSON.stringify(role.rules), /\*/)
    const aggregated = Object.keys(role.metadata.labels).filter((key) => key.includes('aggregate'))
    const reads = ['rbac.authorization.k8s.io/aggregate-to-view']
    assert.equal(aggregated, role.metadata.name === 'pgpe-viewer' ? reads : [], role.metadata.name)
  }
})

test('a grant for one server, or in another namespace, is no grant for the next', async (context) => {
  const { server, namespace, stamped } = context
  const here = [`approve servers ${ids.server.toLowerCase()}`]
  const admin = await person(server, namespace, here, 'narrow')
  await person(server, stamped, [], 'narrow')
  accepted(await create(admin, 'decision', namespace, fresh(), decided('Approve')), 'granted')
  const other = merged(decided('Approve'), at('spec.serverId', ids.otherServer))
  refused(await create(admin, 'decision', namespace, fresh(), other), /billing is missing/, 'other')
  const elsewhere = await create(admin, 'decision', stamped, fresh(), decided('Approve'))
  refused(elsewhere, /approve on servers/, 'elsewhere')
})

test("the operator's finalizers, states and rows pass without any grant", async ({ server, namespace }) => {
  const operator = server.as(operatorUser)
  const metadata = { name: 'operator-alone' }
  const rules: any = policyRules(['watched'])
  const where = `${rbac}/namespaces/${namespace}`
  accepted(await server.send('POST', `${where}/roles`, { metadata, rules }), 'role')
  await bind(server, namespace, metadata.name, operatorUser, 'Role')
  await untilMay(server, namespace, operatorUser, ['create', kinds.decision.plural])
  assert.is(await may(server, namespace, operatorUser, ['connect', 'servers']), false)

  const name = fresh()
  accepted(await create(server, 'endpoint', namespace, name), 'a person')
  const held = at('metadata.finalizers', [kinds.endpoint.finalizer])
  accepted(await change(operator, 'endpoint', namespace, name, held), 'finalizer')
  const status = `${path('endpoint', namespace, name)}/status`
  const seen = at('status.server', 'orders')
  accepted(await operator.send('PATCH', status, seen, 'merge-patch+json'), 'status')
  refused(await change(operator, 'endpoint', namespace, name, manual), /connect on servers/, 'spec')
  accepted(await change(operator, 'endpoint', namespace, name, at('metadata.finalizers', null)), 'finalizer')

  const rowName = fresh()
  accepted(await create(operator, 'decision', namespace, rowName, row), 'row')
  const rowStatus = `${path('decision', namespace, rowName)}/status`
  accepted(await operator.send('PATCH', rowStatus, seen, 'merge-patch+json'), 'status of a row')
  accepted(await operator.send('DELETE', path('decision', namespace, rowName)), 'row deleted')
}) // prettier-ignore

test('an undecided row cannot be pinned anew, not even together with its action', async ({ server, namespace }) => {
  const operator = await person(server, namespace, [], operatorUser)
  const admin = await person(server, namespace, everyVerb)
  const name = fresh()
  accepted(await create(operator, 'decision', namespace, name, row), 'row')
  const other = at('spec.connections.names', [ids.connection.replace('orders', 'stranger')])
  for (const patch of [other, merged(at('spec.action', 'Approve'), other)]) {
    const answer = await change(admin, 'decision', namespace, name, patch)
    assert.ok(answer.status === 403 || answer.status === 422, JSON.stringify(answer.body))
  }
  accepted(await change(admin, 'decision', namespace, name, at('spec.action', 'Approve')), 'decided')
}) // prettier-ignore

test('many decisions deleted at once are each asked about', async ({ server, stamped }) => {
  const admin = await person(server, stamped, ['approve servers', 'disconnect servers'])
  const labelled = merged(decided('Reject'), at('metadata.labels', { together: 'yes' }))
  const name = fresh()
  accepted(await create(server, 'decision', stamped, name, labelled), 'create')
  const where = `${path('decision', stamped)}?labelSelector=together=yes`
  refused(await admin.send('DELETE', where), /reject on servers/, 'deletecollection')
  accepted(await server.send('GET', path('decision', stamped, name)), 'it stays')
})

test('a namespace that goes takes a Reject along, whoever deletes it', async ({ server, installed }) => {
  const namespace = await makeNamespace(server, 'grants-going')
  for (const policy of policies) await installed.policy(policy, `-${namespace}`, namespace)
  const admin = await person(server, namespace, ['approve servers'])
  // Terminating stays so for a moment: the namespace controller cannot finish while this is there.
  const held = { metadata: { finalizers: ['test.pgpe.dev/held'] } }
  const name = fresh()
  accepted(await create(server, 'decision', namespace, name, merged(decided('Reject'), held)), 'held')
  const where = path('decision', namespace, name)
  refused(await admin.send('DELETE', where), /reject on servers/, 'before')
  accepted(await server.send('DELETE', `/api/v1/namespaces/${namespace}`), 'namespace')
  await until(async () => (await admin.send('DELETE', where)).status < 300)
  accepted(await change(admin, 'decision', namespace, name, at('metadata.finalizers', null)), 'let go')
  await until(async () => (await server.send('GET', `/api/v1/namespaces/${namespace}`)).status === 404)
}) // prettier-ignore

test("the same manifest once more is nobody's question; another one is", async ({ server, namespace, stamped }) => {
  for (const where of [namespace, stamped]) {
    const sync = await person(server, where, [])
    for (const [kind, patch, other] of [
      ['endpoint', manual, at('spec.suspend', true)],
      ['decision', decided('Reject'), at('spec.suspend', true)],
    ] as const) {
      const name = fresh()
      const object = manifest(kind, where, merged(patch, { metadata: { name } }))
      const apply = (by: ApiServer, what: JsonObject) =>
        by.send('PATCH', `${path(kind, where, name)}?fieldManager=git&force=true`, what, 'apply-patch+yaml')
      const first = await apply(server, object)
      accepted(first, 'first')
      const again = await apply(sync, object)
      accepted(again, `${kind} again`)
      assert.is(again.body.metadata.generation, 1)
      const third = await apply(sync, object)
      assert.is(third.body.metadata.resourceVersion, again.body.metadata.resourceVersion)
      const { resourceVersion } = again.body.metadata
      const put = merged(object, { metadata: { resourceVersion, labels: { team: 'a' } } })
      const replaced = await sync.send('PUT', path(kind, where, name), put)
      accepted(replaced, `${kind} replaced`)
      assert.equal(replaced.body.spec, first.body.spec)
      refused(await apply(sync, merged(object, other)), /on servers/, `${kind} changed`)
    }
  }
}) // prettier-ignore

test('a grant that is withdrawn leaves what is there alone', async ({ server, namespace }) => {
  const user = 'withdrawn'
  const role = { metadata: { name: user }, rules: [{ apiGroups: ['pgpe.dev'], resources: ['servers', 'subnets'], verbs: ['connect', 'join'] }] } // prettier-ignore
  const admin = await person(server, namespace, [], user)
  accepted(await server.send('POST', `${rbac}/namespaces/${namespace}/roles`, role), 'role')
  await bind(server, namespace, user, user, 'Role')
  await untilMay(server, namespace, user, ['connect', 'servers'])
  const name = fresh()
  accepted(await create(admin, 'endpoint', namespace, name, manual), 'granted')
  accepted(await server.send('DELETE', `${rbac}/namespaces/${namespace}/roles/${user}`), 'withdrawn')
  await until(async () => !(await may(server, namespace, user, ['connect', 'servers'])))
  refused(await change(admin, 'endpoint', namespace, name, at('spec.suspend', true)), /connect/, 'spec')
  const note = { metadata: { annotations: { 'pgpe.dev/reconcile-requested-at': 'now' } } }
  accepted(await change(admin, 'endpoint', namespace, name, note), 'annotation')
  accepted(await admin.send('DELETE', path('endpoint', namespace, name)), 'delete')
}) // prettier-ignore

const signed = (name: string): JsonObject => at('spec.decidedBy.username', name)

async function signature(answer: Promise<Answer>): Promise<unknown> {
  const given = await answer
  accepted(given, 'signed')
  return given.body.spec.decidedBy?.username
}

test('where the API server can, it signs a decision with the name of who last wrote it', async (context) => {
  const { server, stamped } = context
  const dana = await person(server, stamped, everyVerb, 'dana')
  const erin = await person(server, stamped, everyVerb, 'erin')
  const reader = await person(server, stamped, [])
  const make = (who: ApiServer, name: string, what: JsonObject) =>
    signature(create(who, 'decision', stamped, name, what))
  const name = fresh()
  const patch = (who: ApiServer, what: JsonObject) =>
    signature(change(who, 'decision', stamped, name, what))

  assert.is(await make(dana, fresh(), {}), undefined, 'nothing is decided')
  assert.is(await make(dana, fresh(), merged(decided('Approve'), signed('dana'))), 'dana')
  assert.is(await make(dana, name, decided('Reject')), 'dana')
  assert.is(await patch(erin, at('spec.suspend', true)), 'erin', 'changed')
  assert.is(await patch(dana, at('metadata.labels', { team: 'a' })), 'erin', 'a label')
  assert.is(await patch(reader, at('spec.decidedBy', null)), 'erin', 'removed alone')
  assert.is(await patch(dana, merged(at('spec.suspend', false), signed('erin'))), 'dana', 'kept')
  assert.is(await patch(erin, at('spec.action', null)), 'erin', 'taken back')
  const others = await change(dana, 'decision', stamped, name, signed('zoe'))
  refused(others, /decidedBy\.username is zoe/, 'forged')
  const forged = merged(decided('Approve'), signed('erin'))
  const answer = await create(dana, 'decision', stamped, fresh(), forged)
  refused(answer, /is erin, and the decision is written by dana/, 'forged')
})

test('the row that somebody decides carries his name', async ({ server, stamped }) => {
  const operator = await person(server, stamped, [], operatorUser)
  const dana = await person(server, stamped, ['approve servers'], 'row-dana')
  const name = fresh()
  assert.is(await signature(create(operator, 'decision', stamped, name, row)), undefined)
  const decide = change(dana, 'decision', stamped, name, at('spec.action', 'Approve'))
  assert.is(await signature(decide), 'row-dana')
})

test("where it cannot, the name is absent or the writer's", async ({ server, namespace }) => {
  const dana = await person(server, namespace, everyVerb, 'old-dana')
  const erin = await person(server, namespace, everyVerb, 'old-erin')
  const name = fresh()
  const patch = (who: ApiServer, what: JsonObject) => change(who, 'decision', namespace, name, what)
  const own = merged(decided('Reject'), signed('old-dana'))
  assert.is(await signature(create(dana, 'decision', namespace, fresh(), decided('Approve'))), undefined) // prettier-ignore
  assert.is(await signature(create(dana, 'decision', namespace, name, own)), 'old-dana')
  assert.is(await signature(patch(erin, at('metadata.labels', { team: 'a' }))), 'old-dana')
  const kept = await patch(erin, at('spec.suspend', true))
  refused(kept, /is old-dana, and the decision is written by old-erin/, 'kept')
  const mine = merged(at('spec.suspend', true), signed('old-erin'))
  assert.is(await signature(patch(erin, mine)), 'old-erin')
  assert.is(await signature(patch(dana, { spec: { suspend: false, decidedBy: null } })), undefined) // prettier-ignore
})

/** What admission noted of the writes to that object, of each verb, as the API server's audit log has it. */
async function noted(name: string, lines: number): Promise<readonly any[]> {
  const directory = process.env['PGPE_TEST_CONTROL_PLANE'] ?? ''
  const find = () =>
    readFileSync(join(directory, files.audit), 'utf8')
      .split('\n')
      .filter((line) => line.includes(`"${name}"`) && line.endsWith('}'))
      .map((line) => JSON.parse(line))
      .filter(({ objectRef }) => objectRef.name === name)
  await until(async () => find().length === lines)
  return find().map(({ verb, user, impersonatedUser = user, responseStatus, annotations }) => ({
    who: `${impersonatedUser.username}, ${verb}`,
    code: responseStatus.code,
    notes: Object.fromEntries(
      Object.entries(annotations).flatMap(([key, value]) => {
        const [, note] = /^pgpe-[a-z]+-.*\/(\w+)$/.exec(key) ?? []
        return note === undefined ? [] : [[note, value]]
      }),
    ),
  }))
}

test("the API server's audit log says which server, and what was decided", async ({ server, namespace }) => {
  const dana = await person(server, namespace, ['reject servers', 'approve servers'], 'audited-dana')
  const name = `audited-${fresh()}`
  const one = path('decision', namespace, name)
  // POST has no name in its address, so the log of a creation names none: it is applied instead.
  const object = manifest('decision', namespace, merged(decided('Reject'), { metadata: { name } }))
  const apply = `${one}?fieldManager=dana`
  accepted(await dana.send('PATCH', apply, object, 'apply-patch+yaml'), 'made')
  refused(await change(dana, 'decision', namespace, name, at('spec.action', 'Delete')), /disconnect/, 'refused')
  accepted(await change(dana, 'decision', namespace, name, at('spec.action', 'Approve')), 'changed')
  accepted(await dana.send('DELETE', one), 'deleted')
  const about = { server: ids.server.toLowerCase(), connections: ids.connection }
  assert.equal(await noted(name, 4), [
    { who: 'audited-dana, patch', code: 201, notes: { ...about, action: 'none > Reject' } },
    { who: 'audited-dana, patch', code: 403, notes: { ...about, action: 'Reject > Delete' } },
    { who: 'audited-dana, patch', code: 200, notes: { ...about, action: 'Reject > Approve' } },
    { who: 'audited-dana, delete', code: 200, notes: { ...about, action: 'Approve > removed' } },
  ])
  const endpoint = `audited-${fresh()}`
  const made = manifest('endpoint', namespace, { metadata: { name: endpoint } })
  const where = `${path('endpoint', namespace, endpoint)}?fieldManager=dana`
  refused(await dana.send('PATCH', where, made, 'apply-patch+yaml'), /on servers/, 'endpoint')
  assert.equal(await noted(endpoint, 1), [
    {
      ...{ who: 'audited-dana, patch', code: 403 },
      notes: {
        ...{ server: ids.server.toLowerCase(), subnet: ids.subnet.toLowerCase() },
        approval: 'Automatic',
      },
    },
  ])
}) // prettier-ignore

const shipped = (): readonly any[] =>
  readdirSync(directory).flatMap((name) =>
    parseAllDocuments(readFileSync(`${directory}${name}`, 'utf8')).map((each) => each.toJS()),
  )

test('what is shipped is what the API server accepts', () => {
  const kubectl = process.env['PGPE_TEST_KUBECTL'] ?? ''
  const argv = ['--kubeconfig', kubeconfigPath(), 'apply', '--server-side', '--dry-run=server']
  const said = execFileSync(kubectl, [...argv, '-f', directory], { encoding: 'utf8' })
  assert.is(said.trim().split('\n').length, shipped().length)
})

test.run()

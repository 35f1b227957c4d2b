/**
 * One question, by whatever way it is put: a change that a person may not make is refused as a patch, as
 * a replacement, by server-side apply and through subresources; and what is not in the spec but acts like
 * it is asked about as well.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Json, JsonObject } from '../../operator/api/schema.ts'
import { operatorUser } from '../../operator/grants.ts'
import { type Answer, type ApiServer, connect, install } from './api-server.ts'
import { accepted, grantsNamespace, Installed, person, policies, refused } from './grants.ts'
import { ids, kinds, manifest, merged, path } from './manifests.ts'
import { at } from './rules.ts'

interface Context {
  server: ApiServer
  installed: Installed
  namespace: string
  /** May approve and disconnect, and not reject. */
  mallory: ApiServer
}

const test = suite<Context>('ways around a grant')

test.before(async (context) => {
  const server = (context.server = connect())
  context.installed = new Installed(server)
  await install(server, [kinds.endpoint.crd, kinds.decision.crd])
  context.namespace = await grantsNamespace(server, 'grants-ways')
  for (const policy of policies) {
    await context.installed.policy(policy, `-${context.namespace}`, context.namespace)
  }
  context.mallory = await person(server, context.namespace, [
    'approve servers',
    'disconnect servers',
  ])
})
test.after(async ({ installed, server }) => {
  await installed?.remove()
  await server?.close()
})

let objects = 0
const reject: JsonObject = {
  spec: { action: 'Reject', connections: { names: [ids.connection] } },
}

/** A Reject of somebody else's. */
async function theirs({ server, namespace }: Context, patch: JsonObject = {}) {
  const metadata = { name: `object-${(objects += 1)}`, namespace }
  const object = manifest('decision', namespace, merged(merged(reject, { metadata }), patch))
  accepted(await server.send('POST', path('decision', namespace), object), 'theirs')
  const where = path('decision', namespace, metadata.name)
  return { where, object, name: metadata.name }
}

const narrowed = at('spec.connections.names', [ids.connection.replace('orders', 'other')])

interface Stored {
  readonly where: string
  readonly object: JsonObject
  readonly live: any
}

const ways: Readonly<Record<string, (by: ApiServer, it: Stored) => Promise<Answer>>> = {
  'a merge patch': (by, { where }) => by.send('PATCH', where, narrowed, 'merge-patch+json'),
  'a JSON patch': (by, { where }) =>
    by.send(
      'PATCH',
      where,
      [
        { op: 'remove', path: '/spec/action' },
        { op: 'remove', path: '/spec/connections' },
      ],
      'json-patch+json',
    ),
  'a replacement': (by, { where, live }) => by.send('PUT', where, merged(live, narrowed)),
  'server-side apply, as another manager': (by, { where, object }) =>
    by.send(
      'PATCH',
      `${where}?fieldManager=mallory&force=true`,
      merged(object, narrowed),
      'apply-patch+yaml',
    ),
  'a dry run': (by, { where }) =>
    by.send('PATCH', `${where}?dryRun=All`, narrowed, 'merge-patch+json'),
  'a deletion in the background': (by, { where }) =>
    by.send('DELETE', `${where}?propagationPolicy=Background`),
  'a deletion that leaves orphans': (by, { where }) =>
    by.send('DELETE', where, { propagationPolicy: 'Orphan', gracePeriodSeconds: 0 }),
}

for (const [what, way] of Object.entries(ways)) {
  test(`${what} is asked about`, async (context) => {
    const { server, mallory } = context
    const { where, object } = await theirs(context)
    const { body: live } = await server.send('GET', where)
    refused(await way(mallory, { where, object, live }), /reject on servers/, what)
    assert.equal((await server.send('GET', where)).body.spec, live.spec)
  })
}

test('through the status nothing changes but the status, whoever may write it', async (context) => {
  const { server } = context
  const { where } = await theirs(context)
  const { body: live } = await server.send('GET', where)
  const change = merged(narrowed, {
    metadata: {
      labels: { 'pgpe.dev/class': 'other', 'pgpe.dev/inbox': 'x' },
      annotations: { 'pgpe.dev/ignore-ha': 'true' },
      ownerReferences: [owner],
      finalizers: ['mallory.example/held'],
    },
    status: { server: 'orders' },
  })
  const status = `${where}/status`
  accepted(await server.send('PATCH', status, change, 'merge-patch+json'), 'patch')
  const { body: now } = await server.send('GET', where)
  assert.is(now.status.server, 'orders')
  const rest = ({ metadata, spec }: any) => {
    const { labels, annotations, ownerReferences, finalizers } = metadata
    return { labels, annotations, ownerReferences, finalizers, spec }
  }
  assert.equal(rest(now), rest(live))
})

test('there is no scale, and no other way in', async (context) => {
  const { where } = await theirs(context)
  for (const part of ['scale', 'approval', 'spec', 'log']) {
    const answer = await context.server.send('PATCH', `${where}/${part}`, {}, 'merge-patch+json')
    assert.is(answer.status, 404, part)
  }
})

const owner: Json = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name: 'gone',
  uid: '6b6ee9c4-0000-4000-8000-000000000000',
}

test('an owner that is given with a new Reject does not take it away from those who may not', async (context) => {
  const { mallory, server } = context
  const { where } = await theirs(context)
  const answer = await mallory.send('PATCH', where, at('metadata.ownerReferences', [owner]), 'merge-patch+json') // prettier-ignore
  refused(answer, /reject on servers/, 'owner')
  assert.is((await server.send('GET', where)).status, 200)
})

test('a finalizer keeps a deleted Reject in the list, and gives nobody a say', async (context) => {
  const { mallory, server } = context
  const { where } = await theirs(context)
  const held = at('metadata.finalizers', ['mallory.example/held'])
  accepted(await mallory.send('PATCH', where, held, 'merge-patch+json'), 'held')
  accepted(await server.send('DELETE', where), 'deleted by who may')
  // It is going, and decides nothing more; it can be let go by whoever may write it.
  const { body } = await server.send('GET', where)
  assert.ok(body.metadata.deletionTimestamp)
  refused(await mallory.send('PATCH', where, narrowed, 'merge-patch+json'), /reject on servers/, 'narrowed') // prettier-ignore
  const free = at('metadata.finalizers', null)
  accepted(await mallory.send('PATCH', where, free, 'merge-patch+json'), 'let go')
  assert.is((await server.send('GET', where)).status, 404)
})

test("a generated name is checked as any other, and a name like a row's is nobody's", async (context) => {
  const { mallory, namespace } = context
  const create = (metadata: JsonObject, patch: JsonObject = {}) => {
    const whole = manifest('decision', namespace, merged(patch, { metadata }))
    const { name: _, ...rest } = whole['metadata'] as JsonObject
    const named = metadata['generateName'] === undefined ? whole['metadata'] : rest
    return mallory.send('POST', path('decision', namespace), { ...whole, metadata: named ?? {} })
  }
  refused(await create({ generateName: 'any-' }, reject), /reject on servers/, 'generated')
  accepted(await create({ generateName: 'orders-' }), 'generated, without a say')
  refused(await create({ name: 'orders-0123456789abcdef' }), /inbox row/, "a row's name")
})

const strange: readonly string[] = [
  ...[`${ids.server}/`, ids.server.replace('/orders', '//orders'), `${ids.server}?x=1`],
  ...[ids.server.replace('orders', 'ord%65rs'), ids.server.replace('orders', '../orders')],
  // The Kelvin sign and the long s become k and s where somebody folds case by Unicode.
  ids.server.replace('orders', 'order\u017f'),
  ids.server.replace('flexibleServers', 'flexible\u017fervers'),
  ids.server.replace('orders', 'o\u0433ders'),
  ...[` ${ids.server}`, `${ids.server}\u0000`, `${ids.server}\n`],
]

test('one server has one id: no other spelling passes a grant by', async (context) => {
  const { server, namespace, mallory } = context
  const everything = await person(server, namespace, ['approve servers', 'connect servers', 'join subnets']) // prettier-ignore
  const approve = merged(reject, at('spec.action', 'Approve'))
  for (const serverId of strange) {
    for (const kind of ['decision', 'endpoint'] as const) {
      const patch = merged(kind === 'decision' ? approve : {}, at('spec.serverId', serverId))
      const name = `object-${(objects += 1)}`
      const object = manifest(kind, namespace, merged(patch, { metadata: { name } }))
      const { status } = await everything.send('POST', path(kind, namespace), object)
      assert.is(status, 422, `${kind} ${JSON.stringify(serverId)}`)
    }
  }
  const low = [`reject servers ${ids.server.toLowerCase()}`]
  const rita = await person(server, namespace, low)
  for (const serverId of [ids.server.toUpperCase(), ids.server.toLowerCase(), ids.server]) {
    const name = `object-${(objects += 1)}`
    const patch = merged(merged(reject, at('spec.serverId', serverId)), { metadata: { name } })
    const object = manifest('decision', namespace, patch)
    const where = path('decision', namespace)
    refused(await mallory.send('POST', where, object), /reject on servers/, serverId)
    accepted(await rita.send('POST', where, object), serverId)
  }
})

test("the operator's account is the one of its namespace, and nobody by a name like it", async (context) => {
  const { server, namespace } = context
  const row = {
    metadata: { name: 'orders-0123456789abcdee', labels: { 'pgpe.dev/inbox': 'inbox' } },
    spec: { connections: { names: [ids.connection] } },
  }
  const object = manifest('decision', namespace, row)
  const where = `${path('decision', namespace)}?dryRun=All`
  for (const name of [`${operatorUser}2`, operatorUser.toUpperCase()]) {
    const by = await person(server, namespace, ['approve servers'], name)
    refused(await by.send('POST', where, object), /that the operator made: remove it/, name)
  }
  accepted(await server.as(operatorUser).send('POST', where, object), 'the operator')
})

test.run()

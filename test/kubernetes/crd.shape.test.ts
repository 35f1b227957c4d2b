/** The definitions as the API server, kubectl and other tools see them. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseAllDocuments } from 'yaml'
import type { JsonObject } from '../../operator/api/schema.ts'
import { causes, connect, install, makeNamespace, type ApiServer } from './api-server.ts'
import { ids, kinds, manifest, path, type KindName } from './manifests.ts'
import { at } from './rules.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
type Context = { server: ApiServer; namespace: string }
const test = suite<Context>('definitions on an API server')
const kindNames = ['endpoint', 'decision'] as const

test.before(async (context) => {
  context.server = connect()
  await install(context.server, [kinds.endpoint.crd, kinds.decision.crd])
  context.namespace = await makeNamespace(context.server, 'crd-shape')
})
test.after(({ server }) => server?.close())

async function store(
  { server, namespace }: Context,
  kind: KindName,
  name: string,
  patch: JsonObject = {},
) {
  const object = manifest(kind, namespace, { ...patch, metadata: { name } })
  const answer = await server.send('POST', path(kind, namespace), object)
  assert.equal(causes(answer), [])
  return answer.body
}

const patched = (context: Context, kind: KindName, name: string, patch: JsonObject) =>
  context.server.send('PATCH', path(kind, context.namespace, name), patch, 'merge-patch+json')
const patchedStatus = (
  { server, namespace }: Context,
  kind: KindName,
  name: string,
  patch: JsonObject,
) => server.send('PATCH', `${path(kind, namespace, name)}/status`, patch, 'merge-patch+json')

for (const kind of kindNames) {
  const { plural, group, version } = kinds[kind]
  const crdPath = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${plural}.${group}`

  test(`${kind}: is established, under its names, and structural`, async ({ server }) => {
    const { body } = await server.send('GET', crdPath)
    const conditions = body.status.conditions.map((c: any) => `${c.type}=${c.status}`).sort()
    assert.equal(conditions, ['Established=True', 'NamesAccepted=True'])
    assert.is(body.spec.scope, 'Namespaced')
    assert.equal(body.spec.names.categories, ['azure', 'pgpe-dev'])
    assert.equal(body.spec.names.shortNames, [kind === 'endpoint' ? 'pgpe' : 'epcd'])
    assert.not.match(JSON.stringify(body.spec), 'preserve-unknown')
    assert.is(body.spec.preserveUnknownFields ?? false, false)
  })

  test(`${kind}: explains every field to kubectl explain`, async ({ server }) => {
    const { body } = await server.send('GET', `/openapi/v3/apis/${group}/${version}`)
    const name = `dev.pgpe.${version}.${kinds[kind].kind}`
    const bare: string[] = []
    const walk = (json: any, place: string): void => {
      if (!json.description && !place.startsWith('.metadata')) bare.push(place)
      for (const [key, child] of Object.entries(json.properties ?? {}))
        walk(child, `${place}.${key}`)
      if (json.items?.properties) walk(json.items, `${place}[]`)
    }
    walk(body.components.schemas[name], '')
    assert.equal(bare, [])
  })

  test(`${kind}: a new object is nobody's success`, async (context) => {
    const made = await store(context, kind, 'unseen')
    assert.equal(made.status, { observedGeneration: -1 })
  })

  test(`${kind}: a user's write leaves the status alone, and counts a generation only for the spec`, async (context) => {
    await store(context, kind, 'split')
    await patchedStatus(context, kind, 'split', at('status.server', 'orders'))
    const { body } = await patched(context, kind, 'split', {
      metadata: { labels: { a: 'b' } },
      status: { server: 'forged' },
    })
    assert.is(body.status.server, 'orders')
    assert.is(body.metadata.generation, 1)
    const changed = await patched(context, kind, 'split', at('spec.suspend', true))
    assert.is(changed.body.metadata.generation, 2)
  })

  test(`${kind}: refuses unknown fields under strict validation, wherever they are`, async (context) => {
    const { server, namespace } = context
    for (const place of ['spec.serverID', 'spec.identityRef.namespace', 'extra']) {
      const object = manifest(kind, namespace, {
        ...at(place, 'x'),
        ...(place.startsWith('spec') && {
          spec: {
            ...kinds[kind].spec,
            identityRef: {
              kind: 'Secret',
              name: 'x',
              ...(place.includes('identity') && { namespace: 'x' }),
            },
            ...(place === 'spec.serverID' && { serverID: 'x' }),
          },
        }),
      })
      const { status, body } = await server.send(
        'POST',
        `${path(kind, namespace)}?dryRun=All&fieldValidation=Strict`,
        object,
      )
      assert.is(status, 400)
      assert.match(body.message, `unknown field "${place}"`)
    }
  })

  test(`${kind}: refuses any value beside an enumeration's own`, async (context) => {
    const { server, namespace } = context
    const properties = (kinds[kind].definition.spec.json['properties'] ?? {}) as JsonObject
    const flat = Object.entries(properties).flatMap(([name, field]: [string, any]) => [
      { place: `spec.${name}`, json: field },
      ...Object.entries(field.properties ?? {}).map(([below, json]) => ({
        place: `spec.${name}.${below}`,
        json,
      })),
    ])
    const enumerations = flat.filter(({ json }: any) => json.enum !== undefined)
    assert.ok(enumerations.length >= 2)
    for (const { place, json } of enumerations as any[]) {
      for (const value of [`${json.enum[0]}x`, json.enum[0].toLowerCase(), '']) {
        const object = manifest(kind, namespace, at(place, value))
        const found = causes(
          await server.send('POST', `${path(kind, namespace)}?dryRun=All`, object),
        )
        assert.ok(
          found.some(
            ({ field, message }) => field === place && message.includes('supported values'),
          ),
          place,
        )
      }
    }
  })

  test(`${kind}: conditions of several writers live side by side`, async (context) => {
    const { server, namespace } = context
    await store(context, kind, 'shared')
    const say = async (manager: string, type: string) => {
      const condition = {
        type, status: 'True', reason: 'Seen', message: '', observedGeneration: 1,
        lastTransitionTime: '2026-01-01T00:00:00Z',
      } // prettier-ignore
      const apply = {
        apiVersion: kinds[kind].apiVersion,
        kind: kinds[kind].kind,
        metadata: { name: 'shared', namespace },
        status: { conditions: [condition] },
      }
      const where = `${path(kind, namespace, 'shared')}/status?fieldManager=${manager}&force=true`
      const answer = await server.send('PATCH', where, apply, 'apply-patch+yaml')
      assert.equal(causes(answer), [])
      return answer.body
    }
    await say('one', 'Ready')
    const { status } = await say('two', 'Audited')
    assert.equal(status.conditions.map((c: any) => c.type).sort(), ['Audited', 'Ready'])
    const again = await say('two', 'Elsewhere')
    assert.equal(again.status.conditions.map((c: any) => c.type).sort(), ['Elsewhere', 'Ready'])
  })
}

const columnsOf = {
  endpoint: {
    narrow: ['Name', 'Server', 'Ready', 'Reason', 'Connection', 'IP', 'Age'],
    wide: ['Endpoint-ID', 'FQDN', 'Server-State', 'Message'],
  },
  decision: {
    narrow: ['Name', 'Server', 'Action', 'State', 'Requester', 'Ready', 'Reason', 'Pending', 'Age'],
    wide: ['Approved', 'Rejected', 'Message'],
  },
}
const statusOf: { readonly [K in KindName]: JsonObject } = {
  endpoint: {
    server: 'orders', serverState: 'Ready', privateEndpointId: ids.privateEndpoint,
    connection: { state: 'Pending' }, privateIPAddresses: ['10.0.1.10'], fqdns: ['orders.example'],
  },
  decision: {
    server: 'orders', state: 'Pending', requester: 'sub/orders', pending: 1, approved: 2, rejected: 3,
  },
} // prettier-ignore
const condition = {
  type: 'Ready', status: 'False', reason: 'PendingApproval', message: 'Waits.', observedGeneration: 1,
  lastTransitionTime: '2026-01-01T00:00:00Z',
} // prettier-ignore

for (const kind of kindNames) {
  test(`${kind}: prints its columns`, async (context) => {
    const approve = { spec: { action: 'Approve', connections: { names: [ids.connection] } } }
    await store(
      context,
      kind,
      'columns',
      kind === 'decision' ? merge(kinds.decision.spec, approve.spec) : {},
    )
    const status = { ...statusOf[kind], conditions: [condition] }
    assert.equal(causes(await patchedStatus(context, kind, 'columns', { status })), [])
    const { columns, rows } = await context.server.table(path(kind, context.namespace, 'columns'))
    const shown = (wide: boolean) =>
      columns.filter((c) => c.priority > 0 === wide).map((c) => c.name)
    assert.equal(shown(false), columnsOf[kind].narrow)
    assert.equal(shown(true), columnsOf[kind].wide)
    const cells = Object.fromEntries(columns.map(({ name }, i) => [name, rows[0]?.[i]]))
    delete cells['Age']
    const common = {
      Name: 'columns',
      Server: 'orders',
      Ready: 'False',
      Reason: 'PendingApproval',
      Message: 'Waits.',
    }
    const own = {
      endpoint: {
        Connection: 'Pending', IP: '10.0.1.10', 'Endpoint-ID': ids.privateEndpoint, FQDN: 'orders.example', 'Server-State': 'Ready',
      },
      decision: { Action: 'Approve', State: 'Pending', Requester: 'sub/orders', Pending: 1, Approved: 2, Rejected: 3 },
    } // prettier-ignore
    assert.equal(cells, { ...common, ...own[kind] })
  })
}
const merge = (base: JsonObject, patch: JsonObject): JsonObject => ({ spec: { ...base, ...patch } })

test('decisions are found by action, server and state', async (context) => {
  const { server, namespace } = context
  await store(context, 'decision', 'row')
  await patchedStatus(context, 'decision', 'row', at('status.state', 'Pending'))
  await store(context, 'decision', 'elsewhere', { spec: { serverId: ids.otherServer } })
  const selector = encodeURIComponent(
    `status.state=Pending,spec.serverId=${ids.server},spec.action=`,
  )
  const { body } = await server.send(
    'GET',
    `${path('decision', namespace)}?fieldSelector=${selector}`,
  )
  assert.equal(
    body.items.map((item: any) => item.metadata.name),
    ['row'],
  )
})

test('a mistake is mended in place until the endpoint exists, and again once it is gone', async (context) => {
  await store(context, 'endpoint', 'mended')
  const change = (subnetId: string) =>
    patched(context, 'endpoint', 'mended', at('spec.subnetId', subnetId))
  const exists = (id: string | null) =>
    patchedStatus(context, 'endpoint', 'mended', at('status.privateEndpointId', id))

  assert.equal(causes(await change(ids.otherSubnet)), [])
  await exists(ids.privateEndpoint)
  const [refusal] = causes(await change(ids.subnet))
  assert.match(refusal?.message ?? '', 'CannotChangeSubnetOnExistingPrivateEndpoint')
  await exists(null)
  assert.equal(causes(await change(ids.subnet)), [])
})

test('what may change while the endpoint exists, may', async (context) => {
  await store(context, 'endpoint', 'held', at('spec.privateIPAddress', '10.0.1.10'))
  await patchedStatus(
    context,
    'endpoint',
    'held',
    at('status.privateEndpointId', ids.privateEndpoint),
  )
  const spec = {
    tags: { team: 'a' }, applicationSecurityGroupIds: [], driftPolicy: 'Report', deletionPolicy: 'Retain',
    managementPolicy: 'Observe', adoptionPolicy: 'IfMatching', recreatePolicy: 'OnServerRecreated', suspend: true,
    createResourceGroup: true, subnetNetworkPolicies: 'Disabled', dns: { mode: 'None' },
    identityRef: { kind: 'ServiceAccount', name: 'x' }, connectionInfo: { configMapName: 'x' },
  } // prettier-ignore
  assert.equal(causes(await patched(context, 'endpoint', 'held', { spec })), [])
})

test('an object whose endpoint exists can be deleted, and loses its finalizer', async (context) => {
  const held = { metadata: { name: 'let-go', finalizers: [kinds.endpoint.finalizer] } }
  const object = { ...manifest('endpoint', context.namespace), ...held }
  assert.equal(
    causes(await context.server.send('POST', path('endpoint', context.namespace), object)),
    [],
  )
  await patchedStatus(
    context,
    'endpoint',
    'let-go',
    at('status.privateEndpointId', ids.privateEndpoint),
  )
  await context.server.send('DELETE', path('endpoint', context.namespace, 'let-go'))
  const gone = await patched(context, 'endpoint', 'let-go', { metadata: { finalizers: null } })
  assert.is(gone.status, 200)
  const look = await context.server.send('GET', path('endpoint', context.namespace, 'let-go'))
  assert.is(look.status, 404)
})

test('the examples of the chart are accepted as they stand', async ({ server, namespace }) => {
  const paths = globSync('charts/*/examples/*.yaml', { cwd: root })
  assert.ok(paths.length > 0)
  for (const file of paths) {
    for (const document of parseAllDocuments(readFileSync(join(root, file), 'utf8'))) {
      const object = document.toJS()
      const kind = kindNames.find((name) => kinds[name].kind === object?.kind)
      if (kind === undefined) continue
      object.metadata.namespace = namespace
      const where = `${path(kind, namespace)}?dryRun=All&fieldValidation=Strict`
      assert.equal(causes(await server.send('POST', where, object)), [], file)
    }
  }
})

/** What the API server itself must refuse of a user's mistakes; the rest becomes a condition. */
const mistakes: { readonly [what: string]: readonly [KindName, string, any, string] } = {
  'a server of another type': ['endpoint', 'spec.serverId', ids.server.replace('flexibleServers', 'servers'), 'PostgreSQL flexible server'],
  'a server id without its group': ['endpoint', 'spec.serverId', ids.server.replace('/resourceGroups/data.prod_(1)', ''), '/resourceGroups/<group>/'],
  'a server named ..': ['endpoint', 'spec.serverId', ids.server.replace(/orders$/, '..'), "'.' or '..'"],
  'an encoded server name': ['endpoint', 'spec.serverId', ids.server.replace(/orders$/, '%6frders'), '%-encoding'],
  'a request of 200 characters': ['endpoint', 'spec.requestMessage', 'x'.repeat(200), '140'],
  'a description of 200 characters': ['decision', 'spec.description', 'x'.repeat(200), '140'],
  'no server': ['endpoint', 'spec.serverId', null, 'Required value'],
  'an empty list of names': ['decision', 'spec.connections.names', [], 'at least 1'],
  'the same name twice': ['decision', 'spec.connections.names', [ids.connection, ids.connection], 'Duplicate'],
  'more tags than Azure takes': ['endpoint', 'spec.tags', Object.fromEntries(Array.from({ length: 49 }, (_, i) => [`k${i}`, ''])), 'must have at most 48'],
  'a tag value of 257 characters': ['endpoint', 'spec.tags', { team: 'x'.repeat(257) }, '256'],
  'a date without a time': ['decision', 'spec.decideUntil', '2026-12-24', 'date-time'],
  'a negative limit': ['decision', 'spec.maxApproved', -1, 'greater than or equal to 0'],
  'a stamp without a name': ['decision', 'spec.decidedBy', {}, 'Required value'],
} // prettier-ignore

for (const [what, [kind, place, value, says]] of Object.entries(mistakes)) {
  test(`refuses ${what}, and says so`, async ({ server, namespace }) => {
    const object = manifest(kind, namespace, at(place, value))
    const found = causes(await server.send('POST', `${path(kind, namespace)}?dryRun=All`, object))
    const named = found.some(
      ({ field, message }) => field.startsWith(place) && message.includes(says),
    )
    assert.ok(named, JSON.stringify(found))
  })
}

test.run()

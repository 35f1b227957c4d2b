/** The definitions as the API server, kubectl and other tools see them. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonObject } from '../../operator/api/schema.ts'
import { causes, until } from './api-server.ts'
import { ids, kinds, path, type KindName } from './manifests.ts'
import { at } from './rules.ts'
import { kindNames, patchedStatus, prepare, store, type Context } from './stored.ts'

const test = suite<Context>('definitions on an API server')

test.before((context) => prepare(context, 'crd-shape'))
test.after(({ server }) => server?.close())

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
    const name = `dev.pgpe.${version}.${kinds[kind].kind}`
    let schema: any
    // The API server publishes a new definition's document a moment after it serves it.
    await until(async () => {
      const { body } = await server.send('GET', `/openapi/v3/apis/${group}/${version}`)
      schema = body.components?.schemas?.[name]
      return schema !== undefined
    })
    const bare: string[] = []
    const walk = (json: any, place: string): void => {
      if (!json.description && !place.startsWith('.metadata')) bare.push(place)
      for (const [key, child] of Object.entries(json.properties ?? {}))
        walk(child, `${place}.${key}`)
      if (json.items?.properties) walk(json.items, `${place}[]`)
    }
    walk(schema, '')
    assert.equal(bare, [])
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

test.run()

/** The teams of docs/grants.md, as they are printed there: each may do what the page says, and no more. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import { parseAllDocuments } from 'yaml'
import type { JsonObject } from '../../operator/api/schema.ts'
import { roles } from '../../operator/grants-roles.ts'
import { type ApiServer, connect, install, makeNamespace, until } from './api-server.ts'
import { accepted, Installed, may, policies, refused } from './grants.ts'
import { kinds, manifest, merged, path, type KindName } from './manifests.ts'

interface Context {
  server: ApiServer
  installed: Installed
  network: string
  databases: string
  /** Of this run, so that what other tests do with roles of that name is none of its business. */
  renamed: (text: string) => string
}

const test = suite<Context>('the example of grants')

const page = readFileSync(new URL('../../docs/grants.md', import.meta.url), 'utf8')
const example = /```yaml\n([^]*?)```/.exec(page)?.[1] ?? ''
const api = '/apis/rbac.authorization.k8s.io/v1'

const inGroup = '/subscriptions/da273474-c300-4962-b073-49cd7e6d6eea/resourceGroups'
const serverId = (name: string): string =>
  `${inGroup}/databases/providers/Microsoft.DBforPostgreSQL/flexibleServers/${name}`
const subnetId = `${inGroup}/network/providers/Microsoft.Network/virtualNetworks/hub/subnets/endpoints`

test.before(async (context) => {
  const server = (context.server = connect())
  const installed = (context.installed = new Installed(server))
  await install(server, [kinds.endpoint.crd, kinds.decision.crd])
  const network = (context.network = await makeNamespace(server, 'grants-network'))
  const databases = (context.databases = await makeNamespace(server, 'grants-databases'))
  context.renamed = (text) =>
    text
      .replaceAll('namespace: network', `namespace: ${network}`)
      .replaceAll('namespace: databases', `namespace: ${databases}`)
      .replaceAll(/name: (pgpe-\S+)/g, `name: $1-${network}`)
      .replaceAll('kind: Group, name: ', `kind: User, name: ${network}-`)
  for (const role of roles as readonly any[]) {
    const name = `${role.metadata.name}-${network}`
    accepted(
      await server.send('POST', `${api}/clusterroles`, { ...role, metadata: { name } }),
      name,
    )
  }
  for (const namespace of [network, databases]) {
    for (const policy of policies) await installed.policy(policy, `-${namespace}`, namespace)
  }
  for (const document of parseAllDocuments(context.renamed(example))) {
    const object = document.toJS()
    const plural = `${object.kind.toLowerCase()}s`
    const where = `${api}/namespaces/${object.metadata.namespace}/${plural}`
    accepted(await server.send('POST', where, object), JSON.stringify(object))
  }
  await until(async () => {
    const name = serverId('orders').toLowerCase()
    const asked = ['disconnect', 'servers', name]
    return may(server, databases, `${network}-database-team`, asked)
  })
})
test.after(async ({ server, installed, network }) => {
  await installed?.remove()
  for (const { metadata } of roles as readonly any[]) {
    await server?.send('DELETE', `${api}/clusterroles/${metadata.name}-${network}`)
  }
  await server?.close()
})

let objects = 0
const create = (by: ApiServer, kind: KindName, namespace: string, spec: JsonObject) =>
  by.send(
    'POST',
    path(kind, namespace),
    manifest(kind, namespace, { metadata: { name: `object-${(objects += 1)}` }, spec }),
  )

test('the network team asks for connections to its server, and approves none', async (context) => {
  const { server, network, databases } = context
  const team = server.as(`${network}-network-team`)
  const asked = { serverId: serverId('orders'), subnetId, approval: 'Manual' }
  accepted(await create(team, 'endpoint', network, asked), 'manual')
  const automatic = merged(asked, { approval: 'Automatic' })
  refused(await create(team, 'endpoint', network, automatic), /approve on servers/, 'automatic')
  const other = merged(asked, { serverId: serverId('ledger') })
  refused(await create(team, 'endpoint', network, other), /connect on servers.*ledger/, 'other')
  const elsewhere = merged(asked, { subnetId: `${subnetId}-2` })
  refused(await create(team, 'endpoint', network, elsewhere), /join on subnets/, 'elsewhere')
  refused(await create(team, 'decision', databases, asked), /cannot create/, 'decide')
})

test('the database team decides about its server alone', async ({ server, network, databases }) => {
  const team = server.as(`${network}-database-team`)
  const names = ['orders.837ee716-0000-4f60-8a9b-0c1d2e3f4a5b']
  for (const action of ['Approve', 'Reject', 'Delete']) {
    const spec = { serverId: serverId('orders'), action, connections: { names } }
    accepted(await create(team, 'decision', databases, spec), action)
    const other = merged(spec, { serverId: serverId('ledger') })
    refused(await create(team, 'decision', databases, other), /on servers.*ledger/, action)
  }
  const inbox = { serverId: serverId('orders'), inbox: true }
  accepted(await create(team, 'decision', databases, inbox), 'inbox')
  refused(await create(team, 'endpoint', network, {}), /cannot create/, 'endpoint')
})

test.run()

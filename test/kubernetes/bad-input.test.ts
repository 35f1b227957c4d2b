/**
 * Bad input from end to end: the operator's own process, a real API server, simulated Azure. What is
 * wrong is refused at admission or stands as a condition that names the remedy, and nothing is sent to
 * Azure for what did not parse.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Json, JsonObject } from '../../operator/api/schema.ts'
import {
  type Azure,
  endpointBody,
  makeWorld,
  networkBody,
  serverBody,
  startAzure,
} from '../arm/kit.ts'
import {
  type ApiServer,
  causes,
  connect,
  install,
  kubeconfigPath,
  makeNamespace,
  until,
} from './api-server.ts'
import { atTheGate, inAzure, type Mistake, pastTheGate, type Paths } from './bad-input.ts'
import { type KindName, kinds, manifest, path } from './manifests.ts'
import { OperatorProcess, quick } from './operator-process.ts'

interface Context {
  server: ApiServer
  namespace: string
  azure: Azure
  paths: Paths
  directory: string
  operator: OperatorProcess
}

const test = suite<Context>('bad input')
const both = [kinds.endpoint.crd, kinds.decision.crd]

test.before(async (context) => {
  context.directory = mkdtempSync(join(tmpdir(), 'pgpe-bad-input-'))
  context.server = connect()
  await install(context.server, both)
  context.namespace = await makeNamespace(context.server, 'bad-input')
  context.azure = await startAzure({ timeScale: 60 })
  context.paths = await makeWorld(context.azure)
  await furnish(context)
})
test.after(async ({ operator, azure, server, directory }) => {
  await operator?.end()
  await azure?.stop()
  if (server) await install(server, both)
  await server?.close()
  if (directory) rmSync(directory, { recursive: true })
})

/** What the rows of `inAzure` stumble over. */
async function furnish({ azure: { owner }, paths }: Context): Promise<void> {
  const service = { serviceName: 'Microsoft.DBforPostgreSQL/flexibleServers' }
  const delegations = [{ name: 'd', properties: service }]
  const delegated = { addressPrefix: '10.1.1.0/24', delegations }
  await owner.done('PUT', `${paths.network}/subnets/other`, { properties: delegated })
  const network = { delegatedSubnetResourceId: `${paths.network}/subnets/other` }
  const properties = { ...serverBody.properties, network }
  await owner.done('PUT', paths.server('inside'), { ...serverBody, properties })
  const north = paths.network.replace('/vnet', '/north')
  await owner.done('PUT', north, { ...networkBody, location: 'northeurope' })
  const taken = endpointBody(paths.subnet, paths.server('orders'), { ip: '10.1.0.4' })
  await owner.done('PUT', paths.endpoint('theirs'), taken)
}

const right = ({ paths }: Context): Readonly<Record<KindName, JsonObject>> => ({
  endpoint: { serverId: paths.server('orders'), subnetId: paths.subnet, resourceGroup: 'rg' },
  decision: { serverId: paths.server('orders') },
})

const named = (what: string): string => what.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')

const objectOf = (context: Context, what: string, { kind, spec }: Mistake): JsonObject => {
  const base = { metadata: { name: named(what) }, spec: right(context)[kind] }
  const object = manifest(kind, context.namespace, base)
  return { ...object, spec: { ...right(context)[kind], ...spec } }
}

/** Standard output and standard error together. */
const kubectl = ({ directory }: Context, words: string, input: JsonObject): Promise<string> =>
  new Promise((resolve) => {
    const always = ['--kubeconfig', kubeconfigPath(), '--cache-dir', directory]
    const program = process.env['PGPE_TEST_KUBECTL'] ?? ''
    const args = [...always, ...words.split(' ')]
    const child = execFile(program, args, (_error, stdout, stderr) => resolve(stdout + stderr))
    child.stdin?.end(JSON.stringify(input))
  })

const sent = ({ azure }: Context): readonly string[] =>
  azure.simulator.requests().map(({ method, type }) => `${method} ${type}`)

/** Every rule that looks at a value taken away; the types stay. */
function lax(schema: any): any {
  if (Array.isArray(schema)) return schema.map(lax)
  if (typeof schema !== 'object' || schema === null) return schema
  const rules = ['pattern', 'maxLength', 'enum', 'format', 'x-kubernetes-validations']
  const kept = Object.entries(schema).filter(([name]) => !rules.includes(name))
  return Object.fromEntries(kept.map(([name, below]) => [name, lax(below)]))
}

/** Lets objects in that the rules forbid, as an older version or a restored backup may leave them. */
async function smuggle(context: Context, rows: Readonly<Record<string, Mistake>>): Promise<void> {
  const { server, namespace } = context
  for (const crd of both) {
    const { name } = crd['metadata'] as { readonly name: string }
    const where = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`
    const { body } = await server.send('GET', where)
    const [version, ...more] = body.spec.versions
    const open = { ...version, schema: lax(version.schema) }
    const spec = { ...body.spec, versions: [open, ...more] }
    const answer = await server.send('PUT', where, { ...body, spec })
    assert.is(answer.status, 200, JSON.stringify(answer.body))
  }
  for (const [what, row] of Object.entries(rows)) {
    const object: Json = objectOf(context, what, row)
    await until(async () => {
      const answer = await server.send('POST', path(row.kind, namespace), object)
      return answer.status === 201
    })
  }
  await install(server, both)
  for (const [what, row] of Object.entries(rows)) {
    const object = objectOf(context, `${what} again`, row)
    const where = `${path(row.kind, namespace)}?dryRun=All`
    await until(async () => causes(await server.send('POST', where, object)).length > 0)
  }
}

/** Its conditions once Ready is false, by type. */
async function conditionsOf(
  { server, namespace }: Context,
  what: string,
  { kind }: Mistake,
): Promise<Readonly<Record<string, any>>> {
  let status: any
  await until(async () => {
    const { body } = await server.send('GET', path(kind, namespace, named(what)))
    status = body.status
    return status?.observedGeneration === 1
  })
  return Object.fromEntries(status.conditions.map((each: any) => [each.type, each]))
}

async function check(context: Context, rows: Readonly<Record<string, Mistake>>): Promise<void> {
  for (const [what, row] of Object.entries(rows)) {
    const { Ready, Stalled, Reconciling } = await conditionsOf(context, what, row)
    assert.is(`${Ready?.status}/${Ready?.reason}`, `False/${row.reason ?? 'InvalidSpec'}`, what)
    for (const words of row.says) assert.match(Ready.message, words, what)
    assert.match(Ready.message, /^[A-Z0-9s].*\.$/s, what)
    assert.is(Stalled?.status, 'True', what)
    assert.is.not(Reconciling?.status, 'True', what)
  }
}

/** Looked at three times more, nothing changes: no object, no event, nothing in Azure. */
async function rests(context: Context): Promise<void> {
  const { server, namespace, operator, azure } = context
  const inbox: Mistake = { kind: 'decision', spec: { inbox: true }, says: [] }
  const made = await server.send(
    'POST',
    path('decision', namespace),
    objectOf(context, 'inbox', inbox),
  )
  assert.is(made.status, 201)
  const key = `${namespace}/inbox`
  const quiet = () =>
    operator.log.filter((line) => line.msg === 'visit-quiet' && line.key === key).length
  const looked = async (times: number) => {
    const enough = quiet() + times
    await until(async () => quiet() >= enough)
  }
  const versions = async () => {
    const lists = ['endpoint', 'decision'] as const
    const all = lists.map((kind) => server.send('GET', path(kind, namespace)))
    all.push(server.send('GET', `/apis/events.k8s.io/v1/namespaces/${namespace}/events`))
    const items = (await Promise.all(all)).flatMap(({ body }) => body.items)
    return items.map(({ metadata }: any) => `${metadata.name} ${metadata.resourceVersion}`).sort()
  }
  await looked(3)
  const before = await versions()
  assert.ok(before.length > 60, String(before.length))
  azure.simulator.clearRequests()
  await looked(3)
  assert.equal(await versions(), before)
  assert.equal(
    sent(context).filter((request) => !/^GET |^POST token$/.test(request)),
    [],
  )
}

test('each is refused at admission, or told in a condition, and Azure hears of nothing that did not parse', async (context) => {
  const { paths, azure } = context
  for (const [what, row] of Object.entries(atTheGate(paths))) {
    const said = await kubectl(context, 'apply -f -', objectOf(context, what, row))
    assert.match(said, /is invalid: |strict decoding error: /, what)
    for (const words of row.says) assert.match(said, words, what)
  }

  const smuggled = pastTheGate(paths)
  await smuggle(context, smuggled)
  azure.simulator.clearRequests()
  const where = ['--namespaces', context.namespace, '--lease-namespace', context.namespace]
  const env = { ...azure.simulator.env, KUBECONFIG: kubeconfigPath() }
  context.operator = new OperatorProcess([...quick, ...where], env)
  await context.operator.says('ready')
  await check(context, smuggled)
  assert.equal(sent(context), [])

  const mistaken = inAzure(paths)
  for (const [what, row] of Object.entries(mistaken)) {
    const object = objectOf(context, what, row)
    const answer = await context.server.send('POST', path(row.kind, context.namespace), object)
    assert.is(answer.status, 201, `${what}: ${JSON.stringify(answer.body)}`)
  }
  await check(context, mistaken)
  const written = sent(context).filter((request) => !/^GET |^POST token$/.test(request))
  assert.equal(written, [])
  await rests(context)
})

test.run()

/** What a person at a terminal sees of the definitions, through the real kubectl. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonObject } from '../../operator/api/schema.ts'
import { findBinaries } from '../control-plane/binaries.ts'
import { connect, install, kubeconfigPath, makeNamespace, type ApiServer } from './api-server.ts'
import { ids, kinds, manifest, path } from './manifests.ts'
import { at } from './rules.ts'

interface Context {
  server: ApiServer
  namespace: string
  cache: string
  kubectl: (words: string, input?: JsonObject) => Promise<string>
}

const test = suite<Context>('definitions through kubectl')

test.before(async (context) => {
  const { kubectl } = await findBinaries({ progress: () => undefined })
  context.cache = mkdtempSync(join(tmpdir(), 'pgpe-kubectl-'))
  context.server = connect()
  await install(context.server, [kinds.endpoint.crd, kinds.decision.crd])
  context.namespace = await makeNamespace(context.server, 'crd-kubectl')
  const always = ['--kubeconfig', kubeconfigPath(), '--cache-dir', context.cache]
  context.kubectl = (words, input) => run(kubectl, [...always, ...words.split(' ')], input)
})
test.after(async ({ server, cache }) => {
  await server?.close()
  if (cache) rmSync(cache, { recursive: true, force: true })
})

/** Standard output and standard error together, whatever the exit code. */
const run = (program: string, args: readonly string[], input?: JsonObject): Promise<string> =>
  new Promise((resolve) => {
    const child = execFile(program, args, (_error, stdout, stderr) => resolve(stdout + stderr))
    child.stdin?.end(input === undefined ? '' : JSON.stringify(input))
  })

test('short names list both kinds, each under its own columns', async (context) => {
  const { server, namespace, kubectl } = context
  await server.send('POST', path('endpoint', namespace), manifest('endpoint', namespace))
  await server.send('POST', path('decision', namespace), manifest('decision', namespace))
  const lines = (await kubectl(`get pgpe,epcd -n ${namespace}`)).split('\n')
  const heads = lines.filter((line) => line.startsWith('NAME')).map((line) => line.split(/ +/))
  assert.equal(heads, [
    ['NAME', 'SERVER', 'READY', 'REASON', 'CONNECTION', 'IP', 'AGE'],
    ['NAME', 'SERVER', 'ACTION', 'STATE', 'REQUESTER', 'READY', 'REASON', 'PENDING', 'AGE'],
  ])
  const wide = await kubectl(`get pgpe,epcd -n ${namespace} -o wide`)
  assert.match(wide, /AGE +ENDPOINT-ID +FQDN +SERVER-STATE +MESSAGE/)
  assert.match(wide, /AGE +APPROVED +REJECTED +MESSAGE/)
  assert.match(
    await kubectl(`get azure -n ${namespace} -o name`),
    /decision.*\n.*endpoint|endpoint.*\n.*decision/i,
  )
})

test('explain tells what a field means', async ({ kubectl }) => {
  assert.match(await kubectl('explain pgpe.spec.dns.zoneId'), 'An existing private DNS zone')
  assert.match(
    await kubectl('explain epcd.spec.connections.names'),
    'one incarnation of one connection',
  )
  assert.match(await kubectl('explain pgpe.spec.approval'), /ENUM:\s+Automatic\s+Manual/)
})

test('a mistake is answered with the field, what is wrong, and what is right', async (context) => {
  const { namespace, kubectl } = context
  const sql = ids.server.replace(
    'Microsoft.DBforPostgreSQL/flexibleServers',
    'Microsoft.Sql/servers',
  )
  const said = await kubectl(
    'apply -f -',
    manifest('endpoint', namespace, at('spec.serverId', sql)),
  )
  assert.match(said, 'is invalid: spec.serverId: Invalid value')
  assert.match(said, 'must be the ARM id of a PostgreSQL flexible server, /subscriptions/<GUID>/')
  assert.match(said, '`az postgres flexible-server show --query id -o tsv` prints it')
})

test('a field that does not exist is refused before anything is stored', async (context) => {
  const { namespace, kubectl } = context
  const mistyped = manifest('endpoint', namespace, at('spec.privateIpAddress', '10.0.1.10'))
  const said = await kubectl('apply -f -', mistyped)
  assert.match(said, 'unknown field "spec.privateIpAddress"')
})

test("an endpoint that exists cannot be moved, and Azure's own word for it is named", async (context) => {
  const { server, namespace, kubectl } = context
  const object = (subnetId: string) =>
    manifest('endpoint', namespace, {
      metadata: { name: 'held' },
      ...at('spec.subnetId', subnetId),
    })
  await kubectl('apply -f -', object(ids.subnet))
  const status = `${path('endpoint', namespace, 'held')}/status`
  await server.send(
    'PATCH',
    status,
    at('status.privateEndpointId', ids.privateEndpoint),
    'merge-patch+json',
  )
  const said = await kubectl('apply -f -', object(ids.otherSubnet))
  assert.match(said, 'spec.subnetId: Forbidden')
  assert.match(said, 'CannotChangeSubnetOnExistingPrivateEndpoint')
})

test.run()

/**
 * The operator as the image runs it: the bundle, by the Dockerfile's entry point, out of a directory that
 * nobody may write to, against a real API server and the simulated Azure. All that it loads late is used.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { inAzure, makeWorld } from '../arm/kit.ts'
import { root } from '../demo/root.ts'
import { deadline } from '../runner/deadline.ts'
import { connect, install, kubeconfigPath, makeNamespace, until } from './api-server.ts'
import { kinds, path } from './manifests.ts'
import { OperatorProcess, quick } from './operator-process.ts'

interface Context {
  directory: string
  processes: OperatorProcess[]
}

const test = suite<Context>('the bundle')

test.before((context) => {
  context.processes = []
  context.directory = mkdtempSync(join(tmpdir(), 'pgpe-bundle-'))
  execFileSync(process.execPath, ['operator/build.ts', join(context.directory, 'dist')], {
    cwd: root,
  })
  copyFileSync(join(root, 'package.json'), join(context.directory, 'package.json'))
  chmodSync(join(context.directory, 'dist'), 0o555)
  chmodSync(context.directory, 0o555)
})
test.after(async ({ directory, processes }) => {
  await Promise.all(processes.map((each) => each.end()))
  chmodSync(directory, 0o755)
  chmodSync(join(directory, 'dist'), 0o755)
  rmSync(directory, { recursive: true })
})

/** Flags of Node.js as the image has them, and the file, in the directory. */
function entryPoint(directory: string): readonly string[] {
  const words = /^ENTRYPOINT (.*)$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8'))?.[1]
  const [, ...argv] = JSON.parse(words ?? '[]') as readonly string[]
  return [...argv.slice(0, -1), join(directory, argv.at(-1) ?? '')]
}

const makes = deadline(120, async ({ directory, processes }: Context) => {
  const server = connect()
  await install(server, [kinds.endpoint.crd, kinds.decision.crd])
  const namespace = await makeNamespace(server, 'bundle')
  const before = readdirSync(directory, { recursive: true })
  await inAzure({ timeScale: 60 }, async (azure) => {
    const { server: serverAt, subnet } = await makeWorld(azure)
    const env = { ...azure.simulator.env, KUBECONFIG: kubeconfigPath() }
    const where = ['--namespaces', namespace, '--lease-namespace', namespace, '--health-port', '0']
    const operator = new OperatorProcess([...quick, ...where], env, entryPoint(directory))
    processes.push(operator)
    await operator.says('ready')
    const made = await server.send('POST', path('endpoint', namespace), {
      apiVersion: 'pgpe.dev/v1alpha1',
      kind: 'PostgresPrivateEndpoint',
      metadata: { name: 'orders', namespace },
      spec: { serverId: serverAt('orders'), subnetId: subnet, resourceGroup: 'rg' },
    })
    assert.is(made.status, 201, JSON.stringify(made.body))
    const object = path('endpoint', namespace, 'orders')
    await operator.until(async () => {
      const { body } = await server.send('GET', object)
      const conditions: readonly any[] = body.status?.conditions ?? []
      return conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
    })
    await server.send('DELETE', object)
    await until(async () => (await server.send('GET', object)).status === 404)
    assert.equal(await operator.end('SIGTERM'), { code: 0, signal: null })
    assert.equal(operator.said, [])
  })
  assert.equal(readdirSync(directory, { recursive: true }), before)
  await server.close()
})
test('makes an endpoint and takes it away, and writes no file', makes)

test.run()

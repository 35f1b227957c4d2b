/**
 * A release from its first day to its last, by the real helm on an API server of its own; and the
 * operator, run with the arguments of the release's pod under the release's own account.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Azure, makeWorld, startAzure } from '../arm/kit.ts'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { until } from '../kubernetes/api-server.ts'
import { OperatorProcess } from '../kubernetes/operator-process.ts'
import { deadline } from '../runner/deadline.ts'
import { chart, type Helm, helmOf, root, sets } from './helm.ts'

interface Context {
  plane: ControlPlane
  helm: Helm
  azure: Azure
  paths: Awaited<ReturnType<typeof makeWorld>>
  processes: OperatorProcess[]
}

const test = suite<Context>('a release')
const namespace = 'pgpe-system'
const account = `system:serviceaccount:${namespace}:pgpe-operator`

test.before(async (context) => {
  context.processes = []
  context.plane = await startControlPlane({ progress: console.error })
  context.helm = helmOf(context.plane.binaries.helm)
  context.azure = await startAzure({ timeScale: 60 })
  context.paths = await makeWorld(context.azure)
})
test.after(async ({ plane, helm, azure, processes }) => {
  await Promise.all(processes.map((each) => each.end()))
  helm?.close()
  await azure?.stop()
  await plane?.stop()
})

const helm = (context: Context, ...args: readonly string[]) =>
  context.helm.must([...args, '--namespace', namespace], {
    KUBECONFIG: context.plane.kubeconfig.path,
  })

/** Standard output; rejects with what it said. Azure lives in this process, so nothing here may block. */
function kubectl({ plane }: Context, args: readonly string[], input = ''): Promise<string> {
  const { kubeconfig, binaries, directory } = plane
  const always = ['--kubeconfig', kubeconfig.path, '--cache-dir', join(directory, 'cache')]
  return new Promise((resolve, reject) => {
    const child = execFile(binaries.kubectl, [...always, ...args], (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(`kubectl ${args.join(' ')}: ${stderr}`)),
    )
    // A command that reads nothing may close its input before it is written.
    child.stdin?.on('error', () => undefined).end(input)
  })
}

const got = async (context: Context, ...args: readonly string[]): Promise<any> =>
  JSON.parse(await kubectl(context, ['get', ...args, '-o', 'json']))

async function argumentsOf(context: Context): Promise<readonly string[]> {
  const deployment = await got(context, 'deployment', 'pgpe-operator', '-n', namespace)
  return deployment.spec.template.spec.containers[0].args
}

/** The pod of the release, without a kubelet: its arguments, its account. */
async function run(context: Context): Promise<OperatorProcess> {
  const { path } = await context.plane.kubeconfigFor(account, [
    'system:serviceaccounts',
    `system:serviceaccounts:${namespace}`,
  ])
  const args = (await argumentsOf(context)).map((each) =>
    each.startsWith('--health-port') ? '--health-port=0' : each,
  )
  const env = { ...context.azure.simulator.env, KUBECONFIG: path }
  const made = new OperatorProcess(args, env)
  context.processes.push(made)
  return made
}

async function reasonOf(context: Context, kind: string, name: string): Promise<string> {
  const { status } = await got(context, kind, name, '-n', 'default')
  const ready = status?.conditions?.find((each: any) => each.type === 'Ready')
  return `${ready?.status}/${ready?.reason}`
}

const settings = { 'settings.in-flight': '200ms', 'settings.resync': '2s' }

test(
  'is installed, run, upgraded, rolled back and removed, and what people made stays',
  deadline(240, async (context) => {
    await helm(context, 'install', 'pgpe-operator', chart, '--create-namespace', ...sets(settings))
    await kubectl(context, ['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s'])

    const first = await run(context)
    await first.says('ready')
    await first.says('policy-in-place')
    const endpoint = {
      apiVersion: 'pgpe.dev/v1alpha1',
      kind: 'PostgresPrivateEndpoint',
      metadata: { name: 'orders', namespace: 'default' },
      spec: {
        serverId: context.paths.server('orders'),
        subnetId: context.paths.subnet,
        resourceGroup: 'rg',
      },
    }
    await kubectl(context, ['apply', '-f', '-'], JSON.stringify(endpoint))
    await first.until(async () => (await reasonOf(context, 'pgpe', 'orders')) === 'True/Ready')
    const denied = first.log.filter(({ code, status }) => code === 'Forbidden' || status === 403)
    assert.equal(denied, [])
    const { code } = await first.end('SIGTERM')
    assert.is(code, 0)

    // An older definition, as an upgrade finds it.
    const crd = 'endpointconnectiondecisions.pgpe.dev'
    const path = '/spec/versions/0/additionalPrinterColumns'
    await kubectl(context, [
      'patch',
      'crd',
      crd,
      '--type=json',
      '-p',
      `[{"op":"remove","path":"${path}"}]`,
    ])
    await helm(
      ...[context, 'upgrade', 'pgpe-operator', chart, '--force-conflicts'],
      ...sets({ ...settings, 'settings.workers': 3 }),
    )
    assert.ok((await argumentsOf(context)).includes('--workers=3'))
    assert.ok((await got(context, 'crd', crd)).spec.versions[0].additionalPrinterColumns.length > 5)

    await helm(context, 'rollback', 'pgpe-operator', '1', '--force-conflicts')
    assert.not.ok((await argumentsOf(context)).includes('--workers=3'))
    const second = await run(context)
    await second.says('ready')
    assert.is(await reasonOf(context, 'pgpe', 'orders'), 'True/Ready')
    await second.end('SIGTERM')

    await helm(context, 'uninstall', 'pgpe-operator')
    assert.is(await reasonOf(context, 'pgpe', 'orders'), 'True/Ready')
    const left = await kubectl(context, [
      ...['get', 'clusterroles,clusterrolebindings,validatingadmissionpolicies', '-o', 'name'],
      ...['-l', 'app.kubernetes.io/name=pgpe-operator'],
    ])
    assert.is(left, '')

    await helm(context, 'install', 'pgpe-operator', chart, ...sets(settings))
    const third = await run(context)
    await third.says('ready')
    await kubectl(context, ['delete', 'pgpe', 'orders', '-n', 'default', '--timeout=60s'])
  }),
)

const removedWhole = deadline(300, async (context: Context) => {
  // Whatever order the tests run in, a release of that name may be there or not.
  await helm(
    ...[context, 'upgrade', '--install', 'pgpe-operator', chart, '--create-namespace'],
    ...['--force-conflicts', ...sets({ 'crds.keep': false })],
  )
  // A definition that goes before it was ever served is cleaned up by the API server only minutes later.
  await kubectl(context, ['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s'])
  await helm(context, 'uninstall', 'pgpe-operator')
  await until(async () => (await kubectl(context, ['get', 'crd', '-o', 'name'])).trim() === '')
})
test('is removed with its CRDs and every object where that is asked for', removedWhole)

test('its objects pass the API server with every switch on', async (context) => {
  const everything = {
    namespaces: ['default'],
    'metrics.podMonitor.enabled': false,
    connectionInfo: true,
    class: 'blue',
    'operatorIdentity.clientId': '11111111-2222-3333-4444-555555555555',
    priorityClassName: 'system-cluster-critical',
  }
  const rendered = await context.helm.must(
    ['template', 'blue', chart, '-n', 'default', ...sets(everything)],
    {},
  )
  const said = await kubectl(
    context,
    ['apply', '--dry-run=server', '--validate=strict', '-f', '-'],
    rendered,
  )
  assert.match(said, /deployment\.apps\/blue-pgpe-operator created/)
})

test('the examples that it carries are not part of the package', () => {
  assert.match(
    readFileSync(join(root, 'charts/pgpe-operator/.helmignore'), 'utf8'),
    /^examples\/$/m,
  )
})

test.run()

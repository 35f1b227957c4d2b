/**
 * Least privilege, shown: the operator lives through all that it can do under the account and with the
 * rights that the chart renders; what it asked the API server for, by the audit log, is what it was
 * granted, no more and no less.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Azure, endpointBody, makeWorld, startAzure } from '../arm/kit.ts'
import { audited, files } from '../control-plane/arguments.ts'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { until } from '../kubernetes/api-server.ts'
import { OperatorProcess } from '../kubernetes/operator-process.ts'
import { deadline } from '../runner/deadline.ts'
import { chart, type Helm, helmOf, objectsIn, sets } from './helm.ts'
import { type Grant, grantsOf, idleOf, refusalsOf, strayOf, usesOf } from './rights.ts'

interface Context {
  plane: ControlPlane
  helm: Helm
  azure: Azure
  paths: Awaited<ReturnType<typeof makeWorld>>
  processes: OperatorProcess[]
}

const test = suite<Context>('least privilege')
const identity = 'pgpe-azure'
const releases = ['pgpe-wide', 'pgpe-narrow'] as const
const teams = ['team-network', 'team-databases'] as const
const account = (release: string): string => `system:serviceaccount:${release}:${release}`

/** Standard output. Azure lives in this process, so nothing here may block. */
function kubectl({ plane }: Context, args: readonly string[], input?: object): Promise<string> {
  const { kubeconfig, binaries, directory } = plane
  const always = ['--kubeconfig', kubeconfig.path, '--cache-dir', join(directory, 'cache')]
  return new Promise((resolve, reject) => {
    const child = execFile(binaries.kubectl, [...always, ...args], (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(`kubectl ${args.join(' ')}: ${stderr}`)),
    )
    child.stdin?.on('error', () => undefined).end(input && JSON.stringify(input))
  })
}

const apply = (context: Context, object: object): Promise<string> =>
  kubectl(context, ['apply', '--server-side', '--force-conflicts', '-f', '-'], object)

const list = (items: readonly object[]): object => ({ apiVersion: 'v1', kind: 'List', items })

const render = async (context: Context, release: string, values: Record<string, unknown>) =>
  objectsIn(await context.helm.must(['template', release, chart, '-n', release, ...sets(values)]))

const namespaceOf = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
})

/** What one release in a cluster has for all: kinds and policies. */
async function common(context: Context): Promise<void> {
  await apply(context, list([...releases, ...teams].map(namespaceOf)))
  const objects = await render(context, 'pgpe-wide', {
    'grants.operatorUsers': releases.map(account),
  })
  const shared = objects.filter(({ kind }) => /CustomResource|Admission/.test(kind))
  await apply(context, list(shared))
  await kubectl(context, ['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s'])
}

/** The Secret of one team, the ServiceAccount of the other: both speak for an identity that may all. */
async function identities(context: Context): Promise<void> {
  const { tenantId, clientId, clientSecret } = context.azure.simulator.identity('owner')
  const [network, databases] = teams
  const secret = {
    AZURE_TENANT_ID: tenantId,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_SECRET: clientSecret,
  }
  const annotations = {
    'azure.workload.identity/client-id': clientId,
    'azure.workload.identity/tenant-id': tenantId,
  }
  await apply(
    context,
    list([
      ...[{ apiVersion: 'v1', kind: 'Secret', stringData: secret }].map((each) => ({
        ...each,
        metadata: { name: identity, namespace: network },
      })),
      {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: identity, namespace: databases, annotations },
      },
    ]),
  )
  const raw = async (path: string) => JSON.parse(await kubectl(context, ['get', '--raw', path]))
  const { issuer } = await raw('/.well-known/openid-configuration')
  const { keys } = await raw('/openid/v1/jwks')
  const subject = `system:serviceaccount:${databases}:${identity}`
  context.azure.simulator.credentials('owner', { federated: [{ issuer, subject, keys }] })
}

test.before(async (context) => {
  context.processes = []
  context.plane = await startControlPlane({ progress: console.error })
  context.helm = helmOf(context.plane.binaries.helm)
  context.azure = await startAzure({ timeScale: 60 })
  context.paths = await makeWorld(context.azure)
  await common(context)
  await identities(context)
})
test.after(async ({ plane, helm, azure, processes }) => {
  await Promise.all(processes.map((each) => each.end()))
  helm?.close()
  await azure?.stop()
  await plane?.stop()
})

const objectOf = (kind: string, namespace: string, name: string, spec: object): object => ({
  apiVersion: 'pgpe.dev/v1alpha1',
  kind,
  metadata: { name, namespace },
  spec,
})

/** Everything that an object can ask of the API server, from its first day to its last. */
async function everything(context: Context, operator: OperatorProcess): Promise<void> {
  const { paths, azure } = context
  const [network, databases] = teams
  const serverId = paths.server('orders')
  const got = async (kind: string, namespace: string, name: string): Promise<any> =>
    JSON.parse(await kubectl(context, ['get', kind, name, '-n', namespace, '-o', 'json']))
  const reason = async (kind: string, namespace: string, name: string) =>
    (await got(kind, namespace, name)).status?.conditions?.find(({ type }: any) => type === 'Ready')
      ?.reason
  const becomes = (kind: string, namespace: string, name: string, wanted: string) =>
    operator.until(async () => (await reason(kind, namespace, name)) === wanted)
  const change = (kind: string, namespace: string, name: string, patch: object) =>
    kubectl(context, [
      ...['patch', kind, name, '-n', namespace, '--type=merge'],
      ...['-p', JSON.stringify(patch)],
    ])

  const spec = {
    ...{ serverId, subnetId: paths.subnet, resourceGroup: 'rg', approval: 'Manual' },
    identityRef: { kind: 'Secret', name: identity },
    connectionInfo: { configMapName: 'db' },
  }
  await apply(context, objectOf('PostgresPrivateEndpoint', network, 'app', spec))
  await becomes('pgpe', network, 'app', 'PendingApproval')

  const identityRef = { kind: 'ServiceAccount', name: identity }
  const connections = { endpointRefs: [{ name: 'app', namespace: network }] }
  const approve = { serverId, action: 'Approve', identityRef, connections }
  await apply(context, objectOf('EndpointConnectionDecision', databases, 'app', approve))
  await becomes('epcd', databases, 'app', 'Approved')
  await becomes('pgpe', network, 'app', 'Ready')

  // Somebody's request comes to the inbox, and goes.
  const inbox = { serverId, inbox: true, identityRef }
  await apply(context, objectOf('EndpointConnectionDecision', databases, 'inbox', inbox))
  const body = endpointBody(paths.subnet, serverId, { manual: true })
  await azure.owner.done('PUT', paths.endpoint('stranger'), body)
  const rows = async (): Promise<readonly unknown[]> =>
    JSON.parse(
      await kubectl(context, [
        'get',
        'epcd',
        '-n',
        databases,
        '-l',
        'pgpe.dev/inbox',
        '-o',
        'json',
      ]),
    ).items
  await operator.until(async () => (await rows()).length === 1)
  await azure.owner.done('DELETE', paths.endpoint('stranger'))
  await operator.until(async () => (await rows()).length === 0)

  // What was published is changed, and put right; the same is told twice.
  const host = async () => (await got('configmap', network, 'db')).data.host
  const before = await host()
  await change('configmap', network, 'db', { data: { host: 'elsewhere' } })
  await operator.until(async () => (await host()) === before)
  await change('pgpe', network, 'app', { spec: { connectionInfo: { configMapName: 'other' } } })
  const names = () => kubectl(context, ['get', 'configmap', '-n', network, '-o', 'name'])
  await operator.until(async () => /other/.test(await names()) && !/\/db$/m.test(await names()))
  for (const suspend of [true, false, true, false]) {
    await change('pgpe', network, 'app', { spec: { suspend } })
    await becomes('pgpe', network, 'app', suspend ? 'Suspended' : 'Ready')
  }

  await kubectl(context, ['delete', 'epcd', '--all', '-n', databases, '--timeout=60s'])
  await kubectl(context, ['delete', 'pgpe', 'app', '-n', network, '--timeout=120s'])
}

const quick = {
  ...{ 'settings.in-flight': '200ms', 'settings.resync': '2s', 'settings.log-level': 'debug' },
  connectionInfo: true,
}

async function livesBy(
  context: Context,
  release: (typeof releases)[number],
  values: Record<string, unknown>,
): Promise<void> {
  const { plane, azure } = context
  const objects = await render(context, release, { ...quick, fullnameOverride: release, ...values })
  const rights = objects.filter(({ apiVersion }) => apiVersion.startsWith('rbac.'))
  const own = rights.filter(({ metadata }) => metadata.name.startsWith(release))
  await apply(context, list(own))
  const user = account(release)
  // The authorizer learns of roles a moment later; of those of one release in any order.
  const may = ({ right, name, namespace }: Grant): Promise<string> => {
    const [resource = '', verb = ''] = right.split(' ')
    const [group = '', whole = '', subresource] = resource.split('/')
    const of = `${whole}${group && `.${group}`}${name === undefined ? '' : `/${name}`}`
    return kubectl(context, [
      ...['auth', 'can-i', verb, of, '--as', user, '--quiet'],
      ...(subresource === undefined ? [] : ['--subresource', subresource]),
      ...(namespace === undefined ? ['--all-namespaces'] : ['-n', namespace]),
    ]).catch(() => 'no')
  }
  const grants = grantsOf(own, release)
  assert.ok(grants.length > 15, String(grants.length))
  const last = [grants[0], grants.at(-1)].filter((each) => each !== undefined)
  await until(async () => (await Promise.all(last.map(may))).every((said) => said !== 'no'))
  const { path } = await plane.kubeconfigFor(user, [audited])
  const { args } = objects.find(({ kind }) => kind === 'Deployment').spec.template.spec
    .containers[0]
  const operator = new OperatorProcess(
    args.map((each: string) => (each.startsWith('--health-port') ? '--health-port=0' : each)),
    { ...azure.simulator.env, KUBECONFIG: path },
  )
  context.processes.push(operator)
  await operator.says('ready')
  await everything(context, operator)
  assert.is((await operator.end('SIGTERM')).code, 0)

  const audit = readFileSync(join(plane.directory, files.audit), 'utf8')
  const uses = usesOf(audit, user)
  assert.equal(strayOf(grants, uses), [])
  assert.equal(idleOf(grants, uses), [])
  const refused = new Set(refusalsOf(audit, user))
  assert.ok(refused.size <= (values['grants.allowUngated'] === true ? 1 : 0), [...refused].join())
}

test(
  'in the whole cluster it uses every right that it has',
  deadline(240, (context: Context) => livesBy(context, 'pgpe-wide', {})),
)

test(
  'in the namespaces that it watches it uses every right that it has, and has none in the cluster',
  deadline(240, (context: Context) =>
    livesBy(context, 'pgpe-narrow', {
      namespaces: [...teams],
      clusterId: 'narrow',
      'crds.enabled': false,
      'roles.enabled': false,
      'grants.enabled': false,
      'grants.allowUngated': true,
    }),
  ),
)

test.run()

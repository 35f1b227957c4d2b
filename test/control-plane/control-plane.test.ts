/** The control plane as a library: what it promises to tests and the demo. */
import { execFile } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { connectControlPlane, type ControlPlane, startControlPlane } from './control-plane.ts'
import { until } from './started.ts'

interface Context {
  plane: ControlPlane
  /** Standard output of kubectl; rejects with its standard error. */
  kubectl: (words: string, kubeconfig?: string) => Promise<string>
}

const test = suite<Context>('control plane')

test.before(async (context) => {
  context.plane = await startControlPlane({ progress: console.error })
  const { binaries, kubeconfig, directory } = context.plane
  context.kubectl = async (words, path = kubeconfig.path) => {
    const always = ['--kubeconfig', path, '--cache-dir', join(directory, 'kubectl-cache')]
    const { stdout } = await promisify(execFile)(binaries.kubectl, [...always, ...words.split(' ')])
    return stdout
  }
})
test.after(async ({ plane }) => {
  await plane?.stop()
})

async function refusal(attempt: Promise<unknown>): Promise<string> {
  const answer = await attempt.then(
    () => undefined,
    (error: unknown) => String(error),
  )
  assert.ok(answer, 'it was allowed')
  return answer
}

test('is Kubernetes 1.36, with the kubectl that suits it', async ({ kubectl }) => {
  const versions = JSON.parse(await kubectl('version -o json'))
  assert.match(versions.serverVersion.gitVersion, /^v1\.36\./)
  assert.match(versions.clientVersion.gitVersion, /^v1\.36\./)
})

test('serves MutatingAdmissionPolicy and ValidatingAdmissionPolicy', async ({ kubectl }) => {
  const kinds = await kubectl('api-resources --api-group=admissionregistration.k8s.io -o name')
  assert.match(kinds, 'mutatingadmissionpolicies')
  assert.match(kinds, 'validatingadmissionpolicies')
})

test('a user may do nothing until a role is bound to his group', async ({ plane, kubectl }) => {
  const ann = await plane.kubeconfigFor('ann', ['dbas', 'night-shift'])
  const who = await kubectl('auth whoami -o json', ann.path)
  const { username, groups } = JSON.parse(who).status.userInfo
  assert.is(username, 'ann')
  assert.equal(groups.toSorted(), ['dbas', 'night-shift', 'system:authenticated'])
  assert.match(await refusal(kubectl('get configmaps', ann.path)), 'Forbidden')
  await kubectl('create role reader --verb=get,list --resource=configmaps')
  await kubectl('create rolebinding dbas --role=reader --group=dbas')
  await until(() =>
    kubectl('get configmaps', ann.path).then(
      () => true,
      () => false,
    ),
  )
  const bob = await plane.kubeconfigFor('bob')
  assert.match(await refusal(kubectl('get configmaps', bob.path)), 'Forbidden')
})

test('issues tokens for service accounts, and takes them', async ({ plane, kubectl }) => {
  await kubectl('create serviceaccount caller')
  const token = (await kubectl('create token caller')).trim()
  const path = join(plane.directory, 'caller.kubeconfig')
  writeFileSync(path, plane.kubeconfig.text.replace(plane.adminToken, token))
  const who = JSON.parse(await kubectl('auth whoami -o json', path))
  assert.is(who.status.userInfo.username, 'system:serviceaccount:default:caller')
})

test('removes what an object owned, and what a namespace held', async ({ kubectl }) => {
  await kubectl('create namespace passing')
  await kubectl('create configmap owner -n passing')
  const { metadata } = JSON.parse(await kubectl('get configmap owner -n passing -o json'))
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: metadata.uid }
  await kubectl('create configmap owned -n passing')
  const patch = JSON.stringify({ metadata: { ownerReferences: [owner] } })
  await kubectl(`patch configmap owned -n passing --type=merge -p ${patch}`)
  await kubectl('delete configmap owner -n passing')
  await until(async () => !(await kubectl('get configmaps -n passing -o name')).includes('owned'))
  await kubectl('delete namespace passing')
  assert.not.match(await kubectl('get namespaces -o name'), 'passing')
})

/** The status code of a request without any credential. */
const anonymous = ({ url, authorityCertificate }: ControlPlane, path: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const options = { ca: authorityCertificate, agent: false }
    const call = request(new URL(path, url), options, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    call.on('error', reject).end()
  })

test('asks everybody who he is, but for its health', async ({ plane }) => {
  assert.is(await anonymous(plane, '/readyz'), 200)
  assert.is(await anonymous(plane, '/api'), 401)
  assert.is(await anonymous(plane, '/version'), 401)
})

test('keeps its data when the API server crashes', async ({ plane, kubectl }) => {
  await kubectl('create configmap kept')
  await plane.killApiServer()
  assert.match(await refusal(kubectl('get configmap kept')), 'refused')
  await plane.startApiServer()
  assert.match(await kubectl('get configmap kept'), 'kept')
})

test('can be used by a process that knows its directory', async ({ plane, kubectl }) => {
  const access = connectControlPlane(plane.directory)
  assert.equal(
    [access.url, access.adminToken, access.binaries, access.kubeconfig],
    [plane.url, plane.adminToken, plane.binaries, plane.kubeconfig],
  )
  const carl = await access.kubeconfigFor('carl')
  assert.match(await kubectl('auth whoami', carl.path), 'carl')
})

test('is gone after stop, however often that is called', async () => {
  const plane = await startControlPlane()
  await Promise.all([plane.stop(), plane.stop()])
  await plane.stop()
  assert.not.ok(existsSync(plane.directory))
  assert.match(await refusal(anonymous(plane, '/readyz')), 'ECONNREFUSED')
})

test('tells when a program ends that was not to', async () => {
  const plane = await startControlPlane()
  try {
    const { stdout } = await promisify(execFile)('cat', [join(plane.directory, 'etcd.pid')])
    process.kill(Number(stdout), 'SIGKILL')
    assert.is(await plane.failure, 'etcd ended: SIGKILL')
  } finally {
    await plane.stop()
  }
})

test.run()

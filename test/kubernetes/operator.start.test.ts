/** What a newcomer's surroundings can lack, each ending in one clear line and an exit code. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { connect, install, kubeconfigPath } from './api-server.ts'
import { kinds } from './manifests.ts'
import { OperatorProcess } from './operator-process.ts'

const test = suite<{ directory: string; processes: OperatorProcess[] }>('starting the operator')

test.before(async (context) => {
  context.directory = mkdtempSync(join(tmpdir(), 'pgpe-start-'))
  context.processes = []
  const server = connect()
  await install(server, [kinds.endpoint.crd, kinds.decision.crd])
  await server.close()
})
test.after(async ({ directory, processes }) => {
  await Promise.all(processes.map((each) => each.end()))
  rmSync(directory, { recursive: true })
})

interface Row {
  /** Text of the kubeconfig; absent: there is no file. */
  readonly kubeconfig?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly argv?: readonly string[]
  readonly code: number
  readonly says: RegExp
}

const real = (): string => readFileSync(kubeconfigPath(), 'utf8')
/** The same kubeconfig, with one thing about it wrong. */
const but = (pattern: RegExp, instead: string): string => {
  const changed = real().replace(pattern, instead)
  assert.is.not(changed, real())
  return changed
}

/** A web server that gives one answer only. */
async function somethingElse(
  text = '<html>It works!</html>',
): Promise<{ url: string; close: () => void }> {
  const server = createServer((_, response) => response.end(text))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() }
}

const rows: Readonly<Record<string, () => Row>> = {
  'a kubeconfig that is not there': () => ({ code: 1, says: /no such file \(from KUBECONFIG\)/ }),
  'a kubeconfig that is no YAML': () => ({ kubeconfig: 'a: [', code: 1, says: /cannot be used/ }),
  'an empty kubeconfig': () => ({ kubeconfig: '', code: 1, says: /cannot be used/ }),
  'a kubeconfig without a context': () => ({
    kubeconfig: 'kind: Config',
    code: 1,
    says: /no current-context/,
  }),
  'a context that is not defined': () => ({
    kubeconfig: but(/current-context: .*/, 'current-context: other'),
    ...{ code: 1, says: /has no context 'other'/ },
  }),
  'a cluster that is not defined': () => ({
    kubeconfig: but(/cluster: pgpe-control-plane/, 'cluster: other'),
    ...{ code: 1, says: /has no cluster 'other'/ },
  }),
  'a server that is no URL': () => ({
    kubeconfig: but(/server: .*/, 'server: "no url"'),
    ...{ code: 1, says: /'no url' is no URL/ },
  }),
  'an API server that nobody answers for': () => ({
    kubeconfig: but(/127\.0\.0\.1:\d+/, '127.0.0.1:1'),
    ...{ code: 1, says: /cannot be reached: .*ECONNREFUSED/ },
  }),
  'a token that is not accepted': () => ({
    kubeconfig: but(/token: .*/, 'token: wrong'),
    ...{ code: 1, says: /does not accept the credentials/ },
  }),
  'a certificate of an unknown authority': () => ({
    kubeconfig: but(/certificate-authority-data: .*/, ''),
    ...{ code: 1, says: /cannot be reached: .*certificate/ },
  }),
  'no cluster anywhere': () => ({
    env: { KUBECONFIG: '' },
    code: 1,
    says: /no cluster to work with/,
  }),
  'a setting that makes no sense': () => ({
    argv: ['--workers', 'x'],
    code: 2,
    says: /--workers is 'x'/,
  }),
  'a cloud that is none': () => ({
    ...{ kubeconfig: real(), env: { AZURE_AUTHORITY_HOST: 'ftp://x' } },
    ...{ code: 1, says: /AZURE_AUTHORITY_HOST/ },
  }),
}

for (const [what, row] of Object.entries(rows)) {
  test(`${what} is one clear line`, async ({ directory, processes }) => {
    const { kubeconfig, env, argv = [], code, says } = row()
    const path = join(directory, `${what.replaceAll(' ', '-')}.yaml`)
    if (kubeconfig !== undefined) writeFileSync(path, kubeconfig)
    const quiet = argv
    const made = new OperatorProcess(quiet, { KUBECONFIG: path, ...env, HOME: directory })
    processes.push(made)
    assert.is((await made.ended).code, code, made.words())
    assert.is(made.said.length, 1, made.words())
    assert.match(made.said[0] ?? '', says)
    assert.equal(made.log, [])
  })
}

test('a server that is no Kubernetes is one clear line', async ({ directory, processes }) => {
  const other = await somethingElse()
  const path = join(directory, 'other.yaml')
  writeFileSync(
    path,
    but(
      /server: .*\n(\s*)certificate-authority-data: .*/,
      `server: ${other.url}\n$1insecure-skip-tls-verify: true`,
    ),
  )
  const made = new OperatorProcess(['--log-level', 'error'], { KUBECONFIG: path })
  processes.push(made)
  const { code } = await made.ended
  other.close()
  assert.is(code, 1)
  assert.equal(made.said, [
    `pgpe-operator: the API server sent an answer that is not JSON (${path})`,
  ])
})

test('a cluster without the definitions is one clear line', async ({ directory, processes }) => {
  const other = await somethingElse(
    JSON.stringify({ resources: [{ name: 'postgresprivateendpoints' }] }),
  )
  const path = join(directory, 'bare.yaml')
  writeFileSync(
    path,
    but(
      /server: .*\n(\s*)certificate-authority-data: .*/,
      `server: ${other.url}\n$1insecure-skip-tls-verify: true`,
    ),
  )
  const made = new OperatorProcess(['--log-level', 'error'], { KUBECONFIG: path })
  processes.push(made)
  const { code } = await made.ended
  other.close()
  assert.is(code, 1)
  assert.equal(made.said, [
    'pgpe-operator: the cluster does not know endpointconnectiondecisions: kubectl apply --server-side -f crds/',
  ])
})

test('a health port that is taken is one clear line', async ({ directory, processes }) => {
  const other = await somethingElse()
  const { port } = new URL(other.url)
  const argv = ['--log-level', 'error', '--health-address', '127.0.0.1', '--health-port', port]
  const path = join(directory, 'taken.yaml')
  writeFileSync(path, real())
  const made = new OperatorProcess(argv, { KUBECONFIG: path })
  processes.push(made)
  const { code } = await made.ended
  other.close()
  assert.is(code, 1)
  assert.is(made.said.length, 1, made.words())
  assert.match(made.said[0] ?? '', /EADDRINUSE.*--health-port/)
})

test.run()

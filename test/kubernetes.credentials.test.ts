/** Where credentials come from: kubeconfigs as kubectl reads them, and the pod's own account. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findCredentials } from '../operator/kubernetes/credentials.ts'

const test = suite<{ directory: string }>('credentials')

test.before((context) => {
  context.directory = mkdtempSync(join(tmpdir(), 'pgpe-credentials-'))
})
test.after(({ directory }) => rmSync(directory, { recursive: true }))

const kubeconfig = (name: string, given: { context?: boolean; user?: string } = {}): string => `
${given.context === false ? '' : `current-context: ${name}`}
clusters:
  - { name: ${name}, cluster: { server: 'https://${name}.example:6443/base', tls-server-name: inner } }
contexts:
  - { name: ${name}, context: { cluster: ${name}, user: ${name}, namespace: in-${name} } }
users:
  - { name: ${name}, user: { ${given.user ?? `token: token-of-${name}`} } }
`

const found = (directory: string, ...names: readonly string[]) => {
  const KUBECONFIG = names.map((name) => join(directory, name)).join(delimiter)
  return findCredentials({ environment: { KUBECONFIG }, monotonic: () => 0 })
}

test('a kubeconfig gives server, namespace, token and the name to expect', async ({
  directory,
}) => {
  writeFileSync(join(directory, 'one'), kubeconfig('one'))
  const source = await found(directory, 'one')
  const { server, tls, headers } = await source.current()
  assert.is(source.namespace, 'in-one')
  assert.is(server, 'https://one.example:6443/base')
  assert.is((tls as { readonly servername?: string }).servername, 'inner')
  assert.equal(headers, { authorization: 'Bearer token-of-one' })
})

test('of several files the missing ones do not matter, and the first one wins', async ({
  directory,
}) => {
  writeFileSync(join(directory, 'first'), kubeconfig('first', { context: false }))
  writeFileSync(join(directory, 'second'), kubeconfig('second'))
  writeFileSync(
    join(directory, 'third'),
    kubeconfig('third') +
      kubeconfig('second').replace('current-context: second', '').replace(/^/gm, '# '),
  )
  const source = await found(directory, 'missing', 'first', 'second', 'third')
  assert.is((await source.current()).headers['authorization'], 'Bearer token-of-second')
})

test('a name that two files define is taken from the first', async ({ directory }) => {
  writeFileSync(join(directory, 'mine'), kubeconfig('same', { user: 'token: mine' }))
  writeFileSync(join(directory, 'theirs'), kubeconfig('same', { user: 'token: theirs' }))
  const source = await found(directory, 'mine', 'theirs')
  assert.is((await source.current()).headers['authorization'], 'Bearer mine')
})

test('credentials that were refused are read from the file anew', async ({ directory }) => {
  const path = join(directory, 'rotating')
  writeFileSync(path, kubeconfig('rotating', { user: 'token: old' }))
  const source = await found(directory, 'rotating')
  writeFileSync(path, kubeconfig('rotating', { user: 'token: new' }))
  assert.is((await source.current()).headers['authorization'], 'Bearer old')
  source.refused()
  assert.is((await source.current()).headers['authorization'], 'Bearer new')
})

test('a plugin of the kubeconfig is asked for its token', async ({ directory }) => {
  const credential = {
    ...{ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential' },
    status: { token: 'of-the-plugin' },
  }
  const answer = join(directory, 'credential.json')
  writeFileSync(answer, JSON.stringify(credential))
  const exec = `exec: { apiVersion: client.authentication.k8s.io/v1, command: cat, args: ['${answer}'], interactiveMode: Never }`
  writeFileSync(join(directory, 'plugin'), kubeconfig('plugin', { user: exec }))
  const source = await found(directory, 'plugin')
  assert.is((await source.current()).headers['authorization'], 'Bearer of-the-plugin')
})

test('a file that the kubeconfig names and that is not there is said by its name', async ({
  directory,
}) => {
  const user = 'client-certificate: gone.crt, client-key: gone.key'
  writeFileSync(join(directory, 'files'), kubeconfig('files', { user }))
  const source = await found(directory, 'files')
  const error = await source.current().catch((thrown: unknown) => thrown)
  assert.match(String(error), /no credentials for the API server: ENOENT.*gone\.crt/)
})

test("a pod's token is read again within a minute or two, and at once when it is refused", async ({
  directory,
}) => {
  for (const [name, text] of Object.entries({ token: 'one\n', 'ca.crt': 'ca', namespace: 'ops' })) {
    writeFileSync(join(directory, name), text)
  }
  let now = 0
  const environment = {
    KUBERNETES_SERVICE_HOST: 'fd00::1',
    KUBERNETES_SERVICE_PORT: '6443',
    HOME: '/none',
  }
  const source = await findCredentials({
    environment,
    monotonic: () => now,
    serviceAccount: directory,
  })
  const token = async () => (await source.current()).headers['authorization']
  assert.is(source.namespace, 'ops')
  assert.is((await source.current()).server, 'https://[fd00::1]:6443')
  assert.is(await token(), 'Bearer one')
  writeFileSync(join(directory, 'token'), 'two')
  now += 59_000
  assert.is(await token(), 'Bearer one')
  now += 2_000
  assert.is(await token(), 'Bearer two')
  writeFileSync(join(directory, 'token'), 'three')
  source.refused()
  assert.is(await token(), 'Bearer three')
})

test.run()

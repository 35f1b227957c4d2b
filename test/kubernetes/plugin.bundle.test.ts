/** kubectl-pgpe as people have it: one file on PATH, found and completed by the real kubectl. */
import { execFile, execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findBinaries } from '../control-plane/binaries.ts'
import { root } from '../demo/root.ts'
import { settled } from '../plugin.make.ts'
import { kubeconfigPath } from './api-server.ts'
import { storeWith } from './plugin.world.ts'
import { prepare, type Context } from './stored.ts'

interface Bundle extends Context {
  directory: string
  /** kubectl with these words: its exit code and what it printed. */
  kubectl: (...words: string[]) => Promise<readonly [code: number, out: string, err: string]>
}

const test = suite<Bundle>('kubectl finds pgpe')

test.before(async (context) => {
  context.directory = mkdtempSync(join(tmpdir(), 'pgpe-plugin-'))
  const at = (name: string): string => join(context.directory, name)
  execFileSync(process.execPath, ['operator/build.ts', at('dist')], { cwd: root })
  mkdirSync(at('bin'))
  // Alone, away from package.json and from what else was built.
  copyFileSync(join(at('dist'), 'kubectl-pgpe'), at('bin/kubectl-pgpe'))
  symlinkSync(process.execPath, at('bin/node'))
  const { kubectl } = await findBinaries({ progress: () => undefined })
  const env = {
    PATH: `${at('bin')}:/usr/bin:/bin`,
    HOME: context.directory,
    KUBECONFIG: kubeconfigPath(),
  }
  context.kubectl = (...words) =>
    new Promise((resolve) => {
      execFile(kubectl, words, { env }, (error, out, err) =>
        resolve([typeof error?.code === 'number' ? error.code : 0, out, err]),
      )
    })
  await prepare(context, 'plugin-bundle')
  await storeWith(context, 'endpoint', 'orders', settled)
})
test.after(async ({ server, directory }) => {
  await server?.close()
  if (directory) rmSync(directory, { recursive: true })
})

test('as a command of its own, by the one file', async ({ kubectl, namespace }) => {
  const [code, out, err] = await kubectl('pgpe', 'tree', 'orders', '-n', namespace)
  assert.equal([code, err], [0, ''])
  assert.match(out, new RegExp(`^pgpe ${namespace}/orders +Ready\n`))
  // Standard output is no terminal.
  assert.not.match(out, '\u001B')
  const [, help] = await kubectl('pgpe', '--help')
  assert.match(help, 'usage: kubectl pgpe COMMAND')
})

test('its exit codes and its one line come through', async ({ kubectl, namespace }) => {
  const [code, out, err] = await kubectl('pgpe', 'tree', 'nothing', '-n', namespace)
  assert.equal([code, out], [1, ''])
  assert.match(err, `kubectl-pgpe: no pgpe or epcd nothing in namespace ${namespace}\n`)
})

test('kubectl completes it, by the script that it prints', async (context) => {
  const { kubectl, directory, namespace } = context
  const [, script] = await kubectl('pgpe', 'completion')
  const path = join(directory, 'bin/kubectl_complete-pgpe')
  writeFileSync(path, script)
  chmodSync(path, 0o755)
  const [, commands] = await kubectl('__complete', 'pgpe', 'tr')
  assert.match(commands, /^tree\tWhat hangs together/m)
  const [, names] = await kubectl('__complete', 'pgpe', 'tree', '-n', namespace, 'pgpe/')
  assert.match(names, /^pgpe\/orders\tprivate endpoint$/m)
})

test('in the image it lies beside package.json and runs there too', ({ directory }) => {
  const dist = join(directory, 'dist')
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}')
  const out = execFileSync(process.execPath, [join(dist, 'kubectl-pgpe'), '--version'])
  assert.match(out.toString(), /^\d+\.\d+\.\d+\n$/)
})

test.run()

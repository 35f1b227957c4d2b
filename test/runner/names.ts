/** The names of the tests that files register, told by a process of its own: nothing of them runs. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'

/** @returns names by file, as given */
export function registered(files: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const program = fileURLToPath(new URL('registered.ts', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...files], {
    encoding: 'utf8',
    maxBuffer: 2 ** 24,
  })
  assert.is(status, 0, stderr)
  return JSON.parse(stdout) as Readonly<Record<string, readonly string[]>>
}

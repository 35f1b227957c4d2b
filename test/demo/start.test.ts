/** What keeps the demo from starting, each told in one line. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from './root.ts'

const test = suite<{ home: string }>('starting the demo')

test.before((context) => {
  context.home = mkdtempSync(join(tmpdir(), 'pgpe-demo-start-'))
})
test.after(({ home }) => rmSync(home, { recursive: true }))

interface Ended {
  readonly code: number | string | null | undefined
  readonly errors: string
}

const run = (...args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const argv = ['test/demo/main.ts', ...args]
    execFile(process.execPath, argv, { cwd: root }, (error, _stdout, errors) =>
      resolve({ code: error ? error.code : 0, errors }),
    )
  })

test('a directory that cannot be', async ({ home }) => {
  const file = join(home, 'file')
  writeFileSync(file, '')
  const { code, errors } = await run('--once', '--directory', join(file, 'below'))
  assert.is(code, 1)
  assert.match(errors, /^\npgpe-operator demo: cannot write to --directory: ENOTDIR[^\n]*\n$/)
})

test.run()

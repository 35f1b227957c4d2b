/** The runner's own promise: nothing that did not run, and nothing that went wrong, looks green. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const program = fileURLToPath(new URL('../run.ts', import.meta.url))
const fixtures = fileURLToPath(new URL('fixtures', import.meta.url))

interface Run {
  readonly code: number | null
  readonly output: string
}

/** A project whose pure ring consists of these fixtures, run by the real `npm test`. */
async function run(names: readonly string[], ...args: readonly string[]): Promise<Run> {
  const project = mkdtempSync(join(tmpdir(), 'pgpe-runner-'))
  try {
    mkdirSync(join(project, 'test'))
    for (const name of names) {
      symlinkSync(join(fixtures, `${name}.fixture.ts`), join(project, 'test', `${name}.test.ts`))
    }
    return await runIn(project, ['--ring', 'pure', ...args])
  } finally {
    rmSync(project, { recursive: true })
  }
}

function runIn(cwd: string, args: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    }
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
}

/** The last line, which is the totals, and the lines that name failures. */
function summary({ output }: Run): readonly [totals: string | undefined, failures: string] {
  const lines = output.trimEnd().split('\n')
  const first = lines.findIndex((line) => line.startsWith('failed: '))
  return [lines.at(-1), first === -1 ? '' : lines.slice(first, -1).join('\n')]
}

const test = suite('test runner')

test('is green when all that is registered ran and passed', async () => {
  const result = await run(['passes'])
  assert.is(result.code, 0, result.output)
  assert.equal(summary(result), ['6 passed, 0 failed, 0 skipped', ''])
})

interface Red {
  /** What the summary says of the failure. */
  readonly says: RegExp
  readonly totals: string
}

/** The name of the fixture, and how the run ends. */
const red: Readonly<Record<string, Red>> = {
  'forgotten-run': { says: /forgotten › .*never run/s, totals: '1 passed, 1 failed, 0 skipped' },
  only: { says: /some › .*uses only/s, totals: '2 passed, 1 failed, 0 skipped' },
  empty: { says: /empty\.test\.ts.*has no test/s, totals: '0 passed, 1 failed, 0 skipped' },
  hangs: { says: /hangs › waits for ever.*1 s/s, totals: '1 passed, 1 failed, 0 skipped' },
  blocks: { says: /blocks › never gives way.*1 s/s, totals: '0 passed, 1 failed, 0 skipped' },
  fails: {
    says: /fails › (is wrong|throws).*fails › (is wrong|throws)/s,
    totals: '1 passed, 2 failed, 1 skipped',
  },
  crashes: { says: /crashes › ends the.*exit code 0/s, totals: '0 passed, 1 failed, 0 skipped' },
  'hook-fails': { says: /hooks › .*no ground/s, totals: '0 passed, 1 failed, 0 skipped' },
  'rejects-later': { says: /leaves a rejection.*ended/s, totals: '0 passed, 1 failed, 0 skipped' },
  'does-not-load': { says: /loading.*not today/s, totals: '0 passed, 1 failed, 0 skipped' },
  'leaves-file': { says: /forgotten/, totals: '1 passed, 1 failed, 0 skipped' },
  'leaves-process': { says: /left processes running/, totals: '1 passed, 1 failed, 0 skipped' },
  'registers-late': { says: /late › is in time.*after/s, totals: '0 passed, 1 failed, 0 skipped' },
}

for (const [name, { says, totals }] of Object.entries(red)) {
  test(`is red for a file that is like ${name}, and says why`, async () => {
    const result = await run([name], '--test-seconds', '1')
    const [last, failures] = summary(result)
    assert.is(result.code, 1, result.output)
    assert.is(last, totals, result.output)
    assert.match(failures, says)
  })
}

test('goes on with the other files after one that crashed', async () => {
  const result = await run(['crashes', 'passes', 'does-not-load'])
  assert.is(summary(result)[0], '6 passed, 2 failed, 0 skipped', result.output)
})

test('gives a test the time that it asks for', async () => {
  const result = await run(['patient'], '--test-seconds', '1')
  assert.is(summary(result)[0], '1 passed, 0 failed, 0 skipped', result.output)
})

const order = ({ output }: Run): string => output.match(/ran \w+/g)?.join() ?? ''

test('repeats an order by its seed, and has others', async () => {
  const first = order(await run(['passes'], '--seed', '7'))
  assert.is(first.split(',').length, 6)
  assert.is(order(await run(['passes'], '--seed', '7')), first)
  const others = new Set<string>()
  for (const seed of ['8', '9', '10']) others.add(order(await run(['passes'], '--seed', seed)))
  assert.ok([...others].some((other) => other !== first))
})

test('is red when no file fits the pattern, or a ring is empty', async () => {
  const none = await run(['passes'], 'no-such-file')
  assert.is(none.code, 1, none.output)
  assert.match(none.output, 'no test file has such a path')
  const empty = await run([])
  assert.is(empty.code, 1, empty.output)
  assert.match(empty.output, 'the ring has no test file')
})

test('refuses a ring or a seed that there is not', async () => {
  const ring = await run(['passes'], '--ring', 'purer')
  assert.is(ring.code, 2)
  assert.match(ring.output, 'there is no ring purer')
  const seed = await run(['passes'], '--seed', 'x')
  assert.is(seed.code, 2)
  assert.match(seed.output, '--seed x is not a number')
})

test.run()

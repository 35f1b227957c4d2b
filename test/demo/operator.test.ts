/** The operator's process as the demo keeps it up, with small programs in the operator's place. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Operator } from './operator.ts'
import { root } from './root.ts'

const operator = suite('demo operator')

interface Heard {
  readonly said: string[]
  readonly directory: string
  /** Resolves when something was said that matches. */
  readonly hear: (pattern: RegExp) => Promise<string>
  readonly failed: Promise<Error>
}

/** Runs a program in the operator's place, and ends it. */
async function keepUp(source: string, watch: (kept: Operator, heard: Heard) => Promise<void>) {
  const directory = mkdtempSync(join(tmpdir(), 'pgpe-demo-operator-'))
  const file = join(directory, 'program.mjs')
  writeFileSync(file, source)
  const said: string[] = []
  const listeners = new Set<() => void>()
  let fail: (error: Error) => void = () => undefined
  const failed = new Promise<Error>((resolve) => (fail = resolve))
  const say = (line: string): void => {
    said.push(line)
    for (const listener of listeners) listener()
  }
  const logFile = join(directory, 'log')
  const kept = new Operator({ program: [file], root, env: process.env, logFile, say, fail })
  const hear = (pattern: RegExp): Promise<string> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = said.find((line) => pattern.test(line))
        if (found === undefined) return
        listeners.delete(look)
        resolve(found)
      }
      listeners.add(look)
      look()
    })
  try {
    await watch(kept, { said, directory, hear, failed })
  } finally {
    await kept.stop()
    rmSync(directory, { recursive: true })
  }
}

const never = new AbortController().signal
const lives = `console.log('{"level":30,"msg":"ready"}'); setInterval(() => undefined, 1000)`

operator('is started again when it was killed, and that is said', async () => {
  await keepUp(lives, async (kept, { hear }) => {
    await kept.start(never)
    const first = kept.pid ?? 0
    process.kill(first, 'SIGKILL')
    assert.is(await hear(/ended/), 'the operator ended (SIGKILL); starting it again')
    const back = await hear(/is back/)
    assert.is(back, `the operator is back, pid ${kept.pid}`)
    assert.is.not(kept.pid, first)
  })
})

operator('is given up when it never gets ready, with its last words', async () => {
  await keepUp(`console.error('no cluster'); process.exit(3)`, async (kept, { failed }) => {
    void kept.start(never)
    const { message } = await failed
    assert.match(message, 'the operator does not come up (exit code 3)')
    assert.match(message, 'no cluster')
  })
})

operator('is ended by stop, without a word, and its output is in the log', async () => {
  await keepUp(lives, async (kept, { said, directory }) => {
    await kept.start(never)
    const pid = kept.pid ?? 0
    await kept.stop()
    assert.throws(() => process.kill(pid, 0))
    assert.equal(said, [])
    assert.match(readFileSync(join(directory, 'log'), 'utf8'), '"msg":"ready"')
  })
})

operator.run()

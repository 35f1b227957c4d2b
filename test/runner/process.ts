/**
 * Runs test files in a child process and watches over it: it must tell of every file's end, each
 * test must end in time, and when it is over no process and no temporary file may remain. Each of
 * these is a failure with a name. Must never leave the child itself behind.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Failure, Message, Task } from './message.ts'
import { add, nothing, type Result } from './result.ts'

const program = fileURLToPath(new URL('child.ts', import.meta.url))

/** The child itself ends a late test; if it does not get to that, it is ended this much later. */
const graceMs = 5_000

/** What a test started may take a moment to end, and to be removed. */
const remainsMs = 5_000

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv
  /** Aborted when all is to end: the user says so, or the ring's deadline has come. */
  readonly signal: AbortSignal
}

/** Runs all files; after a crash goes on with a new process behind the file that crashed. */
export async function runFiles(task: Task, surroundings: Surroundings): Promise<Result> {
  let result = nothing
  let files = task.files
  while (files.length > 0) {
    const { told, done } = await runOnce({ ...task, files }, surroundings)
    result = add(result, told)
    files = files.slice(done)
    if (surroundings.signal.aborted) break
  }
  const failures = files.map((file) => ({ file, test: '(loading)', message: 'was not run' }))
  return add(result, { ...nothing, failures })
}

interface Run {
  readonly told: Result
  /** How many files are over, one that crashed included. */
  readonly done: number
}

async function runOnce(task: Task, { env, signal }: Surroundings): Promise<Run> {
  const temporary = mkdtempSync(join(tmpdir(), 'pgpe-test-'))
  const child = spawn(process.execPath, ['--enable-source-maps', program, JSON.stringify(task)], {
    env: {
      ...env,
      TMPDIR: temporary,
      PGPE_TEST_SEED: String(task.seed),
      // npm's cache of compiled code would be a temporary file that remains.
      NODE_DISABLE_COMPILE_CACHE: '1',
    },
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const watched = watch(child)
  const abort = (): void => watched.end('ended: it was told to, or the ring took too long')
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  const { result, done, last } = await watched.over
  signal.removeEventListener('abort', abort)
  const remains = await remainsOf(child, temporary)
  const failures = remains.map((message): Failure => ({ file: last, test: '(end)', message }))
  return { told: add(result, { ...nothing, failures }), done }
}

interface Watched {
  /** Ends the child now, for a reason that the running test fails with. */
  readonly end: (why: string) => void
  readonly over: Promise<{
    readonly result: Result
    readonly done: number
    /** The file that ran last. */
    readonly last: string
  }>
}

function watch(child: ChildProcess): Watched {
  let result = nothing
  let done = 0
  let running: Failure = { file: '(start)', test: '(start)', message: '' }
  let why: string | undefined
  let isOver = false
  let timer: NodeJS.Timeout | undefined
  const end = (reason: string): void => {
    why ??= reason
    killGroup(child, 'SIGKILL')
  }
  child.on('message', (message: Message) => {
    switch (message.is) {
      case 'begin': {
        const { file, test, seconds } = message
        running = { file, test, message: '' }
        clearTimeout(timer)
        timer = setTimeout(
          () => end(`not finished after ${seconds} s, and deaf to it`),
          seconds * 1000 + graceMs,
        )
        return
      }
      case 'failure':
        result = add(result, { ...nothing, failures: [message.failure] })
        return
      case 'file':
        result = add(result, { ...nothing, passed: message.passed, skipped: message.skipped })
        done++
        return
      case 'end':
        isOver = true
        return
    }
  })
  const over = new Promise<Awaited<Watched['over']>>((resolve) => {
    const finish = (how: string): void => {
      clearTimeout(timer)
      if (!isOver) {
        const message = why ?? `the process ended in the middle of it: ${how}`
        result = add(result, { ...nothing, failures: [{ ...running, message }] })
        done++
      }
      resolve({ result, done, last: running.file })
    }
    child.once('error', (error) => finish(error.message))
    child.once('close', (code, signal) => finish(signal ?? `exit code ${code}`))
  })
  return { end, over }
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  try {
    return child.pid !== undefined && process.kill(-child.pid, signal)
  } catch {
    return false
  }
}

/** What is left of a child that has ended, once it has had time to vanish. Removes it. */
async function remainsOf(child: ChildProcess, temporary: string): Promise<readonly string[]> {
  const files = (): readonly string[] => readdirSync(temporary)
  const end = performance.now() + remainsMs
  while ((killGroup(child, 0) || files().length > 0) && performance.now() < end) await delay(100)
  const left = files()
  const found = left.length > 0 ? [`left in the temporary directory: ${left.join(', ')}`] : []
  if (killGroup(child, 'SIGKILL')) found.push('left processes running')
  rmSync(temporary, { recursive: true, force: true, maxRetries: 10 })
  return found
}

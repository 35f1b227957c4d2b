/**
 * The demo as a child process, for tests: its own temporary directory and home, so that anything left
 * behind shows, and a mark in the environment by which every process that it started is found.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { cacheDirectory } from '../control-plane/binaries.ts'
import { root } from './root.ts'

export interface DemoRun {
  readonly child: ChildProcess
  /** Where a second terminal finds its files; the only one that may hold any afterwards. */
  readonly directory: string
  /** Everything printed so far, both outputs. */
  readonly printed: () => string
  /**
   * Resolves with the first line that matches, past or future, and where it is; rejects when the demo
   * ends without one.
   * @param from the line to begin at
   */
  readonly line: (pattern: RegExp, from?: number) => Promise<FoundLine>
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>
  /** What is left of it: files, and processes that carry its mark. */
  readonly remains: () => readonly string[]
  /** Removes what the test made. Ends the demo, should it still run. */
  readonly clear: () => Promise<void>
}

export interface FoundLine {
  readonly index: number
  readonly match: RegExpExecArray
}

const mark = 'PGPE_DEMO_TEST'

export function startDemo(...args: readonly string[]): DemoRun {
  const home = mkdtempSync(join(tmpdir(), 'pgpe-demo-test-'))
  const [temporary, house, directory] = ['tmp', 'home', 'directory'].map((name) => join(home, name))
  for (const path of [temporary, house, directory]) mkdirSync(path ?? '')
  const token = randomUUID()
  const cache = cacheDirectory()
  const child = spawn(
    process.execPath,
    ['test/demo/main.ts', '--directory', directory ?? '', ...args],
    {
      cwd: root,
      env: { ...process.env, TMPDIR: temporary, HOME: house, PGPE_CACHE: cache, [mark]: token },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const lines: string[] = []
  const listeners = new Set<() => void>()
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      lines.push(line)
      for (const listener of listeners) listener()
    })
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  void ended.then(() => {
    for (const listener of listeners) listener()
  })
  const line = (pattern: RegExp, from = 0): Promise<FoundLine> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const index = lines.findIndex((text, at) => at >= from && pattern.test(text))
        const match = pattern.exec(lines[index] ?? '')
        if (match) resolve({ index, match })
        else if (child.exitCode !== null)
          reject(new Error(`no ${pattern} in:\n${lines.join('\n')}`))
        else return
        listeners.delete(look)
      }
      listeners.add(look)
      look()
    })
  return {
    child,
    directory: directory ?? '',
    printed: () => lines.join('\n'),
    line,
    ended,
    remains: () => [
      ...[temporary, house].flatMap((path) =>
        readdirSync(path ?? '', { recursive: true }).map(String),
      ),
      ...processesWith(`${mark}=${token}`),
    ],
    clear: async () => {
      child.kill('SIGTERM')
      await ended
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** Command lines of processes with this in their environment. Where there is no /proc: none are seen. */
function processesWith(text: string): readonly string[] {
  const found: string[] = []
  for (const pid of listing('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
      if (!environment.includes(text)) continue
      found.push(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '))
    } catch {
      // It ended meanwhile, or is somebody else's.
    }
  }
  return found
}

function listing(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

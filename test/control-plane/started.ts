/** A command as a child process, for tests: what it prints, how it ends, and what is left of it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Started {
  readonly child: ChildProcess
  /** Both outputs so far, as they came. */
  readonly printed: () => string
  /** Resolves once the output matches; rejects when the command ends without. */
  readonly prints: (pattern: RegExp) => Promise<RegExpExecArray>
  /** Resolves with the exit code, or the signal's name, once all output is read. */
  readonly ended: Promise<number | string | null>
  /** Processes that this command has started, itself included, whatever became of their parents. */
  readonly processes: () => readonly Process[]
}

export interface Process {
  readonly pid: number
  readonly command: string
}

const mark = 'PGPE_TEST_STARTED'

interface Options {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

export function start(command: readonly string[], { cwd = root, env = {} }: Options = {}): Started {
  const [program = '', ...args] = command
  const token = `${mark}=${randomUUID()}`
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env, [mark]: token.slice(mark.length + 1) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let isOver = false
  const listeners = new Set<() => void>()
  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      tell()
    })
  }
  const ended = new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject)
    // Not 'close': a process that outlives the command may hold its output open.
    child.once('exit', (code, signal) => {
      isOver = true
      tell()
      resolve(signal ?? code)
    })
  })
  const prints = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(output)
        if (match === null && !isOver) return
        listeners.delete(look)
        if (match === null) reject(new Error(`ended without ${pattern}:\n${output}`))
        else resolve(match)
      }
      listeners.add(look)
      look()
    })
  return { child, printed: () => output, prints, ended, processes: () => processesWith(token) }
}

/** Processes with this in their environment. */
function processesWith(setting: string): readonly Process[] {
  const found: Process[] = []
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${entry}/environ`, 'utf8').split('\0').includes(setting)) continue
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      found.push({ pid: Number(entry), command })
    } catch {
      // It ended meanwhile, or is somebody else's.
    }
  }
  return found
}

/** Resolves once it is so; the test's deadline ends a vain wait. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50))
}

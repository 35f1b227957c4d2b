/**
 * kstatus itself, and CEL as Flux puts it: a small program in Go, built once from kstatus/ into the cache
 * beside the control plane's programs, asked one line at a time. Decides nothing about health.
 */
import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, cpSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { once } from '../../operator/lock.cjs'
import { cacheDirectory } from '../control-plane/binaries.ts'

const sources = fileURLToPath(new URL('kstatus/', import.meta.url))
const names = ['main.go', 'go.mod', 'go.sum'] as const

export interface Question {
  readonly object: object
  /** CEL about metadata, spec and status, by names of the caller's. */
  readonly expressions: Readonly<Record<string, string>>
}

export interface Verdict {
  /** kstatus' own words: Current, InProgress, Failed, Terminating … */
  readonly status: string
  readonly message: string
  readonly values: Readonly<Record<string, unknown>>
  /** Expressions that could not be evaluated. */
  readonly errors: Readonly<Record<string, string>>
}

const isThere = (path: string): boolean => {
  try {
    accessSync(path)
    return true
  } catch {
    return false
  }
}

/** The program's path; built on first use, which takes a minute and Go 1.26. */
export async function kstatusProgram(progress: (line: string) => void): Promise<string> {
  const digest = createHash('sha256')
  for (const name of names) digest.update(readFileSync(join(sources, name)))
  const cache = cacheDirectory()
  const folder = join(cache, `kstatus-${digest.digest('hex').slice(0, 12)}`)
  const program = join(folder, 'kstatus')
  const isDone = (): boolean => isThere(program)
  if (isDone()) return program
  mkdirSync(cache, { recursive: true })
  const work = async (): Promise<void> => {
    const partial = `${folder}.partial`
    rmSync(partial, { recursive: true, force: true })
    for (const name of names) cpSync(join(sources, name), join(partial, name))
    progress('building kstatus from Go modules, once: about a minute')
    const env = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '-mod=readonly' }
    const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o', 'kstatus', '.']
    try {
      await promisify(execFile)('go', args, { cwd: partial, env })
      renameSync(partial, folder)
    } finally {
      rmSync(partial, { recursive: true, force: true })
    }
  }
  const onWait = (): void => progress('waiting for another start, which builds kstatus')
  await once({ lock: `${folder}.lock`, isDone, onWait, work })
  return program
}

/** What it makes of each, in their order. */
export async function judge(
  program: string,
  questions: readonly Question[],
): Promise<readonly Verdict[]> {
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more))
  child.stdin.end(questions.map((each) => `${JSON.stringify(each)}\n`).join(''))
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`kstatus exited with ${String(code)}`)
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Verdict)
}

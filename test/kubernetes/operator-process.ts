/** The operator as users run it: a process of its own, known by its log and its exit code alone. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { until } from './api-server.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export class OperatorProcess {
  /** Each line of the log, parsed. */
  readonly log: any[] = []
  /** What it said that is no log. */
  readonly said: string[] = []
  readonly ended: Promise<Ended>
  hasEnded = false
  readonly #child: ChildProcess

  /** @param program flags of Node.js and a file, from the project's root */
  constructor(
    argv: readonly string[],
    env: Readonly<Record<string, string | undefined>>,
    program: readonly string[] = ['operator/main.ts'],
  ) {
    const { PATH, HOME, TMPDIR } = process.env
    this.#child = spawn(process.execPath, [...program, ...argv], {
      cwd: root,
      env: { PATH, HOME, TMPDIR, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const { stdout, stderr } = this.#child
    if (!stdout || !stderr) throw new Error('no pipes')
    createInterface({ input: stdout }).on('line', (line) => this.#hear(line))
    createInterface({ input: stderr }).on('line', (line) => this.said.push(line))
    this.ended = new Promise((resolve) =>
      this.#child.once('close', (code, signal) => {
        this.hasEnded = true
        resolve({ code, signal })
      }),
    )
  }

  /** The first line of that event; waits for it, and fails when the process ends without. */
  async says(msg: string): Promise<any> {
    const find = () => this.log.find((line) => line.msg === msg)
    await this.until(async () => find() !== undefined)
    return find()
  }

  /** Waits until it holds, and fails when the process ends before. */
  async until(look: () => Promise<boolean>): Promise<void> {
    await until(async () => {
      if (await look()) return true
      if (this.hasEnded) throw new Error(`the operator has ended: ${this.words()}`)
      return false
    })
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** Ends it, however it is; resolves once it has ended. */
  async end(name: NodeJS.Signals = 'SIGKILL'): Promise<Ended> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.signal(name)
    return this.ended
  }

  words(): string {
    return [...this.said, ...this.log.map((line) => JSON.stringify(line))].slice(-8).join('\n')
  }

  #hear(line: string): void {
    try {
      this.log.push(JSON.parse(line))
    } catch {
      this.said.push(line)
    }
  }
}

/** Quick to take over, quick to look again. */
export const quick: readonly string[] = [
  ...['--lease-duration', '4s', '--lease-renew', '3s', '--lease-retry', '200ms'],
  ...['--in-flight', '200ms', '--resync', '3s', '--allow-ungated', '--log-level', 'debug'],
]

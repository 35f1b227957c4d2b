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
  readonly #child: ChildProcess

  constructor(argv: readonly string[], env: Readonly<Record<string, string | undefined>>) {
    const { PATH, HOME, TMPDIR } = process.env
    this.#child = spawn(process.execPath, ['operator/main.ts', ...argv], {
      cwd: root,
      env: { PATH, HOME, TMPDIR, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const { stdout, stderr } = this.#child
    if (!stdout || !stderr) throw new Error('no pipes')
    createInterface({ input: stdout }).on('line', (line) => this.#hear(line))
    createInterface({ input: stderr }).on('line', (line) => this.said.push(line))
    this.ended = new Promise((resolve) =>
      this.#child.once('close', (code, signal) => resolve({ code, signal })),
    )
  }

  /** The first line of that event; waits for it, and fails when the process ends without. */
  async says(msg: string): Promise<any> {
    let over = false
    void this.ended.then(() => (over = true))
    const find = () => this.log.find((line) => line.msg === msg)
    await until(async () => find() !== undefined || over)
    const found = find()
    if (found === undefined) throw new Error(`it ended without "${msg}": ${this.words()}`)
    return found
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
  ...['--lease-duration', '1s', '--lease-renew', '800ms', '--lease-retry', '100ms'],
  ...['--in-flight', '200ms', '--resync', '3s', '--allow-ungated', '--log-level', 'debug'],
]

/**
 * The operator, the very one that `npm start` runs, as a child process. Starts it again whenever it
 * ends without having been told to. Must never speak to it by other means than signals.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pause } from './waiting.ts'

export interface OperatorSettings {
  /** What runs, and with which arguments: the operator, but for tests of this file. */
  readonly program: readonly [file: string, ...args: string[]]
  /** Of the checkout. */
  readonly root: string
  readonly env: NodeJS.ProcessEnv
  readonly logFile: string
  /** Told in a line when the process ended by itself, and when it is back. */
  readonly say: (line: string) => void
  /** Told when it cannot be brought up. */
  readonly fail: (error: Error) => void
}

/** It gets its time to finish what it is sending; then it is ended. */
const graceMs = 10_000
/** So often may it end without ever having been ready. */
const attempts = 5
const restartMs = 200

export class Operator {
  readonly #settings: OperatorSettings
  readonly #log: WriteStream
  readonly #stopping = new AbortController()
  #child: ChildProcess | undefined
  #running: Promise<void> = Promise.resolve()
  #lastLines: readonly string[] = []

  constructor(settings: OperatorSettings) {
    this.#settings = settings
    this.#log = createWriteStream(settings.logFile, { flags: 'a' })
  }

  /** Of the process that runs now. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Resolves once the operator has said that it is ready; rejects when the signal comes first. */
  start(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      this.#running = this.#keepUp(resolve)
    })
  }

  /** Ends it; resolves once it has ended and its log is written. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    const child = this.#child
    child?.kill('SIGTERM')
    const timer = setTimeout(() => child?.kill('SIGKILL'), graceMs)
    await this.#running
    clearTimeout(timer)
    await new Promise((resolve) => this.#log.end(resolve))
  }

  async #keepUp(onReady: () => void): Promise<void> {
    let failures = 0
    while (!this.#stopping.signal.aborted) {
      let wasReady = false
      const ended = await this.#runOnce(() => {
        if (failures > 0) this.#settings.say(`the operator is back, pid ${this.pid}`)
        wasReady = true
        onReady()
      })
      if (this.#stopping.signal.aborted) return
      failures = wasReady ? 1 : failures + 1
      if (failures > attempts) {
        const words = [`the operator does not come up (${ended}); its last words:`]
        return this.#settings.fail(new Error([...words, ...this.#lastLines].join('\n')))
      }
      this.#settings.say(`the operator ended (${ended}); starting it again`)
      await pause(restartMs, this.#stopping.signal)
    }
  }

  /** One life of the process; answers with how it ended. */
  #runOnce(onReady: () => void): Promise<string> {
    const { root, env, program } = this.#settings
    // Loaded first, launch.cjs ends it when the demo itself was killed and could not.
    const argv = ['--require', join(root, 'operator/launch.cjs'), ...program]
    const child = spawn(process.execPath, argv, {
      cwd: root,
      env: { ...env, PGPE_PARENT: String(process.pid) },
      // Ctrl-C is for the demo, which then ends the operator in its turn.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    const hear = (line: string): void => {
      this.#log.write(`${line}\n`)
      this.#lastLines = [...this.#lastLines, line].slice(-5)
      if (line.includes('"msg":"ready"')) onReady()
    }
    createInterface({ input: child.stdout }).on('line', hear)
    createInterface({ input: child.stderr }).on('line', hear)
    return new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`))
    })
  }
}

/**
 * A program of this project as a process of its own, known by the lines that it prints. Ends with this
 * process, even when that is killed.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { root } from '../demo/root.ts'

export interface ProgramSettings {
  /** For messages. */
  readonly name: string
  /** Of Node.js, then a file from the project's root, then the file's own. */
  readonly argv: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Gets everything that it prints. */
  readonly logFile: string
}

const lastWords = 8

export class Program {
  readonly pid: number
  /** Resolves once it has ended and its output is read. */
  readonly ended: Promise<string>
  readonly #name: string
  readonly #child: ChildProcess
  readonly #log: WriteStream
  readonly #listeners = new Set<(line: string) => void>()
  #lines: readonly string[] = []
  #end: string | undefined
  #stopping = false

  constructor({ name, argv, env, logFile }: ProgramSettings) {
    this.#name = name
    this.#log = createWriteStream(logFile, { flags: 'a' })
    const launcher = ['--require', join(root, 'operator/launch.cjs')]
    const child = spawn(process.execPath, [...launcher, ...argv], {
      cwd: root,
      env: { ...env, PGPE_PARENT: String(process.pid) },
      // Ctrl-C is for us, who end it in our turn.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    this.pid = child.pid ?? 0
    const hear = (line: string): void => {
      this.#log.write(`${line}\n`)
      this.#lines = [...this.#lines, line].slice(-lastWords)
      for (const listener of this.#listeners) listener(line)
    }
    createInterface({ input: child.stdout }).on('line', hear)
    createInterface({ input: child.stderr }).on('line', hear)
    this.ended = new Promise((resolve) => {
      const end = (how: string): void => {
        this.#end = how
        this.#log.end(() => resolve(how))
      }
      child.once('error', (error) => end(error.message))
      child.once('close', (code, signal) => end(signal ?? `exit code ${code}`))
    })
  }

  /** The first line to come that fits; rejects when the program ends before it. */
  line(fits: (line: string) => boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = (line: string): void => {
        if (!fits(line)) return
        this.#listeners.delete(look)
        resolve(line)
      }
      this.#listeners.add(look)
      void this.ended.then(() => reject(this.#lastWords()))
    })
  }

  /** Calls back with its last words if it ends before anybody has told it to. */
  onDeath(listener: (error: Error) => void): void {
    void this.ended.then(() => {
      if (!this.#stopping) listener(this.#lastWords())
    })
  }

  /** Calls back for each line from now on; answers with how to stop that. */
  onLine(listener: (line: string) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Ends it; resolves once it has ended. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#stopping = true
    if (this.#end === undefined) this.#child.kill(signal)
    await this.ended
  }
  #lastWords(): Error {
    return new Error([`${this.#name} ended (${this.#end}):`, ...this.#lines].join('\n'))
  }
}

/**
 * One program of a control plane as a child process: in its own process group, so that Ctrl-C does
 * not reach it before us; its output in a file; its id in a file, written before it runs.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'

export class Child {
  readonly name: string
  readonly #child: ChildProcess
  readonly #log: string
  readonly #pidFile: string
  #ended: string | undefined

  /** Resolves when the process has ended, with how: `exit code 1`, `SIGKILL`. */
  readonly ended: Promise<string>

  /** @param directory where it runs, and where `<name>.log` and `<name>.pid` go */
  constructor(program: string, args: readonly string[], directory: string) {
    this.name = basename(program)
    this.#log = join(directory, `${this.name}.log`)
    this.#pidFile = join(directory, `${this.name}.pid`)
    const output = openSync(this.#log, 'a')
    // The shell becomes the program: its id is on file before there is anything to leave behind.
    this.#child = spawn(
      '/bin/sh',
      ['-c', 'echo $$ > "$0" && exec "$@"', this.#pidFile, program, ...args],
      { cwd: directory, detached: true, stdio: ['ignore', output, output] },
    )
    closeSync(output)
    this.ended = new Promise((resolve) => {
      const end = (how: string): void => {
        this.#ended = how
        rmSync(this.#pidFile, { force: true })
        resolve(how)
      }
      this.#child.once('error', (error) => end(error.message))
      this.#child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`))
    })
  }

  /** How it ended, if it has. */
  get end(): string | undefined {
    return this.#ended
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Asks it to end, and makes it end after `graceMs`. Resolves once it has. */
  async stop(graceMs: number): Promise<void> {
    if (this.#ended !== undefined) return
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.kill(), graceMs)
    await this.ended
    clearTimeout(timer)
  }

  kill(): void {
    if (this.#ended === undefined) this.#child.kill('SIGKILL')
  }

  /** The end of what it printed. */
  logTail(): string {
    return readFileSync(this.#log, 'utf8').trimEnd().split('\n').slice(-8).join('\n')
  }
}

/**
 * The real kubectl as a child process: one command at a time, and watches. Must never talk to the API
 * server by other means: what the demo shows and decides by is what a person could see.
 */
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Condition, Metadata } from '../../operator/api/kubernetes.ts'

/** Either kind, as `kubectl get -o json` prints it; what a demo does not look at is left out. */
export interface Item {
  readonly kind: string
  readonly metadata: Metadata
  readonly spec: { readonly action?: string; readonly inbox?: boolean }
  readonly status?: {
    readonly conditions?: readonly Condition[]
    readonly connection?: { readonly state: string; readonly description?: string }
    readonly privateEndpointId?: string
    readonly networkInterfaceId?: string
    readonly privateIPAddresses?: readonly string[]
    readonly fqdns?: readonly string[]
    readonly dns?: { readonly zoneId?: string; readonly zoneGroupId?: string }
    readonly state?: string
    readonly requester?: string
    readonly pending?: number
    readonly rejected?: number
    readonly approved?: number
  }
}

export interface Ended {
  readonly code: number
  readonly stdout: string
  /** Standard output and standard error in the order of arrival. */
  readonly output: string
}

export class Kubectl {
  readonly #program: string
  readonly #kubeconfig: string
  readonly #directory: string
  readonly #signal: AbortSignal

  /** @param directory where it runs, so that file names are as one would type them */
  constructor(program: string, kubeconfig: string, directory: string, signal: AbortSignal) {
    this.#program = program
    this.#kubeconfig = kubeconfig
    this.#directory = directory
    this.#signal = signal
  }

  /** Runs one command to its end, whatever its exit code. Rejects only when it could not run. */
  run(args: readonly string[], input?: string): Promise<Ended> {
    const child = this.#spawn(args, this.#signal)
    return new Promise((resolve, reject) => {
      let stdout = ''
      let output = ''
      child.stdout.on('data', (text: string) => {
        stdout += text
        output += text
      })
      child.stderr.on('data', (text: string) => (output += text))
      child.once('error', reject)
      child.once('close', (code) => resolve({ code: code ?? 1, stdout, output }))
      child.stdin.on('error', () => undefined)
      child.stdin.end(input)
    })
  }

  /**
   * Calls back with every object there is and then with every change, until the signal or until the
   * API server ends the watch; resolves then.
   */
  watch(
    resource: string,
    each: (type: string, item: Item) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const argv = [
      ...['get', resource, '--all-namespaces', '--watch'],
      ...['--output-watch-events', '--output', 'json'],
    ]
    const child = this.#spawn(argv, signal)
    child.stdin.on('error', () => undefined).end()
    child.stderr.resume()
    // Each event is one line.
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { type, object } = JSON.parse(line) as { type: string; object: Item }
      each(type, object)
    })
    return new Promise((resolve) => {
      child.once('error', () => resolve())
      child.once('close', () => resolve())
    })
  }

  #spawn(args: readonly string[], signal: AbortSignal) {
    const child = spawn(this.#program, ['--kubeconfig', this.#kubeconfig, ...args], {
      cwd: this.#directory,
      // Not in the user's home: what it remembers of this API server is of no use afterwards.
      env: { ...process.env, KUBECACHEDIR: join(dirname(this.#kubeconfig), 'kubectl-cache') },
      stdio: ['pipe', 'pipe', 'pipe'],
      signal,
    })
    child.stdout.setEncoding('utf8')
    child.stderr.setEncoding('utf8')
    return child
  }
}

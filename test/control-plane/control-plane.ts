/**
 * A real Kubernetes control plane for tests and the demo: etcd, kube-apiserver with RBAC, and
 * kube-controller-manager with its garbage collector, namespace and service account controllers.
 *
 *     const plane = await startControlPlane({ progress: console.error })
 *     // plane.kubeconfig.path, plane.binaries.kubectl, await plane.kubeconfigFor('ann', ['dbas'])
 *     await plane.stop()
 *
 * Guarantees: when `startControlPlane` resolves, the API answers, the namespace `default` exists and
 * the controllers work. Everything lies in one directory under the system's temporary one, which
 * `stop` removes. If this process ends without `stop`, even by SIGKILL, a small guard process ends
 * what was started; whatever escapes that, the next start clears up. Signals are the caller's: on
 * SIGTERM and SIGINT call `stop`. Another process gets the same access by `connectControlPlane`.
 */
import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { connectControlPlane, type ControlPlaneAccess, writeAccess } from './access.ts'
import {
  apiServerArguments,
  controllerManagerArguments,
  etcdArguments,
  type Settings,
  writeFiles,
} from './arguments.ts'
import { type Binaries, findBinaries } from './binaries.ts'
import { newAuthority } from './certificates.ts'
import { makeDirectory, type OwnedDirectory, sweep } from './directory.ts'
import { isFileOf, makeRoomFor } from './kubeconfig.ts'
import { freePort, isPortFree } from './port.ts'
import { Child } from './process.ts'
import { untilOk } from './ready.ts'
import { Refusal } from './refusal.ts'

export { connectControlPlane, type ControlPlaneAccess, type Kubeconfig } from './access.ts'
export type { Binaries } from './binaries.ts'
export { Refusal } from './refusal.ts'

export interface ControlPlaneOptions {
  /** Absent: any free one. */
  readonly port?: number | undefined
  /** An absolute path that gets a copy of the admin's kubeconfig; `stop` removes it. */
  readonly kubeconfigFile?: string | undefined
  /** Told what takes long, a line at a time. */
  readonly progress?: (line: string) => void
  /** Gives a start up; what was started is ended. */
  readonly signal?: AbortSignal
}

export interface ControlPlane extends ControlPlaneAccess {
  /** Ends the API server at once, as a crash does. Its data stay in etcd. */
  readonly killApiServer: () => Promise<void>
  /** Starts it again, at the same address. Resolves once it is ready. */
  readonly startApiServer: () => Promise<void>
  /** Resolves, with a sentence, if a program ended that was not to. */
  readonly failure: Promise<string>
  /** Ends everything and removes every file. May be called many times. */
  readonly stop: () => Promise<void>
}

/** Generous: other work may keep a small machine busy. It usually takes some seconds. */
const readyDeadlineMs = 120_000

/** A port that was free a moment ago may be taken when the API server gets there. */
const portAttempts = 3

/** @throws Refusal, whose message is meant for the user, when there can be no control plane. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const { port, kubeconfigFile, signal, progress = () => undefined } = options
  if (kubeconfigFile !== undefined) makeRoomFor(kubeconfigFile)
  if (port !== undefined && !(await isPortFree(port))) {
    throw new Refusal(`port ${port} of 127.0.0.1 is taken: name another one, or none for any`)
  }
  sweep(progress)
  const binaries = await findBinaries({ progress, signal })
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted()
    const running = new Running(binaries, makeDirectory(kubeconfigFile ?? ''), kubeconfigFile)
    const stop = (): void => void running.stop()
    signal?.addEventListener('abort', stop)
    try {
      return await running.start(port ?? (await freePort()))
    } catch (error) {
      const portWasTaken = running.log().includes('address already in use')
      if (!signal?.aborted && !portWasTaken) progress(running.log())
      await running.stop()
      signal?.throwIfAborted()
      if (port !== undefined || !portWasTaken || attempt === portAttempts) throw error
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }
}

/** The processes of one control plane. */
class Running {
  readonly #binaries: Binaries
  readonly #directory: OwnedDirectory
  readonly #kubeconfigFile: string | undefined
  #children: readonly Child[] = []
  #kubeconfigText = ''
  #stopped: Promise<void> | undefined
  #fail: (sentence: string) => void = () => undefined
  readonly #failure = new Promise<string>((resolve) => (this.#fail = resolve))

  constructor(binaries: Binaries, directory: OwnedDirectory, kubeconfigFile: string | undefined) {
    this.#binaries = binaries
    this.#directory = directory
    this.#kubeconfigFile = kubeconfigFile
  }

  async start(port: number): Promise<ControlPlane> {
    const directory = this.#directory.path
    const url = `https://127.0.0.1:${port}`
    const [adminToken, controllerToken] = [newToken(), newToken()]
    const authority = await newAuthority()
    const settings = { directory, url, port, adminToken, controllerToken, authority }
    await writeFiles(settings)
    writeAccess(directory, { url, adminToken, binaries: this.#binaries })
    this.#run('etcd', etcdArguments(settings))
    let apiServer = await this.#runApiServer(settings)
    this.#run('kube-controller-manager', controllerManagerArguments(settings))
    await this.#until('/api/v1/namespaces/default/serviceaccounts/default', settings)
    const access = connectControlPlane(directory)
    this.#publish(access.kubeconfig.text)
    return {
      ...access,
      killApiServer: async () => {
        this.#children = this.#children.filter((child) => child !== apiServer)
        apiServer.kill()
        await apiServer.ended
      },
      startApiServer: async () => {
        apiServer = await this.#runApiServer(settings)
      },
      failure: this.#failure,
      stop: () => this.stop(),
    }
  }

  #run(program: keyof Binaries, args: readonly string[]): Child {
    if (this.#stopped !== undefined) throw new Refusal('stopped while starting')
    const child = new Child(this.#binaries[program], args, this.#directory.path)
    this.#children = [...this.#children, child]
    void child.ended.then(() => {
      const sentence = this.#endOf(child)
      if (sentence !== undefined && this.#stopped === undefined) this.#fail(sentence)
    })
    return child
  }

  async #runApiServer(settings: Settings): Promise<Child> {
    const child = this.#run('kube-apiserver', apiServerArguments(settings))
    await this.#until('/readyz', settings)
    await this.#until('/api/v1/namespaces/default', settings)
    return child
  }

  #until(path: string, { url, authority, adminToken }: Settings): Promise<void> {
    const question = { url, path, authority: authority.certificate, token: adminToken }
    return untilOk(question, readyDeadlineMs, () => {
      if (this.#stopped !== undefined) return 'stopped while starting'
      return this.#children.map((child) => this.#endOf(child)).find((end) => end !== undefined)
    })
  }

  /** Of a child that counts: one that was killed on purpose does not. */
  #endOf(child: Child): string | undefined {
    if (child.end === undefined || !this.#children.includes(child)) return undefined
    return `${child.name} ended: ${child.end}`
  }

  #publish(text: string): void {
    if (this.#kubeconfigFile === undefined) return
    writeFileSync(this.#kubeconfigFile, text, { mode: 0o600 })
    this.#kubeconfigText = text
  }

  log(): string {
    const ended = this.#children.filter((child) => child.end !== undefined)
    return ended.map((child) => child.logTail()).join('\n')
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#end()
    return this.#stopped
  }

  /** The API server before etcd: one that has lost its etcd lingers for over 90 s. */
  async #end(): Promise<void> {
    const graceMs = { 'kube-controller-manager': 1_000, 'kube-apiserver': 2_000, etcd: 2_000 }
    for (const child of this.#children.toReversed()) {
      await child.stop(graceMs[child.name as keyof typeof graceMs])
    }
    const file = this.#kubeconfigFile
    if (file !== undefined && isFileOf(file, this.#kubeconfigText)) rmSync(file)
    this.#directory.remove()
  }
}

const newToken = (): string => randomBytes(24).toString('base64url')

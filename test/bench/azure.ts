/** The ARM simulator as a process of its own, what it counted, and ARM clients for its identities. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import type { Fault, RequestRow, SimulatedIdentity } from '../arm/simulator.ts'
import type { Throttling } from '../arm/throttle.ts'
import { Arm } from '../demo/arm.ts'
import { Program } from './program.ts'

export interface Operation {
  readonly name: string
  readonly status: string
  readonly startedAt: string
  readonly endedAt?: string
}

export interface AzureSettings {
  /** Gets the simulator's files and its log. */
  readonly directory: string
  readonly timeScale: number
  readonly signal: AbortSignal
}

export class Azure {
  readonly program: Program
  readonly url: string
  readonly ca: string
  readonly #identities: readonly SimulatedIdentity[]
  readonly #agent: Agent
  readonly #signal: AbortSignal
  readonly #clients: Arm[] = []

  private constructor(program: Program, url: string, { directory, signal }: AzureSettings) {
    this.program = program
    this.url = url
    this.ca = readFileSync(join(directory, 'ca.crt'), 'utf8')
    this.#identities = JSON.parse(readFileSync(join(directory, 'identities.json'), 'utf8'))
    this.#agent = new Agent({ connect: { ca: this.ca } })
    this.#signal = signal
  }

  /** Unthrottled at first. */
  static async start(settings: AzureSettings): Promise<Azure> {
    const { directory, timeScale } = settings
    const program = new Program({
      name: 'the simulator',
      argv: ['test/arm/main.ts', '--directory', directory, '--time-scale', String(timeScale)],
      env: process.env,
      logFile: join(directory, 'simulator.log'),
    })
    const ready = await program.line((line) => line.startsWith('ready '))
    return new Azure(program, ready.split(' ')[1] ?? '', settings)
  }

  identity(name: string): SimulatedIdentity {
    const found = this.#identities.find((each) => each.name === name)
    if (found === undefined) throw new Error(`the simulator has no identity ${name}`)
    return found
  }

  /** A client of ARM that speaks for the identity. */
  as(name: string): Arm {
    const arm = new Arm(this, this.identity(name), this.#signal)
    this.#clients.push(arm)
    return arm
  }

  /** The variables with which the operator signs in as that identity. */
  env(name: string, directory: string): Readonly<Record<string, string>> {
    const { tenantId, clientId, clientSecret } = this.identity(name)
    return {
      AZURE_RESOURCE_MANAGER_ENDPOINT: this.url,
      AZURE_RESOURCE_MANAGER_AUDIENCE: this.url,
      AZURE_AUTHORITY_HOST: this.url,
      AZURE_TENANT_ID: tenantId,
      AZURE_CLIENT_ID: clientId,
      AZURE_CLIENT_SECRET: clientSecret,
      NODE_EXTRA_CA_CERTS: join(directory, 'ca.crt'),
    }
  }

  async requests(): Promise<readonly RequestRow[]> {
    return (await this.#control('GET', 'requests')).requests
  }

  async clearRequests(): Promise<void> {
    await this.#control('DELETE', 'requests')
  }

  async operations(): Promise<readonly Operation[]> {
    return (await this.#control('GET', 'operations')).operations
  }

  /** With all buckets full. */
  async throttle(mode: Throttling): Promise<void> {
    await this.#control('POST', 'throttle', { mode })
  }

  async advance(seconds: number): Promise<void> {
    await this.#control('POST', 'clock', { advanceSeconds: seconds })
  }

  async faults(faults: readonly Fault[]): Promise<void> {
    await this.#control('POST', 'faults', faults)
  }

  async clearFaults(): Promise<void> {
    await this.#control('DELETE', 'faults')
  }

  async stop(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()))
    await this.#agent.close()
    await this.program.stop()
  }

  async #control(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<any> {
    const answer = await request(`${this.url}/_simulator/${path}`, {
      method,
      body: body === undefined ? null : JSON.stringify(body),
      dispatcher: this.#agent,
    })
    const text = await answer.body.text()
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
}

/** ARM's own: all but sign-in and what is asked before it. */
export const isArm = ({ type }: RequestRow): boolean =>
  !['token', 'discovery', 'metadata'].includes(type)

export const countOf = (
  rows: readonly RequestRow[],
  counts: (row: RequestRow) => boolean = () => true,
): number =>
  rows.filter((row) => isArm(row) && counts(row)).reduce((sum, { count }) => sum + count, 0)

export const isThrottled = ({ status }: RequestRow): boolean => status === 429
export const isWrite = ({ method }: RequestRow): boolean => method !== 'GET' && method !== 'HEAD'

/** Of the subscription in which the operator's identity works. */
export const subscriptionOf = (azure: Azure): string =>
  azure.identity('network').subscriptionIds[0] ?? ''

/** What was asked, by kind, the most first: one line each, which begins with a space. */
export const linesOf = (rows: readonly RequestRow[]): readonly string[] =>
  rows
    .filter(isArm)
    .toSorted((a, b) => b.count - a.count)
    .map(({ method, type, operation, status, count }) =>
      [String(count).padStart(8), method, type, operation, status].join(' '),
    )

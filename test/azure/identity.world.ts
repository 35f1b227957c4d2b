/** Identities against the simulator: Secrets and ServiceAccounts as a test has them, and Azure as they see it. */
import { createAzure, type AzureOptions, type StoppableAzure } from '../../operator/azure/azure.ts'
import type { Observation } from '../../operator/azure/client.ts'
import type { Lookup } from '../../operator/azure/credential.ts'
import type { IdentityRef } from '../../operator/azure/port.ts'
import { parseId, type Id } from '../../operator/azure/id.ts'
import { makeWorld, startAzure, type Azure } from '../arm/kit.ts'
import type { SimulatedIdentity } from '../arm/simulator.ts'
import { handClock, type HandClock } from './in-process.ts'

export type Values = Readonly<Record<string, string>>
export type Paths = Awaited<ReturnType<typeof makeWorld>>

export class IdentityWorld {
  readonly arm: Azure
  readonly paths: Paths
  readonly serverId: Id<'server'>
  /** By `<namespace>/<name>`. */
  readonly secrets = new Map<string, Lookup<Values>>()
  readonly reads: string[] = []
  readonly observed: Observation[] = []
  readonly clock: HandClock
  #azure: StoppableAzure | undefined

  private constructor(arm: Azure, paths: Paths) {
    this.arm = arm
    this.paths = paths
    const serverId = parseId('server', paths.server('orders'))
    if (serverId === undefined) throw new Error('the world has no server')
    this.serverId = serverId
    // The sign-in library counts a token's life from the real clock.
    this.clock = handClock(Date.now())
  }

  static async start(): Promise<IdentityWorld> {
    const arm = await startAzure({ timeScale: 60 })
    const paths = await makeWorld(arm)
    arm.simulator.clearRequests()
    return new IdentityWorld(arm, paths)
  }

  /** Its options count at the first use. */
  azure(change: Partial<AzureOptions> = {}): StoppableAzure {
    return (this.#azure ??= createAzure({
      environment: this.arm.simulator.env,
      clock: this.clock,
      random: () => 0.5,
      mayWrite: () => true,
      onRequest: (one) => void this.observed.push(one),
      readSecret: (namespace, name) => {
        this.reads.push(`${namespace}/${name}`)
        const found = this.secrets.get(`${namespace}/${name}`) ?? { is: 'absent' }
        return Promise.resolve(
          found.is === 'present'
            ? { is: 'present', value: new Map(Object.entries(found.value)) }
            : found,
        )
      },
      requestToken: () => Promise.resolve({ is: 'absent' }),
      userAgent: 'pgpe-operator/test',
      ca: this.arm.simulator.ca,
      ...change,
    }))
  }

  put(key: string, values: Values): void {
    this.secrets.set(key, { is: 'present', value: values })
  }

  /** What the identity says of the server now: `present`, or why it can't be read. */
  async read(identity: IdentityRef, maxAgeMs = 0): Promise<string> {
    this.clock.pass(1)
    const seen = await this.azure().as(identity).get(this.serverId, maxAgeMs)
    return seen.is === 'unreadable' ? `${seen.error.code}: ${seen.error.message}` : seen.is
  }

  async stop(): Promise<void> {
    await this.#azure?.stop()
    await this.arm.stop()
  }

  /** How often the directory was asked for a token. */
  signIns(): number {
    return this.arm.simulator
      .requests()
      .filter(({ type }) => type === 'token')
      .reduce((sum, { count }) => sum + count, 0)
  }
}

/** As a person would write it into a Secret. */
export const secretOf = ({ tenantId, clientId, clientSecret }: SimulatedIdentity): Values => ({
  AZURE_TENANT_ID: tenantId,
  AZURE_CLIENT_ID: clientId,
  AZURE_CLIENT_SECRET: clientSecret,
})

export const secretRef = (
  namespace: string,
  more: { readonly leaving?: true } = {},
): IdentityRef => ({
  kind: 'Secret',
  namespace,
  name: 'pgpe-azure',
  ...more,
})

/**
 * The endpoint kind over the real adapter, the real SDKs and the ARM simulator; the cluster is a map.
 * Time is moved by hand, in Azure and in the operator alike: nothing waits.
 */
import { Agent } from 'undici'
import { createAzure } from '../../operator/azure/azure.ts'
import type { Lookup } from '../../operator/azure/credential.ts'
import type { Outcome } from '../../operator/azure/action.ts'
import type { JsonObject } from '../../operator/azure/model.ts'
import type { Deed } from '../../operator/endpoint/deed.ts'
import { endpointKind, endpointsToWake } from '../../operator/endpoint/kind.ts'
import type { Observation } from '../../operator/endpoint/observation.ts'
import { Conflict } from '../../operator/kubernetes/port.ts'
import type { SimulatedIdentity, Simulator, SimulatorOptions } from '../arm/simulator.ts'
import { startSimulator } from '../arm/start.ts'
import { armOf, type Arm } from './endpoint.arm.ts'
import { startAlteringProxy, type Alter, type AlteringProxy } from './altering-proxy.ts'
import { ConfigMapStore } from './endpoint.config-maps.ts'
import { Cluster, keyOf } from './endpoint.cluster.ts'

class Crash extends Error {}

export interface WorldOptions {
  readonly seed?: number
  /** The operator's identity; default `owner`. */
  readonly identity?: string
  /** Whether ConfigMaps may be written; default no. */
  readonly connectionInfo?: boolean
  /** Changes Azure's answers to the operator. */
  readonly alter?: Alter
  /** The zone's name in this cloud; default: the public cloud's. */
  readonly zoneName?: string
  /** What the simulated Azure is asked for beside. */
  readonly simulator?: Omit<SimulatorOptions, 'seed'>
}

export async function makeWorld(options: WorldOptions = {}): Promise<World> {
  const azure = await startSimulator({ seed: options.seed ?? 1, ...options.simulator })
  const proxy = options.alter && (await startAlteringProxy(azure, options.alter))
  return new World(azure, options, proxy)
}

/** Moved by hand, by ms. */
class HandClock {
  offset = 0
  readonly monotonicMs = (): number => performance.now() + this.offset
  readonly now = (): Date => new Date(Date.now() + this.offset)
}

interface Circumstances {
  readonly me: SimulatedIdentity
  readonly clock: HandClock
  readonly random: () => number
  readonly proxy: AlteringProxy | undefined
  readonly zoneName: string | undefined
}

function createOperator(
  { azure, cluster, clusterId, configMaps, secrets }: World,
  { me, clock, random, proxy, zoneName }: Circumstances,
) {
  const client = createAzure({
    environment: {
      ...azure.env,
      ...(proxy === undefined ? {} : { AZURE_RESOURCE_MANAGER_ENDPOINT: proxy.url }),
      AZURE_CLIENT_ID: me.clientId,
      AZURE_CLIENT_SECRET: me.clientSecret,
      AZURE_TENANT_ID: me.tenantId,
    },
    clock,
    random,
    mayWrite: () => true,
    onRequest: () => undefined,
    readSecret: (_, name) => Promise.resolve(secrets.get(name) ?? { is: 'absent' }),
    requestToken: () => Promise.reject(new Error('no ServiceAccount here')),
    userAgent: 'pgpe-operator/test',
    ca: proxy?.ca ?? azure.ca,
  })
  const kind = endpointKind({
    azure: client,
    endpoints: cluster,
    writer: cluster,
    events: cluster,
    ...(configMaps === undefined ? {} : { configMaps }),
    clusterId,
    settings: { inFlightMs: 5_000, resyncMs: 300_000, zoneGroupResyncMs: 43_200_000 },
    now: clock.now,
    moment: clock.monotonicMs,
    random,
    ...(zoneName === undefined ? {} : { zoneName }),
  })
  return { client, kind }
}

export class World {
  readonly azure: Simulator
  readonly cluster: Cluster
  readonly arm: Arm
  readonly subscriptionId: string
  /** Names of the deeds that Azure took, in their order. */
  readonly deeds: string[] = []
  crashes = 0
  /** Of the process that runs now. */
  clusterId = 'cluster-1'
  /** What others do in the moment between the operator's look and its deed. */
  meanwhile: (deed: Deed) => Promise<void> | void = () => undefined
  readonly configMaps: ConfigMapStore | undefined
  /** Secrets of the one namespace, by name. */
  readonly secrets = new Map<string, Lookup<ReadonlyMap<string, string>>>()

  readonly #agent: Agent
  readonly #proxy: AlteringProxy | undefined
  readonly #clock = new HandClock()
  readonly #create: () => ReturnType<typeof createOperator>
  #operator: ReturnType<typeof createOperator>
  readonly #due = new Map<string, number>()
  #crashAfterDeed = Infinity
  #crashBeforeWrite = Infinity
  #chance = 0

  constructor(azure: Simulator, options: WorldOptions, proxy: AlteringProxy | undefined) {
    const me = azure.identity(options.identity ?? 'owner')
    const [subscriptionId] = me.subscriptionIds
    if (subscriptionId === undefined) throw new Error(`${me.name} sees no subscription`)
    this.azure = azure
    this.subscriptionId = subscriptionId
    this.cluster = new Cluster(this.#clock.now)
    if (options.connectionInfo) this.configMaps = new ConfigMapStore()
    this.#proxy = proxy
    this.#agent = new Agent({ connect: { ca: azure.ca } })
    this.arm = armOf(azure, azure.identity('owner'), this.#agent)
    const random = (): number => (this.#chance = (this.#chance + 0.37) % 1)
    const { zoneName } = options
    this.#create = () => createOperator(this, { me, clock: this.#clock, random, proxy, zoneName })
    this.#operator = this.#create()
    this.cluster.onChange = (before, after) => {
      const now = this.#clock.offset
      const wish = (one: typeof after) =>
        JSON.stringify([one?.metadata.generation, one?.metadata.annotations])
      if (after !== undefined && wish(before) !== wish(after))
        this.#due.set(keyOf(after.metadata), now)
      for (const key of endpointsToWake(before, after, this.cluster)) this.#due.set(key, now)
    }
  }

  /** Azure as another identity writes to it. */
  as(identity: string): Arm {
    return armOf(this.azure, this.azure.identity(identity), this.#agent)
  }

  /** The process dies after its n-th deed from here, before it has written anything of it. */
  crashAfter(deed: number): void {
    this.#crashAfterDeed = deed
  }

  /** The process dies before its n-th visit from here that would write to the cluster. */
  crashBeforeWrite(write: number): void {
    this.#crashBeforeWrite = write
  }

  /** How much time was let pass, in seconds. */
  get elapsed(): number {
    return this.#clock.offset / 1000
  }

  /** The process ends, and another one begins; in another cluster, where one is named. */
  async restart(clusterId = this.clusterId): Promise<void> {
    await this.#operator.client.stop()
    this.clusterId = clusterId
    this.#operator = this.#create()
    this.#due.clear()
  }

  /** Lets time pass for everybody. */
  readonly pass = (seconds: number): void => {
    this.#clock.offset += seconds * 1000
    this.azure.advance(seconds)
  }

  /** Visits objects when they are due until `done` says so; throws after an hour of Azure's time. */
  async until(what: string, done: () => boolean | Promise<boolean>): Promise<void> {
    const clock = this.#clock
    const latest = clock.offset + 3_600_000
    while (!(await done())) {
      const keys = [...this.cluster.all()].map(({ metadata }) => keyOf(metadata))
      const dueAt = (key: string): number => this.#due.get(key) ?? 0
      const [next] = keys.toSorted((a, b) => dueAt(a) - dueAt(b))
      const at = Math.max(clock.offset, next === undefined ? Infinity : dueAt(next))
      if (at > latest) throw new Error(`${what}: not within an hour; ${inWords(this.cluster)}`)
      if (at > clock.offset) this.pass((at - clock.offset) / 1000)
      if (next !== undefined) await this.#turn(next)
    }
  }

  /** Visits one object, now: what an event of it does. */
  wake(key: string): Promise<void> {
    return this.#turn(key)
  }

  /** Visits every object once, now; answers how many deeds Azure took. */
  async visitAll(): Promise<number> {
    const before = this.deeds.length
    for (const { metadata } of [...this.cluster.all()]) await this.#turn(keyOf(metadata))
    return this.deeds.length - before
  }

  async stop(): Promise<void> {
    await this.#operator.client.stop()
    await this.#agent.close()
    await this.#proxy?.stop()
    await this.azure.stop()
  }

  async #turn(key: string): Promise<void> {
    try {
      const again = await this.#visit(key)
      this.#due.set(key, again === undefined ? Infinity : this.#clock.offset + again)
    } catch (error) {
      if (error instanceof Crash) await this.#crash()
      else if (error instanceof Conflict) this.#due.set(key, this.#clock.offset)
      else throw error
    }
  }

  async #visit(key: string): Promise<number | undefined> {
    const { kind } = this.#operator
    const seen = await kind.observe(key)
    if (seen === undefined) return undefined
    const made = kind.plan(seen)
    const outcomes: Outcome[] = []
    for (const deed of made.actions) outcomes.push(await this.#act(deed, seen))
    const { write, againInMs } = kind.report(seen, made, outcomes, this.#clock.now())
    if (--this.#crashBeforeWrite === 0) throw new Crash()
    await kind.write(key, seen, write)
    return againInMs
  }

  async #act(deed: Deed, seen: Observation): Promise<Outcome> {
    await this.meanwhile(deed)
    const outcome = await this.#operator.kind.act(deed, seen)
    if (outcome.is === 'accepted') this.deeds.push(deed.name)
    if (outcome.is !== 'held' && --this.#crashAfterDeed === 0) throw new Crash()
    return outcome
  }

  async #crash(): Promise<void> {
    this.crashes++
    await this.restart()
    // A new process needs a moment; a lease takes longer.
    this.pass(16)
  }
}

const inWords = (cluster: Cluster): string =>
  [...cluster.all()]
    .map(({ metadata, status }) => {
      const all = status?.conditions?.map(
        (one) => `${one.type}=${one.status}/${one.reason}: ${one.message}`,
      )
      return `${metadata.name}: ${all?.join('; ') ?? 'no condition'}`
    })
    .join('\n')

export const readyOf = (cluster: Cluster, key: string): string => {
  const ready = cluster.get(key)?.status?.conditions?.find(({ type }) => type === 'Ready')
  return ready === undefined ? 'none' : `${ready.status}/${ready.reason}`
}

/** A group, a network with a subnet, a server that is Ready. */
export async function furnish(
  { arm, subscriptionId, pass }: World,
  group: string,
  server: JsonObject = {},
): Promise<{
  readonly group: string
  readonly serverId: string
  readonly subnetId: string
  readonly networkId: string
}> {
  const root = `/subscriptions/${subscriptionId}/resourceGroups/${group}`
  const networkId = `${root}/providers/Microsoft.Network/virtualNetworks/net`
  const subnetId = `${networkId}/subnets/apps`
  const serverId = `${root}/providers/Microsoft.DBforPostgreSQL/flexibleServers/${group}-db`
  await arm.put(root, { location: 'westeurope' })
  await arm.put(networkId, {
    location: 'westeurope',
    properties: {
      addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
      subnets: [{ name: 'apps', properties: { addressPrefix: '10.0.1.0/24' } }],
    },
  })
  await arm.put(serverId, {
    location: 'westeurope',
    sku: { name: 'Standard_D2s_v3', tier: 'GeneralPurpose' },
    properties: {
      administratorLogin: 'boss',
      administratorLoginPassword: 'Secret-1234',
      version: '16',
      storage: { storageSizeGB: 32 },
      network: { publicNetworkAccess: 'Enabled' },
      ...server,
    },
  })
  pass(1_800)
  return { group: root, serverId, subnetId, networkId }
}

/**
 * Many endpoints in one subscription on virtual time: the real kind, controller and Azure adapter over
 * the simulator in memory. Every request takes a moment, and its count is the same in every run.
 */
import * as assert from 'uvu/assert'
import { createHttpHeaders } from '@azure/core-rest-pipeline'
import type { PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline'
import { createAzure, type StoppableAzure } from '../../operator/azure/azure.ts'
import { brokenBy } from '../../operator/azure/failure.ts'
import { Turns } from '../../operator/azure/turns.ts'
import { endpointKind } from '../../operator/endpoint/kind.ts'
import { Conflict } from '../../operator/kubernetes/port.ts'
import { Backoff, backoffSettings } from '../../operator/runtime/backoff.ts'
import { Controller } from '../../operator/runtime/controller.ts'
import { reconcile } from '../../operator/runtime/reconcile.ts'
import { Cluster, keyOf } from '../azure/endpoint.cluster.ts'
import { simulatorInMemory, type InMemory, type InMemoryOptions } from '../arm/in-memory.ts'
import { Dice } from '../arm/dice.ts'
import { durations } from '../arm/duration.ts'
import { dice, World } from './virtual-time.ts'

/** What a request takes on the wire, ms. */
const requestMs = 40
const settings = { inFlightMs: 5_000, resyncMs: 300_000, zoneGroupResyncMs: 43_200_000 }
const zoneName = 'privatelink.postgres.database.azure.com'

export interface FleetOptions extends Partial<Pick<InMemoryOptions, 'lag' | 'throttle' | 'seed'>> {
  readonly count: number
  /** Of how many subnets each network is. */
  readonly subnetsPerNetwork?: number
  /** Whether the networks are linked to the zone beforehand. */
  readonly linked?: boolean
}

export class Fleet {
  readonly time = new World(Date.now())
  readonly cluster: Cluster
  readonly arm: InMemory
  readonly count: number
  readonly group: string
  visits = 0
  /** How often an object was told that something has changed. */
  news = 0
  readonly #clock = this.time.clock()
  readonly #random: () => number
  readonly #failures: unknown[] = []
  readonly #seed: number
  #clearedAt = 0
  #operator: { readonly azure: StoppableAzure; readonly controller: Controller } | undefined

  /** Everything but the endpoints is there, and has been for an hour. */
  static async of(options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(options)
    await fleet.time.pass(3_600_000)
    if (options.linked) fleet.#link()
    await fleet.time.pass(600_000)
    fleet.clear()
    return fleet
  }

  private constructor({ count, subnetsPerNetwork = 100, ...options }: FleetOptions) {
    this.count = count
    this.#seed = options.seed ?? 1
    this.#random = dice(this.#seed)
    const now = (): number => this.#clock.now().getTime()
    this.cluster = new Cluster(() => this.#clock.now())
    this.arm = simulatorInMemory({ now, ...options })
    const owner = this.arm.identity('owner')
    this.group = `/subscriptions/${owner.subscriptionIds[0]}/resourceGroups/rg`
    this.subnets = subnetsPerNetwork
    this.#furnish(subnetsPerNetwork)
  }

  serverId = (index: number): string =>
    `${this.group}/providers/Microsoft.DBforPostgreSQL/flexibleServers/db-${index}`

  /** A request of somebody else's, at once. */
  ask(method: string, path: string, body?: object): unknown {
    const version = versions.find(([part]) => path.includes(part))?.[1]
    const answer = this.arm.answer({
      method,
      url: `${this.arm.url}${path}?api-version=${version}`,
      headers: { authorization: `Bearer ${this.#signIn()}`, 'content-type': 'application/json' },
      body: body === undefined ? '' : JSON.stringify(body),
    })
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  /** A new process. */
  async start(): Promise<void> {
    await this.#operator?.controller.stop()
    await this.#operator?.azure.stop()
    const azure = this.#azure()
    const turns = new Turns({
      now: () => this.#clock.monotonic(),
      timer: (ms, then) => this.#clock.timer(ms, then),
      onTurn: this.#onTurn,
    })
    const kind = endpointKind({
      azure,
      ...{ endpoints: this.cluster, writer: this.cluster, events: this.cluster },
      ...{ clusterId: 'cluster-1', settings, random: this.#random },
      turns,
      now: () => this.#clock.now(),
      moment: () => this.#clock.monotonic(),
      onNews: (key, waited) => {
        this.news += 1
        this.#operator?.controller.wake(key, waited ? 'begun' : 'routine')
      },
    })
    const controller = new Controller({
      visit: async (key) => {
        this.visits += 1
        const began = this.#clock.monotonic()
        const visit = await reconcile(kind, key, () => this.#clock.now())
        turns.visited(`${kind.name} ${key}`, began)
        azure.visited(`${kind.name} ${key}`, began)
        return visit
      },
      workers: 32,
      clock: this.#clock,
      backoff: new Backoff(backoffSettings, this.#random),
      mayVisit: () => true,
      isConflict: (error) => error instanceof Conflict,
      onVisit: ({ error }) => {
        if (error !== undefined && !(error instanceof Conflict)) this.#failures.push(error)
      },
    })
    this.#operator = { azure, controller }
    for (const { metadata } of this.cluster.all()) controller.wake(keyOf(metadata), 'routine')
    controller.start()
  }

  readonly #onTurn = (who: string): void =>
    this.#operator?.controller.wake(who.slice(who.indexOf(' ') + 1), 'begun')

  create(index: number): string {
    const network = Math.floor(index / this.subnets)
    const key = this.cluster.create(`pe-${index}`, {
      serverId: this.serverId(index),
      subnetId: `${this.group}/providers/Microsoft.Network/virtualNetworks/net-${network}/subnets/s-${index}`,
      resourceGroup: 'rg',
    })
    this.#operator?.controller.wake(key)
    return key
  }

  subnets = 100

  get ready(): number {
    return [...this.cluster.all()].filter(({ status }) =>
      status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    ).length
  }

  /** Seconds until it holds; throws after an hour. */
  async until(what: string, done: () => boolean): Promise<number> {
    const begun = this.time.at
    while (!done()) {
      assert.equal(this.#failures, [], what)
      if (this.time.at - begun > 3_600_000) throw new Error(`${what}: not within an hour`)
      await this.time.pass(100)
    }
    return (this.time.at - begun) / 1_000
  }

  /** Requests but for tokens, as `GET type operation status`, with their numbers. */
  requests(): ReadonlyMap<string, number> {
    const rows = this.arm.requests().filter(({ type }) => type !== 'token' && type !== 'discovery')
    return new Map(
      rows.map(({ method, type, operation, status, count }) => [
        `${method} ${type} ${operation} ${status}`,
        count,
      ]),
    )
  }

  /** Counts from now on. */
  clear(): void {
    this.arm.clearRequests()
    this.visits = 0
    this.news = 0
    this.#clearedAt = this.time.at
  }

  /** ms. */
  sinceClear(): number {
    return this.time.at - this.#clearedAt
  }

  tagsOf(endpoint: string): Readonly<Record<string, string>> {
    const path = `${this.group}/providers/Microsoft.Network/privateEndpoints/${endpoint}`
    return (this.ask('GET', path) as { readonly tags: Readonly<Record<string, string>> }).tags
  }

  /** ms that Azure takes for the first PUTs of this endpoint and of its zone group, one after the other. */
  operationsMs(endpoint: string): number {
    const id = `${this.group}/providers/Microsoft.Network/privateEndpoints/${endpoint}`
    const took = (what: 'endpointCreate' | 'zoneGroup', of: string): number =>
      new Dice(this.#seed).between(`${what} ${of.toLowerCase()}`, ...durations[what].seconds)
    const group = `${id}/privateDnsZoneGroups/default`
    return (took('endpointCreate', id) + took('zoneGroup', group)) * 1_000
  }

  async stop(): Promise<void> {
    await this.#operator?.controller.stop()
    await this.#operator?.azure.stop()
  }

  #azure(): StoppableAzure {
    const sendRequest = async (request: PipelineRequest): Promise<PipelineResponse> => {
      await this.#clock.sleep(requestMs)
      try {
        const { status, headers, body } = this.arm.answer({
          ...{ method: request.method, url: request.url, headers: request.headers.toJSON() },
          body: typeof request.body === 'string' ? request.body : '',
        })
        const bodyAsText = body === undefined ? '' : JSON.stringify(body)
        return { request, status, headers: createHttpHeaders(headers), bodyAsText }
      } catch (error) {
        throw brokenBy(error, 'arm.simulator.test', false)
      }
    }
    const clock = this.#clock
    return createAzure({
      environment: this.arm.env,
      clock: {
        now: () => clock.now(),
        monotonicMs: () => clock.monotonic(),
        timer: (ms, then) => clock.timer(ms, then),
      },
      timer: (ms, then) => clock.timer(ms, then),
      onTurn: this.#onTurn,
      cadence: settings,
      random: this.#random,
      mayWrite: () => true,
      onRequest: () => undefined,
      readSecret: () => Promise.reject(new Error('no Secret here')),
      requestToken: () => Promise.reject(new Error('no ServiceAccount here')),
      userAgent: 'pgpe-operator/test',
      transport: { client: { sendRequest }, stop: () => Promise.resolve() },
    })
  }

  #signIn(): string {
    const { tenantId, clientId, clientSecret } = this.arm.identity('owner')
    const answer = this.arm.answer({
      method: 'POST',
      url: `${this.arm.url}/${tenantId}/oauth2/v2.0/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
        scope: `${this.arm.url}/.default`,
      }).toString(),
    })
    return (answer.body as { access_token: string }).access_token
  }

  #furnish(subnetsPerNetwork: number): void {
    this.ask('PUT', this.group, { location: 'westeurope' })
    const provider = `${this.group}/providers/Microsoft.Network`
    for (let network = 0; network * subnetsPerNetwork < this.count; network += 1) {
      const first = network * subnetsPerNetwork
      const many = Math.min(subnetsPerNetwork, this.count - first)
      this.ask('PUT', `${provider}/virtualNetworks/net-${network}`, {
        location: 'westeurope',
        properties: {
          addressSpace: { addressPrefixes: [`10.${network}.0.0/16`] },
          subnets: Array.from({ length: many }, (_, index) => ({
            name: `s-${first + index}`,
            properties: { addressPrefix: `10.${network}.${index}.0/24` },
          })),
        },
      })
    }
    this.ask('PUT', `${provider}/privateDnsZones/${zoneName}`, { location: 'global' })
    for (let index = 0; index < this.count; index += 1) this.#makeServer(index)
  }

  #link(): void {
    const subnetsPerNetwork = this.subnets
    const provider = `${this.group}/providers/Microsoft.Network`
    for (let network = 0; network * subnetsPerNetwork < this.count; network += 1) {
      this.ask(
        'PUT',
        `${provider}/privateDnsZones/${zoneName}/virtualNetworkLinks/net-${network}`,
        {
          location: 'global',
          properties: {
            virtualNetwork: { id: `${provider}/virtualNetworks/net-${network}` },
            registrationEnabled: false,
          },
        },
      )
    }
  }

  #makeServer(index: number): void {
    this.ask('PUT', this.serverId(index), {
      location: 'westeurope',
      sku: { name: 'Standard_D2s_v3', tier: 'GeneralPurpose' },
      properties: {
        ...{ administratorLogin: 'boss', administratorLoginPassword: 'Secret-1234' },
        ...{ version: '16', storage: { storageSizeGB: 32 } },
        network: { publicNetworkAccess: 'Enabled' },
      },
    })
  }
}

const versions: readonly (readonly [string, string])[] = [
  ['Microsoft.DBforPostgreSQL', '2025-08-01'],
  ['privateDnsZones', '2024-06-01'],
  ['Microsoft.Network', '2026-01-01'],
  ['', '2025-04-01'],
]

/**
 * The decision kind over the real adapter, the real SDKs and the ARM simulator; the cluster is a map.
 * Time is moved by hand, in Azure and in the operator alike: nothing waits.
 */
import type { PostgresPrivateEndpoint } from '../../operator/api/private-endpoint.ts'
import { createAzure } from '../../operator/azure/azure.ts'
import type { AuditLine } from '../../operator/decision/audit.ts'
import { decisionKind, type DecisionKind } from '../../operator/decision/kind.ts'
import type { DecisionOutcome } from '../../operator/decision/outcome.ts'
import { Conflict } from '../../operator/kubernetes/port.ts'
import { endpointBody, makeWorld, startAzure, type Arm, type Azure } from '../arm/kit.ts'
import { DecisionCluster, keyOf, Objects } from '../kit/decision-cluster.ts'
import { startAlteringProxy, type Alter, type AlteringProxy } from './altering-proxy.ts'

class Crash extends Error {}

/** Where the process may die: before or after a write to Azure, before one to the cluster. */
export type Boundary = 'before act' | 'after act' | 'before write'

export class DecisionFlow {
  readonly cluster = new DecisionCluster(() => this.now())
  readonly endpoints = new Objects<PostgresPrivateEndpoint>()
  readonly audit: AuditLine[] = []
  readonly azure: Azure
  readonly serverId: string
  readonly paths: Awaited<ReturnType<typeof makeWorld>>
  readonly #identity: string
  readonly #proxy: AlteringProxy | undefined
  readonly #due = new Map<string, number>()
  #offset = 0
  #crash: { readonly at: Boundary; left: number } | undefined
  #operator: { readonly kind: DecisionKind; readonly stop: () => Promise<void> }

  private constructor(
    azure: Azure,
    paths: DecisionFlow['paths'],
    identity: string,
    proxy: AlteringProxy | undefined,
  ) {
    this.azure = azure
    this.#proxy = proxy
    this.paths = paths
    this.serverId = paths.server('orders')
    this.#identity = identity
    this.#operator = this.#start()
  }

  /**
   * A group, a network and the server `orders`, and an operator that acts as `identity`.
   * @param alter sees all that the operator asks the resource manager
   */
  static async start(identity = 'database', alter?: Alter): Promise<DecisionFlow> {
    const azure = await startAzure()
    const proxy = alter && (await startAlteringProxy(azure.simulator, alter))
    return new DecisionFlow(azure, await makeWorld(azure), identity, proxy)
  }

  now(): number {
    return Date.UTC(2026, 0, 1) + this.#offset
  }

  /** Azure's writes so far to connections, by method. */
  writes(): readonly string[] {
    return this.azure.simulator
      .requests()
      .filter(({ method, type }) => method !== 'GET' && /privateEndpointConnections$/i.test(type))
      .flatMap(({ method, count }) => Array.from({ length: count }, () => method))
  }

  /** A manual request for a connection, by somebody who may not approve it. */
  async request(name: string, by: Arm = this.azure.owner, subnet = this.paths.subnet) {
    const group = subnet.slice(0, subnet.indexOf('/providers/'))
    const id = `${group}/providers/Microsoft.Network/privateEndpoints/${name}`
    const body = endpointBody(subnet, this.serverId, { manual: true })
    const made = await by.done('PUT', id, body)
    if (made.status >= 300) throw new Error(`${name}: ${JSON.stringify(made.body)}`)
    return this.connectionOf(id)
  }

  /** Properties of the connection of that endpoint, as the server shows them. */
  async connectionOf(endpointId: string) {
    const { body } = await this.azure.owner.get(this.serverId)
    const all = body.properties.privateEndpointConnections as readonly {
      readonly name: string
      readonly id: string
      readonly properties: {
        readonly privateEndpoint?: { readonly id: string }
        readonly privateLinkServiceConnectionState: {
          readonly status: string
          readonly description?: string
        }
      }
    }[]
    const found = all.find(
      ({ properties }) => properties.privateEndpoint?.id.toLowerCase() === endpointId.toLowerCase(),
    )
    return found && { ...found, endpointId, ...found.properties.privateLinkServiceConnectionState }
  }

  pass(seconds: number): void {
    this.#offset += seconds * 1_000
    this.azure.simulator.advance(seconds)
  }

  crashAt(at: Boundary, nth: number): void {
    this.#crash = { at, left: nth }
  }
  get crashed(): boolean {
    return this.#crash?.left === 0
  }

  /** Visits objects as they are due until `done` says so; throws after an hour of Azure's time. */
  async until(what: string, done: () => boolean): Promise<void> {
    const latest = this.#offset + 3_600_000
    while (!done()) {
      const keys = [...this.cluster.decisions.objects.keys()]
      const next = keys.toSorted((a, b) => this.#at(a) - this.#at(b))[0]
      const at = Math.max(this.#offset, next === undefined ? Infinity : this.#at(next))
      if (at > latest) throw new Error(`${what}: not within an hour; ${this.#words()}`)
      if (at > this.#offset) this.pass((at - this.#offset) / 1_000)
      if (next !== undefined) await this.#turn(next)
    }
  }

  /** Lets so much time pass, with visits as they are due. */
  async rest(seconds: number): Promise<void> {
    const end = this.#offset + seconds * 1_000
    for (;;) {
      const keys = [...this.cluster.decisions.objects.keys()]
      const next = keys.toSorted((a, b) => this.#at(a) - this.#at(b))[0]
      const at = Math.max(this.#offset, next === undefined ? Infinity : this.#at(next))
      if (next === undefined || at > end) return this.pass((end - this.#offset) / 1_000)
      if (at > this.#offset) this.pass((at - this.#offset) / 1_000)
      await this.#turn(next)
    }
  }

  /** What a watch does when somebody changes something. */
  wakeAll(): void {
    this.#due.clear()
  }

  async stop(): Promise<void> {
    await this.#operator.stop()
    await this.#proxy?.stop()
    await this.azure.stop()
  }

  #at(key: string): number {
    return this.#due.get(key) ?? 0
  }

  async #turn(key: string): Promise<void> {
    try {
      const again = await this.#visit(key)
      this.#due.set(key, again === undefined ? Infinity : this.#offset + again)
    } catch (error) {
      if (error instanceof Conflict) this.#due.set(key, this.#offset + 100)
      else if (error instanceof Crash) await this.#restart()
      else throw error
    }
  }

  async #visit(key: string): Promise<number | undefined> {
    const { kind } = this.#operator
    const seen = await kind.observe(key)
    if (!seen) return undefined
    const made = kind.plan(seen)
    const outcomes: DecisionOutcome[] = []
    for (const action of made.actions) {
      if (action.do === 'decide') this.#boundary('before act')
      outcomes.push(await kind.act(action, seen))
      if (action.do === 'decide') this.#boundary('after act')
    }
    const { write, againInMs } = kind.report(seen, made, outcomes, new Date(this.now()))
    if (write.status) this.#boundary('before write')
    await kind.write(key, seen, write)
    return againInMs
  }

  #boundary(at: Boundary): void {
    if (this.#crash?.at === at && --this.#crash.left === 0) throw new Crash()
  }

  async #restart(): Promise<void> {
    await this.#operator.stop()
    this.#operator = this.#start()
    this.#due.clear()
    this.pass(16)
  }

  #start() {
    const { simulator } = this.azure
    const { clientId, clientSecret, tenantId } = simulator.identity(this.#identity)
    const client = createAzure({
      environment: {
        ...simulator.env,
        ...(this.#proxy && { AZURE_RESOURCE_MANAGER_ENDPOINT: this.#proxy.url }),
        AZURE_CLIENT_ID: clientId,
        AZURE_CLIENT_SECRET: clientSecret,
        AZURE_TENANT_ID: tenantId,
      },
      clock: { monotonicMs: () => this.#offset, now: () => new Date(Date.now() + this.#offset) },
      random: () => 0.5,
      mayWrite: () => true,
      onRequest: () => undefined,
      readSecret: () => Promise.reject(new Error('no Secret here')),
      requestToken: () => Promise.reject(new Error('no ServiceAccount here')),
      userAgent: 'pgpe-operator/test',
      ca: this.#proxy?.ca ?? simulator.ca,
    })
    const kind = decisionKind({
      azure: client,
      decisions: this.cluster.decisions,
      endpoints: this.endpoints,
      writer: this.cluster,
      maker: this.cluster,
      events: this.cluster,
      audit: (line) => void (line && this.audit.push(line)),
      settings: { inFlightMs: 5_000, resyncMs: 300_000 },
      gated: () => true,
      synced: () => true,
      now: () => new Date(this.now()),
      random: () => 0.5,
    })
    return { kind, stop: () => client.stop() }
  }

  #words(): string {
    return [...this.cluster.decisions.all()]
      .map((one) => {
        const said = one.status?.conditions?.map(
          ({ type, status, reason, message }) => `${type}=${status}/${reason}: ${message}`,
        )
        return `${keyOf(one)}: ${said?.join('; ') ?? 'nothing said'}`
      })
      .join('\n')
  }
}

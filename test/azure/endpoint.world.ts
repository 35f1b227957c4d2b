/**
 * The endpoint kind over the real adapter, the real SDKs and the ARM simulator; the cluster is a map.
 * Time is moved by hand, in Azure and in the operator alike: nothing waits.
 */
import { Agent, request } from 'undici'
import type { Metadata } from '../../operator/api/kubernetes.ts'
import {
  finalizer,
  status as statusSchema,
  spec as specSchema,
  type EndpointStatus,
  type PostgresPrivateEndpoint,
  type WrittenEndpointSpec,
} from '../../operator/api/private-endpoint.ts'
import { complete, fit } from '../../operator/api/value.ts'
import { createAzure } from '../../operator/azure/azure.ts'
import type { Outcome } from '../../operator/azure/action.ts'
import type { JsonObject } from '../../operator/azure/model.ts'
import type { Deed } from '../../operator/endpoint/deed.ts'
import { endpointKind, type EndpointKind } from '../../operator/endpoint/kind.ts'
import {
  Conflict,
  type EventNote,
  type ObjectWriter,
  type Store,
} from '../../operator/kubernetes/port.ts'
import type { SimulatedIdentity, Simulator } from '../arm/simulator.ts'
import { startSimulator } from '../arm/start.ts'

type Endpoint = PostgresPrivateEndpoint

/** What the API server would do to one resource: versions, generations, finalizers, conflicts. */
export class Cluster implements Store<Endpoint>, ObjectWriter<Endpoint> {
  readonly synced = true
  readonly #objects = new Map<string, Endpoint>()
  readonly events: (EventNote & { readonly key: string })[] = []
  readonly #now: () => Date
  #version = 100
  #uid = 0
  /** Writes of status and finalizers. */
  writes = 0

  constructor(now: () => Date) {
    this.#now = now
  }

  get(key: string): Endpoint | undefined {
    return this.#objects.get(key)
  }
  all(): Iterable<Endpoint> {
    return this.#objects.values()
  }
  getNow(key: string): Promise<Endpoint | undefined> {
    return Promise.resolve(this.#objects.get(key))
  }

  create(name: string, spec: WrittenEndpointSpec): string {
    const key = `team/${name}`
    const uid = `00000000-0000-4000-8000-${String(++this.#uid).padStart(12, '0')}`
    this.#keep(key, {
      apiVersion: 'pgpe.dev/v1alpha1',
      kind: 'PostgresPrivateEndpoint',
      metadata: {
        namespace: 'team',
        name,
        uid,
        generation: 1,
        resourceVersion: '1',
        creationTimestamp: this.#now().toISOString(),
      },
      spec: complete(specSchema, spec),
      status: { observedGeneration: -1 },
    })
    return key
  }

  edit(
    key: string,
    change: { spec?: Partial<Endpoint['spec']>; annotations?: Record<string, string> },
  ): void {
    const before = this.#existing(key)
    const { metadata } = before
    const generation = change.spec === undefined ? metadata.generation : metadata.generation + 1
    const annotations = { ...metadata.annotations, ...change.annotations }
    this.#keep(key, {
      ...before,
      spec: { ...before.spec, ...change.spec },
      metadata: { ...metadata, generation, annotations },
    })
  }

  delete(key: string): void {
    const before = this.#existing(key)
    const deletionTimestamp = this.#now().toISOString()
    const { generation } = before.metadata
    const metadata = { ...before.metadata, deletionTimestamp, generation: generation + 1 }
    this.#keep(key, { ...before, metadata })
  }

  applyStatus(object: Endpoint, status: object, resourceVersion?: string): Promise<Endpoint> {
    const key = keyOf(object.metadata)
    const before = this.#same(object)
    if (resourceVersion !== undefined && before.metadata.resourceVersion !== resourceVersion) {
      throw new Conflict()
    }
    this.writes++
    // As the API server would have it: nothing is lost by the schema's limits, and JSON has no undefined.
    const stored = fit(statusSchema, JSON.parse(JSON.stringify(status)) as EndpointStatus)
    return Promise.resolve(this.#keep(key, { ...before, status: stored }))
  }

  setFinalizer(object: Endpoint, name: string, present: boolean): Promise<Endpoint> {
    const before = this.#same(object)
    const others = (before.metadata.finalizers ?? []).filter((each) => each !== name)
    const finalizers = present ? [...others, name] : others
    this.writes++
    const metadata = { ...before.metadata, finalizers }
    return Promise.resolve(this.#keep(keyOf(before.metadata), { ...before, metadata }))
  }

  record(about: { readonly metadata: Metadata }, event: EventNote): void {
    this.events.push({ ...event, key: keyOf(about.metadata) })
  }

  #existing(key: string): Endpoint {
    const found = this.#objects.get(key)
    if (found === undefined) throw new Error(`there is no ${key}`)
    return found
  }

  #same({ metadata }: Endpoint): Endpoint {
    const found = this.#objects.get(keyOf(metadata))
    if (found?.metadata.uid !== metadata.uid) throw new Conflict()
    return found
  }

  #keep(key: string, object: Endpoint): Endpoint {
    const resourceVersion = String(++this.#version)
    const kept: Endpoint = { ...object, metadata: { ...object.metadata, resourceVersion } }
    const { deletionTimestamp, finalizers } = kept.metadata
    const gone = deletionTimestamp !== undefined && !finalizers?.includes(finalizer)
    if (gone) this.#objects.delete(key)
    else this.#objects.set(key, kept)
    return kept
  }
}

const keyOf = ({ namespace, name }: Metadata): string => `${namespace}/${name}`

/** Raw ARM, for what the operator never writes. */
export interface Arm {
  put(path: string, body: JsonObject): Promise<JsonObject>
  post(path: string): Promise<void>
  delete(path: string): Promise<void>
  get(path: string): Promise<JsonObject | undefined>
  list(path: string): Promise<readonly JsonObject[]>
}

const versions: readonly (readonly [string, string])[] = [
  ['Microsoft.DBforPostgreSQL', '2025-08-01'],
  ['privateDnsZones', '2024-06-01'],
  ['Microsoft.Network', '2026-01-01'],
  ['', '2025-04-01'],
]

export function armOf(azure: Simulator, identity: SimulatedIdentity, agent: Agent): Arm {
  let token: Promise<string> | undefined
  const signIn = async (): Promise<string> => {
    const { body } = await request(`${azure.url}/${identity.tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      dispatcher: agent,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: identity.clientId,
        client_secret: identity.clientSecret,
        scope: `${azure.url}/.default`,
      }).toString(),
    })
    return ((await body.json()) as { access_token: string }).access_token
  }
  const send = async (
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    path: string,
    body?: JsonObject,
  ) => {
    token ??= signIn()
    const version = versions.find(([part]) => path.includes(part))?.[1]
    const answer = await request(`${azure.url}${path}?api-version=${version}`, {
      method,
      dispatcher: agent,
      headers: {
        authorization: `Bearer ${await token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    })
    const text = await answer.body.text()
    if (method === 'GET' && answer.statusCode === 404) return undefined
    if (answer.statusCode >= 400) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`)
    return (text === '' ? {} : JSON.parse(text)) as JsonObject
  }
  return {
    put: async (path, body) => (await send('PUT', path, body)) ?? {},
    post: async (path) => void (await send('POST', path, {})),
    delete: async (path) => void (await send('DELETE', path)),
    get: (path) => send('GET', path),
    list: async (path) => ((await send('GET', path))?.['value'] ?? []) as readonly JsonObject[],
  }
}

export interface World {
  readonly azure: Simulator
  readonly cluster: Cluster
  readonly arm: Arm
  readonly subscriptionId: string
  /** Names of the deeds that were sent, in their order. */
  readonly deeds: string[]
  /** Lets time pass for everybody. */
  pass(seconds: number): void
  /** Visits objects when they are due until `done` says so; throws after an hour of Azure's time. */
  until(what: string, done: () => boolean | Promise<boolean>): Promise<void>
  /** Visits every object once, now; answers how many deeds were sent. */
  visitAll(): Promise<number>
  /** The process dies after its n-th deed from here, before it has written anything of it. */
  crashAfter(deed: number): void
  /** The process dies before its n-th write to the cluster from here. */
  crashBeforeWrite(write: number): void
  readonly crashes: number
  stop(): Promise<void>
}

class Crash extends Error {}

export interface WorldOptions {
  readonly seed?: number
  /** The operator's identity; default `owner`. */
  readonly identity?: string
}

export async function makeWorld({
  seed = 1,
  identity = 'owner',
}: WorldOptions = {}): Promise<World> {
  const azure = await startSimulator({ seed })
  const me = azure.identity(identity)
  const [subscriptionId] = me.subscriptionIds
  if (subscriptionId === undefined) throw new Error(`${identity} sees no subscription`)
  const agent = new Agent({ connect: { ca: azure.ca } })
  const arm = armOf(azure, azure.identity('owner'), agent)
  let offset = 0
  const clock = {
    monotonicMs: () => performance.now() + offset,
    now: () => new Date(Date.now() + offset),
  }
  const cluster = new Cluster(clock.now)
  const deeds: string[] = []
  let crashAfterDeed = Infinity
  let crashBeforeWrite = Infinity
  let crashes = 0
  let chance = 0

  const createOperator = () => {
    const client = createAzure({
      environment: {
        ...azure.env,
        AZURE_CLIENT_ID: me.clientId,
        AZURE_CLIENT_SECRET: me.clientSecret,
        AZURE_TENANT_ID: me.tenantId,
      },
      clock,
      random: () => 0.5,
      mayWrite: () => true,
      onRequest: () => undefined,
      readSecret: () => Promise.reject(new Error('no Secret here')),
      requestToken: () => Promise.reject(new Error('no ServiceAccount here')),
      userAgent: 'pgpe-operator/test',
      ca: azure.ca,
    })
    const kind = endpointKind({
      azure: client,
      endpoints: cluster,
      writer: cluster,
      events: cluster,
      clusterId: 'cluster-1',
      settings: { inFlightMs: 5_000, resyncMs: 300_000, zoneGroupResyncMs: 43_200_000 },
      now: clock.now,
      random: () => (chance = (chance + 0.37) % 1),
    })
    return { client, kind }
  }
  let operator = createOperator()
  const due = new Map<string, number>()

  const visit = async (kind: EndpointKind, key: string): Promise<number | undefined> => {
    const seen = await kind.observe(key)
    if (seen === undefined) return undefined
    const made = kind.plan(seen)
    const outcomes: Outcome[] = []
    for (const deed of made.actions) outcomes.push(await acted(kind, deed, seen))
    const { write, againInMs } = kind.report(seen, made, outcomes, clock.now())
    if (--crashBeforeWrite === 0) throw new Crash()
    await kind.write(key, seen, write)
    return againInMs
  }
  const acted = async (
    kind: EndpointKind,
    deed: Deed,
    seen: Parameters<EndpointKind['act']>[1],
  ): Promise<Outcome> => {
    const outcome = await kind.act(deed, seen)
    if (outcome.is === 'accepted') deeds.push(deed.name)
    if (outcome.is !== 'held' && --crashAfterDeed === 0) throw new Crash()
    return outcome
  }
  const restart = async (): Promise<void> => {
    crashes++
    await operator.client.stop()
    operator = createOperator()
    due.clear()
    // A new process needs a moment; a lease takes longer.
    pass(16)
  }
  const pass = (seconds: number): void => {
    offset += seconds * 1000
    azure.advance(seconds)
  }
  const turn = async (key: string): Promise<void> => {
    try {
      const again = await visit(operator.kind, key)
      due.set(key, again === undefined ? Infinity : offset + again)
    } catch (error) {
      if (error instanceof Crash) await restart()
      else if (error instanceof Conflict) due.set(key, offset)
      else throw error
    }
  }

  return {
    azure,
    cluster,
    arm,
    subscriptionId,
    deeds,
    pass,
    get crashes() {
      return crashes
    },
    crashAfter: (deed) => (crashAfterDeed = deed),
    crashBeforeWrite: (write) => (crashBeforeWrite = write),
    async until(what, done) {
      const latest = offset + 3_600_000
      while (!(await done())) {
        const keys = [...cluster.all()].map(({ metadata }) => keyOf(metadata))
        const next = keys.toSorted((a, b) => (due.get(a) ?? 0) - (due.get(b) ?? 0))[0]
        const at = Math.max(offset, next === undefined ? Infinity : (due.get(next) ?? 0))
        if (at > latest) throw new Error(`${what}: not within an hour; ${inWords(cluster)}`)
        if (at > offset) pass((at - offset) / 1000)
        if (next !== undefined) await turn(next)
      }
    },
    async visitAll() {
      const before = deeds.length
      for (const { metadata } of [...cluster.all()]) await turn(keyOf(metadata))
      return deeds.length - before
    },
    async stop() {
      await operator.client.stop()
      await agent.close()
      await azure.stop()
    },
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

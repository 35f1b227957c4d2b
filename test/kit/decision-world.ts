/**
 * One server in Azure, one cluster, and the decision kind between them, all in memory and on a clock that
 * a test moves: for what unit tables can't say, that visits in a row lead somewhere. The real server is
 * simulated in test/arm; this one is here to be put into states that the other one can't be brought into.
 */
import type { EndpointConnectionDecision } from '../../operator/api/connection-decision.ts'
import type { PostgresPrivateEndpoint } from '../../operator/api/private-endpoint.ts'
import type { Action, Outcome } from '../../operator/azure/action.ts'
import { holds } from '../../operator/azure/guard.ts'
import { idKey, lastName, type Id } from '../../operator/azure/id.ts'
import { object, text } from '../../operator/azure/json.ts'
import type { Connection, Kind, Models, Server } from '../../operator/azure/model.ts'
import { absent, present, unreadable, type Observed } from '../../operator/azure/observed.ts'
import type { Azure, AzureView, IdentityRef } from '../../operator/azure/port.ts'
import type { AuditLine } from '../../operator/decision/audit.ts'
import { decisionKind, type DecisionKind } from '../../operator/decision/kind.ts'
import { Conflict, type ObjectMaker, type ObjectWriter } from '../../operator/kubernetes/port.ts'
import { reconcile } from '../../operator/runtime/reconcile.ts'
import { Cache, DecisionCluster, Objects } from './decision-cluster.ts'
import { now as noon, server, serverId } from './decision.ts'

/** Azure's answer to a write to a connection that is not there. */
const gone = {
  code: 'ResourceNotFound',
  message: 'Not found.',
  retry: 'fast',
  status: 404,
} as const

const silent = { code: 'Unreachable', message: 'No answer.', retry: 'fast' } as const
const silence = unreadable(silent)
const leaseLost = { code: 'LeaseLost', message: 'Another leads.', retry: 'fast' } as const

/** Thrown where a test lets the process die. */
export class Crash extends Error {}

/**
 * A visit begins; the list was read; the object was read anew; an action begins; its guard has looked;
 * Azure took it; the status is about to be written; it is; the visit is over.
 */
export type Point =
  | 'begun'
  | 'listed'
  | 'checked'
  | 'observed'
  | 'looked'
  | 'written'
  | 'noting'
  | 'noted'
  | 'reported'

export interface Put {
  readonly name: string
  readonly status: string
  readonly description: string
  /** What stood in the status of each decision when Azure took the write. */
  readonly recorded: boolean
}

export class DecisionWorld {
  readonly connections = new Map<string, Connection>()
  readonly cluster = new DecisionCluster(() => this.now)
  readonly endpoints = new Objects<PostgresPrivateEndpoint>()
  readonly cache = new Cache(this.cluster.decisions)
  /** The watch brings nothing new for now; our own writes are seen all the same. */
  watchIsBehind = false
  readonly puts: Put[] = []
  readonly audit: AuditLine[] = []
  readonly deletes: string[] = []
  /** Writes that came while Azure was busy with another one to the server. */
  refusals = 0
  /** ms since the epoch. */
  now = noon
  gated = true
  synced = true
  server: Partial<Pick<Server, 'state' | 'highAvailability'>> = {}
  /** ms that Azure works on a decision; it shows `Updating` meanwhile. */
  workMs = 12_000
  /** ms by which the list is behind. */
  lagMs = 0
  /** Processes so far: each forgets what the one before knew. */
  processes = 1
  /** What becomes of a write: Azure's answer comes, or gets lost, or the request did. */
  fate: () => 'answered' | 'answer lost' | 'request lost' = () => 'answered'
  /** Azure answers nothing. */
  silent = false
  reads = 0
  /** Told of each id that Azure is asked about. */
  asked: (id: Id<Kind>) => void = () => undefined
  readonly identities: IdentityRef[] = []
  /** Called at each point where something outside may happen. */
  at: (point: Point) => void = () => undefined
  #past: { readonly at: number; readonly connections: readonly Connection[] }[] = []
  #work: { readonly at: number; readonly end: () => void }[] = []
  #kind: DecisionKind
  /** Keys that a visit wants to come back to. */
  readonly #returning = new Set<string>()

  readonly #withCache: boolean

  /** @param given `cache`: the kind sees decisions through a watch that can be behind */
  constructor({ cache = false }: { readonly cache?: boolean } = {}) {
    this.#withCache = cache
    this.#kind = this.#newKind()
  }

  /** The process starts anew and has forgotten everything. */
  restart(): void {
    this.processes++
    this.#kind = this.#newKind()
  }

  /**
   * Another process takes over: it has listed some of the objects. The one before goes on with its visit,
   * and may write nothing more.
   */
  failOver(some: ReadonlyMap<string, EndpointConnectionDecision>): void {
    this.cache.begin(some)
    this.restart()
  }

  connect(connection: Connection): void {
    this.connections.set(lastName(connection.id), connection)
    this.#remember()
  }

  disconnect(name: string): void {
    this.connections.delete(name)
    this.#remember()
  }

  stateOf(connection: Connection): string | undefined {
    return this.connections.get(lastName(connection.id))?.state
  }

  pass(ms: number): void {
    this.now += ms
    for (const one of this.#work.filter(({ at }) => at <= this.now)) one.end()
    this.#work = this.#work.filter(({ at }) => at > this.now)
  }

  /** One visit; undefined: nothing but an event brings it back. */
  async visit(key: string): Promise<number | undefined> {
    if (!this.watchIsBehind) this.cache.catchUp()
    this.at('begun')
    const { againInMs } = await reconcile(this.#kind, key, () => new Date(this.now))
    if (againInMs === undefined) this.#returning.delete(key)
    else this.#returning.add(key)
    this.at('reported')
    return againInMs
  }

  /** What is there, and what has gone and wants to be visited all the same. */
  keys(): readonly string[] {
    return [...new Set([...this.cluster.decisions.objects.keys(), ...this.#returning])]
  }

  /** Visits everything, again and again, until a round changes nothing and nothing is under way. */
  async settle(rounds = 200): Promise<void> {
    for (let quiet = 0, round = 0; quiet < 3; round++) {
      if (round > rounds) throw new Error('it does not come to rest')
      const before = this.changes
      for (const key of this.keys()) {
        try {
          await this.visit(key)
        } catch (error) {
          if (!(error instanceof Conflict) && !(error instanceof Crash)) throw error
        }
      }
      quiet = this.changes === before && this.#work.length === 0 ? quiet + 1 : 0
      this.pass(5_000)
    }
  }

  get changes(): number {
    return this.puts.length + this.deletes.length + this.cluster.writes
  }

  #newKind(): DecisionKind {
    const process = this.processes
    const leads = (): boolean => this.processes === process
    return decisionKind({
      azure: this.#azure(leads),
      decisions: this.#withCache ? this.cache : this.cluster.decisions,
      endpoints: this.endpoints,
      writer: this.#writer(leads),
      maker: this.#maker(leads),
      events: this.cluster,
      audit: (line) => void (line && this.audit.push(line)),
      settings: { inFlightMs: 5_000, resyncMs: 300_000 },
      gated: () => this.gated,
      synced: () => this.synced && this.cache.synced,
      now: () => new Date(this.now),
      random: () => 0.5,
    })
  }

  #remember(): void {
    this.#past.push({ at: this.now, connections: [...this.connections.values()] })
  }

  #listed(): readonly Connection[] {
    const known = this.#past.filter(({ at }) => at <= this.now - this.lagMs)
    return known.at(-1)?.connections ?? (this.lagMs > 0 ? [] : [...this.connections.values()])
  }

  #azure(leads: () => boolean): Azure {
    const get = (id: Id<Kind>): Observed<Models[Kind]> => {
      this.reads++
      this.asked(id)
      if (this.silent) return silence
      if (id.kind === 'server') return present(server(this.#listed(), this.server))
      const found = this.connections.get(lastName(id))
      return found ? present(found) : absent
    }
    const unused = (): never => {
      throw new Error('not for decisions')
    }
    const view: AzureView = {
      list: unused,
      ipAddressAvailable: unused,
      whyEnded: unused,
      get: async <K extends Kind>(id: Id<K>) => get(id) as Observed<Models[K]>,
      find: async <K extends Kind>(id: Id<K>) => {
        const found = get(id) as Observed<Models[K]>
        this.at('listed')
        return found
      },
      act: async (action, by) => {
        const error = await by?.check?.()
        return error ? { is: 'held', error } : this.#act(action, get, leads)
      },
    }
    return {
      as: (identity) => {
        this.identities.push(identity)
        return view
      },
    }
  }

  #act(
    action: Action,
    get: (id: Id<Kind>) => Observed<Models[Kind]>,
    leads: () => boolean,
  ): Outcome {
    this.at('observed')
    const seen = get(action.id)
    if (action.guard && !holds(action.guard, seen)) return { is: 'guarded', seen }
    this.at('looked')
    if (!leads()) return { is: 'held', error: leaseLost }
    const fate = this.fate()
    if (fate === 'request lost') return { is: 'unknown', error: silent }
    const name = lastName(action.id)
    const found = this.connections.get(name)
    if (idKey(action.id) !== idKey({ ...serverId, kind: 'connection', names: ['orders', name] })) {
      throw new Error('a write to something else')
    }
    if ([...this.connections.values()].some((one) => one.provisioningState === 'Updating')) {
      this.refusals++
      const error = { code: 'ServerIsBusy', message: 'Busy.', retry: 'fast', status: 409 } as const
      return { is: 'refused', error }
    }
    if (!found) return { is: 'refused', error: gone }
    if (action.do === 'change') throw new Error('a change of an endpoint')
    if (action.do === 'delete') {
      this.deletes.push(name)
      this.#begin(found, () => this.disconnect(name))
    } else {
      const state = object(object(action.body['properties'])['privateLinkServiceConnectionState'])
      const status = text(state['status']) ?? ''
      const description = text(state['description']) ?? ''
      this.puts.push({ name, status, description, recorded: this.#isRecorded(found) })
      if (status === 'Approved' && found.state === 'Rejected') throw new Error('Azure refuses that')
      this.#begin(found, () => {
        const now = this.connections.get(name)
        if (now)
          this.connect({ ...now, state: status, description, provisioningState: 'Succeeded' })
      })
    }
    this.at('written')
    if (fate === 'answer lost') return { is: 'unknown', error: silent }
    return { is: 'accepted', status: 202, correlationId: `c-${this.puts.length}` }
  }

  #begin(connection: Connection, end: () => void): void {
    this.connect({ ...connection, provisioningState: 'Updating' })
    this.#work.push({ at: this.now + this.workMs, end })
  }

  #isRecorded(connection: Connection): boolean {
    return [...this.cluster.decisions.all()].some(({ status }) =>
      status?.memory?.intents?.some(
        (one) =>
          one.name === connection.name && one.privateEndpointId === connection.privateEndpointId,
      ),
    )
  }

  #maker(leads: () => boolean): ObjectMaker<EndpointConnectionDecision> {
    const { cluster } = this
    const led = (): void => {
      if (!leads()) throw new Conflict()
    }
    return {
      create: async (row) => (led(), cluster.create(row)),
      remove: async (row) => (led(), cluster.remove(row)),
    }
  }

  #writer(leads: () => boolean): ObjectWriter<EndpointConnectionDecision> {
    const { cluster, cache } = this
    return {
      getNow: async (key) => {
        const now = await cluster.getNow(key)
        this.at('checked')
        return now
      },
      setFinalizer: () => cluster.setFinalizer(),
      applyStatus: async (object, status, version) => {
        this.at('noting')
        if (!leads()) throw new Crash()
        const written = await cluster.applyStatus(object, status, version)
        if (leads()) cache.wrote(written)
        this.at('noted')
        return written
      },
    }
  }
}

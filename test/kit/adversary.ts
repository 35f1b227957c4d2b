/**
 * One seeded history: strangers who know every decision create, delete, recreate and rename endpoints at
 * any point between our reads and our writes; database administrators approve, reject, delete, decide rows
 * of an inbox, suspend, change their minds and withdraw; the process dies at any point, another one takes
 * over that has not read everything, answers get lost. In the end it is judged whether anybody was approved
 * whom no decision allows.
 *
 * Azure gives every connection a name that is never used again. In half of the histories it is worse than
 * that: another endpoint can come under a full name that is taken. Between our last look and the write
 * nobody can exclude it then; such an approval must have been taken back in the end.
 */
import type {
  EndpointConnectionDecision,
  WrittenDecisionSpec,
} from '../../operator/api/connection-decision.ts'
import type { PostgresPrivateEndpoint } from '../../operator/api/private-endpoint.ts'
import type { Connection } from '../../operator/azure/model.ts'
import { Conflict } from '../../operator/kubernetes/port.ts'
import { Judge } from './adversary-judge.ts'
import { connection, decision, endpointText, ours, serverText, strangers } from './decision.ts'
import { Crash, DecisionWorld, type Point } from './decision-world.ts'
import { dice } from './dice.ts'

export interface Judged {
  /** Writes of an approval that Azure took. */
  readonly approvals: number
  /** Of these, those that reached another endpoint which came between the last look and the write. */
  readonly overtaken: number
  /** Of these, those that stand in the end: the decision went, and the process that sent it. */
  readonly forgotten: number
  /** Writes that took an approval back. */
  readonly revoked: number
  /** What strangers did. */
  readonly moves: number
  /** Decisions made, changed, suspended, withdrawn. */
  readonly decisions: number
  /** Processes that died, or lost their lead. */
  readonly deaths: number
  /** Approvals of an identity that no decision allows: as written, or as left standing in the end. */
  readonly wrong: readonly string[]
}

type Selection = NonNullable<WrittenDecisionSpec['connections']>

const app = endpointText('app')
const twin = endpointText('twin')
const foreign = endpointText('app', strangers)
const group = app.slice(0, app.indexOf('/providers/'))

class History {
  readonly #world = new DecisionWorld({ cache: true })
  readonly #judge = new Judge(this.#world)
  readonly #roll: () => number
  readonly #namesReturn: boolean
  #guid = 1
  #uid = 0
  #moves = 0
  #decisions = 0
  #visited = ''
  /** The objects as they were some time ago, for a list that lags. */
  #past: ReadonlyMap<string, EndpointConnectionDecision> = new Map()
  /** In how many of the turns people do something besides approving. */
  readonly #unrest: number

  constructor(seed: number) {
    this.#roll = dice(seed)
    this.#namesReturn = this.#chance(0.5)
    this.#unrest = this.#one([0, 0, 0.25, 0.5])
    const world = this.#world
    world.lagMs = this.#chance(0.3) ? 8_000 : 0
    world.at = (point) => this.#happens(point)
    world.fate = () =>
      this.#chance(0.94) ? 'answered' : this.#one(['answer lost', 'request lost'])
  }

  async play(): Promise<Judged> {
    const world = this.#world
    this.#arrive('app', app)
    if (this.#chance(0.5)) this.#arrive('app', foreign)
    for (let number = 1 + Math.floor(this.#roll() * 2); number > 0; number--) this.#approve()
    for (let turn = 0; turn < 5; turn++) {
      if (this.#chance(0.4)) this.#move()
      if (!this.#isWaiting() && this.#chance(0.6)) this.#arrive('app', app)
      if (this.#chance(0.1)) this.#approve()
      if (this.#chance(this.#unrest)) this.#decide()
      await this.#round()
      world.pass(Math.floor(this.#roll() * 14_000))
    }
    world.fate = () => 'answered'
    world.at = (point) => this.#tells(point)
    await this.#calm()
    const forgotten = this.#judge.ends()
    const { approvals, overtaken, wrong } = this.#judge
    return {
      ...{ approvals, overtaken, forgotten, wrong, moves: this.#moves },
      revoked: world.audit.filter(({ action }) => action === 'Revoke').length,
      decisions: this.#decisions,
      deaths: world.processes - 1,
    }
  }

  #chance(of: number): boolean {
    return this.#roll() < of
  }
  #one<T>(of: readonly T[]): T {
    return of[Math.floor(this.#roll() * of.length)] as T
  }

  // ---- What strangers do

  /** Azure makes a connection for an endpoint: a new GUID behind the name that the requester chose. */
  #arrive(name: string, endpoint: string | null): void {
    this.#guid++
    this.#world.connect(connection(`${name}.${this.#guid}`, { endpoint }))
  }

  #move(): void {
    this.#moves++
    const world = this.#world
    const there = [...world.connections.values()]
    const some = there.length > 0 ? this.#one(there) : undefined
    switch (Math.floor(this.#roll() * (this.#namesReturn ? 6 : 4))) {
      case 0:
        // A request that looks like the one that is waited for.
        return this.#arrive(this.#one(['app', 'APP', 'app.app']), this.#stranger())
      case 1:
        return some && world.disconnect(some.name)
      case 2:
        if (some) world.disconnect(some.name)
        return this.#arrive('app', this.#one([app, app, twin]))
      case 3:
        // Renamed: it goes, and comes back under the name of somebody else.
        if (some) world.disconnect(some.name)
        return this.#arrive(some?.name.split('.')[0] ?? 'app', this.#stranger())
      default:
        return some && this.#replace(some)
    }
  }

  /** Whom the decisions are made for is there, and not approved yet. */
  #isWaiting(): boolean {
    return [...this.#world.connections.values()].some(
      ({ privateEndpointId, state }) => privateEndpointId === app && state === 'Pending',
    )
  }

  #stranger(): string | null {
    const likeOurs = `${endpointText('app', ours, 'net2')}`
    return this.#one([foreign, null, likeOurs, twin])
  }

  /** Worse than Azure: somebody else under the very same full name. */
  #replace({ name, groupIds, privateEndpointId }: Connection): void {
    const [short = '', guid = ''] = name.split(/\.(?=[^.]*$)/)
    const number = Number.parseInt(guid.slice(-12), 16)
    const other = this.#chance(0.2)
    const endpoint = other && this.#chance(0.5) ? (privateEndpointId ?? null) : this.#stranger()
    const groups = other ? ['other'] : groupIds
    this.#judge.comes(name)
    this.#world.connect(connection(`${short}.${number}`, { endpoint, groupIds: groups }))
  }

  // ---- What people decide

  #approve(): void {
    this.#endpoints()
    const names = this.#names()
    const by = this.#one<Selection>([
      { privateEndpointIds: [app] },
      { privateEndpointIds: [app] },
      { subscriptionIds: [ours] },
      { resourceGroupIds: [group] },
      { endpointRefs: [{ name: 'app' }] },
      { endpointRefs: [{ name: 'app' }, { name: 'observed' }, { name: 'lost' }] },
      ...(names.length > 0 ? [{ names }, { names }, { names, privateEndpointIds: [app] }] : []),
    ])
    const until = new Date(this.#world.now + 30_000).toISOString()
    this.#apply(`d${Math.floor(this.#roll() * 2)}`, {
      action: 'Approve',
      connections: by,
      maxApproved: 2,
      ...(this.#chance(0.1) && { decideUntil: until }),
    })
  }

  /** Full names of whom the decisions are made for. */
  #names(): readonly string[] {
    return [...this.#world.connections.values()].flatMap(({ name, privateEndpointId }) =>
      privateEndpointId === app ? [name] : [],
    )
  }

  #decide(): void {
    const { cluster, connections } = this.#world
    const all = [...cluster.decisions.all()]
    const some = all.length > 0 ? this.#one(all) : undefined
    const [row] = cluster.rows()
    const there = [...connections.values()]
    const whom = there.length > 0 ? this.#one(there) : undefined
    switch (Math.floor(this.#roll() * 10)) {
      case 0:
      case 1:
        return this.#reject(whom)
      case 2:
        return (
          whom && this.#apply('delete', { action: 'Delete', connections: { names: [whom.name] } })
        )
      case 3:
        return this.#apply('inbox', { inbox: true })
      case 4:
        return row && this.#change(row, { action: this.#one(['Approve', 'Reject'] as const) })
      case 5:
        return some?.spec.action && this.#change(some, { suspend: !some.spec.suspend })
      case 6:
        return some && this.#change(some, { description: `said ${this.#decisions}` })
      case 7:
      case 8:
        return some && this.#withdraw(some)
      case 9:
        return this.#chance(0.3) && some ? this.#rob(some) : this.#endpoints()
    }
  }

  #reject(whom: Connection | undefined): void {
    const by = this.#one<Selection>([
      { subscriptionIds: [strangers] },
      { privateEndpointIds: [this.#one([foreign, twin, app])] },
      { states: ['Pending'] },
      ...(whom ? [{ names: [whom.name] }] : []),
    ])
    this.#apply('reject', { action: 'Reject', connections: by })
  }

  #apply(name: string, spec: Partial<WrittenDecisionSpec>): void {
    const { cluster } = this.#world
    this.#decisions++
    const uid = cluster.decisions.get(`db/${name}`)?.metadata.uid ?? `uid-${++this.#uid}`
    this.#judge.decided(cluster.apply(decision({ name, spec, metadata: { uid } })))
  }

  #change(
    one: EndpointConnectionDecision,
    spec: Partial<EndpointConnectionDecision['spec']>,
  ): void {
    this.#decisions++
    const changed = { ...one, spec: { ...one.spec, ...spec } }
    this.#judge.decided(this.#world.cluster.apply(changed))
  }

  /** Gone; or made anew at once, as tools do that replace objects. */
  #withdraw(one: EndpointConnectionDecision): void {
    this.#decisions++
    this.#world.cluster.delete(one)
    if (!this.#chance(0.3) || one.spec.inbox) return
    this.#apply(one.metadata.name, one.spec)
  }

  /** Restored from a backup that has no status. */
  #rob(one: EndpointConnectionDecision): void {
    const { status: _, ...bare } = one
    this.#judge.robbed(one)
    this.#world.cluster.decisions.put(bare)
  }

  /** Endpoint objects: one's own, which may get another endpoint; one that only observes; one that lost its own. */
  #endpoints(): void {
    const { endpoints } = this.#world
    const own = this.#chance(0.8) ? app : twin
    this.#judge.owns('app', own)
    endpoints.put(endpointObject('app', own))
    endpoints.put(endpointObject('observed', foreign, { managementPolicy: 'Observe' }))
    endpoints.put(endpointObject('lost', foreign, {}, [{ type: 'OwnershipLost', status: 'True' }]))
  }

  // ---- What we do

  async #round(): Promise<void> {
    for (const key of this.#world.keys()) await this.#visit(key)
    if (this.#chance(0.3)) this.#past = new Map(this.#world.cluster.decisions.objects)
  }

  async #visit(key: string): Promise<void> {
    const world = this.#world
    this.#visited = key
    if (world.cache.synced) world.watchIsBehind = this.#chance(0.2)
    else if (!(world.watchIsBehind = this.#chance(0.5)) && this.#chance(0.3)) {
      // The first list, from an API server that lags.
      world.watchIsBehind = true
      world.cache.catchUp(this.#past)
    }
    try {
      await world.visit(key)
    } catch (error) {
      if (!(error instanceof Conflict) && !(error instanceof Crash)) throw error
    }
    this.#judge.remember()
  }

  /** Nobody moves any more; all looks and writes that are still to come, come. */
  async #calm(): Promise<void> {
    const world = this.#world
    world.lagMs = 0
    world.watchIsBehind = false
    for (let quiet = 0, round = 0; quiet < 2 && round < 40; round++) {
      const before = world.changes
      world.pass(70_000)
      for (const key of world.keys()) {
        this.#visited = key
        await world.visit(key).catch((error: unknown) => {
          if (!(error instanceof Conflict)) throw error
        })
        this.#judge.remember()
      }
      quiet = world.changes === before ? quiet + 1 : 0
    }
  }

  #tells(point: Point): void {
    if (point === 'begun') this.#judge.begins(this.#visited)
    if (point === 'checked') this.#judge.checked()
    if (point === 'looked') this.#judge.looked()
    if (point === 'written') this.#judge.written()
  }

  #happens(point: Point): void {
    this.#tells(point)
    const close = point === 'looked' || point === 'observed'
    if (point !== 'written' && this.#chance(close ? 0.25 : 0.03)) this.#move()
    if (this.#chance(this.#unrest * (close || point === 'written' ? 0.1 : 0.02))) this.#decide()
    if (this.#chance(0.005)) {
      const all = [...this.#world.cluster.decisions.objects]
      return this.#world.failOver(new Map(all.filter(() => this.#chance(0.5))))
    }
    if (this.#chance(0.012)) {
      this.#world.restart()
      throw new Crash()
    }
  }
}

/** What the endpoint's own reconcile says of it. */
const endpointObject = (
  name: string,
  endpoint: string,
  spec: object = {},
  conditions: readonly object[] = [],
): PostgresPrivateEndpoint =>
  ({
    apiVersion: 'pgpe.dev/v1alpha1',
    kind: 'PostgresPrivateEndpoint',
    metadata: { namespace: 'db', name, uid: `uid-${name}`, generation: 1 },
    spec: { serverId: serverText, managementPolicy: 'Manage', ...spec },
    status: { privateEndpointId: endpoint, resourceGuid: `guid-${name}`, conditions },
  }) as unknown as PostgresPrivateEndpoint

export const play = (seed: number): Promise<Judged> => new History(seed).play()

export interface Sum extends Omit<Judged, 'wrong'> {
  readonly histories: number
  /** The first histories that went wrong; empty: none did. */
  readonly wrong: readonly { readonly seed: number; readonly what: readonly string[] }[]
}

export const nothing: Sum = {
  ...{ histories: 0, approvals: 0, overtaken: 0, forgotten: 0, revoked: 0, moves: 0 },
  ...{ decisions: 0, deaths: 0, wrong: [] },
}

export const added = (a: Sum, b: Sum): Sum => ({
  histories: a.histories + b.histories,
  approvals: a.approvals + b.approvals,
  overtaken: a.overtaken + b.overtaken,
  forgotten: a.forgotten + b.forgotten,
  revoked: a.revoked + b.revoked,
  moves: a.moves + b.moves,
  decisions: a.decisions + b.decisions,
  deaths: a.deaths + b.deaths,
  wrong: [...a.wrong, ...b.wrong],
})

/**
 * Histories `seed`, `seed + 1` and so on.
 * @param until stops early; the sum is of those played
 */
export async function playAll(
  seed: number,
  histories: number,
  until: (sum: Sum) => boolean = ({ wrong }) => wrong.length >= 10,
): Promise<Sum> {
  let sum = nothing
  for (let number = 0; number < histories && !until(sum); number++) {
    const { wrong, ...one } = await play(seed + number)
    const what = wrong.length > 0 ? [{ seed: seed + number, what: wrong }] : []
    sum = added(sum, { ...one, histories: 1, wrong: what })
  }
  return sum
}

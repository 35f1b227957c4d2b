/**
 * One seeded history: strangers who know every decision create, delete, recreate and rename endpoints at
 * any point between our reads and our writes, the process dies now and then, and in the end it is judged
 * whether anybody was approved whom no decision allows. The judge reads decisions in its own plain way
 * and shares no code with the operator, so that a defect there can't hide itself here.
 *
 * Azure gives every connection a name that is never used again. In half of the histories it is worse than
 * that: another endpoint can come under a full name that is taken. Between our last look and the write
 * nobody can exclude it then; such an approval must have been taken back in the end.
 */
import type { EndpointConnectionDecision } from '../../operator/api/connection-decision.ts'
import type { PostgresPrivateEndpoint } from '../../operator/api/private-endpoint.ts'
import type { Connection } from '../../operator/azure/model.ts'
import { Conflict } from '../../operator/kubernetes/port.ts'
import { connection, decision, endpointText, ours, serverText, strangers } from './decision.ts'
import { Crash, DecisionWorld, type Point } from './decision-world.ts'
import { dice } from './dice.ts'

export interface Judged {
  /** Writes of an approval that Azure took. */
  readonly approvals: number
  /** Of these, those that reached another endpoint which came between the last look and the write. */
  readonly overtaken: number
  /** Writes that took an approval back. */
  readonly revoked: number
  /** What strangers did. */
  readonly moves: number
  /** Approvals of an identity that no decision allows: as written, or as left standing in the end. */
  readonly wrong: readonly string[]
}

type Who = Pick<Connection, 'name' | 'privateEndpointId' | 'groupIds'>

const lower = (texts: readonly string[]): readonly string[] =>
  texts.map((text) => text.toLowerCase()).toSorted()
const sameWho = (a: Who, b: Who): boolean =>
  JSON.stringify(lower([a.name, a.privateEndpointId ?? '', ...a.groupIds])) ===
  JSON.stringify(lower([b.name, b.privateEndpointId ?? '', ...b.groupIds]))

const app = endpointText('app')
const twin = endpointText('twin')

class History {
  readonly #world = new DecisionWorld({ cache: true })
  readonly #roll: () => number
  readonly #namesReturn: boolean
  /** Every decision that there ever was: what one has allowed stays when it goes. */
  readonly #ever = new Map<string, EndpointConnectionDecision>()
  /**
   * Whom a name was bound to: a decision by name alone allows nobody else. While that decision has written
   * nothing for the name it may be bound anew, as when another decision had the name meanwhile.
   */
  readonly #bound = new Map<string, Who>()
  readonly #writtenTo = new Set<string>()
  #visited = ''
  readonly #wrong: string[] = []
  #guid = 1
  #seenPuts = 0
  #approvals = 0
  #overtaken = 0
  #moves = 0
  /** Who came between the last look and the write of this moment. */
  #between = new Set<string>()

  constructor(seed: number) {
    this.#roll = dice(seed)
    this.#namesReturn = this.#chance(0.5)
    this.#world.lagMs = this.#chance(0.3) ? 8_000 : 0
    this.#world.at = (point) => this.#happens(point)
  }

  async play(): Promise<Judged> {
    const world = this.#world
    this.#arrive('app', app)
    if (this.#chance(0.5)) this.#arrive('app', endpointText('app', strangers))
    for (let number = this.#chance(0.4) ? 2 : 1; number > 0; number--) this.#decide()
    for (let turn = 0; turn < 7; turn++) {
      if (this.#chance(0.4)) this.#move()
      if (!this.#isWaiting() && this.#chance(0.6)) this.#arrive('app', app)
      if (this.#chance(0.1)) this.#decide()
      await this.#round()
      world.pass(Math.floor(this.#roll() * 12_000))
    }
    world.at = (point) => {
      this.#between = new Set()
      if (point === 'written') this.#judge()
    }
    await this.#calm()
    for (const one of world.connections.values()) {
      if (one.state === 'Approved' && !this.#allowed(one, this.#ever.values())) {
        this.#wrong.push(`${one.name} of ${one.privateEndpointId} stands approved in the end`)
      }
    }
    return {
      approvals: this.#approvals,
      overtaken: this.#overtaken,
      revoked: world.audit.filter(({ action }) => action === 'Revoke').length,
      moves: this.#moves,
      wrong: this.#wrong,
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
    return this.#one([endpointText('app', strangers), null, likeOurs, twin])
  }

  /** Worse than Azure: somebody else under the very same full name. */
  #replace({ name, groupIds }: Connection): void {
    const [short = '', guid = ''] = name.split(/\.(?=[^.]*$)/)
    const number = Number.parseInt(guid.slice(-12), 16)
    const endpoint = this.#stranger()
    const groups = this.#chance(0.2) ? ['other'] : groupIds
    this.#between.add(name)
    this.#world.connect(connection(`${short}.${number}`, { endpoint, groupIds: groups }))
  }

  // ---- What people decide

  #decide(): void {
    const { cluster, connections } = this.#world
    const names = [...connections.values()].flatMap(({ name, privateEndpointId }) =>
      privateEndpointId === app ? [name] : [],
    )
    const by = this.#one([
      { privateEndpointIds: [app] },
      { privateEndpointIds: [app] },
      { subscriptionIds: [ours] },
      { resourceGroupIds: [app.slice(0, app.indexOf('/providers/'))] },
      { endpointRefs: [{ name: 'app' }] },
      ...(names.length > 0 ? [{ names }, { names }, { names, privateEndpointIds: [app] }] : []),
    ])
    if ('endpointRefs' in by) this.#world.endpoints.put(endpointObject)
    const made = cluster.apply(
      decision({
        name: `d${Math.floor(this.#roll() * 2)}`,
        spec: { action: 'Approve', connections: by, maxApproved: 2 },
      }),
    )
    this.#ever.set(`${made.metadata.name}/${made.metadata.generation}`, made)
  }

  // ---- What we do

  async #round(): Promise<void> {
    for (const key of this.#world.cluster.decisions.objects.keys()) {
      this.#world.watchIsBehind = this.#chance(0.2)
      await this.#visit(key)
    }
  }

  async #visit(key: string): Promise<void> {
    this.#visited = key
    try {
      await this.#world.visit(key)
    } catch (error) {
      if (!(error instanceof Conflict) && !(error instanceof Crash)) throw error
    }
    this.#remember()
  }

  /** Nobody moves any more; all looks and writes that are still to come, come. */
  async #calm(): Promise<void> {
    const world = this.#world
    world.lagMs = 0
    world.watchIsBehind = false
    for (let quiet = 0, round = 0; quiet < 2 && round < 40; round++) {
      const before = world.changes
      world.pass(70_000)
      for (const key of world.cluster.decisions.objects.keys()) await this.#visit(key)
      quiet = world.changes === before ? quiet + 1 : 0
    }
  }

  #happens(point: Point): void {
    if (point === 'written') return this.#judge()
    if (point === 'looked') this.#between = new Set()
    if (this.#chance(point === 'looked' || point === 'observed' ? 0.25 : 0.05)) this.#move()
    if (point !== 'looked' && this.#chance(0.03)) {
      this.#world.restart()
      throw new Crash()
    }
  }

  // ---- The judge

  #judge(): void {
    const put = this.#world.puts[this.#seenPuts]
    this.#seenPuts = this.#world.puts.length
    const to = put && this.#world.connections.get(put.name)
    if (!put || !to || put.status !== 'Approved') return
    const writer = this.#world.cluster.decisions.get(this.#visited)?.metadata
    this.#writtenTo.add(`${writer?.name}/${writer?.generation}/${put.name}`)
    this.#approvals++
    if (this.#allowed(to, this.#world.cluster.decisions.all())) return
    if (this.#between.has(put.name)) this.#overtaken++
    else this.#wrong.push(`${put.name} of ${to.privateEndpointId} was approved`)
  }

  #remember(): void {
    for (const { metadata, status } of this.#world.cluster.decisions.all()) {
      for (const { name, privateEndpointId, groupIds = [] } of status?.memory?.intents ?? []) {
        const key = `${metadata.name}/${metadata.generation}/${name}`
        const who = {
          name,
          groupIds,
          ...(privateEndpointId !== undefined && { privateEndpointId }),
        }
        if (!this.#writtenTo.has(key) || !this.#bound.has(key)) this.#bound.set(key, who)
      }
    }
  }

  #allowed(who: Who, decisions: Iterable<EndpointConnectionDecision>): boolean {
    return [...decisions].some(({ metadata, spec: { connections: by } }) => {
      const { name, privateEndpointId: endpoint = '' } = who
      if (by?.names && !by.names.includes(name)) return false
      const bound = this.#bound.get(`${metadata.name}/${metadata.generation}/${name}`)
      if (by?.names && !by.privateEndpointIds) return bound === undefined || sameWho(bound, who)
      if (by?.privateEndpointIds) return by.privateEndpointIds.includes(endpoint)
      if (by?.endpointRefs) return endpoint === app
      const [group] = by?.resourceGroupIds ?? []
      if (group !== undefined) return endpoint.startsWith(`${group}/`)
      return endpoint.startsWith(`/subscriptions/${ours}/`)
    })
  }
}

/** What the endpoint's own reconcile says of `app`. */
const endpointObject = {
  apiVersion: 'pgpe.dev/v1alpha1',
  kind: 'PostgresPrivateEndpoint',
  metadata: { namespace: 'db', name: 'app', uid: 'uid-app', generation: 1 },
  spec: { serverId: serverText, managementPolicy: 'Manage' },
  status: { privateEndpointId: app, resourceGuid: 'guid-app' },
} as unknown as PostgresPrivateEndpoint

export const play = (seed: number): Promise<Judged> => new History(seed).play()

export interface Sum extends Omit<Judged, 'wrong'> {
  readonly histories: number
  /** The first histories that went wrong; empty: none did. */
  readonly wrong: readonly { readonly seed: number; readonly what: readonly string[] }[]
}

/**
 * Histories `seed`, `seed + 1` and so on.
 * @param until stops early; the sum is of those played
 */
export async function playAll(
  seed: number,
  histories: number,
  until: (sum: Sum) => boolean = ({ wrong }) => wrong.length >= 10,
): Promise<Sum> {
  let sum: Sum = { histories: 0, approvals: 0, overtaken: 0, revoked: 0, moves: 0, wrong: [] }
  for (let number = 0; number < histories && !until(sum); number++) {
    const { wrong, ...one } = await play(seed + number)
    sum = {
      histories: sum.histories + 1,
      approvals: sum.approvals + one.approvals,
      overtaken: sum.overtaken + one.overtaken,
      revoked: sum.revoked + one.revoked,
      moves: sum.moves + one.moves,
      wrong: wrong.length > 0 ? [...sum.wrong, { seed: seed + number, what: wrong }] : sum.wrong,
    }
  }
  return sum
}

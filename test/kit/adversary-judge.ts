/**
 * Whether anybody was approved whom no decision allows. The judge reads decisions in its own plain way and
 * shares no code with the operator, so that a defect there can't hide itself here.
 */
import type { EndpointConnectionDecision } from '../../operator/api/connection-decision.ts'
import type { Connection } from '../../operator/azure/model.ts'
import type { DecisionWorld, Put } from './decision-world.ts'

type Decision = EndpointConnectionDecision
export type Who = Pick<Connection, 'name' | 'privateEndpointId' | 'groupIds'>

const lower = (texts: readonly string[]): readonly string[] =>
  texts.map((text) => text.toLowerCase()).toSorted()
const identity = ({ name, privateEndpointId = '', groupIds }: Who): string =>
  JSON.stringify(lower([name, privateEndpointId, ...groupIds]))
const sameWho = (a: Who, b: Who): boolean => identity(a) === identity(b)

/** One revision of one incarnation of an object. */
const revision = ({ metadata }: Decision): string => `${metadata.uid}/${metadata.generation}`

export class Judge {
  readonly #world: DecisionWorld
  /** Every decision that there ever was: what one has allowed stays when it goes. */
  readonly #ever = new Map<string, Decision>()
  /** What stood since the operator last read its object past every cache. */
  #standing: Decision[] = []
  /** What the operator knew of when its visit began. */
  #known: readonly Decision[] = []
  #knewAll = true
  #visited: Decision | undefined
  /**
   * Whom a name was bound to: a decision by name alone allows nobody else. While that decision has written
   * nothing for the name it may be bound anew, as when another decision had the name meanwhile.
   */
  readonly #bound = new Map<string, Who>()
  readonly #writtenTo = new Set<string>()
  /** Identities that stood in a status at any time: nobody else may be approved. */
  readonly #recorded = new Set<string>()
  /** The first endpoint that a reference of a revision was bound to. */
  readonly #pinned = new Map<string, string>()
  /** Which endpoints an object has had for its own, by its name. */
  readonly #owned = new Map<string, Set<string>>()
  /** Who came between the last look and the write of this moment. */
  #between = new Set<string>()
  /** Names under which somebody came who was not there before. */
  readonly #returned = new Set<string>()
  /** The last approval under each name: whose it was, and which process sent it. */
  readonly #sent = new Map<string, { readonly uid: string; readonly process: number }>()
  /** Objects that lost their notes. */
  readonly #robbed = new Set<string>()
  #judged = 0

  approvals = 0
  overtaken = 0
  readonly wrong: string[] = []

  constructor(world: DecisionWorld) {
    this.#world = world
  }

  /** A decision was made, changed or decided on. */
  decided(decision: Decision): void {
    this.#ever.set(revision(decision), decision)
    this.#standing.push(decision)
  }

  /** Its status is gone, as after a restore: a name may be bound anew. */
  robbed({ metadata: { uid } }: Decision): void {
    this.#robbed.add(uid)
    for (const map of [this.#bound, this.#pinned]) {
      for (const key of map.keys()) if (key.startsWith(`${uid}/`)) map.delete(key)
    }
  }

  /** An endpoint object says, rightly, that this endpoint is its own. */
  owns(name: string, endpoint: string): void {
    this.#owned.set(name, (this.#owned.get(name) ?? new Set()).add(endpoint))
  }

  begins(key: string): void {
    const { cache, cluster } = this.#world
    this.#known = [...cache.all()]
    this.#knewAll = cache.synced
    this.#visited = cache.get(key)
    this.#standing = [...cluster.decisions.all()]
  }

  checked(): void {
    this.#standing = [...this.#world.cluster.decisions.all()]
  }

  looked(): void {
    this.#between = new Set()
  }

  /** Somebody stands under that name now who did not before. */
  comes(name: string): void {
    this.#between.add(name)
    this.#returned.add(name)
  }

  /** Azure took a write. */
  written(): void {
    const put = this.#world.puts[this.#judged]
    this.#judged = this.#world.puts.length
    const to = put && this.#world.connections.get(put.name)
    if (put && to && put.status === 'Approved') this.#judge(put, to)
  }

  #judge({ name }: Put, to: Connection): void {
    this.approvals++
    if (this.#visited) this.#writtenTo.add(`${revision(this.#visited)}/${name}`)
    this.remember()
    if (!this.#knewAll) this.wrong.push(`${name} was approved before all had been read`)
    const { now, processes } = this.#world
    this.#sent.set(name, { uid: this.#visited?.metadata.uid ?? '', process: processes })
    const against = this.#known.find((one) => this.#forbids(one, to))
    const allowed = this.#standing.some((one) => this.#allows(one, to, now))
    const recorded = this.#recorded.has(identity(to))
    if (allowed && recorded && !against) return
    if (this.#between.has(name)) {
      this.overtaken++
    } else if (against) this.wrong.push(`${name} was approved against ${against.metadata.name}`)
    else if (!recorded) this.wrong.push(`${name} was approved and not recorded before`)
    else this.wrong.push(`${name} of ${to.privateEndpointId} was approved`)
  }

  /** What the operator has noted so far. */
  remember(): void {
    for (const one of this.#world.cluster.decisions.all()) {
      const { generation, pins = [] } = one.status?.memory ?? {}
      for (const { endpoint, privateEndpointId } of pins) {
        const key = `${revision(one)}/${endpoint.split('/')[1]}`
        if (generation !== one.metadata.generation || this.#pinned.has(key)) continue
        this.#pinned.set(key, privateEndpointId)
      }
      for (const { name, privateEndpointId, groupIds = [], action } of one.status?.memory
        ?.intents ?? []) {
        if (action !== 'Approve') continue
        const key = `${revision(one)}/${name}`
        const who = { name, groupIds, ...(privateEndpointId && { privateEndpointId }) }
        this.#recorded.add(identity(who))
        if (!this.#writtenTo.has(key) || !this.#bound.has(key)) this.#bound.set(key, who)
      }
    }
  }

  /**
   * All is quiet; what stands approved stays so.
   * @returns how many that somebody overtook were left, because nobody knew of them any more
   */
  ends(): number {
    let forgotten = 0
    for (const one of this.#world.connections.values()) {
      if (one.state !== 'Approved') continue
      if ([...this.#ever.values()].some((decision) => this.#allows(decision, one))) continue
      if (this.#isForgotten(one.name)) forgotten++
      else this.wrong.push(`${one.name} of ${one.privateEndpointId} stands approved in the end`)
    }
    return forgotten
  }

  /** The decision is gone, or its notes are, and so is the process that sent it. */
  #isForgotten(name: string): boolean {
    const sent = this.#sent.get(name)
    if (!sent || !this.#returned.has(name) || sent.process === this.#world.processes) return false
    const lives = [...this.#world.cluster.decisions.all()].some(
      ({ metadata }) => metadata.uid === sent.uid,
    )
    return !lives || this.#robbed.has(sent.uid)
  }

  /** @param now undefined: at whatever time */
  #allows(one: Decision, who: Who, now?: number): boolean {
    const { action, suspend, decideUntil } = one.spec
    if (action !== 'Approve' || suspend) return false
    if (now !== undefined && decideUntil !== undefined && Date.parse(decideUntil) <= now) {
      return false
    }
    return this.#selects(one, who)
  }

  #forbids(one: Decision, who: Who): boolean {
    const { action, connections: by } = one.spec
    if (action === 'Delete') return by?.names?.includes(who.name) ?? false
    return action === 'Reject' && by?.endpointRefs === undefined && this.#selects(one, who)
  }

  #selects(one: Decision, who: Who): boolean {
    const by = one.spec.connections
    const endpoint = who.privateEndpointId ?? ''
    if (!by) return false
    if (by.names && !by.names.includes(who.name)) return false
    const bound = this.#bound.get(`${revision(one)}/${who.name}`)
    const said = [by.privateEndpointIds, by.endpointRefs, by.resourceGroupIds, by.subscriptionIds]
    if (one.spec.action === 'Approve' && said.every((field) => field === undefined)) {
      return bound === undefined || sameWho(bound, who)
    }
    return (
      (by.privateEndpointIds?.includes(endpoint) ?? true) &&
      (by.endpointRefs?.some(({ name }) => this.#refers(one, name, endpoint)) ?? true) &&
      (by.resourceGroupIds?.some((group) => endpoint.startsWith(`${group}/`)) ?? true) &&
      (by.subscriptionIds?.some((id) => endpoint.startsWith(`/subscriptions/${id}/`)) ?? true) &&
      (by.states === undefined || said.some((field) => field) || endpoint !== '')
    )
  }

  #refers(one: Decision, name: string, endpoint: string): boolean {
    const pin = this.#pinned.get(`${revision(one)}/${name}`)
    return (
      (this.#owned.get(name)?.has(endpoint) ?? false) && (pin === undefined || pin === endpoint)
    )
  }
}

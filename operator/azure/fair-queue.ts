/**
 * Who is next, of all that wait for one thing: users' changes before drift before background, without ever
 * starving the lower; within a rank the namespaces in turn; within a namespace whoever came first. Holds
 * neither time nor tokens; must never let one namespace's crowd delay another's by more than its own turn.
 */

/** What a user waits for (deletions too), what mends, and what nobody would miss for a while. */
export const ranks = ['user', 'drift', 'background'] as const
export type Rank = (typeof ranks)[number]

/** Who asks. */
export interface Claim {
  /** The object, by kind and key: `PostgresPrivateEndpoint team/orders`. */
  readonly who: string
  readonly namespace: string
  readonly rank: Rank
}

export interface Entry {
  readonly claim: Claim
  /** What else must be open for it: those behind different gates do not block each other. */
  readonly gate: string
  /** When it came, as a count. */
  readonly turn: number
}

/** After so many of better ranks, one of a lower rank has its turn. */
const patience = 9

type Lines = Map<string, Set<Entry>>

export class FairQueue {
  /** By rank, then by namespace in the order of their turns, then by gate. */
  readonly #waiting: { readonly [R in Rank]: Map<string, Lines> } = {
    user: new Map(),
    drift: new Map(),
    background: new Map(),
  }
  readonly #passedOver = { user: 0, drift: 0, background: 0 }
  readonly #atGate = new Map<string, number>()
  #turn = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Gates at which somebody waits. */
  get gates(): Iterable<string> {
    return this.#atGate.keys()
  }

  /** How many wait, by rank. */
  count(rank: Rank): number {
    let count = 0
    for (const lines of this.#waiting[rank].values())
      for (const line of lines.values()) count += line.size
    return count
  }

  add(claim: Claim, gate = ''): Entry {
    const entry = { claim, gate, turn: this.#turn++ }
    const namespaces = this.#waiting[claim.rank]
    const lines = namespaces.get(claim.namespace) ?? new Map<string, Set<Entry>>()
    namespaces.set(claim.namespace, lines)
    const line = lines.get(gate) ?? new Set()
    lines.set(gate, line.add(entry))
    this.#atGate.set(gate, (this.#atGate.get(gate) ?? 0) + 1)
    this.#size++
    return entry
  }

  remove(entry: Entry): void {
    const { claim, gate } = entry
    const namespaces = this.#waiting[claim.rank]
    const lines = namespaces.get(claim.namespace)
    const line = lines?.get(gate)
    if (lines === undefined || line === undefined || !line.delete(entry)) return
    this.#size--
    if (line.size === 0) lines.delete(gate)
    if (lines.size === 0) namespaces.delete(claim.namespace)
    const left = (this.#atGate.get(gate) ?? 1) - 1
    if (left > 0) this.#atGate.set(gate, left)
    else this.#atGate.delete(gate)
  }

  /** Takes out whoever is next, of those whose gate is open. */
  next(isOpen: (gate: string) => boolean = () => true): Entry | undefined {
    const open = new Set([...this.#atGate.keys()].filter(isOpen))
    if (open.size === 0) return undefined
    for (const rank of this.#order()) {
      const entry = this.#first(this.#waiting[rank], open)
      if (entry === undefined) continue
      this.#served(rank)
      this.remove(entry)
      return entry
    }
    return undefined
  }

  /** Ranks by right: one that was passed over too often comes first. */
  #order(): readonly Rank[] {
    const waiting = ranks.filter((rank) => this.#waiting[rank].size > 0)
    const starved = waiting.filter((rank) => this.#passedOver[rank] >= patience).toReversed()
    return [...starved, ...waiting.filter((rank) => !starved.includes(rank))]
  }

  #served(rank: Rank): void {
    for (const other of ranks) {
      if (other !== rank && this.#waiting[other].size > 0) this.#passedOver[other]++
    }
    this.#passedOver[rank] = 0
  }

  #first(namespaces: Map<string, Lines>, open: ReadonlySet<string>): Entry | undefined {
    for (const [namespace, lines] of namespaces) {
      let first: Entry | undefined
      for (const [gate, line] of lines) {
        if (!open.has(gate)) continue
        const [entry] = line
        if (entry !== undefined && (first === undefined || entry.turn < first.turn)) first = entry
      }
      if (first === undefined) continue
      // Its next turn comes after everybody else's.
      namespaces.delete(namespace)
      namespaces.set(namespace, lines)
      return first
    }
    return undefined
  }
}

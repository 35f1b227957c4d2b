/**
 * Seeded worlds: strangers ask, swap and leave, people decide and change their minds, in the portal too,
 * the process dies, caches and lists are behind. While that goes on nothing wrong may be approved; once
 * it ends, everything must come to its outcome, and to rest. A seed that fails is a bug that can be replayed.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { laws } from '../operator/api/condition.ts'
import type { EndpointConnectionDecision } from '../operator/api/connection-decision.ts'
import type { Connection } from '../operator/azure/model.ts'
import { catalogue } from '../operator/decision/conditions.ts'
import { keyOf } from '../operator/decision/identity.ts'
import { matches } from '../operator/decision/match.ts'
import { actOf, claims } from '../operator/decision/precedence.ts'
import { Conflict } from '../operator/kubernetes/port.ts'
import {
  candidate,
  connection,
  decision,
  endpointText,
  fullName,
  ours,
  strangers,
  vendors,
} from './kit/decision.ts'
import { dice } from './kit/dice.ts'
import { Crash, DecisionWorld, type Point } from './kit/decision-world.ts'
import { deadline } from './runner/deadline.ts'

const seeds = Number(process.env['SEEDS'] ?? '40')
const firstSeed = Number(process.env['SEED'] ?? '1')

class Play {
  readonly world = new DecisionWorld({ cache: true })
  readonly #roll: () => number
  /** Connections that were swapped in the instant of a write: these alone may be approved wrongly, for a moment. */
  readonly swapped = new Set<string>()
  readonly wrong: string[] = []
  #judged = 0

  constructor(seed: number) {
    this.#roll = dice(seed)
    this.world.lagMs = this.chance(0.3) ? 8_000 : 0
    this.world.at = (point) => this.#happens(point)
  }

  chance(of: number): boolean {
    return this.#roll() < of
  }
  number(below: number): number {
    return Math.floor(this.#roll() * below)
  }
  one<T>(of: readonly T[]): T {
    return of[this.number(of.length)] as T
  }

  /** One of a dozen connections; whose it is is rolled anew each time. */
  someConnection(): Connection {
    const number = this.number(6)
    const whose = this.one([ours, ours, vendors, strangers])
    const endpoint = this.chance(0.1) ? null : endpointText(`e${number}`, whose)
    return connection(`e${number}.${number}`, { endpoint })
  }

  someDecision(): EndpointConnectionDecision {
    const action = this.one([
      'Approve',
      'Approve',
      'Approve',
      'Reject',
      'Delete',
      undefined,
    ] as const)
    const number = this.number(6)
    const name = fullName(`e${number}.${number}`)
    const ids = [endpointText(`e${this.number(6)}`, this.one([ours, vendors]))]
    const by =
      action === 'Delete'
        ? { names: [name] }
        : this.one([
            { names: [name] },
            { privateEndpointIds: ids },
            { subscriptionIds: [this.one([ours, vendors, strangers])] },
          ])
    return decision({
      name: `d${this.number(5)}`,
      namespace: this.one(['db', 'db', 'other']),
      metadata: { creationTimestamp: `2026-01-01T0${this.number(9)}:00:00Z` },
      spec: {
        ...(action && { action }),
        connections: by,
        maxApproved: 1 + this.number(3),
        suspend: this.chance(0.1),
      },
    })
  }

  /** Something outside, between two visits. */
  async step(): Promise<void> {
    const { world } = this
    const { cluster } = world
    const objects = [...cluster.decisions.all()]
    const there = [...world.connections.values()]
    switch (this.number(10)) {
      case 0:
      case 1:
        return this.#meet(this.someConnection())
      case 2:
        return there.length > 0 && this.chance(0.5)
          ? world.disconnect(this.one(there).name)
          : undefined
      case 3:
        return this.#portal()
      case 4:
      case 5:
        return void cluster.apply(this.someDecision())
      case 6:
        return objects.length > 0 && this.chance(0.5)
          ? cluster.delete(this.one(objects))
          : void cluster.apply(decision({ name: 'inbox', spec: { inbox: true } }))
      case 7: {
        const row = cluster.rows()[0]
        const action = this.one(['Approve', 'Reject', 'Delete'] as const)
        return row && void cluster.apply({ ...row, spec: { ...row.spec, action } })
      }
      case 8:
        world.gated = this.chance(0.9)
        world.server = this.one([
          {},
          {},
          {},
          {},
          { state: 'Stopped' },
          { highAvailability: 'FailingOver' },
        ])
        return
      case 9:
        return world.pass(this.number(40_000))
    }
  }

  async visits(): Promise<void> {
    for (const key of [...this.world.cluster.decisions.objects.keys()]) {
      if (this.chance(0.4)) continue
      this.world.watchIsBehind = this.chance(0.3)
      await this.world.visit(key).catch((error: unknown) => {
        if (!(error instanceof Conflict) && !(error instanceof Crash)) throw error
      })
    }
  }

  /** Who came under a name that is taken replaces whom it was, as an adversary could only wish. */
  #meet(guest: Connection): void {
    const before = this.world.connections.get(guest.name)
    if (before && before.provisioningState !== 'Succeeded') return
    if (!before || this.chance(0.3)) this.world.connect(guest)
  }

  #portal(): void {
    const there = [...this.world.connections.values()]
    const one = there.length > 0 ? this.one(there) : undefined
    if (!one || one.provisioningState !== 'Succeeded') return
    if (this.chance(0.3)) this.world.connect({ ...one, state: 'Rejected' })
    else if (one.state === 'Pending' && this.chance(0.5)) {
      this.world.connect({ ...one, state: 'Approved' })
    }
  }

  #happens(point: Point): void {
    if (point === 'observed' && this.chance(0.05)) this.#meet(this.someConnection())
    if (point === 'looked' && this.chance(0.05)) {
      const guest = this.someConnection()
      if (this.world.connections.has(guest.name)) this.swapped.add(guest.name)
      this.#meet(guest)
    }
    if (point === 'written') this.#judge()
    if (point !== 'observed' && this.chance(0.05)) {
      this.world.restart()
      throw new Crash()
    }
  }

  /** Right after Azure took a write: was it one that any decision allows? */
  #judge(): void {
    const put = this.world.puts[this.#judged]
    this.#judged = this.world.puts.length
    const to = put && this.world.connections.get(put.name)
    if (!put || put.status !== 'Approved' || !to || this.swapped.has(put.name)) return
    const all = [...this.world.cluster.decisions.all()].map((one) => candidate(one))
    const allowing = all.filter(
      (one) => actOf(one.decision) === 'Approve' && !one.decision.spec.suspend && matches(one, to),
    )
    const known = [...this.world.cache.all()].map((one) => candidate(one))
    const against = known.filter(
      (one) => ['Reject', 'Delete'].includes(actOf(one.decision) ?? '') && matches(one, to),
    )
    if (allowing.length === 0) this.wrong.push(`${put.name}: nobody approves it`)
    if (against.length > 0) this.wrong.push(`${put.name}: somebody is against it`)
    if (!put.recorded) this.wrong.push(`${put.name}: not recorded`)
    if (!this.world.gated) this.wrong.push(`${put.name}: not gated`)
  }

  /** The storm is over. */
  async calm(): Promise<void> {
    const { world } = this
    world.at = () => undefined
    world.lagMs = 0
    world.watchIsBehind = false
    world.gated = true
    world.server = {}
    world.pass(3_600_000)
    await world.settle(400)
  }

  /** What is not as the decisions want it, and nobody says why. */
  unmet(): readonly string[] {
    const { world } = this
    const all = [...world.cluster.decisions.all()].map((one) => candidate(one))
    const connections = [...world.connections.values()]
    const winners = claims(all, connections, world.now)
    return connections.flatMap((one) => {
      const winner = winners.get(keyOf(one))?.decision
      const act = winner && actOf(winner)
      if (!winner || !act || winner.spec.suspend) return []
      const told = winner.status?.conditions?.some(({ type }) =>
        ['Stalled', 'Drifted'].includes(type),
      )
      const open =
        (act === 'Approve' && one.state === 'Pending') ||
        (act === 'Reject' && one.state !== 'Rejected') ||
        act === 'Delete'
      return open && !told
        ? [`${act} of ${one.name} (${one.state}) by ${winner.metadata.name}`]
        : []
    })
  }
}

const test = suite('seeded worlds')

const storm = deadline(120, async () => {
  let approvals = 0
  let revocations = 0
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    const play = new Play(seed)
    for (let turn = 0; turn < 60; turn++) {
      await play.step()
      await play.visits()
      if (play.chance(0.5)) play.world.pass(play.number(15_000))
    }
    await play.calm()
    assert.equal(play.wrong, [], `seed ${seed}`)
    assert.equal(play.unmet(), [], `seed ${seed}`)
    for (const { status, metadata } of play.world.cluster.decisions.all()) {
      const broken = laws(status?.conditions ?? [], metadata.generation, catalogue)
      assert.equal(broken, [], `seed ${seed}, ${metadata.name}`)
      assert.ok(JSON.stringify(status).length < 64_000)
    }
    approvals += play.world.puts.filter(({ status }) => status === 'Approved').length
    revocations += play.world.puts.filter(({ description }) =>
      description.startsWith('Taken back'),
    ).length
  }
  assert.ok(approvals > seeds / 2, `the worlds are not idle: ${approvals} approvals`)
  assert.ok(revocations > 0 || seeds < 50, 'and not harmless')
})
test(`nothing wrong is approved, and all comes to rest (${seeds} seeds)`, storm)

test.run()

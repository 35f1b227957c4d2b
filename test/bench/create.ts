/** N endpoints made together, under ARM's token buckets: requests, time, processor time, writes. */
import type { RequestRow } from '../arm/simulator.ts'
import { countOf, isThrottled, isWrite, linesOf as asked, subscriptionOf } from './azure.ts'
import { linesOf as written, sumOf, writesBetween, type Writes } from './cluster.ts'
import { type Figure, figuresOf } from './figure.ts'
import { floorSeconds } from './floor.ts'
import type { Operator } from './operator.ts'
import { visitsOf } from './prepared.ts'
import { onStage, type PartSettings, type Stage } from './stage.ts'
import { makeWorld, type WorldSize } from './world.ts'

export interface Creation {
  readonly part: string
  readonly size: WorldSize
  readonly limits: 'arm' | 'providers'
}

export async function measureCreation(
  { part, size, limits }: Creation,
  settings: PartSettings,
): Promise<readonly Figure[]> {
  return onStage({ ...settings, timeScale: 1 }, async (stage) => {
    const { azure, cluster } = stage
    const world = await makeWorld(azure, subscriptionOf(azure), size)
    const operator = await stage.operator()
    await azure.throttle(limits)
    await azure.clearRequests()
    const before = { cpu: operator.cpuSeconds, writes: await cluster.writes() }
    const begun = performance.now()
    await cluster.create(world.places)
    settings.progress(`${size.endpoints} objects made in ${seconds(begun).toFixed(1)} s`)
    await cluster.untilReady(size.endpoints)
    const took = seconds(begun)
    const cpu = operator.cpuSeconds - before.cpu
    settings.progress(
      `${((await visitsOf(operator)) / size.endpoints).toFixed(1)} visits an object`,
    )
    const rows = await azure.requests()
    // The events of the last objects are still on their way.
    const writes = writesBetween(before.writes, await quietWrites(stage))
    for (const line of [...asked(rows), ...written(writes)]) settings.progress(line)
    const perServer = Math.ceil(size.endpoints / size.servers)
    const perSubnet = Math.ceil(size.endpoints / size.subnets)
    const floor = floorSeconds({ endpoints: size.endpoints, perServer, perSubnet, limits })
    return figures({ part, n: size.endpoints, rows, took, floor, cpu, writes, operator })
  })
}

interface Measured {
  readonly part: string
  readonly n: number
  readonly rows: readonly RequestRow[]
  /** Seconds. */
  readonly took: number
  readonly floor: number
  readonly cpu: number
  readonly writes: Writes
  readonly operator: Operator
}

const eventsIn = (writes: Writes): number =>
  [...writes].reduce((sum, [key, count]) => (key.includes(' events') ? sum + count : sum), 0)

/** Goals and peers are of a thousand endpoints; fewer have no room to share anything. */
function figures({ part, n, rows, took, floor, cpu, writes, operator }: Measured) {
  const figure = figuresOf(part, n)
  const many = part === 'create' && n >= 1_000
  return [
    figure('ARM requests per endpoint', countOf(rows) / n, '', many ? { goal: 2.3, peer: 8 } : {}),
    figure('ARM writes per endpoint', countOf(rows, isWrite) / n, ''),
    figure('time', took, 's', { note: `floor ${floor} s` }),
    figure('time ÷ floor', took / floor, '', n < 1_000 ? {} : { goal: 1.05, peer: 1.72 }),
    figure('answers 429', countOf(rows, isThrottled), '', {
      goal: 0,
      peer: many ? 3_268 : undefined,
    }),
    figure('processor time of the operator', cpu, 's', {
      ...(many ? { goal: n / 50, peer: n * 0.084 } : {}),
    }),
    figure('processor time per endpoint', (cpu / n) * 1_000, 'ms'),
    figure('kube-apiserver writes per endpoint', sumOf(writes) / n, '', {
      ...{ goal: 6, peer: 20 },
      // The operator records so many a second and no more; two an endpoint are due.
      note: `${eventsIn(writes)} Events of ${2 * n} due were recorded`,
    }),
    figure('resident memory, most', operator.memory.peak, 'MiB'),
  ]
}

const seconds = (since: number): number => (performance.now() - since) / 1_000

/** The count of writes once none has come for two seconds. */
export async function quietWrites({ cluster, wait }: Stage): Promise<Writes> {
  for (let known = await cluster.writes(); ;) {
    await wait(2)
    const now = await cluster.writes()
    if (sumOf(now) === sumOf(known)) return now
    known = now
  }
}

/** N endpoints made together, under ARM's token buckets: requests, time, processor time, writes. */
import { type Azure, countOf, isArm, isThrottled } from './azure.ts'
import { sumOf, writesBetween, type Writes } from './cluster.ts'
import type { Figure } from './figure.ts'
import { floorSeconds } from './floor.ts'
import { onStage, type Stage, type StageSettings } from './stage.ts'
import { makeWorld, type WorldSize } from './world.ts'

export interface Creation {
  readonly part: string
  readonly size: WorldSize
  readonly limits: 'arm' | 'providers'
}

export async function measureCreation(
  { part, size, limits }: Creation,
  settings: Omit<StageSettings, 'timeScale'>,
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
    const rows = await azure.requests()
    // The events of the last objects are still on their way.
    const writes = writesBetween(before.writes, await quietWrites(stage))
    for (const line of detailsOf(rows, writes)) settings.progress(line)
    const perServer = Math.ceil(size.endpoints / size.servers)
    const perSubnet = Math.ceil(size.endpoints / size.subnets)
    const floor = floorSeconds({ endpoints: size.endpoints, perServer, perSubnet, limits })
    const n = size.endpoints
    const ofPart = { part, n }
    return [
      figure(ofPart, 'ARM requests per endpoint', countOf(rows) / n, '', 2.3, 8),
      figure(ofPart, 'ARM writes per endpoint', countOf(rows, isWrite) / n, '', 2),
      { ...figure(ofPart, 'time', took, 's'), note: `floor ${floor} s` },
      figure(ofPart, 'time ÷ floor', took / floor, '', 1.05, 1.72),
      figure(ofPart, 'answers 429', countOf(rows, isThrottled), '', 0, 3_268),
      figure(
        ofPart,
        'processor time of the operator',
        cpu,
        's',
        (20 * n) / 1_000,
        (84 * n) / 1_000,
      ),
      figure(ofPart, 'kube-apiserver writes per endpoint', sumOf(writes) / n, '', 6, 20),
      figure(ofPart, 'resident memory, most', operator.memory.peak, 'MiB'),
    ]
  })
}

const figure = (
  ofPart: Pick<Figure, 'part' | 'n'>,
  name: string,
  value: number,
  unit: string,
  goal?: number,
  peer?: number,
): Figure => ({
  ...{ ...ofPart, name, value, unit },
  ...(goal === undefined ? {} : { goal }),
  ...(peer === undefined ? {} : { peer }),
})

const isWrite = ({ method }: { readonly method: string }): boolean =>
  method === 'PUT' || method === 'PATCH' || method === 'POST' || method === 'DELETE'

const seconds = (since: number): number => (performance.now() - since) / 1_000

/** Of the subscription in which the operator's identity works. */
export const subscriptionOf = (azure: Azure): string =>
  azure.identity('network').subscriptionIds[0] ?? ''

/** The count of writes once none has come for two seconds. */
export async function quietWrites({ cluster }: Stage): Promise<Writes> {
  for (let known = await cluster.writes(); ;) {
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    const now = await cluster.writes()
    if (sumOf(now) === sumOf(known)) return now
    known = now
  }
}

/** What was asked and written, by kind, the most first. */
export function detailsOf(
  rows: Awaited<ReturnType<Azure['requests']>>,
  writes: Writes,
): readonly string[] {
  const asked = rows
    .filter(isArm)
    .toSorted((a, b) => b.count - a.count)
    .map(({ method, type, operation, status, count }) =>
      [String(count).padStart(8), method, type, operation, status].join(' '),
    )
  const written = [...writes].toSorted(([, a], [, b]) => b - a)
  return [
    'ARM:',
    ...asked,
    'kube-apiserver:',
    ...written.map(([key, count]) => `${String(count).padStart(8)} ${key}`),
  ]
}

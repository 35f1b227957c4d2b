/** One endpoint after another, each alone: how long a user waits beyond what Azure's operations take. */
import { countOf, linesOf, subscriptionOf } from './azure.ts'
import { type Figure, figuresOf } from './figure.ts'
import { type PartSettings, onStage } from './stage.ts'
import { makeWorld } from './world.ts'

export async function measureSingle(n: number, settings: PartSettings): Promise<readonly Figure[]> {
  return onStage({ ...settings, timeScale: 1 }, async (stage) => {
    const { azure, cluster } = stage
    const size = { endpoints: n, servers: n, subnets: n }
    const { places } = await makeWorld(azure, subscriptionOf(azure), size)
    await stage.operator()
    await azure.throttle('arm')
    await azure.clearRequests()
    const waits: number[] = []
    for (const [index, place] of places.entries()) {
      const known = (await azure.operations()).length
      const begun = performance.now()
      await cluster.create([place])
      await cluster.untilReady(index + 1)
      const took = (performance.now() - begun) / 1_000
      const operations = (await azure.operations()).slice(known)
      const working = operations.map(secondsOf).reduce((sum, each) => sum + each, 0)
      settings.progress(`${took.toFixed(1)} s, of which Azure worked ${working.toFixed(1)} s`)
      waits.push(took - working)
    }
    const rows = await azure.requests()
    for (const line of linesOf(rows)) settings.progress(line)
    const figure = figuresOf('single', n)
    return [
      figure("apply to Ready, less Azure's operations", middleOf(waits), 's', {
        ...{ goal: 3, peer: 15, note: `the middle of ${n}` },
      }),
      figure('ARM requests per endpoint', countOf(rows) / n, ''),
    ]
  })
}

const secondsOf = ({ startedAt, endedAt }: { readonly startedAt: string; endedAt?: string }) =>
  endedAt === undefined ? 0 : (Date.parse(endedAt) - Date.parse(startedAt)) / 1_000

const middleOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

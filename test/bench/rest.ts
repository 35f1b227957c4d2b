/**
 * N endpoints at rest: what a restart asks of ARM, what rest asks, and what the process needs for it.
 * With the default settings, and ARM's token buckets.
 */
import { countOf, isThrottled, isWrite, linesOf } from './azure.ts'
import { type Figure, figuresOf } from './figure.ts'
import type { Operator } from './operator.ts'
import { prepare, untilQuiet, visitsOf } from './prepared.ts'
import { onStage, type Stage, type PartSettings } from './stage.ts'

/** An hour in as many seconds: every time that the operator is set to is that much shorter. */
const compressedSeconds = 180
const compression = 3_600 / compressedSeconds
/** Above this, objects would have to be visited faster than any process could. */
const mostCompressed = 2_000

export async function measureRest(n: number, settings: PartSettings): Promise<readonly Figure[]> {
  return onStage({ ...settings, timeScale: 1 }, async (stage) => {
    const { azure } = stage
    const first = n === 0 ? undefined : await prepare(stage, n, settings.progress)
    await first?.stop()
    await azure.throttle('arm')
    const restarted = await restart(stage, n, settings)
    const { operator } = restarted
    const idle = await atRest(stage, operator, n, settings)
    await operator.stop()
    const hour = n === 0 || n > mostCompressed ? [] : await anHour(stage, n, settings)
    return [...restarted.figures, ...idle, ...hour]
  })
}

async function restart(stage: Stage, n: number, { progress }: PartSettings) {
  const { azure, wait } = stage
  await azure.clearRequests()
  const begun = performance.now()
  const operator = stage.launch(['--log-level', 'debug'])
  const line = (fits: RegExp): Promise<number> =>
    operator.program.line((text) => fits.test(text)).then(() => performance.now() - begun)
  const ready = line(/"msg":"ready"/)
  const visited = n === 0 ? ready : line(/"msg":"visit(-quiet)?"/)
  const [readyMs, visitedMs] = await Promise.all([ready, visited])
  while ((await visitsOf(operator)) < n) await wait(0.5)
  await untilQuiet(stage, operator)
  const rows = await azure.requests()
  for (const text of linesOf(rows)) progress(text)
  const figure = figuresOf('restart', n)
  const figures = [
    figure('start to leading', readyMs / 1_000, 's'),
    figure('start to first reconcile', visitedMs / 1_000, 's', { goal: 1.5 }),
    ...(n === 0
      ? []
      : [
          figure('ARM requests after a restart', countOf(rows), '', { goal: 50, peer: 3_960 }),
          figure('answers 429 after a restart', countOf(rows, isThrottled), '', {
            ...{ goal: 0, peer: 6_437 },
          }),
        ]),
  ]
  return { operator, figures }
}

const memoryGoals: Readonly<Record<number, number>> = { 0: 90, 1_000: 110, 10_000: 200 }
const memoryPeers: Readonly<Record<number, number>> = { 0: 177, 1_000: 235 }

/** The process as it is, for a while. */
async function atRest(
  { azure, wait }: Stage,
  operator: Operator,
  n: number,
  { seconds, progress }: PartSettings,
): Promise<readonly Figure[]> {
  await azure.clearRequests()
  const before = operator.cpuSeconds
  await wait(seconds)
  const share = ((operator.cpuSeconds - before) / seconds) * 100
  const rows = await azure.requests()
  for (const text of linesOf(rows)) progress(text)
  const { now, peak } = operator.memory
  const figure = figuresOf('rest', n)
  const note = `${seconds} s of rest`
  return [
    figure('resident memory', now, 'MiB', { goal: memoryGoals[n], peer: memoryPeers[n], note }),
    figure('resident memory, most', peak, 'MiB'),
    figure('processor at rest', share, '% of a core', {
      ...(n === 10_000 ? { goal: 1 } : {}),
      note,
    }),
    figure('ARM requests at rest', countOf(rows), '', { note }),
    figure('ARM writes at rest', countOf(rows, isWrite), '', { goal: 0, peer: 2_000, note }),
  ]
}

/** The operator with all its times divided by the same number, for an hour divided by it. */
async function anHour(stage: Stage, n: number, { progress }: PartSettings) {
  const { azure, wait } = stage
  const divided = (minutes: number): string => `${Math.round((minutes * 60_000) / compression)}ms`
  const operator = await stage.operator([
    ...['--resync', divided(5), '--zone-group-resync', divided(12 * 60)],
  ])
  while ((await visitsOf(operator)) < n) await wait(0.5)
  await wait(10)
  await azure.clearRequests()
  await wait(compressedSeconds)
  const rows = await azure.requests()
  for (const text of linesOf(rows)) progress(text)
  await operator.stop()
  const figure = figuresOf('hour', n)
  const many = n >= 1_000
  const note = `--resync and --zone-group-resync divided by ${compression}, for ${compressedSeconds} s`
  return [
    figure('ARM requests per 1,000 endpoints and hour', (countOf(rows) / n) * 1_000, '', {
      ...(many ? { goal: 250, peer: 4_000 } : {}),
      note,
    }),
    figure('ARM writes per 1,000 endpoints and hour', (countOf(rows, isWrite) / n) * 1_000, '', {
      ...{ goal: 0, peer: 2_000, note },
    }),
  ]
}

/**
 * Azure in trouble: another subscription that answers nothing but errors, and a resource manager that is
 * gone for an hour. What that costs those who have no part in it, and what Azure gets when it is back.
 */
import type { Fault } from '../arm/simulator.ts'
import { countOf, isThrottled, linesOf, subscriptionOf } from './azure.ts'
import { namespace } from './cluster.ts'
import { type Figure, figuresOf } from './figure.ts'
import type { Operator } from './operator.ts'
import { prepare } from './prepared.ts'
import { onStage, type PartSettings, type Stage } from './stage.ts'
import { makeWorld, type Place } from './world.ts'

/** How many endpoints of the healthy subscription are timed. */
const healthy = 50

/** Seconds until they are Ready, alone and beside `failing` objects of a subscription that fails. */
export async function measureFailing(
  failing: number,
  settings: PartSettings,
): Promise<readonly Figure[]> {
  const alone = await onStage({ ...settings, timeScale: 1 }, (stage) => timed(stage))
  settings.progress(`alone: ${alone.toFixed(1)} s`)
  const beside = await onStage({ ...settings, timeScale: 1 }, (stage) =>
    timed(stage, async (operator) => {
      const subscription = failingSubscription(stage)
      await stage.azure.faults(failuresOf(subscription))
      await stage.cluster.create(placesIn(subscription, failing))
      // Each has been tried, and its user told, before anybody else comes.
      await stage.cluster.untilTold(failing)
      settings.progress(
        `${failing} objects fail: ${operator.cpuSeconds.toFixed(1)} s of processor so far`,
      )
    }),
  )
  settings.progress(`beside those: ${beside.toFixed(1)} s`)
  const figure = figuresOf('failing', failing)
  return [
    figure(`${healthy} endpoints of a healthy subscription, alone`, alone, 's'),
    figure('slowdown beside a failing subscription', beside / alone, '', {
      ...{ goal: 1.2, note: 'a quarter of its requests is never answered, all others with 500' },
    }),
  ]
}

async function timed(
  stage: Stage,
  before: (operator: Operator) => Promise<void> = () => Promise.resolve(),
): Promise<number> {
  const { azure, cluster } = stage
  const size = { endpoints: healthy, servers: healthy, subnets: healthy }
  const { places } = await makeWorld(azure, subscriptionOf(azure), size)
  const operator = await stage.operator()
  await azure.throttle('arm')
  await before(operator)
  const begun = performance.now()
  await cluster.create(places)
  await cluster.untilReady(healthy)
  return (performance.now() - begun) / 1_000
}

/** Another than the healthy one, in the same tenant. */
const failingSubscription = ({ azure }: Stage): string =>
  azure.identity('owner').subscriptionIds.find((id) => id !== subscriptionOf(azure)) ?? ''

/** One request of four is never answered, all others at once with 500. */
const failuresOf = (subscription: string): readonly Fault[] => {
  const match = { method: '*', type: '*', subscription }
  return [
    { match, rate: 0.25, effect: { kind: 'hang' } },
    { match, effect: { kind: 'error', status: 500 } },
  ]
}

function placesIn(subscription: string, count: number): readonly Place[] {
  const providers = `/subscriptions/${subscription}/resourceGroups/none/providers`
  return Array.from({ length: count }, (_, index): Place => ({
    name: `failing-${index}`,
    serverId: `${providers}/Microsoft.DBforPostgreSQL/flexibleServers/server-${index}`,
    subnetId: `${providers}/Microsoft.Network/virtualNetworks/network/subnets/subnet-${index}`,
  }))
}

/**
 * All requests break off for a while; then what comes in the minute after. The hour is as long as three
 * of the operator's longest pauses (five minutes: a resync, or a failure that Azure names no time for),
 * so that all of them have run out; what an hour makes due, zone groups, is due within that time.
 */
export async function measureOutage(n: number, settings: PartSettings): Promise<readonly Figure[]> {
  const outageSeconds = 3 * settings.seconds
  const zoneGroups = Math.round(12 * outageSeconds)
  return onStage({ ...settings, timeScale: 1 }, async (stage) => {
    const { azure, cluster, wait } = stage
    const resync = ['--zone-group-resync', `${zoneGroups}s`]
    const operator = await prepare(stage, n, settings.progress, resync)
    await azure.throttle('arm')
    await azure.faults([{ match: { method: '*', type: '*' }, effect: { kind: 'lostRequest' } }])
    await azure.clearRequests()
    const before = operator.cpuSeconds
    await wait(outageSeconds)
    const share = ((operator.cpuSeconds - before) / outageSeconds) * 100
    const during = await azure.requests()
    settings.progress(`${countOf(during)} requests in ${outageSeconds} s without Azure`)
    await azure.clearFaults()
    await azure.clearRequests()
    await wait(60)
    const rows = await azure.requests()
    for (const line of linesOf(rows)) settings.progress(line)
    const ready = cluster.readyAt.size
    settings.progress(`${ready} of ${n} in ${namespace} are Ready a minute later`)
    const figure = figuresOf('outage', n)
    const note = `${outageSeconds} s in place of an hour; zone groups that are due in an hour are due in it`
    return [
      figure('ARM requests a second without Azure', countOf(during) / outageSeconds, '', { note }),
      figure('processor without Azure', share, '% of a core', { note }),
      figure('ARM requests in the first minute after', countOf(rows), '', {
        // The buckets of a minute: what they hold, and what they get.
        ...{ goal: 250 + 25 * 60, note },
      }),
      figure('answers 429 in that minute', countOf(rows, isThrottled), '', { goal: 0, note }),
    ]
  })
}

/**
 * What the status remembers for the operator itself: data that Azure can't give back. Losing it may
 * cost a repeat, never a wrong act. Pure.
 */
import { timestamp } from '../api/condition.ts'
import type { StoredCondition } from '../api/kubernetes.ts'
import type { EndpointStatus } from '../api/private-endpoint.ts'
import type { Outcome } from '../azure/action.ts'
import { formatId, sameText } from '../azure/id.ts'
import type { Unmet } from './conditions.ts'
import { notedName } from './connection-info.ts'
import { keyOf } from './deed.ts'
import type { Observation } from './observation.ts'
import type { Plan } from './plan.ts'
import { differencesOf } from './plan-change.ts'
import { sharedDifferences } from './plan-shared.ts'
import { modeOf, settled } from './attempt.ts'
import { type Finding } from './step.ts'
import { appliedToEndpoint, isOfDns, noted, noteOfDns, notedOfDns } from './tags.ts'

type Memory = NonNullable<EndpointStatus['memory']>

export interface Worded {
  readonly findings: readonly Finding[]
  readonly conditions: readonly StoredCondition[]
  readonly deniedSince: string | undefined
  readonly nextRetryTime: string | undefined
}

/** The fields that have a value. */
export const defined = <T extends object>(
  fields: T,
): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }

/** Kept while the endpoint is being made; else proven absence clears it, and the spec may be mended. */
export function boundWhileAbsent(
  seen: Observation,
  made: Plan,
  worded: Worded,
): string | undefined {
  if (made.intent?.privateEndpointId !== undefined) return made.intent.privateEndpointId
  const making: readonly Unmet[] = ['Creating', 'Replacing', 'Deleting']
  return worded.findings.some(({ reason }) => making.includes(reason))
    ? seen.object.status?.privateEndpointId
    : undefined
}

/** What the operator set: noted before a write, exact once no difference is left. */
export function appliedTagKeys(
  seen: Observation,
  made: Plan,
  worded: Worded,
): readonly string[] | undefined {
  const begun = made.intent?.appliedTagKeys ?? []
  const before = [...toEndpoint(seen, made, worded), ...toDns(seen)]
  // A status that is full must neither keep a write from being noted nor forget what is to go.
  const shown = shownKeys(seen)
  const isShown = (key: string): boolean => shown.has(key.toLowerCase())
  const rest = before.filter((key) => !isShown(key))
  const keys = [...begun, ...before.filter(isShown), ...rest]
  return keys.length > 0 ? [...new Set(keys)] : undefined
}

/** The keys of all tags that Azure shows, as they would be noted; in lower case. */
function shownKeys({ azure }: Observation): ReadonlySet<string> {
  if (azure === undefined) return new Set()
  const { endpoint, dns } = azure
  const ofEndpoint = endpoint.is === 'present' ? [...endpoint.value.tags.keys()] : []
  const zones = dns.choice.is === 'zone' ? [dns.choice.zone] : []
  const links = dns.links.is === 'present' ? dns.links.value : []
  const ofDns = [...zones, ...links].flatMap(({ tags }) => [...tags.keys()])
  const all = [...ofEndpoint, ...ofDns.map(noteOfDns)]
  return new Set(all.map((key) => key.toLowerCase()))
}

function toEndpoint(seen: Observation, made: Plan, worded: Worded): readonly string[] {
  const before = appliedToEndpoint(seen.object.status?.appliedTagKeys)
  const { azure } = seen
  if (azure?.endpoint.is === 'absent') {
    return boundWhileAbsent(seen, made, worded) === undefined ? [] : before
  }
  if (azure?.endpoint.is !== 'present' || !made.shows || modeOf(seen) !== 'write') return before
  const { differences } = differencesOf(seen, azure.endpoint.value)
  return differences.length > 0 ? before : noted(seen.object.spec.tags)
}

function toDns(seen: Observation): readonly string[] {
  const before = (seen.object.status?.appliedTagKeys ?? []).filter(isOfDns)
  const { azure, parsed } = seen
  if (azure?.dns.choice.is !== 'zone' || parsed.is !== 'target' || modeOf(seen) !== 'write') {
    return before
  }
  const differs = sharedDifferences(seen, azure.dns, parsed.value).length > 0
  return differs ? before : notedOfDns(seen.object.spec.dns.tags)
}

/** What keeps wishes from being written in full; the others are for people and time. */
const afterWriting: readonly Unmet[] = [
  'PendingApproval',
  'Rejected',
  'Disconnected',
  'WaitingForConnection',
  'WaitingForAddress',
  'WaitingForRecord',
  'WaitingForZoneGroup',
]

export function memoryOf(
  seen: Observation,
  made: Plan,
  outcomes: readonly Outcome[],
  { findings, deniedSince }: Worded,
): Memory {
  const { metadata, status, spec } = seen.object
  const before = status?.memory ?? {}
  const endpoint = seen.azure?.endpoint
  const shown = made.shows && endpoint?.is === 'present' ? endpoint.value : undefined
  const quiet = made.actions.length === 0 && made.intent === undefined
  const written =
    modeOf(seen) === 'write' &&
    quiet &&
    metadata.deletionTimestamp === undefined &&
    shown?.provisioningState === 'Succeeded' &&
    findings.every(({ reason, awaits }) => awaits === undefined && afterWriting.includes(reason))
  const applied = written ? metadata.generation : before.appliedGeneration

  const { subnet } = seen.azure ?? {}
  const set = made.actions.findIndex(({ name }) => name === 'SetSubnetPolicies')
  const wanted = spec.subnetNetworkPolicies
  const policySet =
    wanted !== undefined &&
    (outcomes[set]?.is === 'accepted' ||
      (subnet?.is === 'present' && subnet.value.privateEndpointNetworkPolicies === wanted))
  const same = sameText(status?.resourceGuid, shown?.resourceGuid)
  return defined({
    appliedGeneration: made.unsettle ? undefined : applied,
    subnetPolicyGeneration: policySet ? metadata.generation : before.subnetPolicyGeneration,
    succeeded:
      shown?.provisioningState === 'Succeeded' && spec.managementPolicy !== 'Observe'
        ? true
        : shown === undefined || same
          ? before.succeeded
          : undefined,
    seenSince:
      shown === undefined || (same && before.seenSince !== undefined)
        ? before.seenSince
        : timestamp(seen.at),
    deniedSince,
    zoneBegun: zoneBegun(seen, made),
    configMapName: notedName(seen),
    corrections: correctionsOf(seen, made, outcomes),
  })
}

/** A zone that was begun counts until it is seen, or Azure has said no. */
function zoneBegun({ object, azure, at, past }: Observation, made: Plan): Memory['zoneBegun'] {
  const begun = made.intent?.zoneBegun
  if (begun !== undefined) return { id: begun, at: timestamp(at) }
  const before = object.status?.memory?.zoneBegun
  const choice = azure?.dns.choice
  if (before === undefined || choice === undefined) return before
  const trying = made.actions.some(({ name }) => name === 'CreateZone')
  if (choice.is === 'unreadable' || trying) return before
  if (choice.is !== 'make' || !sameText(formatId(choice.id), before.id)) return undefined
  const { status = 0 } = past.setbacks.get(keyOf('CreateZone', choice.id))?.error ?? {}
  return status >= 400 && status < 500 ? undefined : before
}

/** How often each drifted setting was mended since the spec last changed, or a person last asked. */
function correctionsOf(
  seen: Observation,
  made: Plan,
  outcomes: readonly Outcome[],
): Memory['corrections'] {
  if (!settled(seen)) return undefined
  const { memory } = seen.object.status ?? {}
  const before = seen.requested === undefined ? (memory?.corrections ?? []) : []
  const times = new Map(before.map((one) => [one.path, one.times]))
  for (const [index, { mends = [] }] of made.actions.entries()) {
    if (outcomes[index]?.is !== 'accepted') continue
    for (const path of mends) times.set(path, (times.get(path) ?? 0) + 1)
  }
  return times.size === 0 ? undefined : [...times].map(([path, count]) => ({ path, times: count }))
}

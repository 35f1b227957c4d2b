/**
 * An endpoint that exists and is ours: what differs and can be changed (tags, security groups), what
 * differs and cannot, what has failed. A PUT resends what we do not own as last read. Pure.
 */
import type { EndpointChange } from '../azure/bodies.ts'
import type { Action } from '../azure/action.ts'
import { formatId } from '../azure/id.ts'
import { text } from '../azure/json.ts'
import { partiesOf } from '../azure/lanes.ts'
import type { PrivateEndpoint } from '../azure/model.ts'
import type { DeedName } from './deed.ts'
import type { AzureSeen, Observation } from './observation.ts'
import { matches, ownedGuard } from './ownership.ts'
import { isLost } from './plan-connection.ts'
import { securityGroups, writable } from './plan-endpoint.ts'
import { immutable, unchangeable } from './plan-fixed.ts'
import { attempt, modeOf, noticed, settled, type Attempt } from './attempt.ts'
import { done, join, type Step } from './step.ts'
import {
  appliedToEndpoint,
  mendedTags,
  newTags,
  noted,
  releasedTags,
  tagDifferences,
  type Difference,
} from './tags.ts'
import type { Target } from './target.ts'
import { inWords } from './trouble.ts'

/** The endpoint is provisioned: changes of what can change. */
export function change(
  seen: Observation,
  azure: AzureSeen,
  target: Target,
  endpoint: PrivateEndpoint,
): Step {
  if (!matches(target, endpoint)) return immutable(target, endpoint)
  const fixed = { ...done, drift: unchangeable(seen, azure, target, endpoint) }
  const { wanted, differences } = differencesOf(seen, endpoint)
  if (differences.length === 0 || isLost(endpoint)) return fixed
  return join(fixed, put(seen, azure, 'UpdateEndpoint', endpoint, wanted, differences))
}

export function differencesOf(
  seen: Observation,
  endpoint: PrivateEndpoint,
): { readonly wanted: EndpointChange; readonly differences: readonly Difference[] } {
  const { spec, status } = seen.object
  const applied = appliedToEndpoint(status?.appliedTagKeys)
  // Whoever only observes made nothing, and marks nothing as its own.
  const observing = spec.managementPolicy === 'Observe'
  const wish = observing ? new Map(Object.entries(spec.tags ?? {})) : newTags(spec.tags, seen.owner)
  const tags = mendedTags(endpoint.tags, wish, applied)
  const ofTags = tagDifferences('tags', endpoint.tags, tags)
  const { applicationSecurityGroupIds: ids } = spec
  const groups = ids && securityGroups(ids)
  const ofGroups = groups ? groupDifference(groups, endpoint.applicationSecurityGroupIds) : []
  return {
    wanted: {
      ...(ofTags.length > 0 ? { tags } : {}),
      ...(groups !== undefined && ofGroups.length > 0
        ? { applicationSecurityGroupIds: groups }
        : {}),
    },
    differences: [...ofTags, ...ofGroups],
  }
}

function groupDifference(
  wanted: readonly string[],
  seen: readonly string[],
): readonly Difference[] {
  const key = (ids: readonly string[]) =>
    ids
      .map((id) => id.toLowerCase())
      .toSorted()
      .join(', ')
  if (key(wanted) === key(seen)) return []
  const path = 'applicationSecurityGroupIds'
  return [{ path, desired: wanted.join(', '), observed: seen.join(', ') }]
}

/** Azure's own words for an end that was no success; empty where it does not tell. */
export const why = ({ failure }: AzureSeen): string =>
  failure === undefined ? '' : ` ${inWords(failure)}`

/** An endpoint of ours ended Failed or Canceled after it had succeeded: the same body again. */
export const repair = (seen: Observation, azure: AzureSeen, endpoint: PrivateEndpoint): Step =>
  put(seen, azure, 'RepairEndpoint', endpoint, differencesOf(seen, endpoint).wanted, [
    { path: 'provisioningState', desired: 'Succeeded', observed: endpoint.provisioningState },
  ])

/** Somebody else's endpoint that the spec lets us take over: it gets our tags, and keeps the rest. */
export const adopt = (seen: Observation, azure: AzureSeen, endpoint: PrivateEndpoint): Step => {
  const { wanted, differences } = differencesOf(seen, endpoint)
  return put(seen, azure, 'AdoptEndpoint', endpoint, wanted, differences)
}

function put(
  seen: Observation,
  azure: AzureSeen,
  name: DeedName,
  endpoint: PrivateEndpoint,
  wanted: EndpointChange,
  differences: readonly Difference[],
): Step {
  const { spec } = seen.object
  const wish: Attempt = {
    deed: {
      name,
      action: {
        do: 'change',
        id: endpoint.id,
        change: wanted,
        touches: partiesOf(endpoint),
        guard: unchanged(seen, endpoint),
        cause: settled(seen) ? 'drift' : 'user',
      },
    },
    reason: 'Updating',
    message: `Private endpoint ${endpoint.name} differs in ${differences.map(({ path }) => path).join(', ')} and is being changed.${why(azure)}`,
    differences,
    essential: name !== 'UpdateEndpoint',
    intent: { privateEndpointId: formatId(endpoint.id), appliedTagKeys: noted(spec.tags) },
  }
  if (modeOf(seen) !== 'write') return attempt(seen, wish)
  const waiting = writable(seen, azure)
  if (waiting.findings.length === 0) return attempt(seen, wish)
  return join(waiting, noticed(seen, differences))
}

type Unchanged = Extract<Action, { readonly do: 'change' }>['guard']

function unchanged(seen: Observation, endpoint: PrivateEndpoint): Unchanged {
  const etag = text(endpoint.raw['etag'])
  return etag === undefined ? ownedGuard(seen, endpoint) : { is: 'unchanged', etag }
}

/** Retain: our tags come off, if that can be done now. */
export function release(seen: Observation, azure: AzureSeen, endpoint: PrivateEndpoint): Step {
  const tags = releasedTags(endpoint.tags)
  const can = endpoint.provisioningState === 'Succeeded' && !isLost(endpoint)
  if (!can || tags.size === endpoint.tags.size || writable(seen, azure).findings.length > 0) {
    return done
  }
  return {
    ...done,
    deeds: [
      {
        name: 'ReleaseEndpoint',
        action: {
          do: 'change',
          id: endpoint.id,
          change: { tags },
          touches: partiesOf(endpoint),
          guard: unchanged(seen, endpoint),
          cause: 'user',
        },
      },
    ],
  }
}

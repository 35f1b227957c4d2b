/**
 * Whose a private endpoint is. Nothing that is not ours by this table is ever written or deleted. Pure.
 */
import { annotations } from '../api/private-endpoint.ts'
import { groupId } from '../azure/bodies.ts'
import { formatId, sameId, sameText } from '../azure/id.ts'
import type { PrivateEndpoint } from '../azure/model.ts'
import type { Guard } from '../azure/action.ts'
import type { Observation } from './observation.ts'
import { clusterOf, objectOf, ownerOf } from './tags.ts'
import type { Target } from './target.ts'

export type Ownership =
  /** Our tag. */
  | 'ours'
  /** The tag of an object of our namespace and name whose uid is gone: the cluster was restored. */
  | 'restored'
  /** No tag, but the very incarnation that we made: somebody stripped the tags. */
  | 'stripped'
  /** Not ours, and the spec lets us take it over. */
  | 'adoptable'
  /** Another object of this cluster has it. */
  | 'rival'
  /** Not ours, and never was. */
  | 'refused'
  /** It was ours; now it is another incarnation, or carries another owner. */
  | 'lost'

export function ownershipOf(
  seen: Observation,
  target: Target,
  endpoint: PrivateEndpoint,
): Ownership {
  const { owner, object } = seen
  const tag = ownerOf(endpoint.tags)
  const before = object.status?.resourceGuid
  const same = before !== undefined && sameText(before, endpoint.resourceGuid)
  if (tag === owner.owner) return 'ours'
  if (tag === undefined && same) return 'stripped'

  const ourCluster = tag !== undefined && clusterOf(tag) === owner.clusterId
  if (ourCluster && objectOf(endpoint.tags) === owner.object) return 'restored'
  const free = tag === undefined || (ourCluster ? seen.ownerGone : handedOver(seen, tag))
  const wanted = object.spec.adoptionPolicy === 'IfMatching' && matches(target, endpoint)
  if (free && wanted) return 'adoptable'
  if (ourCluster && !seen.ownerGone) return 'rival'
  return before === undefined ? 'refused' : 'lost'
}

const handedOver = ({ object }: Observation, tag: string): boolean =>
  object.metadata.annotations?.[annotations.adoptFrom] === clusterOf(tag)

/** Same server, subnet and sub-resource: what an endpoint can never change. */
export const matches = (target: Target, endpoint: PrivateEndpoint): boolean =>
  sameId(endpoint.subnetId, target.subnetId) &&
  sameText(endpoint.connection?.serverId, formatId(target.serverId)) &&
  endpoint.connection?.groupIds.some((id) => sameText(id, groupId)) === true

export const isOurs = (ownership: Ownership): boolean =>
  ownership === 'ours' || ownership === 'restored' || ownership === 'stripped'

/** What a fresh GET must show before something of ours is changed for good. */
export function ownedGuard(seen: Observation, endpoint: PrivateEndpoint): Guard & { is: 'owned' } {
  const owner = ownerOf(endpoint.tags) ?? seen.owner.owner
  const { resourceGuid } = endpoint
  return resourceGuid === undefined ? { is: 'owned', owner } : { is: 'owned', owner, resourceGuid }
}

/** @param listed whether a recent list will do */
export const parentGuard = (
  seen: Observation,
  endpoint: PrivateEndpoint,
  listed = false,
): Guard => ({
  ...ownedGuard(seen, endpoint),
  is: 'parentOwned',
  ...(listed ? { listed } : {}),
})

/** Azure is working on it; states that nobody knows count as that. */
export const isRunning = ({ provisioningState }: PrivateEndpoint): boolean =>
  !['Succeeded', 'Failed', 'Canceled'].includes(provisioningState)

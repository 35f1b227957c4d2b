/**
 * Azure can't mend a Rejected or Disconnected endpoint: when one is made anew, and how often a person's
 * word counts. Pure.
 */
import { annotations } from '../api/private-endpoint.ts'
import type { PrivateEndpoint } from '../azure/model.ts'
import type { AzureSeen, Observation } from './observation.ts'
import { isLost } from './plan-connection.ts'
import { modeOf } from './attempt.ts'

const recreateToken = ({ object }: Observation): string | undefined => {
  const token = object.metadata.annotations?.[annotations.recreate]
  return token === object.status?.lastHandledRecreate ? undefined : token
}

/** A token acts once; where there is nothing to replace it has acted. */
export const handled = (seen: Observation): { readonly handledRecreate?: string } => {
  const token = recreateToken(seen)
  return token === undefined ? {} : { handledRecreate: token }
}

/** A person asks, or the server is younger than what we first saw of this endpoint, so it is another server. */
export function wantsReplacement(
  seen: Observation,
  { server }: Pick<AzureSeen, 'server'>,
  endpoint: PrivateEndpoint,
): boolean {
  if (!isLost(endpoint) || modeOf(seen) === 'observe' || modeOf(seen) === 'suspended') return false
  if (recreateToken(seen) !== undefined) return true
  const { spec, status } = seen.object
  if (spec.recreatePolicy !== 'OnServerRecreated' || server.is !== 'present') return false
  const disconnected = status?.conditions?.find(({ type }) => type === 'Disconnected')
  const since = status?.memory?.seenSince ?? disconnected?.lastTransitionTime
  const { createdAt } = server.value
  return since !== undefined && createdAt !== undefined && createdAt > Date.parse(since)
}

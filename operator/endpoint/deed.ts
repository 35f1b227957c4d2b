/** One change of ours in Azure with the name that logs, events and setbacks know it by. */
import type { Action } from '../azure/action.ts'
import { idKey } from '../azure/id.ts'

export type DeedName =
  | 'CreateResourceGroup'
  | 'SetSubnetPolicies'
  | 'CreateEndpoint'
  | 'UpdateEndpoint'
  | 'RepairEndpoint'
  | 'AdoptEndpoint'
  | 'ReleaseEndpoint'
  | 'DeleteEndpoint'
  | 'DeleteFailedEndpoint'
  | 'CreateZone'
  | 'UpdateZone'
  | 'CreateLink'
  | 'UpdateLink'
  | 'RemoveLink'
  | 'WriteZoneGroup'
  | 'RemoveZoneGroup'

export interface Deed {
  readonly name: DeedName
  readonly action: Action
  /** Paths of the drift that it mends; absent: it does what is wanted for the first time. */
  readonly mends?: readonly string[]
}

/** The same deed to the same resource, at any time. */
export const deedKey = ({ name, action }: Deed): string => `${name} ${idKey(action.id)}`

/** How a deed to this resource would be found among those of the past. */
export const keyOf = (name: DeedName, id: Action['id']): string => `${name} ${idKey(id)}`

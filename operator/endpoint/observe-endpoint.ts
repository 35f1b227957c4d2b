/** The read of the endpoint itself: where a list may say that it is not there, and where it may not. */
import { idKey } from '../azure/id.ts'
import { itemOf } from '../azure/listing.ts'
import type { PrivateEndpoint } from '../azure/model.ts'
import { absent, present, type Observed } from '../azure/observed.ts'
import type { AzureView } from '../azure/port.ts'
import type { Observation } from './observation.ts'
import type { Target } from './target.ts'

/**
 * Absence of what was begun, or is let go, is proven: by GET, or by the list of its own group. An
 * endpoint that was never begun may be looked up in the subscription's list while it can't be made; its
 * PUT proves absence again, as every deletion proves presence.
 */
export async function endpointOf(
  view: AzureView,
  { object }: Observation,
  target: Target,
  age: number,
  open: boolean,
): Promise<Observed<PrivateEndpoint>> {
  const { metadata, status } = object
  const leaving = metadata.deletionTimestamp !== undefined
  if (leaving || open || status?.privateEndpointId !== undefined)
    return view.find(target.endpointId, age)
  const { subscriptionId } = target.endpointId
  const about = [idKey(target.endpointId)]
  const all = await view.list({ list: 'privateEndpoints', subscriptionId }, age, about)
  if (all.is !== 'present') return view.find(target.endpointId, age)
  const found = itemOf(all.value, target.endpointId)
  return found ? present(found) : absent
}

/**
 * The subnet's network policies: one property of somebody else's resource, set once per generation and
 * never watched. Pure.
 */
import { subnetBody } from '../azure/bodies.ts'
import { lastName } from '../azure/id.ts'
import { text } from '../azure/json.ts'
import { say } from './conditions.ts'
import type { AzureSeen, Observation } from './observation.ts'
import { attempt } from './attempt.ts'
import { done, type Step } from './step.ts'
import type { Target } from './target.ts'

export function subnetPolicies(seen: Observation, { subnet }: AzureSeen, target: Target): Step {
  const { spec, metadata, status } = seen.object
  const wanted = spec.subnetNetworkPolicies
  if (wanted === undefined || subnet.is !== 'present') return done
  if (status?.memory?.subnetPolicyGeneration === metadata.generation) return done
  const observed = subnet.value.privateEndpointNetworkPolicies
  if (observed === wanted) return done

  const { subnet: senior } = seen.seniors
  if (senior !== undefined) {
    const message = `${senior} is older and wants other network policies of subnet ${lastName(target.subnetId)}: its wish holds.`
    return { ...done, abnormal: [say('Conflicted', 'True', 'SharedSetting', message)] }
  }
  const etag = text(subnet.value.raw['etag'])
  return attempt(seen, {
    deed: {
      name: 'SetSubnetPolicies',
      action: {
        do: 'put',
        id: target.subnetId,
        body: subnetBody(subnet.value.raw, wanted),
        ...(etag === undefined ? {} : { guard: { is: 'unchanged', etag } }),
        cause: 'user',
      },
    },
    reason: 'Preparing',
    message: `privateEndpointNetworkPolicies of subnet ${lastName(target.subnetId)} is being set to ${wanted}.`,
    differences: [
      {
        path: 'subnetNetworkPolicies',
        desired: wanted,
        ...(observed === undefined ? {} : { observed }),
      },
    ],
    essential: false,
  })
}

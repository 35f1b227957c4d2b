/** An endpoint of our name that is not ours: taken over where the spec allows, else left alone. Pure. */
import { formatId } from '../azure/id.ts'
import type { PrivateEndpoint } from '../azure/model.ts'
import { say } from './conditions.ts'
import type { AzureSeen, Observation } from './observation.ts'
import type { Ownership } from './ownership.ts'
import { adopt } from './plan-change.ts'
import { done, unmet, type Step } from './step.ts'
import { objectOf } from './tags.ts'

export function foreign(
  seen: Observation,
  azure: AzureSeen,
  endpoint: PrivateEndpoint,
  ownership: Ownership,
): Step {
  const name = formatId(endpoint.id)
  const owner = objectOf(endpoint.tags)
  const held = seen.ownerGone ? `belonged to ${owner}, which is gone` : `belongs to ${owner}`
  const by = owner === undefined ? 'carries no tag of ours' : held
  switch (ownership) {
    case 'adoptable':
      return endpoint.provisioningState === 'Succeeded'
        ? adopt(seen, azure, endpoint)
        : unmet('Provisioning', `${name} is ${endpoint.provisioningState}.`)
    case 'rival': {
      const message = `Private endpoint ${name} ${by}, which came first.`
      const step = unmet('Conflicted', message)
      return { ...step, abnormal: [say('Conflicted', 'True', 'EndpointClaimed', message)] }
    }
    case 'lost': {
      const message = `Private endpoint ${name} ${by} now.`
      const step = unmet('OwnershipLost', message)
      return { ...step, abnormal: [say('OwnershipLost', 'True', 'TagsChanged', message)] }
    }
    case 'refused':
      return unmet('AdoptionRefused', `Private endpoint ${name} exists and ${by}.`)
    case 'ours':
    case 'restored':
    case 'stripped':
      return done
  }
}

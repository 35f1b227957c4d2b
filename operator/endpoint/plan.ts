/**
 * Decides, without doing. Read `assemble` from top to bottom: it is the life of an endpoint. Each step
 * says what keeps the object from being ready and asks for the writes that would mend it; a step whose
 * needs are not met asks for nothing. So every write of a plan is safe to send now, in any order.
 */
import { finalizer } from '../api/private-endpoint.ts'
import { formatId, sameText } from '../azure/id.ts'
import type { PrivateEndpoint } from '../azure/model.ts'
import { deedKey, type Deed } from './deed.ts'
import { serverCondition } from './gate.ts'
import type { AzureSeen, Observation } from './observation.ts'
import { isOurs, isRunning, matches, ownedGuard, ownershipOf } from './ownership.ts'
import { change, repair, why } from './plan-change.ts'
import { connection, isLost } from './plan-connection.ts'
import { dns } from './plan-dns.ts'
import { create } from './plan-endpoint.ts'
import { foreign } from './plan-foreign.ts'
import { dismantle, remove } from './plan-removal.ts'
import { subnetPolicies } from './plan-subnet.ts'
import { handled, wantsReplacement } from './replacement.ts'
import { attempt, modeOf, settled } from './attempt.ts'
import { done, join, unmet, unread, type Step } from './step.ts'
import { unknownPolicies, type Target } from './target.ts'

export interface Plan extends Step {
  readonly finalizer: 'add' | 'keep' | 'remove'
  readonly actions: readonly Deed[]
  /** Whether what was seen of the endpoint may go into the status. */
  readonly shows: boolean
  /** Before an endpoint is replaced: its absence will be no drift. */
  readonly unsettle?: true
  /** The token of `pgpe.dev/recreate` counts as handled. */
  readonly handledRecreate?: string
  /** Key of the deed by which a token counts as handled, once Azure has taken it. */
  readonly recreates?: string
}

const made = (step: Step, more: Partial<Plan> = {}): Plan => ({
  finalizer: 'keep',
  shows: true,
  ...step,
  actions: step.deeds,
  ...more,
})

export function plan(seen: Observation): Plan {
  const { metadata, spec } = seen.object
  const held = metadata.finalizers?.includes(finalizer) ?? false
  if (metadata.deletionTimestamp !== undefined) return held ? goodbye(seen) : made(done)

  const refused = refuse(seen)
  if (refused !== undefined) return made(refused, { shows: false })
  const observing = spec.managementPolicy === 'Observe'
  if (!held && !observing) return made(done, { finalizer: 'add' })
  const { azure, parsed } = seen
  if (azure === undefined || parsed.is !== 'target') return made(done)
  const assembled = assemble(seen, azure, parsed.value)
  return observing && held ? { ...assembled, finalizer: 'remove' } : assembled
}

/** What the spec alone says against doing anything. */
function refuse(seen: Observation): Step | undefined {
  const { object, parsed } = seen
  const unknown = unknownPolicies(object.spec)
  if (unknown.length > 0) return unmet('UnknownPolicy', unknown.join(' '))
  if (parsed.is === 'invalid') return unmet('InvalidSpec', parsed.problems.join(' '))
  const bound = object.status?.privateEndpointId
  if (bound === undefined || sameText(bound, formatId(parsed.value.endpointId))) return undefined
  return unmet(
    'ImmutableChanged',
    `The spec names ${formatId(parsed.value.endpointId)}, and the endpoint of this object is ${bound}.`,
  )
}

/** The object is being deleted. The endpoint is the one that was noted, whatever the spec says now. */
function goodbye(seen: Observation): Plan {
  const { azure, parsed, object } = seen
  const bound = object.status?.privateEndpointId
  const kept = object.spec.deletionPolicy === 'Retain'
  if (parsed.is === 'invalid' && bound !== undefined && !kept) {
    const problems = parsed.problems.join(' ')
    return made(
      unmet('InvalidSpec', `Private endpoint ${bound} is still to be deleted. ${problems}`),
    )
  }
  // Nothing was ever written for what never parsed.
  if (azure === undefined || parsed.is !== 'target') return made(done, { finalizer: 'remove' })
  const { step, over } = dismantle(seen, azure, parsed.value)
  return made(step, { finalizer: over ? 'remove' : 'keep' })
}

function assemble(seen: Observation, azure: AzureSeen, target: Target): Plan {
  const { endpoint } = azure
  // While the endpoint is being made its server is busy with just that.
  const making =
    (endpoint.is === 'present' && isRunning(endpoint.value)) ||
    (endpoint.is === 'unreadable' && endpoint.error.code === 'NotYetVisible')
  const server = making ? [] : serverCondition(azure.server)
  const note = (step: Step): Step => ({ ...step, abnormal: [...server, ...step.abnormal] })
  switch (endpoint.is) {
    case 'unreadable': {
      const waiting = unmet('Provisioning', 'Azure has accepted the private endpoint.')
      return made(note(join(unread(endpoint.error, waiting), dns(seen, azure, target))))
    }
    case 'absent': {
      const { step, blocked } = create(seen, azure, target)
      const all = blocked ? step : join(step, dns(seen, azure, target))
      return made(note(all), handled(seen))
    }
    case 'present': {
      const ownership = ownershipOf(seen, target, endpoint.value)
      const observing = modeOf(seen) === 'observe'
      if (isOurs(ownership) || observing) return own(seen, azure, target, endpoint.value, note)
      const taking = foreign(seen, azure, endpoint.value, ownership)
      return made(note(taking), { shows: false })
    }
  }
}

function own(
  seen: Observation,
  azure: AzureSeen,
  target: Target,
  endpoint: PrivateEndpoint,
  note: (step: Step) => Step,
): Plan {
  if (wantsReplacement(seen, azure, endpoint)) {
    if (settled(seen)) {
      const step = unmet('Replacing', `Private endpoint ${endpoint.name} is being replaced.`)
      return made(note(step), { unsettle: true })
    }
    const step = remove(seen, azure, endpoint, 'Replacing')
    const deed = step.deeds.find(({ name }) => name === 'DeleteEndpoint')
    return made(note(step), deed ? { recreates: deedKey(deed) } : {})
  }
  const policies = subnetPolicies(seen, azure, target)
  const { step, usable } = provisioned(seen, azure, target, endpoint)
  const named = dns(seen, azure, target, usable ? endpoint : undefined)
  return made(note(join(policies, step, named)), isLost(endpoint) ? {} : handled(seen))
}

/** From what Azure says of the endpoint's provisioning to whether it can be built upon. */
function provisioned(
  seen: Observation,
  azure: AzureSeen,
  target: Target,
  endpoint: PrivateEndpoint,
): { readonly step: Step; readonly usable: boolean } {
  const { provisioningState: state, name } = endpoint
  switch (state) {
    case 'Succeeded': {
      const changed = change(seen, azure, target, endpoint)
      const usable = matches(target, endpoint)
      return { step: join(changed, connection(seen, endpoint)), usable }
    }
    case 'Failed':
    case 'Canceled': {
      const { memory, resourceGuid } = seen.object.status ?? {}
      const once = memory?.succeeded === true && sameText(resourceGuid, endpoint.resourceGuid)
      const step = once ? repair(seen, azure, endpoint) : discard(seen, azure, endpoint)
      return { step, usable: false }
    }
    default: {
      const step = unmet('Provisioning', `Azure says that ${name} is ${state}.`)
      return { step, usable: false }
    }
  }
}

/** Ended Failed without ever having succeeded: deleted before the next try. */
function discard(seen: Observation, azure: AzureSeen, endpoint: PrivateEndpoint): Step {
  const { provisioningState: ended } = endpoint
  return attempt(seen, {
    deed: {
      name: 'DeleteFailedEndpoint',
      action: {
        do: 'delete',
        id: endpoint.id,
        guard: ownedGuard(seen, endpoint),
        cause: 'user',
      },
    },
    reason: 'Replacing',
    message: `Private endpoint ${endpoint.name} ended ${ended} before it was usable; it is deleted and made again.${why(azure)}`,
    differences: [{ path: 'provisioningState', desired: 'Succeeded', observed: ended }],
    essential: true,
  })
}

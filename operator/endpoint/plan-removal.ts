/**
 * The end of an endpoint: zone group, then the endpoint, then (if asked) links that nobody needs; each
 * step waits for the visit that has seen the one before. Deletes only what carries our tag, waits only
 * for a server in transition, and lets go only after having looked. Pure.
 */
import { formatId, lastName } from '../azure/id.ts'
import type { PrivateEndpoint, VirtualNetworkLink } from '../azure/model.ts'
import { mayDelete } from './gate.ts'
import type { AzureSeen, Observation } from './observation.ts'
import { isOurs, ownedGuard, ownershipOf, parentGuard } from './ownership.ts'
import { release, why } from './plan-change.ts'
import { attempt } from './attempt.ts'
import { done, unmet, unread, type Step } from './step.ts'
import { clusterOf, ownerOf } from './tags.ts'
import type { Target } from './target.ts'
import { zoneIdOf } from './zone-choice.ts'

export interface Removal {
  readonly step: Step
  /** Nothing of ours is left, or what is left shall stay. */
  readonly over: boolean
}

const over: Removal = { step: done, over: true }
const going = (step: Step): Removal => ({ step, over: false })

/** The object is being deleted, and we hold it. */
export function dismantle(seen: Observation, azure: AzureSeen, target: Target): Removal {
  const { spec, status } = seen.object
  const { endpoint } = azure
  if (spec.deletionPolicy === 'Retain') {
    const ours = endpoint.is === 'present' && isOurs(ownershipOf(seen, target, endpoint.value))
    const step = ours && !spec.suspend ? release(seen, azure, endpoint.value) : done
    return { step, over: true }
  }
  switch (endpoint.is) {
    case 'unreadable': {
      // Never attempted, and not ours to find out: nothing can have been made.
      const passing = endpoint.error.retry === 'fast' || endpoint.error.retry === 'throttle'
      if (status?.privateEndpointId === undefined && !passing) return over
      const step = unread(endpoint.error, unmet('Deleting', 'The endpoint is being deleted.'))
      return going(endpoint.error.code === 'CredentialsUnavailable' ? withWayOut(step) : step)
    }
    case 'absent':
      return youngAbsence(seen)
        ? going(unmet('Deleting', 'Azure shows no endpoint; it is looked for once more.'))
        : links(seen, azure)
    case 'present': {
      if (!isOurs(ownershipOf(seen, target, endpoint.value))) return over
      if (spec.suspend) {
        return going(unmet('DeletionSuspended', `Private endpoint ${endpoint.value.name} remains.`))
      }
      return going(remove(seen, azure, endpoint.value, 'Deleting'))
    }
  }
}

/** An identity that went with its namespace can't be brought back there: then somebody else must clean up. */
const withWayOut = (step: Step): Step => ({
  ...step,
  findings: step.findings.map((finding) => ({
    ...finding,
    message: `${finding.message} The endpoint can't be deleted without it; with spec.deletionPolicy Retain it stays in Azure, and the object goes.`,
  })),
})

/** GETs lag behind writes for seconds (hashicorp/terraform-provider-azurerm issue 18268). */
const lagMs = 15_000

/**
 * A write that was begun, and whose result nobody has seen: another process may have sent it a moment
 * ago, and its absence proves nothing until it has lasted.
 */
const youngAbsence = ({ object: { status }, past, at }: Observation): boolean =>
  status?.privateEndpointId !== undefined &&
  status.resourceGuid === undefined &&
  at.getTime() - (past.absentSinceMs ?? at.getTime()) < lagMs

/** Zone group first, then the endpoint. */
export function remove(
  seen: Observation,
  azure: AzureSeen,
  endpoint: PrivateEndpoint,
  reason: 'Deleting' | 'Replacing',
): Step {
  const { zoneGroups } = azure.dns
  if (endpoint.provisioningState === 'Deleting') {
    return unmet(reason, `Private endpoint ${endpoint.name} is being deleted.`)
  }
  if (seen.object.spec.dns.mode === 'Managed' && zoneGroups.is !== 'unasked') {
    if (zoneGroups.is === 'unreadable') return unread(zoneGroups.error)
    const [group] = zoneGroups.is === 'present' ? zoneGroups.value : []
    if (group !== undefined) {
      const message = `Zone group ${group.name} of ${endpoint.name} is being removed.`
      if (group.provisioningState === 'Deleting') return unmet(reason, message)
      const guard = parentGuard(seen, endpoint)
      return attempt(seen, {
        deed: {
          name: 'RemoveZoneGroup',
          action: { do: 'delete', id: group.id, guard, cause: 'user' },
        },
        reason,
        message,
        differences: [],
        essential: true,
        asked: true,
      })
    }
  }
  if (seen.serverTakenBy !== undefined) {
    const message = `The server is busy with ${seen.serverTakenBy}; this one is deleted after it.`
    return unmet('ServerNotReady', message)
  }
  if (!mayDelete(azure.server)) return serverInTransition(seen, azure)
  return attempt(seen, {
    deed: {
      name: 'DeleteEndpoint',
      action: {
        do: 'delete',
        id: endpoint.id,
        guard: ownedGuard(seen, endpoint),
        cause: 'user',
      },
    },
    reason,
    message: `Private endpoint ${endpoint.name} is being deleted.${why(azure)}`,
    differences: [],
    essential: true,
    asked: true,
  })
}

function serverInTransition({ object }: Observation, { server }: AzureSeen): Step {
  if (server.is === 'unreadable') return unread(server.error)
  const state = server.is === 'present' ? server.value.state : 'unknown'
  const ha = server.is === 'present' ? server.value.highAvailability : undefined
  const name = object.spec.serverId.split('/').at(-1)
  return unmet(
    'ServerNotReady',
    `Server ${name} is ${state}${ha === undefined ? '' : `, its high availability ${ha}`}; the endpoint is deleted as soon as that has passed.`,
  )
}

/** Links go only if asked, only those of this cluster's making, only when the zone serves nobody. */
function links(seen: Observation, { dns }: AzureSeen): Removal {
  const { spec } = seen.object
  if (!spec.dns.deleteUnusedLinks || spec.dns.mode !== 'Managed' || spec.suspend) return over
  if (zoneIdOf(dns.choice) === undefined && dns.choice.is !== 'unreadable') return over
  const unreadable = [dns.links, dns.records, dns.choice].find((part) => part.is === 'unreadable')
  if (unreadable?.is === 'unreadable') {
    const step = unread(unreadable.error)
    return step.findings.some(({ denied }) => denied) ? over : going(step)
  }
  if (dns.links.is !== 'present' || dns.records.is !== 'present') return over
  if (seen.sharer !== undefined || dns.records.value.length > 0) return over
  // Records of other types are somebody's, too; the one that is always there is the zone's own.
  const count = dns.choice.is === 'zone' ? dns.choice.zone.recordSetCount : undefined
  if (count !== undefined && count > 1) return over
  const [link] = dns.links.value.filter((one) => madeHere(seen, one))
  if (link === undefined) return over
  const message = `Link ${lastName(link.id)} is being removed.`
  if (link.provisioningState === 'Deleting') return going(unmet('Deleting', message))
  return going(
    attempt(seen, {
      deed: {
        name: 'RemoveLink',
        action: {
          do: 'delete',
          id: link.id,
          guard: { is: 'owned', owner: ownerOf(link.tags) ?? '' },
          cause: 'user',
        },
      },
      reason: 'Deleting',
      message,
      differences: [{ path: 'dns.virtualNetworkLinks', observed: formatId(link.id) }],
      essential: true,
      asked: true,
    }),
  )
}

const madeHere = ({ owner }: Observation, link: VirtualNetworkLink): boolean => {
  const by = ownerOf(link.tags)
  return by !== undefined && clusterOf(by) === owner.clusterId
}

/**
 * The private endpoint itself: from nothing to provisioned. Asks for its creation only when everything
 * it needs has been seen, and never while the server cannot take it. Pure.
 */
import { newEndpointBody, resourceGroupBody } from '../azure/bodies.ts'
import { formatId, lastName, parseId } from '../azure/id.ts'
import { say } from './conditions.ts'
import { gate } from './gate.ts'
import type { AzureSeen, Observation } from './observation.ts'
import { precheck } from './plan-precheck.ts'
import { subnetPolicies } from './plan-subnet.ts'
import { attempt, settled } from './attempt.ts'
import { done, join, unmet, unread, type Step } from './step.ts'
import { newTags, noted } from './tags.ts'
import type { Target } from './target.ts'

/** The endpoint is not there. `blocked`: nothing else of this object may be written either. */
export function create(
  seen: Observation,
  azure: AzureSeen,
  target: Target,
): { readonly step: Step; readonly blocked: boolean } {
  const stop = (step: Step) => ({ step, blocked: true })
  if (azure.elsewhere !== undefined) {
    return stop(unmet('Moved', `The endpoint of this object is now ${azure.elsewhere}.`))
  }
  if (vanished(seen) && settled(seen) && seen.object.spec.driftPolicy === 'Report') {
    const desired = formatId(target.endpointId)
    const message = `Private endpoint ${desired} is gone.`
    const abnormal = [say('Drifted', 'True', 'Vanished', message)]
    const drift = [{ path: 'privateEndpoint', desired }]
    return stop({ ...unmet('Vanished', message), abnormal, drift })
  }
  if (seen.rival !== undefined) {
    const message = `${seen.rival} claims private endpoint ${lastName(target.endpointId)}, and came first.`
    const step = unmet('Conflicted', message)
    return stop({ ...step, abnormal: [say('Conflicted', 'True', 'EndpointClaimed', message)] })
  }
  const checked = precheck(seen, azure, target)
  if (checked.findings.length > 0) return stop(checked)
  const { managementPolicy, privateIPAddress } = seen.object.spec
  const taken = managementPolicy === 'Observe' ? done : address(azure, privateIPAddress)
  if (taken.findings.length > 0) return stop(taken)

  const grouped = resourceGroup(seen, azure, target)
  if (grouped.findings.length > 0 || grouped.drift.length > 0) {
    return { step: grouped, blocked: grouped.deeds.length === 0 }
  }
  const policies = subnetPolicies(seen, azure, target)
  if (policies.findings.length > 0) return { step: policies, blocked: false }
  return { step: join(policies, putNew(seen, azure, target)), blocked: false }
}

/** It existed once, by what was noted then. */
const vanished = ({ object }: Observation): boolean => object.status?.memory?.succeeded === true

function resourceGroup(seen: Observation, azure: AzureSeen, target: Target): Step {
  const { group, network } = azure
  const name = target.groupId.resourceGroup
  if (group.is === 'unreadable') {
    const step = unread(
      group.error,
      unmet('Preparing', `Azure has accepted resource group ${name}.`),
    )
    return step.findings.some(({ denied }) => denied) ? done : step
  }
  if (group.is !== 'absent' || network.is !== 'present') return done
  if (!seen.object.spec.createResourceGroup || vanished(seen)) {
    return unmet(
      'ResourceGroupNotFound',
      `There is no resource group ${name} in subscription ${target.groupId.subscriptionId}; Azure's answer would be ResourceGroupNotFound.`,
    )
  }
  return attempt(seen, {
    deed: {
      name: 'CreateResourceGroup',
      action: {
        do: 'put',
        id: target.groupId,
        body: resourceGroupBody(network.value.location, newTags(undefined, seen.owner)),
        guard: { is: 'absent' },
        cause: 'user',
      },
    },
    reason: 'Preparing',
    message: `Resource group ${name} is being made.`,
    differences: [{ path: 'resourceGroup', desired: name }],
    essential: true,
  })
}

/** Whether a PUT of the endpoint may be sent; otherwise what it waits for. */
export function writable(seen: Observation, azure: AzureSeen): Step {
  const found = gate(azure.server)
  if (seen.serverTakenBy !== undefined && (found.is === 'open' || found.is === 'closed')) {
    const message = `Server ${serverName(seen)} is busy with ${seen.serverTakenBy}.`
    return unmet('ServerNotReady', message)
  }
  switch (found.is) {
    case 'open':
      return done
    case 'closed':
      return unmet(
        'ServerNotReady',
        found.by === 'ServerState'
          ? `Server ${serverName(seen)} is ${found.state}.`
          : `High availability of server ${serverName(seen)} is ${found.state}.`,
      )
    case 'hidden':
      return seen.object.spec.approval === 'Manual'
        ? done
        : unmet('ServerUnreadable', found.message, { denied: true })
    case 'missing':
      return unmet(
        'ServerNotFound',
        `There is no server ${serverName(seen)}; Azure's answer is ResourceNotFound.`,
      )
    case 'integrated':
      return unmet('VNetIntegrated', `Server ${serverName(seen)} is VNet-integrated.`)
    case 'unread':
      return azure.server.is === 'unreadable' ? unread(azure.server.error) : done
  }
}

const serverName = ({ object }: Observation): string => object.spec.serverId.split('/').at(-1) ?? ''

function putNew(seen: Observation, azure: AzureSeen, target: Target): Step {
  const { spec } = seen.object
  if (azure.network.is !== 'present') return done
  const waiting = writable(seen, azure)
  const observing = spec.managementPolicy === 'Observe'
  if (waiting.findings.length > 0 && !observing) return waiting

  const tags = newTags(spec.tags, seen.owner)
  const id = formatId(target.endpointId)
  const body = newEndpointBody({
    location: azure.network.value.location,
    tags,
    subnetId: formatId(target.subnetId),
    connection: {
      name: target.connectionName,
      serverId: formatId(target.serverId),
      manual: spec.approval === 'Manual',
      ...(spec.requestMessage === undefined ? {} : { requestMessage: spec.requestMessage }),
    },
    ...(spec.privateIPAddress === undefined ? {} : { staticIp: spec.privateIPAddress }),
    ...(spec.networkInterfaceName === undefined
      ? {}
      : { networkInterfaceName: spec.networkInterfaceName }),
    ...(spec.applicationSecurityGroupIds === undefined
      ? {}
      : { applicationSecurityGroupIds: securityGroups(spec.applicationSecurityGroupIds) }),
  })
  const cause = vanished(seen) ? 'drift' : 'user'
  const { untriedSince } = seen.past
  const guard = {
    is: 'absent',
    ...(untriedSince === undefined ? {} : { since: untriedSince }),
  } as const
  return attempt(seen, {
    deed: {
      name: 'CreateEndpoint',
      action: { do: 'put', id: target.endpointId, body, guard, cause },
    },
    reason: 'Creating',
    message: `Private endpoint ${lastName(target.endpointId)} is being made.`,
    differences: [{ path: 'privateEndpoint', desired: id }],
    essential: true,
    intent: { privateEndpointId: id, appliedTagKeys: noted(spec.tags) },
  })
}

/** The ids in ARM's own spelling; they were parsed before. */
export const securityGroups = (ids: readonly string[]): readonly string[] =>
  ids.map((text) => {
    const id = parseId('applicationSecurityGroup', text)
    return id === undefined ? text : formatId(id)
  })

function address({ address: seen }: AzureSeen, wanted: string | undefined): Step {
  if (wanted === undefined || seen.is === 'unasked' || seen.is === 'absent') return done
  if (seen.is === 'unreadable') {
    const step = unread(seen.error)
    return step.findings.some(({ denied }) => denied) ? done : step
  }
  const { available, alternatives } = seen.value
  if (available) return done
  const free = alternatives.length === 0 ? '' : ` Free are ${alternatives.slice(0, 5).join(', ')}.`
  return unmet(
    'AddressTaken',
    `${wanted} is in use in the virtual network; Azure's answer would be PrivateIPAddressIsAllocated.${free}`,
  )
}

/**
 * Why a private endpoint is refused: at its creation, and when a PUT changes what cannot change. Codes and
 * texts: SEED0 (Microsoft's page on adding connections) and the issues named; others are marked.
 */
import { Refusal } from '../answer.ts'
import { parentOf, sameId, subscriptionOf } from '../path.ts'
import type { PrivateEndpoint, StaticAddress, Subnet } from '../records.ts'
import type { World } from '../world.ts'
import { connectionId } from './endpoint-body.ts'
import type { Wanted } from './endpoint-request.ts'
import { isServerId, requiredMember, serverGroup, serverType } from './target.ts'
import { invalidReference, networkRefusal, notProvisioned, propertyChange } from './write.ts'

/** The subnet that the endpoint names, in its region and subscription. */
export function subnetOf(world: World, wanted: Wanted): Subnet {
  const networkId = parentOf(wanted.subnetId)
  const network = world.networks.get(networkId)
  const sameSubscription = sameId(subscriptionOf(wanted.subnetId), subscriptionOf(wanted.id))
  if (network === undefined || network.location !== wanted.location || !sameSubscription) {
    throw invalidReference(networkId, wanted.id)
  }
  const subnet = world.subnets.get(wanted.subnetId)
  if (subnet === undefined) throw invalidReference(wanted.subnetId, wanted.id)
  return subnet
}

export function checkSecurityGroups(world: World, wanted: Wanted): void {
  for (const id of wanted.securityGroupIds) {
    if (world.securityGroups.get(id)?.location !== wanted.location)
      throw invalidReference(id, wanted.id)
  }
}

/** What cannot change while the endpoint exists. */
export function checkUnchanged(existing: PrivateEndpoint, wanted: Wanted): void {
  const { id, connection, subnet } = existing
  if (existing.connection.state.status === 'Disconnected') {
    throw networkRefusal(400, {
      code: 'PrivateEndpointCannotBeUpdatedInDisconnectedState',
      message: `Private endpoint ${id} cannot be updated in Disconnected state. Please delete the private endpoint and create it again.`,
    })
  }
  const sameNetwork = sameId(parentOf(subnet.id), parentOf(wanted.subnetId))
  const theirs = wanted.connection
  const sameConnection =
    connection.name === theirs.name &&
    connection.manual === theirs.manual &&
    sameId(connection.targetId, theirs.targetId) &&
    sameId(connection.groupIds.join(), theirs.groupIds.join())
  if (!sameNetwork || !sameConnection) {
    throw networkRefusal(400, {
      code: 'CannotChangePrivateLinkConnectionOnPrivateEndpoint',
      message:
        `Cannot change the private link connection on private endpoint ${id}. Please ensure you are not updating the details ` +
        `of existing private link connection: '${connectionId(id, connection)}'. That is not allowed.`,
    })
  }
  if (!sameId(subnet.id, wanted.subnetId)) {
    throw networkRefusal(400, {
      code: 'CannotChangeSubnetOnExistingPrivateEndpoint',
      message:
        `Cannot change the subnet in which the network interface for private endpoint ${id} is created. ` +
        `Current subnet: '${subnet.id}.' Requested subnet: '${wanted.subnetId}.'`,
    })
  }
  // No source names the codes of these two; Terraform makes the endpoint anew.
  const flat = (addresses: readonly StaticAddress[]) =>
    addresses
      .map((each) => [each.address, each.groupId, each.memberName].join())
      .join(';')
      .toLowerCase()
  if (flat(existing.addresses) !== flat(wanted.addresses))
    throw propertyChange('properties.ipConfigurations')
  if (!sameId(existing.customInterfaceName, wanted.customInterfaceName)) {
    throw propertyChange('properties.customNetworkInterfaceName')
  }
}

/** What a new endpoint needs of its subnet and its addresses. */
export function checkPlace(wanted: Wanted, subnet: Subnet): void {
  if (subnet.delegations.length > 0) {
    throw networkRefusal(400, {
      code: 'PrivateEndpointCreationNotAllowedAsSubnetIsDelegated',
      message: `Private endpoint ${wanted.id} cannot be created as subnet ${subnet.id} is delegated.`,
    })
  }
  // Reported of the US Government's regions; elsewhere endpoints have come to know these policies.
  const policies = subnet.properties['privateEndpointNetworkPolicies']
  if (wanted.location.startsWith('usgov') && policies === 'Enabled') {
    throw networkRefusal(400, {
      code: 'PrivateEndpointCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled',
      message: `Private endpoint ${wanted.id} cannot be created in a subnet ${subnet.id} since it has private endpoint network policies enabled.`,
    })
  }
  const wrong = wanted.addresses.find(
    (each) => !sameId(each.groupId, serverGroup) || !sameId(each.memberName, requiredMember),
  )
  if (wrong !== undefined || wanted.addresses.length > 1) {
    const listed = wanted.addresses.map(
      (each) =>
        `[PrivateIPAddress: ${each.address}, GroupId: ${each.groupId}, MemberName: ${each.memberName}]`,
    )
    throw networkRefusal(400, {
      code: 'PrivateEndpointIpConfigurationMissingMemberNamesRequiredByFps',
      message:
        `Private Endpoint ${wanted.id} contains static ipconfigurations: ${listed.join(', ')} and its missing these ` +
        `membernames/groupids requested by Private Link service [GroupId: ${serverGroup}, MemberName: ${requiredMember}]. ` +
        'Private Endpoint needs to be reconfigured with missing memberNames.',
    })
  }
  checkQuota(subnet, wanted.id)
}

/** Documented: 1,000 endpoints in a network, 5,000 with `privateEndpointVNetPolicies: Basic`. The code is ours. */
function checkQuota({ network }: Subnet, id: string): void {
  const limit = network.properties['privateEndpointVNetPolicies'] === 'Basic' ? 5000 : 1000
  const count = [...network.subnets.values()].reduce(
    (sum, { endpoints }) => sum + endpoints.size,
    0,
  )
  if (count < limit) return
  throw networkRefusal(400, {
    code: 'PrivateEndpointQuotaExceeded',
    message: `Private endpoint ${id} cannot be created: the maximum number of private endpoints (${limit}) in virtual network ${network.id} is exceeded.`,
  })
}

/** A subnet that is being written holds back whoever needs it. */
export function checkSubnetIdle(
  world: World,
  subnet: Subnet,
  userId: string,
  busyWith: (operation: NonNullable<Subnet['busy']>['operation']) => Refusal,
): void {
  if (
    subnet.operation?.status === 'InProgress' ||
    subnet.network.operation?.status === 'InProgress'
  ) {
    throw notProvisioned(subnet.id, userId, subnet.operation?.name ?? 'PutVirtualNetworkOperation')
  }
  if (subnet.busy !== undefined && world.clock.now() < subnet.busy.until)
    throw busyWith(subnet.busy.operation)
}

/** What the server's provider says no to, as Network relays it. */
export function checkTarget(world: World, { connection, id }: Wanted): void {
  const relayed = (code: string, why: string) =>
    networkRefusal(400, { code, message: `Call to ${serverType} failed. Error message: ${why}` })
  const server = isServerId(connection.targetId)
    ? world.servers.get(connection.targetId)
    : undefined
  if (server === undefined) {
    // The text that Terraform waits out; the code is ours.
    throw networkRefusal(400, {
      code: 'InvalidPrivateLinkServiceId',
      message: `PrivateLinkServiceId Invalid private link service id ${connection.targetId} referenced by private endpoint ${id}.`,
    })
  }
  const { delegatedSubnetResourceId } = (server.properties['network'] ?? {}) as Readonly<
    Record<string, unknown>
  >
  if (delegatedSubnetResourceId !== undefined) {
    throw relayed(
      'PrivateEndpointFeatureNotSupportedOnServer',
      `Private endpoint feature is not supported on server '${server.name}'.`,
    )
  }
  if (!sameId(connection.groupIds[0] ?? '', serverGroup)) {
    throw relayed(
      'InvalidGroupId',
      `Invalid groupId '${connection.groupIds.join()}'. The only group of ${serverType} is '${serverGroup}'.`,
    )
  }
}

/**
 * Why a private endpoint is refused: at its creation, and when a PUT changes what cannot change. Codes and
 * texts: SEED0 (Microsoft's page on adding connections) and the issues named; others are marked.
 */
import { Refusal } from '../answer.ts'
import { required } from '../body.ts'
import type { Link } from '../call.ts'
import { parentOf, sameId, subscriptionOf } from '../path.ts'
import type { EndpointConnection, PrivateEndpoint, StaticAddress, Subnet } from '../records.ts'
import type { World } from '../world.ts'
import type { ConnectionBody, EndpointBody } from './endpoint-body.ts'
import { connectionId } from './endpoint-body.ts'
import { isServerId, requiredMember, serverGroup, serverType } from './target.ts'
import { invalidReference, networkRefusal, notProvisioned, propertyChange } from './write.ts'

/** What a body asks for, complete in itself; what it refers to is not looked at yet. */
export interface Wanted {
  readonly id: string
  readonly location: string
  readonly subnetId: string
  readonly connection: Omit<EndpointConnection, 'state'>
  readonly addresses: readonly StaticAddress[]
  readonly securityGroupIds: readonly string[]
  readonly customInterfaceName: string
}

export function wantedOf(id: string, location: string, body: EndpointBody): Wanted {
  const given = body.properties ?? {}
  return {
    id,
    location,
    subnetId: required(given.subnet?.id, 'properties.subnet.id'),
    connection: connectionOf(id, given.privateLinkServiceConnections ?? [], given.manualPrivateLinkServiceConnections ?? []),
    addresses: (given.ipConfigurations ?? []).map(({ name, properties }, index) => ({
      name: required(name, `properties.ipConfigurations[${index}].name`),
      groupId: properties?.groupId ?? '',
      memberName: properties?.memberName ?? '',
      address: required(properties?.privateIPAddress, `properties.ipConfigurations[${index}].properties.privateIPAddress`),
    })),
    securityGroupIds: (given.applicationSecurityGroups ?? []).map((each, index) =>
      required(each.id, `properties.applicationSecurityGroups[${index}].id`),
    ),
    customInterfaceName: given.customNetworkInterfaceName ?? '',
  }
}

function connectionOf(
  id: string,
  automatic: readonly ConnectionBody[],
  manual: readonly ConnectionBody[],
): Wanted['connection'] {
  const [given, ...more] = [...automatic, ...manual]
  if (given === undefined || more.length > 0) {
    // "Only a single connection can be specified in the PE creation process": azure-cli#12385. The code is ours.
    throw networkRefusal(400, {
      code: 'InvalidPrivateLinkServiceConnectionCount',
      message: `Private endpoint ${id} must have exactly one private link service connection.`,
    })
  }
  const name = required(given.name, 'properties.privateLinkServiceConnections[0].name')
  const targetId = required(given.properties?.privateLinkServiceId, 'properties.privateLinkServiceConnections[0].properties.privateLinkServiceId')
  const requestMessage = given.properties?.requestMessage
  if ((requestMessage?.length ?? 0) > 140) {
    throw networkRefusal(400, {
      code: 'InvalidRequestMessage',
      message: `The request message of private endpoint ${id} is longer than 140 characters.`,
    })
  }
  const isManual = manual.length > 0
  const groupIds = given.properties?.groupIds ?? []
  const at = connectionId(id, { manual: isManual, name })
  if (groupIds.length === 0) {
    throw networkRefusal(400, {
      code: 'MissingParameterOnPrivateLinkServiceConnection',
      message: `Private link service connection ${at} is missing required parameter 'group Id'.`,
    })
  }
  if (groupIds.length > 1) {
    throw networkRefusal(400, {
      code: 'OnlyOneGroupIdPermitted',
      message:
        `Private link service connection ${at} has the following group Ids: ${groupIds.join(', ')}. ` +
        `Only one group Id is permitted when connecting to a first-party resource (${targetId}).`,
    })
  }
  return { name, manual: isManual, targetId, groupIds, requestMessage }
}

/** Actions on other resources that every PUT needs; approval only where approval is automatic. */
export function linksOf(wanted: Wanted): readonly Link[] {
  const join: Link = { action: 'Microsoft.Network/virtualNetworks/subnets/join/action', scope: wanted.subnetId }
  const groups = wanted.securityGroupIds.map((scope): Link => ({
    action: 'Microsoft.Network/applicationSecurityGroups/joinIpConfiguration/action',
    scope,
  }))
  if (wanted.connection.manual) return [join, ...groups]
  const approval: Link = {
    action: `${serverType}/privateEndpointConnectionsApproval/action`,
    named: 'PrivateEndpointConnectionsApproval/action',
    scope: wanted.connection.targetId,
  }
  return [join, approval, ...groups]
}

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
    if (world.securityGroups.get(id)?.location !== wanted.location) throw invalidReference(id, wanted.id)
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
    addresses.map((each) => [each.address, each.groupId, each.memberName].join()).join(';').toLowerCase()
  if (flat(existing.addresses) !== flat(wanted.addresses)) throw propertyChange('properties.ipConfigurations')
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
  const wrong = wanted.addresses.find(
    (each) => !sameId(each.groupId, serverGroup) || !sameId(each.memberName, requiredMember),
  )
  if (wrong !== undefined || wanted.addresses.length > 1) {
    const listed = wanted.addresses.map(
      (each) => `[PrivateIPAddress: ${each.address}, GroupId: ${each.groupId}, MemberName: ${each.memberName}]`,
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
  const count = [...network.subnets.values()].reduce((sum, { endpoints }) => sum + endpoints.size, 0)
  if (count < limit) return
  throw networkRefusal(400, {
    code: 'PrivateEndpointQuotaExceeded',
    message: `Private endpoint ${id} cannot be created: the maximum number of private endpoints (${limit}) in virtual network ${network.id} is exceeded.`,
  })
}

/** A subnet that is being written holds back whoever needs it. */
export function checkSubnetIdle(world: World, subnet: Subnet, userId: string, busyWith: (operation: NonNullable<Subnet['busy']>['operation']) => Refusal): void {
  if (subnet.operation?.status === 'InProgress' || subnet.network.operation?.status === 'InProgress') {
    throw notProvisioned(subnet.id, userId, subnet.operation?.name ?? 'PutVirtualNetworkOperation')
  }
  if (subnet.busy !== undefined && world.clock.now() < subnet.busy.until) throw busyWith(subnet.busy.operation)
}

/** What the server's provider says no to, as Network relays it. */
export function checkTarget(world: World, { connection, id }: Wanted): void {
  const relayed = (code: string, why: string) =>
    networkRefusal(400, { code, message: `Call to ${serverType} failed. Error message: ${why}` })
  const server = isServerId(connection.targetId) ? world.servers.get(connection.targetId) : undefined
  if (server === undefined) {
    // The text that Terraform waits out; the code is ours.
    throw networkRefusal(400, {
      code: 'InvalidPrivateLinkServiceId',
      message: `PrivateLinkServiceId Invalid private link service id ${connection.targetId} referenced by private endpoint ${id}.`,
    })
  }
  const { delegatedSubnetResourceId } = (server.properties['network'] ?? {}) as Readonly<Record<string, unknown>>
  if (delegatedSubnetResourceId !== undefined) {
    throw relayed('PrivateEndpointFeatureNotSupportedOnServer', `Private endpoint feature is not supported on server '${server.name}'.`)
  }
  if (!sameId(connection.groupIds[0] ?? '', serverGroup)) {
    throw relayed('InvalidGroupId', `Invalid groupId '${connection.groupIds.join()}'. The only group of ${serverType} is '${serverGroup}'.`)
  }
}

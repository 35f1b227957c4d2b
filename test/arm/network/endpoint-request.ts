/** What a PUT of a private endpoint asks for, and what its caller must be allowed for it. */
import { required } from '../body.ts'
import type { Link } from '../call.ts'
import type { EndpointConnection, StaticAddress } from '../records.ts'
import type { ConnectionBody, EndpointBody } from './endpoint-body.ts'
import { connectionId } from './endpoint-body.ts'
import { serverType } from './target.ts'
import { networkRefusal } from './write.ts'

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
    connection: connectionOf(
      id,
      given.privateLinkServiceConnections ?? [],
      given.manualPrivateLinkServiceConnections ?? [],
    ),
    addresses: (given.ipConfigurations ?? []).map(({ name, properties }, index) => ({
      name: required(name, `properties.ipConfigurations[${index}].name`),
      groupId: properties?.groupId ?? '',
      memberName: properties?.memberName ?? '',
      address: required(
        properties?.privateIPAddress,
        `properties.ipConfigurations[${index}].properties.privateIPAddress`,
      ),
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
  const targetId = required(
    given.properties?.privateLinkServiceId,
    'properties.privateLinkServiceConnections[0].properties.privateLinkServiceId',
  )
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
  const join: Link = {
    action: 'Microsoft.Network/virtualNetworks/subnets/join/action',
    scope: wanted.subnetId,
  }
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

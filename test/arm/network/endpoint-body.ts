/** Private endpoints as they are written and as they are answered. Shapes recorded by Azure Service Operator 2.9. */
import type { Checked } from '../body.ts'
import { anything, list, object, oneOf, reference, text, tracked } from '../body.ts'
import { lastName } from '../path.ts'
import type { EndpointConnection, PrivateEndpoint } from '../records.ts'
import type { Body } from '../store.ts'
import { serverFqdn } from './target.ts'

const type = 'Microsoft.Network/privateEndpoints'

const connectionBody = object({
  id: anything,
  name: text,
  type: anything,
  etag: anything,
  properties: object({
    privateLinkServiceId: text,
    groupIds: list(text),
    requestMessage: text,
    // Read-only; clients send it back.
    privateLinkServiceConnectionState: object({
      status: text,
      description: text,
      actionsRequired: text,
    }),
    approvalReference: anything,
    provisioningState: anything,
  }),
})

export const endpointBody = object({
  ...tracked,
  extendedLocation: anything,
  properties: object({
    subnet: object({
      id: text,
      name: anything,
      properties: anything,
      etag: anything,
      type: anything,
      resourceGroup: anything,
    }),
    privateLinkServiceConnections: list(connectionBody),
    manualPrivateLinkServiceConnections: list(connectionBody),
    ipConfigurations: list(
      object({
        id: anything,
        name: text,
        type: anything,
        etag: anything,
        properties: object({
          groupId: text,
          memberName: text,
          privateIPAddress: text,
          provisioningState: anything,
        }),
      }),
    ),
    applicationSecurityGroups: list(
      object({
        id: text,
        resourceGroup: anything,
        name: anything,
        type: anything,
        etag: anything,
        location: anything,
        tags: anything,
        properties: anything,
      }),
    ),
    customNetworkInterfaceName: text,
    ipVersionType: oneOf('IPv4', 'IPv6', 'DualStack'),
    billingSku: oneOf('PayAsYouGo', 'Fixed'),
    // Read-only.
    networkInterfaces: list(reference),
    customDnsConfigs: anything,
    provisioningState: anything,
    resourceGuid: anything,
  }),
})
export type EndpointBody = Checked<typeof endpointBody>
export type ConnectionBody = Checked<typeof connectionBody>

export const connectionId = (
  endpointId: string,
  { manual, name }: Pick<EndpointConnection, 'manual' | 'name'>,
): string =>
  `${endpointId}/${manual ? 'manualPrivateLinkServiceConnections' : 'privateLinkServiceConnections'}/${name}`

export function renderEndpoint(endpoint: PrivateEndpoint): Body {
  const { connection, etag } = endpoint
  const rendered = [
    {
      name: connection.name,
      id: connectionId(endpoint.id, connection),
      etag,
      properties: {
        provisioningState: 'Succeeded',
        privateLinkServiceId: connection.targetId,
        groupIds: connection.groupIds,
        ...(connection.requestMessage === undefined
          ? {}
          : { requestMessage: connection.requestMessage }),
        privateLinkServiceConnectionState: connection.state,
      },
      type: `${type}/${connection.manual ? 'manualPrivateLinkServiceConnections' : 'privateLinkServiceConnections'}`,
    },
  ]
  return {
    name: lastName(endpoint.id),
    id: endpoint.id,
    etag,
    type,
    location: endpoint.location,
    ...(endpoint.tags === undefined ? {} : { tags: endpoint.tags }),
    properties: {
      provisioningState: endpoint.state,
      resourceGuid: endpoint.guid,
      privateLinkServiceConnections: connection.manual ? [] : rendered,
      manualPrivateLinkServiceConnections: connection.manual ? rendered : [],
      customNetworkInterfaceName: endpoint.customInterfaceName,
      subnet: { id: endpoint.subnet.id },
      ipConfigurations: endpoint.addresses.map(({ name, groupId, memberName, address }) => ({
        name,
        etag,
        type: `${type}/ipConfigurations`,
        properties: { groupId, memberName, privateIPAddress: address },
      })),
      ...(endpoint.securityGroupIds.length === 0
        ? {}
        : { applicationSecurityGroups: endpoint.securityGroupIds.map((id) => ({ id })) }),
      ...endpoint.extras,
      networkInterfaces: [{ id: endpoint.interface.id }],
      customDnsConfigs: customDns(endpoint),
    },
  }
}

/** Filled once approved; empty while a zone group does the work. */
function customDns(endpoint: PrivateEndpoint): readonly Body[] {
  const approved = endpoint.connection.state.status === 'Approved'
  const settled = endpoint.state === 'Succeeded' || endpoint.state === 'Deleting'
  if (!approved || !settled || endpoint.zoneGroup !== undefined) return []
  return [
    {
      fqdn: serverFqdn(lastName(endpoint.connection.targetId)),
      ipAddresses: addressesOf(endpoint),
    },
  ]
}

export const addressesOf = (endpoint: PrivateEndpoint): readonly string[] =>
  endpoint.interface.ipConfigurations.map(({ address }) => address)

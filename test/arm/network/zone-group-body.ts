/** DNS zone groups as they are written and answered. Shapes recorded by Azure Service Operator 2.9. */
import { anything, child, list, object, text } from '../body.ts'
import { lastName } from '../path.ts'
import type { ZoneGroup } from '../records.ts'
import type { Body } from '../store.ts'
import { addressesOf } from './endpoint-body.ts'

const type = 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups'

export const zoneGroupBody = object({
  ...child,
  properties: object({
    provisioningState: anything,
    privateDnsZoneConfigs: list(
      object({
        id: anything,
        name: text,
        type: anything,
        etag: anything,
        properties: object({
          privateDnsZoneId: text,
          recordSets: anything,
          provisioningState: anything,
        }),
      }),
    ),
  }),
})

export function renderZoneGroup(group: ZoneGroup): Body {
  return {
    name: lastName(group.id),
    id: group.id,
    etag: group.etag,
    type,
    properties: {
      provisioningState: group.state,
      privateDnsZoneConfigs: group.configs.map(({ name, zoneId }) => ({
        name,
        id: `${group.id}/privateDnsZoneConfigs/${name}`,
        etag: group.etag,
        type: `${type}/privateDnsZoneConfigs`,
        properties: {
          provisioningState: group.state,
          privateDnsZoneId: zoneId,
          recordSets: recordSets(group, zoneId),
        },
      })),
    },
  }
}

/** None before the connection is approved. */
function recordSets({ endpoint, state }: ZoneGroup, zoneId: string): readonly Body[] {
  if (endpoint.connection.state.status !== 'Approved') return []
  const recordSetName = lastName(endpoint.connection.targetId).toLowerCase()
  return [
    {
      recordType: 'A',
      recordSetName,
      fqdn: `${recordSetName}.${lastName(zoneId)}`,
      ttl: 10,
      provisioningState: state,
      ipAddresses: addressesOf(endpoint),
    },
  ]
}

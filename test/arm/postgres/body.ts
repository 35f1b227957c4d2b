/** Servers and their connections as Azure shows them. Recorded by the Azure CLI, 2023-11 and 2026-04. */
import { lastName } from '../path.ts'
import type { Connection, Server } from '../records.ts'
import { regions } from '../regions.ts'
import type { Body } from '../store.ts'
import { serverFqdn, serverType } from '../network/target.ts'

const object = (value: unknown): Body =>
  typeof value === 'object' && value !== null ? (value as Body) : {}

export function renderServer(server: Server): Body {
  const { properties, highAvailability } = server
  return {
    sku: server.sku,
    systemData: { createdAt: server.createdAt },
    properties: {
      dataEncryption: { type: 'SystemManaged' },
      authConfig: { activeDirectoryAuth: 'Disabled', passwordAuth: 'Enabled' },
      version: '17',
      minorVersion: '9',
      availabilityZone: '1',
      maintenanceWindow: { customWindow: 'Disabled', dayOfWeek: 0, startHour: 0, startMinute: 0 },
      ...properties,
      replica: { role: 'Primary', capacity: 6 },
      storage: {
        type: '',
        iops: 500,
        tier: 'P10',
        storageSizeGB: 128,
        autoGrow: 'Disabled',
        ...object(properties['storage']),
      },
      network: { publicNetworkAccess: 'Enabled', ...object(properties['network']) },
      backup: {
        backupRetentionDays: 7,
        geoRedundantBackup: 'Disabled',
        ...object(properties['backup']),
      },
      privateEndpointConnections: [...server.connections.values()].map(renderConnection),
      fullyQualifiedDomainName: serverFqdn(server.name),
      state: server.state,
      highAvailability: {
        mode: highAvailability.mode,
        state: highAvailability.state,
        ...(highAvailability.standbyZone === undefined
          ? {}
          : { standbyAvailabilityZone: highAvailability.standbyZone }),
      },
      replicationRole: 'Primary',
      replicaCapacity: 6,
    },
    // The provider answers with the display name.
    location: regions[server.location] ?? server.location,
    ...(server.tags === undefined ? {} : { tags: server.tags }),
    id: server.id,
    name: lastName(server.id),
    type: serverType,
  }
}

export function renderConnection(connection: Connection): Body {
  const { status, description, actionsRequired } = connection.state
  return {
    properties: {
      privateEndpoint: { id: connection.endpointId },
      privateLinkServiceConnectionState: {
        status,
        ...(description === undefined ? {} : { description }),
        actionsRequired,
      },
      groupIds: connection.groupIds,
      provisioningState: connection.provisioning,
    },
    id: connection.id,
    name: connection.name,
    type: `${serverType}/privateEndpointConnections`,
  }
}

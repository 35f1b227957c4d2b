/** Flexible servers and their connections as they are written and answered. Shapes recorded by the Azure CLI, 2023-11 and 2026-04. */
import { anything, flag, integer, list, object, oneOf, text, textMap, tracked } from '../body.ts'
import type { Checked } from '../body.ts'
import { serverFqdn } from '../network/target.ts'
import type { Connection, Server } from '../records.ts'
import { regions } from '../regions.ts'
import type { Body } from '../store.ts'

const type = 'Microsoft.DBforPostgreSQL/flexibleServers'

const highAvailability = object({
  mode: oneOf('Disabled', 'ZoneRedundant', 'SameZone'),
  state: anything,
  standbyAvailabilityZone: text,
})

export const serverBody = object({
  ...tracked,
  identity: anything,
  sku: object({ name: text, tier: oneOf('Burstable', 'GeneralPurpose', 'MemoryOptimized') }),
  properties: object({
    administratorLogin: text,
    administratorLoginPassword: text,
    version: text,
    storage: object({
      storageSizeGB: integer,
      autoGrow: oneOf('Enabled', 'Disabled'),
      tier: text,
      iops: integer,
      throughput: integer,
      type: text,
    }),
    authConfig: object({
      activeDirectoryAuth: oneOf('Enabled', 'Disabled'),
      passwordAuth: oneOf('Enabled', 'Disabled'),
      tenantId: text,
    }),
    dataEncryption: anything,
    backup: object({
      backupRetentionDays: integer,
      geoRedundantBackup: oneOf('Enabled', 'Disabled'),
      earliestRestoreDate: anything,
    }),
    network: object({
      publicNetworkAccess: oneOf('Enabled', 'Disabled'),
      delegatedSubnetResourceId: text,
      privateDnsZoneArmResourceId: text,
    }),
    highAvailability,
    maintenanceWindow: object({
      customWindow: text,
      startHour: integer,
      startMinute: integer,
      dayOfWeek: integer,
    }),
    sourceServerResourceId: text,
    pointInTimeUTC: text,
    availabilityZone: text,
    createMode: oneOf(
      'Default',
      'Create',
      'Update',
      'PointInTimeRestore',
      'GeoRestore',
      'Replica',
      'ReviveDropped',
    ),
    replicationRole: oneOf('None', 'Primary', 'AsyncReplica', 'GeoAsyncReplica'),
    replica: anything,
    cluster: anything,
    privateEndpointConnections: anything,
    // Read-only.
    state: anything,
    minorVersion: anything,
    fullyQualifiedDomainName: anything,
    replicaCapacity: anything,
  }),
})
export type ServerBody = Checked<typeof serverBody>

export const connectionBody = object({
  id: anything,
  name: anything,
  type: anything,
  systemData: anything,
  properties: object({
    privateEndpoint: object({ id: text, resourceGroup: anything }),
    privateLinkServiceConnectionState: object({
      status: text,
      description: text,
      actionsRequired: text,
    }),
    groupIds: list(text),
    provisioningState: text,
  }),
})

export const restartBody = object({
  restartWithFailover: flag,
  failoverMode: oneOf('PlannedFailover', 'ForcedFailover', 'PlannedSwitchover', 'ForcedSwitchover'),
})
export const tagsBody = textMap

const part = (server: Server, member: string): Body => (server.properties[member] ?? {}) as Body

export function renderServer(server: Server): Body {
  const { mode, state, standbyZone } = server.highAvailability
  const storage = part(server, 'storage')
  return {
    sku: server.sku,
    systemData: { createdAt: server.createdAt },
    properties: {
      dataEncryption: { type: 'SystemManaged' },
      replica: { role: 'Primary', capacity: 5 },
      storage: {
        type: '',
        iops: 500,
        tier: 'P10',
        storageSizeGB: 128,
        autoGrow: 'Disabled',
        ...storage,
      },
      network: { publicNetworkAccess: 'Enabled', ...part(server, 'network') },
      privateEndpointConnections: [...server.connections.values()].map(renderConnection),
      authConfig: {
        activeDirectoryAuth: 'Disabled',
        passwordAuth: 'Enabled',
        ...part(server, 'authConfig'),
      },
      fullyQualifiedDomainName: serverFqdn(server.name),
      version: server.properties['version'] ?? '17',
      minorVersion: '9',
      ...(server.properties['administratorLogin'] === undefined
        ? {}
        : { administratorLogin: server.properties['administratorLogin'] }),
      state: server.state,
      availabilityZone: server.properties['availabilityZone'] ?? '1',
      backup: {
        backupRetentionDays: 7,
        geoRedundantBackup: 'Disabled',
        earliestRestoreDate: server.createdAt,
        ...part(server, 'backup'),
      },
      highAvailability: {
        mode,
        state,
        ...(standbyZone === undefined ? {} : { standbyAvailabilityZone: standbyZone }),
      },
      maintenanceWindow: {
        customWindow: 'Disabled',
        dayOfWeek: 0,
        startHour: 0,
        startMinute: 0,
        ...part(server, 'maintenanceWindow'),
      },
      replicationRole: 'Primary',
      replicaCapacity: 5,
    },
    location: regions[server.location] ?? server.location,
    ...(server.tags === undefined ? {} : { tags: server.tags }),
    id: server.id,
    name: server.name,
    type,
  }
}

export const renderConnection = (connection: Connection): Body => ({
  properties: {
    privateEndpoint: { id: connection.endpointId },
    privateLinkServiceConnectionState: connection.state,
    groupIds: connection.groupIds,
    provisioningState: connection.provisioning,
  },
  id: connection.id,
  name: connection.name,
  type: `${type}/privateEndpointConnections`,
})

/** What the PostgreSQL provider tells apart from servers: free names, capabilities, the zone of integrated servers. */
import type { Answer } from '../answer.ts'
import { object, required, text } from '../body.ts'
import type { Call } from '../call.ts'
import { bodyOf } from '../call.ts'
import type { Route } from '../route.ts'
import { serverType } from './operations.ts'

function checkName(call: Call): Answer {
  const body = bodyOf(call, object({ name: text, type: text }))
  const wanted = required(body.name, 'name')
  const taken = [...call.world.directory.subscriptions.values()].some(({ id }) =>
    call.world.servers
      .in(`/subscriptions/${id}`)
      .some((server) => server.name === wanted.toLowerCase()),
  )
  const message = taken
    ? { message: `Specified server name '${wanted}' is already used.`, reason: 'AlreadyExists' }
    : { message: '' }
  return {
    status: 200,
    body: { name: wanted, type: serverType, nameAvailable: !taken, ...message },
  }
}

const editions = [
  { tier: 'Burstable', sku: 'Standard_B1ms', vCores: 1, memory: 2048 },
  { tier: 'GeneralPurpose', sku: 'Standard_D2ds_v5', vCores: 2, memory: 4096 },
  { tier: 'GeneralPurpose', sku: 'Standard_D4s_v3', vCores: 4, memory: 4096 },
  { tier: 'GeneralPurpose', sku: 'Standard_D2s_v3', vCores: 2, memory: 4096 },
  { tier: 'MemoryOptimized', sku: 'Standard_E2ds_v5', vCores: 2, memory: 8192 },
] as const

/** Enough for a client that asks before it creates a server. */
function capabilities(): Answer {
  const storage = [
    {
      name: 'ManagedDisk',
      defaultStorageSizeMb: 131_072,
      supportedStorageMb: [32, 64, 128, 256, 512, 1024].map((gb) => ({
        storageSizeMb: gb * 1024,
        supportedIops: 500,
        defaultIopsTier: 'P10',
        supportedIopsTiers: ['P4', 'P6', 'P10', 'P15', 'P20', 'P30'].map((name) => ({
          name,
          iops: 500,
        })),
      })),
    },
  ]
  const tiers = ['Burstable', 'GeneralPurpose', 'MemoryOptimized'] as const
  const value = {
    name: 'FlexibleServerCapabilities',
    supportedServerVersions: ['13', '14', '15', '16', '17', '18'].map((name) => ({
      name,
      supportedVersionsToUpgrade: [],
    })),
    supportedServerEditions: tiers.map((name) => ({
      name,
      defaultSkuName: editions.find(({ tier }) => tier === name)?.sku,
      supportedStorageEditions: storage,
      supportedServerSkus: editions
        .filter(({ tier }) => tier === name)
        .map(({ sku, vCores, memory }) => ({
          name: sku,
          vCores,
          supportedIops: 3200,
          supportedMemoryPerVcoreMb: memory,
          supportedZones: ['1', '2', '3'],
          supportedHaMode: name === 'Burstable' ? [] : ['ZoneRedundant', 'SameZone'],
        })),
    })),
    fastProvisioningSupported: 'Disabled',
    geoBackupSupported: 'Enabled',
    zoneRedundantHaSupported: 'Enabled',
    zoneRedundantHaAndGeoBackupSupported: 'Enabled',
    storageAutoGrowthSupported: 'Enabled',
    onlineResizeSupported: 'Enabled',
    restricted: 'Disabled',
  }
  return { status: 200, body: { value: [value] } }
}

const at = '/subscriptions/{subscription}/providers/Microsoft.DBforPostgreSQL'
const names = {
  type: 'Microsoft.DBforPostgreSQL/checkNameAvailability',
  operation: 'post',
  action: 'Microsoft.DBforPostgreSQL/checkNameAvailability/action',
  handle: checkName,
} as const

export const postgresLocationRoutes: readonly Route[] = [
  { method: 'POST', path: `${at}/checkNameAvailability`, ...names },
  { method: 'POST', path: `${at}/locations/{location}/checkNameAvailability`, ...names },
  {
    method: 'GET',
    path: `${at}/locations/{location}/capabilities`,
    type: 'Microsoft.DBforPostgreSQL/locations/capabilities',
    operation: 'list',
    handle: capabilities,
  },
  {
    method: 'POST',
    path: '/providers/Microsoft.DBforPostgreSQL/getPrivateDnsZoneSuffix',
    type: 'Microsoft.DBforPostgreSQL/getPrivateDnsZoneSuffix',
    operation: 'post',
    action: 'none',
    handle: () => ({ status: 200, body: 'postgres.database.azure.com' }),
  },
]

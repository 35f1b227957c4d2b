/** What an endpoint can point at: the flexible server's names and groups, as its provider gives them. */
import { isOfType } from '../path.ts'

export const serverType = 'Microsoft.DBforPostgreSQL/flexibleServers'
/** Recorded by the Azure CLI, 2026-04: the one group, and its one member. */
export const serverGroup = 'postgresqlServer'
export const requiredMember = 'postgresqlServer'
export const requiredZone = 'privatelink.postgres.database.azure.com'

export const isServerId = (id: string): boolean => isOfType(id, serverType)
export const serverFqdn = (server: string): string =>
  `${server.toLowerCase()}.postgres.database.azure.com`

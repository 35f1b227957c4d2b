/** ARM ids of the demo's world, as the manifests in charts/pgpe-operator/examples name them. */

/** Subscriptions of the simulator (seed 1): the company's own, another one of it, the vendor's. */
export const subscriptions = {
  production: 'da273474-c300-4962-b073-49cd7e6d6eea',
  shared: '37be85e9-d02e-484c-89e7-f80e92e201b1',
  vendor: '9ea5f1ca-b1d9-47dd-9f9c-434244c43c62',
} as const

export const groupId = (subscription: keyof typeof subscriptions, group: string): string =>
  `/subscriptions/${subscriptions[subscription]}/resourceGroups/${group}`

export const serverId = (name: string): string =>
  `${groupId('production', 'databases')}/providers/Microsoft.DBforPostgreSQL/flexibleServers/${name}`

export const connectionId = (server: string, name: string): string =>
  `${serverId(server)}/privateEndpointConnections/${name}`

export const networkId = (subscription: keyof typeof subscriptions, name: string): string =>
  `${groupId(subscription, 'network')}/providers/Microsoft.Network/virtualNetworks/${name}`

export const endpointId = (subscription: keyof typeof subscriptions, name: string): string =>
  `${groupId(subscription, 'network')}/providers/Microsoft.Network/privateEndpoints/${name}`

export const zoneId = `${groupId('production', 'network')}/providers/Microsoft.Network/privateDnsZones/privatelink.postgres.database.azure.com`

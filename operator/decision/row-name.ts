/** The name of a connection's inbox row. Never made of anything that the requester chose. */
import { createHash } from 'node:crypto'
import { idKey, lastName, makeId, type Id } from '../azure/id.ts'

/** `<server>-<16 hex of the connection id's hash>`: the same for every look at the same incarnation. */
export function rowName(serverId: Id<'server'>, connectionName: string): string {
  const server = lastName(serverId).toLowerCase()
  const id = idKey(
    makeId('connection', serverId.subscriptionId, serverId.resourceGroup, server, connectionName),
  )
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 16)
  return `${server.replace(/[^a-z0-9-]/g, '-').replace(/^-+|-+$/g, '') || 'server'}-${hash}`
}

/** The name of a connection's inbox row. Never made of anything that the requester chose. */
import { createHash } from 'node:crypto'
import { labels, type EndpointConnectionDecision } from '../api/connection-decision.ts'
import { idKey, isSegment, lastName, makeId, type Id } from '../azure/id.ts'

/** `<server>-<16 hex of the connection id's hash>`: the same for every look at the same incarnation. */
export function rowName(serverId: Id<'server'>, connectionName: string): string {
  const server = lastName(serverId).toLowerCase()
  const id = idKey(
    makeId('connection', serverId.subscriptionId, serverId.resourceGroup, server, connectionName),
  )
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 16)
  return `${server.replace(/[^a-z0-9-]/g, '-').replace(/^-+|-+$/g, '') || 'server'}-${hash}`
}

/** A row as we make it: named for its connection, labelled, pinned by that one name. */
export function isRow(decision: EndpointConnectionDecision, serverId: Id<'server'>): boolean {
  const names = decision.spec.connections?.names ?? []
  const [name] = names
  return (
    decision.metadata.labels?.[labels.inbox] !== undefined &&
    name !== undefined &&
    names.length === 1 &&
    isSegment(name) &&
    decision.metadata.name === rowName(serverId, name)
  )
}

/** One management operation at a time per server: who holds it, and what that does to its state. */
import type { Operation } from '../operation.ts'
import type { Server, ServerState } from '../records.ts'
import type { World } from '../world.ts'

/** The operation takes the server, which says Updating until it is let go. */
export function hold(world: World, server: Server, operation: Operation): void {
  world.servers.touch(server)
  server.operation = operation
  server.state = 'Updating'
}

/** Ends the hold of this operation, if it is the one that holds. */
export function letGo(server: Server, operation: Operation): void {
  if (server.operation !== operation) return
  server.operation = undefined
  if (server.state === 'Updating') server.state = 'Ready'
}

/** Whether no standby is being made, used or removed. */
export function isSettled({ highAvailability }: Server): boolean {
  switch (highAvailability.state) {
    case 'NotEnabled':
    case 'Healthy':
      return true
    case 'CreatingStandby':
    case 'ReplicatingData':
    case 'FailingOver':
    case 'RemovingStandby':
      return false
  }
}

/**
 * A change of connections while a standby is made: known to break the server (azure-service-operator#5646).
 * The standby is lost; the text is what the caller is told.
 */
export function breakStandby(world: World, server: Server): string {
  world.servers.touch(server)
  server.highAvailability = { mode: 'Disabled', state: 'NotEnabled', standbyZone: undefined }
  return `An unexpected error occured while processing the request. LogicalServerEntity was in UpdatingPrivateEndpointConnection state. Tracking ID: '${world.dice.guid(`tracking ${server.id}`)}'`
}

/** The end of an operation of the server's own. */
export function settle(world: World, server: Server, state: ServerState): void {
  world.servers.touch(server)
  server.state = state
  server.operation = undefined
}

/**
 * The standby of a server: made and removed beside its management operations, so that a server can
 * answer Ready while its standby is not (azure-service-operator#5646).
 */
import { delayOf } from '../duration.ts'
import type { HighAvailabilityState, Server } from '../records.ts'
import type { World } from '../world.ts'

/** Is what the server is on its way to still what was asked for? */
type Check = () => boolean

function become(world: World, server: Server, state: HighAvailabilityState): void {
  world.servers.touch(server)
  server.highAvailability.state = state
}

export function setMode(
  world: World,
  server: Server,
  mode: string,
  standbyZone: string | undefined,
): void {
  const before = server.highAvailability.mode
  server.highAvailability.standbyZone = standbyZone
  if (before === mode) return
  server.highAvailability.mode = mode
  const current: Check = () =>
    server.highAvailability.mode === mode && world.servers.get(server.id) === server
  if (mode === 'Disabled') remove(world, server, current)
  else if (before === 'Disabled') create(world, server, current)
}

function create(world: World, server: Server, current: Check): void {
  become(world, server, 'CreatingStandby')
  world.clock.after(delayOf(world, 'standbyCreated', server.id), () => {
    if (!current()) return
    become(world, server, 'ReplicatingData')
    world.clock.after(delayOf(world, 'dataReplicated', server.id), () => {
      if (current()) become(world, server, 'Healthy')
    })
  })
}

function remove(world: World, server: Server, current: Check): void {
  become(world, server, 'RemovingStandby')
  world.clock.after(delayOf(world, 'standbyRemoved', server.id), () => {
    if (current()) become(world, server, 'NotEnabled')
  })
}

export function failOver(world: World, server: Server): void {
  become(world, server, 'FailingOver')
  const { mode } = server.highAvailability
  world.clock.after(delayOf(world, 'failover', server.id), () => {
    if (server.highAvailability.mode === mode) become(world, server, 'Healthy')
  })
}

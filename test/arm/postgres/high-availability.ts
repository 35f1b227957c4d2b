/**
 * High availability: a standby is made in steps. The server answers Ready long before its standby is,
 * and a change of its connections in between breaks it (azure-service-operator#5646).
 */
import { delayOf } from '../duration.ts'
import type { HighAvailabilityState, Server } from '../records.ts'
import type { World } from '../world.ts'

function become(world: World, server: Server, state: HighAvailabilityState): void {
  world.servers.touch(server)
  server.highAvailability = { ...server.highAvailability, state }
}

/** Later, unless something else happened to the standby meanwhile. */
function later(
  world: World,
  server: Server,
  what: 'standbyCreated' | 'dataReplicated' | 'standbyRemoved' | 'failover',
  from: HighAvailabilityState,
  then: () => void,
): void {
  world.clock.after(delayOf(world, what, server.id), () => {
    if (server.highAvailability.state === from) then()
  })
}

/** Makes a standby: CreatingStandby, ReplicatingData, Healthy. */
export function enable(
  world: World,
  server: Server,
  mode: string,
  standbyZone: string | undefined,
): void {
  server.highAvailability = {
    mode,
    state: 'CreatingStandby',
    standbyZone: standbyZone ?? (mode === 'ZoneRedundant' ? '2' : '1'),
  }
  later(world, server, 'standbyCreated', 'CreatingStandby', () => {
    become(world, server, 'ReplicatingData')
    later(world, server, 'dataReplicated', 'ReplicatingData', () =>
      become(world, server, 'Healthy'),
    )
  })
}

export function disable(world: World, server: Server): void {
  become(world, server, 'RemovingStandby')
  later(world, server, 'standbyRemoved', 'RemovingStandby', () => {
    world.servers.touch(server)
    server.highAvailability = { mode: 'Disabled', state: 'NotEnabled', standbyZone: undefined }
  })
}

export function failOver(world: World, server: Server): void {
  become(world, server, 'FailingOver')
  later(world, server, 'failover', 'FailingOver', () => become(world, server, 'Healthy'))
}

/** What an update asks for, against what is. */
export function change(
  world: World,
  server: Server,
  mode: string | undefined,
  standbyZone: string | undefined,
): void {
  if (mode === undefined || mode === server.highAvailability.mode) return
  if (mode === 'Disabled') disable(world, server)
  else enable(world, server, mode, standbyZone)
}

/** Turns at a server, as an observation sees them; and the last look at it before it is made busy. */
import type { Action } from '../azure/action.ts'
import type { ArmError } from '../azure/error.ts'
import { idKey } from '../azure/id.ts'
import type { PrivateEndpoint, Server } from '../azure/model.ts'
import type { Observed } from '../azure/observed.ts'
import { gate, mayDelete } from './gate.ts'
import type { Sources } from './observe.ts'
import { isRunning } from './ownership.ts'
import type { Target } from './target.ts'

/** An endpoint that is at rest has had its turn at the server. */
export function turnOf(
  { endpoints, memory, now }: Sources,
  key: string,
  { serverId }: Target,
  endpoint: Observed<PrivateEndpoint>,
): string | undefined {
  const server = idKey(serverId)
  const nowMs = now().getTime()
  const atRest =
    endpoint.is === 'absent' || (endpoint.is === 'present' && !isRunning(endpoint.value))
  if (atRest) memory.turns.give(server, key, nowMs)
  const holder = memory.turns.heldBy(server, key, nowMs)
  const ready = endpoints.get(key)?.status?.conditions?.find(({ type }) => type === 'Ready')
  // Most of those who see another's turn want none themselves.
  if (holder !== undefined && ready?.reason === 'ServerNotReady') {
    memory.turns.wait(server, key, nowMs)
  }
  return holder
}

/** Read after the last turn at the server has ended: before that it looked ready to everybody. */
export function serverAge({ memory, now }: Sources, { serverId }: Target, age: number): number {
  const freed = memory.turns.freedAtMs(idKey(serverId))
  return freed === undefined ? age : Math.min(age, Math.max(0, now().getTime() - freed))
}

/**
 * Why a server can't take a write of an endpoint, by a look right before it: what was seen at rest may be
 * minutes old, and a write while a standby is being made breaks the server.
 */
export function obstacle({ do: what }: Action, server: Observed<Server>): ArmError | undefined {
  const found = gate(server).is
  const can = what === 'delete' ? mayDelete(server) : found === 'open' || found === 'hidden'
  if (can) return undefined
  if (server.is === 'unreadable') return server.error
  return { code: 'ServerNotReady', message: 'The server has changed since.', retry: 'fast' }
}

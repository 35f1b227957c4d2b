/** Turns at a server, as an observation sees them. */
import { idKey } from '../azure/id.ts'
import type { PrivateEndpoint } from '../azure/model.ts'
import type { Observed } from '../azure/observed.ts'
import type { Sources } from './observe.ts'
import { isRunning } from './ownership.ts'
import type { Target } from './target.ts'

/** An endpoint that is at rest has had its turn at the server. */
export function turnOf(
  { memory, now }: Sources,
  key: string,
  { serverId }: Target,
  endpoint: Observed<PrivateEndpoint>,
): string | undefined {
  const server = idKey(serverId)
  const nowMs = now().getTime()
  const atRest =
    endpoint.is === 'absent' || (endpoint.is === 'present' && !isRunning(endpoint.value))
  if (atRest) memory.turns.give(server, key, nowMs)
  return memory.turns.heldBy(server, key, nowMs)
}

/** Read after the last turn at the server has ended: before that it looked ready to everybody. */
export function serverAge({ memory, now }: Sources, { serverId }: Target, age: number): number {
  const freed = memory.turns.freedAtMs(idKey(serverId))
  return freed === undefined ? age : Math.min(age, Math.max(0, now().getTime() - freed))
}

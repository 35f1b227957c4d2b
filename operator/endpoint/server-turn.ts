/** Turns at a server and a subnet, and the last look at the server before it is made busy. */
import type { PostgresPrivateEndpoint } from '../api/private-endpoint.ts'
import type { Action, Outcome } from '../azure/action.ts'
import type { ArmError } from '../azure/error.ts'
import type { Claim } from '../azure/fair-queue.ts'
import { idKey } from '../azure/id.ts'
import type { PrivateEndpoint, Server } from '../azure/model.ts'
import type { Observed } from '../azure/observed.ts'
import { gate, mayDelete } from './gate.ts'
import { claimOf, whoOf } from './identity.ts'
import type { Memory } from './memory.ts'
import type { Sources } from './observe.ts'
import { isRunning } from './ownership.ts'
import { isLock } from './subnet-spacing.ts'
import type { Target } from './target.ts'

/**
 * Who else makes the server busy; whoever would write then waits in its line. An endpoint that is at rest
 * has had its turn.
 */
export function turnOf(
  { memory: { turns } }: Sources,
  object: PostgresPrivateEndpoint,
  key: string,
  { serverId }: Target,
  endpoint: Observed<PrivateEndpoint>,
): string | undefined {
  const server = idKey(serverId)
  const who = whoOf(key)
  const atRest =
    endpoint.is === 'absent' || (endpoint.is === 'present' && !isRunning(endpoint.value))
  if (atRest) turns.leave([server], who)
  const leaving = object.metadata.deletionTimestamp !== undefined
  const ready = object.status?.conditions?.find(({ type }) => type === 'Ready')
  // Most of those who see another's turn want none themselves.
  const wants =
    ready?.reason === 'ServerNotReady' || endpoint.is === (leaving ? 'present' : 'absent')
  const holder = turns.heldBy(server, who, wants ? claimOf(key, object) : undefined)
  return holder === undefined ? undefined : inWords(holder)
}

function inWords(holder: string): string {
  const own = whoOf('')
  return holder.startsWith(own)
    ? `the endpoint of ${holder.slice(own.length)}`
    : 'a decision about one of its connections'
}

/** Read after the last turn at the server has ended: before that it looked ready to everybody. */
export const serverAge = ({ memory }: Sources, { serverId }: Target, age: number): number =>
  Math.min(age, memory.turns.freedAgoMs(idKey(serverId)) ?? age)

/**
 * A write of an endpoint has its turn at the server, which is busy until the endpoint is seen at rest, and
 * at the subnet, which is left alone for as long as Azure needs. Undefined: it may be sent.
 */
export function heldUp({ turns }: Memory, target: Target, claim: Claim): Outcome | undefined {
  const places = [idKey(target.serverId), idKey(target.subnetId)]
  return turns.take(places, claim) ? undefined : { is: 'held', error: notYourTurn }
}

/** What becomes of the turns, and when a write that met a lock is tried again. */
export function afterWrite(
  { turns, spacing }: Memory,
  { serverId, subnetId }: Target,
  { who }: Claim,
  outcome: Outcome,
  nowMs: number,
): Outcome {
  const [server, subnet] = [idKey(serverId), idKey(subnetId)]
  if (outcome.is === 'accepted' || outcome.is === 'unknown') {
    turns.leave([subnet], who, spacing.taken(subnet, nowMs))
    return outcome
  }
  turns.leave([server], who)
  if (outcome.is !== 'refused' || !isLock(outcome.error)) {
    turns.leave([subnet], who)
    return outcome
  }
  const again = spacing.refused(subnet, nowMs)
  turns.leave([subnet], who, again)
  // A little less: whoever is told must not find that it is still too early.
  return { is: 'refused', error: { ...outcome.error, retryAfterMs: again / 2 } }
}

/** Whoever waits is told; the time is for the case that nobody tells. */
const notYourTurn: ArmError = {
  code: 'Paced',
  message: 'The server or the subnet is busy with the endpoint of another object.',
  retry: 'throttle',
  retryAfterMs: 15_000,
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

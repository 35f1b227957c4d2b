/**
 * Looks after approvals that nobody else sees to any more (unchecked.ts): what a look says of each, and
 * whether it must be taken back. Never approves, rejects or deletes anything else. Pure.
 */
import type { Id } from '../azure/id.ts'
import { judge } from './intent.ts'
import type { Observation, Unchecked } from './observation.ts'
import type { Claims } from './precedence.ts'
import { isLate, uncovered } from './unchecked.ts'
import { worldOf } from './world.ts'
import { revoke, type Decide } from './write.ts'

export interface Checks {
  readonly revokes: readonly Decide[]
  /** Seen to; nothing remains. */
  readonly over: readonly Unchecked[]
  /** Azure could not be asked for so long that it is given up. */
  readonly abandoned: readonly Unchecked[]
  /** Some must be looked at again. */
  readonly open: boolean
}

export const noChecks: Checks = { revokes: [], over: [], abandoned: [], open: false }

export function checks(seen: Observation, serverId: Id<'server'>): Checks {
  const { unchecked, server, now } = seen
  if (unchecked.length === 0) return noChecks
  if (server.is === 'absent') return { ...noChecks, over: unchecked }
  const claims: Claims = server.is === 'present' ? worldOf(seen).claims : new Map()
  const alone = new Set(uncovered(seen))
  const judged = unchecked.map((one) => ({ one, ...judge(seen, one.intent, claims, true) }))
  const over = judged.filter(({ is }) => is === 'done' || is === 'void')
  const late = judged.filter(({ one, is }) => is === 'open' && alone.has(one) && isLate(one, now))
  const revokes = judged.flatMap((one) =>
    one.is === 'foreign' && one.revoke && alone.has(one.one)
      ? [revoke(serverId, one.connection, one.one.intent)]
      : [],
  )
  return {
    revokes,
    over: over.map(({ one }) => one),
    abandoned: late.map(({ one }) => one),
    open: judged.some((one) => alone.has(one.one) && !over.includes(one) && !late.includes(one)),
  }
}

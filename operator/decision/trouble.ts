/** What an error of Azure's means for a decision: which reason, who must act, since when. Pure. */
import type { ArmError } from '../azure/error.ts'
import { lacksPermission } from '../azure/reasons.ts'
import type { Unmet } from './conditions.ts'
import { decisionOf, errorOf, type Observation } from './observation.ts'
import { decided, errorOfOutcome, type Done } from './outcome.ts'
import type { Plan } from './plan.ts'
import { plain } from './printable.ts'

export interface Trouble {
  readonly error: ArmError
  readonly reason: Unmet | 'AzureUnreadable'
  readonly message: string
  /** Overrides what the catalogue says of the reason. */
  readonly stalled?: boolean
  /** ms since the epoch: for how long a role or a token has been missing. */
  readonly deniedSince?: number
}

/** Roles take up to 30 minutes to take effect (Microsoft's troubleshooting of private endpoints). */
const patienceMs = 30 * 60_000

/** Our own pacing, or a lease on its way to another process: nothing that anybody need know of. */
const quiet: readonly string[] = ['Paced', 'LeaseLost']

/** The error that stands in the way now, if one does. */
export function troubleOf(
  seen: Observation,
  made: Plan,
  done: readonly Done[],
): Trouble | undefined {
  const unreadable = errorOf(seen.server)
  if (unreadable) return worded(seen, unreadable, 'read')
  const refused = made.findings.flatMap(({ standing }) =>
    standing.is === 'refused' ? [standing.error] : [],
  )
  const now = errorOfOutcome(decided(done)?.outcome)
  const [error] = [...(now && !quiet.includes(now.code) ? [now] : []), ...refused]
  return error && worded(seen, error, 'write')
}

function worded(seen: Observation, error: ArmError, tried: 'read' | 'write'): Trouble {
  const said = error.after ?? error
  const code = `${plain(said.code, 100)}: ${plain(said.message, 600)}`
  const what = tried === 'read' ? 'the server' : 'a connection of the server'
  const again = 'It is tried again.'
  const missing = lacksPermission(error) || error.code === 'CredentialsUnavailable'
  if (missing) {
    const before = decisionOf(seen).status?.memory?.deniedSince
    const deniedSince = before === undefined ? seen.now : Date.parse(before)
    const reason = lacksPermission(error) ? 'Denied' : 'CredentialsUnavailable'
    const stalled = !(seen.now - deniedSince < patienceMs)
    const remedy =
      reason === 'Denied'
        ? `The identity may not ${tried} ${what}. Grant it the role; that can take 30 minutes to take effect.`
        : "No token could be had. Check the identity that spec.identityRef names, or the operator's own."
    return { error, reason, message: `${remedy} ${code}`, stalled, deniedSince }
  }
  switch (error.retry) {
    case 'slow':
      return {
        error,
        reason: 'Blocked',
        message: `Something outside this object is in the way: mend in Azure what its answer names. ${again} ${code}`,
        stalled: true,
      }
    case 'user-fix':
      return {
        error,
        reason: 'Refused',
        message: `Azure refused it as specified: change the spec as its answer asks. ${code}`,
      }
    case 'throttle':
    case 'fast': {
      const late = error.retry === 'throttle' ? 'Throttled' : 'Retrying'
      return tried === 'read'
        ? {
            error,
            reason: 'AzureUnreadable',
            message: `The server could not be read. ${again} ${code}`,
          }
        : { error, reason: late, message: `Azure did not take the decision. ${again} ${code}` }
    }
  }
}

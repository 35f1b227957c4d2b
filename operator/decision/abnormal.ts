/** The conditions beside Ready: each is present only while it holds. */
import type { Condition } from '../api/kubernetes.ts'
import { say } from './conditions.ts'
import type { Finding } from './finding.ts'
import { notable } from './gate.ts'
import { decisionOf, type Observation } from './observation.ts'
import type { Plan } from './plan.ts'
import { actOf } from './precedence.ts'
import { count } from './printable.ts'
import { changedIdentity } from './ready.ts'
import type { Trouble } from './trouble.ts'
import { gatedBy, namesOf, overruled, standing } from './wording.ts'

export function abnormal(
  seen: Observation,
  made: Plan,
  trouble: Trouble | undefined,
): readonly Condition[] {
  const { spec } = decisionOf(seen)
  const lost = standing(made, 'lost')
  const drifted = made.findings.filter((finding) => finding.drifted)
  const foreign = changedIdentity(made)
  const found: readonly (Condition | undefined)[] = [
    awaiting(made),
    serverNotReady(seen, made),
    foreign
      ? say('Drifted', 'True', 'IdentityChanged', foreign.message)
      : drifted.length > 0
        ? say('Drifted', 'True', 'ChangedOutside', `Changed by somebody else: ${namesOf(drifted)}.`)
        : undefined,
    lost[0] && conflicted(seen, lost[0], lost.length),
    trouble?.error.retry === 'throttle'
      ? say('Throttled', 'True', 'Throttled', trouble.message)
      : undefined,
    spec.suspend
      ? say(
          'Suspended',
          'True',
          'Suspended',
          'Nothing is written to Azure while spec.suspend is true.',
        )
      : undefined,
    trouble?.error.code === 'CredentialsUnavailable'
      ? say('CredentialsUnavailable', 'True', 'CredentialsUnavailable', trouble.message)
      : undefined,
  ]
  return found.filter((condition) => condition !== undefined)
}

function awaiting(made: Plan): Condition | undefined {
  const [open, full, late] = [
    standing(made, 'undecided'),
    standing(made, 'full'),
    standing(made, 'expired'),
  ]
  if (open.length > 0) return say('AwaitingDecision', 'True', 'Undecided', `${namesOf(open)}.`)
  if (full.length > 0) {
    return say(
      'AwaitingDecision',
      'True',
      'LimitReached',
      `spec.maxApproved is reached; left: ${namesOf(full)}.`,
    )
  }
  return late.length > 0
    ? say(
        'AwaitingDecision',
        'True',
        'TimeOver',
        `spec.decideUntil has passed; left: ${namesOf(late)}.`,
      )
    : undefined
}

function serverNotReady(seen: Observation, made: Plan): Condition | undefined {
  const { server } = seen
  if (server.is === 'absent') {
    return say('ServerNotReady', 'True', 'ServerNotFound', 'There is no such server.')
  }
  if (server.is !== 'present' || actOf(decisionOf(seen)) === undefined) return undefined
  const [gated] = standing(made, 'gated')
  const closed =
    gated?.standing.is === 'gated'
      ? gated.standing.closed
      : made.findings.length > 0
        ? notable(server.value)
        : undefined
  return closed && say('ServerNotReady', 'True', closed.reason, `Now ${gatedBy(closed)}.`)
}

function conflicted(seen: Observation, first: Finding, number: number): Condition | undefined {
  if (first.standing.is !== 'lost') return undefined
  const { metadata, spec } = decisionOf(seen)
  const winner = first.standing.to.decision
  const older =
    winner.spec.action === spec.action &&
    winner.metadata.creationTimestamp <= metadata.creationTimestamp
  const more = number > 1 ? ` The same holds for ${count(number - 1, 'other')}.` : ''
  return say(
    'Conflicted',
    'True',
    older ? 'OlderDecision' : 'Overruled',
    `${overruled(seen, first)}${more}`,
  )
}

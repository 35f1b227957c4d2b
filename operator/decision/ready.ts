/**
 * Ready, in one reason and one sentence. Read `ready` and `asked` from top to bottom: the first that
 * holds is said. What a stranger can bring about (a request) is never among what makes it False.
 */
import type { EndpointConnectionDecision } from '../api/connection-decision.ts'
import type { Condition } from '../api/kubernetes.ts'
import { say, type Reached, type Unmet } from './conditions.ts'
import { flawOf } from './flaw.ts'
import { nameOf } from './identity.ts'
import { names } from './match.ts'
import { decisionOf, type Observation } from './observation.ts'
import type { Plan } from './plan.ts'
import { actOf } from './precedence.ts'
import { count, list, plain } from './printable.ts'
import type { Act } from './transitions.ts'
import type { Trouble } from './trouble.ts'
import { gatedBy, namesOf, overruled, standing } from './wording.ts'

const not = (reason: Unmet, message: string): Condition<'Ready'> =>
  say('Ready', 'False', reason, message)
const yes = (reason: Reached, message: string): Condition<'Ready'> =>
  say('Ready', 'True', reason, message)

export function ready(
  seen: Observation,
  made: Plan,
  trouble: Trouble | undefined,
  deleted: boolean,
): Condition<'Ready'> {
  const decision = decisionOf(seen)
  const flaw = flawOf(decision)
  const act = actOf(decision)
  if (flaw) return not(flaw.reason, flaw.message)
  if (act !== undefined && !seen.gated) return not('AdmissionPolicyMissing', ungated)
  if (seen.server.is === 'unreadable' && trouble) return troubled(trouble)
  if (seen.server.is === 'absent') {
    return deleted
      ? yes('Deleted', 'The server is gone, and the connections with it.')
      : noServer(decision)
  }
  return act === undefined ? unasked(decision, made) : asked(seen, act, made, trouble, deleted)
}

const ungated =
  'The admission policy that checks who may decide is not in place as the chart ships it; nothing is written. Install the policies of the chart, or start the operator with --allow-ungated.'
const noServer = ({ spec }: EndpointConnectionDecision): Condition<'Ready'> =>
  not(
    'ServerNotFound',
    `There is no server ${spec.serverId}. Create it, or create another object with the right spec.serverId.`,
  )

const troubled = ({ reason, message }: Trouble): Condition<'Ready'> =>
  reason === 'AzureUnreadable' ? say('Ready', 'Unknown', reason, message) : not(reason, message)

function unasked({ spec }: EndpointConnectionDecision, made: Plan): Condition<'Ready'> {
  const open = standing(made, 'undecided')
  if (made.findings.length === 0) return yes('NoConnection', 'No connection matches now.')
  if (open.length === 0) return yes('Decided', 'Nothing waits for a decision.')
  const more =
    made.hidden > 0
      ? ` ${made.hidden} of them have no row: the inbox is full, or an object of the row's name is in the way.`
      : ''
  return yes(
    'AwaitingDecision',
    `${count(open.length, 'connection')} that nobody decided on: ${namesOf(open)}. To decide, set spec.action ${spec.inbox ? 'of its row' : 'to Approve, Reject or Delete'}.${more}`,
  )
}

function asked(
  seen: Observation,
  act: Act,
  made: Plan,
  trouble: Trouble | undefined,
  deleted: boolean,
): Condition<'Ready'> {
  const lasting = trouble && ['slow', 'user-fix'].includes(trouble.error.retry)
  return (
    changedIdentity(made) ??
    (lasting ? troubled(trouble) : undefined) ??
    atWork(act, made, trouble) ??
    stuck(seen, made) ??
    waiting(made) ??
    settled(act, made, deleted)
  )
}

export function changedIdentity(made: Plan): Condition<'Ready'> | undefined {
  const held = standing(made, 'foreign').map(({ connection }) => nameOf(connection))
  const all = [...new Set([...made.foreign.map(({ name }) => name), ...held])]
  return all.length === 0
    ? undefined
    : not(
        'IdentityChanged',
        `Another endpoint stands under ${list(all)} than was decided on. It gets no approval from this decision. Find out whose it is, and write a new decision with its privateEndpointIds.`,
      )
}

const working = { Approve: 'Approving', Reject: 'Rejecting', Delete: 'Deleting' } as const

function atWork(
  act: Act,
  made: Plan,
  trouble: Trouble | undefined,
): Condition<'Ready'> | undefined {
  const vain = made.findings.filter(({ standing: it }) => it.is === 'inFlight' && it.tries >= 3)
  const work = standing(made, 'record', 'write', 'inFlight', 'queued')
  if (trouble) return troubled(trouble)
  if (vain.length > 0) {
    return not(
      'NoEffect',
      `Azure took the decision on ${namesOf(vain)} ${vain.length > 1 ? 'several times' : 'more than twice'}, and it does not show. Look at the activity log of the server; it is tried again.`,
    )
  }
  return work.length > 0
    ? not(working[act], `${act} of ${namesOf(work)} is on its way.`)
    : undefined
}

/** What only a person can help, where the decision names its connections. */
function stuck(seen: Observation, made: Plan): Condition<'Ready'> | undefined {
  const drifted = standing(made, 'drifted')
  if (drifted.length > 0) {
    return not(
      'Drifted',
      `Somebody changed ${namesOf(drifted)} after this decision was carried out. It is not fought; change the spec to decide anew.`,
    )
  }
  if (!names(decisionOf(seen).spec)) return undefined
  for (const finding of standing(made, 'impossible')) {
    if (finding.standing.is !== 'impossible') continue
    const over = finding.connection.state === 'Disconnected'
    const message = `${namesOf([finding])} is ${plain(finding.connection.state, 20)}. ${finding.standing.remedy}`
    return not(over ? 'Disconnected' : 'PreviouslyRejected', message)
  }
  const [lost] = standing(made, 'lost')
  if (lost) return not('Conflicted', `${overruled(seen, lost)} Remove or narrow one of the two.`)
  const unknown = standing(made, 'unknownState')
  return unknown.length > 0
    ? not(
        'UnknownState',
        `Azure shows ${namesOf(unknown)} in a way that is not known; nothing is written. Look at it in Azure.`,
      )
    : undefined
}

function waiting(made: Plan): Condition<'Ready'> | undefined {
  const [gated] = standing(made, 'gated')
  if (gated?.standing.is === 'gated') {
    return not(
      'ServerNotReady',
      `${namesOf(standing(made, 'gated'))} waits: ${gatedBy(gated.standing.closed)}. It goes on by itself; start the server if it is stopped.`,
    )
  }
  const held = standing(made, 'suspended')
  return held.length > 0
    ? not('Suspended', `${namesOf(held)} waits: spec.suspend is true. Set it to false to go on.`)
    : undefined
}

const outcome = { Approve: 'Approved', Reject: 'Rejected', Delete: 'Deleted' } as const

function settled(act: Act, made: Plan, deleted: boolean): Condition<'Ready'> {
  const open = standing(made, 'full', 'expired')
  const reached = standing(made, 'reached')
  if (open.length > 0) {
    return yes(
      'AwaitingDecision',
      `${namesOf(open)}: this decision decides no more. ${whyNoMore(made)}`,
    )
  }
  if (reached.length > 0) {
    return yes(outcome[act], `${outcome[act]}: ${namesOf(reached)}.`)
  }
  if (deleted) return yes('Deleted', 'Removed, once; nothing more is done.')
  if (made.findings.length === 0) return yes('NoConnection', 'No connection matches now.')
  if (standing(made, 'lost').length > 0) {
    return yes('Conflicted', 'Other decisions act on everything that matches.')
  }
  return yes('Decided', 'Nothing that matches can be decided on by this action.')
}

const whyNoMore = (made: Plan): string =>
  standing(made, 'full').length > 0
    ? 'spec.maxApproved is reached.'
    : 'spec.decideUntil has passed.'

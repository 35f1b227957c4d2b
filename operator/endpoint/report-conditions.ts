/**
 * Ready and the conditions beside it, in words: what is the matter, and what to do next. Pure.
 */
import { explain, type RetryClass } from '../api/catalogue.ts'
import type { Condition } from '../api/kubernetes.ts'
import { formatId } from '../azure/id.ts'
import type { Outcome } from '../azure/action.ts'
import { catalogue, say } from './conditions.ts'
import { publicationNote, takenCondition } from './connection-info.ts'
import type { DnsSeen, Observation } from './observation.ts'
import { answerTo } from './plan-fixed.ts'
import type { Plan } from './plan.ts'
import { modeOf } from './attempt.ts'
import { type Finding } from './step.ts'
import { errorOf, isHold, inWords } from './trouble.ts'

/** Throttling that lasts this long is worth a condition. */
const throttledAfterMs = 2 * 60_000

/** The retry class of a finding's reason. */
export const classOf = ({ reason }: Finding): RetryClass | undefined =>
  explain(catalogue, {
    type: 'Ready',
    status: reason === 'AzureUnreadable' ? 'Unknown' : 'False',
    reason,
  })?.retry

export function readyOf(
  seen: Observation,
  made: Plan,
  main: Finding | undefined,
): Condition<'Ready'> {
  const mode = modeOf(seen)
  const paths = made.drift.map(({ path }) => path).join(', ')
  const published = publicationNote(seen)
  const left = `Azure differs from the spec in ${paths}, and that is left so.`
  const differs = join(left, answerTo(made.drift))
  if (mode === 'observe' && made.drift.length > 0) {
    return withRemedy(say('Ready', 'False', 'Drifted', differs))
  }
  if (main?.reason === 'AzureUnreadable') {
    return withRemedy(say('Ready', 'Unknown', 'AzureUnreadable', main.message))
  }
  if (main !== undefined) return withRemedy(say('Ready', 'False', main.reason, main.message))
  if (mode === 'suspended') {
    return withRemedy(
      say('Ready', 'True', 'Suspended', join('Writes to Azure are suspended.', published)),
    )
  }
  if (made.drift.length > 0) {
    return withRemedy(say('Ready', 'True', 'Drifted', join(differs, published)))
  }
  const note = seen.azure ? unchecked(seen.azure.dns) : ''
  return say('Ready', 'True', 'Ready', join('The endpoint can be used.', note, published))
}

const join = (...texts: readonly string[]): string => texts.filter((text) => text !== '').join(' ')

/** What holds, and what to do next; what the catalogue says where nothing more is known. */
function withRemedy(condition: Condition<'Ready'>): Condition<'Ready'> {
  const explained = explain(catalogue, condition)
  const what = condition.message === '' ? (explained?.means ?? '') : condition.message
  return { ...condition, message: join(what, explained?.remedy ?? '') }
}

export function abnormal(
  seen: Observation,
  made: Plan,
  findings: readonly Finding[],
  outcomes: readonly Outcome[],
  now: Date,
): readonly Condition[] {
  const mode = modeOf(seen)
  const found: Condition[] = [...made.abnormal]
  if (!found.some(({ type }) => type === 'Conflicted')) found.push(...takenCondition(seen))
  if (made.drift.length > 0 && !found.some(({ type }) => type === 'Drifted')) {
    const reason = mode === 'observe' ? 'Observed' : mode === 'suspended' ? 'Suspended' : 'Reported'
    found.push(say('Drifted', 'True', reason, made.drift.map(({ path }) => path).join(', ')))
  }
  if (seen.object.spec.suspend) {
    found.push(say('Suspended', 'True', 'Suspended', 'Writes to Azure are suspended.'))
  }
  const credentials = findings.find(({ reason }) => reason === 'CredentialsUnavailable')
  if (credentials) {
    const { message } = credentials
    found.push(say('CredentialsUnavailable', 'True', 'CredentialsUnavailable', message))
  }
  const throttled = [...seen.past.setbacks.values()].find(
    ({ error, sinceMs, untilMs }) =>
      error.retry === 'throttle' &&
      !isHold(error) &&
      now.getTime() - sinceMs >= throttledAfterMs &&
      now.getTime() < untilMs + throttledAfterMs,
  )
  const still = outcomes.some((outcome) => errorOf(outcome)?.retry === 'throttle')
  if (throttled && (still || outcomes.length === 0)) {
    found.push(say('Throttled', 'True', 'Throttled', inWords(throttled.error)))
  }
  return found
}

/** For Ready's message: what could not be checked. */
function unchecked({ choice, links: found }: DnsSeen): string {
  if (choice.is === 'hidden') {
    return `Zone ${formatId(choice.id)} cannot be read (${inWords(choice.error)}) Its zone group's own records serve instead.`
  }
  return found.is === 'unreadable' ? `The zone's links cannot be read: ${inWords(found.error)}` : ''
}

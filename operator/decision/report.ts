/**
 * Words what was seen, decided and done: the status, the events, and when to look again. Never decides
 * what is written to Azure. The status is written only where it differs, so that nothing is at rest.
 */
import { ours } from '../api/catalogue.ts'
import { changed } from '../api/condition.ts'
import { status as statusSchema, type DecisionStatus } from '../api/connection-decision.ts'
import { fit } from '../api/value.ts'
import type { EventNote } from '../kubernetes/port.ts'
import type { Report } from '../runtime/kind.ts'
import { againInMs } from './again.ts'
import { catalogue } from './conditions.ts'
import { doings, turns } from './notes.ts'
import { decisionOf, type Observation, type Unchecked } from './observation.ts'
import { doneOfPlan, type DecisionOutcome } from './outcome.ts'
import type { Plan } from './plan.ts'
import { statusOf } from './status.ts'
import { troubleOf, type Trouble } from './trouble.ts'

export interface Written {
  /** Undefined: the status stays as it is. */
  readonly status: DecisionStatus | undefined
  /** About what was done: recorded even where the status can't be written. */
  readonly doings: readonly EventNote[]
  /** About what changed in the status: recorded once that is written. */
  readonly turns: readonly EventNote[]
  /** Connections on which nothing is under way any more. */
  readonly over: readonly string[]
  /** Approvals that need not be looked at any more. */
  readonly checked: readonly Unchecked[]
  /** Why inbox rows could not be made or removed. */
  readonly failed: readonly string[]
}

const silence: Written = {
  status: undefined,
  doings: [],
  turns: [],
  over: [],
  checked: [],
  failed: [],
}

/** How long what was last seen stands while Azure can't be read for reasons that pass. */
const holdMs = 10 * 60_000

export function report(
  seen: Observation,
  made: Plan,
  outcomes: readonly DecisionOutcome[],
  now: Date,
): Report<Written> {
  const decision = decisionOf(seen)
  const done = doneOfPlan(made, outcomes)
  if (!seen.synced) return { write: silence, againInMs: seen.settings.inFlightMs }
  const checked = [...made.checks.over, ...made.checks.abandoned]
  if (decision.metadata.deletionTimestamp !== undefined) {
    return {
      write: { ...silence, doings: doings(decision, made, done), checked },
      againInMs: made.checks.open ? seen.settings.inFlightMs : undefined,
    }
  }
  const failed = done.flatMap(({ outcome }) => (outcome.is === 'failed' ? [outcome.message] : []))
  const trouble = troubleOf(seen, made, done)
  const again = againInMs(seen, made, done, trouble)
  if (holds(seen, trouble))
    return {
      write: { ...silence, doings: doings(decision, made, done), checked, failed },
      againInMs: again,
    }
  const next = fit(statusSchema, statusOf(seen, made, trouble, { done, now, again }))
  return {
    write: {
      status: differs(decision.status, next) ? next : undefined,
      doings: doings(decision, made, done),
      turns: turns(decision.status, next),
      over: made.finished.map(({ intent }) => intent.name),
      checked,
      failed,
    },
    againInMs: again,
  }
}

/** A look that failed for a while changes nothing: what was last seen still stands. */
function holds(seen: Observation, trouble: Trouble | undefined): boolean {
  const { metadata, status } = decisionOf(seen)
  return (
    trouble?.reason === 'AzureUnreadable' &&
    seen.server.is === 'unreadable' &&
    status?.observedGeneration === metadata.generation &&
    seen.now - (seen.silentSince ?? seen.now) < holdMs
  )
}

/** Whether writing it would change anything of ours. */
function differs(before: DecisionStatus | undefined, next: DecisionStatus): boolean {
  const { conditions: was = [], ...rest } = before ?? {}
  const { conditions: is = [], ...wanted } = next
  return (
    changed(
      was.filter((condition) => ours(catalogue, condition)),
      is,
      catalogue,
    ) || canonical(rest) !== canonical(wanted)
  )
}

/** JSON with sorted keys: the API server does not keep an order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )

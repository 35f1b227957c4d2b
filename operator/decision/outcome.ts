/** What came of a plan's actions: Azure's outcomes, and those of rows in the cluster. */
import type { Outcome } from '../azure/action.ts'
import type { ArmError } from '../azure/error.ts'
import type { DecisionAction, Plan } from './plan.ts'
import type { Decide } from './write.ts'

export type DecisionOutcome =
  | Outcome
  /** Nothing was sent: right before the write the object was another one than the plan was made for. */
  | { readonly is: 'superseded' }
  /** A row was made or removed; one of that name exists; the API server refused it. */
  | { readonly is: 'made' | 'exists' | 'removed' }
  | { readonly is: 'failed'; readonly message: string }

export interface Done<A extends DecisionAction = DecisionAction> {
  readonly action: A
  readonly outcome: DecisionOutcome
}

export const doneOfPlan = (made: Plan, outcomes: readonly DecisionOutcome[]): readonly Done[] =>
  made.actions.flatMap((action, index) => {
    const outcome = outcomes[index]
    return outcome === undefined ? [] : [{ action, outcome }]
  })

/** The write to Azure that was made or tried, if there was one. */
export function decided(done: readonly Done[]): Done<Decide> | undefined {
  for (const { action, outcome } of done) if (action.do === 'decide') return { action, outcome }
  return undefined
}

/** It may have reached Azure. */
export const sent = ({ outcome }: Done): boolean =>
  outcome.is === 'accepted' || outcome.is === 'unknown'

/** ARM's correlation id of the write, where an answer carried one. */
export const correlationOf = (outcome: DecisionOutcome): string | undefined =>
  outcome.is === 'accepted'
    ? outcome.correlationId
    : outcome.is === 'unknown'
      ? outcome.error.correlationId
      : undefined

export const errorOfOutcome = (outcome: DecisionOutcome | undefined): ArmError | undefined =>
  outcome?.is === 'refused' || outcome?.is === 'unknown' || outcome?.is === 'held'
    ? outcome.error
    : undefined

/**
 * What an action does to a connection in a state: the whole of it, as a table. Approve writes in one
 * cell only. Azure accepts an approval of a Rejected connection (202) and then fails it, and leaves it
 * Rejected (recorded by Azure CLI, 2026); so it is never sent.
 */
import type { ConnectionState } from '../azure/model.ts'

export const acts = ['Approve', 'Reject', 'Delete'] as const
export type Act = (typeof acts)[number]

/** The states that Azure documents, and whatever else it may answer. */
export const states = ['Pending', 'Approved', 'Rejected', 'Disconnected', 'Other'] as const
export type State = (typeof states)[number]

export const stateOf = (state: ConnectionState): State =>
  states.find((known) => known !== 'Other' && known === state) ?? 'Other'

export type Step =
  /** Write the decision to Azure. */
  | 'write'
  /** The outcome is there. */
  | 'reached'
  /** Azure can't do it; a person can. */
  | 'impossible'
  /** Not a state that we know: look again, write nothing. */
  | 'wait'

export interface Transition {
  readonly step: Step
  readonly means: string
}

const gone = 'The connection is removed; the endpoint at the other end becomes Disconnected.'
const unknown = 'Azure reports a state that is not known; nothing is written.'

export const transitions: { readonly [A in Act]: { readonly [S in State]: Transition } } = {
  Approve: {
    Pending: { step: 'write', means: 'The connection is approved.' },
    Approved: { step: 'reached', means: 'It is approved already; nothing is written.' },
    Rejected: {
      step: 'impossible',
      means:
        'Azure cannot approve a connection that was rejected. Remove or narrow the Reject, have the endpoint made anew (annotation pgpe.dev/recreate on its PostgresPrivateEndpoint), and approve the new connection.',
    },
    Disconnected: {
      step: 'impossible',
      means:
        'A disconnected connection cannot be used again. Have the endpoint made anew (annotation pgpe.dev/recreate on its PostgresPrivateEndpoint), and approve the new connection.',
    },
    Other: { step: 'wait', means: unknown },
  },
  Reject: {
    Pending: { step: 'write', means: 'The request is rejected.' },
    Approved: { step: 'write', means: 'The access is taken away.' },
    Rejected: { step: 'reached', means: 'It is rejected already; nothing is written.' },
    Disconnected: { step: 'reached', means: 'It carries no traffic; nothing is written.' },
    Other: { step: 'wait', means: unknown },
  },
  Delete: {
    Pending: { step: 'write', means: gone },
    Approved: { step: 'write', means: gone },
    Rejected: { step: 'write', means: gone },
    Disconnected: { step: 'write', means: gone },
    Other: { step: 'write', means: gone },
  },
}

export const transitionOf = (act: Act, state: ConnectionState): Transition =>
  transitions[act][stateOf(state)]

/** Azure's word for the state that an act leads to; a deleted connection has none. */
export const outcomeOf = { Approve: 'Approved', Reject: 'Rejected', Delete: undefined } as const

/** The table as a Markdown section for the user's reference. */
export function transitionsPage(): string {
  const lines = [
    '## What an action does to a connection',
    '',
    '| action | state | step | meaning |',
    '|---|---|---|---|',
  ]
  for (const act of acts)
    for (const state of states) {
      const { step, means } = transitions[act][state]
      lines.push(`| ${act} | ${state === 'Other' ? 'any other' : state} | ${step} | ${means} |`)
    }
  return [...lines, ''].join('\n')
}

/** Findings in words, for Ready and for the conditions beside it. */
import { nameOf } from './identity.ts'
import type { Finding, Standing } from './finding.ts'
import type { Closed } from './gate.ts'
import { decisionOf, type Observation } from './observation.ts'
import type { Plan } from './plan.ts'
import { objectKey } from './precedence.ts'
import { list, plain } from './printable.ts'

/** Of the findings, those that stand so. */
export const standing = (made: Plan, ...which: readonly Standing['is'][]): readonly Finding[] =>
  made.findings.filter(({ standing: { is } }) => which.includes(is))

export const namesOf = (findings: readonly Finding[]): string =>
  list(findings.map(({ connection }) => nameOf(connection)))

/** Names the winner only where this object's readers can see it. */
export function overruled(seen: Observation, { connection, standing: it }: Finding): string {
  if (it.is !== 'lost') return ''
  const winner = it.to.decision
  const here = winner.metadata.namespace === decisionOf(seen).metadata.namespace
  const who = here
    ? `the ${winner.spec.action} of ${objectKey(winner)}`
    : 'a decision in another namespace'
  return `On ${plain(nameOf(connection), 120)} ${who} acts.`
}

export const gatedBy = ({ reason, state }: Closed): string =>
  reason === 'ServerState'
    ? `the server is ${plain(state, 64)}, not Ready`
    : `its high availability is ${plain(state, 64)}`

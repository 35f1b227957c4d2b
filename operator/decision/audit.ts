/**
 * The line that each write to Azure leaves in the log: always the same fields, so that who gave access to
 * a database can be searched for. Texts of strangers are made printable. Decides nothing.
 */
import type { EndpointConnectionDecision } from '../api/connection-decision.ts'
import { formatId } from '../azure/id.ts'
import { identityOf } from './identity.ts'
import { correlationOf, type DecisionOutcome } from './outcome.ts'
import { plain } from './printable.ts'
import type { Decide } from './write.ts'

export interface AuditLine {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly generation: number
  /** Empty where the API server has not stamped who decided. */
  readonly decidedBy: string
  readonly action: Decide['act']
  /** The ARM id that was written to. */
  readonly connectionId: string
  /** The requesting endpoint's ARM id, as Azure asserts it; empty where Azure names none. */
  readonly endpointId: string
  /** The state that was seen. */
  readonly before: string
  /** The state that was asked for. What came of it is in the object's history. */
  readonly after: 'Approved' | 'Rejected' | 'Deleted'
  /** `unknown`: it was sent, and no answer came. */
  readonly outcome: 'accepted' | 'unknown'
  /** ARM's; empty where no answer came. */
  readonly correlationId: string
}

const afterOf = {
  Approve: 'Approved',
  Reject: 'Rejected',
  Delete: 'Deleted',
  Revoke: 'Rejected',
} as const

/** Undefined where nothing can have reached Azure. */
export function auditOf(
  { metadata, spec }: EndpointConnectionDecision,
  { act, connection, write }: Decide,
  outcome: DecisionOutcome,
): AuditLine | undefined {
  if (outcome.is !== 'accepted' && outcome.is !== 'unknown') return undefined
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    generation: metadata.generation,
    decidedBy: plain(spec.decidedBy?.username ?? '', 1024),
    action: act,
    connectionId: plain(formatId(write.id), 1024),
    endpointId: plain(identityOf(connection).privateEndpointId ?? '', 1024),
    before: plain(connection.state, 64),
    after: afterOf[act],
    outcome: outcome.is,
    correlationId: plain(correlationOf(outcome) ?? '', 128),
  }
}

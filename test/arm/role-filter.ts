/** The filters of role lists. */
import type { Call } from './call.ts'

/** `roleName eq 'x'`, `atScope()`, `assignedTo('x')`, `principalId eq 'x'`, `type eq 'x'`. */
export const clauseOf = (call: Call, member: string): string | undefined =>
  new RegExp(`${member}(?:\\s+eq\\s+|\\()'([^']*)'`, 'i').exec(call.query.get('$filter') ?? '')?.[1]

/**
 * What the API server refuses in a decision, checked once more: an object may be older than a rule, or
 * restored from a backup. A decision with a flaw is not acted on and holds nobody back.
 */
import { parseId } from '../azure/id.ts'
import { labels, type EndpointConnectionDecision } from '../api/connection-decision.ts'
import { plain } from './printable.ts'
import { isRow } from './row-name.ts'
import { acts } from './transitions.ts'

export interface Flaw {
  readonly reason: 'InvalidSpec' | 'UnknownPolicy'
  readonly message: string
}

export function flawOf(decision: EndpointConnectionDecision): Flaw | undefined {
  const { spec } = decision
  const { action, connections: by } = spec
  const known = action === undefined || acts.some((act) => act === action)
  if (!known) {
    return {
      reason: 'UnknownPolicy',
      message: `spec.action is ${plain(JSON.stringify(action), 40)}; known are ${acts.join(', ')}. Use one of these, or the operator version that knows it.`,
    }
  }
  const list = by?.subscriptionIds !== undefined || by?.resourceGroupIds !== undefined
  const any = list || [by?.names, by?.privateEndpointIds, by?.endpointRefs].some((field) => field)
  const flaws: readonly (readonly [boolean, string])[] = [
    [
      parseId('server', spec.serverId) === undefined,
      `spec.serverId is not the ARM id of a PostgreSQL flexible server: ${plain(JSON.stringify(spec.serverId), 200)}. Make another object with the id that \`az postgres flexible-server show --query id -o tsv\` prints.`,
    ],
    [
      spec.inbox && (action !== undefined || by !== undefined),
      'An inbox has no action and no connections.',
    ],
    [
      action !== undefined && isFalseRow(decision),
      `The label ${labels.inbox} marks an inbox row, and a row's name belongs to its one connection: this one does not. Delete the object; make a decision without that label if this connection was meant.`,
    ],
    [action !== undefined && by === undefined, 'An action needs spec.connections.'],
    [action === 'Delete' && by?.names === undefined, 'Delete needs spec.connections.names.'],
    [
      action === 'Approve' && list && spec.maxApproved === undefined,
      'Approve by subscriptionIds or resourceGroupIds needs spec.maxApproved.',
    ],
    [
      by?.states !== undefined && action !== 'Reject',
      'spec.connections.states works with Reject only.',
    ],
    [
      by?.states !== undefined && !any && by.states.some((state) => state !== 'Pending'),
      'spec.connections.states alone may only be [Pending].',
    ],
  ]
  const found = flaws.find(([holds]) => holds)
  return found && { reason: 'InvalidSpec', message: found[1] }
}

/** Somebody made it in a row's place, so that whoever decides by that name decides about another. */
function isFalseRow(decision: EndpointConnectionDecision): boolean {
  const serverId = parseId('server', decision.spec.serverId)
  const isLabelled = decision.metadata.labels?.[labels.inbox] !== undefined
  return isLabelled && serverId !== undefined && !isRow(decision, serverId)
}

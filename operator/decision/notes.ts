/** Kubernetes Events: of what was done, and of a new reason of Ready. On transitions only. */
import type { DecisionStatus, EndpointConnectionDecision } from '../api/connection-decision.ts'
import type { EventNote } from '../kubernetes/port.ts'
import type { EventReason } from './conditions.ts'
import { identityOf, nameOf, requesterOf } from './identity.ts'
import type { Intent } from './intent.ts'
import { correlationOf, decided, sent, type Done } from './outcome.ts'
import type { Plan } from './plan.ts'
import { plain } from './printable.ts'
import type { Decide } from './write.ts'

const note = (
  type: EventNote['type'],
  reason: EventReason,
  action: string,
  text: string,
): EventNote => ({ type, reason, action, note: plain(text, 1000) })

const who = (of: Parameters<typeof requesterOf>[0]): string =>
  requesterOf(of) ?? 'a requester that Azure does not name'

export function doings(
  decision: EndpointConnectionDecision,
  made: Plan,
  done: readonly Done[],
): readonly EventNote[] {
  const write = decided(done)
  return [
    ...(write && sent(write) ? [written(decision, write)] : []),
    ...made.finished.map(({ intent, after }) =>
      note(
        'Normal',
        'DecisionCarriedOut',
        intent.action,
        `${intent.name} of ${who(intent)} is ${after ?? 'removed'}.`,
      ),
    ),
    ...made.checks.abandoned.map(({ intent }) => unlooked(intent)),
    ...done.flatMap(({ action, outcome }) =>
      action.do === 'createRow' && outcome.is === 'made'
        ? [
            note(
              'Normal',
              'RequestReceived',
              'CreateRow',
              `Row ${action.row.metadata.name}: ${requesterOfRow(action.row)} has a connection that nobody decided on. Set spec.action of the row to decide.`,
            ),
          ]
        : [],
    ),
  ]
}

const unlooked = (intent: Intent): EventNote =>
  note(
    'Warning',
    'ApprovalUnchecked',
    'Check',
    `The decision has gone, and Azure could not be read for an hour: whom the approval of ${intent.name} reached is not known. It was meant for ${who(intent)}. Look at the connection in Azure.`,
  )

const requesterOfRow = ({ spec }: Extract<Done['action'], { do: 'createRow' }>['row']): string => {
  const [privateEndpointId] = spec.connections?.privateEndpointIds ?? []
  return who(privateEndpointId === undefined ? {} : { privateEndpointId })
}

function written(
  { metadata, spec }: EndpointConnectionDecision,
  { action, outcome }: Done<Decide>,
): EventNote {
  const { act, connection } = action
  const id = correlationOf(outcome)
  const by = spec.decidedBy ? `, decided by ${plain(spec.decidedBy.username, 128)}` : ''
  const trace = [
    ` Generation ${metadata.generation}${by}.`,
    ...(id === undefined ? [] : [` Correlation id ${plain(id, 128)}.`]),
  ].join('')
  const endpoint = identityOf(connection).privateEndpointId
  const subject = `${plain(nameOf(connection), 160)} of ${endpoint === undefined ? who({}) : plain(endpoint, 400)}`
  return act === 'Revoke'
    ? note(
        'Warning',
        'ApprovalRevoked',
        act,
        `An approval had reached ${subject}, which is not the endpoint that was decided on. It is being rejected.${trace}`,
      )
    : note(
        'Normal',
        'DecisionSent',
        act,
        `${act} of ${subject}, which was ${plain(connection.state, 64)}.${trace}`,
      )
}

/** Reasons that say no more than the events of what was done, or that a stranger can bring about. */
const unsaid: readonly string[] = [
  'NoConnection',
  'AwaitingDecision',
  'Decided',
  'Approving',
  'Rejecting',
  'Deleting',
]

export function turns(
  before: DecisionStatus | undefined,
  next: DecisionStatus,
): readonly EventNote[] {
  const was = before?.conditions?.find(({ type }) => type === 'Ready')
  const is = next.conditions?.find(({ type }) => type === 'Ready')
  if (!is || unsaid.includes(is.reason)) return []
  if (was?.reason === is.reason && was.status === is.status) return []
  const stalled = next.conditions?.some(({ type }) => type === 'Stalled')
  return [
    {
      type: stalled ? 'Warning' : 'Normal',
      reason: is.reason,
      action: 'Decide',
      note: plain(is.message, 1000),
    },
  ]
}

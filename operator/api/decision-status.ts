/** What the operator reports: `status` of an EndpointConnectionDecision. No field changes at rest. */
import { integer, list, object, optional, text, time, type Infer, type Written } from './schema.ts'
import {
  armText,
  armTexts,
  conditions,
  lastHandledReconcileAt,
  observedGeneration,
} from './status.ts'

const objectKey = (about: string) => text(about, { maxLength: 317 })

const connection = object('One connection that the decision governs.', {
  name: armText('Its full name, <endpoint>.<guid>.'),
  privateEndpointId: optional(armText('The requesting endpoint, as Azure asserts it.')),
  groupIds: optional(armTexts('The sub-resources that it asks for.', 16)),
  state: optional(armText('Pending, Approved, Rejected; absent: the connection is gone.')),
  description: optional(armText('What stands beside the state in Azure.')),
  decision: optional(
    armText('What was decided on it: Approve, Reject or Delete; absent: nothing yet.'),
  ),
  by: optional(objectKey('The object that decided, namespace/name.')),
  at: optional(time('When that decision was recorded, before it was written to Azure.')),
})

const entry = object('One act in Azure.', {
  at: time('When.'),
  name: armText('Full name of the connection.'),
  privateEndpointId: optional(armText('The requesting endpoint, as Azure asserted it.')),
  action: armText('Approve, Reject or Delete; Revoke for an approval that was taken back at once.'),
  before: optional(armText('The state before.')),
  after: optional(armText('The state after.')),
  correlationId: optional(armText("ARM's correlation id, for Azure's activity log.")),
  generation: optional(integer('The generation of this object that acted.', { minimum: 0 })),
  decidedBy: optional(armText('Who had decided, as spec.decidedBy said.')),
})

/** Data that Azure can't give back. Losing it may cost a repeat, never a wrong approval. */
const memory = object(
  "The operator's own notes, which Azure can't give back. Not for others to use; they may change in any release.",
  {
    generation: optional(integer('The generation that these notes belong to.', { minimum: 0 })),
    pins: optional(
      list(
        'The ARM id first matched by each of endpointRefs.',
        object('One pin.', {
          endpoint: objectKey('The PostgresPrivateEndpoint, namespace/name.'),
          privateEndpointId: armText('Its ARM id.'),
        }),
        { maxItems: 100 },
      ),
    ),
    done: optional(
      list(
        'Full names of connections that this generation has acted on once.',
        armText('One of them.'),
        { maxItems: 100 },
      ),
    ),
    intents: optional(
      list(
        'Decisions recorded before they are written to Azure.',
        object('One decision and the identity that it is bound to.', {
          name: armText('Full name of the connection.'),
          privateEndpointId: optional(armText('The requesting endpoint.')),
          groupIds: optional(armTexts('The sub-resources.', 16)),
          action: armText('Approve, Reject or Delete.'),
          before: optional(armText('The state that it was in.')),
          at: time('When recorded.'),
          generation: optional(
            integer('The last generation that found that identity there.', { minimum: 0 }),
          ),
        }),
        { maxItems: 100 },
      ),
    ),
    deniedSince: optional(time('When Azure began to refuse for lack of a role.')),
  },
)

const count = (about: string) => optional(integer(about, { minimum: 0 }))

export const status = object('What the operator last saw and did.', {
  observedGeneration,
  lastHandledReconcileAt,
  conditions,
  server: optional(armText("The server's short name.")),
  pending: count('How many connections it governs are Pending.'),
  approved: count('How many are Approved.'),
  rejected: count('How many are Rejected.'),
  state: optional(
    armText('State of the connection, where exactly one is pinned: Pending, Approved, Rejected.'),
  ),
  requester: optional(
    armText(
      "Where exactly one is pinned: the requesting endpoint's subscription/name, as Azure asserts.",
    ),
  ),
  connections: optional(
    list('The connections that it governs, unfinished ones first.', connection, { maxItems: 100 }),
  ),
  history: optional(list('The last acts, newest first.', entry, { maxItems: 5 })),
  nextRetryTime: optional(
    time(
      'When a failure that needs time or a person is tried again; rewritten when its reason changes.',
    ),
  ),
  memory: optional(memory),
})

export type DecisionStatus = Infer<typeof status>
export type WrittenDecisionStatus = Written<typeof status>

/**
 * What a database administrator writes: `spec` of an EndpointConnectionDecision. Field names and rules
 * are the contract with users. There is no matching by name pattern: the requester chooses the name.
 */
import { armId, armIds, subscriptionId } from './arm-id.ts'
import { rules, selectors } from './decision-rules.ts'
import { connectionName, identityRef, namespaceName, objectName, remark } from './grammar.ts'
import {
  choice,
  defaulted,
  flag,
  integer,
  list,
  object,
  optional,
  set,
  text,
  time,
  type Infer,
  type Written,
} from './schema.ts'

const some = { minItems: 1, maxItems: 100 }

const endpointRef = object('A PostgresPrivateEndpoint.', {
  name: objectName('Its name.'),
  namespace: optional(namespaceName("Its namespace; default: this object's.")),
})

const connections = object(
  {
    about: 'Which connections: all fields given must match, and of each field one value.',
    rules: [
      {
        rule: [...selectors, 'states'].map((field) => `has(self.${field})`).join(' || '),
        message: `needs at least one of ${selectors.join(', ')}`,
      },
    ],
  },
  {
    names: optional(
      set(
        'Full names, <endpoint>.<guid>: each is one incarnation of one connection.',
        connectionName('A full name, <endpoint>.<guid>.'),
        some,
      ),
    ),
    privateEndpointIds: optional(
      armIds('Private endpoints, later incarnations included.', 'privateEndpoint', some),
    ),
    endpointRefs: optional(
      list(
        'PostgresPrivateEndpoint objects of this cluster. The ARM id first matched is pinned in the status; another one needs a new generation.',
        endpointRef,
        some,
      ),
    ),
    subscriptionIds: optional(
      set(
        'Subscriptions that the requesting endpoint may be in, as Azure asserts.',
        subscriptionId('GUID of a subscription.'),
        some,
      ),
    ),
    resourceGroupIds: optional(
      armIds(
        'Resource groups that the requesting endpoint may be in, as Azure asserts.',
        'resourceGroup',
        some,
      ),
    ),
    states: optional(
      set(
        'With Reject: only connections in these states. Default beside another field: both. Alone it may only be [Pending]: refuse whoever asks.',
        choice('A state.', ['Pending', 'Approved']),
        { minItems: 1, maxItems: 2 },
      ),
    ),
  },
)

export const spec = object(
  { about: 'What happens to connections that others request on a server.', rules },
  {
    serverId: armId(
      'The PostgreSQL flexible server whose connections this governs. Immutable.',
      'server',
      [
        {
          rule: 'self.lowerAscii() == oldSelf.lowerAscii()',
          message:
            'serverId cannot change: a decision is about one server. Create another object for another server and delete this one',
          reason: 'FieldValueForbidden',
        },
      ],
    ),
    action: optional(
      choice(
        'Approve: acts on Pending connections. Reject: on every matching connection, now and later. Delete: once, on the connections named. Absent: watch and report only.',
        ['Approve', 'Reject', 'Delete'],
      ),
    ),
    inbox: defaulted(
      flag(
        'Without action: keep one row here, an object of this kind without action, for each connection of the server that no decision covers. Setting the action of a row decides it.',
      ),
      false,
    ),
    description: optional(
      remark(
        'Travels with the decision to Azure; at most 140 characters. Changing it alone writes nothing.',
      ),
    ),
    connections: optional(connections),
    maxApproved: optional(
      integer(
        'How many connections of its lists this decision may hold approved. When full: Ready, AwaitingDecision.',
        { minimum: 0, maximum: 65536 },
      ),
    ),
    decideUntil: optional(time('From then on nothing new is decided; access already given stays.')),
    decidedBy: optional(
      object(
        'Who wrote the decision: stamped by the API server where it can (Kubernetes 1.36), else absent or equal to the writer.',
        { username: text('Name of the Kubernetes user.', { minLength: 1, maxLength: 1024 }) },
      ),
    ),
    suspend: defaulted(flag('No writes to Azure while true.'), false),
    identityRef,
  },
)

export type DecisionSpec = Infer<typeof spec>
/** The spec as a user writes it: defaulted fields may be missing. */
export type WrittenDecisionSpec = Written<typeof spec>

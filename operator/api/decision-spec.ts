/**
 * What a database administrator writes: `spec` of an EndpointConnectionDecision. Field names and rules
 * are the contract with users. There is no matching by name pattern: the requester chooses the name.
 */
import {
  armId,
  armIds,
  connectionName,
  identityRef,
  namespaceName,
  objectName,
  remark,
  resourceGroupId,
  subscriptionId,
} from './grammar.ts'
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
  type Rule,
  type Written,
} from './schema.ts'

const some = { minItems: 1, maxItems: 100 }

/** Fields of `connections` that say who; `states` only narrows them. */
const selectors = [
  'names',
  'privateEndpointIds',
  'endpointRefs',
  'subscriptionIds',
  'resourceGroupIds',
]
const has = (field: string): string => `has(self.connections.${field})`

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
      set(
        'Resource groups that the requesting endpoint may be in, as Azure asserts.',
        resourceGroupId('The ARM id of a resource group.'),
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

const rules: readonly Rule[] = [
  {
    rule: '!has(self.action) || has(self.connections)',
    message:
      'an action needs connections: say which ones by names, privateEndpointIds, endpointRefs, subscriptionIds or resourceGroupIds',
    fieldPath: '.connections',
    reason: 'FieldValueRequired',
  },
  {
    rule: "!has(self.action) || self.action != 'Delete' || !has(self.connections) || has(self.connections.names)",
    message:
      'Delete needs connections.names, the full names of the connections to remove: by anything else it would be a ban without end (use Reject for that)',
    fieldPath: '.connections',
  },
  {
    rule: `!has(self.action) || self.action != 'Approve' || !has(self.connections) || !(${has('subscriptionIds')} || ${has('resourceGroupIds')}) || has(self.maxApproved)`,
    message:
      'Approve by subscriptionIds or resourceGroupIds needs maxApproved, the number of connections that it may hold approved',
    fieldPath: '.maxApproved',
    reason: 'FieldValueRequired',
  },
  {
    rule: `!has(self.connections) || !${has('states')} || has(self.action) && self.action == 'Reject'`,
    message:
      'connections.states works with Reject only: Approve acts on Pending connections, Delete on those it names. Remove states',
    fieldPath: '.connections',
  },
  {
    rule: `!has(self.connections) || !${has('states')} || ${selectors.map(has).join(' || ')} || self.connections.states == ['Pending']`,
    message:
      'connections.states alone may only be [Pending], which refuses whoever asks; to reject approved connections say whose, by names, privateEndpointIds, endpointRefs, subscriptionIds or resourceGroupIds',
    fieldPath: '.connections',
  },
  {
    rule: '!self.inbox || !has(self.action)',
    message:
      'an inbox decides nothing: remove action or inbox. To decide a connection that it lists, set spec.action of its row',
    fieldPath: '.inbox',
  },
  {
    rule: '!self.inbox || !has(self.connections)',
    message:
      'an inbox lists every connection of the server that no decision covers: remove connections or inbox',
    fieldPath: '.inbox',
  },
  {
    rule: 'has(oldSelf.action) || has(self.connections) == has(oldSelf.connections) && (!has(self.connections) || self.connections == oldSelf.connections)',
    message:
      'connections can change only where the object already had an action, so that nobody decides about another connection than the one shown: set action first, or create another object',
    fieldPath: '.connections',
    reason: 'FieldValueForbidden',
  },
]

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

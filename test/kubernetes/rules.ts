/**
 * One row for each rule of the definitions: objects that it accepts and objects that it refuses. The
 * key is the place in the schema and a few words of the rule's message, by which the row finds its rule.
 */
import { frozen } from '../../operator/api/endpoint-rules.ts'
import type { Json, JsonObject } from '../../operator/api/schema.ts'
import { ids, type KindName } from './manifests.ts'

export interface RuleRow {
  readonly kind: KindName
  /** The place in the schema that the rule stands at; empty for the root. */
  readonly at: string
  /** A part of its message that no other rule at that place has. */
  readonly says: string
  /** Where the API server's error points to. */
  readonly field: string
  readonly accepts: readonly JsonObject[]
  readonly refuses: readonly JsonObject[]
  /** Set: the object is stored so before, and the patches are updates of it. */
  readonly before?: JsonObject
  /** The stored object's endpoint exists: `status.privateEndpointId` is set. */
  readonly held?: true
}

/** A patch with one field set: `at('spec.dns.zoneId', 'x')`; `[]` makes a list of one. */
export function at(path: string, value: Json): JsonObject {
  const [first = '', ...rest] = path.split('.')
  const below = rest.length === 0 ? value : at(rest.join('.'), value)
  return first.endsWith('[]') ? { [first.slice(0, -2)]: [below] } : { [first]: below }
}

const both = (...patches: readonly JsonObject[]): JsonObject => patches.reduce(deep, {})
const isObject = (json: Json | undefined): json is JsonObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json)
function deep(a: JsonObject, b: JsonObject): JsonObject {
  const merged: Record<string, Json> = { ...a }
  for (const [name, value] of Object.entries(b)) {
    const before = merged[name]
    merged[name] = isObject(before) && isObject(value) ? deep(before, value) : value
  }
  return merged
}

/** A rule about one text: each value in that place, with what the place needs around it. */
function value(
  kind: KindName,
  place: string,
  says: string,
  good: readonly string[],
  bad: readonly string[],
  around: JsonObject = {},
): RuleRow {
  const patch = (text: string) => both(around, at(place, text))
  return {
    kind,
    at: place,
    says,
    field: place.replaceAll('[]', '[0]'),
    accepts: good.map(patch),
    refuses: bad.map(patch),
  }
}

/** Every field that holds an ARM id, with a right one and what the field needs beside it. */
export const idFields: readonly {
  readonly kind: KindName
  readonly place: string
  readonly good: string
  readonly says: string
}[] = [
  {
    kind: 'endpoint',
    place: 'spec.serverId',
    good: ids.server,
    says: 'of a PostgreSQL flexible server',
  },
  { kind: 'endpoint', place: 'spec.subnetId', good: ids.subnet, says: 'of a subnet' },
  { kind: 'endpoint', place: 'spec.dns.zoneId', good: ids.zone, says: 'of a private DNS zone' },
  {
    kind: 'endpoint',
    place: 'spec.dns.additionalVirtualNetworkIds[]',
    good: ids.virtualNetwork,
    says: 'of a virtual network',
  },
  {
    kind: 'endpoint',
    place: 'spec.applicationSecurityGroupIds[]',
    good: ids.applicationSecurityGroup,
    says: 'of an application security group',
  },
  {
    kind: 'decision',
    place: 'spec.serverId',
    good: ids.server,
    says: 'of a PostgreSQL flexible server',
  },
  {
    kind: 'decision',
    place: 'spec.connections.privateEndpointIds[]',
    good: ids.privateEndpoint,
    says: 'of a private endpoint',
  },
  {
    kind: 'decision',
    place: 'spec.connections.resourceGroupIds[]',
    good: ids.resourceGroup,
    says: 'of a resource group',
  },
]

const names = {
  good: ['a', 'A-b_c.d_', '9', 'x'.repeat(80)],
  bad: ['-a', 'a-', 'a.', '.', '..', 'a/b', 'a b', 'ä', 'a%2e', '_a'],
}
const azureName = (place: string): RuleRow =>
  value('endpoint', place, 'must be 1 to 80 letters', names.good, names.bad)

const groups = {
  good: ['rg', 'RG-1_(x).y', '(', 'x'.repeat(90)],
  bad: ['rg.', '.rg', '.', '..', 'a/b', 'a b', 'ä', '%2e%2e', ids.resourceGroup],
}
const groupName = (place: string): RuleRow =>
  value('endpoint', place, "must be a resource group's name", groups.good, groups.bad)

const remarks = {
  good: ['Please approve, Zoë – ticket 42 <b>&amp;', '✓ 数据库', 'x'.repeat(140)],
  bad: [
    'two\nlines',
    'tab\there',
    '\u0000',
    '\u001b[31m',
    '\u007f',
    '\u0085',
    'a\u202eb',
    'a\u200bb',
  ],
}
remarks.bad.push('\u2028', '\u2029', '\ufeff', '\ue000')

const tagRows = (place: string): readonly RuleRow[] => {
  const row = (says: string, good: readonly JsonObject[], bad: readonly JsonObject[]): RuleRow => ({
    kind: 'endpoint',
    at: place,
    says,
    field: place,
    accepts: good.map((tags) => at(place, tags)),
    refuses: bad.map((tags) => at(place, tags)),
  })
  const named = (name: string): JsonObject => ({ [name]: 'x' })
  return [
    row(
      'must be 1 to 512 characters',
      ['team', 'cost center', 'hidden-title', 'ä', 'x'.repeat(512), 'a.b:c-d_e'].map(named),
      ['', '<', '>', 'a%', '&', 'a\\b', 'a?', 'a/b', 'a\tb', 'x'.repeat(513)].map(named),
    ),
    row(
      'must not start with azure',
      ['on-azure', 'my microsoft'].map(named),
      ['azure', 'Azure-x', 'MicrosoftTeam', 'windows'].map(named),
    ),
    row(
      "are the operator's own tags",
      ['pgpe', 'pgpeOwner2'].map(named),
      ['pgpeOwner', 'pgpeobject', 'PGPEOBJECT'].map(named),
    ),
    row('differ in case only', [{ a: '1', b: '2' }], [{ Team: '1', team: '2' }]),
  ]
}

const action = (name: string): JsonObject => at('spec.action', name)
const approve = both(action('Approve'), at('spec.connections.names', [ids.connection]))
const reject = both(action('Reject'), at('spec.connections.names', [ids.connection]))
const held = at('status.privateEndpointId', ids.privateEndpoint)

const values: { readonly [field: string]: readonly [Json, Json] } = {
  serverId: [ids.server, ids.otherServer],
  subnetId: [ids.subnet, ids.otherSubnet],
  resourceGroup: ['network', 'other'],
  endpointName: ['orders', 'billing'],
  connectionName: ['orders', 'billing'],
  location: ['westeurope', 'northeurope'],
  networkInterfaceName: ['nic-a', 'nic-b'],
  privateIPAddress: ['10.0.1.10', '10.0.1.11'],
  approval: ['Manual', 'Automatic'],
  requestMessage: ['first', 'second'],
}

/** Changed, and where the field may be absent: removed, and added. */
const immutableRows = frozen.flatMap(({ field, required, id }): readonly RuleRow[] => {
  const [before, after] = values[field] ?? ['', '']
  const place = `spec.${field}`
  const manual = at('spec.approval', 'Manual')
  const row = (was: JsonObject, accepts: JsonObject[], refuses: JsonObject[]): RuleRow => ({
    kind: 'endpoint',
    at: '',
    says: `${field} cannot be added, changed or removed`,
    field: place,
    before: field === 'requestMessage' ? both(manual, was) : was,
    held: true,
    accepts,
    refuses,
  })
  const anyCase = id ? [at(place, String(before).toUpperCase())] : []
  const changed = [at(place, after)]
  if (required) return [row(at(place, before), [at('spec.suspend', true), ...anyCase], changed)]
  return [
    row(at(place, before), [at('spec.suspend', true)], [...changed, at(place, null)]),
    row({}, [at('spec.suspend', true)], changed),
  ]
})

const endpointRows: readonly RuleRow[] = [
  azureName('spec.endpointName'),
  azureName('spec.connectionName'),
  azureName('spec.networkInterfaceName'),
  azureName('spec.dns.zoneGroupName'),
  azureName('spec.dns.configName'),
  groupName('spec.resourceGroup'),
  groupName('spec.dns.resourceGroup'),
  value(
    'endpoint',
    'spec.location',
    "must be a region's name",
    ['westeurope', 'eastus2'],
    ['West Europe', 'WestEurope', 'west-europe', 'westeurope '],
  ),
  value(
    'endpoint',
    'spec.privateIPAddress',
    'must be one IPv4 address',
    ['10.0.1.10', '192.168.255.4'],
    [
      '10.0.1.0/24',
      '10.0.1',
      '10.0.1.010',
      '10.0.1.256',
      'fd00::1',
      '::ffff:10.0.1.10',
      ' 10.0.1.1',
    ],
  ),
  value(
    'endpoint',
    'spec.requestMessage',
    'must be one line of printable characters',
    remarks.good,
    remarks.bad,
    at('spec.approval', 'Manual'),
  ),
  {
    kind: 'endpoint',
    at: 'spec',
    says: 'requestMessage is shown to whoever approves a manual request',
    field: 'spec.requestMessage',
    accepts: [
      at('spec', { approval: 'Manual', requestMessage: 'please' }),
      at('spec.approval', 'Manual'),
    ],
    refuses: [
      at('spec.requestMessage', 'please'),
      at('spec', { approval: 'Automatic', requestMessage: 'x' }),
    ],
  },
  {
    kind: 'endpoint',
    at: '',
    says: 'metadata.name is longer than the 80 characters',
    field: 'spec',
    accepts: [
      at('metadata.name', 'x'.repeat(80)),
      both(at('metadata.name', 'x'.repeat(81)), at('spec.endpointName', 'short')),
    ],
    refuses: [at('metadata.name', 'x'.repeat(81))],
  },
  ...(['zoneId', 'resourceGroup', 'additionalVirtualNetworkIds', 'tags'] as const).map(
    (field): RuleRow => {
      const set = {
        zoneId: ids.zone,
        resourceGroup: 'dns',
        additionalVirtualNetworkIds: [ids.virtualNetwork],
        tags: { team: 'x' },
      }[field]
      const under = (mode: string) => at('spec.dns', { mode, [field]: set })
      return {
        kind: 'endpoint',
        at: 'spec.dns',
        says: `${field} works with mode Managed only`,
        field: `spec.dns.${field}`,
        accepts: [under('Managed'), at(`spec.dns.${field}`, set), at('spec.dns.mode', 'None')],
        refuses: [under('External'), under('None')],
      }
    },
  ),
  {
    kind: 'endpoint',
    at: 'spec.dns',
    says: 'zoneId names a zone that exists',
    field: 'spec.dns.resourceGroup',
    accepts: [at('spec.dns.zoneId', ids.zone)],
    refuses: [at('spec.dns', { zoneId: ids.zone, resourceGroup: 'dns' })],
  },
  {
    kind: 'endpoint',
    at: 'spec.dns',
    says: 'and createZone is false',
    field: 'spec.dns.resourceGroup',
    accepts: [
      at('spec.dns', { createZone: true, resourceGroup: 'dns' }),
      at('spec.dns.createZone', false),
    ],
    refuses: [at('spec.dns', { createZone: false, resourceGroup: 'dns' })],
  },
  ...tagRows('spec.tags'),
  ...tagRows('spec.dns.tags'),
  ...immutableRows,
]

const objectNames = {
  good: ['a', 'a.b-c', 'x'.repeat(253)],
  bad: ['A', '-a', 'a-', 'a_b', 'a/b', '..', 'a..b'],
}
const sharedRows = (kind: KindName): readonly RuleRow[] => [
  value(
    kind,
    'spec.identityRef.name',
    'must be a Kubernetes name',
    objectNames.good,
    objectNames.bad,
    {
      spec: { identityRef: { kind: 'Secret' } },
    },
  ),
]

const inNamespace = (namespace: string): JsonObject =>
  at('spec.connections.endpointRefs', [{ name: 'orders', namespace }])

const decisionRows: readonly RuleRow[] = [
  value(
    'decision',
    'spec.description',
    'must be one line of printable characters',
    remarks.good,
    remarks.bad,
  ),
  value(
    'decision',
    'spec.connections.names[]',
    "must be a connection's full name",
    [ids.connection, ids.connection.toUpperCase()],
    [
      'orders',
      'orders.',
      ids.connection.slice(0, -1),
      `../${ids.connection}`,
      '*',
      `${ids.connection}/`,
    ],
  ),
  value(
    'decision',
    'spec.connections.subscriptionIds[]',
    'must be the GUID of a subscription',
    [ids.subscription, ids.subscription.toUpperCase()],
    ['0f0a1b2c-3d4e-4f60-8a9b-0c1d2e3f4a5g', 'x'.repeat(36), '٠'.repeat(36)],
  ),
  value(
    'decision',
    'spec.connections.endpointRefs[].name',
    'must be a Kubernetes name',
    objectNames.good,
    objectNames.bad,
  ),
  {
    kind: 'decision',
    at: 'spec.connections.endpointRefs[].namespace',
    says: "must be a namespace's name",
    field: 'spec.connections.endpointRefs[0].namespace',
    accepts: ['a', 'a-b'].map(inNamespace),
    refuses: ['A', 'a.b', '-', 'a/b'].map(inNamespace),
  },
  {
    kind: 'decision',
    at: 'spec.connections',
    says: 'needs at least one of names',
    field: 'spec.connections',
    accepts: [at('spec.connections.names', [ids.connection])],
    refuses: [at('spec.connections', {})],
  },
  {
    kind: 'decision',
    at: 'spec',
    says: 'an action needs connections',
    field: 'spec.connections',
    accepts: [approve, at('spec.inbox', true), {}],
    refuses: ['Approve', 'Reject', 'Delete'].map(action),
  },
  {
    kind: 'decision',
    at: 'spec',
    says: 'Delete needs connections.names',
    field: 'spec.connections',
    accepts: [both(action('Delete'), at('spec.connections.names', [ids.connection]))],
    refuses: [
      both(action('Delete'), at('spec.connections.privateEndpointIds', [ids.privateEndpoint])),
      both(action('Delete'), at('spec.connections.subscriptionIds', [ids.subscription])),
      both(action('Delete'), at('spec.connections.endpointRefs', [{ name: 'orders' }])),
    ],
  },
  {
    kind: 'decision',
    at: 'spec',
    says: 'needs maxApproved',
    field: 'spec.maxApproved',
    accepts: [
      at('spec', {
        action: 'Approve',
        maxApproved: 3,
        connections: { subscriptionIds: [ids.subscription] },
      }),
      at('spec', { action: 'Reject', connections: { subscriptionIds: [ids.subscription] } }),
      approve,
    ],
    refuses: [
      both(action('Approve'), at('spec.connections.subscriptionIds', [ids.subscription])),
      both(action('Approve'), at('spec.connections.resourceGroupIds', [ids.resourceGroup])),
      both(approve, at('spec.connections.resourceGroupIds', [ids.resourceGroup])),
    ],
  },
  {
    kind: 'decision',
    at: 'spec',
    says: 'connections.states works with Reject only',
    field: 'spec.connections',
    accepts: [
      both(reject, at('spec.connections.states', ['Approved'])),
      both(reject, at('spec.connections.states', ['Approved', 'Pending'])),
    ],
    refuses: [
      both(approve, at('spec.connections.states', ['Pending'])),
      both(approve, action('Delete'), at('spec.connections.states', ['Pending'])),
      at('spec.connections', { names: [ids.connection], states: ['Pending'] }),
    ],
  },
  {
    kind: 'decision',
    at: 'spec',
    says: 'connections.states alone may only be [Pending]',
    field: 'spec.connections',
    accepts: [both(action('Reject'), at('spec.connections.states', ['Pending']))],
    refuses: [
      both(action('Reject'), at('spec.connections.states', ['Approved'])),
      both(action('Reject'), at('spec.connections.states', ['Pending', 'Approved'])),
    ],
  },
  {
    kind: 'decision',
    at: 'spec',
    says: 'an inbox decides nothing',
    field: 'spec.inbox',
    accepts: [at('spec.inbox', true), both(approve, at('spec.inbox', false))],
    refuses: [both(approve, at('spec.inbox', true))],
  },
  {
    kind: 'decision',
    at: 'spec',
    says: 'an inbox lists every connection',
    field: 'spec.inbox',
    accepts: [at('spec', { inbox: false, connections: { names: [ids.connection] } })],
    refuses: [at('spec', { inbox: true, connections: { names: [ids.connection] } })],
  },
  {
    kind: 'decision',
    at: 'spec',
    says: 'connections can change only where the object already had an action',
    field: 'spec.connections',
    before: at('spec.connections.names', [ids.connection]),
    accepts: [action('Approve'), at('spec.description', 'seen')],
    refuses: [
      at('spec.connections.names', [`other.${ids.connection.slice(7)}`]),
      at('spec.connections.privateEndpointIds', [ids.privateEndpoint]),
      at('spec.connections', null),
      at('spec', { action: 'Approve', connections: { names: [`x${ids.connection}`] } }),
    ],
  },
  {
    kind: 'decision',
    at: 'spec',
    says: 'connections can change only where the object already had an action',
    field: 'spec.connections',
    before: {},
    accepts: [at('spec.inbox', true)],
    refuses: [approve, at('spec.connections.names', [ids.connection])],
  },
  {
    kind: 'decision',
    at: 'spec',
    says: 'connections can change only where the object already had an action',
    field: 'spec.connections',
    before: approve,
    accepts: [
      at('spec.connections.names', [`other.${ids.connection.slice(7)}`]),
      at('spec', { action: null, connections: null }),
    ],
    refuses: [],
  },
  {
    kind: 'decision',
    at: 'spec.serverId',
    says: 'serverId cannot change',
    field: 'spec.serverId',
    before: {},
    accepts: [at('spec.serverId', ids.server.toUpperCase()), at('spec.suspend', true)],
    refuses: [at('spec.serverId', ids.otherServer)],
  },
  ...sharedRows('decision'),
]

export const ruleRows: readonly RuleRow[] = [
  ...idFields.map(({ kind, place, good, says }) =>
    value(
      kind,
      place,
      says,
      [good, good.toUpperCase(), good.toLowerCase()],
      [`${good}/`, good.replace('/resourceGroups/', '//resourceGroups/'), 'x'],
    ),
  ),
  ...endpointRows,
  ...sharedRows('endpoint'),
  value(
    'endpoint',
    'spec.connectionInfo.configMapName',
    'must be a Kubernetes name',
    objectNames.good,
    objectNames.bad,
  ),
  ...decisionRows,
]

/** What makes a stored object held. */
export const heldStatus = held

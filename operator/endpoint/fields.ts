/**
 * Field by field, what becomes of an endpoint when it is made, when the field changes, when Azure
 * differs, and when the object goes; and the test that shows it. For the reference alone: it decides
 * nothing, and a test fails when a field is missing here or a cell names a test that is not there. Pure.
 */
import { code, table } from '../api/markdown.ts'

/** Where the tests are, by the short name that the cells use. */
export const testFiles = {
  flow: 'test/azure/endpoint.flow.test.ts',
  features: 'test/azure/endpoint.features.test.ts',
  fields: 'test/azure/endpoint.fields.test.ts',
  info: 'test/azure/endpoint.connection-info.test.ts',
  plan: 'test/endpoint.rows.ts',
  life: 'test/kubernetes/crd.life.test.ts',
  kubectl: 'test/kubernetes/crd.kubectl.test.ts',
  bodies: 'test/azure.bodies.test.ts',
} as const

export interface Cell {
  readonly does: string
  readonly file: keyof typeof testFiles
  /** Its sentence. */
  readonly test: string
}

export interface FieldRow {
  readonly field: string
  readonly create: Cell
  readonly update: Cell
  readonly drift: Cell
  readonly delete: Cell
}

const cell = (does: string, file: keyof typeof testFiles, test: string): Cell => ({
  does,
  file,
  test,
})

const frozen = cell(
  'refused while the endpoint exists',
  'life',
  'a mistake is mended in place until the endpoint exists, and again once it is gone',
)
const deleted = cell(
  'goes with the endpoint',
  'flow',
  'is approved by itself, gets an address, a zone, a link and a record, and is Ready',
)
const ownId = cell(
  'deletes the endpoint that was made, whatever it says then',
  'features',
  'an object that names another endpoint than it made changes nothing, and deletes its own',
)
const reported = cell(
  'reported in status.drift; Azure cannot change it',
  'plan',
  'has an address that nobody can change',
)
const another = cell(
  'Azure cannot change it; another incarnation is not ours',
  'plan',
  'is lost when it is another incarnation without our tag',
)
const vanished = cell(
  'an endpoint that vanished is made again',
  'plan',
  'is made again when it vanished',
)
const elsewhere = cell(
  'not ours any more: nothing is written',
  'plan',
  'leads elsewhere although it carries our tag',
)
const everything = 'a manual endpoint with everything'
const whole = cell('sent with the endpoint', 'bodies', everything)
const atOnce = cell(
  'holds from the next visit on',
  'life',
  'what may change while the endpoint exists, may',
)
const isRule = (test: string): Cell => cell('a rule of ours, not a thing in Azure', 'plan', test)
const wiped = cell(
  'put back',
  'flow',
  'mends a tag that somebody changed, and a record that somebody wiped',
)
const shared = 'tags of zone and link, and how it resolves, follow the oldest object'
const zoneStays = cell(
  'zones are never deleted',
  'fields',
  'links that carry our tag go with the last object that asks for it',
)
const groupFirst = cell('the zone group goes first', 'plan', 'removes the zone group first')
const linkAgain = cell(
  'a removed link is made again',
  'fields',
  'further networks are linked, also later; a link that somebody removed is made again',
)
const names = 'the connection, the zone group and its configuration have the names of the spec'

const row = (field: string, create: Cell, update: Cell, drift: Cell, gone: Cell): FieldRow => ({
  field,
  create,
  update,
  drift,
  delete: gone,
})

export const fieldRows: readonly FieldRow[] = [
  row(
    'serverId',
    cell(
      'the endpoint leads there; waits for the server',
      'flow',
      'waits for a server that is stopped, and goes on when it starts',
    ),
    frozen,
    elsewhere,
    ownId,
  ),
  row(
    'subnetId',
    cell(
      'checked before any write',
      'flow',
      'is refused a VNet-integrated server, an address outside, a region elsewhere, without a write',
    ),
    frozen,
    elsewhere,
    ownId,
  ),
  row(
    'resourceGroup',
    cell('must exist', 'plan', 'misses the resource group'),
    frozen,
    cell(
      'an endpoint that was moved is never made twice',
      'plan',
      'never makes an endpoint twice that was moved',
    ),
    ownId,
  ),
  row(
    'createResourceGroup',
    cell(
      'made when missing',
      'features',
      'a resource group is made when asked, and the endpoint in it',
    ),
    atOnce,
    vanished,
    cell(
      'the group stays',
      'flow',
      'is approved by itself, gets an address, a zone, a link and a record, and is Ready',
    ),
  ),
  row(
    'endpointName',
    cell(
      'the first object of a name keeps it',
      'flow',
      'is given up to the object that came first',
    ),
    frozen,
    vanished,
    ownId,
  ),
  row('connectionName', cell('as given', 'fields', names), frozen, elsewhere, deleted),
  row(
    'location',
    cell("must be the network's", 'plan', 'checks the region before any write'),
    frozen,
    another,
    deleted,
  ),
  row(
    'networkInterfaceName',
    cell('as given', 'flow', 'gets the static address and the tags that it asks for'),
    frozen,
    another,
    deleted,
  ),
  row(
    'privateIPAddress',
    cell(
      'as given; checked first',
      'flow',
      'gets the static address and the tags that it asks for',
    ),
    frozen,
    reported,
    deleted,
  ),
  row(
    'approval',
    cell(
      'Automatic or waiting for the owner',
      'features',
      'without the right to approve, Automatic says what is missing and Manual waits for the owner',
    ),
    frozen,
    cell(
      'a decision by others is shown, not fought',
      'flow',
      'is rejected, stands still, and is made anew when a person says so',
    ),
    deleted,
  ),
  row('requestMessage', whole, frozen, elsewhere, deleted),
  row(
    'applicationSecurityGroupIds',
    cell(
      'exactly these',
      'fields',
      'security groups are set, changed, put back, and taken off by an empty list',
    ),
    cell(
      'changed in place',
      'fields',
      'security groups are set, changed, put back, and taken off by an empty list',
    ),
    cell(
      'put back; left alone when absent',
      'fields',
      'security groups are set, changed, put back, and taken off by an empty list',
    ),
    deleted,
  ),
  row(
    'subnetNetworkPolicies',
    cell(
      'set before the endpoint',
      'features',
      "the subnet's policies are set once, and left alone then",
    ),
    cell('set once for a new generation', 'plan', 'sets the subnet policies once per generation'),
    cell('left alone', 'features', "the subnet's policies are set once, and left alone then"),
    cell('stay as they are', 'features', "the subnet's policies are set once, and left alone then"),
  ),
  row(
    'dns.mode',
    cell(
      'Managed, External or None',
      'features',
      'dns.mode External waits for the zone group of somebody else',
    ),
    cell(
      'None takes away what Managed had made',
      'features',
      'dns.mode None makes none, and takes away what Managed had made',
    ),
    wiped,
    groupFirst,
  ),
  row(
    'dns.zoneId',
    cell(
      'used; a linked one is found',
      'features',
      'a zone that is linked to the network already is used, and nothing of it is made',
    ),
    cell('remakes the zone group', 'features', 'another zone in the spec remakes the zone group'),
    cell(
      'a group that leads elsewhere is removed and written',
      'plan',
      'removes a group that leads to another zone first',
    ),
    zoneStays,
  ),
  row(
    'dns.resourceGroup',
    cell(
      'a missing zone is made there',
      'fields',
      'a zone is made in the group that the spec names, or not at all',
    ),
    atOnce,
    zoneStays,
    zoneStays,
  ),
  row(
    'dns.createZone',
    cell(
      'false: says that a zone is missing',
      'fields',
      'a zone is made in the group that the spec names, or not at all',
    ),
    cell(
      'true: made then',
      'fields',
      'a zone is made in the group that the spec names, or not at all',
    ),
    zoneStays,
    zoneStays,
  ),
  row(
    'dns.zoneGroupName',
    cell('as given', 'fields', names),
    cell('remakes the group: a short gap', 'fields', names),
    cell(
      'written again when the record was wiped',
      'plan',
      'writes the group again when the record was wiped',
    ),
    groupFirst,
  ),
  row(
    'dns.configName',
    cell('as given', 'fields', names),
    atOnce,
    cell(
      'found within 12 hours, or when the record disagrees',
      'plan',
      'is left alone while its zone group is not looked at',
    ),
    groupFirst,
  ),
  row(
    'dns.linkOwnVirtualNetwork',
    cell("links the endpoint's network", 'plan', 'links its own network'),
    cell('false: links nothing', 'plan', 'links nothing when it shall not'),
    linkAgain,
    cell('links stay', 'plan', 'keeps its links while the zone serves others'),
  ),
  row(
    'dns.additionalVirtualNetworkIds',
    cell('links them', 'fields', linkAgain.test),
    cell('links the new ones', 'fields', linkAgain.test),
    linkAgain,
    cell('links stay', 'plan', 'keeps its links while the zone serves others'),
  ),
  row(
    'dns.resolutionPolicy',
    cell('on links that we make', 'plan', 'links its own network'),
    cell('changed in place; the oldest object decides', 'features', shared),
    cell('put back on our links', 'plan', 'changes how a link of its own resolves'),
    zoneStays,
  ),
  row(
    'dns.deleteUnusedLinks',
    cell('does nothing yet', 'plan', 'links its own network'),
    atOnce,
    cell('does nothing', 'plan', 'is left alone'),
    cell(
      'links with our tag go when nobody needs the zone',
      'fields',
      'links that carry our tag go with the last object that asks for it',
    ),
  ),
  row(
    'dns.tags',
    cell('on zone and links that we make', 'features', shared),
    cell('changed in place; dropped keys go', 'features', shared),
    cell('put back', 'plan', 'mends the tags of a zone that this cluster made'),
    zoneStays,
  ),
  row(
    'tags',
    cell("beside others' tags", 'flow', 'gets the static address and the tags that it asks for'),
    cell(
      'changed in place; dropped keys go',
      'flow',
      'gets the static address and the tags that it asks for',
    ),
    wiped,
    cell(
      'go with the endpoint; Retain takes ours off',
      'flow',
      'stays in Azure without our tags when it shall be retained',
    ),
  ),
  row(
    'driftPolicy',
    cell(
      'a new generation is written once',
      'plan',
      'is written once for a new generation under driftPolicy Report',
    ),
    atOnce,
    cell(
      'Report leaves and reports it; Correct gives up after three times',
      'features',
      'a tag that somebody changes back three times is left to them, and said',
    ),
    cell('deletes all the same', 'plan', 'deletes under driftPolicy Report as well'),
  ),
  row(
    'managementPolicy',
    cell(
      'Observe writes nothing',
      'features',
      'an object that observes writes nothing, and says what differs',
    ),
    cell('Observe lets go of the finalizer', 'plan', 'lets go of what it shall only observe'),
    cell(
      'Observe says what differs',
      'features',
      'an object that observes writes nothing, and says what differs',
    ),
    cell(
      'Observe leaves the endpoint',
      'features',
      'an object that observes writes nothing, and says what differs',
    ),
  ),
  row(
    'adoptionPolicy',
    cell(
      'Never refuses what others made',
      'features',
      'an endpoint made by hand is refused, then taken over when the spec says so',
    ),
    cell(
      'IfMatching takes it over',
      'features',
      'an endpoint made by hand is refused, then taken over when the spec says so',
    ),
    cell(
      'an endpoint that others took is left to them',
      'plan',
      'is lost when it is another incarnation without our tag',
    ),
    cell('what is not ours stays', 'plan', 'belongs to others once we have let go'),
  ),
  row(
    'deletionPolicy',
    isRule('is left alone'),
    atOnce,
    isRule('is left alone'),
    cell(
      'Retain leaves the endpoint, without our tags',
      'flow',
      'stays in Azure without our tags when it shall be retained',
    ),
  ),
  row(
    'recreatePolicy',
    isRule('is left alone'),
    atOnce,
    cell(
      'a lost endpoint is made anew, when a person or the policy says so',
      'fields',
      'made anew by itself when the server was deleted and made again while nobody looked',
    ),
    deleted,
  ),
  row(
    'suspend',
    cell(
      'nothing is written',
      'features',
      'suspended, nothing is written; resumed, it goes on; suspended again, nothing is deleted',
    ),
    cell(
      'goes on',
      'features',
      'suspended, nothing is written; resumed, it goes on; suspended again, nothing is deleted',
    ),
    cell('reported', 'plan', 'is left as it is while suspended'),
    cell(
      'nothing is deleted',
      'features',
      'suspended, nothing is written; resumed, it goes on; suspended again, nothing is deleted',
    ),
  ),
  row(
    'identityRef',
    cell(
      'acts with it; says what a role lacks',
      'features',
      'without the right to approve, Automatic says what is missing and Manual waits for the owner',
    ),
    atOnce,
    isRule('never mistakes silence for absence'),
    cell('Retain needs none', 'plan', 'needs no look at what shall stay'),
  ),
  row(
    'connectionInfo',
    cell(
      'a ConfigMap, once approved',
      'info',
      'says how to connect once the endpoint can be used, and is not written again',
    ),
    cell('follows the name', 'info', 'follows a change of its name, and goes when the field goes'),
    cell(
      'put right; one of others is left alone',
      'info',
      'is put right when somebody changed it, and made again when somebody deleted it',
    ),
    cell(
      'goes with the object or the field',
      'info',
      'follows a change of its name, and goes when the field goes',
    ),
  ),
]

const shown = ({ does, file, test }: Cell): string => `${does} (${file}: ${test})`

export const fieldsPage = (): string =>
  [
    'What becomes of each field of `spec` when the endpoint is made, when the field changes, when Azure differs (driftPolicy Correct), and when the object is deleted. In brackets the test that shows it:',
    '',
    ...Object.entries(testFiles).map(([name, path]) => `- ${name}: \`${path}\``),
    '',
    ...table(
      ['field', 'create', 'update', 'drift', 'delete'],
      fieldRows.map((each) => [
        code(each.field),
        shown(each.create),
        shown(each.update),
        shown(each.drift),
        shown(each.delete),
      ]),
    ),
    '',
  ].join('\n')

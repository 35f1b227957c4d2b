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
  whole: 'test/azure/endpoint.whole.test.ts',
  changes: 'test/azure/endpoint.changes.test.ts',
  drift: 'test/azure/endpoint.drift.test.ts',
  info: 'test/azure/endpoint.connection-info.test.ts',
  identity: 'test/azure/endpoint.identity-ref.test.ts',
  rules: 'test/kubernetes/crd.rules.test.ts',
  published: 'test/kubernetes/connection-info.test.ts',
  secrets: 'test/kubernetes/identity.gone.test.ts',
} as const

type TestFile = keyof typeof testFiles

export interface Cell {
  readonly does: string
  readonly file: TestFile
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

const cell = (does: string, file: TestFile, test: string): Cell => ({ does, file, test })

type Part = (field: string) => Cell
const at =
  (does: string, file: TestFile, test: string): Part =>
  () =>
    cell(does, file, test)

/** As part of an endpoint whose spec says everything. */
const made =
  (does: string): Part =>
  (field) =>
    cell(does, 'whole', `${field}: stands in Azure as the spec says`)
const left =
  (does: string): Part =>
  (field) =>
    cell(does, 'whole', `${field}: what is left when the object is deleted`)
const frozen: Part = (field) =>
  cell(
    'refused while the endpoint exists',
    'rules',
    `spec.${field}: ${field} cannot be added, changed or removed while the endpoint exists`,
  )
/** The sentence says what becomes of it. */
const changed =
  (does: string): Part =>
  (field) =>
    cell(does, 'changes', `${field}: ${does}`)
const drifted =
  (does: string): Part =>
  (field) =>
    cell(does, 'drift', `${field}: ${does}`)
const ruleOnly = at(
  'a rule of ours: nothing of it stands in Azure',
  'whole',
  'leave no trace in Azure: it is written the same, whatever they are',
)

const row = (field: string, create: Part, update: Part, drift: Part, gone: Part): FieldRow => ({
  field,
  create: create(field),
  update: update(field),
  drift: drift(field),
  delete: gone(field),
})

const goes = left('goes with the endpoint')
const ownId =
  'an object that names another endpoint than it made changes nothing, and deletes its own'
const groups = 'security groups are set, changed, put back, and taken off by an empty list'
const byHand = 'an endpoint made by hand is refused, then taken over when the spec says so'
const observing = 'an object that observes writes nothing, and says what differs'
const suspended =
  'suspended, nothing is written; resumed, it goes on; suspended again, nothing is deleted'
const names = 'the connection, the zone group and its configuration have the names of the spec'
const wherever = 'a zone is made in the group that the spec names, or not at all'
const shared = 'tags of zone and link, and how it resolves, follow the oldest object'
const linked = 'further networks are linked, also later; a link that somebody removed is made again'
const lastLink = 'links that carry our tag go with the last object that asks for it'
const zoneStays = left('zones are never deleted')
const linkStays = left('links stay, unless deleteUnusedLinks asks for their removal')

export const fieldRows: readonly FieldRow[] = [
  row(
    'serverId',
    made('the endpoint leads there'),
    frozen,
    drifted('an endpoint that leads to another server now is not written to'),
    left('the server stays as it is, without the connection'),
  ),
  row(
    'subnetId',
    made('the interface lives there'),
    frozen,
    drifted('an endpoint that lives in another subnet now is not written to'),
    left('the subnet stays, without the interface'),
  ),
  row(
    'resourceGroup',
    made('the endpoint is made there'),
    frozen,
    drifted('an endpoint that is in another group now is never made twice'),
    left('the group stays, without the endpoint'),
  ),
  row(
    'createResourceGroup',
    made('true: the group is made when it is missing, in the region of the network'),
    changed('a group that is missing is made once it may be'),
    drifted('a group that somebody deleted with the endpoint is not made again'),
    left('the group stays'),
  ),
  row(
    'endpointName',
    made('the name in Azure'),
    frozen,
    drifted('an endpoint that somebody deleted is made again'),
    at('the endpoint that was made goes, whatever the spec says then', 'features', ownId),
  ),
  row(
    'connectionName',
    made('the name of the connection'),
    frozen,
    drifted('another name of the connection is reported: Azure sets it once'),
    goes,
  ),
  row(
    'location',
    made('the region of the endpoint'),
    frozen,
    drifted('another region is reported: a network that was made anew elsewhere'),
    goes,
  ),
  row(
    'networkInterfaceName',
    made('the name of the interface'),
    frozen,
    drifted('another name of the interface is reported: Azure sets it once'),
    goes,
  ),
  row(
    'privateIPAddress',
    made('the address of the interface'),
    frozen,
    drifted('another address is reported: Azure sets it once'),
    left('the address is free again'),
  ),
  row(
    'approval',
    made('Manual: a request that the owner of the server decides'),
    frozen,
    drifted('a request where an approved connection is wanted is reported, and waited for'),
    goes,
  ),
  row(
    'requestMessage',
    made('stands beside the request'),
    frozen,
    drifted('another message is reported: Azure sets it once'),
    goes,
  ),
  row(
    'applicationSecurityGroupIds',
    made('exactly these'),
    at('changed in place; an empty list takes all off', 'fields', groups),
    drifted('other security groups are put back'),
    left('the groups stay'),
  ),
  row(
    'subnetNetworkPolicies',
    made('set before the endpoint is made'),
    changed('written once for each generation that asks for others'),
    drifted('other policies of the subnet are left alone, and are no drift'),
    left('stay as they are'),
  ),
  row(
    'dns.mode',
    at(
      'Managed, External or None',
      'features',
      'dns.mode External waits for the zone group of somebody else',
    ),
    at(
      'None takes away what Managed had made',
      'features',
      'dns.mode None makes none, and takes away what Managed had made',
    ),
    drifted('a record that somebody wiped is written again'),
    left('the zone group goes first, and the record with it'),
  ),
  row(
    'dns.zoneId',
    at(
      'used; without it a zone that is linked to the network is found',
      'features',
      'a zone that is linked to the network already is used, and nothing of it is made',
    ),
    at(
      'remakes the zone group: a short gap',
      'features',
      'another zone in the spec remakes the zone group',
    ),
    drifted('a zone group that leads to another zone is removed and written'),
    zoneStays,
  ),
  row(
    'dns.resourceGroup',
    made('a missing zone is made there'),
    changed('a zone that could not be made is made in the group of the new name'),
    drifted('a zone that somebody deleted is made again, in the group that the spec names'),
    zoneStays,
  ),
  row(
    'dns.createZone',
    at('true: a missing zone is made; false: it is said to be missing', 'fields', wherever),
    at('true: made then', 'fields', wherever),
    drifted('false: a zone that somebody deleted is missed, and not made'),
    zoneStays,
  ),
  row(
    'dns.zoneGroupName',
    made('the name of the zone group'),
    at('remakes the group: a short gap', 'fields', names),
    drifted('a zone group that somebody removed is written again, under its name'),
    goes,
  ),
  row(
    'dns.configName',
    made('the name of its configuration'),
    changed('the zone group is remade with the new name, and the record is back'),
    drifted(
      'another name of the configuration is found within twelve hours, and the group is remade',
    ),
    goes,
  ),
  row(
    'dns.linkOwnVirtualNetwork',
    made("links the endpoint's network; a link that exists is used"),
    changed('the link is made once it may be, and stays when it is no longer asked for'),
    drifted("a link of the endpoint's network that somebody removed is made again"),
    linkStays,
  ),
  row(
    'dns.additionalVirtualNetworkIds',
    made('links them'),
    at('links the new ones', 'fields', linked),
    drifted('a link of a further network that somebody removed is made again'),
    linkStays,
  ),
  row(
    'dns.resolutionPolicy',
    made('on the links that we make'),
    at('changed in place on links of ours; the oldest object decides', 'features', shared),
    drifted('how a link of ours resolves is put back'),
    left('links stay, and resolve as they did'),
  ),
  row(
    'dns.deleteUnusedLinks',
    at('nothing yet: links are made as without it', 'fields', lastLink),
    changed('true from now on, links of ours go with the object'),
    drifted('a link whose tags somebody stripped is not ours any more: it stays at the end'),
    at('links with our tag go when the zone holds no record', 'fields', lastLink),
  ),
  row(
    'dns.tags',
    made('on zone and links that we make'),
    at('changed in place; dropped keys go; the oldest object decides', 'features', shared),
    drifted('a tag of a zone of ours is put back, and one of theirs stays'),
    left('zone and links stay, tags and all'),
  ),
  row(
    'tags',
    made("beside our own two, and others' tags"),
    changed('a generation that drops all forty-eight and takes others leaves none of the old'),
    drifted('a tag of ours is put back, and one of theirs stays'),
    goes,
  ),
  row(
    'driftPolicy',
    at('Report: made all the same', 'drift', 'tags, driftPolicy Report'),
    changed('what was only reported is corrected once it shall be'),
    at(
      'Report leaves and reports; Correct gives a value up that comes back three times',
      'features',
      'a tag that somebody changes back three times is left to them, and said',
    ),
    at('Report: deleted all the same', 'drift', 'deletionPolicy, driftPolicy Report'),
  ),
  row(
    'managementPolicy',
    at('Observe writes nothing', 'features', observing),
    changed('Observe lets go of the finalizer and of every write; Manage takes hold again'),
    at('Observe says what differs', 'features', observing),
    at('Observe leaves the endpoint', 'features', observing),
  ),
  row(
    'adoptionPolicy',
    at('Never refuses what others made', 'features', byHand),
    at('IfMatching takes it over', 'features', byHand),
    drifted('an endpoint that somebody made anew without our tags is left to them'),
    left('what is not ours stays'),
  ),
  row(
    'deletionPolicy',
    ruleOnly,
    changed('Retain counts from then on'),
    drifted('tags that mark it as ours are put back, so that a deletion still finds it'),
    at(
      'Retain leaves the endpoint, without our tags',
      'flow',
      'stays in Azure without our tags when it shall be retained',
    ),
  ),
  row(
    'recreatePolicy',
    ruleOnly,
    changed('an endpoint that lost its server is made anew once it may be'),
    at(
      'OnServerRecreated: made anew when the server is younger; Never: when a person says so',
      'fields',
      'made anew by itself when the server was deleted and made again while nobody looked',
    ),
    () => left('the endpoint goes')('endpointName'),
  ),
  row(
    'suspend',
    at('nothing is written', 'features', suspended),
    at('it goes on', 'features', suspended),
    drifted('what somebody changes meanwhile is listed and told, and not written'),
    at('nothing is deleted', 'features', suspended),
  ),
  row(
    'identityRef',
    at(
      'acts with its rights alone',
      'identity',
      'the endpoint is made with the rights of the Secret, which the operator itself lacks',
    ),
    at(
      'holds from the next visit on',
      'identity',
      'without it the operator acts for itself, says what it may not, and takes the Secret once it is named',
    ),
    at(
      'a role that is taken away is said; nothing is lost',
      'identity',
      'a role that somebody takes away is said, nothing is lost, and it goes on when it is back',
    ),
    at(
      'needed for the deletion; Retain needs none',
      'secrets',
      'a Secret that is gone for good blocks the deletion, says the way out, and Retain is it',
    ),
  ),
  row(
    'connectionInfo',
    at(
      'a ConfigMap, once the connection is approved',
      'info',
      'says how to connect once the endpoint can be used, and is not written again',
    ),
    at('follows the name', 'info', 'follows a change of its name, and goes when the field goes'),
    at(
      'put right; one of others is left alone',
      'info',
      'is put right when somebody changed it, and made again when somebody deleted it',
    ),
    at(
      'goes with the object',
      'published',
      'is published, put right, left alone where it is taken, and gone with its object',
    ),
  ),
]

const shown = ({ does, file, test }: Cell): string => `${does} (${file}: ${test})`

export const fieldsPage = (): string =>
  [
    'What becomes of each field of `spec` when the endpoint is made, when the field changes, when somebody changes it in Azure (under driftPolicy Correct; Report leaves it, lists it in `status.drift` and says `Drifted`), and when the object is deleted. Whatever differs is told by one Event. In brackets the test that shows it:',
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

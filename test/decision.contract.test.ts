/**
 * What users are promised about decisions, sentence by sentence, and the test that shows it. A sentence
 * whose test is gone, or renamed, is red here.
 */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const test = suite('what is promised about decisions')

const files = {
  plan: 'test/decision.plan.test.ts',
  kind: 'test/decision.kind.test.ts',
  report: 'test/decision.report.test.ts',
  inbox: 'test/decision.inbox.test.ts',
  match: 'test/decision.match.test.ts',
  precedence: 'test/decision.precedence.test.ts',
  meeting: 'test/decision.meeting.test.ts',
  flood: 'test/decision.flood.test.ts',
  withdrawal: 'test/decision.withdrawal.test.ts',
  audit: 'test/decision.audit.test.ts',
  hostile: 'test/decision.hostile.test.ts',
  azure: 'test/azure/decision.flow.test.ts',
  shape: 'test/kubernetes/crd.shape.test.ts',
  grants: 'test/kubernetes/grants.test.ts',
  process: 'test/kubernetes/decision.process.test.ts',
  guards: 'test/decision.guards.test.ts',
  hostileAzure: 'test/azure/decision.hostile.test.ts',
  adversary: 'test/decision.adversary.test.ts',
  condition: 'test/api.condition.test.ts',
  gate: 'test/runtime.gate.test.ts',
  policy: 'test/kubernetes/gate.policy.test.ts',
  ways: 'test/kubernetes/grants.ways.test.ts',
  attackRows: 'test/kubernetes/grants.attacks.ts',
  attacks: 'test/kubernetes/grants.attacks.test.ts',
  duties: 'test/kubernetes/duties.test.ts',
  own: 'test/kubernetes/identity.own.test.ts',
  reach: 'test/kubernetes/identity.reach.test.ts',
  gone: 'test/kubernetes/identity.gone.test.ts',
  used: 'test/kubernetes/identity.decisions.test.ts',
  canary: 'test/kubernetes/identity.canary.test.ts',
  secret: 'test/azure/identity.secret.test.ts',
  certificate: 'test/azure/identity.certificate.test.ts',
  rotation: 'test/azure/identity.rotation.test.ts',
  clouds: 'test/azure/identity.clouds.test.ts',
  managed: 'test/azure.managed-identity.test.ts',
} as const

type Promised = readonly [says: string, file: keyof typeof files, test: string]

const fields: readonly Promised[] = [
  ['serverId: which server, in any case', 'kind', 'names of the server in any case are one server'],
  ['action absent: watch and report', 'match', 'watches everything without action and selection'],
  [
    'inbox: a row for what nobody decided',
    'inbox',
    'makes a row for a request that nobody decided on',
  ],
  [
    'inbox: approved by others gets one too',
    'azure',
    "an access that nobody decided on has a row: the portal's, the network team's own",
  ],
  [
    'inbox: pinned, labelled, named by a hash',
    'inbox',
    'a row is pinned, labelled, without action, and named after nothing that a requester chose',
  ],
  [
    'inbox: a row is decided by its action',
    'kind',
    "a vendor's request is found in the inbox and approved by setting the row's action",
  ],
  [
    'inbox: ten rows of a subscription',
    'inbox',
    'three hundred requests of a stranger get ten rows, and hide nobody',
  ],
  [
    'inbox: a hundred rows',
    'flood',
    'three hundred subscriptions of strangers get one row each before any gets a second, and what has none is counted',
  ],
  ['inbox: rows go with the connection', 'inbox', 'goes with its connection'],
  ['inbox: rows go with the inbox', 'inbox', 'goes with its inbox'],
  ['inbox: rows go with a decision', 'inbox', 'goes when a decision covers its connection'],
  ['inbox: a decided row stays', 'inbox', 'stays once it is decided, whatever happens'],
  ['description travels to Azure', 'plan', 'carries the description'],
  ['description alone writes nothing', 'kind', 'writes nothing when the description alone changes'],
  ['fields AND', 'match', 'needs every field given: name and endpoint'],
  ['values OR', 'match', 'matches one value of several'],
  [
    'names: one incarnation',
    'kind',
    'a new incarnation with another GUID is not the one that was named',
  ],
  [
    'connections cannot change while nothing is decided',
    'grants',
    'an undecided row cannot be pinned anew, not even together with its action',
  ],
  [
    'privateEndpointIds: later incarnations too',
    'guards',
    'by its ARM id an endpoint is approved, later incarnations included, and nobody of its name elsewhere',
  ],
  ['endpointRefs: in another namespace', 'match', 'follows a reference into another namespace'],
  [
    'endpointRefs: pinned, another needs a new generation',
    'kind',
    'another endpoint under the same reference needs a new generation',
  ],
  [
    'endpointRefs: what proves nothing matches nothing',
    'match',
    'does not match a reference that proves nothing',
  ],
  ['subscriptionIds', 'match', 'matches a subscription'],
  ['resourceGroupIds', 'match', 'matches a resource group in any case'],
  [
    'states: both by default',
    'kind',
    'rejects with the description, pending or approved, now and later',
  ],
  [
    'states: Pending leaves the Approved',
    'match',
    'leaves the Approved alone when states says Pending',
  ],
  ['states alone: whoever asks', 'match', 'refuses whoever asks by state alone'],
  [
    'maxApproved: never more',
    'kind',
    'never holds more approved than maxApproved, though lists lag',
  ],
  ['maxApproved: what is approved takes room', 'precedence', 'what is approved takes room'],
  [
    'decideUntil: nothing new, access stays',
    'kind',
    'what is given stays when the time is over, and nothing new is given',
  ],
  [
    'decidedBy: stamped',
    'grants',
    'where the API server can, it signs a decision with the name of who last wrote it',
  ],
  [
    'decidedBy: absent or the writer',
    'grants',
    "where it cannot, the name is absent or the writer's",
  ],
  ['suspend: nothing is written', 'plan', 'writes nothing while suspended'],
  ['suspend: opens no door', 'precedence', 'a suspended Reject still keeps an Approve off'],
  ['suspend: keeps none open', 'precedence', 'a suspended Delete shields nobody from a Reject'],
  [
    'identityRef: in its own namespace',
    'kind',
    'acts as the identity that the object names, in its own namespace',
  ],
  ['no matching by pattern', 'match', 'does not match a name that only begins so'],
  ['without an endpoint by names alone', 'match', 'matches by name alone what names no endpoint'],
]

const actions: readonly Promised[] = [
  ['Approve acts on Pending', 'plan', 'writes the approval that an earlier visit has bound'],
  ['Reject acts now and later', 'azure', 'rejects with a description, also who comes later'],
  [
    'Delete acts once, stays Deleted',
    'kind',
    'deletes once, stays Deleted, and does not delete what comes again',
  ],
  [
    'Rejected is never approved',
    'azure',
    'takes access away, and what was rejected is never asked to be approved',
  ],
  [
    'outside changes are Drifted',
    'kind',
    'what a person changes afterwards is reported and not fought',
  ],
  ['Delete, then Reject, then Approve', 'precedence', 'Delete goes before Reject, however young'],
  ['one winner in every order', 'meeting', 'have one winner, whatever the order of arrival'],
  [
    'losers are Conflicted',
    'meeting',
    'leave each loser Conflicted, which binds nothing, and names the winner where its readers may see it',
  ],
  [
    'nothing before all has been read',
    'kind',
    'nothing is written before all has been read, nor when a cache has begun anew',
  ],
  ['recorded before the write', 'plan', 'binds the identity before anything is written'],
  [
    'read right before the write',
    'kind',
    'another endpoint under the name, between look and write, is never approved',
  ],
  [
    'read after it, and taken back',
    'kind',
    'an approval that reached another endpoint is taken back at once, with an alarm',
  ],
  [
    'taken back when the object is gone',
    'withdrawal',
    'once that is seen to, nothing comes back to an object that has gone',
  ],
  [
    'one write per server',
    'kind',
    'two decisions do not write to one server at a time, though lists lag',
  ],
  [
    'Approve waits for the server',
    'kind',
    'an approval waits for the server, and goes on by itself',
  ],
  [
    'Reject waits for a standby alone',
    'kind',
    'a Reject waits while a standby is made, unless a person says otherwise',
  ],
  [
    'gated by the admission policy',
    'kind',
    'nothing is written while the admission policy is missing, and then all is',
  ],
]

const statuses: readonly Promised[] = [
  [
    'a stranger turns nothing red',
    'flood',
    'a flood hides nobody from the inbox, and every decision stays Ready',
  ],
  [
    'counts exact, a hundred in view, none at rest',
    'flood',
    'three thousand of one list: exact counts, a hundred in view, and nothing written at rest',
  ],
  [
    'state and requester where one is pinned',
    'report',
    'state and requester where exactly one is named',
  ],
  ['history of five, before and after', 'report', 'the history keeps the last five'],
  [
    'history with the correlation id',
    'report',
    "the act stands in the history with Azure's correlation id, and is completed by a look",
  ],
  ['every reason of the catalogue', 'report', 'every reason of the catalogue, and none beside it'],
  ['transitions in the reference', 'report', 'the table of transitions prints every cell'],
  ['columns', 'shape', 'decisions are found by action, server and state'],
  [
    'audit: which revision, whose, whom',
    'audit',
    'the line says which revision of which object, whose, about whom, before and after',
  ],
  [
    'audit: strangers cannot write it',
    'audit',
    'texts of strangers can neither begin a line of their own nor move the cursor',
  ],
  [
    'texts of strangers are shown plainly',
    'report',
    'texts of strangers show no control and no direction marks',
  ],
  [
    'how-tos: approve and delete',
    'process',
    'the examples approve a connection and delete it, and tell the whole of it',
  ],
  [
    'how-tos: a vendor, and reject',
    'process',
    "the examples accept a vendor's request and reject a stranger's",
  ],
]

/** Conditions, as far as they are a decision's. */
const conditions: readonly Promised[] = [
  ['without requests Ready, NoConnection', 'report', 'no connection yet is no failure'],
  ['an undecided request lowers nothing', 'report', 'a request that nobody decided lowers nothing'],
  ['losing part of a list is Ready', 'report', 'losing part of a list is Ready'],
  ['losing a pinned one is not Ready', 'report', 'losing the one that is named is not Ready'],
  [
    'Approve of the Rejected is Stalled, with the remedy',
    'report',
    'an approval of what was rejected is for a person to mend',
  ],
  [
    'who is not Ready is told what to do',
    'report',
    'what is not Ready and needs a person says what to do',
  ],
  [
    'kstatus: work goes on, or a person is needed',
    'condition',
    'while not ready, either work goes on or a person is needed, as the reason says',
  ],
  [
    'missing roles: half an hour, then Stalled',
    'report',
    'a role that is missing for half an hour is for a person',
  ],
  ['unknown actions do nothing', 'report', 'an action of a later release'],
  ['abnormal-true only while it holds', 'condition', 'abnormal-true conditions are True or absent'],
  ['suspended, with work left', 'report', 'suspended with something left to write'],
  [
    'lastHandledReconcileAt',
    'report',
    'the token of a request comes back once Azure was looked at',
  ],
]

const identities: readonly Promised[] = [
  ['workload identity', 'own', 'workload identity, by the token that the kubelet projects'],
  ['managed identity', 'own', 'the managed identity of its machine'],
  ['service principal', 'own', 'a service principal with a secret'],
  [
    'operatorIdentity.namespaces',
    'secret',
    "the operator's own identity serves the namespaces that it is for, and asks nobody for others",
  ],
  ['a Secret', 'reach', 'a Secret of the namespace: an endpoint comes and goes'],
  [
    'a ServiceAccount',
    'reach',
    'a ServiceAccount that Azure trusts: an endpoint comes and goes, and nobody else is that account',
  ],
  [
    'a certificate, rotated',
    'certificate',
    'a rotated certificate is taken at the next token, and the old one serves nobody',
  ],
  [
    'read at each token request',
    'secret',
    'a Secret is read for a token, by its name, and not again while the token lives',
  ],
  [
    'and after each refusal',
    'secret',
    'Azure refuses a token: the Secret is read again, once, and the read goes again',
  ],
  [
    'federated tokens are read anew',
    'rotation',
    'workload identity: the token that the kubelet writes anew is read, also after the issuer changed its keys',
  ],
  [
    "a managed identity's token ends when it says",
    'managed',
    'it is used until it says, and never longer',
  ],
  [
    'own namespace alone',
    'used',
    "a decision reaches no other namespace's identity, by whatever field",
  ],
  [
    'own namespace alone, behind admission',
    'guards',
    'an identity is of the own namespace, whatever else an identityRef says',
  ],
  [
    'a deleted Secret blocks deletion, with the remedy',
    'gone',
    'a Secret that is gone for good blocks the deletion, says the way out, and Retain is it',
  ],
  [
    'nothing of a secret is told',
    'canary',
    'no secret and no token is in logs, events, status or metrics',
  ],
  ['clouds', 'clouds', 'China is known by either of its names'],
]

const grants: readonly Promised[] = [
  [
    'duties are separate',
    'duties',
    'a network administrator asks, a database administrator decides, and neither can do both',
  ],
  ['pgpe-viewer', 'grants', 'a viewer sees both and writes neither'],
  ['the admin roles carry no grant', 'grants', 'the two admin roles alone write nothing'],
  [
    'narrowed by name and namespace',
    'grants',
    'a grant for one server, or in another namespace, is no grant for the next',
  ],
  [
    'an Automatic endpoint needs approve',
    'attackRows',
    'an Automatic endpoint by someone who may not approve',
  ],
  ['subnets: join', 'attackRows', "another team's subnet"],
  ['zones: join', 'attackRows', "another team's zone"],
  ['identities: use', 'attackRows', 'an identity that one may not use'],
  ['deleting a Reject needs reject', 'attackRows', "another's Reject deleted"],
  [
    'but not in a namespace that is going',
    'grants',
    'a namespace that goes takes a Reject along, whoever deletes it',
  ],
  ['every guard is attacked', 'attacks', 'every guard is attacked'],
  [
    'asked when somebody writes, not later',
    'grants',
    'a grant that is withdrawn leaves what is there alone',
  ],
  ['one server has one id', 'ways', 'one server has one id: no other spelling passes a grant by'],
  [
    'no other way in',
    'ways',
    'through the status nothing changes but the status, whoever may write it',
  ],
  [
    'without the policy nothing is acted on',
    'policy',
    'closes within a minute of the change, and opens with what mends it',
  ],
  [
    'unless --allow-ungated',
    'gate',
    'allowed to be ungated it is open, and still says what it saw',
  ],
]

const attacked: readonly Promised[] = [
  ['strangers who know all', 'adversary', 'a history can be played again'],
  [
    'hostile strings, on the wire',
    'hostileAzure',
    'in every field of the status at once: what stands there is no address',
  ],
]

/** Sentences that a file registers: `test('…'` and the keys of tables of rows. */
const sentences = (path: string): ReadonlySet<string> => {
  const named = /(?:test\(\s*|^ {2,4})(?:'([^'\n]+)'|"([^"\n]+)")(?=[,:])/gm
  const text = readFileSync(path, 'utf8')
  return new Set([...text.matchAll(named)].map(([, single, double]) => single ?? double ?? ''))
}

const promised = [fields, actions, statuses, conditions, identities, grants, attacked].flat()

test('each has its test', () => {
  const known = new Map(Object.entries(files).map(([name, path]) => [name, sentences(path)]))
  const missing = promised.filter(([, file, title]) => known.get(file)?.has(title) !== true)
  assert.equal(missing, [])
})

test.run()

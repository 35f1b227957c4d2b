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
    'privateEndpointIds: later incarnations too',
    'kind',
    'approves the endpoint that an object of the cluster owns, and later incarnations',
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
  ['suspend: its rank stays', 'precedence', 'a suspended Reject still keeps an Approve off'],
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

/** Sentences that a file registers: `test('…'` and the keys of tables of rows. */
const sentences = (path: string): ReadonlySet<string> => {
  const named = /(?:test\(\s*|^ {2,4})(?:'([^'\n]+)'|"([^"\n]+)")(?=[,:])/gm
  const text = readFileSync(path, 'utf8')
  return new Set([...text.matchAll(named)].map(([, single, double]) => single ?? double ?? ''))
}

test('each has its test', () => {
  const known = new Map(Object.entries(files).map(([name, path]) => [name, sentences(path)]))
  const missing = [...fields, ...actions, ...statuses].filter(
    ([, file, title]) => known.get(file)?.has(title) !== true,
  )
  assert.equal(missing, [])
})

test.run()

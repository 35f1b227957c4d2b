/**
 * What users were promised of an endpoint, sentence by sentence in our own words, and the test that shows
 * it. The cells of single fields are the table of fields (docs/endpoint-fields.md), refusals by Azure the
 * table of errors (docs/endpoint-errors.md), reasons the catalogue; here stands what lies across them.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { registered } from './runner/names.ts'

const test = suite('what was promised of an endpoint')

/** A part of the test's name will do. */
type Row = readonly [sentence: string, test: string]
/** By the file of the tests. */
const sentences: Readonly<Record<string, readonly Row[]>> = {
  'azure/endpoint.states': [
    [
      'Writes to the endpoint wait for a server that is Ready and whose high availability is settled; nothing else waits; what stands stays Ready.',
      'nothing is made or changed, what stands stays Ready',
    ],
    ['A standby is never broken by a write of ours.', 'while a standby is made nothing is written'],
    [
      'The gate is looked at right before the write.',
      'a change of the server between look and deed',
    ],
    ['A server that stops in between costs a try.', 'a server that stops under a new endpoint'],
    [
      'Turns at a server outlast the process.',
      'another process does not ask a server for a second',
    ],
    [
      'A deleted server is said, and the endpoint can go.',
      'a server that is deleted, before and after',
    ],
    [
      'VNet integration, or no private link: Stalled.',
      'a server in a network of its own, or older',
    ],
    [
      'A hidden server: Manual goes on, Automatic explains.',
      'a server that may not be read: Manual asks',
    ],
    [
      "Anybody's decision shows within a resync.",
      'whatever somebody else decides on the connection',
    ],
  ],
  'azure/endpoint.move': [
    ['Make before break, without an outage.', 'a move to another subnet: both live'],
    ["A record that another's deletion wiped is put back.", 'its deletion wipes it: ours is back'],
    [
      'A record of the living is left, of the gone is not.',
      'a record of an endpoint in another subscription',
    ],
    ["A record that nobody's endpoint made is left.", 'a record that no endpoint made'],
  ],
  'azure/endpoint.lifecycle': [
    [
      'A restored cluster has its endpoints.',
      'a cluster out of a backup finds its endpoints again',
    ],
    [
      'So has an object made again under its name.',
      'forced away and made again under the same name',
    ],
    [
      'IfMatching takes from owners that are gone.',
      'a renamed object is refused its former endpoint',
    ],
    ['Another cluster must be named.', "another cluster's endpoint is taken over only from"],
    ['What does not match is never taken.', 'an endpoint that does not match is never taken over'],
    ['Stripped tags are put back.', 'stripped tags are put back within a resync'],
    ['Moved, then deleted: said where it is.', 'an object whose endpoint was moved is deleted'],
    ['Moved: never made twice.', 'an endpoint that was moved to another group is never made twice'],
    ['Silence is not absence.', 'while the list that would show a moved endpoint cannot be read'],
    [
      'Two claims: the first keeps it.',
      'whoever lost a claim gets the endpoint when the winner leaves',
    ],
    ['Observe: import and handover.', 'observed, then managed, then observed again'],
    ['Retain is best effort.', 'retained with its server stopped it keeps our tags'],
    ['An endpoint that vanished is drift.', 'an endpoint that somebody deletes is made again'],
  ],
  'azure/endpoint.deletion': [
    ['A refused deletion is tried again.', 'a deletion that Azure refuses because of the server'],
    ['A blocker is named, and lifted unaided.', 'a deletion names the lock that holds it'],
    ['Links go only when nobody needs them.', 'links stay while another object uses the zone'],
    [
      'Nor while the zone holds a foreign record.',
      "links stay while the zone holds anybody's record",
    ],
    ['pgpe.dev/recreate acts once.', 'a token of pgpe.dev/recreate acts once'],
    ['A request is served at once and echoed.', 'whoever asks for a look gets one at once'],
    [
      'OnServerRecreated needs a younger server.',
      'made anew when its server is younger than the endpoint',
    ],
  ],
  'azure/endpoint.zones': [
    [
      'A second team makes no second zone.',
      'two teams that begin at the same moment have one zone',
    ],
    ['Not after a crash either.', 'also when the process ends right after it asked for the zone'],
    ['The linked zone, else the only one.', 'of several zones the one that is linked'],
    ['An unreadable zone: the group serves, visibly.', 'a zone that may be joined and not read'],
    [
      'Subnet policies: the oldest, once, the rest as read.',
      'the policies of a shared subnet are those',
    ],
    ['The zone is called as the server says.', 'the zone is of the name that the server says'],
    [
      'Else as the cloud calls it.',
      "where the server can't be asked, the cloud's own name is used",
    ],
    ['External waits for group and record.', 'External: waits for the group, then for its record'],
  ],
  'azure/endpoint.flow': [
    ['One object is endpoint, approval, zone, link, record.', 'is approved by itself, gets'],
    ['Waiting for the owner ends by itself.', 'waits for an approval, and goes on'],
    [
      'What Azure would refuse is found before any write.',
      'an address outside, a region elsewhere, without a write',
    ],
    ['Drift of tags and records is mended.', 'mends a tag that somebody changed, and a record'],
    ['DNSConflict is found before the group is written.', 'leaves the record to the endpoint'],
    ['Few writes to the cluster.', 'costs the cluster six writes'],
  ],
  'azure/endpoint.features': [
    ['The resource group exists, or is made when asked.', 'a resource group is made when asked'],
    ["The subnet's policies are set once.", "the subnet's policies are set once, and left alone"],
    ['What comes back three times is left.', 'a tag that somebody changes back three times'],
    ['Several zones, none linked: a person names one.', 'several zones and none linked'],
    ['Observe differs: False, Drifted, Stalled.', 'an object that observes writes nothing'],
    ['Suspended: no write, no deletion.', 'suspended, nothing is written; resumed'],
    ['Denied: Reconciling for half an hour, then Stalled.', 'without the right to approve'],
    ['Reads do not grow with endpoints.', 'many endpoints of one subnet share what is read'],
  ],
  'azure/endpoint.fields': [
    ['Two writes with DNS, none at rest, one for a tag, none for a no-op.', 'costs two writes'],
    ['Links that carry our tag go when asked.', 'links that carry our tag go with the last'],
  ],
  'azure/endpoint.changes': [
    [
      'Immutable without admission too, in the words of Azure.',
      'what admission would have refused',
    ],
    ['A refused spec is mended in place.', 'a spec that Azure refused is mended in place'],
    ['Policies are written once per generation.', 'written once for each generation'],
    ['Dropped tag keys go.', 'a generation that drops all forty-eight'],
  ],
  'azure/endpoint.drift': [
    ["A zone group's configuration is looked at twice a day.", 'found within twelve hours'],
    ['Policies of the subnet are no drift.', 'are left alone, and are no drift'],
    ['A wiped record is drift.', 'a record that somebody wiped is written again'],
  ],
  'azure/endpoint.crash': [
    ['Killed between any two writes.', 'killed after any of its writes to Azure'],
    ['Cut off from the cluster.', 'killed before any of its writes to the cluster'],
    ['Requests and answers get lost.', 'writes meet lostAnswer'],
    ['Reads fail.', 'every tenth read fails'],
  ],
  'azure/endpoint.throttled': [
    ['Throttling is a condition, with the time of the next try.', 'says what Azure said'],
  ],
  'azure/endpoint.hostile': [
    ['Ids are parsed, not pasted.', 'in every field of the status at once'],
    ['Annotations too.', 'in every annotation at once'],
  ],
  'azure/endpoint.identity-ref': [
    ['An object acts with its own identity.', 'with the rights of the Secret'],
    ['A role that goes is said, and comes back.', 'a role that somebody takes away'],
  ],
  'azure/endpoint.connection-info': [
    ['A connection string can be built.', 'a connection string can be built from its keys'],
  ],
  'azure/simulator': [['At our pace Azure never throttles.', 'at our pace Azure never throttles']],
  'endpoint.plan': [
    ['Unknown policy: nothing is done.', 'does nothing for a policy that it does not know'],
    ['The endpoint is noted before the first PUT.', 'notes what it begins before it begins it'],
    ['Failed before it ever succeeded: deleted first.', 'is deleted when it failed before'],
    ['Zone group, then endpoint.', 'removes the zone group first'],
    ['Retain needs no credential.', 'needs no look at what shall stay'],
    ['Our former own record is no conflict.', 'takes over the record of its own former'],
    ['The first PUT proves absence again.', 'the first PUT proves absence again'],
    ['A PUT resends the rest as read.', 'a change is sent only against the body'],
  ],
  'endpoint.exhaustive': [
    ['The conditions are lawful, whatever Azure answers.', 'answers (refused), the conditions'],
    ['Nothing without our tag is written or deleted.', 'nothing of somebody else is written'],
    ['Everything destructive asks Azure again.', 'every deletion, and every first PUT'],
    ['The finalizer comes before the first write.', 'nothing is written without our hold'],
    ['No field changes at rest.', 'a report that was written changes nothing'],
  ],
  'endpoint.reasons': [
    ['Every reason can be reached; every status is lawful.', 'every status that was reached'],
  ],
  'endpoint.report': [
    ['Pending is never Stalled.', 'waiting for the owner is Reconciling, never Stalled'],
    ['Server not Ready later: informs.', 'a server that stops later informs, and Ready stays'],
    ['Drift under Report: Ready.', 'drift under Report is Ready, with its list'],
    ['Suspended at rest: Ready.', 'suspended at rest is Ready, and says so'],
    ['Drift is told once.', 'what others changed is said once'],
    ['nextRetryTime: once for each reason.', 'the next try of what needs a person'],
  ],
  'azure.view': [
    ['A list proves absence only of its own group.', 'absent by a list of its group begun since'],
    ['A 403 proves nothing.', "a 403 instead of the group's list proves nothing"],
  ],
  'azure.turns': [['One write at a time to a server.', 'never two at one place']],
  'azure.limiter': [['A 429 pauses that bucket alone.', 'a 429 pauses its bucket alone']],
  'azure.url': [
    ['No dots or encodings leave the process.', 'does not leave even when the URL agrees'],
  ],
  'kubernetes/crd.life': [
    ['No tool takes a new object for ready.', 'endpoint: a new object is nobody'],
    ['Immutable only while the endpoint exists.', 'a mistake is mended in place until'],
  ],
  'kubernetes/crd.kubectl': [["Azure's word in the refusal.", 'an endpoint that exists cannot be']],
  'kubernetes/crd.shape': [['The columns.', 'endpoint: prints its columns']],
  'kubernetes/identity.gone': [
    ['A namespace goes with its Secret.', 'a namespace that goes takes its Secret along'],
    ['The last credential serves deletions.', 'freed by the last credential'],
    ['Retain frees it.', 'blocks the deletion, says the way out, and Retain is it'],
  ],
  'kubernetes/operator.life': [
    ['Killed at any moment, with a real API server.', 'killed at any moment and started again'],
    ['A class has its own operator.', 'only objects of its class'],
  ],
}

const pathOf = (file: string): string => `test/${file}.test.ts`
const known = registered(Object.keys(sentences).map(pathOf))

for (const [file, rows] of Object.entries(sentences)) {
  test(`each sentence of ${file} has its test`, () => {
    const names = known[pathOf(file)] ?? []
    const missing = rows.filter(([, part]) => !names.some((name) => name.includes(part)))
    assert.equal(missing, [])
    assert.is(new Set(rows.map(([, part]) => part)).size, rows.length)
  })
}

test.run()

/** What users were promised of an endpoint's life, sentence by sentence in our own words, and the scenario that shows it. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const test = suite('what was promised of an endpoint')

type Row = readonly [sentence: string, scenario: string]
const sentences: Readonly<Record<string, readonly Row[]>> = {
  states: [
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
  move: [
    ['Make before break, without an outage.', 'a move to another subnet: both live'],
    ["A record that another's deletion wiped is put back.", 'its deletion wipes it: ours is back'],
    [
      'A record of the living is left, of the gone is not.',
      'a record of an endpoint in another subscription',
    ],
    ["A record that nobody's endpoint made is left.", 'a record that no endpoint made'],
  ],
  lifecycle: [
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
  deletion: [
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
  zones: [
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
}

for (const [file, rows] of Object.entries(sentences)) {
  test(`each sentence of ${file} has its scenario`, () => {
    const path = new URL(`azure/endpoint.${file}.test.ts`, import.meta.url)
    const text = readFileSync(path, 'utf8')
    const missing = rows.filter(([, scenario]) => !text.includes(scenario))
    assert.equal(missing, [])
    assert.is(new Set(rows.map(([, scenario]) => scenario)).size, rows.length)
  })
}

test.run()

/** The catalogue is neither too long nor too short: every reason in it can be reached, with its remedy. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rows } from '../operator/api/catalogue.ts'
import { laws } from '../operator/api/condition.ts'
import type { Outcome } from '../operator/azure/action.ts'
import { present } from '../operator/azure/observed.ts'
import { catalogue } from '../operator/endpoint/conditions.ts'
import { keyOf } from '../operator/endpoint/deed.ts'
import { plan } from '../operator/endpoint/plan.ts'
import { report } from '../operator/endpoint/report.ts'
import {
  at,
  connection,
  endpoint,
  error,
  ids,
  network,
  observation,
  server,
  type Changes,
} from './endpoint.make.ts'
import { begun, tables } from './endpoint.rows.ts'

const settings = { inFlightMs: 5_000, resyncMs: 300_000, zoneGroupResyncMs: 43_200_000 }

const refused = (code: string, retry: 'fast' | 'slow' | 'user-fix' | 'throttle'): Outcome => ({
  is: 'refused',
  error: error(code, retry),
})
const outcomes: readonly Outcome[] = [
  { is: 'accepted', status: 200 },
  refused('InvalidResourceReference', 'user-fix'),
  refused('AuthorizationFailed', 'slow'),
  refused('ScopeLocked', 'slow'),
  refused('CredentialsUnavailable', 'slow'),
  refused('AnotherOperationInProgress', 'fast'),
  refused('SubscriptionRequestsThrottled', 'throttle'),
]

/** The same deed has failed for minutes. */
const failing = (retry: 'fast' | 'throttle'): Changes => ({
  ...begun,
  seen: {
    past: {
      accepted: new Map(),
      setbacks: new Map([
        [
          keyOf('CreateEndpoint', ids.endpoint),
          {
            error: error('Code', retry),
            generation: 1,
            sinceMs: at.getTime() - 200_000,
            untilMs: at.getTime() + 1_000,
            times: 5,
          },
        ],
      ]),
    },
  },
})

/** Worlds that no sentence about the plan needs. */
const further: readonly Changes[] = [
  failing('fast'),
  failing('throttle'),
  { azure: { endpoint: present(endpoint({ connection: connection({ state: 'Disconnected' }) })) } },
  { azure: { endpoint: present(endpoint({ connection: connection({ state: 'Changing' }) })) } },
  { azure: { server: present(server({ highAvailability: 'FailingOver' })) } },
  { azure: { network: present(network()) }, spec: { suspend: true } },
  {
    spec: { connectionInfo: { configMapName: 'db' } },
    seen: {
      publication: {
        is: 'seen',
        wanted: {
          is: 'present',
          value: {
            metadata: { namespace: 'team', name: 'db', uid: 'another', resourceVersion: '1' },
          },
        },
      },
    },
  },
]

const reached = new Map<string, string>()
const given = [
  ...Object.values(tables).flatMap((table) => Object.values(table).map((row) => row.given)),
  ...further,
]
const broken: string[] = []
for (const world of given) {
  for (const outcome of outcomes) {
    const seen = observation(world)
    const made = plan(seen)
    const { write } = report(
      seen,
      made,
      made.actions.map(() => outcome),
      at,
      settings,
    )
    if (write.status === undefined) continue
    const conditions = write.status.conditions ?? []
    broken.push(...laws(conditions, seen.object.metadata.generation, catalogue))
    for (const { type, status, reason, message } of conditions) {
      reached.set(`${type}=${status}/${reason}`, message)
    }
  }
}

const test = suite('the catalogue of an endpoint')

for (const { type, status, reason, remedy, retry } of rows(catalogue)) {
  test(`${type}=${status}/${reason} can be reached, and its message ends with what to do`, () => {
    const message = reached.get(`${type}=${status}/${reason}`)
    assert.is.not(message, undefined, 'never said in any world')
    if (type === 'Ready' && remedy !== undefined) assert.ok(message?.endsWith(remedy), message)
    if (retry === 'user-fix' || retry === 'slow')
      assert.ok(remedy, 'a person is needed, and not told what for')
  })
}

test('every status that was reached is lawful', () => assert.equal(broken, []))

test.run()

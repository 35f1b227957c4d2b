/**
 * Every code of the table of refusals, answered by the simulator to the PUT of an endpoint of its own:
 * what the object says meanwhile, and that it is Ready unaided once the cause is lifted.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { StoredCondition } from '../../operator/api/kubernetes.ts'
import { proofOf, refusals, type Refusal } from '../../operator/endpoint/refusals.ts'
import { deadline } from '../runner/deadline.ts'
import { furnish, makeWorld, readyOf } from './endpoint.world.ts'

interface Told {
  readonly conditions: readonly StoredCondition[]
  recovered: boolean
}
const told = new Map<string, Told>()

const test = suite('a refusal by Azure')

/** As Azure answers them; most refusals of what was asked are 400. */
const statuses: Readonly<Record<string, number>> = {
  SubscriptionRequestsThrottled: 429,
  TooManyRequests: 429,
  RetryableError: 429,
  RetryableErrorDueToAnotherOperation: 429,
  PreconditionFailed: 412,
  InternalServerError: 500,
  ExpiredAuthenticationToken: 401,
  InvalidAuthenticationToken: 401,
  InvalidAuthenticationTokenTenant: 401,
  AuthenticationFailed: 401,
  AuthorizationFailed: 403,
  LinkedAuthorizationFailed: 403,
  LinkedAccessCheckFailed: 403,
  RequestDisallowedByPolicy: 403,
  ResourceGroupNotFound: 404,
  ParentResourceNotFound: 404,
  ResourceNotFound: 404,
  NotFound: 404,
  SubscriptionNotFound: 404,
  AnotherOperationInProgress: 409,
  Conflict: 409,
  ScopeLocked: 409,
  MissingSubscriptionRegistration: 409,
  InvalidResourceLocation: 409,
  CannotDeleteResource: 409,
}

/** Of the object, and of its endpoint. */
const objectOf = (row: Refusal): string =>
  (row.says ?? row.code).toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')

const key = (row: Refusal): string => `team/${objectOf(row)}`
const messageOf = ({ says }: Refusal): string =>
  `Asked for${says === undefined ? '' : ` (${says})`}.`

/** A server makes one endpoint at a time: for so many, an hour is ample. */
const servers = 4

/** One world for these rows: an endpoint for each, refused until all have said so, then no more. */
async function play(rows: readonly Refusal[]): Promise<void> {
  const world = await makeWorld({ seed: Number(process.env['PGPE_TEST_SEED'] ?? 1) })
  try {
    const homes = []
    for (let i = 0; i < Math.min(servers, rows.length); i++) {
      homes.push(await furnish(world, `rg${i}`))
    }
    for (const [index, row] of rows.entries()) {
      const name = objectOf(row)
      const match = { method: 'PUT', type: 'Microsoft.Network/privateEndpoints', name }
      const status = statuses[row.code] ?? 400
      world.azure.faults([
        { match, effect: { kind: 'error', status, code: row.code, message: messageOf(row) } },
      ])
      const { serverId, subnetId } = homes[index % homes.length]!
      const resourceGroup = `rg${index % homes.length}`
      world.cluster.create(name, { serverId, subnetId, resourceGroup, dns: { mode: 'None' } })
    }
    const note = (row: Refusal): boolean => {
      const conditions = world.cluster.get(key(row))?.status?.conditions ?? []
      const ready = conditions.find(({ type }) => type === 'Ready')
      if (ready?.reason === row.reason && ready.message.includes(row.code) && !told.has(key(row))) {
        told.set(key(row), { conditions, recovered: false })
      }
      return told.has(key(row))
    }
    // What is not told or not Ready within an hour fails in the test of its row.
    const wait = (what: string, done: () => boolean): Promise<void> =>
      world.until(what, done).catch(() => undefined)
    await wait('all told', () => rows.filter(note).length === rows.length)
    world.azure.clearFaults()
    // The longest wait is an hour: nobody touches the object meanwhile.
    world.pass(4_000)
    const isReady = (row: Refusal): boolean => readyOf(world.cluster, key(row)) === 'True/Ready'
    await wait('all Ready', () => rows.every(isReady))
    for (const row of rows) {
      const said = told.get(key(row))
      if (said !== undefined) said.recovered = isReady(row)
    }
  } finally {
    await world.stop()
  }
}

let played: Promise<void> | undefined
/** A throttled subscription holds up everybody in it: each of those codes has a world of its own. */
const all = (): Promise<void> =>
  (played ??= (async () => {
    await play(refusals.filter(({ retry }) => retry !== 'throttle'))
    for (const row of refusals) if (row.retry === 'throttle') await play([row])
  })())

for (const row of refusals) {
  const proven = deadline(300, async () => {
    await all()
    const said = told.get(key(row))
    const ready = said?.conditions.find(({ type }) => type === 'Ready')
    assert.is(ready?.reason, row.reason)
    assert.match(ready?.message ?? '', row.code)
    assert.match(ready?.message ?? '', row.says ?? row.code)
    assert.ok(ready?.message.endsWith(row.remedy), ready?.message)
    const beside = said?.conditions.map(({ type }) => type)
    assert.ok(beside?.includes(row.beside === 'Stalled' ? 'Stalled' : 'Reconciling'))
    assert.ok(said?.recovered, 'is not Ready after the cause was lifted')
  })
  test(proofOf(row), proven)
}

test.run()

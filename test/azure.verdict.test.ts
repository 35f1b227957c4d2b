/** What each error asks of us. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { RetryClass } from '../operator/azure/error.ts'
import type { Json } from '../operator/azure/model.ts'
import { cleaned, refusal, retryAfterMs } from '../operator/azure/refusal.ts'
import { fits, isKnown, provesAbsence, rows, verdict } from '../operator/azure/verdict.ts'
import { named } from './azure.codes.ts'

const test = suite('verdicts')
const none = { get: () => undefined }
const read = (status: number, body: Json | undefined) => refusal(status, none, body, 0)

/** An answer that a row is about. */
const exampleOf = (row: (typeof rows)[number]): readonly [string, number, string] => [
  row.code?.replace('*', 'Something') ?? 'NobodyKnowsThis',
  row.status?.[0] ?? 599,
  row.says ?? '',
]

test('no row is hidden by an earlier one', () => {
  for (const [index, row] of rows.entries()) {
    const [code, status, message] = exampleOf(row)
    const first = rows.findIndex((one) => fits(one, code, status, message))
    assert.is(first, index, `${code} ${status} ${message} is taken by row ${first}`)
  }
})

test('the last row never misses, and no row before it is as wide', () => {
  assert.ok(rows.at(-1) !== undefined && fits(rows.at(-1)!, '', 0))
  const wide = rows.filter(({ code, says, status }) => !code && !says && !status)
  assert.is(wide.length, 1)
})

test('every row says why', () => {
  for (const row of rows) assert.match(row.because, /^[A-Z].*\.$/)
})

const expected: readonly (readonly [string, number, RetryClass])[] = [
  ['AnotherOperationInProgress', 409, 'fast'],
  ['RetryableError', 429, 'fast'],
  ['ServerIsBusy', 400, 'fast'],
  ['SubscriptionRequestsThrottled', 429, 'throttle'],
  ['OperationNotAllowed', 429, 'throttle'],
  ['NewCode', 429, 'throttle'],
  ['AuthorizationFailed', 403, 'slow'],
  ['LinkedAuthorizationFailed', 403, 'slow'],
  ['ScopeLocked', 409, 'slow'],
  ['RequestDisallowedByPolicy', 403, 'slow'],
  ['SubscriptionNotFound', 404, 'slow'],
  ['CannotChangeSubnetOnExistingPrivateEndpoint', 400, 'user-fix'],
  ['PrivateIPAddressIsAllocated', 400, 'user-fix'],
  ['InvalidResourceLocation', 409, 'user-fix'],
  ['privateipaddressnotinsubnet', 400, 'user-fix'],
  ['NewCode', 400, 'user-fix'],
  ['NewCode', 409, 'fast'],
  ['NewCode', 503, 'fast'],
  ['NewCode', 403, 'slow'],
  ['NewCode', 307, 'slow'],
]
for (const { code, says, status, retry, source } of named) {
  test(`${code}${says === undefined ? '' : `, “${says}”`} of ${source} is ${retry}`, () => {
    const message = `${says ?? 'As Azure says it'} (1).`
    assert.is(verdict(code, status, message), retry)
    assert.ok(isKnown(code, message), 'judged by its status alone')
    const nested = { error: { code: 'Outer', message: 'x', details: [{ code, message }] } }
    assert.is(read(status, nested).code, code)
  })
}
test('every code and every text of the table is one that a source names', () => {
  for (const row of rows) {
    if (row.code === undefined && row.says === undefined) continue
    const found = named.some(({ code, says, status }) => fits(row, code, status, says))
    assert.ok(found, `${row.code ?? row.says} has no source`)
  }
})
test('words count only where the code says less', () => {
  const message = 'The quota: Invalid groupId, Invalid private link service id.'
  assert.is(verdict('SubscriptionRequestsThrottled', 429, message), 'throttle')
  assert.is(verdict('AuthorizationFailed', 403, message), 'slow')
  assert.is(verdict('InvalidParameterValue', 400, 'Invalid GROUPID'), 'user-fix')
  assert.is(verdict('BadRequest', 400, 'invalid private link service ID x'), 'fast')
})

for (const [code, status, retry] of expected) {
  test(`${code} with ${status} is ${retry}`, () => assert.is(verdict(code, status), retry))
}

test('only a 404 that says so is an absence', () => {
  for (const code of [
    'ResourceNotFound',
    'NotFound',
    'ResourceGroupNotFound',
    'ParentResourceNotFound',
  ]) {
    assert.ok(provesAbsence(code, 404))
    assert.not.ok(provesAbsence(code, 403))
    assert.not.ok(provesAbsence(code, 400))
  }
  for (const code of [
    'SubscriptionNotFound',
    'InvalidResourceType',
    'HTTP 404',
    'AuthorizationFailed',
    '',
  ]) {
    assert.not.ok(provesAbsence(code, 404))
  }
})

test('the innermost code that we know counts, in its own words', () => {
  const error = read(429, {
    error: {
      code: 'RetryableError',
      message: 'A retryable error occurred.',
      details: [
        { code: 'ReferencedResourceNotProvisioned', message: 'The subnet is in Updating state.' },
        { code: 'SomethingUnheardOf', message: 'x' },
      ],
    },
  })
  assert.is(error.code, 'ReferencedResourceNotProvisioned')
  assert.is(error.message, 'The subnet is in Updating state.')
  assert.is(error.retry, 'fast')
})

test('an unknown code stays the outermost and is judged by its status', () => {
  const error = read(400, {
    error: { code: 'New', message: 'm', details: [{ code: 'Newer', message: 'n' }] },
  })
  assert.is(error.code, 'New')
  assert.is(error.retry, 'user-fix')
})

test('an error without envelope is read too', () => {
  assert.is(read(403, { code: 'AuthorizationFailed', message: 'm' }).code, 'AuthorizationFailed')
})

test('bodies that are no errors have the status for a code', () => {
  const bodies = [
    undefined,
    null,
    [],
    'x',
    7,
    {},
    { error: 'x' },
    { error: { code: 7 } },
    { error: { details: 'x' } },
  ]
  for (const body of bodies) {
    const error = read(502, body as Json)
    assert.is(error.code, 'HTTP 502')
    assert.is(error.retry, 'fast')
    assert.ok(error.message.length > 0)
  }
})

test('an error nested without end is read in bounded time', () => {
  let nested: Json = { code: 'ScopeLocked', message: 'deep' }
  for (let depth = 0; depth < 1_000; depth += 1)
    nested = { code: 'Outer', message: 'o', details: [nested] }
  assert.is(read(409, { error: nested }).code, 'Outer')
})

test('messages lose control characters, direction marks and tokens, and end somewhere', () => {
  assert.is(cleaned('a\r\nb\u202ec\x1b[31m'), 'a b c [31m')
  assert.is(cleaned('Bearer eyJhbGciOiJ.eyJzdWIi.sig-1 was refused'), 'Bearer [token] was refused')
  assert.is(cleaned('x'.repeat(5_000)).length, 1_000)
})

const dates = Date.UTC(2026, 0, 1)
const retryAfters: readonly (readonly [string | undefined, number | undefined])[] = [
  [undefined, undefined],
  ['', undefined],
  ['soon', undefined],
  ['NaN', undefined],
  ['0', 1_000],
  ['-1', 1_000],
  ['1', 1_000],
  ['17', 17_000],
  ['2.5', 2_500],
  ['3600', 3_600_000],
  ['2147484', 3_600_000],
  ['Infinity', 3_600_000],
  ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
  ['Thu, 01 Jan 2020 00:00:00 GMT', 1_000],
  ['Fri, 01 Jan 2100 00:00:00 GMT', 3_600_000],
]
for (const [header, ms] of retryAfters) {
  test(`Retry-After ${header ?? 'missing'} is ${ms ?? 'no'} ms`, () => {
    assert.is(retryAfterMs(header, dates), ms)
  })
}

test('an answer brings its correlation id and when to come back', () => {
  const headers = new Map([
    ['retry-after', '7'],
    ['x-ms-correlation-request-id', 'c-1'],
  ])
  const error = refusal(429, headers, { error: { code: 'TooManyRequests', message: 'm' } }, 0)
  assert.equal(error, {
    code: 'TooManyRequests',
    status: 429,
    message: 'm',
    retry: 'throttle',
    retryAfterMs: 7_000,
    correlationId: 'c-1',
  })
})

test.run()

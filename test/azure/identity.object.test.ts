/** Whose identity acts for an object: always one of its own namespace, and the last one while it goes. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { PostgresPrivateEndpoint } from '../../operator/api/private-endpoint.ts'
import { identityOf } from '../../operator/endpoint/identity.ts'

const test = suite('whose identity acts')
const identityRef = { kind: 'Secret', name: 'pgpe-azure' } as const
const object = (spec: object, more: object = {}) =>
  ({ metadata: { namespace: 'shop', name: 'one', ...more }, spec }) as PostgresPrivateEndpoint
const going = { deletionTimestamp: '2026-01-01T00:00:00Z' }

test("one of its namespace, or the operator's for its namespace", () => {
  assert.equal(identityOf(object({})), { kind: 'operator', namespace: 'shop' })
  assert.equal(identityOf(object({ identityRef })), { ...identityRef, namespace: 'shop' })
})

test('while it is being deleted, the last that signed in is good enough', () => {
  const leaving = { ...identityRef, namespace: 'shop', leaving: true }
  assert.equal(identityOf(object({ identityRef }, going)), leaving)
  assert.equal(identityOf(object({}, going)), { kind: 'operator', namespace: 'shop' })
})

test.run()

/** Whether the object that an endpoint's tags name is gone: only an answer proves it. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { absent, present } from '../operator/azure/observed.ts'
import { ownerGone } from '../operator/endpoint/observe-owner.ts'
import { KubeError } from '../operator/kubernetes/error.ts'

const test = suite('the owner that tags name')

const error = (code: number) => new KubeError({ code, reason: 'No', message: 'no' })

/** Asked for an object that takes endpoints over, of one that belongs to `other/orders`, uid 1. */
const ask = (now: () => unknown) =>
  ownerGone(
    { clusterId: 'c', endpoints: { get: () => undefined }, writer: { getNow: now } } as any,
    { object: { metadata: { uid: '2' }, spec: { adoptionPolicy: 'IfMatching' } } } as any,
    present({
      tags: new Map(Object.entries({ pgpeowner: 'c.1', pgpeobject: 'other/orders' })),
    }) as any,
  )

const rows: readonly (readonly [string, () => unknown, boolean])[] = [
  ['is gone where it is not found', () => undefined, true],
  ['is gone where another has its name', () => ({ metadata: { uid: '3' } }), true],
  ['is there where it is found', () => ({ metadata: { uid: '1' } }), false],
  ['is not known to be gone where it may not be read', () => Promise.reject(error(403)), false],
]
for (const [sentence, now, gone] of rows) {
  test(sentence, async () => {
    assert.is(await ask(async () => now()), gone)
  })
}

test('whatever else the API server says is a failure, and no endpoint has no owner', async () => {
  const said = await ask(async () => Promise.reject(error(500))).catch((why: unknown) => why)
  assert.instance(said, KubeError)
  assert.is(await ownerGone({} as any, {} as any, absent), false)
})

test.run()

/** So many at once, and no more. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Few } from '../operator/kubernetes/few.ts'

const test = suite('a few at once')

test('never more than that many, in the order they came, and one that fails holds up nobody', async () => {
  const few = new Few(3)
  const begun: number[] = []
  const ends: (() => void)[] = []
  const works = Array.from({ length: 10 }, (_, index) =>
    few
      .run(() => {
        begun.push(index)
        return new Promise<void>((resolve, reject) =>
          ends.push(index % 2 === 0 ? resolve : () => reject(new Error('refused'))),
        )
      })
      .catch(() => undefined),
  )
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  await settled()
  assert.equal(begun, [0, 1, 2])
  for (let ended = 0; ended < 10; ended++) {
    ends[ended]?.()
    await settled()
    assert.is(begun.length, Math.min(10, 4 + ended))
  }
  await Promise.all(works)
  assert.equal(begun, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('what throws at once leaves its place', async () => {
  const few = new Few(1)
  const thrown = few.run(() => {
    throw new Error('not leading')
  })
  assert.is(await thrown.catch((error: unknown) => (error as Error).message), 'not leading')
  assert.is(await few.run(() => Promise.resolve('next')), 'next')
})

test.run()

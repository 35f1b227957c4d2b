/** When an identity is forgotten: with the last object of a kind that names it, and never before. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { IdentityRef } from '../../operator/azure/port.ts'
import type { Index } from '../../operator/kubernetes/port.ts'
import type { Change } from '../../operator/kubernetes/store.ts'
import { forgetUnnamed, type Naming } from '../../operator/unnamed.ts'

const test = suite('identities that nobody names')

const object = (
  namespace: string,
  name: string,
  identityRef?: Naming['spec']['identityRef'],
): Naming => ({
  metadata: {
    namespace,
    name,
    uid: 'u',
    resourceVersion: '1',
    generation: 1,
  } as Naming['metadata'],
  spec: identityRef === undefined ? {} : { identityRef },
})
const azureRef = { kind: 'Secret', name: 'pgpe-azure' } as const

/** What is forgotten when the changes come, one after another, to a cache that holds these. */
function forgotten(
  left: readonly Naming[],
  ...changes: readonly (readonly [before: Naming | undefined, after: Naming | undefined])[]
): readonly IdentityRef[] {
  const found: IdentityRef[] = []
  let tell: ((change: Change<Naming>) => void) | undefined
  const cache = {
    by: (index: Index<Naming>, key: string) =>
      left.filter((each) => index.keysOf(each).includes(key)),
    listen: (listener: typeof tell) => void (tell = listener),
  }
  forgetUnnamed(cache, { forget: (identity) => void found.push(identity) })
  for (const [before, after] of changes) {
    const { namespace, name } = (before ?? after)?.metadata ?? { namespace: '', name: '' }
    tell?.({ key: `${namespace}/${name}`, origin: 'watch', before, after })
  }
  return found
}

const one = object('shop', 'one', azureRef)
const shop: IdentityRef = { ...azureRef, namespace: 'shop' }

test('the last object that names it takes it along', () => {
  const others = [
    object('other', 'x', azureRef),
    object('shop', 'y'),
    object('shop', 'z', { kind: 'ServiceAccount', name: 'pgpe-azure' }),
    object('shop', 'w', { kind: 'Secret', name: 'second' }),
  ]
  assert.equal(forgotten(others, [one, undefined]), [shop])
})

test('another object that names it keeps it', () => {
  assert.equal(forgotten([object('shop', 'two', azureRef)], [one, undefined]), [])
})

test('an object that turns to another identity lets go of the first', () => {
  assert.equal(forgotten([], [one, object('shop', 'one')]), [shop])
})

test('a change of anything else, and a new object, forget nothing', () => {
  assert.equal(forgotten([one], [one, one], [undefined, object('shop', 'two', azureRef)]), [])
})

test('an object that follows at once under the name of another starts afresh', () => {
  const again = object('shop', 'one', azureRef)
  const kept = [again, object('shop', 'two', azureRef)]
  assert.equal(forgotten(kept, [one, undefined], [undefined, again]), [shop])
})

test("objects with the operator's own identity are none of its business", () => {
  assert.equal(forgotten([], [object('shop', 'plain'), undefined]), [])
})

test.run()

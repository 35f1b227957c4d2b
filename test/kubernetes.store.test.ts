/** Which version of an object stands in the cache, and what its listeners hear. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Index, KubernetesObject } from '../operator/kubernetes/port.ts'
import { compareVersions } from '../operator/kubernetes/resource.ts'
import { Cache, type Scope } from '../operator/kubernetes/store.ts'
import { dice, seeds } from './kit/virtual-time.ts'

const test = suite('store')

type Extra = Partial<KubernetesObject['metadata']> & { readonly managedFields?: unknown }
const object = (
  name: string,
  uid: string,
  version: number,
  extra: Extra = {},
): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: {
    ...{ namespace: 'a', name, uid, generation: 1, resourceVersion: String(version) },
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...extra,
  },
})

function stage(scopes: readonly Scope[] = [undefined]) {
  const heard: string[] = []
  const cache = new Cache<KubernetesObject>(scopes, () => undefined)
  const word = (each: KubernetesObject | undefined): string =>
    each === undefined ? '-' : `${each.metadata.uid}@${each.metadata.resourceVersion}`
  cache.listen(({ key, before, after, origin }) =>
    heard.push(`${key} ${word(before)} ${word(after)} ${origin}`),
  )
  const holds = (): string =>
    [...cache.all()]
      .map((each) => `${each.metadata.name} ${word(each)}`)
      .toSorted()
      .join(', ')
  return { cache, heard, holds }
}

test('is synced once every scope was listed, and says so', async () => {
  const { cache } = stage(['a', 'b'])
  assert.is(cache.synced, false)
  cache.replace('a', [], '1')
  assert.is(cache.synced, false)
  cache.replace('b', [], '1')
  assert.is(cache.synced, true)
  await cache.whenSynced()
})

test('a list adds, changes and removes, and is silent about what it knew', () => {
  const { cache, heard, holds } = stage()
  cache.replace(undefined, [object('x', 'u', 1), object('y', 'v', 2), object('z', 'w', 3)], '3')
  heard.length = 0
  cache.replace(undefined, [object('x', 'u', 1), object('y', 'v', 5)], '6')
  assert.equal(heard, ['a/z w@3 - list', 'a/y v@2 v@5 list'])
  assert.is(holds(), 'x u@1, y v@5')
})

test('a list of one namespace leaves the others alone', () => {
  const { cache, holds } = stage(['a', 'b'])
  cache.replace('a', [object('x', 'u', 1)], '1')
  cache.replace('b', [object('y', 'v', 2, { namespace: 'b' })], '2')
  cache.replace('a', [], '3')
  assert.is(holds(), 'y v@2')
})

test('an older version, or the same, changes nothing', () => {
  const { cache, heard, holds } = stage()
  cache.replace(undefined, [object('x', 'u', 10)], '10')
  heard.length = 0
  cache.apply(undefined, 'MODIFIED', object('x', 'u', 9))
  cache.apply(undefined, 'ADDED', object('x', 'u', 10))
  assert.equal(heard, [])
  assert.is(holds(), 'x u@10')
})

test('another uid is another object: one goes, one comes', () => {
  const { cache, heard } = stage()
  cache.replace(undefined, [object('x', 'old', 1)], '1')
  heard.length = 0
  cache.apply(undefined, 'ADDED', object('x', 'new', 5))
  assert.equal(heard, ['a/x old@1 - watch', 'a/x - new@5 watch'])
})

test('a late farewell to the old object does not remove the new one', () => {
  const { cache, holds } = stage()
  cache.replace(undefined, [object('x', 'new', 5)], '5')
  cache.apply(undefined, 'DELETED', object('x', 'old', 6))
  assert.is(holds(), 'x new@5')
  cache.apply(undefined, 'DELETED', object('x', 'new', 7))
  assert.is(holds(), '')
})

test('a late word of the old object does not bring it back', () => {
  const { cache, holds } = stage()
  cache.replace(undefined, [object('x', 'new', 5)], '5')
  cache.apply(undefined, 'MODIFIED', object('x', 'old', 4))
  assert.is(holds(), 'x new@5')
})

test('our own write is read at once, and its echo is no news', () => {
  const { cache, heard, holds } = stage()
  cache.replace(undefined, [object('x', 'u', 1)], '1')
  heard.length = 0
  cache.takeOver(object('x', 'u', 4))
  assert.is(holds(), 'x u@4')
  cache.apply(undefined, 'MODIFIED', object('x', 'u', 3))
  cache.apply(undefined, 'MODIFIED', object('x', 'u', 4))
  assert.equal(heard, ['a/x u@1 u@4 own write'])
})

test('a list that was begun before our write does not undo it', () => {
  const { cache, holds } = stage()
  cache.replace(undefined, [object('x', 'u', 1)], '1')
  cache.takeOver(object('x', 'u', 5))
  cache.takeOver(object('made', 'm', 6))
  cache.replace(undefined, [object('x', 'u', 1)], '4')
  assert.is(holds(), 'made m@6, x u@5')
  cache.replace(undefined, [object('x', 'u', 5)], '9')
  assert.is(holds(), 'x u@5')
})

test('an answer to a write that comes after the end of the object does not bring it back', () => {
  const { cache, holds } = stage()
  cache.replace(undefined, [object('x', 'u', 1)], '1')
  cache.apply(undefined, 'DELETED', object('x', 'u', 9))
  cache.takeOver(object('x', 'u', 5))
  assert.is(holds(), '')
})

test('an object that our write let go is gone at once, whatever comes late', () => {
  const { cache, heard, holds } = stage()
  const going: Extra = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['f'] }
  cache.replace(undefined, [object('x', 'u', 3, going)], '3')
  heard.length = 0
  cache.takeOver(object('x', 'u', 4, { ...going, finalizers: [] }))
  cache.apply(undefined, 'MODIFIED', object('x', 'u', 4, going))
  assert.is(holds(), '')
  cache.apply(undefined, 'DELETED', object('x', 'u', 5, going))
  cache.apply(undefined, 'ADDED', object('x', 'next', 6))
  assert.is(holds(), 'x next@6')
  assert.equal(heard, ['a/x u@3 - own write', 'a/x - next@6 watch'])
})

test('a world that begins anew is believed after it was forgotten', () => {
  const { cache, holds } = stage()
  cache.replace(undefined, [object('x', 'u', 100)], '100')
  cache.forget(undefined)
  cache.replace(undefined, [object('x', 'u', 7)], '7')
  assert.is(holds(), 'x u@7')
})

test('drops what nobody here reads, and nothing else', () => {
  const { cache } = stage()
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', kept: 'yes' }
  const given = object('x', 'u', 1, { annotations, managedFields: [{ manager: 'kubectl' }] })
  cache.replace(undefined, [given], '1')
  const kept = cache.get('a/x')?.metadata
  assert.equal(kept?.annotations, { kept: 'yes' })
  assert.not.ok('managedFields' in (kept ?? {}))
  assert.equal(given.metadata.annotations, annotations)
})

test('versions compare as numbers, however long', () => {
  const rows: readonly [string, string, number][] = [
    ['9', '10', -1],
    ['10', '9', 1],
    ['10', '10', 0],
    ['18446744073709551614', '18446744073709551615', -1],
  ]
  for (const [a, b, sign] of rows) assert.is(Math.sign(compareVersions(a, b)), sign, `${a} ${b}`)
})

test('a listener that throws keeps no other from hearing', () => {
  const broken: unknown[] = []
  const cache = new Cache<KubernetesObject>([undefined], (error) => broken.push(error))
  const heard: string[] = []
  cache.listen(() => {
    throw new Error('of a listener')
  })
  cache.listen(({ key }) => heard.push(key))
  cache.replace(undefined, [object('x', 'u', 1)], '1')
  assert.equal(heard, ['a/x'])
  assert.is(broken.length, 1)
})

/** A small API server; the watch of it loses, repeats and delays. A full list mends everything. */
function history(seed: number): void {
  const random = dice(seed)
  const { cache, holds } = stage()
  const real = new Map<string, KubernetesObject>()
  const seenVersions = new Map<string, number>()
  let version = 0
  cache.listen(({ after }) => {
    if (after === undefined) return
    const { uid, resourceVersion } = after.metadata
    const now = Number(resourceVersion)
    assert.ok(now > (seenVersions.get(uid) ?? 0), `seed ${seed}: ${uid} went back to ${now}`)
    seenVersions.set(uid, now)
  })
  const late: (() => void)[] = []
  cache.replace(undefined, [], '0')
  for (let step = 0; step < 150; step++) {
    const name = `n${Math.floor(random() * 4)}`
    const known = real.get(name)
    version++
    const goes = known !== undefined && random() < 0.3
    const made = object(name, goes || known ? (known?.metadata.uid ?? '') : `u${version}`, version)
    if (goes) real.delete(name)
    else real.set(name, made)
    const type = goes ? 'DELETED' : known === undefined ? 'ADDED' : 'MODIFIED'
    const tell = (): void => cache.apply(undefined, type, made)
    const chance = random()
    if (chance < 0.5) tell()
    else if (chance < 0.6) late.push(tell)
    else if (chance < 0.7 && !goes) cache.takeOver(made)
    if (random() < 0.1) late.shift()?.()
    if (random() < 0.1) {
      cache.replace(undefined, [...real.values()], String(version))
      // What the watch was still to say before the list, it says no more.
      late.length = 0
      const expected = [...real.values()].map(
        ({ metadata }) => `${metadata.name} ${metadata.uid}@${metadata.resourceVersion}`,
      )
      assert.is(holds(), expected.toSorted().join(', '), `seed ${seed}, step ${step}`)
    }
  }
}

test('no object goes back in time, and after a list the cache is the world', () => {
  for (const seed of seeds(300)) history(seed)
})

test('an index finds what a walk would find, whatever has happened', () => {
  const byColour: Index<KubernetesObject> = {
    keysOf: ({ metadata }) => Object.keys(metadata.labels ?? {}),
  }
  const never: Index<KubernetesObject> = { keysOf: () => [] }
  const colours = ['red', 'green', 'blue']
  for (const seed of seeds(20)) {
    const roll = dice(seed)
    const chance = (share: number): boolean => roll() < share
    const below = (count: number): number => Math.floor(roll() * count)
    const { cache } = stage()
    cache.replace(undefined, [], '1')
    for (let version = 2; version < 120; version++) {
      const name = `o${below(12)}`
      const labels = Object.fromEntries(colours.filter(() => chance(0.4)).map((each) => [each, '']))
      const made = object(name, `${name}-${below(2)}`, version, { labels })
      if (chance(0.05)) cache.replace(undefined, [made], String(version))
      else if (chance(0.2)) cache.apply(undefined, 'DELETED', made)
      else if (chance(0.1)) cache.takeOver(made)
      else cache.apply(undefined, 'MODIFIED', made)
      if (version < 40) continue
      for (const colour of colours) {
        const walked = [...cache.all()].filter((each) => byColour.keysOf(each).includes(colour))
        const found = cache.by(byColour, colour)
        assert.equal(new Set(found), new Set(walked), `seed ${seed}, version ${version}`)
        assert.is(found.length, walked.length)
      }
      assert.equal(cache.by(never, 'red'), [])
    }
  }
})

test.run()

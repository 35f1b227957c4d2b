/** Conditions: stamped, compared, completed, and checked against what kstatus and its users rely on. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { explain, page, rows, speaker, type Catalogue } from '../operator/api/catalogue.ts'
import { changed, laws, merge, progress, store } from '../operator/api/condition.ts'
import type { StoredCondition } from '../operator/api/kubernetes.ts'

const test = suite('conditions')

const catalogue = {
  Ready: {
    means: 'It can be used.',
    True: { Ready: 'All is well.' },
    False: {
      PendingApproval: { means: 'It waits.', remedy: 'Ask the owner of <server>.', retry: 'slow' },
      ServerNotFound: { means: 'No server.', remedy: 'Mend it | or not.', retry: 'user-fix' },
      Throttled: { means: 'Too fast.', retry: 'throttle' },
    },
    Unknown: { Starting: 'Not seen yet.' },
  },
  Drifted: {
    means: 'It differs.',
    polarity: 'abnormal-true',
    True: { Differs: { means: 'It differs from the spec.', remedy: 'Change it.' } },
  },
} as const satisfies Catalogue
const say = speaker(catalogue)

const early = new Date('2026-01-01T00:00:00.123Z')
const late = new Date('2026-01-02T00:00:00.456Z')

test('only reasons of the catalogue can be said', () => {
  assert.equal(say('Ready', 'False', 'PendingApproval', 'Waits.'), {
    type: 'Ready',
    status: 'False',
    reason: 'PendingApproval',
    message: 'Waits.',
  })
  // @ts-expect-error PendingApproval is no reason for True
  say('Ready', 'True', 'PendingApproval')
  // @ts-expect-error an abnormal-true condition is never False
  say('Drifted', 'False', 'Differs')
  // @ts-expect-error no such type
  say('Other', 'True', 'Ready')
})

test('a remedy is demanded of whoever asks for a person', () => {
  const bare = { A: { means: 'x', retry: 'user-fix' } } as const
  // @ts-expect-error user-fix without a remedy
  const catalogue: Catalogue = { Ready: { means: 'x', False: bare } }
  assert.ok(catalogue)
})

test('a reason is explained under its own type and status only', () => {
  assert.is(explain(catalogue, say('Ready', 'False', 'ServerNotFound'))?.retry, 'user-fix')
  assert.equal(explain(catalogue, say('Ready', 'True', 'Ready')), { means: 'All is well.' })
  for (const [type, status, reason] of [
    ['Ready', 'True', 'ServerNotFound'],
    ['Drifted', 'False', 'Differs'],
    ['toString', 'True', 'Ready'],
    ['Ready', 'False', 'constructor'],
  ] as const) {
    assert.is(explain(catalogue, { type, status, reason }), undefined)
  }
})

test('rows list every reason once', () => {
  assert.equal(
    rows(catalogue).map(({ type, status, reason }) => `${type}=${status}/${reason}`),
    [
      'Ready=True/Ready',
      'Ready=False/PendingApproval',
      'Ready=False/ServerNotFound',
      'Ready=False/Throttled',
      'Ready=Unknown/Starting',
      'Drifted=True/Differs',
    ],
  )
})

test('the page shows meaning, remedy and pace, safe in a table', () => {
  const text = page('Example', catalogue)
  assert.match(text, '## Conditions of Example\n')
  assert.match(
    text,
    '| False | PendingApproval | It waits. | Ask the owner of &lt;server>. | slow |\n',
  )
  assert.match(text, '| False | ServerNotFound | No server. | Mend it \\| or not. | user-fix |\n')
  assert.match(text, 'It differs. Present only while it holds.\n')
})

test('a condition keeps its transition time until its status changes', () => {
  const first = store([], [say('Ready', 'False', 'PendingApproval', 'a.')], early, 1)
  assert.is(first[0]?.lastTransitionTime, '2026-01-01T00:00:00Z')
  const reworded = store(first, [say('Ready', 'False', 'ServerNotFound', 'b.')], late, 2)
  assert.is(reworded[0]?.lastTransitionTime, '2026-01-01T00:00:00Z')
  assert.is(reworded[0]?.reason, 'ServerNotFound')
  assert.is(reworded[0]?.observedGeneration, 2)
  const turned = store(reworded, [say('Ready', 'True', 'Ready')], late, 2)
  assert.is(turned[0]?.lastTransitionTime, '2026-01-02T00:00:00Z')
})

const foreign: StoredCondition = {
  type: 'Audited',
  status: 'True',
  reason: 'Seen',
  message: '',
  lastTransitionTime: '2025-01-01T00:00:00Z',
  observedGeneration: 1,
}

test('what others wrote is kept, and never makes a difference', () => {
  const ours = store([], progress(say('Ready', 'False', 'Throttled', 'a.'), catalogue), early, 1)
  assert.equal(merge([foreign, ...ours], ours, catalogue), [foreign, ...ours])
  assert.not(changed([foreign, ...ours], ours, catalogue))
  assert.not(changed([...ours, foreign].reverse(), ours, catalogue))
})

test('whatever differs in one of ours is a change, also one that is no longer said', () => {
  const before = store([], progress(say('Ready', 'False', 'Throttled', 'a.'), catalogue), early, 1)
  const next = (message: string, generation: number) =>
    store(
      before,
      progress(say('Ready', 'False', 'Throttled', message), catalogue),
      late,
      generation,
    )
  assert.not(changed(before, next('a.', 1), catalogue))
  assert.ok(changed(before, next('b.', 1), catalogue))
  assert.ok(changed(before, next('a.', 2), catalogue))
  assert.ok(changed(before, before.slice(0, 1), catalogue))
  assert.ok(changed([], before, catalogue))
})

test('while not ready, either work goes on or a person is needed, as the reason says', () => {
  const types = (
    ...[ready, given]: [Parameters<typeof progress>[0], Parameters<typeof progress>[2]?]
  ) => progress(ready, catalogue, given).map(({ type, reason }) => `${type}/${reason}`)
  const missing = say('Ready', 'False', 'ServerNotFound', 'a.')
  assert.equal(types(say('Ready', 'True', 'Ready')), ['Ready/Ready'])
  assert.equal(types(missing), ['Ready/ServerNotFound', 'Stalled/ServerNotFound'])
  assert.equal(types(missing, { stalled: false }), [
    'Ready/ServerNotFound',
    'Reconciling/ServerNotFound',
  ])
  assert.equal(types(say('Ready', 'False', 'Throttled', 'a.'), { stalled: true }), [
    'Ready/Throttled',
    'Stalled/Throttled',
  ])
  assert.equal(types(say('Ready', 'Unknown', 'Starting', 'a.'), { stalled: true }), [
    'Ready/Starting',
    'Reconciling/Starting',
  ])
  assert.equal(
    types(say('Ready', 'True', 'Ready'), { working: { reason: 'Updating', message: 'a.' } }),
    ['Ready/Ready', 'Reconciling/Updating'],
  )
})

test('whatever progress makes is lawful', () => {
  const readies = rows(catalogue).filter(({ type }) => type === 'Ready')
  for (const { status, reason } of readies) {
    const ready = { type: 'Ready', status, reason, message: 'Why.' } as const
    assert.equal(laws(store([], progress(ready, catalogue), early, 3), 3, catalogue), [])
  }
})

const lawful = (
  type: string,
  status: 'True' | 'False' | 'Unknown',
  reason: string,
): StoredCondition => ({
  type,
  status,
  reason,
  message: 'Why.',
  lastTransitionTime: '2026-01-01T00:00:00Z',
  observedGeneration: 1,
})
const ready = lawful('Ready', 'False', 'Throttled')
const reconciling = lawful('Reconciling', 'True', 'Throttled')
const stalled = lawful('Stalled', 'True', 'ServerNotFound')

/** Each breaks one law, and only that. */
const broken: { readonly [law: string]: readonly StoredCondition[] } = {
  'Ready is missing': [],
  'a type is present twice': [ready, ready, reconciling],
  'Reconciling and Stalled are both present': [ready, reconciling, stalled],
  'Stalled while Ready is not False': [lawful('Ready', 'True', 'Ready'), stalled],
  'Ready is Unknown without Reconciling': [lawful('Ready', 'Unknown', 'Starting')],
  'Ready is False, and neither': [ready],
  'waiting for an approval is not Stalled': [lawful('Ready', 'False', 'PendingApproval'), stalled],
  'is present only while True': [ready, { ...reconciling, status: 'False' }],
  'speaks of generation 0, not 1': [ready, { ...reconciling, observedGeneration: 0 }],
  'the reason is not CamelCase': [ready, { ...reconciling, reason: 'not a word' }],
  'no message says what to do next': [{ ...ready, message: '' }, reconciling],
  'no RFC 3339 time': [ready, { ...reconciling, lastTransitionTime: 'yesterday' }],
  'the catalogue has no such reason': [{ ...ready, reason: 'Nowhere' }, reconciling],
} // prettier-ignore

for (const [law, conditions] of Object.entries(broken)) {
  test(`the laws name what is wrong: ${law}`, () => {
    const found = laws(conditions, 1, catalogue)
    assert.is(found.length, 1, found.join('; '))
    assert.match(found[0] ?? '', law)
  })
}

test('abnormal-true conditions are True or absent', () => {
  const found = laws([ready, reconciling, lawful('Drifted', 'False', 'Differs')], 1, catalogue)
  assert.ok(found.includes('Drifted=False/Differs: is present only while True'))
})

test('conditions of others are left out of account', () => {
  const odd = { ...foreign, reason: 'what ever', observedGeneration: 99 }
  assert.equal(laws([ready, reconciling, odd], 1, catalogue), [])
})

test.run()

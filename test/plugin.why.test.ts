/** `kubectl pgpe why` has an answer for every reason of both catalogues, and guesses none. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rows, type Row } from '../operator/api/catalogue.ts'
import type { StoredCondition } from '../operator/api/kubernetes.ts'
import { kindNames, type KindName } from '../operator/plugin/refs.ts'
import { answersOf, catalogues, wellOf } from '../operator/plugin/why.ts'
import { condition, decisionObject, endpointObject } from './plugin.make.ts'

const test = suite('why')
const now = new Date('2026-11-21T12:00:00Z')

const object = (
  kind: KindName,
  conditions: readonly StoredCondition[],
  nextRetryTime?: string,
  meta = {},
) => {
  const status = {
    ...{ observedGeneration: 1, conditions },
    ...(nextRetryTime !== undefined && { nextRetryTime }),
  }
  return kind === 'endpoint' ? endpointObject(status, {}, meta) : decisionObject(status, {}, meta)
}
const ask = (kind: KindName, ...conditions: readonly StoredCondition[]) =>
  answersOf(kind, object(kind, conditions), now)

const ready = condition('Ready', 'True', 'Ready')
const said = ({ type, status, reason }: Row): StoredCondition =>
  condition(type, status, reason, 'What Azure said.')
const amiss = (row: Row): boolean => row.type !== 'Ready' || row.status !== 'True'

test('every reason that something is amiss has a cause, a remedy, since when and what comes next', () => {
  let asked = 0
  for (const kind of kindNames) {
    for (const row of rows(catalogues[kind]).filter(amiss)) {
      const about = `${kind} ${row.type}=${row.status}/${row.reason}`
      const given = row.type === 'Ready' ? [said(row)] : [ready, said(row)]
      const [answer, ...rest] = ask(kind, ...given)
      assert.equal(rest, [], about)
      assert.is(answer?.reason, row.reason, about)
      assert.equal(answer?.conditions, [row.type], about)
      assert.is(answer?.cause, row.means, about)
      assert.is(answer?.message, 'What Azure said.', about)
      assert.is(answer?.remedy, row.remedy ?? 'Nothing: it goes on by itself.', about)
      assert.is(answer?.since, '2026-11-21T11:30:00Z', about)
      assert.match(answer?.next ?? '', row.retry === 'user-fix' ? /^hourly/ : /^by itself/, about)
      asked++
    }
  }
  assert.ok(asked > 80, String(asked))
})

test('only what goes on by itself may do without a remedy', () => {
  for (const kind of kindNames) {
    for (const row of rows(catalogues[kind]).filter(amiss)) {
      const byItself = row.retry === 'fast' || row.retry === 'throttle'
      assert.ok(row.remedy !== undefined || byItself, `${kind} ${row.type}/${row.reason}`)
    }
  }
})

test('of what is well it finds nothing amiss, and says what that means', () => {
  for (const kind of kindNames) {
    const well = rows(catalogues[kind]).filter((row) => !amiss(row))
    assert.ok(well.length > 2)
    for (const row of well) {
      assert.equal(ask(kind, said(row)), [], row.reason)
      assert.match(wellOf(kind, object(kind, [said(row)])) ?? '', row.means)
    }
  }
})

test('what says the same as Ready is one answer, all else its own', () => {
  const answers = ask(
    'endpoint',
    condition('Ready', 'False', 'PendingApproval', 'Waits for Ada.'),
    condition('Reconciling', 'True', 'PendingApproval', 'Waits for Ada.'),
    condition('PendingApproval', 'True', 'PendingApproval', 'Waits for Ada.'),
    condition('Throttled', 'True', 'Throttled'),
  )
  assert.equal(
    answers.map(({ conditions, cause }) => [...conditions, cause]),
    [
      [
        'Ready',
        'PendingApproval',
        'The connection waits for the owner of the server. Nobody has decided yet.',
      ],
      ['Throttled', 'It is tried again when Azure allows.'],
    ],
  )
})

test('Stalled means that only a person can help, whatever the class of the reason', () => {
  const denied = condition('Ready', 'False', 'Denied')
  const [going] = ask('endpoint', denied, condition('Reconciling', 'True', 'Denied'))
  const [stuck] = ask('endpoint', denied, condition('Stalled', 'True', 'Denied'))
  assert.equal([going?.stalled, stuck?.stalled], [false, true])
})

test('the time of the next try is the one in the status', () => {
  const failed = condition('Ready', 'False', 'Denied')
  const next = (time: string) => answersOf('endpoint', object('endpoint', [failed], time), now)[0]
  assert.match(next('2026-11-21T12:25:00Z')?.next ?? '', /^in 25m \(2026-11-21T12:25:00Z\)/)
  assert.match(next('2026-11-21T11:59:00Z')?.next ?? '', /^any moment/)
  // It is Ready's alone.
  const others = [ready, condition('Throttled', 'True', 'Throttled')]
  const [throttled] = answersOf('endpoint', object('endpoint', others, '2026-11-21T12:25:00Z'), now)
  assert.match(throttled?.next ?? '', /^by itself/)
})

test('of an object that nobody has looked at it says so, and whom its label asks for', () => {
  const [never] = answersOf('endpoint', endpointObject({ observedGeneration: -1 }), now)
  assert.equal([never?.reason, never?.since], ['NotSeen', '2026-11-21T11:00:00Z'])
  assert.match(never?.remedy ?? '', 'without --class')
  assert.is(answersOf('decision', decisionObject(), now)[0]?.reason, 'NotSeen')
  const labels = { 'pgpe.dev/class': 'blue' }
  const [blue] = answersOf(
    'endpoint',
    endpointObject({ observedGeneration: -1 }, {}, { labels }),
    now,
  )
  assert.match(blue?.remedy ?? '', '--class blue')
})

test('what is said about an earlier spec is marked as that', () => {
  const answers = answersOf(
    'endpoint',
    object('endpoint', [ready], undefined, { generation: 2 }),
    now,
  )
  assert.equal(
    answers.map(({ reason }) => reason),
    ['ChangeNotSeen'],
  )
})

test('a deletion that others hold back names them, and ours is not among them', () => {
  const leaving = {
    deletionTimestamp: '2026-11-21T11:40:00Z',
    finalizers: ['pgpe.dev/private-endpoint', 'example.com/backup'],
  }
  const deleting = condition('Ready', 'False', 'Deleting')
  const answers = answersOf('endpoint', object('endpoint', [deleting], undefined, leaving), now)
  assert.equal(
    answers.map(({ reason, cause }) => [reason, cause]),
    [
      ['Deleting', 'The endpoint is being deleted.'],
      ['HeldByOthers', 'The object is being deleted, and others hold it: example.com/backup.'],
    ],
  )
})

test('a reason of a later release is said to be unknown, and others’ conditions are left alone', () => {
  const [answer] = ask('endpoint', condition('Ready', 'False', 'FromTheFuture', 'Look here.'))
  assert.match(answer?.cause ?? '', 'FromTheFuture of Ready is not known to this version')
  assert.is(answer?.message, 'Look here.')
  assert.equal(ask('endpoint', ready, condition('Audited', 'True', 'ByTheBank')), [])
})

test.run()

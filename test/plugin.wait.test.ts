/** When `kubectl pgpe wait` takes an object for ready, stuck, or gone. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { milliseconds, progressOf } from '../operator/plugin/awaited.ts'
import { Failure } from '../operator/plugin/failure.ts'
import { condition, decisionObject, endpointObject, settled } from './plugin.make.ts'

const test = suite('wait')
const waits = (reason: string) => ({
  observedGeneration: 1,
  conditions: [
    condition('Ready', 'False', reason, 'because'),
    condition('Reconciling', 'True', reason),
  ],
})
const leaving = { deletionTimestamp: '2026-11-21T11:45:00Z' }

test('ready is what is Ready as it is written now', () => {
  assert.equal(progressOf(endpointObject(settled), 'ready'), { is: 'done' })
  const later = progressOf(endpointObject(settled, {}, { generation: 2 }), 'ready')
  assert.equal([later.is, 'reason' in later && later.reason], ['waiting', 'NotSeen'])
  const never = progressOf(decisionObject({ observedGeneration: -1 }), 'ready')
  assert.equal([never.is, 'since' in never && never.since], ['waiting', '2026-11-21T11:00:00Z'])
})

test('what waits says for what and since when', () => {
  assert.equal(progressOf(endpointObject(waits('PendingApproval')), 'ready'), {
    ...{ is: 'waiting', reason: 'PendingApproval', message: 'because' },
    since: '2026-11-21T11:30:00Z',
  })
})

test('Stalled is stuck, unless it is about an earlier spec', () => {
  const conditions = [
    condition('Ready', 'False', 'SubnetNotFound'),
    condition('Stalled', 'True', 'SubnetNotFound'),
  ]
  const status = { observedGeneration: 1, conditions }
  assert.is(progressOf(endpointObject(status), 'ready').is, 'stuck')
  assert.is(progressOf(endpointObject(status, {}, { generation: 2 }), 'ready').is, 'waiting')
})

test('what is being deleted never becomes ready, and what is gone is gone', () => {
  assert.is(progressOf(endpointObject(settled, {}, leaving), 'ready').is, 'waiting')
  assert.is(progressOf(undefined, 'ready').is, 'gone')
  assert.is(progressOf(undefined, 'deleted').is, 'done')
})

test('what nobody deletes is said to be that', () => {
  const kept = progressOf(endpointObject(settled), 'deleted')
  assert.is('reason' in kept && kept.reason, 'NotDeleted')
  const going = progressOf(endpointObject(waits('Deleting'), {}, leaving), 'deleted')
  assert.is('reason' in going && going.reason, 'Deleting')
})

test('a time to wait is written with its units', () => {
  assert.equal(['30s', '10m', '1h30m', '2d'].map(milliseconds), [
    ...[30_000, 600_000, 5_400_000, 172_800_000],
  ])
  for (const wrong of ['', '10', '10 m', '-1s', '1x', 'm', '1.5h']) {
    assert.throws(
      () => milliseconds(wrong),
      (error: unknown) => error instanceof Failure,
      wrong,
    )
  }
})

test.run()

/**
 * Flux and Helm agree with us: the real kstatus and a real CEL on every state that the catalogues of both
 * kinds can write, and on those in between.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { catalogue as decisionConditions } from '../../operator/decision/conditions.ts'
import { catalogue as endpointConditions } from '../../operator/endpoint/conditions.ts'
import { fluxHealthChecks } from '../../operator/gitops.ts'
import { deadline } from '../runner/deadline.ts'
import { judge, kstatusProgram, type Verdict } from './kstatus.ts'

const test = suite<{ program: string }>('kstatus')

test.before(async (context) => {
  context.program = await kstatusProgram(console.error)
})

interface State {
  readonly kind: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly beside?: 'Reconciling' | 'Stalled'
}

const states: readonly State[] = Object.entries({
  PostgresPrivateEndpoint: endpointConditions.Ready,
  EndpointConnectionDecision: decisionConditions.Ready,
}).flatMap(([kind, ready]) =>
  (['True', 'False', 'Unknown'] as const).flatMap((status) =>
    Object.keys(((ready as Readonly<Record<string, unknown>>)[status] ?? {}) as object).flatMap(
      (reason): State[] =>
        status === 'True'
          ? [{ kind, status, reason }]
          : [
              { kind, status, reason, beside: 'Reconciling' },
              ...(status === 'False' ? [{ kind, status, reason, beside: 'Stalled' } as const] : []),
            ],
    ),
  ),
)

function objectOf({ kind, status, reason, beside }: State, observed = 3): object {
  const common = { reason, message: `about ${reason}`, observedGeneration: observed }
  const conditions = [
    ...(beside ? [{ type: beside, status: 'True', ...common }] : []),
    { type: 'Ready', status, ...common },
  ]
  return {
    apiVersion: 'pgpe.dev/v1alpha1',
    kind,
    metadata: { name: 'orders', namespace: 'default', generation: 3 },
    spec: {},
    status: { observedGeneration: observed, conditions },
  }
}

/** As the documentation promises it. */
const expected = ({ status, beside }: State): string => {
  if (beside === 'Stalled') return 'Failed'
  return status === 'True' ? 'Current' : 'InProgress'
}

const checks = fluxHealthChecks.map(({ kind, failed, current }) => ({
  kind: String(kind),
  expressions: { failed: String(failed), current: String(current) },
}))
const expressionsOf = (kind: string) =>
  checks.find((each) => each.kind === kind)?.expressions ?? assert.unreachable(kind)

/** In Flux' order: what failed, what is current, and all else is in progress. */
const fluxOf = ({ values }: Verdict): string => {
  if (values['failed'] === true) return 'Failed'
  return values['current'] === true ? 'Current' : 'InProgress'
}

test(
  'takes every state of both kinds for what it means, and so do the expressions for Flux',
  deadline(300, async ({ program }) => {
    assert.ok(states.length > 80, String(states.length))
    const questions = states.map((state) => ({
      object: objectOf(state),
      expressions: expressionsOf(state.kind) as Record<string, string>,
    }))
    const verdicts = await judge(program, questions)
    assert.is(verdicts.length, states.length)
    for (const [index, verdict] of verdicts.entries()) {
      const state = states[index] as State
      const about = JSON.stringify({ state, verdict })
      assert.equal(verdict.errors, {}, about)
      assert.is(verdict.status, expected(state), about)
      assert.is(fluxOf(verdict), expected(state), about)
    }
    assert.is(new Set(verdicts.map(({ status }) => status)).size, 3)
  }),
)

test('waits for what nobody has looked at in this version, and for what is being deleted', async ({
  program,
}) => {
  const kind = 'PostgresPrivateEndpoint'
  const ready: State = { kind, status: 'True', reason: 'Ready' }
  const stalled: State = { kind, status: 'False', reason: 'InvalidSpec', beside: 'Stalled' }
  const bare = objectOf(ready) as any
  const leaving = { ...bare.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' }
  const rows: readonly (readonly [object, string])[] = [
    [{ ...bare, status: { observedGeneration: -1 } }, 'InProgress'],
    [objectOf(ready, 2), 'InProgress'],
    [objectOf(stalled, 2), 'InProgress'],
    [{ ...bare, metadata: leaving }, 'Terminating'],
  ]
  const verdicts = await judge(
    program,
    rows.map(([object]) => ({ object, expressions: {} })),
  )
  assert.equal(
    verdicts.map(({ status }) => status),
    rows.map(([, status]) => status),
  )
  // Of an older version, the expressions say neither.
  const old = [objectOf(ready, 2), objectOf(stalled, 2)].map((object) => ({
    object,
    expressions: expressionsOf(kind) as Record<string, string>,
  }))
  for (const verdict of await judge(program, old)) assert.is(fluxOf(verdict), 'InProgress')
})

test.run()

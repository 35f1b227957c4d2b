/**
 * Small worlds in which decisions meet, all of them: up to three decisions of any action, age and namespace
 * on one connection in any state, in every order of arrival. The winner is the same whoever looks, and in
 * whatever order they came; each loser says so, and names the winner to those alone who may see it.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { EndpointConnectionDecision } from '../operator/api/connection-decision.ts'
import { keyOf } from '../operator/decision/identity.ts'
import { plan } from '../operator/decision/plan.ts'
import { claims } from '../operator/decision/precedence.ts'
import { report } from '../operator/decision/report.ts'
import { candidate, connection, decision, now, observation } from './kit/decision.ts'
import { deadline } from './runner/deadline.ts'

const test = suite('decisions that meet')

type Decision = EndpointConnectionDecision
const app = connection('app.1')
const actions = ['Approve', 'Reject', 'Delete', undefined] as const
const ages = ['2026-01-01T01:00:00Z', '2026-01-01T02:00:00Z']
const namespaces = ['db', 'other']
const states = ['Pending', 'Approved', 'Rejected', 'Disconnected']

/** Every decision that there can be, as the one of that name. */
const kinds = (name: string): readonly Decision[] =>
  actions.flatMap((action) =>
    ages.flatMap((creationTimestamp) =>
      namespaces.map((namespace) =>
        decision({
          name,
          namespace,
          metadata: { creationTimestamp },
          spec: { ...(action && { action }), connections: { names: [app.name] } },
        }),
      ),
    ),
  )

const orders = <T>(items: readonly T[]): readonly (readonly T[])[] =>
  items.length < 2
    ? [items]
    : items.flatMap((item, index) =>
        orders(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
      )

const strength = ['Delete', 'Reject', 'Approve']

/** By the words of the contract: the strongest action, then the oldest, then by namespace and name. */
function winnerOf(all: readonly Decision[]): Decision | undefined {
  const acting = all.filter(({ spec }) => spec.action !== undefined)
  const [strongest] = strength.filter((action) => acting.some(({ spec }) => spec.action === action))
  const equals = acting.filter(({ spec }) => spec.action === strongest)
  const oldest = equals.map(({ metadata }) => metadata.creationTimestamp).toSorted()[0]
  const first = equals
    .filter(({ metadata }) => metadata.creationTimestamp === oldest)
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
    .toSorted()[0]
  return equals.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === first)
}

/** @param third of the decisions that come third, those that are played */
function* worlds(third = kinds('c')): Generator<readonly Decision[]> {
  for (const a of kinds('a')) {
    for (const b of kinds('b')) {
      yield [a, b]
      for (const c of third) yield [a, b, c]
    }
  }
}

const same = deadline(120, () => {
  let count = 0
  for (const world of worlds()) {
    count++
    const winner = winnerOf(world)
    for (const state of states) {
      const there = connection('app.1', { state })
      for (const order of orders(world)) {
        const found = claims(
          order.map((one) => candidate(one)),
          [there],
          now,
        )
        if (found.get(keyOf(there))?.decision !== winner) {
          assert.unreachable(
            JSON.stringify([state, order.map(({ metadata, spec }) => [metadata, spec.action])]),
          )
        }
      }
    }
  }
  assert.is(count, 16 * 16 + 16 ** 3)
})
test('have one winner, whatever the order of arrival', same)

const told = deadline(240, () => {
  const when = new Date(now)
  const [some] = ages
  const third = kinds('c').filter(
    ({ metadata }) => metadata.creationTimestamp === some && metadata.namespace === 'db',
  )
  for (const world of worlds(third)) {
    const winner = winnerOf(world)
    for (const self of world) {
      const { action } = self.spec
      if (action === undefined) continue
      const rivals = world.filter((one) => one !== self).map((one) => candidate(one))
      const seen = observation(self, [app], { rivals })
      const made = plan(seen)
      const { conditions = [] } = report(seen, made, [], when).write.status ?? {}
      const conflicted = conditions.find(({ type }) => type === 'Conflicted')
      if (self === winner) {
        assert.is(conflicted, undefined)
        assert.is(made.memory?.intents?.[0]?.action, action)
        continue
      }
      assert.is(made.memory, undefined, 'a loser binds nothing')
      assert.equal(made.actions, [])
      assert.is(conflicted?.reason, winner?.spec.action === action ? 'OlderDecision' : 'Overruled')
      const ready = conditions.find(({ type }) => type === 'Ready')
      assert.is(`${ready?.status}/${ready?.reason}`, 'False/Conflicted')
      const named = winner?.metadata.namespace === self.metadata.namespace
      const name = `${winner?.metadata.namespace}/${winner?.metadata.name}`
      assert.is(conflicted?.message.includes(name), named)
      assert.is(ready?.message.includes(name), named)
    }
  }
})
test(
  'leave each loser Conflicted, which binds nothing, and names the winner where its readers may see it',
  told,
)

test.run()

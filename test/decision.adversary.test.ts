/**
 * Strangers against the binding: ten thousand histories in which nobody may be approved whom no decision
 * allows, and the same with the binding broken, which must be noticed. `SEED=n` plays those of a run again.
 * More of them: `npm run adversary`.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { WrittenDecisionSpec } from '../operator/api/connection-decision.ts'
import { played } from './adversary/played.ts'
import { added, nothing, play } from './kit/adversary.ts'
import { brokenBindings } from './kit/broken-bindings.ts'
import { connection, decision, endpointText, strangers as theirs } from './kit/decision.ts'
import { DecisionWorld } from './kit/decision-world.ts'
import { deadline } from './runner/deadline.ts'

const test = suite('the adversary')

const histories = 10_000
const seed = Number(process.env['SEED'] ?? process.env['PGPE_TEST_SEED'] ?? '1')

const strangers = deadline(240, async () => {
  const size = 2_500
  const parts = Array.from({ length: histories / size }, (_, index) => ({
    seed: seed + index * size,
    histories: size,
  }))
  const sum = (await played(parts)).reduce(added, nothing)
  const { approvals, overtaken, forgotten, revoked, moves, decisions, deaths, wrong } = sum
  console.log(
    `adversary: SEED=${seed}, ${sum.histories} histories, ${moves} moves of strangers, ${decisions} decisions, ${deaths} deaths, ${approvals} approvals, ${wrong.length} wrong; ${overtaken} overtaken in the instant of the write, ${revoked} taken back, ${forgotten} forgotten`,
  )
  assert.equal(wrong, [], `SEED=${seed}`)
  assert.is(sum.histories, histories)
  assert.ok(approvals > histories / 2, `the histories are not idle: ${approvals} approvals`)
  assert.ok(moves > histories, `nor peaceful: ${moves} moves`)
  assert.ok(overtaken > 0 && revoked > 0, 'nor harmless')
  assert.ok(decisions > histories && deaths > histories / 4, 'nor quiet')
  assert.ok(forgotten < histories / 500, `and hardly anything is forgotten: ${forgotten}`)
})
test(`strangers get no approval that no decision gives (${histories} histories)`, strangers)

test('a history that once went wrong goes right: what a dead process sent stays noted while another decision rules', async () => {
  const { wrong, approvals, revoked } = await play(764_209)
  assert.equal(wrong, [])
  assert.ok(approvals > 0 && revoked > 0, 'the history is still the one that was meant')
})

test('a history can be played again', async () => {
  assert.equal(await play(4711), await play(4711))
})

test('a decision by name alone does not give what reached somebody else by the write of another', async () => {
  const app = connection('app.1')
  const foreign = connection('app.1', { endpoint: endpointText('app', theirs) })
  const approve = (name: string, connections: NonNullable<WrittenDecisionSpec['connections']>) =>
    decision({ name, spec: { action: 'Approve', connections } })
  const world = new DecisionWorld()
  world.connect(app)
  world.cluster.apply(approve('first', { names: [app.name] }))
  world.cluster.apply(approve('second', { names: [app.name] }))
  world.at = (point) => {
    if (point !== 'looked' || world.puts.length > 0) return
    world.connect(foreign)
    world.cluster.apply(approve('first', { privateEndpointIds: [endpointText('app')] }))
  }
  await world.settle()
  assert.equal(
    world.puts.map(({ status }) => status),
    ['Approved', 'Rejected'],
  )
  assert.is(world.stateOf(foreign), 'Rejected')
})

let broken: ReturnType<typeof played> | undefined

for (const [index, { name }] of brokenBindings.entries()) {
  const caught = deadline(240, async () => {
    // All at once, so that no processor waits; each test looks at its own.
    broken ??= played(brokenBindings.map((_, of) => ({ seed: 1, histories: 6_000, broken: of })))
    const sum = (await broken)[index]
    assert.ok(sum)
    console.log(`adversary: "${name}" is noticed after ${sum.histories} histories`)
    assert.is(sum.wrong.length, 1, 'it is not noticed')
  })
  test(`it is noticed if ${name}`, caught)
}

test.run()

/**
 * Argo CD's view of the two kinds: the Lua that it is given, run by the real Lua, for every reason that
 * there is in every combination with what may stand beside it.
 */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { LuaFactory } from 'wasmoon'
import { parse } from 'yaml'
import { catalogue as decisionConditions } from '../operator/decision/conditions.ts'
import { catalogue as endpointConditions } from '../operator/endpoint/conditions.ts'
import { argoConfig, type LuaFile, luaFiles } from '../operator/gitops.ts'

const test = suite('GitOps')
const directory = new URL('../charts/pgpe-operator/gitops/argocd/', import.meta.url)
const lua = (file: LuaFile): string => readFileSync(new URL(file, directory), 'utf8')
const factory = new LuaFactory()

/** The object as a Lua table: the scripts must meet tables, as in Argo CD, and no proxies. */
const table = (value: unknown): string => {
  if (Array.isArray(value)) return `{${value.map(table).join(',')}}`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).filter(([, each]) => each !== undefined)
  return `{${fields.map(([key, each]) => `[${JSON.stringify(key)}]=${table(each)}`).join(',')}}`
}

/** Runs a script as Argo CD does: the object is the global `obj`, the answer what it returns. */
async function run(file: LuaFile, object: object): Promise<any> {
  const engine = await factory.createEngine()
  try {
    return await engine.doString(`obj = ${table(object)}\n${lua(file)}`)
  } finally {
    engine.global.close()
  }
}

interface Case {
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly beside?: 'Reconciling' | 'Stalled'
}

const object = ({ status, reason, beside }: Case, observed = 3, generation = 3) => {
  const common = { reason, message: `about ${reason}`, observedGeneration: observed }
  return {
    metadata: { generation },
    spec: {},
    status: {
      observedGeneration: observed,
      conditions: [
        ...(beside ? [{ type: beside, status: 'True', ...common }] : []),
        { type: 'Ready', status, ...common },
      ],
    },
  }
}

/** Every reason of Ready, in every company that it may have. */
const cases: readonly Case[] = [endpointConditions, decisionConditions].flatMap(({ Ready }) =>
  (['True', 'False', 'Unknown'] as const).flatMap((status) =>
    Object.keys(((Ready as Readonly<Record<string, unknown>>)[status] ?? {}) as object).flatMap(
      (reason): Case[] =>
        status === 'True'
          ? [{ status, reason }]
          : [
              { status, reason, beside: 'Reconciling' },
              ...(status === 'False' ? [{ status, reason, beside: 'Stalled' } as const] : []),
            ],
    ),
  ),
)

const expected = ({ status, reason, beside }: Case): string => {
  if (beside === 'Stalled') return 'Degraded'
  if (status === 'True') return 'Healthy'
  return reason === 'PendingApproval' ? 'Suspended' : 'Progressing'
}

test('Argo CD takes every reason for what it means, and says our words', async () => {
  assert.ok(cases.length > 80, String(cases.length))
  const seen = new Set<string>()
  for (const each of cases) {
    const health = await run('health.lua', object(each))
    assert.is(health.status, expected(each), JSON.stringify(each))
    assert.is(health.message, `about ${each.reason}`)
    seen.add(health.status)
  }
  assert.equal([...seen].toSorted(), ['Degraded', 'Healthy', 'Progressing', 'Suspended'])
})

test('Argo CD waits for an object that nobody has looked at, in this version', async () => {
  const fresh = { metadata: { generation: 1 }, spec: {} }
  const ready: Case = { status: 'True', reason: 'Ready' }
  const waiting: readonly object[] = [
    fresh,
    { ...fresh, status: { observedGeneration: -1 } },
    { ...fresh, status: { observedGeneration: 1 } },
    { ...fresh, status: { observedGeneration: 1, conditions: [] } },
    object(ready, 2, 3),
    object({ status: 'False', reason: 'InvalidSpec', beside: 'Stalled' }, 2, 3),
  ]
  for (const each of waiting) {
    const { status } = await run('health.lua', each)
    assert.is(status, 'Progressing', JSON.stringify(each))
  }
})

test('Argo CD offers to look now, to suspend and to resume, and never to decide', async () => {
  const offers = await run('actions/discovery.lua', { metadata: {}, spec: {} })
  assert.equal(offers, {
    reconcile: { disabled: false },
    suspend: { disabled: false },
    resume: { disabled: true },
  })
  const suspended = await run('actions/discovery.lua', { metadata: {}, spec: { suspend: true } })
  assert.equal([suspended.suspend.disabled, suspended.resume.disabled], [true, false])
})

test('the actions change what they say, and nothing else', async () => {
  const before = { metadata: { name: 'orders', annotations: { a: 'b' } }, spec: { serverId: 'x' } }
  const looked = await run('actions/reconcile.lua', before)
  const token = looked.metadata.annotations['pgpe.dev/reconcile-requested-at']
  assert.match(token, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  assert.is(looked.metadata.annotations.a, 'b')
  assert.equal(looked.spec, before.spec)
  const without = await run('actions/reconcile.lua', { metadata: { name: 'orders' }, spec: {} })
  assert.ok(without.metadata.annotations['pgpe.dev/reconcile-requested-at'])
  assert.is((await run('actions/suspend.lua', before)).spec.suspend, true)
  assert.is((await run('actions/resume.lua', before)).spec.suspend, false)
})

test("the keys for Argo CD's ConfigMap hold these scripts, for both kinds", async () => {
  const { data } = argoConfig(lua) as { readonly data: Readonly<Record<string, string>> }
  for (const kind of ['PostgresPrivateEndpoint', 'EndpointConnectionDecision']) {
    assert.is(data[`resource.customizations.health.pgpe.dev_${kind}`], lua('health.lua'))
    const actions = parse(data[`resource.customizations.actions.pgpe.dev_${kind}`] ?? '')
    assert.is(actions['discovery.lua'].trimEnd(), lua('actions/discovery.lua').trimEnd())
    for (const { name, 'action.lua': script } of actions.definitions) {
      assert.is(script.trimEnd(), lua(`actions/${name}.lua` as LuaFile).trimEnd())
    }
    assert.is(actions.definitions.length, luaFiles.length - 2)
  }
})

test.run()

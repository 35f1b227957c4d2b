/** Every rule of the definitions, on a real API server: what it lets through, what it refuses, in which words. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openApi } from '../../operator/api/definition.ts'
import { rulesOf, type PlacedRule } from '../../operator/api/reference.ts'
import type { JsonObject } from '../../operator/api/schema.ts'
import {
  causes,
  connect,
  install,
  makeNamespace,
  type Answer,
  type ApiServer,
} from './api-server.ts'
import { kinds, manifest, path, type KindName } from './manifests.ts'
import { heldStatus, ruleRows, type RuleRow } from './rules.ts'

const test = suite<{ server: ApiServer; namespace: string }>('rules of the definitions')

test.before(async (context) => {
  context.server = connect()
  await install(context.server, [kinds.endpoint.crd, kinds.decision.crd])
  context.namespace = await makeNamespace(context.server, 'crd-rules')
})
test.after(({ server }) => server?.close())

const rulesOfKind = (kind: KindName): readonly PlacedRule[] =>
  rulesOf(openApi(kinds[kind].definition))

const ruleOf = ({ kind, at, says }: RuleRow): PlacedRule => {
  const found = rulesOfKind(kind).filter((rule) => rule.path === at && rule.message.includes(says))
  assert.is(found.length, 1, `${kind} ${at}: ${found.length} rules say "${says}"`)
  return found[0] as PlacedRule
}

for (const kind of ['endpoint', 'decision'] as const) {
  test(`every rule of ${kinds[kind].kind} is seen to refuse something`, () => {
    const shown = ruleRows.filter((row) => row.kind === kind && row.refuses.length > 0).map(ruleOf)
    const missing = rulesOfKind(kind).filter(
      (rule) => !shown.some((other) => other.path === rule.path && other.message === rule.message),
    )
    assert.equal(missing, [])
  })
}

const titleOf = (row: RuleRow, index: number): string => {
  const { held, field, says, kind, at, before } = row
  const stored = before && `, stored as ${JSON.stringify(before).slice(0, 60)}`
  if (!held || kind !== 'endpoint')
    return `${index} ${kind} ${at || 'root'}: ${says}${stored ?? ''}`
  const was = JSON.stringify(before).includes(`"${field.split('.').at(-1)}"`)
  return `${field}: ${says} while the endpoint exists${was ? '' : ', where it was absent'}`
}

for (const [index, row] of ruleRows.entries()) {
  test(titleOf(row, index), async (context) => {
    const rule = ruleOf(row)
    const name = `row-${index}`
    if (row.before) await hold(context, row, name)
    const send = (patch: JsonObject) => write(context, row, name, patch)

    for (const patch of row.accepts) {
      const shown = JSON.stringify(patch).slice(0, 200)
      assert.equal(causes(await send(patch)), [], `must be accepted: ${shown}`)
    }
    for (const patch of row.refuses) {
      const found = causes(await send(patch))
      const shown = `must be refused: ${JSON.stringify(patch).slice(0, 200)}: ${JSON.stringify(found)}`
      assert.ok(
        found.some(({ field, message }) => field === row.field && message.includes(rule.message)),
        shown,
      )
    }
  })
}

type Context = { readonly server: ApiServer; readonly namespace: string }

/** Stores the row's object, with the status of an endpoint that exists where the row asks for it. */
async function hold({ server, namespace }: Context, row: RuleRow, name: string): Promise<void> {
  const object = manifest(row.kind, namespace, { ...row.before, metadata: { name } })
  const made = await server.send('POST', path(row.kind, namespace), object)
  assert.equal(causes(made), [])
  if (!row.held) return
  const status = `${path(row.kind, namespace, name)}/status`
  assert.equal(causes(await server.send('PATCH', status, heldStatus, 'merge-patch+json')), [])
}

function write(
  { server, namespace }: Context,
  row: RuleRow,
  name: string,
  patch: JsonObject,
): Promise<Answer> {
  const dry = '?dryRun=All&fieldValidation=Strict'
  if (row.before) {
    return server.send('PATCH', path(row.kind, namespace, name) + dry, patch, 'merge-patch+json')
  }
  const object = manifest(row.kind, namespace, patch)
  return server.send('POST', path(row.kind, namespace) + dry, object)
}

test.run()

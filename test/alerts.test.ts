/** The alerts speak of metrics that exist, with labels that they have; each has its page. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { alertGroups, alerts, runbookPage } from '../operator/alerts.ts'
import { catalogue as decisionConditions } from '../operator/decision/conditions.ts'
import { catalogue as endpointConditions } from '../operator/endpoint/conditions.ts'
import { metricRows } from '../operator/runtime/metrics.ts'

const test = suite('alerts')
const rows = Object.values(metricRows)

test('speak of metrics that the operator has, and of no others', () => {
  for (const { name, expr } of alerts) {
    const named = [...expr.matchAll(/\bpgpe_\w+/g)].map(([metric]) => metric)
    assert.ok(named.length > 0, name)
    for (const metric of named) {
      assert.ok(
        rows.some((row) => metric === row.name),
        `${name}: ${metric}`,
      )
    }
  }
})

test('match labels that those metrics have', () => {
  for (const { name, expr } of alerts) {
    for (const [, metric = '', selectors = ''] of expr.matchAll(/\b(pgpe_\w+)\{([^}]*)\}/g)) {
      const labels: readonly string[] = rows.find((row) => row.name === metric)?.labels ?? []
      for (const [, label = ''] of selectors.matchAll(/(\w+)(?:=~|=)"/g)) {
        assert.ok(labels.includes(label), `${name}: ${metric} has no label ${label}`)
      }
    }
  }
})

test('name conditions that there are', () => {
  const types = new Set([...Object.keys(endpointConditions), ...Object.keys(decisionConditions)])
  types.add('Stalled').add('Reconciling')
  const named = alerts.flatMap(({ expr }) =>
    [...expr.matchAll(/\btype=~?"([^"]+)"/g)].flatMap(([, each = '']) => each.split('|')),
  )
  assert.ok(named.length > 4)
  for (const type of named) assert.ok(types.has(type), type)
})

test('have a name of their own, a page, and a link to it', () => {
  const names = alerts.map(({ name }) => name)
  assert.is(new Set(names).size, names.length)
  const { groups } = alertGroups('https://runbooks.example') as any
  for (const [index, rule] of groups[0].rules.entries()) {
    assert.is(rule.annotations.runbook_url, `https://runbooks.example/${names[index]}.md`)
  }
  for (const alert of alerts) {
    const page = runbookPage(alert)
    for (const part of ['What it means', 'Where to look', 'What to do']) assert.match(page, part)
    assert.not.match(page, /\$labels|\$value/)
  }
})

test.run()

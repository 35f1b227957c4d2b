/** The dashboard shows every metric, by expressions about labels that it has. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { dashboard } from '../operator/dashboard.ts'
import { metricRows } from '../operator/runtime/metrics.ts'

const test = suite('the dashboard')
const { panels } = dashboard() as { readonly panels: readonly any[] }
const rows = Object.values(metricRows)

test('has one panel for each metric, in the words of its row', () => {
  assert.equal(
    panels.map(({ title, description }) => [title, description]),
    rows.map(({ name, help }) => [name, help]),
  )
  assert.is(new Set(panels.map(({ id }) => id)).size, rows.length)
})

test('asks for each metric as its type is read, by its labels', () => {
  for (const [index, { name, type, labels }] of rows.entries()) {
    const { expr, legendFormat } = panels[index].targets[0]
    const read = {
      counter: `(rate(${name}{`,
      gauge: `(${name}{`,
      histogram: `(rate(${name}_bucket{`,
    }[type]
    assert.ok(expr.includes(read), expr)
    assert.is(/rate\(/.test(expr), type !== 'gauge')
    for (const label of labels) {
      assert.match(expr, new RegExp(`by \\([^)]*\\b${label}\\b`))
      assert.ok(legendFormat.includes(`{{${label}}}`), legendFormat)
    }
  }
})

test('lies in three columns without overlaps', () => {
  const places = panels.map(({ gridPos: { x, y, w, h } }) => {
    assert.ok(x + w <= 24 && h === 8)
    return `${x} ${y}`
  })
  assert.is(new Set(places).size, panels.length)
})

test.run()

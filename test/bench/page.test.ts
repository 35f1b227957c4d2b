/** The committed page: what stands of older runs, and that it shows what was measured. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Figure } from './figure.ts'
import { merged, pageOf, plotsOf } from './page.ts'
import { svgOf } from './plot.ts'

const page = suite('the page of figures')

const on = (date: string) => ({
  date,
  hardware: '2 × Test, 8 GiB',
  load: 1,
  system: 'Linux 6',
  versions: { 'Node.js': 'v24' },
  operator: 'node dist/operator.js',
})
const memory = (n: number, value: number): Figure => ({
  ...{ part: 'rest', name: 'resident memory', n, value, unit: 'MiB' },
})

page('a new figure takes the place of the older one, all others stay with their date', () => {
  const first = merged([], [memory(1_000, 120), memory(10, 90)], on('2026-01-01'))
  const second = merged(first, [memory(1_000, 110)], on('2026-02-02'))
  assert.equal(
    second.map(({ n, value, date }) => [n, value, date]),
    [
      [10, 90, '2026-01-01'],
      [1_000, 110, '2026-02-02'],
    ],
  )
})

page('what misses its goal is bold, and the peer stands beside', () => {
  const figures = merged(
    [],
    [
      { ...memory(1_000, 120), goal: 110, peer: 235 },
      { ...memory(10_000, 190), goal: 200 },
    ],
    on('2026-01-01'),
  )
  const lines = pageOf({ ...on('2026-01-01'), figures }).split('\n')
  assert.ok(
    lines.includes(
      '| resident memory | 1,000 | **120 MiB** | ≤ 110 | 235 |  | 2026-01-01, load 1 |',
    ),
  )
  assert.ok(
    lines.includes('| resident memory | 10,000 | 190 MiB | ≤ 200 |  |  | 2026-01-01, load 1 |'),
  )
  assert.ok(lines.includes('![resident memory](benchmarks/memory.svg)'))
})

page('a plot has a point for each N above nothing, at its place', () => {
  const figures = [memory(0, 80), memory(10, 90), memory(10_000, 180)]
  const plot = plotsOf(merged([], figures, on('2026-01-01'))).get('memory')
  assert.ok(plot)
  assert.equal(
    plot.points.map(({ n }) => n),
    [10, 10_000],
  )
  const svg = svgOf({ ...plot, title: 'a < b' })
  assert.match(svg, '<title>a &lt; b</title>')
  const points = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [x, y])
  // Above is 200: 180 MiB is a tenth below the top.
  assert.equal(points, [
    ['56', '136.8'],
    ['456', '57.6'],
  ])
})

page.run()

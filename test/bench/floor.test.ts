/** The floor's arithmetic, by hand-made examples; the table that shows it; what the command line asks. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { floorSeconds, writesSeconds } from './floor.ts'
import { parseOptions } from './options.ts'
import { tableOf } from './table.ts'

const bench = suite('bench')

bench('2,000 writes take ARM three minutes, and 200 none at all', () => {
  assert.is(writesSeconds(2_000, 'arm'), 180)
  assert.is(writesSeconds(200, 'arm'), 0)
})

bench("under the provider's window the second thousand waits for the next five minutes", () => {
  assert.is(writesSeconds(1_000, 'providers'), 80)
  assert.is(writesSeconds(2_000, 'providers'), 380)
})

bench('the floor is what binds: buckets, the busiest server, the busiest subnet', () => {
  const task = { endpoints: 1_000, perServer: 1, perSubnet: 1, limits: 'arm' } as const
  assert.is(floorSeconds(task), 190)
  assert.is(floorSeconds({ ...task, endpoints: 10 }), 63)
  assert.is(floorSeconds({ ...task, perServer: 5 }), 275)
  assert.is(floorSeconds({ ...task, endpoints: 100, perSubnet: 100 }), 360)
})

bench('a figure that misses its goal says so', () => {
  const figure = { part: 'create', name: 'time ÷ floor', n: 1_000, unit: '', goal: 1.05 }
  const [, good = '', bad = '', none = ''] = tableOf([
    { ...figure, value: 1.02 },
    { ...figure, value: 1.2 },
    { ...figure, value: Number.NaN },
  ]).split('\n')
  assert.match(good, /1\.02 +≤ 1\.05 +ok$/)
  assert.match(bad, /1\.20 +≤ 1\.05 +MISSED$/)
  assert.match(none, /not measured +≤ 1\.05$/)
})

bench('the command line chooses parts and sizes, and mistakes are told', () => {
  const wish = parseOptions(['--only', 'create', '--n', '100,10'])
  assert.ok('options' in wish)
  assert.equal(wish.options.only, ['create'])
  assert.equal(wish.options.n, [100, 10])
  for (const args of [['--only', 'sleep'], ['--n', '-1'], ['--n', 'many'], ['--what']]) {
    assert.ok('mistake' in parseOptions(args), args.join(' '))
  }
})

bench.run()

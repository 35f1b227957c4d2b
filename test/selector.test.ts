/** Label selectors, applied here as the API server applies them. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { matches, optionalSelector } from '../operator/selector.ts'
import { table } from './kit/table.ts'

const test = suite('label selectors')

const labels = { shard: 'a', 'team.example/name': 'blue', empty: '' }

table<{ readonly selector: string; readonly holds: boolean }>(
  'a selector',
  {
    'of a value holds': { selector: 'shard=a', holds: true },
    'may have two signs': { selector: 'shard == a', holds: true },
    'of another value fails': { selector: 'shard=b', holds: false },
    'of a label that is not there fails': { selector: 'zone=a', holds: false },
    'against a value fails': { selector: 'shard!=a', holds: false },
    'against a label that is not there holds': { selector: 'zone!=a', holds: true },
    'of several values holds': { selector: 'shard in (b, a)', holds: true },
    'against several values fails': { selector: 'shard notin (a,b)', holds: false },
    'against several values of no label holds': { selector: 'zone notin (a,b)', holds: true },
    'asks for a label': { selector: 'team.example/name', holds: true },
    'asks for an absent label': { selector: '!zone', holds: true },
    'asks for the absence of one that is there': { selector: '!shard', holds: false },
    'of no value asks for an empty one': { selector: 'empty=', holds: true },
    'knows no inherited label': { selector: 'constructor', holds: false },
    'holds if all of it does': { selector: 'shard in (a,b),team.example/name=blue', holds: true },
    'fails if a part does': { selector: 'shard in (a,b), zone', holds: false },
  },
  ({ selector, holds }) => {
    const read = optionalSelector(selector)
    if (read.is !== 'value' || read.value === undefined) throw new Error(JSON.stringify(read))
    assert.is(matches(read.value, labels), holds)
    assert.is(matches(read.value), matches(read.value, {}))
  },
)

test('none is everything', () => {
  assert.equal(optionalSelector(''), { is: 'value', value: undefined })
})

for (const text of ['shard=a b', 'shard in a', 'shard in (a', 'a,,b', '=a', '-a=b', 'a>1', 'a=é']) {
  test(`'${text}' is none`, () => {
    assert.is(optionalSelector(text).is, 'wrong')
  })
}

test.run()

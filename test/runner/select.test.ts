/** Which ring runs a file. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rings } from './rings.ts'
import { filesOf, homeless } from './select.ts'

const test = suite('rings')

const homes: Readonly<Record<string, string>> = {
  'test/endpoint.plan.test.ts': 'pure',
  'test/azure/write.test.ts': 'azure',
  'test/kubernetes/crd.rules.test.ts': 'kubernetes',
  'test/control-plane/launch.test.ts': 'tools',
  'test/runner/runner.test.ts': 'tools',
  'test/arm/network/subnet.test.ts': 'tools',
  'test/demo/demo.test.ts': 'demo',
}

for (const [file, home] of Object.entries(homes)) {
  test(`${file} belongs to the ring ${home}`, () => {
    assert.equal(
      rings.filter((ring) => filesOf(ring, [file], []).length > 0).map(({ name }) => name),
      [home],
    )
  })
}

test('a test file in any other folder is noticed', () => {
  const lost = ['test/somewhere/else.test.ts', 'test/kubernetesx/a.test.ts']
  assert.equal(homeless([...Object.keys(homes), ...lost], rings), lost)
})

test('patterns choose among the files of a ring', () => {
  const [pure] = rings
  assert.ok(pure)
  const files = ['test/a.one.test.ts', 'test/b.two.test.ts', 'test/azure/one.test.ts']
  assert.equal(filesOf(pure, files, ['one']), ['test/a.one.test.ts'])
  assert.equal(filesOf(pure, files, []), ['test/a.one.test.ts', 'test/b.two.test.ts'])
})

test.run()

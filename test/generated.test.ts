/** Every generated file is what its table says. `npm run generate` mends what this complains of. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { files, stale } from '../operator/generate.ts'

const test = suite('generated files')

test('are current', () => {
  assert.equal(stale(), [])
})

test('are the same each time', () => {
  for (const [path, text] of Object.entries(files)) assert.is(text(), text(), path)
})

test('have one heading of level 1 where they are Markdown', () => {
  for (const [path, text] of Object.entries(files)) {
    if (path.endsWith('.md')) assert.is(text().match(/^# /gm)?.length, 1, path)
  }
})

test.run()

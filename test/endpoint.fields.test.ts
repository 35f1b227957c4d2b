/** The table of fields is complete, and every test that it names is there. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openApi } from '../operator/api/definition.ts'
import { definition } from '../operator/api/private-endpoint.ts'
import { places } from '../operator/api/reference.ts'
import { fieldRows, testFiles, type Cell } from '../operator/endpoint/fields.ts'

const test = suite('the table of fields')

/** Sentences that a file registers: `test('…'` and the keys of tables of rows. */
const sentences = (path: string): ReadonlySet<string> => {
  const text = readFileSync(path, 'utf8')
  const named = /(?:test\(\s*|^ {4})(?:'([^'\n]+)'|"([^"\n]+)")(?=[,:])/gm
  return new Set([...text.matchAll(named)].map(([, single, double]) => single ?? double ?? ''))
}

test('speaks of every field that a user can write', () => {
  const groups = ['', 'dns']
  const wanted = places(openApi(definition))
    .filter(({ path }) => path.startsWith('spec.') && !path.endsWith('[]'))
    .map(({ path }) => path.replace(/^spec\./, ''))
    .filter((path) => !groups.includes(path) && (!path.includes('.') || path.startsWith('dns.')))
  assert.equal(fieldRows.map(({ field }) => field).toSorted(), wanted.toSorted())
})

test('names tests that are there', () => {
  const known = Object.fromEntries(
    Object.entries(testFiles).map(([name, path]) => [name, sentences(path)]),
  )
  const missing = fieldRows.flatMap((row) =>
    (['create', 'update', 'drift', 'delete'] as const)
      .map((when): Cell => row[when])
      .filter((cell) => known[cell.file]?.has(cell.test) !== true)
      .map((cell) => `${row.field}: ${cell.file}: ${cell.test}`),
  )
  assert.equal(missing, [])
})

test.run()

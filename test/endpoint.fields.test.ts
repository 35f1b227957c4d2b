/** The table of fields is complete, and every test that it names is there. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openApi } from '../operator/api/definition.ts'
import { definition } from '../operator/api/private-endpoint.ts'
import { places } from '../operator/api/reference.ts'
import { fieldRows, testFiles } from '../operator/endpoint/fields.ts'
import { registered } from './runner/names.ts'

const test = suite('the table of fields')

test('speaks of every field that a user can write', () => {
  const groups = ['', 'dns']
  const wanted = places(openApi(definition))
    .filter(({ path }) => path.startsWith('spec.') && !path.endsWith('[]'))
    .map(({ path }) => path.replace(/^spec\./, ''))
    .filter((path) => !groups.includes(path) && (!path.includes('.') || path.startsWith('dns.')))
  assert.equal(fieldRows.map(({ field }) => field).toSorted(), wanted.toSorted())
})

const cells = fieldRows.flatMap((row) =>
  (['create', 'update', 'drift', 'delete'] as const).map((when) => ({
    row,
    when,
    cell: row[when],
  })),
)

test('names for each cell a test that is registered and run', () => {
  const known = registered(Object.values(testFiles))
  const missing = cells
    .filter(({ cell }) => known[testFiles[cell.file]]?.includes(cell.test) !== true)
    .map(({ row, when, cell }) => `${row.field}, ${when}: ${cell.file}: ${cell.test}`)
  assert.equal(missing, [])
})

test('proves each cell over the simulator or on a real API server', () => {
  const elsewhere = cells.filter(
    ({ cell }) => !/^test\/(azure|kubernetes)\//.test(testFiles[cell.file]),
  )
  assert.equal(elsewhere, [])
  const used = new Set(cells.map(({ cell }) => cell.file))
  assert.equal(Object.keys(testFiles).toSorted(), [...used].toSorted())
})

test.run()

/** One row, one test: its key is the sentence that fails. */
import { suite } from 'uvu'

export function table<Row>(
  subject: string,
  rows: Readonly<Record<string, Row>>,
  check: (row: Row) => void,
): void {
  const test = suite(subject)
  for (const [sentence, row] of Object.entries(rows)) test(sentence, () => check(row))
  test.run()
}

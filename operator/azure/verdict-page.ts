/** The table of ARM errors as the page that users read. Pure. */
import { rows, type Row } from './verdict.ts'

const sources: { readonly [S in Row['source']]: string } = {
  troubleshoot: 'Microsoft, troubleshooting articles',
  recorded: 'recorded traffic',
  operator: 'Azure Service Operator',
  issue: 'public issues',
  http: 'HTTP',
  ours: 'this operator',
}

const subject = ({ code, says, status }: Row): string => {
  if (code !== undefined) return `\`${code}\``
  if (says !== undefined) return `any code with the words “${says}”`
  if (status === undefined) return 'anything else'
  const [first, last] = status
  return first === last ? `HTTP ${first}` : `HTTP ${first} to ${last}`
}

/** First match wins, from the top. */
export const errorsPage = (): string =>
  [
    '| code, words or status | tried again | because | source |',
    '| --- | --- | --- | --- |',
    ...rows.map(
      (row) => `| ${subject(row)} | ${row.retry} | ${row.because} | ${sources[row.source]} |`,
    ),
    '',
  ].join('\n')

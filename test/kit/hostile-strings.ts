/** Texts that have broken out of URLs, terminals, prototypes and parsers elsewhere. */
import { ours } from './decision.ts'

const big = 'a'.repeat(1 << 20)

export const hostileStrings: readonly string[] = [
  ...[
    '..',
    '.',
    '',
    ' ',
    '../..',
    '..%2f',
    '%2e%2e',
    '%252e',
    'a/b',
    'a\\b',
    'a?x=1',
    'a#f',
    'a;b',
  ],
  ...['a&b', '@evil.example', '//evil.example', 'https://evil.example', '\u2024\u2024', 'a\uff0fb'],
  ...['a\0b', 'a\rb', 'a\nb', 'a\tb', 'a\u007fb', '\u202etxet', '\ud800', big],
  ...['__proto__', 'constructor', 'toString', '$ref', '{{7*7}}', '${x}', '\u001b[2J', '\u0085'],
]

/**
 * A right ARM id, made wrong in each way that a parser may overlook.
 * @param id one with a provider
 */
export const hostileIds = (id: string): readonly string[] => {
  const group = id.slice(0, id.indexOf('/providers/'))
  const type = id.slice(group.length)
  return [
    `${id}/`,
    `/${id}`,
    id.slice(1),
    `${group}/${type}`,
    `${group}/..${type}`,
    `${group}/../data${type}`,
    `${id}/extra`,
    `${id}/privateEndpointConnections/..`,
    id.slice(0, id.lastIndexOf('/')),
    id.replace('Microsoft.', 'Evil.'),
    id.replace(ours, ours.replace('1', '\u0661')),
    id.replace(ours, `${ours}0`),
    `${id}${type}`,
    `/providers/Microsoft.Management/managementGroups/x${type}`,
    `https://management.evil.example${id}`,
    `${id}?api-version=1`,
    `${id}#x`,
    `${id}%2f..`,
    `${id}\n`,
    ` ${id}`,
    `${id}\0`,
    `${id}\u2024`,
  ]
}

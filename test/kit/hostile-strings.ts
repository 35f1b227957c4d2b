/** Texts that have broken out of URLs, terminals, prototypes and parsers elsewhere. */
/** By what they try; the classes of attacks on names that other tools have met, and their neighbours. */
const classes: Readonly<Record<string, readonly string[]>> = {
  'to climb': ['..', '.', '../..', '..\\..', '/..', '..;/', '.../..', '....//'],
  'to climb, encoded': [
    '..%2f',
    '%2e%2e',
    '%252e',
    '.%2e',
    '%2e%2e%2f',
    '%c0%ae%c0%ae',
    '%00',
    '%0d%0aX: y',
  ],
  'to be nothing': ['', ' ', '\u00a0', '\u3000', '\u200b', '\ufeff'],
  'to end a part of a URL': ['a/b', 'a\\b', 'a?x=1', 'a#f', 'a;b', 'a&b', 'a=b', 'a%2fb'],
  'to be another host': [
    '@evil.example',
    '//evil.example',
    'https://evil.example',
    'http://169.254.169.254/metadata',
    'evil.example:443',
    'x@evil.example',
  ],
  'to look like another character': [
    '\u2024\u2024',
    'a\uff0fb',
    '\uff0e\uff0e',
    'a\u2215b',
    '\u0131d',
    '\u017fql',
    '\u0430pp',
    'e\u0301',
  ],
  'to control': [
    'a\0b',
    'a\rb',
    'a\nb',
    'a\tb',
    'a\u007fb',
    '\u0085',
    '\u001b[2J',
    '\u001b]0;x\u0007',
    'a\u2028b',
  ],
  'to turn the line': ['\u202etxet', '\u2066x\u2069', 'a\u200fb', '\ud800', '\u{e0041}'],
  'to be too long': ['a'.repeat(1 << 20), 'a'.repeat(4_097), '\u{1f600}'.repeat(2_000)],
  'to be a property': ['__proto__', 'constructor', 'toString', 'prototype', 'hasOwnProperty'],
  'to be evaluated': [
    '$ref',
    '{{7*7}}',
    '${x}',
    '$(id)',
    '`id`',
    "'; --",
    '<script>',
    '%s%n',
    '*',
    '.*',
  ],
}

export const hostileStrings: readonly string[] = Object.values(classes).flat()

/**
 * A right ARM id, made wrong in each way that a parser may overlook.
 * @param id one with a provider
 */
export const hostileIds = (id: string): readonly string[] => {
  const group = id.slice(0, id.indexOf('/providers/'))
  const type = id.slice(group.length)
  const subscription = id.split('/')[2] ?? ''
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
    id.replace(subscription, subscription.replace(/\d/, '\u0661')),
    id.replace(subscription, `${subscription}0`),
    id.replace('/resourceGroups/', '/resourceGroups//'),
    id.replace('/subscriptions/', '/\u017fubscriptions/'),
    id.replace(/[^/]+$/, '..'),
    id.replace(/[^/]+$/, '.'),
    id.replace(/[^/]+$/, '%2e%2e'),
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

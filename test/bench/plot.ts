/** Cost against N as an SVG: points on a logarithmic axis of N, the goal dashed, the peer dotted. Pure. */
import { shown } from './figure.ts'

export interface Plot {
  readonly title: string
  readonly unit: string
  readonly points: readonly { readonly n: number; readonly value: number }[]
  /** Where it is the same for each N. */
  readonly goal?: number | undefined
  readonly peer?: number | undefined
}

const [width, height] = [480, 260]
const inner = { left: 56, right: 456, top: 40, bottom: 216 } as const
/** N from 10 to 10,000. */
const decades = [1, 2, 3, 4] as const

const x = (n: number): number => {
  const [first, last] = [decades[0], decades.at(-1) ?? 4]
  const share = (Math.log10(Math.max(n, 10)) - first) / (last - first)
  return inner.left + share * (inner.right - inner.left)
}

export function svgOf({ title, unit, points, goal, peer }: Plot): string {
  const values = [...points.map(({ value }) => value), goal ?? 0, peer ?? 0]
  const top = niceAbove(Math.max(...values) * 1.1)
  const y = (value: number): number => inner.bottom - (value / top) * (inner.bottom - inner.top)
  const sorted = points.toSorted((a, b) => a.n - b.n)
  const line = sorted.map(({ n, value }) => `${round(x(n))},${round(y(value))}`).join(' ')
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(inner.left, 20, `${title}${unit === '' ? '' : `, ${unit}`}`, 'font-weight="bold"'),
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
      rule(y(top * share), '#e5e7eb'),
      text(inner.left - 6, y(top * share) + 4, shown(top * share), 'text-anchor="end"'),
    ]),
    ...decades.map((each) =>
      text(x(10 ** each), inner.bottom + 16, shown(10 ** each), 'text-anchor="middle"'),
    ),
    text((inner.left + inner.right) / 2, height - 10, 'endpoints', 'text-anchor="middle"'),
    ...mark(goal, 'goal', '#15803d', '6 3', y),
    ...mark(peer, 'peer', '#b91c1c', '2 3', y),
    `<polyline points="${line}" fill="none" stroke="#1d4ed8" stroke-width="2"/>`,
    ...sorted.flatMap(({ n, value }) => [
      `<circle cx="${round(x(n))}" cy="${round(y(value))}" r="3" fill="#1d4ed8"/>`,
      text(x(n), y(value) - 7, shown(value), 'text-anchor="middle" fill="#1d4ed8"'),
    ]),
    '</svg>',
    '',
  ].join('\n')
}

function mark(
  value: number | undefined,
  name: string,
  colour: string,
  dashes: string,
  y: (value: number) => number,
): readonly string[] {
  if (value === undefined) return []
  return [
    rule(y(value), colour, dashes),
    text(
      inner.right,
      y(value) - 3,
      `${name} ${shown(value)}`,
      `text-anchor="end" fill="${colour}"`,
    ),
  ]
}

const rule = (y: number, colour: string, dashes = ''): string =>
  `<line x1="${inner.left}" x2="${inner.right}" y1="${round(y)}" y2="${round(y)}" stroke="${colour}"${dashes === '' ? '' : ` stroke-dasharray="${dashes}"`}/>`

const text = (x: number, y: number, words: string, more: string): string =>
  `<text x="${round(x)}" y="${round(y)}" ${more}>${escaped(words)}</text>`

const round = (value: number): number => Math.round(value * 10) / 10

const escaped = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** 1, 2 or 5 times a power of ten. */
function niceAbove(value: number): number {
  if (!(value > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 5, 10].find((each) => each * power >= value) ?? 10) * power
}

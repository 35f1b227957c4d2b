/**
 * The committed results: docs/benchmarks.json, and what is made of it, a page with its plots. New figures
 * take the place of older ones of the same part, size and name; the others stay, with their own date.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format } from 'prettier'
import { root } from '../demo/root.ts'
import { type Figure, isReached, shown } from './figure.ts'
import { parts } from './parts.ts'
import { svgOf, type Plot } from './plot.ts'
import type { Surroundings } from './surroundings.ts'

/** A figure, and when and on what it was measured. */
export interface Result extends Figure, Pick<Surroundings, 'date' | 'hardware' | 'load'> {}

export interface Results extends Omit<Surroundings, 'date' | 'hardware' | 'load'> {
  readonly figures: readonly Result[]
}

const docs = join(root, 'docs')
const file = join(docs, 'benchmarks.json')
const plotsDirectory = 'benchmarks'

const keyOf = ({ part, n, name }: Figure): string => `${part} ${n} ${name}`

/** What stands after a run. */
export function merged(
  before: readonly Result[],
  figures: readonly Figure[],
  { date, hardware, load }: Surroundings,
): readonly Result[] {
  const fresh = figures.map((figure): Result => ({ ...figure, date, hardware, load }))
  const keys = new Set(fresh.map(keyOf))
  const all = [...before.filter((each) => !keys.has(keyOf(each))), ...fresh]
  const order = [...new Set(all.map(({ part }) => part))]
  return all.toSorted((a, b) => order.indexOf(a.part) - order.indexOf(b.part) || a.n - b.n)
}

export async function writePage(
  surroundings: Surroundings,
  figures: readonly Figure[],
): Promise<void> {
  const known: readonly Result[] = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Results).figures
    : []
  const { date: _, hardware: __, load: ___, ...rest } = surroundings
  const results = { ...rest, figures: merged(known, figures, surroundings) }
  const pretty = (text: string, parser: string): Promise<string> =>
    format(text, { parser, printWidth: 100 })
  mkdirSync(join(docs, plotsDirectory), { recursive: true })
  writeFileSync(file, await pretty(JSON.stringify(results), 'json'))
  for (const [name, plot] of plotsOf(results.figures)) {
    writeFileSync(join(docs, plotsDirectory, `${name}.svg`), svgOf(plot))
  }
  writeFileSync(join(docs, 'benchmarks.md'), await pretty(pageOf(results), 'markdown'))
}

/** Which figures are drawn against N: the plot's file, the part, the figure. */
const drawn: readonly (readonly [name: string, part: string, figure: string])[] = [
  ['requests', 'create', 'ARM requests per endpoint'],
  ['time', 'create', 'time ÷ floor'],
  ['processor', 'create', 'processor time per endpoint'],
  ['writes', 'create', 'kube-apiserver writes per endpoint'],
  ['memory', 'rest', 'resident memory'],
  ['idle', 'rest', 'processor at rest'],
]

export const plotsOf = (results: readonly Result[]): ReadonlyMap<string, Plot> =>
  new Map(
    drawn.flatMap(([file, part, name]) => {
      const found = results.filter((each) => each.part === part && each.name === name && each.n > 0)
      const [first] = found
      if (first === undefined) return []
      const same = (of: 'goal' | 'peer'): number | undefined => {
        const values = new Set(found.flatMap((each) => each[of] ?? []))
        return values.size === 1 ? [...values][0] : undefined
      }
      const { unit } = first
      const plot = { title: name, unit, points: found, goal: same('goal'), peer: same('peer') }
      return [[file, plot] as const]
    }),
  )

const row = (figure: Result): string => {
  const { n, name, value, unit, goal, peer, note = '', date, load } = figure
  const reached = isReached(figure)
  const cells = [
    name,
    shown(n),
    `${reached === false ? '**' : ''}${shown(value)}${unit === '' ? '' : ` ${unit}`}${reached === false ? '**' : ''}`,
    goal === undefined ? '' : `≤ ${shown(goal)}`,
    peer === undefined ? '' : shown(peer),
    note,
    `${date}, load ${load}`,
  ]
  return `| ${cells.join(' | ')} |`
}

export function pageOf({ system, versions, operator, figures }: Results): string {
  const hardware = [...new Set(figures.map((each) => each.hardware))].join('; ')
  const abouts = new Map(parts.map(({ name, about }) => [name, about]))
  return [
    '# Benchmarks',
    '',
    'What the operator costs, as `npm run bench` measures it: the bundle of the image, started with the',
    "image's flags, against a real kube-apiserver and etcd and the ARM simulator, each a process of its own.",
    'The world: one subscription, one zone, N servers, N subnets in ten virtual networks, one endpoint each,',
    'made by another identity before the clock starts. Operations take what they take in Azure. A figure',
    'that misses its goal is **bold**. Peer: Azure Service Operator v2.20, measured against a comparable',
    'stand-in for Azure. This page, its plots and [benchmarks.json](benchmarks.json) are written by',
    '`npm run bench`; parts of it by `npm run bench -- --page --only PART`.',
    '',
    `- Hardware: ${hardware}; ${system}`,
    `- Versions: ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}`,
    `- Operator: \`${operator}\``,
    '- Load: how many processes wanted a processor when the run ended. Above the number of processors, times',
    '  and processor figures are upper bounds; requests, writes and answers 429 are counts.',
    "- Floor: the least time for two writes an endpoint under ARM's token bucket of writes (200 at once, 10 a",
    "  second), Microsoft.Network's window where it is on (1,000 in five minutes), and one operation at a",
    '  time on each server, and on each subnet for three seconds; and the zone group of the last one, 10 s.',
    '  An operation counts as long as the longest; where few are made, luck may be faster.',
    '',
    ...[...plotsOf(figures)].map(
      ([name, { title }]) => `![${title}](${plotsDirectory}/${name}.svg)`,
    ),
    '',
    ...[...new Set(figures.map(({ part }) => part))].flatMap((part) => [
      `## ${part}`,
      '',
      ...(abouts.has(part) ? [`${abouts.get(part)}.`, ''] : []),
      '| figure | N | value | goal | peer | note | measured |',
      '| --- | ---: | ---: | ---: | ---: | --- | --- |',
      ...figures.filter((each) => each.part === part).map(row),
      '',
    ]),
  ].join('\n')
}

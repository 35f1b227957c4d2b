/** Figures as lines of text, one each. Pure. */
import { type Figure, isReached, shown } from './figure.ts'

const columns = ['part', 'n', 'figure', 'value', 'goal', 'peer', ''] as const

const cells = (figure: Figure): readonly string[] => {
  const { part, n, name, value, unit, goal, peer, note = '' } = figure
  const reached = isReached(figure)
  const mark = reached === undefined ? '' : reached ? 'ok' : 'MISSED'
  return [
    part,
    shown(n),
    name,
    unit === '' ? shown(value) : `${shown(value)} ${unit}`,
    goal === undefined ? '' : `≤ ${shown(goal)}`,
    peer === undefined ? '' : shown(peer),
    [mark, note].filter((text) => text !== '').join('; '),
  ]
}

export function tableOf(figures: readonly Figure[]): string {
  const rows = [columns, ...figures.map(cells)]
  const widths = columns.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/**
 * Text for people: tones as colours where a terminal shows them, columns, durations. Whatever it quotes is
 * made printable first. Pure.
 */
import { plain } from '../api/printable.ts'

/** What a state means for whoever looks. */
export type Tone = 'good' | 'waiting' | 'bad' | 'faint' | 'plain'
export type Paint = (tone: Tone, text: string) => string

const codes: Readonly<Record<Tone, string>> = {
  good: '32',
  waiting: '33',
  bad: '31',
  faint: '2',
  plain: '',
}

export const noPaint: Paint = (_, text) => text
export const colours: Paint = (tone, text) =>
  codes[tone] === '' || text === '' ? text : `\u001B[${codes[tone]}m${text}\u001B[0m`

const tones: Readonly<Record<string, Tone>> = {
  ...each('good', 'Ready', 'Approved', 'Succeeded', 'True', 'Healthy', 'Approve', 'Deleted'),
  ...each('bad', 'Rejected', 'Disconnected', 'Failed', 'Canceled', 'Stalled', 'Reject', 'Delete'),
}

function each(tone: Tone, ...states: readonly string[]): Record<string, Tone> {
  return Object.fromEntries(states.map((state) => [state, tone]))
}

/** Of a state that Azure or the operator names; one that is not known is worth a look. */
export const toneOf = (state: string): Tone =>
  Object.hasOwn(tones, state) ? (tones[state] ?? 'waiting') : 'waiting'

/** Texts of Azure, of strangers and of other writers, fit for one line of a terminal. */
export const shown = (text: string | undefined, length = 512): string => plain(text ?? '', length)

export interface Cell {
  readonly text: string
  readonly tone?: Tone
}
const cellOf = (cell: string | Cell): Cell => (typeof cell === 'string' ? { text: cell } : cell)

/** Lines of aligned columns, three blanks apart, without blanks at their ends. */
export function columns(
  rows: readonly (readonly (string | Cell)[])[],
  paint: Paint,
): readonly string[] {
  const cells = rows.map((row) => row.map(cellOf))
  const widths: number[] = []
  for (const row of cells) {
    row.forEach(({ text }, at) => (widths[at] = Math.max(widths[at] ?? 0, text.length)))
  }
  return cells.map((row) => {
    const last = row.findLastIndex(({ text }) => text !== '')
    return row
      .slice(0, last + 1)
      .map(({ text, tone = 'plain' }, at) => {
        const padding = at === last ? '' : ' '.repeat((widths[at] ?? 0) - text.length + 3)
        return paint(tone, text) + padding
      })
      .join('')
  })
}

/** As kubectl writes ages: two units at most. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const [days, hours, minutes] = [86_400, 3_600, 60].map((unit) => Math.floor(seconds / unit))
  if (days) return `${days}d${(hours ?? 0) % 24 ? `${(hours ?? 0) % 24}h` : ''}`
  if (hours) return `${hours}h${(minutes ?? 0) % 60 ? `${(minutes ?? 0) % 60}m` : ''}`
  return minutes ? `${minutes}m${seconds % 60 ? `${seconds % 60}s` : ''}` : `${seconds}s`
}

/** How long ago, and when; empty for what is no time. */
export function since(time: string | undefined, now: Date): string {
  const at = Date.parse(time ?? '')
  return Number.isNaN(at) ? '' : `${duration(now.getTime() - at)} (${time})`
}

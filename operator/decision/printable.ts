/** Names and numbers of a decision's messages. */
import { plain } from '../api/printable.ts'

export { plain } from '../api/printable.ts'

/** `a, b, c and 4 more`. */
export function list(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).map((name) => plain(name, 120))
  const rest = names.length - shown.length
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ')
}

/** `1 connection`, `3 connections`. */
export const count = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? '' : 's'}`

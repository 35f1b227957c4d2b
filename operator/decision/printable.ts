/**
 * Texts of strangers, made fit to be shown. Azure lets a requester choose names and messages; shown in
 * a terminal or a log they must not move the cursor, reverse the line or hide anything.
 */

/** Control, format (bidi, zero width), surrogate, private-use and unassigned characters; line and paragraph separators. */
const unprintable = /[\p{C}\p{Zl}\p{Zp}]/gu

/** At most `length` characters, what can't be printed replaced one by one, so that it stays visible that something was there. */
export function plain(text: string, length: number): string {
  const clean = text.slice(0, 4 * length).replace(unprintable, '\uFFFD')
  return clean.length <= length ? clean : `${clean.slice(0, length - 1)}…`
}

/** `a, b, c and 4 more`. */
export function list(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).map((name) => plain(name, 120))
  const rest = names.length - shown.length
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ')
}

/** `1 connection`, `3 connections`. */
export const count = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? '' : 's'}`

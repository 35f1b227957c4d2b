/**
 * Texts of strangers, made fit to be shown. Azure lets a requester choose names and messages, and an object
 * may be older than the rule that would refuse it; shown in a terminal or a log they must not move the
 * cursor, reverse the line or hide anything. Pure.
 */

/** Control, format (bidi, zero width), surrogate, private-use and unassigned characters; line and paragraph separators. */
const unprintable = /[\p{C}\p{Zl}\p{Zp}]/gu

/** At most `length` characters, what can't be printed replaced one by one, so that it stays visible that something was there. */
export function plain(text: string, length: number): string {
  const clean = text.slice(0, 4 * length).replace(unprintable, '\uFFFD')
  return clean.length <= length ? clean : `${clean.slice(0, length - 1)}…`
}

/** The same, where breaks of lines may be meant well: they become blanks. */
export const onOneLine = (text: string, length: number): string =>
  plain(text.replace(/[\t\n\r]+/g, ' '), length)

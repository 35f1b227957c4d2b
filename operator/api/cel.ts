/** CEL expressions and the patterns inside them, as texts. Never decides what a field means. */

/** A CEL string literal of any text. */
export const quote = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

/** Whether the text matches the RE2 pattern as a whole, in any case. RE2's own `(?i)` would let U+017F pass for an `s`. */
export const lowerMatches = (pattern: string): string =>
  `self.lowerAscii().matches(${quote(`^${pattern}$`)})`

export const guid = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
/** 1 to 90 characters, no period at either end (a name that starts with one could read as `.` or `..`). */
export const groupName = '[a-z0-9_()-]([a-z0-9_.()-]{0,88}[a-z0-9_()-])?'
/** 1 to `length` characters; starts with a letter or digit, ends with one of them or `_`. */
export const resourceName = (length: number): string =>
  `[a-z0-9]([a-z0-9_.-]{0,${length - 2}}[a-z0-9_])?`
/** One label of a DNS name. */
export const label = '[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?'

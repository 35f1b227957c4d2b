/**
 * Reads an answer that is not a success: which code counts, in which words, and when to come back.
 * Pure. Must never let control characters, tokens or unbounded text through.
 */
import type { ArmError } from './error.ts'
import { isObject, object, text } from './json.ts'
import type { Json } from './model.ts'
import { isKnown, verdict } from './verdict.ts'

/** Header values by lower-case name. */
export interface HeaderValues {
  get(name: string): string | undefined
}

interface Said {
  readonly code: string
  readonly message: string
}

const longest = 1_000

/** One line without control characters and direction marks, of bounded length. */
export function cleaned(message: string): string {
  const plain = message
    .replace(/eyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '[token]')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
  return plain.length <= longest ? plain : `${plain.slice(0, longest - 1)}…`
}

/**
 * The error of an answer.
 * @param body decoded JSON; undefined when there was none or it could not be decoded
 * @param now wall clock, ms since the epoch
 */
export function refusal(
  status: number,
  headers: HeaderValues,
  body: Json | undefined,
  now: number,
): ArmError {
  const said = innermost(body)
  const code = said?.code ?? `HTTP ${status}`
  const correlationId = headers.get('x-ms-correlation-request-id')
  const retryAfter = retryAfterMs(headers.get('retry-after'), now)
  return {
    code: cleaned(code).slice(0, 100),
    status,
    message: cleaned(said?.message ?? '') || unspoken(status),
    retry: verdict(code, status, said?.message),
    ...(retryAfter === undefined ? {} : { retryAfterMs: retryAfter }),
    ...(correlationId === undefined ? {} : { correlationId: cleaned(correlationId).slice(0, 100) }),
  }
}

const unspoken = (status: number): string =>
  status >= 300 && status < 400
    ? `Azure answered with a redirect (${status}), which is never followed.`
    : `Azure answered with status ${status} and no error of its own.`

/** The deepest error whose code the table knows, else the outermost. */
function innermost(body: Json | undefined): Said | undefined {
  const root = object(body)
  const outer = isObject(root['error']) ? root['error'] : root
  const said = errorsOf(outer, 0)
  return said.findLast(({ code, message }) => isKnown(code, message)) ?? said[0]
}

/** All errors, outermost first; bounded in depth and number. */
function errorsOf(error: Json | undefined, depth: number): readonly Said[] {
  if (!isObject(error) || depth > 5) return []
  const code = text(error['code']) ?? ''
  const own = code === '' ? [] : [{ code, message: text(error['message']) ?? '' }]
  const details = error['details']
  const inner = Array.isArray(details) ? details.slice(0, 20) : []
  return [...own, ...[error['innererror'], ...inner].flatMap((part) => errorsOf(part, depth + 1))]
}

const second = 1_000
const hour = 3_600 * second

/** `Retry-After`, seconds or a date, clamped to [1 s, 1 h]; undefined when absent or not a time. */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined || value.trim() === '') return undefined
  const seconds = Number(value)
  const ms = Number.isNaN(seconds) ? Date.parse(value) - now : seconds * second
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, second), hour)
}

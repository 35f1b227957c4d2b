/**
 * Logs: one JSON object per line. The message is the event's name from the list below; what it is
 * about stands in flat fields. Must never print a credential, a request's or an answer's body.
 */
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino'

/** Every event there is. The message of each line is one of these names. */
export const logEvents = {
  starting: 'The settings make sense, and the cluster answers.',
  serving: 'The health pages are there.',
  ready: 'Watches are synced, and this process leads: it acts from now on.',
  standby: 'Another process leads; this one watches and waits.',
  stopping: 'A signal asked the process to end; visits under way are finished.',
  'stopping-late': 'Something did not end in its time; the process ends regardless.',
  stopped: 'The process ends, with nothing under way.',
  'lease-lost': 'This process must not act any more, and ends.',
  'lease-trouble': 'A try to take or renew the lease failed.',
  'watch-trouble': 'A watch ended otherwise than by its time; it is begun anew.',
  'watch-listener-failed': 'A change could not be passed on inside the process: a defect.',
  visit: 'A key was visited, and something was tried in Azure.',
  'visit-quiet': 'A key was visited, and nothing had to be done.',
  'visit-changed': 'The object changed while it was visited; it is visited again.',
  'visit-failed': 'A visit failed; the key comes back later.',
  'event-not-sent': 'A Kubernetes Event could not be recorded.',
  'event-dropped': 'A Kubernetes Event was not recorded, to spare the API server.',
  'policy-in-place': 'The admission policy for decisions is in place: decisions are acted on.',
  'policy-unknown': 'Whether that policy is in place could not be read; what was read last stands.',
  'policy-missing': 'The admission policy for decisions is missing: they are not acted on.',
  'policy-hidden':
    'The admission policy for decisions may not be read: without --allow-ungated they are not acted on.',
  'policy-changed':
    'The admission policy for decisions is not as this version ships it: they are not acted on.',
  'decision-written':
    'A decision was sent to Azure: which object, whose, about whom, what was and what was asked for.',
  'azure-request': 'One request to Azure Resource Manager.',
  alarm: 'Something that a person must look at.',
  unexpected: 'An error that nothing in the process had foreseen: a defect.',
} as const

export type LogEvent = keyof typeof logEvents
export type Fields = Readonly<
  Record<string, string | number | boolean | undefined | readonly string[]>
>

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export interface Log {
  debug(event: LogEvent, fields?: Fields): void
  info(event: LogEvent, fields?: Fields): void
  warn(event: LogEvent, fields?: Fields): void
  error(event: LogEvent, fields?: Fields): void
  /** A log that says these fields in every line. */
  child(fields: Fields): Log
}

/** @param destination default: standard output, written at once so that no line is lost at the end */
export function createLog(level: LogLevel, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  return wrap(pino(options, destination ?? pino.destination({ fd: 1, sync: true })))
}

const wrap = (logger: Logger): Log => ({
  debug: (event, fields) => logger.debug(clean(fields), event),
  info: (event, fields) => logger.info(clean(fields), event),
  warn: (event, fields) => logger.warn(clean(fields), event),
  error: (event, fields) => logger.error(clean(fields), event),
  child: (fields) => wrap(logger.child(clean(fields))),
})

function clean(fields: Fields = {}): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'string' ? redact(value) : value,
  ])
  return Object.fromEntries(entries) as Record<string, unknown>
}

/** Field names and texts that carry credentials, however they got into a message. */
const secrets: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 [redacted]'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[redacted]'],
  [
    /\b(client_secret|client_assertion|access_token|refresh_token|password|sig)=[^&\s"]+/gi,
    '$1=[redacted]',
  ],
  [
    /("(?:client_?secret|access_?token|refresh_?token|password)"\s*:\s*)"[^"]*"/gi,
    '$1"[redacted]"',
  ],
]

export const redact = (text: string): string =>
  secrets.reduce((clean, [pattern, instead]) => clean.replace(pattern, instead), text)

/** An error as fields. `trace` adds where it was thrown: for defects, not for refusals. */
export function errorFields(error: unknown, { trace = false } = {}): Fields {
  if (!(error instanceof Error)) return { error: String(error) }
  const { code, reason } = error as { readonly code?: unknown; readonly reason?: unknown }
  return {
    error: error.message,
    ...(typeof code === 'number' || typeof code === 'string' ? { code } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(trace && error.stack !== undefined ? { stack: error.stack } : {}),
  }
}

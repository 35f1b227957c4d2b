/**
 * What a request that brought no answer means, as rows: which of our codes, how soon to try again, and
 * whether it can have reached Azure at all. Pure.
 */
import type { ArmError, OurCode, RetryClass } from './error.ts'

/** A request without a usable answer. */
export class BrokenRequest extends Error {
  readonly code: OurCode
  readonly retry: RetryClass
  /** False only where no byte of the request can have been read by anybody. */
  readonly sent: boolean

  constructor(code: OurCode, retry: RetryClass, sent: boolean, message: string) {
    super(message)
    this.name = 'BrokenRequest'
    this.code = code
    this.retry = retry
    this.sent = sent
  }

  toArmError(): ArmError {
    return { code: this.code, message: this.message, retry: this.retry }
  }
}

interface Row {
  /** Codes of Node.js, OpenSSL, zlib and undici; as a prefix where a star follows. */
  readonly codes: readonly string[]
  readonly code: OurCode
  readonly retry: RetryClass
  readonly sent: boolean
  readonly says: (host: string) => string
}

const rows: readonly Row[] = [
  {
    codes: ['UND_ERR_CONNECT_TIMEOUT'],
    code: 'DeadlineExceeded',
    retry: 'fast',
    sent: false,
    says: (host) => `No connection to ${host} came about in time.`,
  },
  {
    codes: ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'TimeoutError', 'ETIMEDOUT'],
    code: 'DeadlineExceeded',
    retry: 'fast',
    sent: true,
    says: (host) => `${host} did not answer completely in time.`,
  },
  {
    codes: ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL'],
    code: 'Unreachable',
    retry: 'fast',
    sent: false,
    says: (host) => `The name of ${host} can't be resolved.`,
  },
  {
    codes: ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'],
    code: 'Unreachable',
    retry: 'fast',
    sent: false,
    says: (host) => `${host} can't be reached.`,
  },
  {
    codes: [
      'CERT_*',
      'UNABLE_TO_*',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'ERR_TLS_*',
      'ERR_SSL_*',
    ],
    code: 'Unreachable',
    retry: 'slow',
    sent: false,
    says: (host) =>
      `The certificate of ${host} is not trusted; name its authority in NODE_EXTRA_CA_CERTS.`,
  },
  {
    codes: ['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'ERR_BUFFER_TOO_LARGE'],
    code: 'Undecodable',
    retry: 'slow',
    sent: true,
    says: (host) => `The answer of ${host} is larger than any that Azure sends.`,
  },
  {
    codes: ['Z_*', 'HPE_*', 'HTTPParserError', 'UND_ERR_HEADERS_OVERFLOW'],
    code: 'Undecodable',
    retry: 'fast',
    sent: true,
    says: (host) => `The answer of ${host} is not HTTP as Azure speaks it.`,
  },
]

const broken: Omit<Row, 'codes'> = {
  code: 'Unreachable',
  retry: 'fast',
  sent: true,
  says: (host) => `The connection to ${host} broke before an answer.`,
}

const matches = (pattern: string, code: string): boolean =>
  pattern.endsWith('*') ? code.startsWith(pattern.slice(0, -1)) : pattern === code

/** Names what the transport threw; what it does not know counts as sent. */
export function brokenBy(error: unknown, host: string, answered: boolean): BrokenRequest {
  const codes = codesOf(error)
  const row = rows.find(({ codes: known }) =>
    known.some((pattern) => codes.some((code) => matches(pattern, code))),
  )
  const { code, retry, sent, says } = row ?? broken
  const cause = codes[0] === undefined ? '' : ` (${codes[0]})`
  return new BrokenRequest(code, retry, sent || answered, `${says(host).slice(0, -1)}${cause}.`)
}

/** Codes and names of an error and its causes, outermost first. */
function codesOf(error: unknown): readonly string[] {
  const codes: string[] = []
  let at: unknown = error
  for (let depth = 0; depth < 5 && at instanceof Error; depth += 1) {
    if ('code' in at && typeof at.code === 'string') codes.push(at.code)
    else if (at.name !== 'Error' && at.name !== 'TypeError') codes.push(at.name)
    if (at instanceof AggregateError) codes.push(...at.errors.flatMap(codesOf))
    at = at.cause
  }
  return codes
}

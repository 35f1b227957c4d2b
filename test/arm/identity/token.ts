/**
 * Access tokens: JSON Web Tokens signed with a secret of this simulator's. Issued to identities of the
 * directory, checked by the resource manager. Tokens age in real time, as their clients do.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Directory } from '../directory.ts'
import type { SimulatedIdentity } from '../simulator.ts'

/** Seconds, as Entra gives them. */
export const lifetimeSeconds = 3599

export interface Claims {
  readonly aud: string
  readonly iss: string
  readonly tid: string
  readonly oid: string
  readonly sub: string
  readonly appid: string
  readonly iat: number
  readonly nbf: number
  readonly exp: number
}

export type Verdict =
  | { readonly is: 'valid'; readonly identity: SimulatedIdentity; readonly claims: Claims }
  | { readonly is: 'invalid' }
  | { readonly is: 'expired'; readonly claims: Claims }
  | { readonly is: 'wrongAudience'; readonly claims: Claims }

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A part of a token as JSON; undefined when it is none. */
export function decodePart(
  part: string | undefined,
): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined
  } catch {
    return undefined
  }
}

/** `https://host`, `https://host/` and `https://host//` are one audience. */
const bare = (audience: string): string => audience.replace(/\/+$/, '')

export interface TokenSettings {
  readonly secret: string
  readonly directory: Directory
  /** What a token for the resource manager is asked for; the issuer's address too. */
  readonly url: string
  readonly realNow: () => number
}

export class Tokens {
  readonly #settings: TokenSettings

  constructor(settings: TokenSettings) {
    this.#settings = settings
  }

  /** @param audience as it was asked for */
  issue(
    identity: SimulatedIdentity,
    audience: string,
  ): { readonly token: string; readonly expiresAt: number } {
    const { url, realNow } = this.#settings
    const now = Math.floor(realNow() / 1000)
    const claims: Claims = {
      aud: audience,
      iss: `${url}/${identity.tenantId}/v2.0`,
      tid: identity.tenantId,
      oid: identity.objectId,
      sub: identity.objectId,
      appid: identity.clientId,
      iat: now,
      nbf: now,
      exp: now + lifetimeSeconds,
    }
    const signed = `${encode({ typ: 'JWT', alg: 'HS256' })}.${encode({ ...claims, idtyp: 'app', ver: '1.0' })}`
    return { token: `${signed}.${this.#sign(signed)}`, expiresAt: claims.exp }
  }

  /** Whether the token lets its bearer in at the resource manager. */
  check(token: string): Verdict {
    const [header, payload, signature, ...more] = token.split('.')
    if (more.length > 0 || signature === undefined) return { is: 'invalid' }
    const wanted = Buffer.from(this.#sign(`${header}.${payload}`))
    const given = Buffer.from(signature)
    if (wanted.length !== given.length || !timingSafeEqual(wanted, given)) return { is: 'invalid' }
    const claims = decodePart(payload) as Claims | undefined
    const identity = this.#settings.directory.byObjectId.get(claims?.oid ?? '')
    if (claims === undefined || identity === undefined) return { is: 'invalid' }
    if (claims.exp * 1000 <= this.#settings.realNow()) return { is: 'expired', claims }
    if (bare(claims.aud) !== this.#settings.url) return { is: 'wrongAudience', claims }
    return { is: 'valid', identity, claims }
  }

  #sign(text: string): string {
    return createHmac('sha256', this.#settings.secret).update(text).digest('base64url')
  }
}

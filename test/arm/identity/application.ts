/**
 * What an application may sign in with, where a test says so: secrets, certificates, federated tokens.
 * Where nothing is said of a kind, an application has its first secret, and assertions are taken
 * without a look at their signature.
 */
import { constants, createHash, createPublicKey, verify, X509Certificate } from 'node:crypto'
import type { JsonWebKey, KeyObject } from 'node:crypto'
import { decodePart } from './token.ts'

/** A federated identity credential: whose tokens stand for the application. */
export interface Federation {
  readonly issuer: string
  /** `system:serviceaccount:<namespace>:<name>` */
  readonly subject: string
  /** The issuer's keys, as its JWKS document has them. */
  readonly keys: readonly JsonWebKey[]
}

export interface ApplicationCredentials {
  readonly secrets?: readonly string[]
  /** PEM. */
  readonly certificates?: readonly string[]
  readonly federated?: readonly Federation[]
}

export class Applications {
  readonly #credentials = new Map<string, ApplicationCredentials>()

  /** Replaces what is named; the rest stays. */
  set(clientId: string, credentials: ApplicationCredentials): void {
    this.#credentials.set(clientId, { ...this.#credentials.get(clientId), ...credentials })
  }

  of(clientId: string): ApplicationCredentials {
    return this.#credentials.get(clientId) ?? {}
  }
}

/** Whether one of the certificates signed it, by the thumbprint that it names. */
export function signedByCertificate(assertion: string, certificates: readonly string[]): boolean {
  const header = decodePart(assertion.split('.')[0])
  return certificates.some((pem) => {
    const { raw, publicKey } = new X509Certificate(pem)
    const thumbprints = [
      [header?.['x5t#S256'], 'sha256'],
      [header?.['x5t'], 'sha1'],
    ] as const
    const named = thumbprints.some(
      ([said, hash]) => said === createHash(hash).update(raw).digest('base64url'),
    )
    return named && isSigned(assertion, publicKey)
  })
}

/** Why Entra does not take the token for the application; undefined when it does. */
export function federationFlaw(
  assertion: string,
  federated: readonly Federation[],
): string | undefined {
  const [header, claims] = assertion.split('.', 2).map(decodePart)
  const shown = `Assertion Issuer: '${String(claims?.['iss'])}'. Assertion Subject: '${String(claims?.['sub'])}'.`
  const ofIssuer = federated.filter(({ issuer }) => issuer === claims?.['iss'])
  if (ofIssuer.length === 0) {
    return `AADSTS700211: No matching federated identity record found for presented assertion issuer. ${shown}`
  }
  const match = ofIssuer.find(({ subject }) => subject === claims?.['sub'])
  if (match === undefined) {
    return `AADSTS700213: No matching federated identity record found for presented assertion subject. ${shown}`
  }
  const key = match.keys.find((each) => each['kid'] === header?.['kid'])
  if (key && isSigned(assertion, createPublicKey({ key, format: 'jwk' }))) return undefined
  return 'AADSTS7000272: The signature of the presented assertion could not be validated.'
}

const hashes: Readonly<Record<string, string>> = { 256: 'sha256', 384: 'sha384', 512: 'sha512' }

function isSigned(assertion: string, key: KeyObject): boolean {
  const [header = '', payload = '', signature = ''] = assertion.split('.')
  const [, family, size = ''] =
    /^([A-Z]{2})(\d{3})$/.exec(String(decodePart(header)?.['alg'])) ?? []
  const how = {
    RS: { key, padding: constants.RSA_PKCS1_PADDING },
    PS: { key, padding: constants.RSA_PKCS1_PSS_PADDING },
    ES: { key, dsaEncoding: 'ieee-p1363' as const },
  }[String(family)]
  const data = Buffer.from(`${header}.${payload}`)
  const hash = hashes[size]
  if (how === undefined || hash === undefined) return false
  return verify(hash, data, how, Buffer.from(signature, 'base64url'))
}

/** Assertions in place of a secret: a federated token, or the application's own word by its certificate. */
import type { SimulatedIdentity } from '../simulator.ts'
import { federationFlaw, signedByCertificate } from './application.ts'
import type { Entra } from './sign-in.ts'
import { decodePart } from './token.ts'

/** What federated tokens are made for. */
const federatedAudience = 'api://AzureADTokenExchange'

/** In Entra's form. */
export class NoToken extends Error {
  readonly status: number
  readonly error: string

  constructor(status: number, error: string, description: string) {
    super(description)
    this.status = status
    this.error = error
  }
}

/** Throws `NoToken`. */
export function checkAssertion(
  { world, realNow, applications }: Entra,
  identity: SimulatedIdentity,
  assertion: string,
): void {
  const [header, payload, signature] = assertion.split('.')
  const claims = decodePart(payload)
  if (claims === undefined || decodePart(header) === undefined || !signature) {
    throw new NoToken(400, 'invalid_request', 'AADSTS50027: JWT token is invalid or malformed.')
  }
  const { exp, nbf, iss, sub } = claims
  const now = realNow() / 1000
  if (typeof exp !== 'number' || exp <= now || (typeof nbf === 'number' && nbf > now + 300)) {
    throw new NoToken(
      401,
      'invalid_client',
      `AADSTS700024: Client assertion is not within its valid time range. Current time: ${new Date(realNow()).toISOString()}, expiry time of assertion ${typeof exp === 'number' ? new Date(exp * 1000).toISOString() : 'absent'}.`,
    )
  }
  const audiences = [claims['aud']].flat()
  const { certificates, federated } = applications.of(identity.clientId)
  if (audiences.includes(federatedAudience)) {
    const flaw = federated && federationFlaw(assertion, federated)
    if (flaw !== undefined) throw new NoToken(401, 'invalid_client', flaw)
    if (typeof iss === 'string' && iss !== '' && typeof sub === 'string' && sub !== '') return
    throw new NoToken(
      401,
      'invalid_client',
      `AADSTS70021: No matching federated identity record found for presented assertion. Assertion Issuer: '${String(iss)}'. Assertion Subject: '${String(sub)}'.`,
    )
  }
  // A certificate's assertion is the application's own word, for this endpoint.
  const own = iss === identity.clientId && sub === identity.clientId
  const here = audiences.some((each) =>
    String(each).startsWith(`${world.url}/${identity.tenantId}/`),
  )
  if (own && here && certificates && !signedByCertificate(assertion, certificates)) {
    throw new NoToken(
      401,
      'invalid_client',
      `AADSTS700027: The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Please visit the Azure Portal to see configured keys for app Id '${identity.clientId}'].`,
    )
  }
  if (own && here) return
  throw new NoToken(
    401,
    'invalid_client',
    `AADSTS700212: No matching federated identity record found for presented assertion audience '${audiences.join(' ')}'. The audience must be '${federatedAudience}'.`,
  )
}

/** Who calls the resource manager: the bearer token of a request, and ARM's words when it is no good. */
import { Refusal, gateway } from '../answer.ts'
import type { SimulatedIdentity } from '../simulator.ts'
import type { Entra } from './sign-in.ts'
import type { Tokens } from './token.ts'

interface Bearing {
  readonly headers: Readonly<Record<string, string | undefined>>
}

const bearerOf = ({ headers }: Bearing): string | undefined =>
  /^bearer +(\S+)$/i.exec(headers['authorization'] ?? '')?.[1]

/** The identity, where the token is good. */
export function identityOf(tokens: Tokens, bearing: Bearing): SimulatedIdentity | undefined {
  const token = bearerOf(bearing)
  const verdict = token === undefined ? undefined : tokens.check(token)
  return verdict?.is === 'valid' ? verdict.identity : undefined
}

export function authenticate(
  { world, tokens, realNow }: Entra,
  bearing: Bearing,
): SimulatedIdentity {
  const token = bearerOf(bearing)
  if (token === undefined) {
    throw challenge(
      world.url,
      'AuthenticationFailed',
      "Authentication failed. The 'Authorization' header is missing.",
    )
  }
  const verdict = tokens.check(token)
  switch (verdict.is) {
    case 'valid':
      return verdict.identity
    case 'invalid':
      throw challenge(world.url, 'InvalidAuthenticationToken', 'The access token is invalid.')
    case 'expired': {
      const time = (ms: number): string => new Date(ms).toUTCString()
      throw challenge(
        world.url,
        'ExpiredAuthenticationToken',
        `The access token expiry UTC time '${time(verdict.claims.exp * 1000)}' is earlier than current UTC time '${time(realNow())}'.`,
      )
    }
    case 'wrongAudience':
      throw challenge(
        world.url,
        'InvalidAuthenticationTokenAudience',
        `The access token has been obtained for wrong audience or resource '${verdict.claims.aud}'. ` +
          `It should exactly match with one of the allowed audiences '${world.url}','${world.url}/'.`,
      )
  }
}

function challenge(url: string, code: string, message: string): Refusal {
  const authority = `authorization_uri="${url}/common", error="invalid_token", error_description="${message.replaceAll('"', "'")}"`
  return new Refusal(
    401,
    { code, message },
    { ...gateway, 'www-authenticate': `Bearer ${authority}` },
  )
}

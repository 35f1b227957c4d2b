/**
 * The token endpoint: an application signs in with its secret, its certificate or a federated token.
 * Errors are Entra's, by their AADSTS numbers. Signatures of assertions are checked where a test has
 * registered a certificate or an issuer; everything else about them always is.
 */
import type { Answer } from '../answer.ts'
import type { SimulatedIdentity } from '../simulator.ts'
import type { World } from '../world.ts'
import type { Applications } from './application.ts'
import { checkAssertion, NoToken } from './assertion.ts'
import type { Tokens } from './token.ts'
import { lifetimeSeconds } from './token.ts'

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export interface SignIn {
  readonly tenant: string
  /** The form that was posted. */
  readonly form: URLSearchParams
  /** 1: `resource`; 2: `scope`. */
  readonly version: 1 | 2
}

export interface Entra {
  readonly world: World
  readonly tokens: Tokens
  readonly applications: Applications
  readonly realNow: () => number
}

/** The identity that a sign-in is for, whether or not it may. */
export const claimedBy = ({ world }: Entra, { form }: SignIn): SimulatedIdentity | undefined =>
  world.directory.byClientId.get(form.get('client_id')?.toLowerCase() ?? '')

export function signIn(entra: Entra, request: SignIn): Answer {
  try {
    return { status: 200, body: granted(entra, request) }
  } catch (error) {
    if (!(error instanceof NoToken)) throw error
    const trace = entra.world.dice.guid('trace')
    const correlation = entra.world.dice.guid('correlation')
    const time = new Date(entra.realNow()).toISOString().replace('T', ' ').slice(0, 19)
    const number = Number(/^AADSTS(\d+)/.exec(error.message)?.[1] ?? 0)
    return {
      status: error.status,
      body: {
        error: error.error,
        error_description: `${error.message} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${time}Z`,
        error_codes: [number],
        timestamp: `${time}Z`,
        trace_id: trace,
        correlation_id: correlation,
        error_uri: `${entra.world.url}/error?code=${number}`,
      },
    }
  }
}

function granted(entra: Entra, { tenant, form, version }: SignIn): unknown {
  const found = entra.world.directory.tenants.find(({ id }) => id === tenant.toLowerCase())
  if (found === undefined) {
    throw new NoToken(
      400,
      'invalid_request',
      `AADSTS90002: Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
    )
  }
  const parameter = (name: string): string => {
    const value = form.get(name)
    if (value !== null && value !== '') return value
    throw new NoToken(
      400,
      'invalid_request',
      `AADSTS900144: The request body must contain the following parameter: '${name}'.`,
    )
  }
  const grant = parameter('grant_type')
  if (grant !== 'client_credentials') {
    throw new NoToken(
      400,
      'unsupported_grant_type',
      `AADSTS70003: The app requested an unsupported grant type '${grant}'.`,
    )
  }
  const clientId = parameter('client_id')
  const identity = entra.world.directory.byClientId.get(clientId.toLowerCase())
  if (identity === undefined || identity.tenantId !== found.id) {
    throw new NoToken(
      400,
      'unauthorized_client',
      `AADSTS700016: Application with identifier '${clientId}' was not found in the directory '${found.name}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
    )
  }
  authenticate(entra, identity, form)
  const audience = version === 1 ? parameter('resource') : audienceOf(parameter('scope'))
  const { token, expiresAt } = entra.tokens.issue(identity, audience)
  const common = { token_type: 'Bearer', access_token: token }
  if (version === 2)
    return { ...common, expires_in: lifetimeSeconds, ext_expires_in: lifetimeSeconds }
  const seconds = String(lifetimeSeconds)
  const times = { expires_on: String(expiresAt), not_before: String(expiresAt - lifetimeSeconds) }
  return { ...common, expires_in: seconds, ext_expires_in: seconds, ...times, resource: audience }
}

/** `https://host/.default` is for `https://host`; the slash before it may be the audience's own. */
function audienceOf(scope: string): string {
  const [first = '', ...others] = scope
    .split(' ')
    .filter((each) => !['openid', 'profile', 'offline_access'].includes(each))
  if (others.length === 0 && first.endsWith('/.default')) return first.slice(0, -'/.default'.length)
  throw new NoToken(
    400,
    'invalid_scope',
    `AADSTS1002012: The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
  )
}

function authenticate(entra: Entra, identity: SimulatedIdentity, form: URLSearchParams): void {
  const secret = form.get('client_secret')
  const assertion = form.get('client_assertion')
  if (secret !== null) {
    const { secrets = [identity.clientSecret] } = entra.applications.of(identity.clientId)
    if (secrets.includes(secret)) return
    throw new NoToken(
      401,
      'invalid_client',
      `AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${identity.clientId}'.`,
    )
  }
  if (assertion === null) {
    throw new NoToken(
      401,
      'invalid_client',
      "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    )
  }
  if (form.get('client_assertion_type') !== assertionType) {
    throw new NoToken(
      400,
      'invalid_request',
      "AADSTS900144: The request body must contain the following parameter: 'client_assertion_type'.",
    )
  }
  checkAssertion(entra, identity, assertion)
}

/** The paths that are asked without a token: sign-in, discovery, the cloud's description, managed identity. */
import type { Answer } from '../answer.ts'
import type { Incoming, Target } from '../dispatch.ts'
import { cloudMetadata, instanceDiscovery, keys, openIdConfiguration } from './discovery.ts'
import { machineIdentity, machineToken } from './machine.ts'
import type { Entra, SignIn } from './sign-in.ts'
import { claimedBy, signIn } from './sign-in.ts'

/** Undefined for what is the resource manager's. */
export function signInTarget(
  entra: Entra,
  incoming: Incoming,
  segments: readonly string[],
): Target | undefined {
  const [tenant = ''] = segments
  const { url } = entra.world
  const path = `${incoming.method} ${segments.map((each) => each.toLowerCase()).join('/')}`
  const rest = path.replace(/^(\w+) [^/]*/, '$1 ')
  switch (rest) {
    case 'POST /oauth2/v2.0/token':
      return tokenTarget(entra, incoming, tenant, 2)
    case 'POST /oauth2/token':
      return tokenTarget(entra, incoming, tenant, 1)
    case 'GET /v2.0/.well-known/openid-configuration':
    case 'GET /.well-known/openid-configuration':
      return lookUp('discovery', openIdConfiguration(url, tenant))
    case 'GET /discovery/instance':
      return lookUp('discovery', instanceDiscovery(url))
    case 'GET /discovery/v2.0/keys':
    case 'GET /discovery/keys':
      return lookUp('discovery', keys)
  }
  switch (path) {
    case 'GET metadata/endpoints':
      return lookUp('metadata', cloudMetadata(url))
    case 'GET metadata/identity/oauth2/token':
    case 'GET msi/token':
      return {
        type: 'token',
        operation: 'get',
        name: 'token',
        subscription: undefined,
        identity: machineIdentity(entra, incoming)?.name,
        run: () => machineToken(entra, incoming),
      }
  }
  return undefined
}

function tokenTarget(entra: Entra, incoming: Incoming, tenant: string, version: 1 | 2): Target {
  const asked: SignIn = { tenant, version, form: new URLSearchParams(incoming.text) }
  return {
    type: 'token',
    operation: 'post',
    name: 'token',
    subscription: undefined,
    identity: claimedBy(entra, asked)?.name,
    run: () => signIn(entra, asked),
  }
}

const lookUp = (type: string, answer: Answer): Target => ({
  type,
  operation: 'get',
  name: type,
  subscription: undefined,
  identity: undefined,
  run: () => answer,
})

/**
 * Managed identity: tokens for whatever runs on this machine, in the form of virtual machines (IMDS) and
 * in that of App Service. The machine's own identity is `owner`; a client id names another one.
 */
import type { Answer } from '../answer.ts'
import type { SimulatedIdentity } from '../simulator.ts'
import type { Entra } from './sign-in.ts'
import { lifetimeSeconds } from './token.ts'

export interface Asked {
  /** Keys in lower case. */
  readonly query: ReadonlyMap<string, string>
  readonly headers: Readonly<Record<string, string | undefined>>
}

const own = 'owner'

export function machineIdentity({ world }: Entra, { query }: Asked): SimulatedIdentity | undefined {
  const clientId = query.get('client_id') ?? query.get('clientid')
  const objectId = query.get('object_id') ?? query.get('principal_id')
  if (clientId !== undefined) return world.directory.byClientId.get(clientId.toLowerCase())
  if (objectId !== undefined) return world.directory.byObjectId.get(objectId.toLowerCase())
  return world.directory.identities.find(({ name }) => name === own)
}

const refused = (description: string): Answer => ({
  status: 400,
  body: { error: 'invalid_request', error_description: description },
})

export function machineToken(entra: Entra, asked: Asked): Answer {
  const appService = asked.headers['x-identity-header'] !== undefined
  if (!appService && asked.headers['metadata']?.toLowerCase() !== 'true') {
    return refused('Required metadata header not specified')
  }
  const resource = asked.query.get('resource')
  if (resource === undefined || resource === '')
    return refused("Required query variable 'resource' is missing")
  if (!asked.query.has('api-version'))
    return refused("Required query variable 'api-version' is missing")
  const identity = machineIdentity(entra, asked)
  if (identity === undefined) return refused('Identity not found')
  const { token, expiresAt } = entra.tokens.issue(identity, resource.replace(/\/\.default$/, ''))
  const common = {
    access_token: token,
    expires_on: String(expiresAt),
    resource,
    token_type: 'Bearer',
    client_id: identity.clientId,
  }
  if (appService) return { status: 200, body: common }
  const seconds = String(lifetimeSeconds)
  return {
    status: 200,
    body: {
      ...common,
      expires_in: seconds,
      ext_expires_in: seconds,
      not_before: String(expiresAt - lifetimeSeconds),
    },
  }
}

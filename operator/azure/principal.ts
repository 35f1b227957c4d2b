/**
 * Who signs in: an application of a tenant, checked before either becomes part of a sign-in URL. Pure.
 */
import { isGuid } from './id.ts'
import { Missing } from './signin.ts'

export interface Principal {
  readonly tenantId: string
  readonly clientId: string
}

/** Surrounding space is nobody's intention; emptiness is absence. */
export const filled = (text: string | undefined): string | undefined => text?.trim() || undefined

/** Tenants may be named by a domain; nothing else may become part of a sign-in URL. */
const domain = /^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/i

/** Throws `Missing`, naming what is absent or malformed. */
export function principalOf(
  where: string,
  tenantId: string | undefined,
  clientId: string | undefined,
  clientIdName: string,
  tenantIdName = 'AZURE_TENANT_ID',
): Principal {
  const tenant = filled(tenantId)
  const client = filled(clientId)
  if (client === undefined) throw new Missing(`${where} lacks ${clientIdName}.`)
  if (tenant === undefined) throw new Missing(`${where} lacks ${tenantIdName}.`)
  if (!isGuid(client)) throw new Missing(`${where}: ${clientIdName} is not a GUID.`)
  if (!isGuid(tenant) && !domain.test(tenant))
    throw new Missing(`${where}: the tenant id is not a GUID.`)
  return { tenantId: tenant, clientId: client }
}

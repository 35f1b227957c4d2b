/** What clients look up before they sign in: where things are in this cloud. Asked without a token. */
import type { Answer } from '../answer.ts'

/** Shape as real clients need it: MSAL of Python and JavaScript, and the Azure CLI 2.91. */
export const openIdConfiguration = (url: string, tenant: string): Answer => ({
  status: 200,
  body: {
    token_endpoint: `${url}/${tenant}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: [
      'client_secret_post',
      'private_key_jwt',
      'client_secret_basic',
    ],
    jwks_uri: `${url}/${tenant}/discovery/v2.0/keys`,
    response_types_supported: ['code', 'token'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['HS256'],
    scopes_supported: ['openid', 'profile', 'offline_access'],
    issuer: `${url}/${tenant}/v2.0`,
    authorization_endpoint: `${url}/${tenant}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${url}/${tenant}/oauth2/v2.0/devicecode`,
    tenant_region_scope: null,
    cloud_instance_name: new URL(url).host,
  },
})

export const instanceDiscovery = (url: string): Answer => {
  const { host } = new URL(url)
  return {
    status: 200,
    body: {
      tenant_discovery_endpoint: `${url}/common/v2.0/.well-known/openid-configuration`,
      'api-version': '1.1',
      metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
    },
  }
}

/** The secret that signs is shared with nobody: no keys. */
export const keys: Answer = { status: 200, body: { keys: [] } }

/** The cloud's own description, which `az cloud register` asks for. */
export const cloudMetadata = (url: string): Answer => ({
  status: 200,
  body: {
    name: 'SimulatedCloud',
    portal: url,
    authentication: {
      loginEndpoint: url,
      audiences: [url, `${url}/`],
      tenant: 'common',
      identityProvider: 'AAD',
    },
    graph: url,
    graphAudience: url,
    gallery: url,
    batch: url,
    media: url,
    sqlManagement: url,
    vmImageAliasDoc: url,
    resourceManager: url,
    microsoftGraphResourceId: url,
    suffixes: {
      storage: 'core.simulated.invalid',
      keyVaultDns: 'vault.simulated.invalid',
      sqlServerHostname: 'database.simulated.invalid',
      mysqlServerEndpoint: 'mysql.database.simulated.invalid',
      postgresqlServerEndpoint: 'postgres.database.azure.com',
      acrLoginServer: 'azurecr.simulated.invalid',
    },
  },
})

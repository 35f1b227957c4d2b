/**
 * Whose identity: the operator's own from the standard variables, or one that an object names, from a
 * Secret or a ServiceAccount of its namespace. The only importer of `@azure/identity`. Must never log or
 * repeat a secret, nor send one anywhere but to the configured authority.
 */
import type { AccessToken, TokenCredential } from '@azure/core-auth'
import type { HttpClient } from '@azure/core-rest-pipeline'
import type { Cloud, Environment } from './cloud.ts'
import type { IdentityRef } from './port.ts'
import { filled, principalOf, type Principal } from './principal.ts'
import { cleaned } from './refusal.ts'
import { failureOf, Missing, signInWire } from './signin.ts'
import type { FetchToken } from './token.ts'

/** What Kubernetes says about a Secret or a ServiceAccount; the port that the cluster's edge fills. */
export type Lookup<T> =
  | { readonly is: 'present'; readonly value: T }
  | { readonly is: 'absent' }
  /** As a sentence. */
  | { readonly is: 'unreadable'; readonly message: string }

/** Decoded values by key. */
export type ReadSecret = (
  namespace: string,
  name: string,
) => Promise<Lookup<ReadonlyMap<string, string>>>

/** A token of the service account for this audience, and the account's annotations. */
export type RequestToken = (
  namespace: string,
  name: string,
  audience: string,
) => Promise<Lookup<{ readonly token: string; readonly annotations: ReadonlyMap<string, string> }>>

export interface CredentialOptions {
  readonly cloud: Cloud
  readonly environment: Environment
  readonly client: HttpClient
  readonly readSecret: ReadSecret
  readonly requestToken: RequestToken
}

/** The audience that Entra asks of federated tokens (azure-workload-identity). */
const federatedAudience = 'api://AzureADTokenExchange'
const clientIdAnnotation = 'azure.workload.identity/client-id'
const tenantIdAnnotation = 'azure.workload.identity/tenant-id'

/** Fetches tokens for the identity, each time from the variables, the Secret or the account as they are. */
export const fetchTokenOf =
  (identity: IdentityRef, options: CredentialOptions): FetchToken =>
  async () => {
    const wire = signInWire(options)
    try {
      const token = await tokenOf(identity, { ...options, client: wire.client })
      return { is: 'fetched', token: { token: token.token, expiresAt: token.expiresOnTimestamp } }
    } catch (error) {
      return { is: 'failed', error: failureOf(error, wire.failed()) }
    }
  }

async function tokenOf(identity: IdentityRef, options: CredentialOptions): Promise<AccessToken> {
  const credential = await credentialOf(identity, options)
  const token = await credential.getToken(options.cloud.scope)
  if (token === null) throw new Missing('The directory gave no token.')
  return token
}

async function credentialOf(
  identity: IdentityRef,
  options: CredentialOptions,
): Promise<TokenCredential> {
  const { kind } = identity
  switch (kind) {
    case 'operator':
      return operatorCredential(options)
    case 'Secret': {
      const where = `Secret ${identity.namespace}/${identity.name}`
      const secret = found(where, await options.readSecret(identity.namespace, identity.name))
      return secretCredential(where, secret, options)
    }
    case 'ServiceAccount': {
      const where = `ServiceAccount ${identity.namespace}/${identity.name}`
      const asked = await options.requestToken(identity.namespace, identity.name, federatedAudience)
      const { token, annotations } = found(where, asked)
      const tenantId = annotations.get(tenantIdAnnotation) ?? options.environment['AZURE_TENANT_ID']
      const named = principalOf(
        where,
        tenantId,
        annotations.get(clientIdAnnotation),
        clientIdAnnotation,
      )
      const { ClientAssertionCredential } = await import('@azure/identity')
      const assertion = (): Promise<string> => Promise.resolve(token)
      return new ClientAssertionCredential(
        named.tenantId,
        named.clientId,
        assertion,
        settings(options),
      )
    }
  }
}

function found<T>(where: string, lookup: Lookup<T>): T {
  switch (lookup.is) {
    case 'present':
      return lookup.value
    case 'absent':
      throw new Missing(`${where} does not exist.`)
    case 'unreadable':
      throw new Missing(`${where} can't be read: ${cleaned(lookup.message)}`)
  }
}

async function secretCredential(
  where: string,
  values: ReadonlyMap<string, string>,
  options: CredentialOptions,
): Promise<TokenCredential> {
  const value = (key: string): string | undefined => filled(values.get(key))
  const { tenantId, clientId } = principalOf(
    where,
    value('AZURE_TENANT_ID'),
    value('AZURE_CLIENT_ID'),
    'AZURE_CLIENT_ID',
  )
  const secret = value('AZURE_CLIENT_SECRET')
  const certificate = value('AZURE_CLIENT_CERTIFICATE')
  const { ClientCertificateCredential, ClientSecretCredential } = await import('@azure/identity')
  if (secret !== undefined) {
    return new ClientSecretCredential(tenantId, clientId, secret, settings(options))
  }
  if (certificate !== undefined) {
    return new ClientCertificateCredential(tenantId, clientId, { certificate }, settings(options))
  }
  throw new Missing(`${where} has neither AZURE_CLIENT_SECRET nor AZURE_CLIENT_CERTIFICATE.`)
}

/** By the standard variables: secret, certificate, federated token, managed identity, else `az login`. */
async function operatorCredential(options: CredentialOptions): Promise<TokenCredential> {
  const value = (key: string): string | undefined => filled(options.environment[key])
  const named = (): Principal =>
    principalOf(
      'The environment',
      value('AZURE_TENANT_ID'),
      value('AZURE_CLIENT_ID'),
      'AZURE_CLIENT_ID',
    )
  const secret = value('AZURE_CLIENT_SECRET')
  const certificatePath = value('AZURE_CLIENT_CERTIFICATE_PATH')
  const certificatePassword = value('AZURE_CLIENT_CERTIFICATE_PASSWORD')
  const tokenFilePath = value('AZURE_FEDERATED_TOKEN_FILE')
  const endpoint = value('IDENTITY_ENDPOINT') ?? value('AZURE_POD_IDENTITY_AUTHORITY_HOST')
  const identity = await import('@azure/identity')
  if (secret !== undefined) {
    const { tenantId, clientId } = named()
    return new identity.ClientSecretCredential(tenantId, clientId, secret, settings(options))
  }
  if (certificatePath !== undefined) {
    const { tenantId, clientId } = named()
    const certificate = {
      certificatePath,
      ...(certificatePassword === undefined ? {} : { certificatePassword }),
    }
    return new identity.ClientCertificateCredential(
      tenantId,
      clientId,
      certificate,
      settings(options),
    )
  }
  if (tokenFilePath !== undefined) {
    return new identity.WorkloadIdentityCredential({
      ...named(),
      tokenFilePath,
      ...settings(options),
    })
  }
  const clientId = value('AZURE_CLIENT_ID')
  if (endpoint !== undefined || clientId !== undefined) {
    const which = clientId === undefined ? {} : { clientId }
    return new identity.ManagedIdentityCredential({ ...which, ...settings(options) })
  }
  return new identity.DefaultAzureCredential(settings(options))
}

/** What every credential is told. */
const settings = ({ cloud, client }: CredentialOptions) => ({
  authorityHost: cloud.authorityHost,
  disableInstanceDiscovery: !cloud.microsoft,
  httpClient: client,
  retryOptions: { maxRetries: 0 },
  redirectOptions: { maxRetries: 0 },
})

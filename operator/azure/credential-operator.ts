/**
 * The operator's own identity, by the standard variables: secret, certificate, federated token, managed
 * identity, else `az login`. Files that they name are read at each sign-in.
 */
import type { TokenCredential } from '@azure/core-auth'
import type { HttpClient } from '@azure/core-rest-pipeline'
import type { CredentialOptions } from './credential.ts'
import { settingsOf, type Credential } from './credential-settings.ts'
import { filled, principalOf, type Principal } from './principal.ts'

/** Throws `Missing` where the variables name an application half. */
export function operatorCredential(options: CredentialOptions): Promise<Credential> {
  const value = (key: string): string | undefined => filled(options.environment[key])
  return Promise.resolve({
    // The variables of a process never change.
    principal: 'operator',
    secrets: ['AZURE_CLIENT_SECRET', 'AZURE_CLIENT_CERTIFICATE_PASSWORD'].flatMap(
      (key) => value(key) ?? [],
    ),
    signIn: (client) => signIn(options, value, client),
  })
}

async function signIn(
  { cloud }: CredentialOptions,
  value: (key: string) => string | undefined,
  client: HttpClient,
): Promise<TokenCredential> {
  const settings = settingsOf(cloud, client)
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
    return new identity.ClientSecretCredential(tenantId, clientId, secret, settings)
  }
  if (certificatePath !== undefined) {
    const { tenantId, clientId } = named()
    const certificate = {
      certificatePath,
      ...(certificatePassword === undefined ? {} : { certificatePassword }),
    }
    return new identity.ClientCertificateCredential(tenantId, clientId, certificate, settings)
  }
  if (tokenFilePath !== undefined) {
    return new identity.WorkloadIdentityCredential({ ...named(), tokenFilePath, ...settings })
  }
  const clientId = value('AZURE_CLIENT_ID')
  if (endpoint !== undefined || clientId !== undefined) {
    const which = clientId === undefined ? {} : { clientId }
    return new identity.ManagedIdentityCredential({ ...which, ...settings })
  }
  return new identity.DefaultAzureCredential(settings)
}

/**
 * An identity that an object names: an application that signs in with the secret or the certificate of
 * a Secret, or by the token of a ServiceAccount that Azure trusts. The authority never comes from them.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { CredentialOptions, Lookup } from './credential.ts'
import { settingsOf, type Credential } from './credential-settings.ts'
import type { IdentityRef } from './port.ts'
import { filled, principalOf, type Principal } from './principal.ts'
import { cleaned } from './refusal.ts'
import { Gone, Missing } from './signin.ts'

type Named = Exclude<IdentityRef, { readonly kind: 'operator' }>

/** The audience that Entra asks of federated tokens (azure-workload-identity). */
const federatedAudience = 'api://AzureADTokenExchange'
const clientIdAnnotation = 'azure.workload.identity/client-id'
const tenantIdAnnotation = 'azure.workload.identity/tenant-id'

/** Throws `Gone` where it can't be read, `Missing` where what it says is no identity. */
export async function namedCredential(
  { kind, namespace, name }: Named,
  options: CredentialOptions,
): Promise<Credential> {
  const where = `${kind} ${namespace}/${name}`
  switch (kind) {
    case 'Secret':
      return ofSecret(where, found(where, await options.readSecret(namespace, name)), options)
    case 'ServiceAccount': {
      const asked = await options.requestToken(namespace, name, federatedAudience)
      return ofAccount(where, found(where, asked), options)
    }
  }
}

function found<T>(where: string, lookup: Lookup<T>): T {
  switch (lookup.is) {
    case 'present':
      return lookup.value
    case 'absent':
      throw new Gone(`${where} does not exist.`)
    case 'unreadable':
      throw new Gone(`${where} can't be read: ${cleaned(lookup.message)}`)
  }
}

function ofSecret(
  where: string,
  values: ReadonlyMap<string, string>,
  { cloud }: CredentialOptions,
): Credential {
  const value = (key: string): string | undefined => filled(values.get(key))
  const principal = principalOf(
    where,
    value('AZURE_TENANT_ID'),
    value('AZURE_CLIENT_ID'),
    'AZURE_CLIENT_ID',
  )
  const { tenantId, clientId } = principal
  const secret = value('AZURE_CLIENT_SECRET')
  const certificate = value('AZURE_CLIENT_CERTIFICATE')
  if (secret !== undefined) {
    return {
      principal: keyOf(principal),
      secrets: [secret],
      signIn: async (client) => {
        const { ClientSecretCredential } = await import('@azure/identity')
        return new ClientSecretCredential(tenantId, clientId, secret, settingsOf(cloud, client))
      },
    }
  }
  if (certificate === undefined) {
    throw new Missing(`${where} has neither AZURE_CLIENT_SECRET nor AZURE_CLIENT_CERTIFICATE.`)
  }
  const wrong = flawOf(certificate)
  if (wrong !== undefined) throw new Missing(`${where}: AZURE_CLIENT_CERTIFICATE ${wrong}.`)
  return {
    principal: keyOf(principal),
    secrets: certificate.split(/\s*\n\s*/).filter((line) => !line.startsWith('-----')),
    signIn: async (client) => {
      const { ClientCertificateCredential } = await import('@azure/identity')
      const settings = settingsOf(cloud, client)
      return new ClientCertificateCredential(tenantId, clientId, { certificate }, settings)
    },
  }
}

function ofAccount(
  where: string,
  account: { readonly token: string; readonly annotations: ReadonlyMap<string, string> },
  { cloud, environment }: CredentialOptions,
): Credential {
  const { token, annotations } = account
  const principal = principalOf(
    where,
    annotations.get(tenantIdAnnotation) ?? environment['AZURE_TENANT_ID'],
    annotations.get(clientIdAnnotation),
    clientIdAnnotation,
    tenantIdAnnotation,
  )
  const { tenantId, clientId } = principal
  return {
    principal: keyOf(principal),
    secrets: [token],
    signIn: async (client) => {
      const { ClientAssertionCredential } = await import('@azure/identity')
      const assertion = (): Promise<string> => Promise.resolve(token)
      const settings = settingsOf(cloud, client)
      return new ClientAssertionCredential(tenantId, clientId, assertion, settings)
    },
  }
}

const keyOf = ({ tenantId, clientId }: Principal): string => `${tenantId} ${clientId}`.toLowerCase()

/** What keeps a PEM text from being a certificate with its key; the library would quote the text. */
function flawOf(pem: string): string | undefined {
  const block = /-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----/s.exec(pem)
  if (block === null) return 'holds no private key (PEM)'
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) return 'holds no certificate (PEM)'
  try {
    const key = createPrivateKey(block[0])
    const first = pem.slice(pem.indexOf('-----BEGIN CERTIFICATE-----'))
    return new X509Certificate(first).checkPrivateKey(key)
      ? undefined
      : 'holds a key that is not that of its first certificate'
  } catch {
    return 'is damaged, or its key has a password'
  }
}

/**
 * Secrets and ServiceAccounts that objects name as their Azure identity. Read by name when a token is
 * needed, never listed, watched or kept; and only the names that the settings allow.
 */
import type { Transport } from './call.ts'
import { isKubeError, lineOf } from './error.ts'

/** What a look told; a sentence where it told nothing. */
export type Found<T> =
  | { readonly is: 'present'; readonly value: T }
  | { readonly is: 'absent' }
  | { readonly is: 'unreadable'; readonly message: string }

export interface Identities {
  /** Decoded values by key. */
  readSecret(namespace: string, name: string): Promise<Found<ReadonlyMap<string, string>>>
  /** A token of the account for this audience, and the account's annotations. */
  requestToken(
    namespace: string,
    name: string,
    audience: string,
  ): Promise<Found<{ readonly token: string; readonly annotations: ReadonlyMap<string, string> }>>
}

/** An hour, so that a deletion that outlives its ServiceAccount can still sign in for a while. */
const tokenSeconds = 3_600

export function identitiesOf(transport: Transport, allowedNames: readonly string[]): Identities {
  const path = (namespace: string, kind: string, name: string): string =>
    `/api/v1/namespaces/${encodeURIComponent(namespace)}/${kind}/${encodeURIComponent(name)}`
  const look = async <T>(name: string, read: () => Promise<T>): Promise<Found<T>> => {
    if (!allowedNames.includes(name)) {
      const names = allowedNames.join(', ')
      const message = `--identity-names allows ${names === '' ? 'none' : `only ${names}`}: use such a name, or have it added.`
      return { is: 'unreadable', message }
    }
    try {
      return { is: 'present', value: await read() }
    } catch (error) {
      if (isKubeError(error, 404)) return { is: 'absent' }
      return { is: 'unreadable', message: lineOf(error) }
    }
  }
  return {
    readSecret: (namespace, name) =>
      look(name, async () => {
        const secret = await transport.json<{ readonly data?: Record<string, string> }>({
          path: path(namespace, 'secrets', name),
        })
        const decoded = Object.entries(secret.data ?? {}).map(
          ([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')] as const,
        )
        return new Map(decoded)
      }),
    requestToken: (namespace, name, audience) =>
      look(name, async () => {
        const accountPath = path(namespace, 'serviceaccounts', name)
        const account = await transport.json<{
          readonly metadata: { readonly annotations?: Record<string, string> }
        }>({ path: accountPath })
        const request = await transport.json<{ readonly status: { readonly token: string } }>({
          method: 'POST',
          path: `${accountPath}/token`,
          body: {
            apiVersion: 'authentication.k8s.io/v1',
            kind: 'TokenRequest',
            spec: { audiences: [audience], expirationSeconds: tokenSeconds },
          },
        })
        const annotations = new Map(Object.entries(account.metadata.annotations ?? {}))
        return { token: request.status.token, annotations }
      }),
  }
}

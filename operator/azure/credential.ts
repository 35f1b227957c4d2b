/**
 * Whose identity: the operator's own from the standard variables, or one that an object names, from a
 * Secret or a ServiceAccount of its namespace. Looked up anew for each token; the last that signed in is
 * remembered, for deletions alone. Must never log or repeat a secret, nor send one anywhere but to the
 * configured authority.
 */
import type { HttpClient } from '@azure/core-rest-pipeline'
import type { Cloud, Environment } from './cloud.ts'
import { namedCredential } from './credential-named.ts'
import { operatorCredential } from './credential-operator.ts'
import type { Credential } from './credential-settings.ts'
import type { IdentityRef } from './port.ts'
import { failureOf, Gone, Missing, signInWire } from './signin.ts'
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
  /** Namespaces that the operator's own identity serves; absent or empty: all. */
  readonly operatorNamespaces?: readonly string[]
}

export interface SignIns {
  /** With the identity as it is now. */
  readonly now: FetchToken
  /** The same; where what it was read from is gone, with the last that signed in. For deletions alone. */
  readonly orLast: FetchToken
}

export function signInsOf(identity: IdentityRef, options: CredentialOptions): SignIns {
  let last: Credential | undefined
  const lookUp = (): Promise<Credential> => {
    const { kind } = identity
    switch (kind) {
      case 'operator':
        mayServe(identity.namespace, options)
        return operatorCredential(options)
      case 'Secret':
      case 'ServiceAccount':
        return namedCredential(identity, options)
    }
  }
  const lookUpOrLast = async (): Promise<Credential> => {
    try {
      return await lookUp()
    } catch (error) {
      if (error instanceof Gone && last !== undefined) return last
      throw error
    }
  }
  const by =
    (find: () => Promise<Credential>): FetchToken =>
    async () => {
      const wire = signInWire(options)
      let found: Credential | undefined
      try {
        found = await find()
        const signIn = await found.signIn(wire.client)
        const token = await wire.during(() => signIn.getToken(options.cloud.scope))
        if (token === null) throw new Missing('The directory gave no token.')
        last = found
        const { principal } = found
        const fetched = { token: token.token, expiresAt: token.expiresOnTimestamp, principal }
        return { is: 'fetched', token: fetched }
      } catch (error) {
        return { is: 'failed', error: failureOf(error, wire.failed(), found?.secrets) }
      }
    }
  return { now: by(lookUp), orLast: by(lookUpOrLast) }
}

/** Fetches tokens for the identity, each time from the variables, the Secret or the account as they are. */
export const fetchTokenOf = (identity: IdentityRef, options: CredentialOptions): FetchToken =>
  signInsOf(identity, options).now

/** Whether objects of the namespace may go without an identity of their own. */
export const isServed = (
  namespace: string | undefined,
  served: readonly string[] | undefined,
): boolean =>
  served === undefined ||
  served.length === 0 ||
  (namespace !== undefined && served.includes(namespace))

/** Throws `Missing`, with the remedy. */
function mayServe(namespace: string | undefined, options: CredentialOptions): void {
  if (isServed(namespace, options.operatorNamespaces)) return
  throw new Missing(
    `The operator's own identity does not serve namespace ${namespace ?? '(none)'}: name an identity ` +
      'of the namespace in spec.identityRef, or add the namespace to --operator-identity-namespaces.',
  )
}

/**
 * The wire for sign-in, and what its failures mean. Must never let a credential leave for any host but the
 * configured authority and this machine's own identity endpoint, nor repeat a secret in a message.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { HttpClient } from '@azure/core-rest-pipeline'
import type { Cloud, Environment } from './cloud.ts'
import type { ArmError } from './error.ts'
import { BrokenRequest } from './failure.ts'
import { cleaned } from './refusal.ts'

/** Why there is no credential, in a sentence that names the remedy. */
export class Missing extends Error {}

/** What an identity is read from is not there, or may not be read. */
export class Gone extends Missing {}

/** Addresses of managed identity on a machine; their hosts alone may be asked without TLS. */
const machineEndpoints = [
  'IDENTITY_ENDPOINT',
  'MSI_ENDPOINT',
  'IMDS_ENDPOINT',
  'AZURE_POD_IDENTITY_AUTHORITY_HOST',
]
const metadataHost = '169.254.169.254'

type Failed = BrokenRequest | 'server' | undefined

export interface SignInWire {
  readonly client: HttpClient
  /** Signs in; what is sent meanwhile is noted here, through whichever wire the library sends it. */
  during<T>(signIn: () => Promise<T>): Promise<T>
  /** Why the last request brought nothing, where the directory is not to blame. */
  failed(): Failed
}

export interface SignInOptions {
  readonly client: HttpClient
  readonly cloud: Cloud
  readonly environment: Environment
}

/**
 * Whose sign-in is under way. The library keeps the first wire that a managed identity of the process used, and
 * sends by it for all that follow.
 */
const underWay = new AsyncLocalStorage<{ last: Failed }>()

/** The wire for sign-in: to the authority and this machine's identity endpoint, nowhere else. */
export function signInWire({ client, cloud, environment }: SignInOptions): SignInWire {
  const noted: { last: Failed } = { last: undefined }
  const note = (last: Failed): void => void ((underWay.getStore() ?? noted).last = last)
  const machines = machineEndpoints.map((name) => URL.parse(environment[name] ?? '')?.host)
  const sendRequest: HttpClient['sendRequest'] = async (request) => {
    const { protocol, host, origin } = new URL(request.url)
    const authority = origin === cloud.authorityHost || isOneOf(cloud.signInHosts, host)
    const machine = host === metadataHost || machines.includes(host)
    if (!(authority && protocol === 'https:') && !machine) {
      throw new BrokenRequest('UnsafeUrl', 'slow', false, `No sign-in leaves for ${host}.`)
    }
    try {
      const response = await client.sendRequest(request)
      note(response.status >= 500 || response.status === 429 ? 'server' : undefined)
      return response
    } catch (error) {
      if (error instanceof BrokenRequest) note(error)
      throw error
    }
  }
  return {
    client: { sendRequest },
    during: (signIn) => underWay.run(noted, signIn),
    failed: () => noted.last,
  }
}

const isOneOf = (hosts: readonly string[], host: string): boolean =>
  hosts.some((each) => (each.startsWith('.') ? host.endsWith(each) : host === each))

/** @param secrets what must not be repeated, whoever says it */
export function failureOf(error: unknown, wire: Failed, secrets: readonly string[] = []): ArmError {
  const told = error instanceof Error ? error.message : String(error)
  const said = concealed(told, secrets)
  const entra = /AADSTS\d+:.*?(?=\s*Trace ID:|$)/s.exec(said)?.[0]
  const because =
    wire instanceof BrokenRequest ? wire.message : (entra ?? said.split('\n')[0] ?? '')
  const message = cleaned(because).slice(0, 600)
  return {
    code: 'CredentialsUnavailable',
    message: error instanceof Missing ? said : `No token could be had: ${message}`,
    retry: wire instanceof BrokenRequest ? wire.retry : wire === 'server' ? 'fast' : 'slow',
  }
}

/** As they are, and as a form carries them. */
const concealed = (text: string, secrets: readonly string[]): string =>
  secrets
    .flatMap((secret) => [secret, encodeURIComponent(secret), asInForm(secret)])
    .filter((secret) => secret.length > 3)
    .reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text)

const asInForm = (secret: string): string => new URLSearchParams({ '': secret }).toString().slice(1)

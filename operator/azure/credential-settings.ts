/** How every identity signs in: to which authority, over which wire, without repeats of its own. */
import type { TokenCredential } from '@azure/core-auth'
import type { HttpClient } from '@azure/core-rest-pipeline'
import type { Cloud } from './cloud.ts'

/** Something that can sign in. */
export interface Credential {
  /** Who signs in, for comparison alone: another principal sees another Azure. */
  readonly principal: string
  /** What no message may repeat. */
  readonly secrets: readonly string[]
  /** @param client the wire for sign-in */
  signIn(client: HttpClient): Promise<TokenCredential>
}

/** What every credential of the library is told. */
export const settingsOf = ({ authorityHost, microsoft }: Cloud, client: HttpClient) => ({
  authorityHost,
  disableInstanceDiscovery: !microsoft,
  httpClient: client,
  retryOptions: { maxRetries: 0 },
  redirectOptions: { maxRetries: 0 },
})

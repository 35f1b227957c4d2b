/** What can go wrong with a watch, in the words of logs and metrics. Decides no remedy. */
import { KubeError } from './error.ts'

/**
 * - `gone`: the version we had is too old to watch from (410).
 * - `silent`: nothing came for too long.
 * - `garbled`: a line that is cut off or no event.
 * - `regressed`: an answer older than what we have seen, by a server that lags.
 * - `refused`, `unreachable`: an answer that is an error; no answer.
 */
export type Trouble = 'gone' | 'silent' | 'garbled' | 'regressed' | 'refused' | 'unreachable'

/** Bytes or JSON that are not what a list or a watch sends. */
export class Garbled extends Error {}
/** Older than what we have seen. */
export class Regressed extends Error {}
/** No byte for too long. */
export class Silent extends Error {}

export function troubleOf(error: Error): Trouble {
  if (error instanceof Garbled) return 'garbled'
  if (error instanceof Regressed) return 'regressed'
  if (error instanceof Silent) return 'silent'
  if (!(error instanceof KubeError)) return 'garbled'
  if (error.code === 410) return 'gone'
  if (error.reason === 'Undecodable') return 'garbled'
  return error.code === undefined ? 'unreachable' : 'refused'
}

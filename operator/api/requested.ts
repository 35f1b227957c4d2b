/** Who asks for a look now: the token of the annotations, ours or Flux's. Pure. */
import { annotations } from './group.ts'

type Annotations = Readonly<Record<string, string>> | undefined

/**
 * The token to act on and to echo. Two tools may each leave their own: the later one counts, and where
 * their times can't be told, ours. Either way one of them stays the answer, so that nobody acts twice.
 */
export function requestedToken(given: Annotations): string | undefined {
  const ours = given?.[annotations.reconcileRequestedAt]
  const flux = given?.[annotations.fluxReconcileRequestedAt]
  if (ours === undefined || flux === undefined) return ours ?? flux
  return timeOf(flux) > timeOf(ours) ? flux : ours
}

/** ms since the epoch: a date, or seconds or milliseconds since then; NaN for any other token. */
function timeOf(token: string): number {
  if (!/^\d+$/.test(token)) return Date.parse(token)
  return token.length <= 10 ? Number(token) * 1000 : Number(token)
}

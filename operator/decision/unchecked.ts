/**
 * Approvals that Azure took, or may have taken, and of which no look has shown yet whom they reached, as
 * this process remembers them. The status remembers them as well; this is for when it can't: the object
 * has gone, was made anew under its name, or lost its notes. Never decides what is written. A process
 * that ends forgets them.
 */
import { sameText } from '../azure/id.ts'
import { timestamp } from '../api/condition.ts'
import type { EndpointConnectionDecision } from '../api/connection-decision.ts'
import { nameKey, sameIdentity } from './identity.ts'
import { identityOfIntent, type Intent } from './intent.ts'
import type { Observation, Unchecked } from './observation.ts'
import { objectKey } from './precedence.ts'

/** Kept at once, of all objects; beyond that the oldest is forgotten. One write per server is under way. */
const mostKept = 1_000
/** ms after which a look that can't be had is waited for no more. */
const patienceMs = 60 * 60_000

export class UncheckedApprovals {
  /** Oldest first. */
  readonly #kept = new Map<string, Unchecked>()

  /** @param at ms since the epoch */
  sent(decision: EndpointConnectionDecision, intent: Intent, at: number): void {
    const id = idOf({ decision, intent })
    this.#kept.delete(id)
    this.#kept.set(id, { decision, intent, at })
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= mostKept) break
      this.#kept.delete(oldest)
    }
  }

  /** Of the object of that key, and of those that had its name before. */
  of(key: string): readonly Unchecked[] {
    return [...this.#kept.values()].filter(({ decision }) => objectKey(decision) === key)
  }

  over(these: readonly Unchecked[]): void {
    for (const one of these) this.#kept.delete(idOf(one))
  }
}

const idOf = ({ decision, intent }: Pick<Unchecked, 'decision' | 'intent'>): string =>
  [objectKey(decision), decision.metadata.uid, nameKey(intent.name)].join('\n')

/** The object that has gone, as it was, for the look that is still owed; undefined: none is owed. */
export function withdrawn(
  unchecked: readonly Unchecked[],
  now: number,
): EndpointConnectionDecision | undefined {
  const decision = unchecked.at(-1)?.decision
  if (decision === undefined) return undefined
  const { status: _, ...rest } = decision
  return {
    ...rest,
    metadata: { ...rest.metadata, deletionTimestamp: timestamp(new Date(now)) },
  }
}

/** What is owed on behalf of this object: about its server, and for one that is going what its status holds too. */
export function owedBy(
  decision: EndpointConnectionDecision,
  remembered: readonly Unchecked[],
  now: number,
): readonly Unchecked[] {
  const { metadata, spec, status } = decision
  const own = remembered.filter((one) => sameText(one.decision.spec.serverId, spec.serverId))
  if (metadata.deletionTimestamp === undefined) return own
  const noted = (status?.memory?.intents ?? [])
    .filter((intent) => intent.action === 'Approve')
    .filter((intent) => !own.some((one) => isSame(one.intent, intent)))
  return [...own, ...noted.map((intent) => ({ decision, intent, at: now }))]
}

/** Those that the notes of a living object do not see to. */
export function uncovered({ self, unchecked }: Observation): readonly Unchecked[] {
  const { metadata, status } = self.decision
  if (metadata.deletionTimestamp !== undefined) return unchecked
  const noted = status?.memory?.intents ?? []
  return unchecked.filter(
    ({ decision, intent }) =>
      decision.metadata.uid !== metadata.uid || !noted.some((one) => isSame(one, intent)),
  )
}

export const isLate = ({ at }: Unchecked, now: number): boolean => now - at > patienceMs

const isSame = (a: Intent, b: Intent): boolean =>
  a.action === b.action && sameIdentity(identityOfIntent(a), identityOfIntent(b))

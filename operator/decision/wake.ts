/** Whom a change in the cluster concerns, besides the object that has changed. Pure. */
import type { EndpointConnectionDecision } from '../api/connection-decision.ts'
import { rivalsOf, type Decisions } from './observe.ts'
import { objectKey } from './precedence.ts'

/**
 * Whom a changed (made, changed, removed) decision concerns, besides itself. An undecided row concerns
 * its inbox alone, an inbox its rows; what has an action, or has just lost it, concerns every decision on
 * the server.
 */
export function decisionKeysToWake(
  changed: EndpointConnectionDecision,
  decisions: Decisions,
): readonly string[] {
  const { metadata, spec, status } = changed
  const rivals = rivalsOf(changed, decisions)
  const lost = metadata.generation > 1 && status?.observedGeneration !== metadata.generation
  const decides = spec.action !== undefined || lost
  return rivals
    .filter(
      (rival) =>
        decides ||
        (rival.metadata.namespace === metadata.namespace &&
          (spec.inbox ? rival.spec.action === undefined : rival.spec.inbox)),
    )
    .map(objectKey)
}

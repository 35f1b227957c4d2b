/**
 * The kind EndpointConnectionDecision: ties observe, plan, act, report and write together, and says what
 * it remembers between visits.
 */
import { Turns } from '../azure/turns.ts'
import type { KindOf } from '../runtime/kind.ts'
import { isWorking } from './again.ts'
import { act, type DecisionDependencies, type Remembered } from './act.ts'
import { claimOf } from './identity.ts'
import type { Observation } from './observation.ts'
import { candidate, identityOfObject, look, rivalsOf } from './observe.ts'
import type { DecisionOutcome } from './outcome.ts'
import { Pacing } from './pacing.ts'
import { plan, type DecisionAction, type Plan } from './plan.ts'
import { list } from './printable.ts'
import { report, type Written } from './report.ts'
import { owedBy, UncheckedApprovals, withdrawn } from './unchecked.ts'

export type { DecisionDependencies } from './act.ts'
export { decisionsOn } from './observe.ts'
export { decisionKeysToWake } from './wake.ts'

export type DecisionKind = KindOf<Observation, DecisionAction, Plan, DecisionOutcome, Written>

export function decisionKind(deps: DecisionDependencies): DecisionKind {
  const { turns = new Turns({ now: () => deps.now().getTime() }) } = deps
  const pacing = new Pacing(deps.settings, turns)
  const unchecked = new UncheckedApprovals()
  const remembered: Remembered = { pacing, unchecked }
  const { decisions, endpoints } = deps
  return {
    name: 'EndpointConnectionDecision',
    async observe(key) {
      const now = deps.now().getTime()
      const owed = unchecked.of(key)
      const decision = decisions.get(key) ?? withdrawn(owed, now)
      if (!decision) {
        pacing.forget(key)
        return undefined
      }
      pacing.visit(
        key,
        decision,
        owed.map(({ intent }) => intent.name),
        now,
      )
      const seen = await look(
        {
          self: candidate(decision, endpoints),
          rivals: rivalsOf(decision, decisions).map((rival) => candidate(rival, endpoints)),
          attempts: pacing.attempts(key),
          knownSince: pacing.knownSince(key) ?? now,
          unchecked: owedBy(decision, owed, now),
          silentSince: undefined,
          serverTakenUntil: pacing.takenUntil(
            key,
            decision.spec.serverId,
            now,
            isWorking(decision.status) ? claimOf(key, decision) : undefined,
          ),
          now,
          chance: deps.random(),
          settings: deps.settings,
          gated: deps.gated(),
          synced: deps.synced() && decisions.synced && endpoints.synced,
        },
        deps.azure.as(identityOfObject(decision)),
      )
      return { ...seen, silentSince: pacing.silentSince(key, seen.server.is === 'unreadable', now) }
    },
    plan,
    act: (action, seen) => act(deps, remembered, action, seen),
    report,
    async write(key, seen, written) {
      const { decision } = seen.self
      for (const event of written.doings) deps.events.record(decision, event)
      if (written.status) {
        await deps.writer.applyStatus(decision, written.status, decision.metadata.resourceVersion)
      }
      for (const event of written.turns) deps.events.record(decision, event)
      pacing.over(key, decision.spec.serverId, written.over)
      unchecked.over(written.checked)
      // Thrown only now: the visit is tried again, and logged, and lacks nothing else.
      if (written.failed.length > 0) throw new Error(`inbox rows: ${list(written.failed)}`)
    },
  }
}

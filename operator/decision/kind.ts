/**
 * The kind EndpointConnectionDecision: ties observe, plan, act, report and write together, and says what
 * wakes it. Right before a write to Azure it reads the object once more, past every cache: an approval
 * is never written for a decision that has been changed, suspended or removed.
 */
import type { EndpointConnectionDecision } from '../api/connection-decision.ts'
import type { Azure, AzureView } from '../azure/port.ts'
import {
  Conflict,
  type EventRecorder,
  type ObjectMaker,
  type ObjectWriter,
} from '../kubernetes/port.ts'
import type { KindOf } from '../runtime/kind.ts'
import { auditOf, type AuditLine } from './audit.ts'
import { gate } from './gate.ts'
import { nameKey } from './identity.ts'
import { isBoundTo, revokeKey } from './intent.ts'
import type { Observation, Settings } from './observation.ts'
import {
  candidate,
  identityOfObject,
  look,
  rivalsOf,
  type Decisions,
  type Endpoints,
} from './observe.ts'
import type { DecisionOutcome } from './outcome.ts'
import { attemptAfter } from './pace.ts'
import { Pacing } from './pacing.ts'
import { plan, type DecisionAction, type Plan } from './plan.ts'
import { objectKey } from './precedence.ts'
import { list, plain } from './printable.ts'
import { report, type Written } from './report.ts'
import { ignoresHa } from './world.ts'
import type { Decide } from './write.ts'

export { decisionKeysToWake } from './wake.ts'

export interface DecisionDependencies {
  readonly azure: Azure
  readonly decisions: Decisions
  readonly endpoints: Endpoints
  readonly writer: ObjectWriter<EndpointConnectionDecision>
  readonly maker: ObjectMaker<EndpointConnectionDecision>
  readonly events: EventRecorder
  /** Told of each write as soon as Azure has answered; undefined: nothing can have reached Azure. */
  readonly audit: (line: AuditLine | undefined) => void
  readonly settings: Settings
  /** Whether the admission policy that checks who may decide is in place, or not asked for. */
  readonly gated: () => boolean
  /** Whether all that decides precedence has been read once. */
  readonly synced: () => boolean
  readonly now: () => Date
  /** In [0, 1). */
  readonly random: () => number
}

export type DecisionKind = KindOf<Observation, DecisionAction, Plan, DecisionOutcome, Written>

export function decisionKind(deps: DecisionDependencies): DecisionKind {
  const pacing = new Pacing(deps.settings)
  const { decisions, endpoints } = deps
  return {
    name: 'EndpointConnectionDecision',
    async observe(key) {
      const decision = decisions.get(key)
      if (!decision) {
        pacing.forget(key)
        return undefined
      }
      const now = deps.now().getTime()
      pacing.visit(key, decision)
      const seen = await look(
        {
          self: candidate(decision, endpoints),
          rivals: rivalsOf(decision, decisions).map((rival) => candidate(rival, endpoints)),
          attempts: pacing.attempts(key),
          silentSince: undefined,
          serverTakenUntil: pacing.takenUntil(key, decision.spec.serverId),
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
    act: (action, seen) => act(deps, pacing, action, seen),
    report,
    async write(key, seen, written) {
      const { decision } = seen.self
      for (const event of written.doings) deps.events.record(decision, event)
      if (written.status) {
        await deps.writer.applyStatus(decision, written.status, decision.metadata.resourceVersion)
      }
      for (const event of written.turns) deps.events.record(decision, event)
      pacing.over(key, decision.spec.serverId, written.over)
      // Thrown only now: the visit is tried again, and logged, and lacks nothing else.
      if (written.failed.length > 0) throw new Error(`inbox rows: ${list(written.failed)}`)
    },
  }
}

async function act(
  deps: DecisionDependencies,
  pacing: Pacing,
  action: DecisionAction,
  seen: Observation,
): Promise<DecisionOutcome> {
  switch (action.do) {
    case 'createRow':
      return inCluster(async () => ((await deps.maker.create(action.row)) ? 'made' : 'exists'))
    case 'removeRow':
      return inCluster(async () => {
        await deps.maker.remove(action.row)
        return 'removed'
      })
    case 'decide':
      return decide(deps, pacing, action, seen)
  }
}

/** One row that the API server refuses must not keep the others from being seen. */
async function inCluster(
  change: () => Promise<'made' | 'exists' | 'removed'>,
): Promise<DecisionOutcome> {
  try {
    return { is: await change() }
  } catch (error) {
    if (error instanceof Conflict) return { is: 'superseded' }
    return { is: 'failed', message: plain(error instanceof Error ? error.message : '', 300) }
  }
}

async function decide(
  deps: DecisionDependencies,
  pacing: Pacing,
  action: Decide,
  seen: Observation,
): Promise<DecisionOutcome> {
  const { decision } = seen.self
  const key = objectKey(decision)
  const view = deps.azure.as(identityOfObject(decision))
  const closed = await serverClosed(view, action, seen)
  if (closed) return closed
  if (!(await stillDecided(deps, action, seen))) return { is: 'superseded' }
  const outcome = await view.act(action.write)
  deps.audit(auditOf(decision, action, outcome))
  const name = action.intent.name
  const at = action.act === 'Revoke' ? revokeKey(name) : nameKey(name)
  pacing.tried(key, decision.spec.serverId, at, (before) =>
    attemptAfter(outcome, before, deps.now().getTime(), deps.settings),
  )
  return outcome
}

/**
 * The server as it is now: a change of a connection while high availability is being made breaks it, and
 * what the plan saw may be seconds old. Taking an approval back waits for nothing.
 */
async function serverClosed(
  view: AzureView,
  { act: done }: Decide,
  seen: Observation,
): Promise<DecisionOutcome | undefined> {
  if (done === 'Revoke' || !seen.serverId) return undefined
  const server = await view.get(seen.serverId, 0)
  if (server.is === 'unreadable') return { is: 'held', error: server.error }
  const open = server.is === 'present' && !gate(done, server.value, ignoresHa(seen))
  return open ? undefined : { is: 'superseded' }
}

/** The object as it is now, not as the watch last saw it, still asks for exactly this write. */
async function stillDecided(
  deps: DecisionDependencies,
  { act: done, intent, connection }: Decide,
  seen: Observation,
): Promise<boolean> {
  if (!deps.synced()) return false
  // An approval that reached somebody else is taken back, whatever has become of the decision.
  if (done === 'Revoke') return true
  if (!deps.gated()) return false
  const { metadata } = seen.self.decision
  const now = await deps.writer.getNow(objectKey(seen.self.decision))
  return (
    now !== undefined &&
    now.metadata.uid === metadata.uid &&
    now.metadata.generation === metadata.generation &&
    now.metadata.deletionTimestamp === undefined &&
    (now.status?.memory?.intents?.some(
      (bound) =>
        bound.action === intent.action && bound.at === intent.at && isBoundTo(bound, connection),
    ) ??
      false)
  )
}

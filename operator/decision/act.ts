/**
 * Does what a plan says, one request per action. Right before a write to Azure it reads the object once
 * more, past every cache: an approval is never written for a decision that has been changed, suspended or
 * removed. Never decides what is right to write.
 */
import type { EndpointConnectionDecision } from '../api/connection-decision.ts'
import type { ArmError } from '../azure/error.ts'
import type { Azure, AzureView } from '../azure/port.ts'
import type { Turns } from '../azure/turns.ts'
import {
  Conflict,
  type EventRecorder,
  type ObjectMaker,
  type ObjectWriter,
} from '../kubernetes/port.ts'
import { auditOf, type AuditLine } from './audit.ts'
import { gate } from './gate.ts'
import { claimOf, nameKey } from './identity.ts'
import { isBoundTo, revokeKey } from './intent.ts'
import type { Observation, Settings } from './observation.ts'
import { identityOfObject, type Decisions, type Endpoints } from './observe.ts'
import type { DecisionOutcome } from './outcome.ts'
import { attemptAfter } from './pace.ts'
import type { Pacing } from './pacing.ts'
import type { DecisionAction } from './plan.ts'
import { objectKey } from './precedence.ts'
import { plain } from './printable.ts'
import type { UncheckedApprovals } from './unchecked.ts'
import { ignoresHa } from './world.ts'
import type { Decide } from './write.ts'

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
  /** At servers, shared with the other kind; absent: for these objects alone. */
  readonly turns?: Turns
}

/** What this process remembers between visits. */
export interface Remembered {
  readonly pacing: Pacing
  readonly unchecked: UncheckedApprovals
}

export async function act(
  deps: DecisionDependencies,
  remembered: Remembered,
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
      return decide(deps, remembered, action, seen)
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
  remembered: Remembered,
  action: Decide,
  seen: Observation,
): Promise<DecisionOutcome> {
  const { decision } = seen.self
  const key = objectKey(decision)
  const view = deps.azure.as(identityOfObject(decision))
  const { serverId } = decision.spec
  const claim = claimOf(key, decision)
  // Taking an approval back waits for nobody.
  if (action.act !== 'Revoke' && !remembered.pacing.mayWrite(serverId, claim)) return notYourTurn
  let stopped: DecisionOutcome | undefined
  const check = async (): Promise<ArmError | undefined> => {
    stopped = await serverClosed(view, action, seen)
    if (!stopped && !(await stillDecided(deps, action, seen))) stopped = { is: 'superseded' }
    return stopped && changed
  }
  const sent = await view.act(action.write, { claim, check })
  const outcome = stopped ?? sent
  if (!stopped) deps.audit(auditOf(decision, action, sent))
  const now = deps.now().getTime()
  const maySend = outcome.is === 'accepted' || outcome.is === 'unknown'
  if (action.act === 'Approve' && maySend) remembered.unchecked.sent(decision, action.intent, now)
  const name = action.intent.name
  const at = action.act === 'Revoke' ? revokeKey(name) : nameKey(name)
  remembered.pacing.tried(key, serverId, at, (before) =>
    stopped ? undefined : attemptAfter(sent, before, now, deps.settings),
  )
  return outcome
}

/** Whoever waits is told; the time is for the case that nobody tells. */
const notYourTurn: DecisionOutcome = {
  is: 'held',
  error: {
    code: 'Paced',
    message: 'The server is busy with the change of another object.',
    retry: 'throttle',
    retryAfterMs: 15_000,
  },
}
const changed: ArmError = {
  code: 'ChangedMeanwhile',
  message: 'The decision or the server has changed since it was read.',
  retry: 'fast',
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

/** When to look again, and how old an answer may be. Pure; says nothing about what is done then. */
import type {
  DecisionSpec,
  DecisionStatus,
  EndpointConnectionDecision,
} from '../api/connection-decision.ts'
import { keyOf } from './identity.ts'
import type { Finding } from './finding.ts'
import { decisionOf, type Observation, type Settings } from './observation.ts'
import { decided, type Done } from './outcome.ts'
import { pollMs, retryMs } from './pace.ts'
import type { Plan } from './plan.ts'
import type { Trouble } from './trouble.ts'

/** For new requests: they come by Azure's shared list, which costs the same for one object and for all. */
export const lookMs = ({ inFlightMs, resyncMs }: Settings): number =>
  Math.min(resyncMs, 6 * inFlightMs)

/** Right after notes were recorded: our own write is in the cache at once. */
const soonMs = ({ inFlightMs }: Settings): number => Math.min(inFlightMs, 100)

const minute = 60_000

/** ms; jittered only at rest, where many objects would else look at one moment. */
export function againInMs(
  seen: Observation,
  made: Plan,
  done: readonly Done[],
  trouble: Trouble | undefined,
): number {
  const { settings, now } = seen
  const rest = settings.resyncMs * (0.9 + 0.2 * seen.chance)
  if (seen.server.is === 'unreadable' && trouble) return unreadableMs(seen, trouble)
  const write = decided(done)?.outcome
  const wishes = made.findings.map((finding) => findingMs(seen, finding))
  if (write?.is === 'held') wishes.push(write.error.retryAfterMs ?? settings.inFlightMs)
  else if (write) wishes.push(settings.inFlightMs)
  if (made.checks.open) wishes.push(settings.inFlightMs)
  if (made.foreign.some(({ unsettled }) => unsettled)) wishes.push(settings.inFlightMs)
  if (made.findings.some(({ standing }) => standing.is === 'record')) {
    wishes.push(soonMs(settings))
  }
  const { spec } = decisionOf(seen)
  if (made.findings.length === 0 && mayCome(spec)) wishes.push(lookMs(settings))
  const until = Date.parse(spec.decideUntil ?? '') - now
  if (until > 0) wishes.push(until)
  return Math.max(1, Math.min(rest, ...wishes))
}

function findingMs(seen: Observation, { connection, standing }: Finding): number {
  const { settings, attempts, now } = seen
  const attempt = attempts.get(keyOf(connection))
  switch (standing.is) {
    case 'record':
      return soonMs(settings)
    case 'write':
    case 'queued':
      return settings.inFlightMs
    case 'inFlight':
      return pollMs(attempt, now, settings)
    case 'refused':
      return Math.max(settings.inFlightMs, (attempt?.nextAt ?? now) - now)
    case 'gated':
    case 'undecided':
    case 'unknownState':
      return lookMs(settings)
    case 'foreign':
    case 'full':
    case 'expired':
    case 'settled':
    case 'lost':
    case 'reached':
    case 'suspended':
    case 'ungated':
    case 'impossible':
    case 'drifted':
      return settings.resyncMs
  }
}

function unreadableMs(seen: Observation, { error }: Trouble): number {
  const silent = seen.now - (seen.silentSince ?? seen.now)
  const grown = Math.min(Math.max(silent, seen.settings.inFlightMs), minute)
  switch (error.retry) {
    case 'fast':
      return Math.max(grown, error.retryAfterMs ?? 0)
    case 'throttle':
      return error.retryAfterMs ?? grown
    case 'slow':
    case 'user-fix':
      return Math.min(retryMs(error, 1, seen.settings), seen.settings.resyncMs)
  }
}

/** ms: how old the server's answer may be for this visit. */
export function maxAgeMs(
  { metadata, spec, status }: EndpointConnectionDecision,
  asked: string | undefined,
  settings: Settings,
): number {
  if (asked !== undefined && asked !== status?.lastHandledReconcileAt) return 0
  if (status?.observedGeneration !== metadata.generation) return settings.inFlightMs
  const reason = readyReason(status)
  const waits =
    reason === 'AwaitingDecision' ||
    reason === 'ServerNotReady' ||
    (reason === 'NoConnection' && mayCome(spec))
  if (spec.action === undefined || waits) return 0.8 * lookMs(settings)
  const working = status.memory?.intents !== undefined || isWorking(status)
  return working ? settings.inFlightMs : settings.resyncMs / 2
}

/** A full name holds the GUID of one incarnation: one that is gone never comes again. */
const mayCome = ({ connections }: DecisionSpec): boolean => connections?.names === undefined

export const isWorking = (status: DecisionStatus | undefined): boolean =>
  status?.conditions?.some(({ type }) => type === 'Reconciling') ?? false
const readyReason = ({ conditions }: DecisionStatus): string | undefined =>
  conditions?.find(({ type }) => type === 'Ready')?.reason

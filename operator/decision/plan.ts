/**
 * Decides, without doing: at most one write to Azure, the rows that an inbox should have, and the notes
 * that must be in the status before a later visit may write. A write is planned only for a connection
 * whose identity an earlier visit recorded. Never plans anything for what could not be read.
 */
import type { EndpointConnectionDecision } from '../api/connection-decision.ts'
import type { Id } from '../azure/id.ts'
import type { Server } from '../azure/model.ts'
import { checks, noChecks, type Checks } from './check.ts'
import { findings, type Finding } from './finding.ts'
import { flawOf } from './flaw.ts'
import { keyOf } from './identity.ts'
import { inboxRows, isOpenRow, rowEnds } from './inbox.ts'
import { busy, intentsOf, judge, maybeSentByAny, type Intent, type Memory } from './intent.ts'
import { memoryAfter } from './memory.ts'
import { decisionOf, type Observation } from './observation.ts'
import { actOf } from './precedence.ts'
import { worldOf, type World } from './world.ts'
import { decide, revoke, type Decide } from './write.ts'

export type DecisionAction =
  | Decide
  | { readonly do: 'createRow'; readonly row: EndpointConnectionDecision }
  | { readonly do: 'removeRow'; readonly row: EndpointConnectionDecision }

/** An intent that a GET has shown to be carried out. */
export interface Finished {
  readonly intent: Intent
  /** The state that it led to; absent: removed. */
  readonly after?: string
}

export interface Plan {
  readonly actions: readonly DecisionAction[]
  /** One for each connection that the decision's selection holds. */
  readonly findings: readonly Finding[]
  readonly finished: readonly Finished[]
  /** Names under which somebody else stands than was bound; `unsettled`: Azure may still be at work there. */
  readonly foreign: readonly { readonly name: string; readonly unsettled: boolean }[]
  /** The notes to be kept; undefined: none. */
  readonly memory: Memory | undefined
  /** What is owed to approvals that no object's notes see to. */
  readonly checks: Checks
  /** Connections for which the inbox has no room. */
  readonly hidden: number
}

export function plan(seen: Observation): Plan {
  const decision = decisionOf(seen)
  const { serverId, server } = seen
  const idle: Plan = {
    actions: [],
    findings: [],
    finished: [],
    foreign: [],
    memory: decision.status?.memory,
    checks: noChecks,
    hidden: 0,
  }
  const { deletionTimestamp } = decision.metadata
  if (!seen.synced || !serverId || flawOf(decision)) return idle
  const owed = checks(seen, serverId)
  if (deletionTimestamp !== undefined) {
    return { ...idle, checks: owed, actions: owed.revokes.slice(0, 1) }
  }
  switch (server.is) {
    case 'present':
      return govern(seen, serverId, server.value, owed)
    case 'absent':
      return { ...idle, checks: owed, actions: ownEnd(seen, serverId, worldOf(seen)) }
    case 'unreadable':
      return { ...idle, checks: owed, actions: ownEnd(seen, serverId, undefined) }
  }
}

function govern(seen: Observation, serverId: Id<'server'>, server: Server, owed: Checks): Plan {
  const decision = decisionOf(seen)
  const world = worldOf(seen)
  const found = findings(seen, server, world)
  const judged = [...intentsOf(seen).values()].map((intent) => ({
    intent,
    ...judge(seen, intent, world.claims),
  }))
  const finished = judged.filter((one) => one.is === 'done')
  const foreign = judged.filter((one) => one.is === 'foreign')
  const open = judged.filter(({ is }) => is === 'open')
  const revokes = foreign
    .filter((one) => one.revoke)
    .map(({ connection, intent }) => revoke(serverId, connection, intent))
  const rows = decision.spec.inbox
    ? inboxRows(decision, serverId, seen.rivals, world.connections, world.claims)
    : { create: [], remove: [], hidden: 0 }
  return {
    actions: [
      ...[...revokes, ...owed.revokes, ...nextWrite(seen, serverId, found)].slice(0, 1),
      ...rows.create.map((row) => ({ do: 'createRow', row }) as const),
      ...rows.remove.map((row) => ({ do: 'removeRow', row }) as const),
      ...ownEnd(seen, serverId, world),
    ],
    findings: found,
    finished: finished.map(({ intent, after }) => ({
      intent,
      ...(after !== undefined && { after }),
    })),
    foreign: foreign.map(({ intent, revoke: taking, connection }) => ({
      name: intent.name,
      unsettled: taking || busy(connection) || maybeSentByAny(seen, intent.name),
    })),
    memory: memoryAfter(
      seen,
      found,
      open.map(({ intent }) => intent),
      foreign.map(({ intent }) => intent),
      finished.map(({ intent }) => intent),
    ),
    checks: owed,
    hidden: rows.hidden,
  }
}

/** An undecided row goes by itself; its inbox may be gone and can't do it. */
function ownEnd(
  seen: Observation,
  serverId: Id<'server'>,
  world: World | undefined,
): readonly DecisionAction[] {
  const row = decisionOf(seen)
  if (!isOpenRow(row, serverId)) return []
  const unsure = [...seen.fresh.values()].some((look) => look.is === 'unreadable')
  const end = rowEnds(seen.self, seen.rivals, unsure ? undefined : world)
  return end === undefined ? [] : [{ do: 'removeRow', row }]
}

/** The one connection to write to: those tried least come first, so that no single one holds up the rest. */
function nextWrite(
  seen: Observation,
  serverId: Id<'server'>,
  found: readonly Finding[],
): readonly Decide[] {
  const decision = decisionOf(seen)
  const act = actOf(decision)
  if (act === undefined) return []
  const tries = ({ connection }: Finding): number =>
    seen.attempts.get(keyOf(connection))?.count ?? 0
  return found
    .toSorted((a, b) => tries(a) - tries(b) || (keyOf(a.connection) < keyOf(b.connection) ? -1 : 1))
    .flatMap(({ connection, standing }) =>
      standing.is === 'write'
        ? [decide(serverId, decision.spec, act, connection, standing.intent)]
        : [],
    )
    .slice(0, 1)
}

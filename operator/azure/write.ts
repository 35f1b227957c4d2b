/**
 * One action, one request: fence, lane, pace, fresh look, fence again, send. Never waits, never sends
 * twice, never throws for what Azure does. Whether it was done is for the next observation to see.
 */
import type { Action, Guard, Outcome } from './action.ts'
import type { ArmError } from './error.ts'
import { guarded, holds } from './guard.ts'
import type { Id } from './id.ts'
import type { Claim } from './fair-queue.ts'
import { lanesBehind, lanesOf } from './lanes.ts'
import type { Kind, Models } from './model.ts'
import { absent, type Observed } from './observed.ts'
import type { By } from './port.ts'
import { routeOf } from './routes.ts'
import { paced, type Paced, type Reply, type Session } from './session.ts'
import type { Turns } from './turns.ts'
import { provesAbsence } from './verdict.ts'
import { bodyOf, preconditions } from './written.ts'
import type { View } from './view.ts'

export interface Writer {
  readonly session: Session
  /** Shared by all identities. */
  readonly lanes: Turns
  /** Whether this process leads, by the lease's own deadline. Synchronous. */
  readonly mayWrite: () => boolean
  /** In [0, 1). */
  readonly random: () => number
}

const leaseLost: Outcome = {
  is: 'held',
  error: {
    code: 'LeaseLost',
    message: 'This process no longer leads; nothing was sent.',
    retry: 'fast',
  },
}

/** Our own errors that say nothing about what was looked at. */
const holding: readonly string[] = ['Paced', 'CredentialsUnavailable', 'LeaseLost']

export async function write(
  writer: Writer,
  view: View,
  action: Action,
  by: By = {},
): Promise<Outcome> {
  if (!writer.mayWrite()) return leaseLost
  const claim = by.claim ?? anybody()
  const places = lanesOf(action)
  if (!writer.lanes.take(places, claim)) return busy(writer, by)
  try {
    return await inLane(writer, view, action, { ...by, claim })
  } finally {
    writer.lanes.leave(places, claim.who)
  }
}

async function inLane(
  writer: Writer,
  view: View,
  action: Action,
  by: By & { readonly claim: Claim },
): Promise<Outcome> {
  const { session, lanes, mayWrite } = writer
  const route = routeOf(action.id)
  const requestClass = action.do === 'delete' ? 'delete' : 'write'
  const turn = session.pace(route, requestClass, by.claim)
  if (turn.is === 'held') return turn
  const error = await by.check?.()
  const looked = error === undefined ? await look(view, action) : { outcome: held(error) }
  const behind = looked.seen?.is === 'present' ? lanesBehind(looked.seen.value) : []
  const own = action.do === 'delete' ? behind : []
  const stopped = looked.outcome ?? (mayWrite() ? undefined : leaseLost)
  const taken = stopped === undefined && lanes.take(own, by.claim)
  const outcome = stopped ?? (taken ? undefined : busy(writer, by))
  try {
    if (outcome === undefined) return await send(writer, view, action, turn, looked.seen)
    session.unpace(turn)
    return outcome
  } finally {
    if (taken) lanes.leave(own, by.claim.who)
  }
}

let counted = 0
/** Somebody who keeps no place; each is another. */
const anybody = (): Claim => ({ who: `#${counted++}`, namespace: '', rank: 'user' })

const held = (error: ArmError): Outcome => ({ is: 'held', error })

/** Whoever has a claim is told; others are spread, so that they do not come back together. */
const busy = ({ random }: Writer, { claim }: By): Outcome => {
  const message = 'Another write to the same resource is on its way.'
  return held(paced((claim === undefined ? 1_000 : 10_000) + random() * 2_000, message))
}

interface Looked {
  readonly seen?: Observed<Models[Kind]>
  /** Why nothing may be sent. */
  readonly outcome?: Outcome
}

async function look(view: View, { guard, id }: Action): Promise<Looked> {
  if (guard === undefined) return {}
  const about = guarded(guard, id)
  const seen = about === undefined ? absent : await lookAt(view, guard, about)
  if (about !== undefined && holds(guard, seen)) return { seen }
  if (seen.is === 'unreadable' && holding.includes(seen.error.code)) {
    return { outcome: { is: 'held', error: seen.error } }
  }
  return { outcome: { is: 'guarded', seen } }
}

/** By GET, but for what a list may prove; whatever it leaves open is asked for by GET as well. */
function lookAt(
  view: View,
  guard: Guard,
  about: Id<Kind>,
): Promise<Observed<Models[Kind]>> | Observed<Models[Kind]> {
  if (about.kind === 'privateEndpoint') {
    const id = about as Id<'privateEndpoint'>
    if (guard.is === 'absent' && guard.since !== undefined) return view.absence(id, guard.since)
    if (guard.is === 'parentOwned' && guard.listed) return view.listedNow(id)
  }
  return view.get(about, 0)
}

async function send(
  { session, mayWrite }: Writer,
  view: View,
  action: Action,
  turn: Paced & { readonly is: 'go' },
  seen: Observed<Models[Kind]> | undefined,
): Promise<Outcome> {
  const headers = preconditions(action, seen)
  const route = routeOf(action.id)
  const reply =
    action.do === 'delete'
      ? await session.write({ method: 'DELETE', route, headers, mayLeave: mayWrite }, turn)
      : await session.write(
          { method: 'PUT', route, body: bodyOf(action, seen), headers, mayLeave: mayWrite },
          turn,
        )
  const outcome = outcomeOf(action, reply)
  if (outcome.is === 'accepted' || outcome.is === 'unknown') {
    view.wrote(action.id, howOf(action), outcome.is === 'accepted')
  }
  return outcome
}

const howOf = (action: Action): 'created' | 'updated' | 'deleted' => {
  if (action.do === 'delete') return 'deleted'
  return action.guard?.is === 'absent' ? 'created' : 'updated'
}

function outcomeOf(action: Action, reply: Reply): Outcome {
  switch (reply.is) {
    case 'held':
      return { is: 'held', error: reply.error }
    case 'broken':
      return { is: reply.sent ? 'unknown' : 'held', error: reply.error }
    case 'success': {
      const correlationId = reply.headers.get('x-ms-correlation-request-id')
      const operation = reply.headers.get('azure-asyncoperation')
      return {
        ...accepted(reply.status, correlationId),
        ...(operation === undefined ? {} : { operation }),
      }
    }
    case 'refusal': {
      const { error, status } = reply
      const gone = action.do === 'delete' && provesAbsence(error.code, status)
      if (gone) return accepted(status, error.correlationId)
      return { is: mayBeDone(status) ? 'unknown' : 'refused', error }
    }
  }
}

const accepted = (status: number, correlationId: string | undefined): Outcome => ({
  is: 'accepted',
  status,
  ...(correlationId === undefined ? {} : { correlationId }),
})

/** A server that failed, or a gateway that gave up waiting, may have done it all the same. */
const mayBeDone = (status: number): boolean => status >= 500 || status === 408

/**
 * One action, one request: fence, lane, pace, fresh look, fence again, send. Never waits, never sends
 * twice, never throws for what Azure does. Whether it was done is for the next observation to see.
 */
import type { Action, Guard, Outcome } from './action.ts'
import { guarded, holds } from './guard.ts'
import type { Id } from './id.ts'
import { text } from './json.ts'
import { lanesBehind, lanesOf, type Lanes } from './lanes.ts'
import type { Kind, Models } from './model.ts'
import { absent, type Observed } from './observed.ts'
import { routeOf, type Route } from './routes.ts'
import { paced, type Reply, type Session } from './session.ts'
import { provesAbsence } from './verdict.ts'
import type { View } from './view.ts'

export interface Writer {
  readonly session: Session
  /** Shared by all identities. */
  readonly lanes: Lanes
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

export async function write(writer: Writer, view: View, action: Action): Promise<Outcome> {
  if (!writer.mayWrite()) return leaseLost
  const leave = writer.lanes.enter(lanesOf(action))
  if (leave === undefined) return busy(writer)
  try {
    return await inLane(writer, view, action)
  } finally {
    leave()
  }
}

async function inLane(writer: Writer, view: View, action: Action): Promise<Outcome> {
  const route = routeOf(action.id)
  const requestClass = action.do === 'put' ? 'write' : 'delete'
  const error = writer.session.pace(route, requestClass)
  if (error !== undefined) return { is: 'held', error }
  const looked = await look(view, action)
  const stopped = looked.outcome ?? (writer.mayWrite() ? undefined : leaseLost)
  const behind = looked.seen?.is === 'present' ? lanesBehind(looked.seen.value) : []
  const leave = action.do === 'delete' ? writer.lanes.enter(behind) : noop
  const outcome = stopped ?? (leave === undefined ? busy(writer) : undefined)
  try {
    if (outcome === undefined) return await send(writer, view, action, route, looked.seen)
    writer.session.unpace(route, requestClass)
    return outcome
  } finally {
    leave?.()
  }
}

const noop = (): void => undefined

/** Spread, so that those who wait for one lane do not come back together. */
const busy = ({ random }: Writer): Outcome => ({
  is: 'held',
  error: paced(1_000 + random() * 2_000, 'Another write to the same resource is on its way.'),
})

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
  route: Route,
  seen: Observed<Models[Kind]> | undefined,
): Promise<Outcome> {
  const headers = preconditions(action, seen)
  const reply =
    action.do === 'put'
      ? await session.write({
          method: 'PUT',
          route,
          body: action.body,
          headers,
          mayLeave: mayWrite,
        })
      : await session.write({ method: 'DELETE', route, headers, mayLeave: mayWrite })
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

/** Private DNS alone honours entity tags on writes; there the look becomes Azure's own check. */
function preconditions(
  { id, guard }: { readonly id: Action['id']; readonly guard?: Guard },
  seen: Observed<Models[Kind]> | undefined,
): Readonly<Record<string, string>> {
  if (id.kind !== 'zone' && id.kind !== 'virtualNetworkLink') return {}
  if (guard?.is === 'absent') return { 'if-none-match': '*' }
  if (guard === undefined || guard.is === 'parentOwned' || seen?.is !== 'present') return {}
  const etag = text(seen.value.raw['etag'])
  return etag === undefined || etag === '' ? {} : { 'if-match': etag }
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

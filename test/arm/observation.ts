/** `/_simulator/…`: what is not Azure's but the simulator's own. Asked without a token, never logged. */
import type { Answer } from './answer.ts'
import { Refusal } from './answer.ts'
import { invalidContent } from './body.ts'
import type { Faults } from './faults.ts'
import { faultsOf } from './faults.ts'
import type { Operation } from './operation.ts'
import type { RequestLog } from './requests.ts'
import type { Throttle, Throttling } from './throttle.ts'
import { throttlings } from './throttle.ts'
import type { World } from './world.ts'

export const prefix = '/_simulator/'

export interface Observed {
  readonly world: World
  readonly log: RequestLog
  readonly faults: Faults
  readonly throttle: Throttle
}

const json = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidContent('the body is not JSON')
  }
}

export function observe(
  { world, log, faults, throttle }: Observed,
  method: string,
  path: string,
  text: string,
): Answer {
  try {
    switch (`${method} ${path.slice(prefix.length)}`) {
      case 'GET requests':
        return { status: 200, body: { requests: log.rows() } }
      case 'DELETE requests':
        log.clear()
        return { status: 204 }
      case 'POST faults':
        faults.add(faultsOf(json(text)))
        return { status: 204 }
      case 'DELETE faults':
        faults.clear()
        return { status: 204 }
      case 'GET operations':
        return { status: 200, body: { operations: world.operations.all().map(told) } }
      case 'POST throttle':
        throttle.set(modeOf(json(text)))
        return { status: 204 }
      case 'POST clock':
        world.clock.advance(secondsOf(json(text)))
        return { status: 200, body: { now: world.clock.iso() } }
      default:
        throw new Refusal(404, {
          code: 'NotFound',
          message: `The simulator has no ${method} ${path}.`,
        })
    }
  } catch (error) {
    if (error instanceof Refusal) return error.answer()
    throw error
  }
}

const told = ({ name, status, startedAt, endedAt }: Operation) => ({
  name,
  status,
  startedAt,
  ...(endedAt === undefined ? {} : { endedAt }),
})

function modeOf(body: unknown): Throttling {
  const given = typeof body === 'object' && body !== null && 'mode' in body ? body.mode : undefined
  const mode = throttlings.find((each) => each === given)
  if (mode !== undefined) return mode
  throw invalidContent(`'mode' is none of ${throttlings.join(', ')}`)
}

function secondsOf(body: unknown): number {
  const seconds =
    typeof body === 'object' && body !== null && 'advanceSeconds' in body
      ? body.advanceSeconds
      : undefined
  if (typeof seconds === 'number' && Number.isFinite(seconds) && seconds >= 0) return seconds
  throw invalidContent("'advanceSeconds' is not a number of seconds")
}

/**
 * The simulator without its wire, on a clock that a test moves: for runs of thousands of requests in
 * which every count is the same each time. Answers at once; how long that takes is the test's to say.
 */
import type { Answer } from './answer.ts'
import { targetOf, type Incoming } from './dispatch.ts'
import { Faults, type Effect } from './faults.ts'
import { Applications } from './identity/application.ts'
import { Tokens } from './identity/token.ts'
import { defaultLag } from './lag.ts'
import { answerOf, commonHeaders, errorOf } from './reply.ts'
import { RequestLog } from './requests.ts'
import type { Fault, Lag, RequestRow, SimulatedIdentity } from './simulator.ts'
import { environmentOf, identityOf, router } from './start.ts'
import { Throttle } from './throttle.ts'
import { makeWorld } from './world.ts'

export interface InMemoryOptions {
  /** The wall clock, ms since the epoch. */
  readonly now: () => number
  readonly seed?: number
  readonly lag?: Partial<Lag>
  readonly throttle?: 'off' | 'arm' | 'providers'
}

export interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface InMemory {
  readonly url: string
  readonly env: Readonly<Record<string, string>>
  identity(name: string): SimulatedIdentity
  /** Faults that break the wire throw. */
  answer(asked: Asked): Answer & { readonly headers: Readonly<Record<string, string>> }
  faults(list: readonly Fault[]): void
  clearFaults(): void
  requests(): readonly RequestRow[]
  clearRequests(): void
}

export function simulatorInMemory(options: InMemoryOptions): InMemory {
  const { now: realNow, seed = 1, lag = {}, throttle: mode = 'off' } = options
  const url = 'https://arm.simulator.test'
  const world = makeWorld({ url, seed, timeScale: 1, lag: { ...defaultLag, ...lag }, realNow })
  const { directory, dice, clock } = world
  const tokens = new Tokens({ secret: dice.text('token key'), directory, url, realNow })
  const log = new RequestLog()
  const faults = new Faults(dice)
  const throttle = new Throttle(mode, realNow)
  const front = { world, tokens, applications: new Applications(), realNow, router, throttle }
  return {
    url,
    env: environmentOf(url, '', directory.identities[0]),
    identity: (name) => identityOf(directory.identities, name),
    answer: (asked) => {
      clock.observe()
      const incoming = incomingOf(asked)
      const target = targetOf(front, incoming)
      const effect = faults.strike({ ...target, method: asked.method })
      const said = (answer: Answer) => {
        log.add(asked.method, target.type, target.operation, answer.status)
        return { ...answer, headers: { ...commonHeaders(front, incoming), ...answer.headers } }
      }
      if (effect === undefined) return said(answerOf(target))
      if (effect.kind === 'error' || effect.kind === 'flap') return said(errorOf(target, effect))
      if (effect.kind !== 'lostRequest') answerOf(target)
      log.add(asked.method, target.type, target.operation, 0)
      throw broken(effect)
    },
    faults: (list) => faults.add(list),
    clearFaults: () => faults.clear(),
    requests: () => log.rows(),
    clearRequests: () => log.clear(),
  }
}

/** As a connection that is reset. */
const broken = ({ kind }: Effect): Error =>
  Object.assign(new Error(`the wire broke: ${kind}`), { code: 'ECONNRESET' })

function incomingOf({ method, url, headers, body }: Asked): Incoming {
  const { pathname, searchParams } = new URL(url)
  const query = new Map([...searchParams].map(([key, value]) => [key.toLowerCase(), value]))
  return { method, rawPath: pathname, query, headers, text: body }
}

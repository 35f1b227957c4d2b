/**
 * Whether somebody checks who decides: decisions are acted on only while the admission policy is in
 * place as this version ships it, or the settings say that they may be without. Looked at when starting
 * and ever again; while the API server does not say, what it said last stands. What may not be read, and
 * need not be in place, is asked for once.
 */
import { isDeepStrictEqual } from 'node:util'
import { changeOf } from './grants-check.ts'
import type { Transport } from './kubernetes/call.ts'
import { readPolicy } from './kubernetes/cluster.ts'
import { decisionPolicy } from './permissions.ts'
import type { Clock } from './runtime/clock.ts'

export type PolicyState =
  /** `hidden`: may not be read, so nobody can say that it is in place. */
  | { readonly is: 'in place' | 'missing' | 'hidden' }
  /** What is other, as the end of a sentence. */
  | { readonly is: 'changed'; readonly why: string }

export interface GateGiven {
  readonly transport: Transport
  readonly clock: Clock
  readonly allowUngated: boolean
  /** Told of the first look and of every change. */
  readonly onChange: (state: PolicyState) => void
  readonly onTrouble: (error: unknown) => void
}

const lookEveryMs = 60_000

export class Gate {
  readonly #given: GateGiven
  readonly #stopping = new AbortController()
  #state: PolicyState | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(given: GateGiven) {
    this.#given = given
  }

  /** Whether decisions may be acted on. */
  get open(): boolean {
    return this.#given.allowUngated || this.inPlace
  }

  get inPlace(): boolean {
    return this.#state?.is === 'in place'
  }

  /** Resolves after the first look. */
  async start(): Promise<void> {
    await this.#look()
    this.#running = this.#keepLooking()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #keepLooking(): Promise<void> {
    const signal = this.#stopping.signal
    while (!(this.#state?.is === 'hidden' && this.#given.allowUngated)) {
      await this.#given.clock.sleep(lookEveryMs, signal)
      if (signal.aborted) return
      await this.#look()
    }
  }

  async #look(): Promise<void> {
    try {
      const state = stateOf(await readPolicy(this.#given.transport, decisionPolicy))
      if (isDeepStrictEqual(state, this.#state)) return
      this.#state = state
      this.#given.onChange(state)
    } catch (error) {
      this.#given.onTrouble(error)
    }
  }
}

function stateOf(found: Awaited<ReturnType<typeof readPolicy>>): PolicyState {
  if (typeof found === 'string') return { is: found }
  const why = changeOf(found)
  return why === undefined ? { is: 'in place' } : { is: 'changed', why }
}

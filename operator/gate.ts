/**
 * Whether somebody checks who decides: decisions are acted on only while the admission policy is in
 * place, or the settings say that they may be without. Looked at when starting and ever again; while
 * the API server does not say, what it said last stands.
 */
import type { Transport } from './kubernetes/call.ts'
import { policyInPlace } from './kubernetes/cluster.ts'
import { decisionPolicy } from './permissions.ts'
import type { Clock } from './runtime/clock.ts'

export interface GateGiven {
  readonly transport: Transport
  readonly clock: Clock
  readonly allowUngated: boolean
  /** Told of the first look and of every change. */
  readonly onChange: (inPlace: boolean) => void
  readonly onTrouble: (error: unknown) => void
}

const lookEveryMs = 60_000

export class Gate {
  readonly #given: GateGiven
  readonly #stopping = new AbortController()
  #inPlace: boolean | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(given: GateGiven) {
    this.#given = given
  }

  /** Whether decisions may be acted on. */
  get open(): boolean {
    return this.#given.allowUngated || this.#inPlace === true
  }

  get inPlace(): boolean {
    return this.#inPlace === true
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
    for (;;) {
      await this.#given.clock.sleep(lookEveryMs, signal)
      if (signal.aborted) return
      await this.#look()
    }
  }

  async #look(): Promise<void> {
    try {
      const inPlace = await policyInPlace(this.#given.transport, decisionPolicy)
      if (inPlace === this.#inPlace) return
      this.#inPlace = inPlace
      this.#given.onChange(inPlace)
    } catch (error) {
      this.#given.onTrouble(error)
    }
  }
}

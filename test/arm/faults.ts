/**
 * Faults on request: which answers go wrong, and how. Set through `POST /_simulator/faults` or
 * `Simulator.faults`. This file decides whether a fault strikes; server.ts makes it felt on the wire.
 */

export interface Fault {
  readonly match: {
    /** HTTP method, or `*`. */
    readonly method: string
    /** ARM type as the request log names it (`Microsoft.Network/privateEndpoints`, `token`), or `*`. */
    readonly type: string
    /** Last name in the path, compared without case. */
    readonly name?: string
    /** Name of the calling identity as in identities.json. */
    readonly identity?: string
  }
  /** Strikes the n-th matching request only, counted from 1. */
  readonly nth?: number
  /** Strikes with this probability, by the seed. Neither `nth` nor `rate`: strikes always. */
  readonly rate?: number
  /** Strikes so many times at most. */
  readonly times?: number
  readonly effect: Effect
}

export interface Effect {
  /**
   * - `error`: answers `status` (500) and `code` (InternalServerError) and does nothing.
   * - `lostRequest`: the connection breaks and nothing was done.
   * - `lostAnswer`: it is done, then the connection breaks.
   * - `delay`: it is done, and answered `seconds` (1) of real time later.
   * - `hang`: it is done and never answered, or `seconds` later the connection breaks.
   * - `truncate`: it is done, and the answer ends half-way.
   * - `wrongBody`: it is done, and the answer's body is not what ARM sends (HTML).
   * - `flap`: every other matching request is answered as by `error`, the first one included.
   */
  readonly kind: 'error' | 'lostRequest' | 'lostAnswer' | 'delay' | 'hang' | 'truncate' | 'wrongBody' | 'flap'
  readonly status?: number
  readonly code?: string
  readonly seconds?: number
}

/** What a kind brings: the five verbs. The loop around them is written once, in reconcile.ts. */

/** What a visit asks of the schedule. Undefined: nothing until an event. */
export interface Again {
  readonly inMs: number
}

export interface KindOf<
  Seen,
  Action,
  Made extends { readonly actions: readonly Action[] },
  Outcome,
  Written,
> {
  /** For logs and metrics: the kind's name, e.g. `PostgresPrivateEndpoint`. */
  readonly name: string
  /** Reads the object (from the watch's cache) and everything in Azure that it speaks about. Undefined when it is gone. */
  observe(key: string): Promise<Seen | undefined>
  /** Decides. Pure. */
  plan(seen: Seen): Made
  /** Does one thing, and says what came of it. Never throws for an answer Azure gave. */
  act(action: Action, seen: Seen): Promise<Outcome>
  /** Words what was seen, decided and done, and says when to look again. Pure. */
  report(seen: Seen, made: Made, outcomes: readonly Outcome[], now: Date): Report<Written>
  /** Writes to Kubernetes what the report says and only where it differs. A 409 throws `Conflict`: visit again. */
  write(key: string, seen: Seen, written: Written): Promise<void>
}

export interface Report<Written> {
  readonly write: Written
  /** ms until the next look; undefined when only an event can bring news. */
  readonly againInMs: number | undefined
}

/** Where deciding and doing meet: the five verbs, once, for every kind. Decides nothing itself. */
import type { KindOf } from './kind.ts'

export interface Visit {
  /** False: the object is gone, there is nothing to come back to. */
  readonly found: boolean
  /** ms until the next look; undefined when only an event can bring news. */
  readonly againInMs: number | undefined
  /** How many actions were tried. */
  readonly actions: number
}

export async function reconcile<S, A, M extends { readonly actions: readonly A[] }, O, W>(
  kind: KindOf<S, A, M, O, W>,
  key: string,
  now: () => Date,
): Promise<Visit> {
  const seen = await kind.observe(key)
  if (seen === undefined) return { found: false, againInMs: undefined, actions: 0 }

  const made = kind.plan(seen)
  const outcomes: O[] = []
  for (const action of made.actions) outcomes.push(await kind.act(action, seen))

  const { write, againInMs } = kind.report(seen, made, outcomes, now())
  await kind.write(key, seen, write)
  return { found: true, againInMs, actions: outcomes.length }
}

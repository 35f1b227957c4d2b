/** What all scenes share: their shape, who acts in them, and how they insist. */
import { isReady, kubectl, until } from './acts.ts'
import type { Item } from './kubectl.ts'
import { condition } from './objects.ts'
import type { Stage } from './stage.ts'

export interface Scene {
  readonly title: string
  /** Plain words, a line each. */
  readonly why: readonly string[]
  readonly play: (stage: Stage) => Promise<void>
}

export const asNetworkAdmin = ['--as', 'network-admin']
export const asDatabaseAdmin = ['--as', 'database-admin']

/** Applies one of the examples, as a user. */
export const apply = (stage: Stage, as: readonly string[], file: string): Promise<string> =>
  kubectl(stage, 'apply', ...as, '-f', `charts/pgpe-operator/examples/${file}`)

export const untilEndpointReady = (stage: Stage, name: string): Promise<Item | undefined> =>
  until(stage, {
    kind: 'pgpe',
    key: `network/${name}`,
    is: 'is Ready and Approved',
    holds: (item) => isReady(item) && item?.status?.connection?.state === 'Approved',
  })

/** Waits until an endpoint is not Ready for this reason, and shows what it tells people. */
export async function untilSays(stage: Stage, name: string, reason: string): Promise<void> {
  const item = await until(stage, {
    kind: 'pgpe',
    key: `network/${name}`,
    is: `says ${reason}`,
    holds: (found) => condition(found, 'Ready')?.reason === reason,
  })
  stage.screen.settle()
  stage.screen.line(`\n    its message: ${condition(item, 'Ready')?.message}`)
}

/** Says so when something is otherwise than the operator reports it. */
export function insist(holds: boolean, sentence: string): void {
  if (!holds) throw new Error(`this does not hold: ${sentence}`)
}

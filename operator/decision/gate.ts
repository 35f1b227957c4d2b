/**
 * Whether the server may be touched now. A change while high availability is being made is known to
 * break servers (Azure Service Operator, issue 5646), so an approval waits for a server that is Ready
 * and settled. Taking access away waits only for the two steps that break, and not even for them where
 * a person says so.
 */
import type { Server } from '../azure/model.ts'
import type { Act } from './transitions.ts'

/** Undefined: open. */
export interface Closed {
  readonly reason: 'ServerState' | 'HighAvailability'
  /** The state in Azure's word. */
  readonly state: string
}

const settled: readonly (string | undefined)[] = [undefined, 'Healthy', 'NotEnabled']
const fragile: readonly (string | undefined)[] = ['CreatingStandby', 'ReplicatingData']

export function gate(act: Act, server: Server, ignoreHa: boolean): Closed | undefined {
  const { state, highAvailability } = server
  if (act !== 'Approve') {
    return fragile.includes(highAvailability) && !ignoreHa
      ? { reason: 'HighAvailability', state: highAvailability ?? '' }
      : undefined
  }
  if (state !== 'Ready') return { reason: 'ServerState', state }
  return settled.includes(highAvailability)
    ? undefined
    : { reason: 'HighAvailability', state: highAvailability ?? '' }
}

/** States that pass by themselves within a minute, other people's changes and our own among them. */
const passing: readonly string[] = ['Ready', 'Updating', 'Restarting', 'Starting']

/** Worth telling though nothing waits for it. */
export const notable = ({ state }: Server): Closed | undefined =>
  passing.includes(state) ? undefined : { reason: 'ServerState', state }

/**
 * The server gate: whether a server can take a change of its endpoints now. A write while high
 * availability is being built is known to break servers (Azure Service Operator issue 5646), so
 * writes wait for `Ready` and a settled high availability. Pure.
 */
import type { Condition } from '../api/kubernetes.ts'
import type { Server } from '../azure/model.ts'
import type { Observed } from '../azure/observed.ts'
import { lacksPermission } from '../azure/reasons.ts'
import { say } from './conditions.ts'
import { inWords } from './trouble.ts'

export type Gate =
  | { readonly is: 'open' }
  /** It moves on by itself, or when somebody starts the server. */
  | {
      readonly is: 'closed'
      readonly by: 'ServerState' | 'HighAvailability'
      readonly state: string
    }
  | { readonly is: 'integrated'; readonly subnetId: string }
  | { readonly is: 'missing' }
  /** Our identity may not look. */
  | { readonly is: 'hidden'; readonly message: string }
  /** It could not be read this time. */
  | { readonly is: 'unread' }

const settled: readonly string[] = ['Healthy', 'NotEnabled']

export function gate(server: Observed<Server>): Gate {
  switch (server.is) {
    case 'absent':
      return { is: 'missing' }
    case 'unreadable':
      return lacksPermission(server.error)
        ? { is: 'hidden', message: inWords(server.error) }
        : { is: 'unread' }
    case 'present': {
      const { delegatedSubnetId, state, highAvailability } = server.value
      if (delegatedSubnetId !== undefined) return { is: 'integrated', subnetId: delegatedSubnetId }
      if (state !== 'Ready') return { is: 'closed', by: 'ServerState', state }
      if (highAvailability === undefined || settled.includes(highAvailability))
        return { is: 'open' }
      return { is: 'closed', by: 'HighAvailability', state: highAvailability }
    }
  }
}

const transitions: readonly string[] = [
  'Starting',
  'Stopping',
  'Updating',
  'Restarting',
  'Provisioning',
  'Dropping',
]

/**
 * For deletions: they wait for a server in transition only. What is Stopped, Disabled, Inaccessible,
 * gone or hidden may stay so for ever; then Azure says whether it can be done.
 */
export function mayDelete(server: Observed<Server>): boolean {
  const seen = gate(server)
  switch (seen.is) {
    case 'open':
    case 'missing':
    case 'hidden':
    case 'integrated':
      return true
    case 'unread':
      return false
    case 'closed':
      return seen.by === 'ServerState' && !transitions.includes(seen.state)
  }
}

/** Informs; whether Ready falls is for the steps to say. */
export function serverCondition(server: Observed<Server>): readonly Condition[] {
  const found = gate(server)
  switch (found.is) {
    case 'closed': {
      const what = found.by === 'ServerState' ? 'The server' : 'High availability of the server'
      return [say('ServerNotReady', 'True', found.by, `${what} is ${found.state}.`)]
    }
    case 'missing':
      return [say('ServerNotReady', 'True', 'ServerNotFound', 'There is no such server.')]
    case 'open':
    case 'integrated':
    case 'hidden':
    case 'unread':
      return []
  }
}

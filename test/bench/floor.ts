/**
 * How fast anybody could be: the least time for so many writes under Azure's limits. Pure arithmetic on
 * the documented limits; the simulator enforces the same ones, and nothing here looks at it.
 */

/** ARM's token bucket for writes: documented since 2024. */
const bucket = { burst: 200, perSecond: 10 }
/** Microsoft.Network's window, which zone groups count in as well. */
const network = { limit: 1_000, seconds: 300 }

/** What an operation takes at the longest in the simulated Azure, as recorded in the real one; seconds. */
export const operations = { endpoint: 53, zoneGroup: 10, subnet: 3 } as const

/** Seconds until the last of so many writes can leave; the provider's window counts from the first. */
export function writesSeconds(writes: number, limits: 'arm' | 'providers'): number {
  const steady = (count: number): number => Math.max(0, count - bucket.burst) / bucket.perSecond
  if (limits === 'arm') return steady(writes)
  const windows = Math.ceil(writes / network.limit)
  // The bucket is full again when a window opens, or what it lacks has been waited for before.
  const inLast = writes - (windows - 1) * network.limit
  return (windows - 1) * network.seconds + steady(inLast)
}

export interface Task {
  readonly endpoints: number
  /** Of the busiest one. */
  readonly perServer: number
  readonly perSubnet: number
  readonly limits: 'arm' | 'providers'
}

/** Each endpoint takes two writes; the last one's zone group has to be made after its last write. */
export function floorSeconds({ endpoints, perServer, perSubnet, limits }: Task): number {
  const { endpoint, zoneGroup, subnet } = operations
  const writes = writesSeconds(2 * endpoints, limits)
  const servers = perServer * endpoint
  const subnets = (perSubnet - 1) * subnet + endpoint
  return Math.max(writes, servers, subnets) + zoneGroup
}

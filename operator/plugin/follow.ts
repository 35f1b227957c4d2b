/**
 * Objects watched until they are where they should be, one of them can't get there, the time is over, or the
 * person has had enough. Only reads: whenever it ends, nothing is half done.
 */
import type { EndpointConnectionDecision } from '../api/connection-decision.ts'
import type { PostgresPrivateEndpoint } from '../api/private-endpoint.ts'
import { KubeError } from '../kubernetes/error.ts'
import { keyOf } from '../kubernetes/resource.ts'
import { Cache } from '../kubernetes/store.ts'
import { watchSettings } from '../kubernetes/watch-settings.ts'
import { Watch } from '../kubernetes/watch.ts'
import { type Goal, type Progress, progressOf } from './awaited.ts'
import { type Cluster, failureOf, resources } from './cluster.ts'
import { interrupted } from './failure.ts'
import type { Objects } from './objects.ts'
import { kindNames, type KindName, shortNames } from './refs.ts'
import type { World } from './world.ts'

type Awaited = PostgresPrivateEndpoint | EndpointConnectionDecision

export interface State {
  /** `pgpe team/orders` */
  readonly object: string
  readonly progress: Progress
}

/** How often the person hears of it where nothing changes. */
const tickMs = 1_000

interface Following {
  readonly kind: KindName
  readonly first: readonly Awaited[]
  readonly cache: Cache<Awaited>
  readonly watch: Watch<Awaited>
}

export interface FollowGiven {
  readonly objects: Objects
  readonly goal: Goal
  readonly timeoutMs: number
  /** Told at each change, and now and then. */
  readonly tell: (states: readonly State[], waitedMs: number) => void
}

/** Throws `Failure` when interrupted, or when the API server refuses. Else the states at the end. */
export async function follow(
  world: World,
  cluster: Cluster,
  { objects, goal, timeoutMs, tell }: FollowGiven,
): Promise<readonly State[]> {
  const { clock, signal } = world
  const begunAt = clock.monotonic()
  let refusal: Error | undefined
  let wake = (): void => undefined
  const followed = kindNames
    .filter((kind) => objects[kind].length > 0)
    .map((kind) => following(world, cluster, kind, objects[kind]))
  for (const { cache } of followed) cache.listen(() => wake())
  const watches = followed.map(({ watch }) =>
    watch((error) => {
      refusal = error
      wake()
    }),
  )
  try {
    for (const watch of watches) watch.start()
    for (;;) {
      const nap = new AbortController()
      wake = () => nap.abort()
      const states = followed.flatMap((one) => statesOf(one, goal))
      const waitedMs = clock.monotonic() - begunAt
      if (signal.aborted) throw interrupted()
      if (refusal !== undefined) throw failureOf(refusal, cluster.origin, signal)
      tell(states, waitedMs)
      const over = states.every(({ progress }) => progress.is === 'done')
      const hopeless = states.some(({ progress }) => ['stuck', 'gone'].includes(progress.is))
      if (over || hopeless || waitedMs >= timeoutMs) return states
      const ms = Math.min(tickMs, timeoutMs - waitedMs)
      await clock.sleep(ms, AbortSignal.any([nap.signal, signal]))
    }
  } finally {
    await Promise.all(watches.map((watch) => watch.stop()))
  }
}

type Unstarted = Omit<Following, 'watch'> & {
  readonly watch: (onRefusal: (error: Error) => void) => Watch<Awaited>
}

function following(
  { clock, random }: World,
  { transport, namespace }: Cluster,
  kind: KindName,
  first: readonly Awaited[],
): Unstarted {
  const cache = new Cache<Awaited>([namespace], (error) => {
    throw error
  })
  const common = {
    transport,
    random,
    cache,
    time: clock,
    scope: namespace,
    settings: watchSettings,
  }
  const watch = (onRefusal: (error: Error) => void): Watch<Awaited> =>
    new Watch<Awaited>({
      ...{ ...common, resource: resources[kind] },
      onTrouble: (_, error) => {
        if (error instanceof KubeError && (error.code === 403 || error.code === 401)) {
          onRefusal(error)
        }
      },
    })
  return { kind, first, cache, watch }
}

function statesOf({ kind, first, cache }: Unstarted, goal: Goal): readonly State[] {
  return first.map((object) => {
    const key = keyOf(object.metadata)
    const now = cache.synced ? cache.get(key) : object
    // What is awaited to go is this very object; another of its name is another.
    const another = goal === 'deleted' && now?.metadata.uid !== object.metadata.uid
    const progress = progressOf(another ? undefined : now, goal)
    return { object: `${shortNames[kind]} ${key}`, progress }
  })
}

/** `pending`: every connection that awaits a decision, and where it can be decided. */
import type { EndpointConnectionDecision } from '../api/connection-decision.ts'
import { kind as endpointKind } from '../api/private-endpoint.ts'
import { type Cluster, withCluster } from './cluster.ts'
import { type Known, pendingOf, shortName } from './connections.ts'
import { emit, remark } from './emit.ts'
import { type Given, valueOf } from './flags.ts'
import { Failure } from './failure.ts'
import { listIfAllowed } from './objects.ts'
import { type Cell, columns, duration, shown, toneOf } from './paint.ts'
import { shortNames } from './refs.ts'
import type { World } from './world.ts'

export async function runPending(world: World, given: Given): Promise<number> {
  if (given.words.length > 0) throw new Failure('pending takes no names: kubectl pgpe tree does')
  return withCluster(world, given, async (cluster) => {
    const scope = valueOf(given, 'namespace')
    const [decisions, endpoints] = await Promise.all([
      listDecisions(cluster, scope),
      listIfAllowed(cluster.list('endpoint', scope), (line) =>
        remark(world, `endpoints that no decision sees are left out: ${line}`),
      ),
    ])
    const all = pendingOf(decisions, endpoints)
    if (all.length === 0) remark(world, 'no connection awaits a decision')
    emit(world, given, { items: all.map(item) }, (paint) =>
      all.length === 0
        ? []
        : columns([heads, ...all.map((one) => row(one, world.clock.now()))], paint),
    )
    return 0
  })
}

/** Throws `Failure`; who may not look everywhere is told how to look in one place. */
async function listDecisions(
  cluster: Cluster,
  scope: string | undefined,
): Promise<readonly EndpointConnectionDecision[]> {
  try {
    return await cluster.list('decision', scope)
  } catch (error) {
    if (!(error instanceof Failure) || !error.forbidden || scope !== undefined) throw error
    throw new Failure(`${error.message} (-n NAMESPACE looks in one namespace)`, error)
  }
}

const objectOf = ({ seenBy: { kind, metadata } }: Known): string => {
  const type = kind === endpointKind ? shortNames.endpoint : shortNames.decision
  return `${type}/${metadata.name}`
}

const item = (known: Known): object => {
  const { seenBy, row, awaits: _, ...said } = known
  const { namespace } = seenBy.metadata
  return { namespace, object: objectOf(known), row: row !== undefined, ...said }
}

const heads = [
  ...['NAMESPACE', 'OBJECT', 'SERVER', 'CONNECTION', 'REQUESTER', 'STATE', 'SINCE', 'MESSAGE'],
]

function row(known: Known, now: Date): readonly (string | Cell)[] {
  const { seenBy, serverId, name, requester, state = '', since, description } = known
  const at = Date.parse(since ?? '')
  return [
    seenBy.metadata.namespace,
    objectOf(known),
    shown(shortName(serverId), 63),
    shown(name, 128),
    shown(requester, 128),
    { text: shown(state, 32), tone: state === 'Pending' ? 'waiting' : toneOf(state) },
    Number.isNaN(at) ? '' : duration(now.getTime() - at),
    shown(description, 140),
  ]
}

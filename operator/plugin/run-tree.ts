/** `tree`: reads the objects and the decisions beside them, and prints what hangs together. */
import { withCluster } from './cluster.ts'
import { drawn } from './draw.ts'
import { emit, remark } from './emit.ts'
import type { Given } from './flags.ts'
import { listIfAllowed, readObjects } from './objects.ts'
import { columns } from './paint.ts'
import { parseRefs } from './refs.ts'
import { decisionTree, endpointTree } from './tree.ts'
import type { World } from './world.ts'

export async function runTree(world: World, given: Given): Promise<number> {
  const refs = parseRefs(given.words, given.words.length === 0 ? ['endpoint'] : undefined)
  return withCluster(world, given, async (cluster) => {
    const { endpoint, decision } = await readObjects(cluster, refs)
    const beside =
      endpoint.length === 0
        ? []
        : await listIfAllowed(cluster.list('decision', cluster.namespace), (line) =>
            remark(world, `decisions are left out: ${line}`),
          )
    const items = [
      ...endpoint.map((object) => endpointTree(object, beside)),
      ...decision.map(decisionTree),
    ]
    if (items.length === 0) remark(world, 'no objects found')
    emit(world, given, { items }, (paint) =>
      items.flatMap((item, at) => [...(at === 0 ? [] : ['']), ...columns(drawn(item), paint)]),
    )
    return 0
  })
}

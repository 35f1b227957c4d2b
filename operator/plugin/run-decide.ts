/**
 * `approve`, `reject`, `remove`: finds the one connection of each word, shows what would be written, asks, and
 * writes one request for each. Must never write without a yes, and never about what was not shown.
 */
import { type Cluster, resources, withCluster } from './cluster.ts'
import {
  actions,
  checked,
  manifestOf,
  meant,
  shownBefore,
  type Verb,
  type Write,
  writeOf,
} from './decide.ts'
import { paintOf, remark, yaml } from './emit.ts'
import { Failure, interrupted } from './failure.ts'
import { type Given, isOn, valueOf } from './flags.ts'
import { collectionPath, objectPath } from '../kubernetes/resource.ts'
import { columns } from './paint.ts'
import type { World } from './world.ts'

const fieldManager = 'kubectl-pgpe'

export const runDecide =
  (verb: Verb) =>
  (world: World, given: Given): Promise<number> => {
    const { words } = given
    if (words.length === 0) {
      throw new Failure(`${verb} what? kubectl pgpe pending lists what awaits a decision`)
    }
    return withCluster(world, given, async (cluster) => {
      const decisions = await cluster.list('decision', cluster.home)
      const all = [...new Set(words)].map((word) => checked(actions[verb], meant(word, decisions)))
      const description = valueOf(given, 'description')
      const format = valueOf(given, 'output')
      if (format === 'json' || format === 'yaml') {
        const made = all.map((known) => manifestOf(verb, known, cluster.home, description))
        const text = (value: object): string =>
          format === 'yaml' ? yaml(value) : `${JSON.stringify(value, null, 2)}\n`
        world.out.write(made.map(text).join(format === 'yaml' ? '---\n' : ''))
        return 0
      }
      const writes = all.map((known) => writeOf(verb, known, cluster.home, description))
      const paint = paintOf(world, world.err)
      all.forEach((known, at) => {
        const write = writes[at]
        if (write)
          world.err.write(`${columns(shownBefore(verb, known, write), paint).join('\n')}\n`)
      })
      const due = writes.filter(({ is }) => is !== 'nothing')
      if (due.length > 0) await agreed(world, given, verb, due.length)
      return carryOut(world, cluster, verb, writes)
    })
  }

/** Throws `Failure` unless the person says yes. */
async function agreed(world: World, given: Given, verb: Verb, number: number): Promise<void> {
  if (isOn(given, 'yes')) return
  if (world.ask === undefined) {
    throw new Failure(
      'there is no terminal to ask at: --yes decides without asking, -o yaml writes nothing',
    )
  }
  const what = number === 1 ? 'this connection' : `these ${number} connections`
  const answer = await world.ask(`${actions[verb]} ${what}? [y/N] `)
  if (world.signal.aborted) throw interrupted()
  if (!/^y(es)?$/i.test((answer ?? '').trim())) throw new Failure('nothing was written')
}

async function carryOut(
  world: World,
  cluster: Cluster,
  verb: Verb,
  writes: readonly Write[],
): Promise<number> {
  for (const [at, write] of writes.entries()) {
    try {
      if (world.signal.aborted) throw interrupted()
      const name = await send(cluster, write)
      const how = write.is === 'nothing' ? 'unchanged' : actions[verb]
      world.out.write(`epcd ${name}: ${how}\n`)
    } catch (error) {
      const left = writes.length - at
      if (!(error instanceof Failure) || writes.length === 1) throw error
      throw new Failure(`${error.message} (${at} of ${writes.length} done, ${left} not)`, error)
    }
  }
  remark(world, 'the operator writes it to Azure; kubectl pgpe why tells how it goes')
  return 0
}

/** Each write is one request: there is nothing half done. Answers the object's namespace and name. */
async function send(cluster: Cluster, write: Write): Promise<string> {
  const query = { fieldManager }
  switch (write.is) {
    case 'nothing':
      return `${write.row.metadata.namespace}/${write.row.metadata.name}`
    case 'row': {
      const { metadata } = write.row
      await cluster.send({
        ...{ method: 'PATCH', query, body: write.patch },
        path: objectPath(resources.decision, metadata),
        contentType: 'application/merge-patch+json',
      })
      return `${metadata.namespace}/${metadata.name}`
    }
    case 'new': {
      const { metadata } = write.manifest
      await cluster.send({
        ...{ method: 'POST', query, body: write.manifest },
        path: collectionPath(resources.decision, metadata.namespace),
      })
      return `${metadata.namespace}/${metadata.name}`
    }
  }
}

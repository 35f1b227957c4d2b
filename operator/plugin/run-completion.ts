/** `completion`, and what kubectl asks while a person types. Must never fail loudly: nothing is offered instead. */
import { type Cluster, withCluster } from './cluster.ts'
import { type Choice, chosen, complete, objectWords, printed, script } from './completion.ts'
import { Failure } from './failure.ts'
import { type FlagName, type Given, parseFlags } from './flags.ts'
import { kindNames } from './refs.ts'
import type { World } from './world.ts'

export function runCompletion({ out }: World): number {
  out.write(script)
  return 0
}

const where: readonly FlagName[] = ['namespace', 'context', 'kubeconfig']

export async function runComplete(world: World, words: readonly string[]): Promise<number> {
  const completion = complete(words)
  const current = words.at(-1) ?? ''
  if (completion.is !== 'objects' && completion.is !== 'namespaces') {
    world.out.write(printed(completion))
    return 0
  }
  const choices = await asked(world, words, async (cluster) =>
    completion.is === 'namespaces'
      ? namespaces(cluster)
      : objectWords(await names(cluster), completion.words),
  )
  world.out.write(printed(chosen(choices, current)))
  return 0
}

async function asked(
  world: World,
  words: readonly string[],
  ask: (cluster: Cluster) => Promise<readonly Choice[]>,
): Promise<readonly Choice[]> {
  try {
    return await withCluster(world, givenSoFar(words), ask)
  } catch (error) {
    if (error instanceof Failure) return []
    throw error
  }
}

/** The flags that say which cluster; others, and what is half written, don't matter. */
function givenSoFar(words: readonly string[]): Given {
  const relevant = words.slice(0, -1).flatMap((word, at) => {
    const flag = where.find(
      (name) => word === `--${name}` || (name === 'namespace' && word === '-n'),
    )
    const value = words[at + 1]
    return flag === undefined || value === undefined || at + 1 === words.length - 1
      ? []
      : [`--${flag}=${value}`]
  })
  return parseFlags(relevant, where)
}

async function namespaces(cluster: Cluster): Promise<readonly Choice[]> {
  const { items } = await cluster.send<{
    readonly items: readonly { readonly metadata: { readonly name: string } }[]
  }>({ path: '/api/v1/namespaces', query: { limit: 500 } })
  return items.map(({ metadata }) => ({ word: metadata.name, meaning: 'namespace' }))
}

async function names(
  cluster: Cluster,
): Promise<readonly { readonly kind: (typeof kindNames)[number]; readonly name: string }[]> {
  const lists = await Promise.all(
    kindNames.map(async (kind) =>
      (await cluster.list(kind, cluster.home)).map(({ metadata: { name } }) => ({ kind, name })),
    ),
  )
  return lists.flat()
}

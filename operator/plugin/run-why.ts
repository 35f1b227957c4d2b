/** `why`: reads the objects and prints an answer for each condition that does not hold. */
import { withCluster } from './cluster.ts'
import { emit, remark } from './emit.ts'
import type { Given } from './flags.ts'
import { readObjects } from './objects.ts'
import { columns, type Paint, shown, since } from './paint.ts'
import { kindNames, parseRefs, shortNames } from './refs.ts'
import { type Answer, answersOf, wellOf } from './why.ts'
import type { World } from './world.ts'

interface Item {
  readonly object: string
  readonly answers: readonly Answer[]
  /** Of an object of which all is well. */
  readonly well?: string
}

export async function runWhy(world: World, given: Given): Promise<number> {
  const refs = parseRefs(given.words)
  const named = refs.some(({ name }) => name !== undefined)
  return withCluster(world, given, async (cluster) => {
    const objects = await readObjects(
      cluster,
      refs,
      named ? undefined : (line) => remark(world, `left out: ${line}`),
    )
    const now = world.clock.now()
    const all = kindNames.flatMap((kind) =>
      objects[kind].map((object): Item => {
        const { namespace, name } = object.metadata
        const answers = answersOf(kind, object, now)
        const well = answers.length === 0 ? wellOf(kind, object) : undefined
        const title = `${shortNames[kind]} ${namespace}/${name}`
        return { object: title, answers, ...(well !== undefined && { well }) }
      }),
    )
    const items = named ? all : all.filter(({ answers }) => answers.length > 0)
    if (items.length === 0) {
      remark(world, all.length === 0 ? 'no objects found' : `all is well: ${all.length} objects`)
    }
    emit(world, given, { items }, (paint) =>
      items.flatMap((item, at) => [...(at === 0 ? [] : ['']), ...lines(item, now, paint)]),
    )
    return 0
  })
}

function lines({ object, answers, well }: Item, now: Date, paint: Paint): readonly string[] {
  if (answers.length === 0) {
    return [`${object}   ${paint('good', 'all is well')}`, ...(well ? [`  ${well}`] : [])]
  }
  return answers.flatMap((answer) => {
    const { reason, conditions, cause, message, remedy, next, stalled } = answer
    const others = conditions.filter((type) => type !== 'Ready' && type !== reason)
    const title = [object, paint(stalled ? 'bad' : 'waiting', shown(reason, 128)), ...others].join(
      '   ',
    )
    const rows = [
      ['  cause', cause],
      ['  said', shown(message, 4096)],
      ['  remedy', remedy],
      ['  since', since(answer.since, now)],
      ['  next try', next],
    ]
    return [
      title,
      ...columns(
        rows.filter(([, text]) => text),
        paint,
      ),
    ]
  })
}

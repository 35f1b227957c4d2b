/** `wait`: tells what is awaited and since when, until it is there. */
import { type Goal, milliseconds } from './awaited.ts'
import { type Cluster, withCluster } from './cluster.ts'
import { emit, remark } from './emit.ts'
import { Failure, interruptedCode } from './failure.ts'
import { type Given, valueOf } from './flags.ts'
import { follow, type State } from './follow.ts'
import { type Objects, readObjects } from './objects.ts'
import { columns, duration, shown, since, type Tone } from './paint.ts'
import { parseRefs, type Ref } from './refs.ts'
import type { World } from './world.ts'

const defaultTimeout = '10m'

export async function runWait(world: World, given: Given): Promise<number> {
  const refs = parseRefs(given.words)
  const goal: Goal = valueOf(given, 'for') === 'deleted' ? 'deleted' : 'ready'
  const timeout = valueOf(given, 'timeout') ?? defaultTimeout
  const timeoutMs = milliseconds(timeout)
  return withCluster(world, given, async (cluster) => {
    const objects = await awaitedObjects(world, cluster, refs, goal)
    if (objects === 'gone') {
      remark(world, 'gone already')
      return 0
    }
    if (objects.endpoint.length + objects.decision.length === 0)
      throw new Failure('no objects found')
    const teller = tellerOf(world)
    try {
      const states = await follow(world, cluster, { objects, goal, timeoutMs, ...teller })
      teller.end()
      return ended(world, given, states, timeout)
    } catch (error) {
      teller.end()
      if (error instanceof Failure && error.exitCode === interruptedCode) {
        throw new Failure('interrupted: nothing was changed, and the operator goes on', error)
      }
      throw error
    }
  })
}

/** Of one object that is to go, to be gone is to be there. */
async function awaitedObjects(
  world: World,
  cluster: Cluster,
  refs: readonly Ref[],
  goal: Goal,
): Promise<Objects | 'gone'> {
  try {
    const named = refs.some(({ name }) => name !== undefined)
    const leave = (line: string): void => remark(world, `left out: ${line}`)
    return await readObjects(cluster, refs, named ? undefined : leave)
  } catch (error) {
    const gone = goal === 'deleted' && error instanceof Failure && error.missing
    if (gone && refs.length === 1) return 'gone'
    throw error
  }
}

/** A line for each change, and at a terminal one below them that counts the time. */
function tellerOf(world: World) {
  const { err, clock } = world
  const said = new Map<string, string>()
  const wipe = err.isTerminal ? '\r\u001B[K' : ''
  return {
    tell: (states: readonly State[], waitedMs: number): void => {
      for (const state of states) {
        const line = lineOf(state)
        if (said.get(state.object) === line) continue
        said.set(state.object, line)
        const { progress } = state
        const when = progress.is === 'waiting' ? since(progress.since, clock.now()) : ''
        err.write(`${wipe}${line}${when === '' ? '' : `   since ${when}`}\n`)
      }
      const left = states.filter(({ progress }) => progress.is !== 'done').length
      if (err.isTerminal) {
        err.write(
          `${wipe}waiting ${duration(waitedMs)}: ${states.length - left} of ${states.length}`,
        )
      }
    },
    end: (): void => err.write(wipe),
  }
}

function lineOf({ object, progress }: State): string {
  switch (progress.is) {
    case 'done':
      return `${object}   done`
    case 'gone':
      return `${object}   gone`
    case 'waiting':
    case 'stuck':
      return `${object}   ${shown(progress.reason, 128)}   ${shown(progress.message)}`.trimEnd()
  }
}

const tones: Readonly<Record<State['progress']['is'], Tone>> = {
  ...{ done: 'good', waiting: 'waiting', stuck: 'bad', gone: 'bad' },
}

function ended(world: World, given: Given, states: readonly State[], timeout: string): number {
  const items = states.map(({ object, progress }) => ({ object, ...progress }))
  emit(world, given, { items }, (paint) =>
    columns(
      states.map(({ object, progress }) => [
        object,
        { text: progress.is, tone: tones[progress.is] },
        'reason' in progress ? shown(progress.reason, 128) : '',
      ]),
      paint,
    ),
  )
  const of = (is: State['progress']['is']): readonly string[] =>
    states.flatMap(({ object, progress }) => (progress.is === is ? [object] : []))
  const [stuck, gone, waiting] = [of('stuck'), of('gone'), of('waiting')]
  if (gone.length > 0) throw new Failure(`${gone.join(', ')}: deleted meanwhile`)
  if (stuck.length > 0) {
    throw new Failure(`only a person can help ${stuck.join(', ')}: kubectl pgpe why tells how`)
  }
  if (waiting.length > 0) {
    throw new Failure(`not there after ${timeout}: ${waiting.join(', ')}`)
  }
  remark(world, states.length === 1 ? 'done' : `all ${states.length} done`)
  return 0
}

/**
 * A command line from its words to its exit code. Every failure is one line on standard error. Must never
 * let a stack reach a person but for a defect of ours.
 */
import { commandNames, type CommandName, rowOf } from './commands.ts'
import { remark } from './emit.ts'
import { Failure } from './failure.ts'
import { type Given, isOn, parseFlags } from './flags.ts'
import { helpOf, overview } from './help.ts'
import { runComplete, runCompletion } from './run-completion.ts'
import { runDecide } from './run-decide.ts'
import { runPending } from './run-pending.ts'
import { runTree } from './run-tree.ts'
import { runWait } from './run-wait.ts'
import { runWhy } from './run-why.ts'
import type { World } from './world.ts'

const runners: Readonly<
  Record<CommandName, (world: World, given: Given) => Promise<number> | number>
> = {
  tree: runTree,
  why: runWhy,
  pending: runPending,
  approve: runDecide('approve'),
  reject: runDecide('reject'),
  remove: runDecide('remove'),
  wait: runWait,
  completion: runCompletion,
}

/** @param argv without node and the file. Answers the exit code. */
export async function run(argv: readonly string[], world: World): Promise<number> {
  try {
    return await dispatch(argv, world)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    remark(world, error.message)
    return error.exitCode
  }
}

async function dispatch(argv: readonly string[], world: World): Promise<number> {
  const [word, ...rest] = argv
  if (word === undefined || word === '--help' || word === '-h' || word === 'help') {
    world.out.write(overview())
    return 0
  }
  if (word === '--version') {
    world.out.write(`${world.version}\n`)
    return 0
  }
  // What kubectl calls for completion, by way of kubectl_complete-pgpe.
  if (word === '__complete') return runComplete(world, rest)
  const name = commandNames.find((each) => each === word)
  if (name === undefined) {
    throw new Failure(`'${word}' is no command: kubectl pgpe --help lists them`)
  }
  const given = parseFlags(rest, rowOf(name).flags)
  if (!isOn(given, 'help')) return runners[name](world, given)
  world.out.write(helpOf(name))
  return 0
}

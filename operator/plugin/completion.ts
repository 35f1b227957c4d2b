/**
 * What could stand where the cursor is: commands, flags, their values, and where only the cluster knows,
 * what to ask it for. Pure.
 */
import { commandNames, commands, type CommandName, rowOf } from './commands.ts'
import { flags, rowOf as flagRow, type FlagName } from './flags.ts'
import { shortNames } from './refs.ts'

export type Completion =
  | { readonly is: 'choices'; readonly choices: readonly Choice[] }
  | { readonly is: 'files' }
  | { readonly is: 'namespaces' }
  /** Names of objects, of the kinds that the command is about. */
  | { readonly is: 'objects'; readonly words: readonly string[] }

export interface Choice {
  readonly word: string
  readonly meaning: string
}

const none: Completion = { is: 'choices', choices: [] }

/** @param words all of the command line behind `kubectl pgpe`; the last one is being written */
export function complete(words: readonly string[]): Completion {
  const [first = '', ...rest] = words
  if (words.length <= 1) {
    const choices = commandNames.map((word) => ({ word, meaning: commands[word].summary }))
    return chosen(choices, first)
  }
  const name = commandNames.find((each) => each === first)
  return name === undefined ? none : completeIn(name, rest)
}

function completeIn(name: CommandName, words: readonly string[]): Completion {
  const { flags: known, operands } = rowOf(name)
  const current = words.at(-1) ?? ''
  const before = words.at(-2) ?? ''
  const flag = known.find(
    (each) => before === `--${each}` || before === `-${flagRow(each).short ?? ' '}`,
  )
  if (flag !== undefined && flagRow(flag).value !== undefined) return valueOf(flag, current)
  if (current.startsWith('-')) {
    const choices = known.map((each) => ({ word: `--${each}`, meaning: flagRow(each).meaning }))
    return chosen(choices, current)
  }
  return operands.includes('NAME') ? { is: 'objects', words } : none
}

function valueOf(flag: FlagName, current: string): Completion {
  const { choices } = flagRow(flag)
  if (choices)
    return chosen(
      choices.map((word) => ({ word, meaning: flags[flag].meaning })),
      current,
    )
  if (flag === 'namespace') return { is: 'namespaces' }
  return flag === 'kubeconfig' ? { is: 'files' } : none
}

export const chosen = (choices: readonly Choice[], start: string): Completion => ({
  is: 'choices',
  choices: choices.filter(({ word }) => word.startsWith(start)),
})

/** Directives of the protocol that kubectl's completion speaks (cobra's `ShellCompDirective`). */
const noFiles = ':4'
const withFiles = ':0'

export const printed = (completion: Completion): string =>
  completion.is === 'choices'
    ? [...completion.choices.map(({ word, meaning }) => `${word}\t${meaning}`), noFiles, ''].join(
        '\n',
      )
    : `${completion.is === 'files' ? withFiles : noFiles}\n`

/** Words for objects: `type/name`, or the name where the type stands before it. */
export function objectWords(
  objects: readonly { readonly kind: keyof typeof shortNames; readonly name: string }[],
  words: readonly string[],
): readonly Choice[] {
  const type = words[0] ?? ''
  const after = words.length > 1 && Object.values<string>(shortNames).includes(type)
  return objects
    .filter(({ kind }) => !after || shortNames[kind] === type)
    .map(({ kind, name }) => ({
      word: after ? name : `${shortNames[kind]}/${name}`,
      meaning: kind === 'endpoint' ? 'private endpoint' : 'decision',
    }))
}

export const script = `#!/bin/sh
# Called by kubectl for completion. Made by: kubectl pgpe completion
exec kubectl-pgpe __complete "$@"
`

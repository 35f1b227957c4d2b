/**
 * Every flag of every command is a row. Spelled and read as kubectl reads its own: `-n x`, `-nx`, `-n=x`,
 * `--namespace x`, `--namespace=x`, `--` before words that begin with a dash. Pure; must never guess what
 * was meant: one clear line instead.
 */
import { Failure } from './failure.ts'

export interface Flag {
  readonly short?: string
  /** What stands for the value in help; absent: a switch. */
  readonly value?: string
  /** The only values. */
  readonly choices?: readonly string[]
  readonly meaning: string
}

export const flags = {
  namespace: {
    short: 'n',
    value: 'NAMESPACE',
    meaning: "The namespace. Default: the context's, else default.",
  },
  'all-namespaces': { short: 'A', meaning: 'All namespaces.' },
  context: { value: 'NAME', meaning: 'Context of the kubeconfig. Default: the current one.' },
  kubeconfig: { value: 'FILE', meaning: 'Default: KUBECONFIG, else ~/.kube/config.' },
  output: {
    short: 'o',
    value: 'FORMAT',
    choices: ['table', 'json', 'yaml'],
    meaning: 'table (default), json or yaml.',
  },
  yes: { short: 'y', meaning: 'Do not ask.' },
  description: {
    value: 'TEXT',
    meaning: 'Travels with the decision to Azure; at most 140 characters.',
  },
  for: {
    value: 'STATE',
    choices: ['ready', 'deleted'],
    meaning: 'ready (default) or deleted.',
  },
  timeout: { value: 'DURATION', meaning: 'Such as 30s, 10m (default), 1h30m.' },
  help: { short: 'h', meaning: 'What the command does.' },
} as const satisfies Readonly<Record<string, Flag>>

export type FlagName = keyof typeof flags

/** Of every command that talks to the cluster. */
export const common = ['namespace', 'context', 'kubeconfig', 'output', 'help'] as const

const all: Readonly<Record<string, Flag>> = flags
export const rowOf = (name: FlagName): Flag => flags[name]

export interface Given {
  readonly words: readonly string[]
  readonly values: ReadonlyMap<string, string>
}

/** The value of a flag; undefined: not given. */
export const valueOf = ({ values }: Given, name: FlagName): string | undefined => values.get(name)
export const isOn = ({ values }: Given, name: FlagName): boolean => values.get(name) === 'true'

interface Found {
  readonly name: string
  readonly row: Flag
  readonly inline: string | undefined
}

/** Throws `Failure`. */
export function parseFlags(argv: readonly string[], known: readonly FlagName[]): Given {
  const words: string[] = []
  const values = new Map<string, string>()
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    if (word === '--') {
      words.push(...argv.slice(at + 1))
      break
    }
    if (!word.startsWith('-') || word === '-') {
      words.push(word)
      continue
    }
    const { name, row, inline } = find(word, known)
    if (values.has(name)) throw new Failure(`--${name} is given twice`)
    if (row.value === undefined) values.set(name, switched(name, inline))
    else {
      const value = inline ?? argv[++at]
      if (value === undefined) throw new Failure(`--${name} lacks its value, ${row.value}`)
      values.set(name, checked(name, row, value))
    }
  }
  return { words, values }
}

function find(word: string, known: readonly FlagName[]): Found {
  const [, name = '', , inline] = /^--([a-z-]+)(=(.*))?$/s.exec(word) ?? []
  if (name !== '') return { ...must(name, word, known), inline }
  const short = word.slice(1, 2)
  const [long = ''] = Object.entries(all).find(([, row]) => row.short === short) ?? []
  const rest = word.slice(2)
  const value = rest === '' ? undefined : rest.replace(/^=/, '')
  return { ...must(long, word, known), inline: value }
}

function must(
  name: string,
  word: string,
  known: readonly FlagName[],
): { readonly name: string; readonly row: Flag } {
  const row = known.some((each) => each === name) ? all[name] : undefined
  if (row === undefined) throw new Failure(`unknown flag ${word}: --help lists those there are`)
  return { name, row }
}

function switched(name: string, inline: string | undefined): string {
  if (inline === undefined || inline === 'true' || inline === 'false') return inline ?? 'true'
  throw new Failure(`--${name} takes no value`)
}

function checked(name: string, { choices }: Flag, value: string): string {
  if (choices === undefined || choices.includes(value)) return value
  throw new Failure(`--${name} is '${value}': it has to be one of ${choices.join(', ')}`)
}

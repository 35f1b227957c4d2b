/** Help texts and the reference page, printed from the tables. Pure; says nothing of its own about a command. */
import { code, table } from '../api/markdown.ts'
import { type Command, type CommandName, commandNames, commands, exits, rowOf } from './commands.ts'
import { rowOf as flagRow, type FlagName } from './flags.ts'

const spelled = (name: FlagName): string => {
  const { short, value } = flagRow(name)
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`
}

export const usage = (name: CommandName): string =>
  ['kubectl pgpe', name, commands[name].operands, '[flags]'].filter(Boolean).join(' ')

const indented = (rows: readonly (readonly [string, string])[]): readonly string[] => {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`)
}

export function overview(): string {
  return [
    'What private endpoints do, why they do not, and the decisions that wait for you.',
    '',
    'usage: kubectl pgpe COMMAND …',
    '',
    ...indented(commandNames.map((name) => [name, commands[name].summary])),
    '',
    'kubectl pgpe COMMAND --help says more. It acts as you, with your kubeconfig and your rights.',
    '',
  ].join('\n')
}

export function helpOf(name: CommandName): string {
  const { summary, about, flags, examples, azure, exits: more = [] } = rowOf(name)
  return [
    summary,
    '',
    `usage: ${usage(name)}`,
    '',
    ...about.flatMap((paragraph) => [...wrapped(paragraph), '']),
    ...(azure === undefined ? [] : [...wrapped(`Azure: ${azure}`), '']),
    ...indented(flags.map((flag) => [spelled(flag), flagRow(flag).meaning])),
    '',
    'Examples:',
    ...indented(examples.map(([line, meaning]) => [`kubectl pgpe ${line}`, meaning])),
    '',
    'Exit codes:',
    ...indented([...exits, ...more].toSorted(([a], [b]) => a - b).map(([c, m]) => [String(c), m])),
    '',
  ].join('\n')
}

/** Lines of at most 80 characters. */
function wrapped(paragraph: string): readonly string[] {
  const lines: string[] = []
  for (const word of paragraph.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length >= 80) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}

/** The reference, below a heading of level 1. */
export const commandsPage = (): string =>
  [
    'Acts as you, with your kubeconfig and your rights. Results go to standard output, everything else to standard error; colours only to a terminal, and not with NO_COLOR. Texts that strangers wrote are shown without characters that move the cursor.',
    '',
    '## Installing',
    '',
    '`npm run build` makes `dist/kubectl-pgpe`, one file that needs Node.js 22.7 or later; the image has it at `/app/dist/kubectl-pgpe`. Put it into a directory of `PATH`, executable: kubectl finds it by its name.',
    '',
    '## Exit codes',
    '',
    ...table(
      ['code', 'meaning'],
      exits.map(([exit, meaning]) => [String(exit), meaning]),
    ),
    '',
    '## Commands',
    '',
    ...commandNames.flatMap((name) => section(name, rowOf(name))),
  ].join('\n')

function section(name: CommandName, command: Command): readonly string[] {
  const { summary, about, flags, examples, needs, azure, exits: more = [] } = command
  const rights = needs.map(({ verbs, resources, why, optional }) => [
    verbs.join(', '),
    resources.map(code).join(', '),
    optional === undefined ? why : `${why}; left out without it`,
  ])
  return [
    `### ${name}`,
    '',
    summary,
    '',
    ...['```console', `$ ${usage(name)}`, '```', ''],
    ...about.flatMap((paragraph) => [paragraph, '']),
    ...table(
      ['flag', 'meaning'],
      flags.map((flag) => [code(spelled(flag)), flagRow(flag).meaning]),
    ),
    '',
    ...['```console'],
    ...examples.map(([line, meaning]) => `$ kubectl pgpe ${line}   # ${meaning}`),
    ...['```', ''],
    ...(rights.length > 0
      ? [
          'What you need to be allowed in Kubernetes:',
          '',
          ...table(['verbs', 'resources of pgpe.dev', 'for'], rights),
          '',
        ]
      : []),
    azure === undefined ? 'Azure is not asked.' : `Azure: ${azure}`,
    '',
    ...(more.length > 0
      ? [
          ...table(
            ['exit code', 'meaning'],
            more.map(([exit, meaning]) => [String(exit), meaning]),
          ),
          '',
        ]
      : []),
  ]
}

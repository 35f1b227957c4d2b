/** How kubectl-pgpe reads its command line, and what its tables promise. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { roles } from '../operator/grants-roles.ts'
import { commandNames, rowOf } from '../operator/plugin/commands.ts'
import { complete, objectWords, printed } from '../operator/plugin/completion.ts'
import { Failure } from '../operator/plugin/failure.ts'
import { flags, parseFlags, rowOf as flagRow, type FlagName } from '../operator/plugin/flags.ts'
import { helpOf, overview } from '../operator/plugin/help.ts'
import { columns, colours, duration, noPaint, since } from '../operator/plugin/paint.ts'
import { parseRefs } from '../operator/plugin/refs.ts'

const test = suite('words')
const some: readonly FlagName[] = ['namespace', 'all-namespaces', 'output', 'kubeconfig']

const read = (line: string) => {
  const { words, values } = parseFlags(line.split(' ').filter(Boolean), some)
  return [words, Object.fromEntries(values)]
}
const complaint = (what: () => unknown): string => {
  try {
    what()
  } catch (error) {
    assert.instance(error, Failure)
    return (error as Failure).message
  }
  return ''
}

test('flags are read as kubectl reads them', () => {
  for (const line of ['a -n x', 'a -nx', 'a -n=x', '--namespace x a', '--namespace=x a']) {
    assert.equal(read(line), [['a'], { namespace: 'x' }], line)
  }
  assert.equal(read('-A a b -ojson'), [['a', 'b'], { 'all-namespaces': 'true', output: 'json' }])
  assert.equal(read('--all-namespaces=false'), [[], { 'all-namespaces': 'false' }])
  assert.equal(read('-- -n x'), [['-n', 'x'], {}])
})

test('what makes no sense is one line that says what is wrong', () => {
  assert.is(
    complaint(() => read('--nonsense')),
    'unknown flag --nonsense: --help lists those there are',
  )
  assert.is(
    complaint(() => read('-q')),
    'unknown flag -q: --help lists those there are',
  )
  // Of another command.
  assert.match(
    complaint(() => read('--context x')),
    /unknown flag/,
  )
  assert.is(
    complaint(() => read('-n')),
    '--namespace lacks its value, NAMESPACE',
  )
  assert.is(
    complaint(() => read('-n a -n b')),
    '--namespace is given twice',
  )
  assert.is(
    complaint(() => read('-A=yes')),
    '--all-namespaces takes no value',
  )
  assert.is(
    complaint(() => read('-o xml')),
    "--output is 'xml': it has to be one of table, json, yaml",
  )
})

test('objects are named as kubectl names them', () => {
  const refs = (line: string) =>
    parseRefs(line.split(' ').filter(Boolean)).map(
      ({ kinds, name }) => `${kinds.join('|')} ${name}`,
    )
  assert.equal(refs(''), ['endpoint undefined', 'decision undefined'])
  assert.equal(refs('orders'), ['endpoint|decision orders'])
  assert.equal(refs('pgpe'), ['endpoint undefined'])
  assert.equal(refs('pgpe a b'), ['endpoint a', 'endpoint b'])
  assert.equal(refs('epcd/a pgpe/b'), ['decision a', 'endpoint b'])
  for (const type of [
    'EndpointConnectionDecisions',
    'endpointconnectiondecision',
    'endpointconnectiondecisions.pgpe.dev',
  ]) {
    assert.equal(refs(`${type}/a`), ['decision a'])
  }
  assert.is(
    complaint(() => refs('pod/a')),
    "'pod' is no type of object: use pgpe, epcd",
  )
  assert.match(
    complaint(() => refs('../x')),
    /no type of object/,
  )
  assert.match(
    complaint(() => refs('pgpe/..')),
    /no name of an object/,
  )
  assert.match(
    complaint(() => parseRefs(['epcd/a'], ['endpoint'])),
    /about pgpe/,
  )
})

test('every command has help that names all of its flags, examples and exit codes', () => {
  assert.ok(commandNames.length > 0)
  for (const name of commandNames) {
    const { flags: own, examples, summary, azure } = rowOf(name)
    const help = helpOf(name)
    for (const flag of own) assert.match(help, `--${flag}`, name)
    for (const [line] of examples) assert.match(help, `kubectl pgpe ${line}`)
    assert.match(help, /\n {2}0 +Done\.\n/)
    assert.match(overview(), summary)
    if (azure !== undefined) assert.match(help, 'Azure: ')
    assert.ok(
      help.split('\n').every((line) => line.length <= 130),
      name,
    )
  }
})

test("every example's flags are the command's own", () => {
  for (const name of commandNames) {
    for (const [line] of rowOf(name).examples) {
      const [command, ...rest] = line.split(/ [>|&]/)[0]?.split(' ') ?? []
      assert.is(command, name)
      parseFlags(rest, rowOf(name).flags)
    }
  }
})

test('every flag belongs to a command', () => {
  const used = new Set(commandNames.flatMap((name) => rowOf(name).flags))
  assert.equal(
    Object.keys(flags).filter((flag) => !used.has(flag as FlagName)),
    [],
  )
  const shorts = Object.keys(flags).flatMap((name) => flagRow(name as FlagName).short ?? [])
  assert.is(new Set(shorts).size, shorts.length)
})

test('the roles of the chart are enough for what their people need', () => {
  const rights = (name: string): readonly string[] => {
    const found = roles.find(
      (each) => (each['metadata'] as { readonly name: string }).name === name,
    )
    const rules = (found?.['rules'] ?? []) as readonly {
      readonly resources: readonly string[]
      readonly verbs: readonly string[]
    }[]
    return rules.flatMap(({ resources, verbs }) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)),
    )
  }
  const all = [...rights('pgpe-network-admin'), ...rights('pgpe-database-admin')]
  for (const name of commandNames) {
    for (const { verbs, resources } of rowOf(name).needs) {
      for (const verb of verbs) {
        for (const resource of resources) assert.ok(all.includes(`${verb} ${resource}`), name)
        const reads = ['get', 'list', 'watch'].includes(verb)
        if (reads) assert.ok(rights('pgpe-viewer').includes(`${verb} ${resources[0]}`), name)
      }
    }
  }
})

test('completion offers what could stand there', () => {
  const offered = (...words: string[]): readonly string[] => {
    const answer = complete(words)
    return answer.is === 'choices' ? answer.choices.map(({ word }) => word) : [answer.is]
  }
  assert.equal(offered('tr'), ['tree'])
  assert.equal(offered(''), commandNames)
  assert.equal(offered('tree', '-o', 'j'), ['json'])
  assert.equal(offered('tree', '--name'), ['--namespace'])
  assert.equal(offered('tree', '-n', ''), ['namespaces'])
  assert.equal(offered('tree', '--kubeconfig', ''), ['files'])
  assert.equal(offered('tree', 'x'), ['objects'])
  assert.equal(offered('completion', 'x'), [])
  assert.equal(offered('nonsense', 'x'), [])
})

test('completion speaks the protocol of kubectl', () => {
  assert.is(printed(complete(['tree', '-o', 'j'])), `json\t${flags.output.meaning}\n:4\n`)
  assert.is(printed({ is: 'files' }), ':0\n')
  const objects = [
    { kind: 'endpoint', name: 'a' },
    { kind: 'decision', name: 'b' },
  ] as const
  const words = (line: readonly string[]) => objectWords(objects, line).map(({ word }) => word)
  assert.equal(words(['']), ['pgpe/a', 'epcd/b'])
  assert.equal(words(['epcd', '']), ['b'])
})

test('columns line up, whatever their colours', () => {
  const rows = [
    ['A', 'B'],
    [{ text: 'longer', tone: 'bad' as const }, ''],
    ['x', { text: 'y', tone: 'good' as const }],
  ]
  assert.equal(columns(rows, noPaint), ['A        B', 'longer', 'x        y'])
  assert.equal(columns(rows, colours)[1], '\u001B[31mlonger\u001B[0m')
})

test('ages read as those of kubectl', () => {
  const of = (text: string) => duration(Number(text) * 1000)
  assert.equal(['5', '60', '90', '3600', '5400', '90000', '864000'].map(of), [
    ...['5s', '1m', '1m30s', '1h', '1h30m', '1d1h', '10d'],
  ])
  const now = new Date('2026-11-21T12:00:00Z')
  assert.is(since('2026-11-21T11:30:00Z', now), '30m (2026-11-21T11:30:00Z)')
  assert.is(since('nonsense', now), '')
})

test.run()

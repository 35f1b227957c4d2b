/**
 * Every command is a row: help, the reference page, completion and the list of rights come from it. What a
 * command does stands in its own file; must never hold a command that is not whole.
 */
import { common, type FlagName } from './flags.ts'

/** Rights in Kubernetes that the person needs. */
export interface Need {
  readonly verbs: readonly string[]
  /** Of the group pgpe.dev. */
  readonly resources: readonly string[]
  readonly why: string
  /** Without it the command goes on, and says what it leaves out. */
  readonly optional?: true
}

export interface Command {
  /** Behind the name; empty: nothing. */
  readonly operands: string
  /** One line. */
  readonly summary: string
  /** Paragraphs. */
  readonly about: readonly string[]
  readonly flags: readonly FlagName[]
  readonly examples: readonly (readonly [line: string, meaning: string])[]
  readonly needs: readonly Need[]
  /** What it asks Azure. */
  readonly azure?: string
  /** Beside 0, 1 and 130. */
  readonly exits?: readonly (readonly [code: number, meaning: string])[]
}

const endpointsOnly = ['postgresprivateendpoints'] as const
const decisionsOnly = ['endpointconnectiondecisions'] as const

const objects = [
  'Objects are named as kubectl does: `pgpe/orders`, `epcd/vendor`, `pgpe orders billing`; `pgpe` alone means all of the namespace. A name without a type may be of either kind.',
]

const decides = [
  'NAME is a row of an inbox (`orders-0123456789abcdef`), the full name of a connection (`dbt.<guid>`), or the ARM id of the private endpoint that asks; looked for in the namespace. A row gets its `spec.action`; for any other connection a decision of its own is made, bound to the exact name and endpoint. It is shown first, and nothing is written without a yes: at a terminal it asks, elsewhere it needs --yes. A row that has changed since it was shown is not written.',
  'With -o yaml (or json) it writes nothing and prints the decision as a manifest for Git. Whether you may decide on the server is asked by the admission policy (docs/grants.md). The operator then writes to Azure.',
] as const
const decisionFlags = ['yes', 'description', ...common] as const
const decisionNeeds = [
  { verbs: ['list'], resources: decisionsOnly, why: 'finding the connection' },
  { verbs: ['patch'], resources: decisionsOnly, why: 'rows; not for -o' },
  { verbs: ['create'], resources: decisionsOnly, why: 'connections without a row; not for -o' },
] as const

export const commands = {
  tree: {
    operands: '[TYPE] [NAME…]',
    summary:
      'What hangs together: object, endpoint, connection, server, zone, records, with states.',
    about: [
      'Read from the status of the objects, so it shows what the operator last saw; Azure is not asked. Without a name: all endpoints of the namespace.',
      ...objects,
    ],
    flags: ['all-namespaces', ...common],
    examples: [
      ['tree orders', 'one object'],
      ['tree -A', 'every endpoint of the cluster'],
      ['tree epcd vendor -o json', 'a decision and its connections, for a script'],
    ],
    needs: [
      { verbs: ['get', 'list'], resources: endpointsOnly, why: 'the endpoints that are shown' },
      {
        verbs: ['get', 'list'],
        resources: decisionsOnly,
        why: "decisions, by themselves and beside an endpoint's connection",
        optional: true,
      },
    ],
  },
  why: {
    operands: '[TYPE] [NAME…]',
    summary: 'Why objects are not as they should be: cause, remedy, since when, next try.',
    about: [
      'An answer for each condition that does not hold: its cause, what the operator said with names and with the words of Azure, what to do, since when it is so, and when it is tried again. Red: only a person can help. Without a name: every object of the namespace that has such a condition. What each reason means is also in crds/conditions.md.',
      ...objects,
    ],
    flags: ['all-namespaces', ...common],
    examples: [
      ['why orders', 'one object'],
      ['why -A', 'all that is amiss in the cluster'],
      ['why pgpe -A -o json', 'the same of endpoints, for a script'],
    ],
    needs: [
      { verbs: ['get', 'list'], resources: endpointsOnly, why: 'endpoints', optional: true },
      { verbs: ['get', 'list'], resources: decisionsOnly, why: 'decisions', optional: true },
    ],
  },
  pending: {
    operands: '',
    summary: 'Connections that await a decision, of all namespaces, and where to decide.',
    about: [
      "From the status of decisions and inboxes: who asks for what server, in whose words (MESSAGE is the requester's), since when. OBJECT is the row of the inbox where there is one: kubectl pgpe approve, reject and remove take it. An endpoint of this cluster that waits and that no inbox sees is listed too. Approved means an access that nobody decided on.",
    ],
    flags: ['all-namespaces', ...common],
    examples: [
      ['pending', 'all namespaces'],
      ['pending -n databases', 'one'],
      ['pending -o json', 'for a script'],
    ],
    needs: [
      { verbs: ['list'], resources: decisionsOnly, why: 'in all namespaces, or in the one of -n' },
      {
        verbs: ['list'],
        resources: endpointsOnly,
        why: 'endpoints that no decision sees',
        optional: true,
      },
    ],
  },
  approve: {
    operands: 'NAME…',
    summary: 'Approves connections, one by one, each bound to who asks.',
    about: [
      ...decides,
      'What was rejected once cannot be approved in Azure: that is said, and nothing is written.',
    ],
    flags: decisionFlags,
    examples: [
      ['approve orders-0123456789abcdef -n databases', 'a row of an inbox'],
      ['approve dbt.837ee716-0000-4f60-8a9b-0c1d2e3f4a5b -o yaml', 'a manifest for Git'],
    ],
    needs: decisionNeeds,
  },
  reject: {
    operands: 'NAME…',
    summary: 'Rejects requests, or takes given access away.',
    about: decides,
    flags: decisionFlags,
    examples: [['reject orders-0123456789abcdef --description left', 'with a word for the other']],
    needs: decisionNeeds,
  },
  remove: {
    operands: 'NAME…',
    summary: 'Removes connections (action Delete): the endpoint at the other end is cut off.',
    about: decides,
    flags: decisionFlags,
    examples: [['remove orders-0123456789abcdef --yes', 'without asking']],
    needs: decisionNeeds,
  },
  wait: {
    operands: '[TYPE] [NAME…]',
    summary: 'Waits for objects, and shows what is awaited and since when.',
    about: [
      'Ready speaks of the present spec. It ends early when only a person can help (Stalled), or when an object is deleted that should become ready. Progress goes to standard error. Ctrl-C changes nothing: the operator goes on. Without a name: every object that the namespace has at the beginning.',
      ...objects,
    ],
    flags: ['for', 'timeout', 'all-namespaces', ...common],
    examples: [
      ['wait orders', 'until it can be used'],
      ['wait pgpe/orders --for deleted --timeout 20m', 'until nothing is left of it'],
    ],
    needs: [
      {
        verbs: ['get', 'list', 'watch'],
        resources: endpointsOnly,
        why: 'endpoints',
        optional: true,
      },
      {
        verbs: ['get', 'list', 'watch'],
        resources: decisionsOnly,
        why: 'decisions',
        optional: true,
      },
    ],
    exits: [
      [1, 'As above; also: not there in time, only a person can help, or deleted meanwhile.'],
    ],
  },
  completion: {
    operands: '',
    summary: 'The script that lets kubectl complete this command.',
    about: [
      'Save it as kubectl_complete-pgpe in a directory of PATH and make it executable: kubectl then completes commands, flags, objects and namespaces, in every shell that it completes itself.',
    ],
    flags: ['help'],
    examples: [
      [
        'completion > ~/.local/bin/kubectl_complete-pgpe && chmod +x ~/.local/bin/kubectl_complete-pgpe',
        'once',
      ],
    ],
    needs: [],
  },
} as const satisfies Readonly<Record<string, Command>>

export type CommandName = keyof typeof commands
export const commandNames = Object.keys(commands) as readonly CommandName[]
export const rowOf = (name: CommandName): Command => commands[name]

/** Exit codes of every command. */
export const exits: readonly (readonly [code: number, meaning: string])[] = [
  [0, 'Done.'],
  [1, 'Not done; the last line on standard error says why.'],
  [130, 'Interrupted (Ctrl-C).'],
]

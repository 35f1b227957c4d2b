/**
 * Every setting is a row; command line, environment, help and the reference come from it. The command
 * line wins over the environment. Must never guess: what it can't read is one clear line.
 */
import { logLevels } from './runtime/log.ts'
import {
  duration,
  names,
  oneOf,
  optionalLabel,
  optionalName,
  optionalPort,
  optionalText,
  type Parser,
  type Setting,
  someOf,
  text,
  whole,
  yesOrNo,
} from './setting.ts'
import { optionalSelector } from './selector.ts'

const row = <T>(flag: string, initial: string, parse: Parser<T>, meaning: string): Setting<T> => ({
  flag,
  default: initial,
  parse,
  meaning,
})

const toggle = (flag: string, meaning: string): Setting<boolean> => ({
  ...row(flag, 'false', yesOrNo, meaning),
  isSwitch: true,
})

export const settings = {
  namespaces: row('namespaces', '', names, 'Namespaces to watch, separated by commas. Empty: all.'),
  class: row(
    'class',
    '',
    optionalLabel,
    'Only objects whose label pgpe.dev/class has this value. Empty: only objects without that label.',
  ),
  kinds: row(
    'kinds',
    'endpoints,decisions',
    someOf('endpoints', 'decisions'),
    'Which of the two kinds this process serves: endpoints, decisions, or both. With one process for each, each has an Azure identity of its own.',
  ),
  endpointSelector: row(
    'endpoint-selector',
    '',
    optionalSelector,
    'Only endpoints whose labels match, as kubectl -l takes it, such as shard=a. Empty: all. What no process selects is served by none. Only with --kinds endpoints, since decisions are never divided, and a --lease-name of its own.',
  ),
  clusterId: row(
    'cluster-id',
    '',
    optionalText,
    'Marks in Azure what this cluster owns. Empty: the uid of the namespace kube-system. Never change it while endpoints exist.',
  ),
  allowUngated: toggle(
    'allow-ungated',
    'Act on decisions although the admission policy pgpe-decisions, which asks who may decide, is not in place as the chart ships it.',
  ),
  connectionInfo: toggle(
    'connection-info',
    'Write the ConfigMaps that spec.connectionInfo names. The operator may then read and write the ConfigMaps of the watched namespaces.',
  ),
  workers: row(
    'workers',
    '64',
    whole(1, 1_000),
    'Objects of one kind that are visited at once, those of one subscription two thirds of it. Azure answers a write after up to 4 s and takes 10 a second.',
  ),
  inFlightMs: row(
    'in-flight',
    '5s',
    duration('100ms', '5m'),
    'How often an object is looked at while Azure works on it.',
  ),
  resyncMs: row(
    'resync',
    '5m',
    duration('1s', '24h'),
    'How often an object at rest is compared with Azure.',
  ),
  zoneGroupResyncMs: row(
    'zone-group-resync',
    '12h',
    duration('1s', '168h'),
    'How often a zone group at rest is compared, which no list shows.',
  ),
  relistMs: row(
    'relist',
    '5m',
    duration('1s', '24h'),
    'How often at least all objects are listed anew, whatever the watch said.',
  ),
  identityNames: row(
    'identity-names',
    'pgpe-azure',
    names,
    'Secrets and ServiceAccounts that spec.identityRef may name.',
  ),
  operatorIdentityNamespaces: row(
    'operator-identity-namespaces',
    '',
    names,
    "Namespaces whose objects the operator's own Azure identity serves, separated by commas; objects elsewhere need spec.identityRef. Empty: all.",
  ),
  healthPort: row(
    'health-port',
    'off',
    optionalPort,
    'Port of /livez, /readyz and /metrics. 0: any free one, said in the log.',
  ),
  healthAddress: row('health-address', '0.0.0.0', text, 'Address of /livez, /readyz and /metrics.'),
  logLevel: row('log-level', 'info', oneOf(...logLevels), 'The least level that is logged.'),
  leaseName: row(
    'lease-name',
    '',
    optionalName,
    'The Lease by which one of several processes leads. Empty: pgpe-operator, with the class behind it, and the kind where it is one.',
  ),
  leaseNamespace: row(
    'lease-namespace',
    '',
    optionalName,
    "Its namespace. Empty: the kubeconfig's or the pod's, else default.",
  ),
  leaseMs: row(
    'lease-duration',
    '15s',
    duration('1s', '5m'),
    'How long others wait for a leader that has fallen silent.',
  ),
  leaseRenewMs: row(
    'lease-renew',
    '10s',
    duration('500ms', '5m'),
    'How long a leader that cannot renew goes on acting. Less than the duration: a request on its way must end in between.',
  ),
  leaseRetryMs: row(
    'lease-retry',
    '2s',
    duration('50ms', '1m'),
    'How often the lease is tried or renewed.',
  ),
  instance: row(
    'instance',
    '',
    optionalText,
    "This process's name in the lease and in events; something random is added. Empty: the host's.",
  ),
  graceMs: row(
    'grace',
    '25s',
    duration('0s', '10m'),
    'How long visits under way may take when the process is told to end.',
  ),
} as const satisfies Readonly<Record<string, Setting<unknown>>>

type Settings = typeof settings
export type Config = {
  readonly [N in keyof Settings]: Settings[N] extends Setting<infer T> ? T : never
}

export type Request =
  | { readonly is: 'config'; readonly config: Config }
  | { readonly is: 'help' }
  | { readonly is: 'version' }
  /** One line for a person. */
  | { readonly is: 'problem'; readonly line: string }

/** The settings of Azure's own tools, read as they do. `secret`: never shown. */
export const azureVariables: readonly {
  readonly name: string
  readonly meaning: string
  readonly secret?: true
}[] = [
  { name: 'AZURE_TENANT_ID', meaning: "Tenant of the operator's own identity." },
  { name: 'AZURE_CLIENT_ID', meaning: 'Its application, or the client id of a managed identity.' },
  { name: 'AZURE_CLIENT_SECRET', meaning: 'Service principal with a secret.', secret: true },
  { name: 'AZURE_CLIENT_CERTIFICATE_PATH', meaning: 'Service principal with a certificate (PEM).' },
  { name: 'AZURE_CLIENT_CERTIFICATE_PASSWORD', meaning: 'Of that file.', secret: true },
  { name: 'AZURE_FEDERATED_TOKEN_FILE', meaning: 'Workload identity: the token of the pod.' },
  { name: 'AZURE_AUTHORITY_HOST', meaning: "Sign-in of the cloud. Default: the public cloud's." },
  { name: 'AZURE_RESOURCE_MANAGER_ENDPOINT', meaning: 'Management API of the cloud.' },
  { name: 'AZURE_RESOURCE_MANAGER_AUDIENCE', meaning: 'What its tokens are asked for.' },
]

/** The duration must leave a request on its way time to end; a failed renewal, time to be repeated. */
const wholes: readonly { readonly holds: (config: Config) => boolean; readonly says: string }[] = [
  {
    holds: ({ leaseRenewMs, leaseMs }) => leaseRenewMs * 1.2 <= leaseMs,
    says: '--lease-renew must be at most five sixths of --lease-duration',
  },
  {
    holds: ({ leaseRetryMs, leaseRenewMs }) => leaseRetryMs * 2 <= leaseRenewMs,
    says: '--lease-retry must be at most half of --lease-renew',
  },
  {
    holds: ({ endpointSelector, kinds }) =>
      endpointSelector === undefined || !kinds.includes('decisions'),
    says: '--endpoint-selector needs --kinds endpoints: whoever decides reads all decisions of a server',
  },
  {
    holds: ({ endpointSelector, leaseName }) =>
      endpointSelector === undefined || leaseName !== undefined,
    says: '--endpoint-selector needs --lease-name: processes that select otherwise must not wait for each other',
  },
]

export const variableOf = ({ flag }: Pick<Setting<unknown>, 'flag'>): string =>
  `PGPE_${flag.toUpperCase().replaceAll('-', '_')}`

/** @param argv without node and the file */
export function readConfig(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Request {
  if (argv.includes('--help') || argv.includes('-h')) return { is: 'help' }
  if (argv.includes('--version')) return { is: 'version' }
  const given = flagsOf(argv)
  if (typeof given === 'string') return { is: 'problem', line: given }
  const values: Record<string, unknown> = {}
  for (const [key, setting] of Object.entries<Setting<unknown>>(settings)) {
    const variable = variableOf(setting)
    const flag = given.get(setting.flag)
    const text = flag ?? environment[variable] ?? setting.default
    const parsed = setting.parse(text.trim())
    if (parsed.is === 'wrong') {
      const where = flag === undefined ? variable : `--${setting.flag}`
      return { is: 'problem', line: `${where} is '${text}': it has to be ${parsed.expected}` }
    }
    values[key] = parsed.value
  }
  const config = values as Config
  const broken = wholes.find(({ holds }) => !holds(config))
  return broken ? { is: 'problem', line: broken.says } : { is: 'config', config }
}

/** What each flag says; a line for a person where the command line makes no sense. */
function flagsOf(argv: readonly string[]): ReadonlyMap<string, string> | string {
  const given = new Map<string, string>()
  const rows: readonly Setting<unknown>[] = Object.values(settings)
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    const [, flag = '', , inline] = /^--([a-z-]+)(=(.*))?$/s.exec(word) ?? []
    const setting = rows.find((each) => each.flag === flag)
    if (setting === undefined) return `'${word}' is no setting: --help lists them`
    if (given.has(flag)) return `--${flag} is given twice`
    const next = argv[at + 1]
    if (inline !== undefined) given.set(flag, inline)
    else if (setting.isSwitch) given.set(flag, 'true')
    else if (next === undefined || next.startsWith('--')) return `--${flag} lacks its value`
    else given.set(flag, argv[++at] ?? '')
  }
  return given
}

export const help = (): string =>
  [
    'usage: npm start -- [--setting value …]',
    '',
    'The operator for PostgresPrivateEndpoint and EndpointConnectionDecision. The cluster comes from',
    'KUBECONFIG, ~/.kube/config or the pod; the settings from the command line or the environment.',
    '',
    ...Object.values<Setting<unknown>>(settings).map(
      (setting) =>
        `  --${setting.flag}${setting.isSwitch ? '' : ' …'}  [${setting.default || 'empty'}]  ${variableOf(setting)}\n      ${setting.meaning}`,
    ),
    '',
    'Azure:',
    '',
    ...azureVariables.map(({ name: variable, meaning }) => `  ${variable}\n      ${meaning}`),
    '',
  ].join('\n')

/** The settings for the reference, as Markdown. */
export const settingsPage = (): string =>
  [
    '| flag | variable | default | meaning |',
    '| --- | --- | --- | --- |',
    ...Object.values<Setting<unknown>>(settings).map(
      (setting) =>
        `| \`--${setting.flag}\` | \`${variableOf(setting)}\` | ${setting.default ? `\`${setting.default}\`` : ''} | ${setting.meaning} |`,
    ),
    ...azureVariables.map(({ name: variable, meaning }) => `| | \`${variable}\` | | ${meaning} |`),
    '',
  ].join('\n')

/**
 * Fields that hold ARM ids. What is refused here never reaches the operator, so each message says what
 * a right id looks like and which command prints it. The parser in azure/id.ts accepts all that passes
 * here, and checks again.
 */
import { groupName, guid, label, lowerMatches, resourceName } from './cel.ts'
import { set, text, type Rule, type Schema } from './schema.ts'

interface ResourceType {
  /** As ARM spells it; empty for a resource group. */
  readonly type: string
  /** One pattern for each segment of the type, lower-case. */
  readonly names: readonly string[]
  readonly is: string
  /** The rest of the id as a message shows it. */
  readonly shown: string
  /** The `az` command whose `--query id -o tsv` prints such ids. */
  readonly command: string
}

/** Each type of resource that a spec can name. */
const resources = {
  server: {
    type: 'Microsoft.DBforPostgreSQL/flexibleServers',
    names: ['[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'],
    is: 'a PostgreSQL flexible server',
    shown: 'Microsoft.DBforPostgreSQL/flexibleServers/<server>',
    command: 'az postgres flexible-server show',
  },
  subnet: {
    type: 'Microsoft.Network/virtualNetworks/subnets',
    names: [resourceName(80), resourceName(80)],
    is: 'a subnet',
    shown: 'Microsoft.Network/virtualNetworks/<network>/subnets/<subnet>',
    command: 'az network vnet subnet show',
  },
  virtualNetwork: {
    type: 'Microsoft.Network/virtualNetworks',
    names: [resourceName(80)],
    is: 'a virtual network',
    shown: 'Microsoft.Network/virtualNetworks/<network>',
    command: 'az network vnet show',
  },
  applicationSecurityGroup: {
    type: 'Microsoft.Network/applicationSecurityGroups',
    names: [resourceName(80)],
    is: 'an application security group',
    shown: 'Microsoft.Network/applicationSecurityGroups/<name>',
    command: 'az network asg show',
  },
  zone: {
    type: 'Microsoft.Network/privateDnsZones',
    names: [`${label}([.]${label})+`],
    is: 'a private DNS zone',
    shown: 'Microsoft.Network/privateDnsZones/<DNS name of the zone>',
    command: 'az network private-dns zone show',
  },
  privateEndpoint: {
    type: 'Microsoft.Network/privateEndpoints',
    names: [resourceName(80)],
    is: 'a private endpoint',
    shown: 'Microsoft.Network/privateEndpoints/<endpoint>',
    command: 'az network private-endpoint show',
  },
  resourceGroup: {
    type: '',
    names: [],
    is: 'a resource group',
    shown: '',
    command: 'az group show',
  },
} as const satisfies { readonly [kind: string]: ResourceType }

export type IdOf = keyof typeof resources

/** ARM ids of the types that we know have 355 characters at most. */
const maxLength = 512

function rule(kind: IdOf): Rule {
  const { type, names, is, shown, command }: ResourceType = resources[kind]
  const [provider = '', ...types] = type.toLowerCase().split('/')
  const segments = types.map((segment, index) => `/${segment}/${names[index]}`).join('')
  const group = `/subscriptions/${guid}/resourcegroups/${groupName}`
  const example = `/subscriptions/<GUID>/resourceGroups/<group>${shown && `/providers/${shown}`}`
  return {
    rule: lowerMatches(type === '' ? group : `${group}/providers/${provider}${segments}`),
    message: `must be the ARM id of ${is}, ${example}, without a trailing or doubled slash, '.' or '..' as a name, %-encoding or a query. \`${command} --query id -o tsv\` prints it`,
  }
}

/** The ARM id of a resource of one type, in any case. */
export const armId = (about: string, kind: IdOf, rules: readonly Rule[] = []): Schema<string> =>
  text({ about, rules: [rule(kind), ...rules] }, { minLength: 1, maxLength })

/** Each is checked by itself; `about` speaks of the list. */
export const armIds = (
  about: string,
  kind: IdOf,
  limits: { readonly maxItems: number; readonly minItems?: number },
): Schema<readonly string[]> =>
  set(about, armId(`The ARM id of ${resources[kind].is}.`, kind), limits)

export const subscriptionId = (about: string): Schema<string> =>
  text(
    {
      about,
      rules: [
        {
          rule: lowerMatches(guid),
          message:
            'must be the GUID of a subscription, such as 00000000-0000-0000-0000-000000000000, without /subscriptions/ before it',
        },
      ],
    },
    { minLength: 36, maxLength: 36 },
  )

/**
 * The grammars that fields share: ARM ids, Azure's names, tags, texts that travel to other people.
 * What is refused here never reaches the operator, so each message says what is wrong and what a
 * right value looks like. The parser in azure/id.ts accepts all that passes here, and checks again.
 *
 * Ids are lowered before they are matched: RE2's own `(?i)` would let U+017F pass for an `s`.
 */
import { object, optional, choice, set, text, texts, type Rule, type Schema } from './schema.ts'

/** A CEL string literal of any text. */
export const quote = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

const guid = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
/** 1 to 90 characters, no period at either end (a name that starts with one could read as `.` or `..`). */
const groupName = '[a-z0-9_()-]([a-z0-9_.()-]{0,88}[a-z0-9_()-])?'
/** 1 to `length` characters; starts with a letter or digit, ends with one of them or `_`. */
const resourceName = (length: number): string => `[a-z0-9]([a-z0-9_.-]{0,${length - 2}}[a-z0-9_])?`
const label = '[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?'

/** Each type of resource that a spec can name: its ARM type, the names below it, and how to say it. */
const resources = {
  server: {
    type: 'Microsoft.DBforPostgreSQL/flexibleServers',
    names: ['[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'],
    is: 'a PostgreSQL flexible server',
    example: '<server>',
  },
  subnet: {
    type: 'Microsoft.Network/virtualNetworks/subnets',
    names: [resourceName(80), resourceName(80)],
    is: 'a subnet',
    example: '<virtual network>',
  },
  virtualNetwork: {
    type: 'Microsoft.Network/virtualNetworks',
    names: [resourceName(80)],
    is: 'a virtual network',
    example: '<virtual network>',
  },
  applicationSecurityGroup: {
    type: 'Microsoft.Network/applicationSecurityGroups',
    names: [resourceName(80)],
    is: 'an application security group',
    example: '<group>',
  },
  zone: {
    type: 'Microsoft.Network/privateDnsZones',
    names: [`${label}([.]${label})+`],
    is: 'a private DNS zone',
    example: 'privatelink.postgres.database.azure.com',
  },
  privateEndpoint: {
    type: 'Microsoft.Network/privateEndpoints',
    names: [resourceName(80)],
    is: 'a private endpoint',
    example: '<endpoint>',
  },
} as const

export type ResourceType = keyof typeof resources

const groupPattern = `/subscriptions/${guid}/resourcegroups/${groupName}`
const groupExample = '/subscriptions/<GUID>/resourceGroups/<group>'
const strictness =
  "without a trailing or doubled slash, '.' or '..' as a name, %-encoding or a query. Copy it from `az … show --query id -o tsv`"

/** ARM ids are at most 355 characters for the types we know. */
const idLength = 512

function idRule(kind: ResourceType): Rule {
  const { type, names, is, example } = resources[kind]
  const [provider, ...types] = type.split('/')
  const segments = types.map((segment, i) => `${segment.toLowerCase()}/${names[i]}`)
  const shown = types.map((segment, i) => `${segment}/${i === 0 ? example : '<subnet>'}`)
  return {
    rule: `self.lowerAscii().matches(${quote(`^${groupPattern}/providers/${provider?.toLowerCase()}/${segments.join('/')}$`)})`,
    message: `must be the ARM id of ${is}, ${groupExample}/providers/${provider}/${shown.join('/')}, ${strictness}`,
  }
}

/** The ARM id of a resource of one type, in any case. */
export const armId = (
  about: string,
  kind: ResourceType,
  rules: readonly Rule[] = [],
): Schema<string> =>
  text({ about, rules: [idRule(kind), ...rules] }, { minLength: 1, maxLength: idLength })

/** Items of a list are checked one by one; `about` speaks of the list. */
export const armIds = (
  about: string,
  kind: ResourceType,
  limits: { readonly maxItems: number; readonly minItems?: number },
): Schema<readonly string[]> =>
  set(about, armId(`The ARM id of ${resources[kind].is}.`, kind), limits)

export const resourceGroupId = (about: string): Schema<string> =>
  text(
    {
      about,
      rules: [
        {
          rule: `self.lowerAscii().matches(${quote(`^${groupPattern}$`)})`,
          message: `must be the ARM id of a resource group, ${groupExample}, ${strictness}`,
        },
      ],
    },
    { minLength: 1, maxLength: idLength },
  )

export const subscriptionId = (about: string): Schema<string> =>
  text(
    {
      about,
      rules: [
        {
          rule: `self.lowerAscii().matches(${quote(`^${guid}$`)})`,
          message:
            'must be the GUID of a subscription, such as 00000000-0000-0000-0000-000000000000, without /subscriptions/ before it',
        },
      ],
    },
    { minLength: 36, maxLength: 36 },
  )

/** Azure's names of network resources (naming rules of Microsoft.Network; length as Azure enforces it). */
export const azureName = (about: string): Schema<string> =>
  text(
    {
      about,
      rules: [
        {
          rule: `self.lowerAscii().matches(${quote(`^${resourceName(80)}$`)})`,
          message:
            "must be 1 to 80 letters, digits, '_', '.' or '-', starting with a letter or digit and ending with one or with '_'",
        },
      ],
    },
    { minLength: 1, maxLength: 80 },
  )

export const resourceGroupName = (about: string): Schema<string> =>
  text(
    {
      about,
      rules: [
        {
          rule: `self.lowerAscii().matches(${quote(`^${groupName}$`)})`,
          message:
            "must be a resource group's name, not its id: 1 to 90 letters, digits, '_', '-', '.', '(' or ')', no '.' at either end",
        },
      ],
    },
    { minLength: 1, maxLength: 90 },
  )

/** Full name of a connection on a server, `<endpoint>.<guid>` (recorded by Azure CLI, 2023 and 2026). */
export const connectionName = (about: string): Schema<string> =>
  text(
    {
      about,
      rules: [
        {
          rule: `self.lowerAscii().matches(${quote(`^${resourceName(80)}[.]${guid}$`)})`,
          message:
            "must be a connection's full name, <endpoint>.<guid>, as `az network private-endpoint-connection list --id <server id> --query [].name` prints it",
        },
      ],
    },
    { minLength: 1, maxLength: 117 },
  )

/** A text that other people read in the portal: one line, nothing that steers a terminal or hides. */
export const remark = (about: string): Schema<string> =>
  text(
    {
      about,
      rules: [
        {
          rule: "!self.matches('[\\\\p{C}\\\\p{Zl}\\\\p{Zp}]')",
          message:
            'must be one line of printable characters: no control characters, no line breaks, no invisible or direction marks',
        },
      ],
    },
    { minLength: 1, maxLength: 140 },
  )

/** Name of a Kubernetes object: DNS subdomain (RFC 1123). */
export const objectName = (about: string): Schema<string> =>
  text(
    {
      about,
      rules: [
        {
          rule: '!format.dns1123Subdomain().validate(self).hasValue()',
          message:
            "must be a Kubernetes name: lower-case letters, digits, '-' and '.', starting and ending with a letter or digit",
        },
      ],
    },
    { minLength: 1, maxLength: 253 },
  )

export const namespaceName = (about: string): Schema<string> =>
  text(
    {
      about,
      rules: [
        {
          rule: '!format.dns1123Label().validate(self).hasValue()',
          message:
            "must be a namespace's name: lower-case letters, digits and '-', starting and ending with a letter or digit",
        },
      ],
    },
    { minLength: 1, maxLength: 63 },
  )

/** `spec.identityRef` of both kinds. */
export const identityRef = optional(
  object(
    "The Azure identity to act with; absent: the operator's own. Only names that the operator is configured to read are usable.",
    {
      kind: choice(
        'Secret: AZURE_CLIENT_ID and AZURE_TENANT_ID with AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE. ServiceAccount: one federated with Azure.',
        ['Secret', 'ServiceAccount'],
      ),
      name: objectName("Its name, in the object's own namespace."),
    },
  ),
)

/** Tag keys that mark what the operator made. */
export const ownerTags = ['pgpeOwner', 'pgpeObject'] as const

const each = (condition: string, message: string): Rule => ({
  rule: `self.all(key, ${condition})`,
  message,
})

/**
 * Tags by ARM's rules: 50 of them, 15 on private DNS zones and links, two of which are ours; names to
 * 512 characters and values to 256 (Azure's "Tag resources: limitations").
 */
export const tags = (
  about: string,
  maxProperties: number,
): Schema<{ readonly [key: string]: string }> =>
  texts(
    {
      about,
      rules: [
        each(
          "key.size() >= 1 && key.size() <= 512 && !key.matches('[<>%&?/\\\\\\\\\\\\p{C}]')",
          "a tag's name must be 1 to 512 characters, none of them <, >, %, &, \\, ?, / or a control character",
        ),
        each(
          "!key.lowerAscii().matches('^(azure|microsoft|windows)')",
          "a tag's name must not start with azure, microsoft or windows: Azure reserves these",
        ),
        each(
          `!(key.lowerAscii() in [${ownerTags.map((tag) => quote(tag.toLowerCase())).join(', ')}])`,
          `${ownerTags.join(' and ')} are the operator's own tags: they say which object owns the resource`,
        ),
        each(
          'self.exists_one(other, other.lowerAscii() == key.lowerAscii())',
          "two tags have names that differ in case only: Azure's tag names are case-insensitive",
        ),
      ],
    },
    { maxProperties, maxLength: 256 },
  )

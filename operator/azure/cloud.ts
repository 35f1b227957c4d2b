/**
 * Which Azure: where its management API and its sign-in are. Read from the standard variables once, at
 * the start; nothing that Azure or a user of the cluster says can change it later.
 */

/** The process's environment as it was handed in. */
export type Environment = Readonly<Record<string, string | undefined>>

export interface Cloud {
  /** `https://management.azure.com`: an origin, without a path. */
  readonly resourceManager: string
  /** What a token for the management API is asked for. */
  readonly scope: string
  /** `https://login.microsoftonline.com`: an origin, without a path. */
  readonly authorityHost: string
  /** False for an authority that Microsoft's instance discovery does not know. */
  readonly microsoft: boolean
  /** Under which further names that authority signs in; one that begins with a dot stands for all below it. */
  readonly signInHosts: readonly string[]
  /** The private DNS zone of flexible servers, for a server that can't be asked. */
  readonly zoneName: string
}

interface Known {
  readonly resourceManager: string
  readonly audience: string
  readonly authorityHost: string
  /** As the sign-in library knows them (msal-common 16, AuthorityMetadata); in China it prefers the second. */
  readonly signInHosts: readonly string[]
  readonly zoneName: string
}

/** The names of private DNS zones are from Microsoft's article on private endpoint DNS. */
const zoneIn = (domain: string): string => `privatelink.postgres.database.${domain}`

/** Microsoft's own clouds, as the Azure SDKs name them. */
const clouds: readonly Known[] = [
  {
    resourceManager: 'https://management.azure.com',
    audience: 'https://management.azure.com',
    authorityHost: 'https://login.microsoftonline.com',
    signInHosts: ['login.microsoft.com', '.login.microsoft.com'],
    zoneName: zoneIn('azure.com'),
  },
  {
    resourceManager: 'https://management.usgovcloudapi.net',
    audience: 'https://management.usgovcloudapi.net',
    authorityHost: 'https://login.microsoftonline.us',
    signInHosts: [],
    zoneName: zoneIn('usgovcloudapi.net'),
  },
  {
    resourceManager: 'https://management.chinacloudapi.cn',
    audience: 'https://management.chinacloudapi.cn',
    authorityHost: 'https://login.chinacloudapi.cn',
    signInHosts: ['login.partner.microsoftonline.cn'],
    zoneName: zoneIn('chinacloudapi.cn'),
  },
]

/**
 * The cloud of these variables: `AZURE_RESOURCE_MANAGER_ENDPOINT`, `AZURE_RESOURCE_MANAGER_AUDIENCE`,
 * `AZURE_AUTHORITY_HOST`; of Microsoft's clouds one of the first and the last is enough, none means the
 * public one. Throws, in one sentence for whoever set them, on a value that is not an https origin.
 */
export function cloudOf(environment: Environment): Cloud {
  const manager = origin(environment, 'AZURE_RESOURCE_MANAGER_ENDPOINT')
  const authority = origin(environment, 'AZURE_AUTHORITY_HOST')
  const known =
    clouds.find((cloud) => cloud.resourceManager === manager) ??
    (manager === undefined ? ofAuthority(authority) : undefined) ??
    (manager === undefined && authority === undefined ? clouds[0] : undefined)
  const resourceManager = manager ?? known?.resourceManager
  const authorityHost = authority ?? known?.authorityHost
  if (resourceManager === undefined) throw new Error(together('AZURE_RESOURCE_MANAGER_ENDPOINT'))
  if (authorityHost === undefined) throw new Error(together('AZURE_AUTHORITY_HOST'))
  const audience =
    nonEmpty(environment['AZURE_RESOURCE_MANAGER_AUDIENCE']) ?? known?.audience ?? resourceManager
  const directory = ofAuthority(authorityHost)
  return {
    resourceManager,
    scope: `${audience.replace(/\/+$/, '')}/.default`,
    authorityHost,
    zoneName: known?.zoneName ?? zoneIn('azure.com'),
    microsoft: directory !== undefined,
    signInHosts: directory?.signInHosts ?? [],
  }
}

const ofAuthority = (authority: string | undefined): Known | undefined =>
  clouds.find(
    ({ authorityHost, signInHosts }) =>
      authorityHost === authority || signInHosts.some((host) => `https://${host}` === authority),
  )

const together = (missing: string): string =>
  `${missing} is missing: a cloud that is not Microsoft's needs both the endpoint of its ` +
  'resource manager and its authority host.'

const nonEmpty = (text: string | undefined): string | undefined =>
  text === undefined || text.trim() === '' ? undefined : text.trim()

function origin(environment: Environment, name: string): string | undefined {
  const value = nonEmpty(environment[name])
  if (value === undefined) return undefined
  const url = URL.parse(value)
  const plain =
    url?.protocol === 'https:' &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '' &&
    url.pathname === '/'
  if (!plain)
    throw new Error(
      `${name} must be an https address without a path, such as https://management.azure.com.`,
    )
  return url.origin
}

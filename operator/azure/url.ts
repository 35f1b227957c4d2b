/**
 * The last look at a URL before it leaves with a token: it must be, letter by letter, the address that
 * was rebuilt from typed parts, on the configured host. Pure. Must never let through what it can't name.
 */

/** Where a request may go: nothing but this origin and this path. */
export interface Address {
  /** Scheme, host and port of the cloud's resource manager. */
  readonly origin: string
  /** The path, rebuilt from typed parts. */
  readonly path: string
}

/** ARM names and type names; what a URL parser would fold, decode or split is not among them. */
const segment = /^[A-Za-z0-9_().-]+$/

/** Whether every segment of the path is plain: none empty, encoded, `.` or `..`. */
export const isPlainPath = (path: string): boolean =>
  path.startsWith('/') &&
  path
    .slice(1)
    .split('/')
    .every((part) => segment.test(part) && part !== '.' && part !== '..')

/** What is wrong with the URL; undefined when it is the address and nothing else. */
export function faultOf(url: string, address: Address): string | undefined {
  const parsed = URL.parse(url)
  if (parsed === null) return 'it is not a URL'
  if (parsed.protocol !== 'https:') return 'it is not https'
  if (parsed.username !== '' || parsed.password !== '') return 'it carries a user name'
  if (parsed.hash !== '') return 'it carries a fragment'
  if (parsed.origin !== address.origin) return 'its host is not the configured one'
  if (!isPlainPath(address.path)) return 'its path has a segment that no ARM id has'
  if (parsed.pathname !== address.path) return 'its path is not the one of the resource'
  if (!url.startsWith(`${address.origin}${address.path}?`))
    return 'it is not written as it was built'
  return undefined
}

/**
 * The query of a `nextLink` that continues the list at `address`; undefined when the link leads
 * anywhere else. ARM may spell the path in another case; only its query is ever sent.
 */
export function continuation(nextLink: string, address: Address): string | undefined {
  const parsed = URL.parse(nextLink)
  if (parsed === null || parsed.protocol !== 'https:') return undefined
  if (parsed.username !== '' || parsed.password !== '' || parsed.hash !== '') return undefined
  if (parsed.origin !== address.origin) return undefined
  if (parsed.pathname.toLowerCase() !== address.path.toLowerCase()) return undefined
  return parsed.search.length > 1 ? parsed.search.slice(1) : undefined
}

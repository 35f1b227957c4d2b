/** IPv4 addresses and prefixes, and who holds which address of a subnet. */
import type { IpConfiguration, Subnet } from '../records.ts'

export interface Prefix {
  readonly first: number
  readonly last: number
}

export function addressOf(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number)
  if (parts === undefined || parts.some((part) => part > 255)) return undefined
  return parts.reduce((sum, part) => sum * 256 + part, 0)
}

export const textOf = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')

/** An IPv4 prefix whose host bits are zero; undefined for anything else. */
export function prefixOf(text: string): Prefix | undefined {
  const [base = '', bits = ''] = text.split('/')
  const first = addressOf(base)
  const length = /^\d{1,2}$/.test(bits) ? Number(bits) : 99
  if (first === undefined || length > 32) return undefined
  const size = 2 ** (32 - length)
  return first % size === 0 ? { first, last: first + size - 1 } : undefined
}

export const holds = (prefix: Prefix, inner: Prefix): boolean =>
  prefix.first <= inner.first && inner.last <= prefix.last
export const overlap = (a: Prefix, b: Prefix): boolean => a.first <= b.last && b.first <= a.last

const ipv4 = (subnet: Subnet): readonly Prefix[] =>
  subnet.prefixes.map(prefixOf).filter((prefix) => prefix !== undefined)

/** Where an address stands in a subnet. Azure keeps the first four and the last of each prefix. */
export function placeOf(subnet: Subnet, text: string): 'outside' | 'reserved' | 'taken' | 'free' {
  const address = addressOf(text)
  const prefix = ipv4(subnet).find(
    ({ first, last }) => address !== undefined && first <= address && address <= last,
  )
  if (address === undefined || prefix === undefined) return 'outside'
  if (address < prefix.first + 4 || address === prefix.last) return 'reserved'
  return subnet.allocated.has(text) ? 'taken' : 'free'
}

/** The lowest free addresses, at most so many. */
export function freeAddresses(subnet: Subnet, count: number): readonly string[] {
  const found: string[] = []
  for (const { first, last } of ipv4(subnet)) {
    for (
      let address = Math.max(first + 4, subnet.cursor);
      address < last && found.length < count;
      address++
    ) {
      const text = textOf(address)
      if (!subnet.allocated.has(text)) found.push(text)
    }
  }
  return found
}

/** Usable addresses of the subnet, all told. */
export const capacity = (subnet: Subnet): number =>
  ipv4(subnet).reduce((sum, { first, last }) => sum + Math.max(0, last - first - 4), 0)

export function allocate(configuration: IpConfiguration): void {
  const { subnet, address } = configuration
  subnet.allocated.set(address, configuration)
  const [next] = freeAddresses(subnet, 1)
  if (next !== undefined) subnet.cursor = lowestFree(subnet, next)
}

export function release({ subnet, address }: IpConfiguration): void {
  subnet.allocated.delete(address)
  const value = addressOf(address)
  if (value !== undefined && subnet.prefixes.length === 1)
    subnet.cursor = Math.min(subnet.cursor, value)
}

/** With several prefixes the lowest free address need not be the first one found: search from the start. */
const lowestFree = (subnet: Subnet, next: string): number =>
  subnet.prefixes.length === 1 ? (addressOf(next) ?? 0) : 0

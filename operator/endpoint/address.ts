/** IPv4 arithmetic for static addresses. Pure. Never says that an address is free: only Azure knows. */

/** The address as a number; undefined when the text is no IPv4 address. */
export function parseAddress(text: string): number | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let value = 0
  for (const part of parts) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return undefined
    value = value * 256 + Number(part)
  }
  return value
}

interface Block {
  readonly first: number
  readonly last: number
}

function parseBlock(prefix: string): Block | undefined {
  const [base = '', bits = ''] = prefix.split('/')
  const address = parseAddress(base)
  if (address === undefined || !/^[0-9]{1,2}$/.test(bits) || Number(bits) > 32) return undefined
  const size = 2 ** (32 - Number(bits))
  const first = address - (address % size)
  return { first, last: first + size - 1 }
}

/** Azure keeps the first four addresses and the last one of each block (Azure's virtual network FAQ). */
const reservedAtStart = 4

export type Placement = 'usable' | 'reserved' | 'outside' | 'invalid'

/** Where an address lies in a subnet's prefixes; IPv6 prefixes hold no IPv4 address. */
export function placement(address: string, prefixes: readonly string[]): Placement {
  const value = parseAddress(address)
  if (value === undefined) return 'invalid'
  for (const prefix of prefixes) {
    const block = parseBlock(prefix)
    if (block === undefined || value < block.first || value > block.last) continue
    const reserved = value < block.first + reservedAtStart || value === block.last
    return reserved ? 'reserved' : 'usable'
  }
  return 'outside'
}

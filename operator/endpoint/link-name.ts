/** Names of the virtual network links that we make: the same for everybody who links one network. Pure. */
import { idKey, lastName, type Id } from '../azure/id.ts'

/** FNV-1a, 32 bit: tells namesakes apart; nothing secret depends on it. */
function digest(text: string): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0
  }
  return hash.toString(16).padStart(8, '0')
}

/** At most 80 characters, as Azure asks. */
export const linkName = (network: Id<'virtualNetwork'>): string =>
  `${lastName(network).slice(0, 71)}-${digest(idKey(network))}`

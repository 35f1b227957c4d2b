/**
 * Which private DNS zone an endpoint uses: the one the spec names; else one of the right name that is
 * linked to the endpoint's network; else the one in use before; else the only one; else a new one.
 * Never guesses among several. Pure.
 */
import type { ArmError } from '../azure/error.ts'
import { formatId, idKey, parseId, sameId, sameText, type Id } from '../azure/id.ts'
import type { VirtualNetworkLink, Zone } from '../azure/model.ts'
import type { Observed } from '../azure/observed.ts'
import type { Target } from './target.ts'

export type ZoneChoice =
  | { readonly is: 'zone'; readonly zone: Zone }
  /** The spec names it, and we may not read it: the zone group is written all the same. */
  | { readonly is: 'hidden'; readonly id: Id<'zone'>; readonly error: ArmError }
  | { readonly is: 'make'; readonly id: Id<'zone'> }
  | { readonly is: 'missing'; readonly name: string }
  | { readonly is: 'ambiguous'; readonly ids: readonly string[] }
  | { readonly is: 'unreadable'; readonly error: ArmError }
  /** No zone of ours is wanted. */
  | { readonly is: 'none' }

export interface Candidates {
  readonly name: string
  /** All zones of the endpoint's subscription. */
  readonly zones: Observed<readonly Zone[]>
  /** Links by the zone's key; needed only among several zones. */
  readonly links: ReadonlyMap<string, Observed<readonly VirtualNetworkLink[]>>
  /** The zone in use before. */
  readonly before: string | undefined
  readonly createZone: boolean
}

export const named = (zones: readonly Zone[], name: string): readonly Zone[] =>
  zones.filter((zone) => sameText(zone.name, name))

export function chooseZone(target: Target, candidates: Candidates): ZoneChoice {
  const { zones, links, name, before, createZone } = candidates
  if (zones.is === 'unreadable') return { is: 'unreadable', error: zones.error }
  const found = zones.is === 'present' ? named(zones.value, name) : []
  const [first, ...others] = found
  if (first === undefined) return createZone ? toMake(target, name) : { is: 'missing', name }
  if (others.length === 0) return { is: 'zone', zone: first }

  for (const zone of found) {
    const seen = links.get(idKey(zone.id))
    if (seen?.is === 'unreadable') return { is: 'unreadable', error: seen.error }
    if (seen?.is === 'present' && seen.value.some((link) => leadsTo(link, target))) {
      return { is: 'zone', zone }
    }
  }
  const again = before === undefined ? undefined : parseId('zone', before)
  const zone = again && found.find(({ id }) => sameId(id, again))
  return zone
    ? { is: 'zone', zone }
    : { is: 'ambiguous', ids: found.map(({ id }) => formatId(id)).toSorted() }
}

const leadsTo = (link: VirtualNetworkLink, target: Target): boolean =>
  sameText(link.virtualNetworkId, formatId(target.virtualNetworkId))

function toMake({ zoneGroup }: Target, name: string): ZoneChoice {
  const { subscriptionId, resourceGroup } = zoneGroup
  const id = parseId(
    'zone',
    formatId({ kind: 'zone', subscriptionId, resourceGroup, names: [name] }),
  )
  return id === undefined ? { is: 'missing', name } : { is: 'make', id }
}

/** The zone that names, group and records speak about; undefined while there is none. */
export function zoneIdOf(choice: ZoneChoice): Id<'zone'> | undefined {
  switch (choice.is) {
    case 'zone':
      return choice.zone.id
    case 'hidden':
      return choice.id
    case 'make':
    case 'missing':
    case 'ambiguous':
    case 'unreadable':
    case 'none':
      return undefined
  }
}

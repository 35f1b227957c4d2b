/**
 * Settings that several objects share: tags of the zone and of the links that this cluster made, and how
 * those links resolve. The oldest object that uses the zone decides; the others say that they lose. Pure.
 */
import { linkBody, zoneBody } from '../azure/bodies.ts'
import type { Action } from '../azure/action.ts'
import { formatId, sameText } from '../azure/id.ts'
import { text } from '../azure/json.ts'
import type { Tags, VirtualNetworkLink, Zone } from '../azure/model.ts'
import { say } from './conditions.ts'
import type { Deed } from './deed.ts'
import type { DnsSeen, Observation } from './observation.ts'
import { attempt, settled } from './attempt.ts'
import { done, join, type Step } from './step.ts'
import {
  appliedToDns,
  clusterOf,
  mendedTags,
  notedOfDns,
  ownerOf,
  tagDifferences,
  type Difference,
} from './tags.ts'
import type { Target } from './target.ts'

interface Mending {
  readonly deed: Deed
  readonly differences: readonly Difference[]
}

export function shared(seen: Observation, dns: DnsSeen, target: Target): Step {
  const mendings = mendingsOf(seen, dns, target)
  if (mendings.length === 0) return done
  const { zone: senior } = seen.seniors
  if (senior !== undefined) {
    const paths = mendings.flatMap(({ differences }) => differences.map(({ path }) => path))
    const message = `${senior} is older and uses the same zone: its wishes for ${paths.join(', ')} hold.`
    return { ...done, abnormal: [say('Conflicted', 'True', 'SharedSetting', message)] }
  }
  return join(
    ...mendings.map(({ deed, differences }) =>
      attempt(seen, {
        deed,
        differences,
        reason: 'PreparingDNS',
        message: `${differences.map(({ path }) => path).join(', ')} differ and are being changed.`,
        essential: false,
        intent: { appliedTagKeys: notedOfDns(seen.object.spec.dns.tags) },
      }),
    ),
  )
}

export const sharedDifferences = (
  seen: Observation,
  dns: DnsSeen,
  target: Target,
): readonly Difference[] => mendingsOf(seen, dns, target).flatMap((one) => one.differences)

function mendingsOf(seen: Observation, dns: DnsSeen, target: Target): readonly Mending[] {
  if (dns.choice.is !== 'zone') return []
  const wanted = target.linkedNetworks.map((id) => formatId(id))
  const links =
    dns.links.is === 'present'
      ? dns.links.value.filter(({ virtualNetworkId }) =>
          wanted.some((id) => sameText(id, virtualNetworkId)),
        )
      : []
  return [ofZone(seen, dns.choice.zone), ...links.map((link) => ofLink(seen, link))].filter(
    ({ differences }) => differences.length > 0,
  )
}

/** Made by this cluster, whichever object of it. */
const isHere = ({ owner }: Observation, tags: Tags): boolean => {
  const by = ownerOf(tags)
  return by !== undefined && clusterOf(by) === owner.clusterId
}

/** Who made it stays noted on it. */
function wantedTags({ object }: Observation, seen: Tags): Tags {
  const wanted = new Map(Object.entries(object.spec.dns.tags ?? {}))
  return mendedTags(seen, wanted, appliedToDns(object.status?.appliedTagKeys))
}

function ofZone(seen: Observation, zone: Zone): Mending {
  const tags = wantedTags(seen, zone.tags)
  const usable = isHere(seen, zone.tags) && zone.provisioningState === 'Succeeded'
  return {
    deed: {
      name: 'UpdateZone',
      action: {
        do: 'put',
        id: zone.id,
        body: zoneBody(tags),
        guard: guardOf(zone),
        cause: settled(seen) ? 'drift' : 'user',
      },
    },
    differences: usable ? tagDifferences('dns.tags', zone.tags, tags) : [],
  }
}

function ofLink(seen: Observation, link: VirtualNetworkLink): Mending {
  const tags = wantedTags(seen, link.tags)
  const policy = seen.object.spec.dns.resolutionPolicy ?? link.resolutionPolicy
  const usable = isHere(seen, link.tags) && link.provisioningState === 'Succeeded'
  const { virtualNetworkId } = link
  const name = link.id.names.at(-1) ?? ''
  const resolution: readonly Difference[] =
    policy === link.resolutionPolicy
      ? []
      : [
          {
            path: `dns.links.${name}.resolutionPolicy`,
            desired: policy,
            observed: link.resolutionPolicy,
          },
        ]
  return {
    deed: {
      name: 'UpdateLink',
      action: {
        do: 'put',
        id: link.id,
        body: linkBody({ virtualNetworkId, tags, resolutionPolicy: policy }),
        guard: guardOf(link),
        cause: settled(seen) ? 'drift' : 'user',
      },
    },
    differences: usable
      ? [...tagDifferences(`dns.links.${name}.tags`, link.tags, tags), ...resolution]
      : [],
  }
}

function guardOf({ raw, tags }: Zone | VirtualNetworkLink): NonNullable<Action['guard']> {
  const etag = text(raw['etag'])
  return etag === undefined
    ? { is: 'owned', owner: ownerOf(tags) ?? '' }
    : { is: 'unchanged', etag }
}

/** Virtual network links as they are written and as they are answered. */
import type { Checked } from '../body.ts'
import { anything, flag, object, oneOf, text, tracked } from '../body.ts'
import { lastName } from '../path.ts'
import type { VirtualNetworkLink, Zone } from '../records.ts'
import type { Body } from '../store.ts'
import { badRequest, zoneType } from './write.ts'

export const linkType = `${zoneType}/virtualNetworkLinks`

/** Recorded by Azure Service Operator 2.9; the etag of a link is quoted. */
export const renderLink = (link: VirtualNetworkLink): Body => ({
  id: link.id,
  name: lastName(link.id),
  type: linkType,
  etag: link.etag,
  location: 'global',
  ...(link.tags === undefined ? {} : { tags: link.tags }),
  properties: {
    provisioningState: link.state,
    registrationEnabled: link.registrationEnabled,
    ...(link.resolutionPolicy === undefined ? {} : { resolutionPolicy: link.resolutionPolicy }),
    virtualNetwork: { id: link.networkId },
    virtualNetworkLinkState: link.linkState,
  },
})

export const linkBody = object({
  ...tracked,
  properties: object({
    virtualNetwork: object({ id: text, resourceGroup: anything }),
    registrationEnabled: flag,
    resolutionPolicy: oneOf('Default', 'NxDomainRedirect'),
    virtualNetworkLinkState: anything,
    provisioningState: anything,
  }),
})
export type LinkBody = Checked<typeof linkBody>

export function checkPolicy(zone: Zone, { properties }: LinkBody): void {
  if (properties?.resolutionPolicy !== 'NxDomainRedirect' || /^privatelink\./i.test(zone.name))
    return
  throw badRequest(
    `The resolution policy 'NxDomainRedirect' is allowed for private link zones only; '${zone.name}' is none.`,
  )
}

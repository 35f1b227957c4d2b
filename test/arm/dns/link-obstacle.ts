/** Why a virtual network cannot be linked to a zone, though both exist. */
import type { Failure } from '../answer.ts'
import { sameId } from '../path.ts'
import type { VirtualNetworkLink } from '../records.ts'
import type { World } from '../world.ts'

/** What only shows when the operation ends. The text on namespaces: ARO-RP#796. */
export function obstacleOf(
  world: World,
  link: VirtualNetworkLink,
  registers: boolean,
): Failure | undefined {
  const network = world.networks.get(link.networkId)
  if (network === undefined) {
    return { code: 'BadRequest', message: `The virtual network '${link.networkId}' was not found.` }
  }
  const overlapping = [...network.links].find(
    (other) => other !== link && sameId(other.zone.name, link.zone.name),
  )
  if (overlapping !== undefined) {
    return {
      code: 'BadRequest',
      message:
        'A virtual network cannot be linked to multiple zones with overlapping namespaces. ' +
        `You tried to link virtual network with '${link.zone.name}' and '${overlapping.zone.name}' zones.`,
    }
  }
  const registering = [...network.links].find(
    (other) => other !== link && other.registrationEnabled,
  )
  if (!registers || registering === undefined) return undefined
  return {
    code: 'BadRequest',
    message: `The virtual network '${link.networkId}' already has the registration zone '${registering.zone.name}'.`,
  }
}

/** Private DNS's bodies as the plans know them. Pure. */
import { lastName } from '../id.ts'
import type { JsonObject, RecordSet, VirtualNetworkLink, Zone } from '../model.ts'
import {
  filledText,
  idOf,
  mapOf,
  objectsOf,
  optionalBoolean,
  optionalNumber,
  provisioningStateOf,
  referenceOf,
  requiredObject,
  requiredText,
  Undecodable,
} from './field.ts'

export function zone(raw: JsonObject): Zone {
  const id = idOf('zone', raw)
  const properties = requiredObject(raw, 'properties')
  const recordSetCount = optionalNumber(properties, 'numberOfRecordSets')
  return {
    id,
    raw,
    name: (filledText(raw, 'name') ?? lastName(id)).toLowerCase(),
    tags: mapOf(raw, 'tags'),
    provisioningState: provisioningStateOf(properties),
    ...(recordSetCount === undefined ? {} : { recordSetCount }),
  }
}

export function virtualNetworkLink(raw: JsonObject): VirtualNetworkLink {
  const properties = requiredObject(raw, 'properties')
  const virtualNetworkId = referenceOf(properties, 'virtualNetwork')
  if (virtualNetworkId === undefined) throw new Undecodable('properties.virtualNetwork', 'there')
  return {
    id: idOf('virtualNetworkLink', raw),
    raw,
    virtualNetworkId,
    tags: mapOf(raw, 'tags'),
    resolutionPolicy: filledText(properties, 'resolutionPolicy') ?? 'Default',
    registrationEnabled: optionalBoolean(properties, 'registrationEnabled') ?? false,
    provisioningState: provisioningStateOf(properties),
  }
}

export function recordSet(raw: JsonObject): RecordSet {
  const id = idOf('recordSet', raw)
  const properties = requiredObject(raw, 'properties')
  return {
    id,
    raw,
    name: filledText(raw, 'name') ?? lastName(id),
    ttl: optionalNumber(properties, 'ttl') ?? 0,
    ipAddresses: objectsOf(properties, 'aRecords').map((record) =>
      requiredText(record, 'ipv4Address'),
    ),
    metadata: mapOf(properties, 'metadata'),
  }
}

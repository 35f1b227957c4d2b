/**
 * What hangs together, from the status alone: object → endpoint → connection → server → zone → records, each
 * with its state. Asks nobody; must never show as there what the operator has not seen. Pure.
 */
import type { EndpointConnectionDecision } from '../api/connection-decision.ts'
import type { PostgresPrivateEndpoint } from '../api/private-endpoint.ts'
import { sameText } from '../azure/id.ts'
import { shortNames } from './refs.ts'

export interface Node {
  /** What it is, such as `server`. */
  readonly is: string
  readonly name: string
  /** As Azure or the operator names it; absent: none is known. */
  readonly state?: string
  /** Its ARM id, where it has one. */
  readonly id?: string
  readonly note?: string
  /** Of an object: whether it is Ready. */
  readonly ready?: boolean
  readonly children?: readonly Node[]
}

interface Conditioned {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string
      readonly status: string
      readonly reason: string
    }[]
  }
}

const readiness = ({ status }: Conditioned): Pick<Node, 'state' | 'ready'> => {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  return { state: ready?.reason ?? 'not looked at yet', ready: ready?.status === 'True' }
}

/** The name at the end of an ARM id. */
const short = (id: string): string => id.slice(id.lastIndexOf('/') + 1)
const groupOf = (id: string): string => /\/resourceGroups\/([^/]+)/i.exec(id)?.[1] ?? ''
const notYet = 'not there yet'

/** @param decisions all that the reader may see */
export function endpointTree(
  object: PostgresPrivateEndpoint,
  decisions: readonly EndpointConnectionDecision[],
): Node {
  const { metadata } = object
  return {
    is: shortNames.endpoint,
    name: `${metadata.namespace}/${metadata.name}`,
    ...readiness(object),
    children: [privateEndpoint(object, decisions), ...dns(object)],
  }
}

function privateEndpoint(
  object: PostgresPrivateEndpoint,
  decisions: readonly EndpointConnectionDecision[],
): Node {
  const { metadata, spec, status } = object
  const id = status?.privateEndpointId
  const group = id === undefined ? spec.resourceGroup : groupOf(id)
  return {
    is: 'endpoint',
    name: id === undefined ? (spec.endpointName ?? metadata.name) : short(id),
    state: status?.provisioningState ?? (id === undefined ? notYet : 'being made'),
    ...(id !== undefined && { id }),
    note: `resource group ${group}`,
    children: [connection(object, decisions), ...interfaceOf(object)],
  }
}

function connection(
  { spec, status }: PostgresPrivateEndpoint,
  decisions: readonly EndpointConnectionDecision[],
): Node {
  const seen = status?.connection
  const said = [seen?.description, seen?.actionsRequired].filter((text) => text && text !== 'None')
  const server: Node = {
    is: 'server',
    name: status?.server ?? short(spec.serverId),
    state: status?.serverState ?? 'not looked at yet',
    id: spec.serverId,
  }
  return {
    is: 'connection',
    name: seen?.name ?? spec.connectionName ?? '',
    state: seen?.state ?? notYet,
    ...(said.length > 0 && { note: said.join(' ') }),
    children: [...deciders(status?.privateEndpointId, decisions), server],
  }
}

/** Decisions that acted on the endpoint's connection, or on which somebody could act. */
function deciders(
  endpointId: string | undefined,
  decisions: readonly EndpointConnectionDecision[],
): readonly Node[] {
  if (endpointId === undefined) return []
  return decisions.flatMap(({ metadata, status }) => {
    const name = `${metadata.namespace}/${metadata.name}`
    const mine = status?.connections?.filter(
      (one) =>
        sameText(one.privateEndpointId, endpointId) &&
        (one.decision === undefined || one.by === name),
    )
    return (mine ?? []).map((one) => ({
      is: shortNames.decision,
      name,
      state: one.decision ?? 'undecided',
      note: one.name,
    }))
  })
}

function interfaceOf({ status }: PostgresPrivateEndpoint): readonly Node[] {
  const id = status?.networkInterfaceId
  if (id === undefined) return []
  const addresses = status?.privateIPAddresses ?? []
  const state = addresses.length > 0 ? addresses.join(', ') : 'address not known yet'
  return [{ is: 'interface', name: short(id), state, id }]
}

function dns({ spec, status }: PostgresPrivateEndpoint): readonly Node[] {
  if (spec.dns.mode === 'None') return []
  const { zoneId, zoneGroupId, virtualNetworkLinkIds = [], records = [] } = status?.dns ?? {}
  const addresses = status?.privateIPAddresses ?? []
  const id = zoneId ?? spec.dns.zoneId
  const links = virtualNetworkLinkIds.map((link) => ({ is: 'link', name: short(link), id: link }))
  const children: readonly Node[] = [
    {
      is: 'zone group',
      name: zoneGroupId === undefined ? spec.dns.zoneGroupName : short(zoneGroupId),
      ...(zoneGroupId === undefined ? { state: notYet } : { id: zoneGroupId }),
    },
    ...links,
    ...records.map(({ fqdn, ipAddresses }) => ({
      is: 'record',
      name: fqdn,
      state: ipAddresses.join(', ') || 'no address',
      ...(!ipAddresses.some((ip) => addresses.includes(ip)) && {
        note: "not the interface's address",
      }),
    })),
  ]
  const mode = spec.dns.mode === 'External' ? { note: 'made by somebody else (External)' } : {}
  const zone = id === undefined ? { name: '', state: 'not chosen yet' } : { name: short(id), id }
  return [{ is: 'zone', ...zone, ...mode, children }]
}

export function decisionTree(object: EndpointConnectionDecision): Node {
  const { metadata, spec, status } = object
  const connections = (status?.connections ?? []).map((one): Node => {
    const by = one.by === undefined ? '' : ` by ${one.by}`
    const decided = one.decision === undefined ? 'nobody decided' : `${one.decision}${by}`
    const requester = one.privateEndpointId
    return {
      is: 'connection',
      name: one.name,
      state: one.state ?? 'gone',
      note: [decided, one.description].filter(Boolean).join('; '),
      ...(requester !== undefined && {
        children: [{ is: 'requester', name: short(requester), id: requester, note: requester }],
      }),
    }
  })
  return {
    is: shortNames.decision,
    name: `${metadata.namespace}/${metadata.name}`,
    ...readiness(object),
    children: [
      { is: 'server', name: status?.server ?? short(spec.serverId), id: spec.serverId },
      ...connections,
    ],
  }
}

/**
 * The status from what was seen. What could not be seen keeps its last value; what is proven absent
 * goes. Pure.
 */
import type { EndpointStatus } from '../api/private-endpoint.ts'
import { annotations } from '../api/private-endpoint.ts'
import type { Outcome } from '../azure/action.ts'
import { formatId, lastName, sameText } from '../azure/id.ts'
import type { PrivateEndpoint } from '../azure/model.ts'
import { deedKey } from './deed.ts'
import type { AzureSeen, Observation } from './observation.ts'
import { isRunning } from './ownership.ts'
import type { Plan } from './plan.ts'
import { addressesOf } from './record.ts'
import { dnsStatus } from './report-dns.ts'
import {
  appliedTagKeys,
  boundWhileAbsent,
  defined,
  memoryOf,
  type Worded,
} from './report-memory.ts'

export function statusOf(
  seen: Observation,
  made: Plan,
  outcomes: readonly Outcome[],
  worded: Worded,
): EndpointStatus {
  const { metadata, status: before = {} } = seen.object
  const handled = seen.requested ?? before.lastHandledReconcileAt
  const recreate = recreated(seen, made, outcomes) ?? before.lastHandledRecreate
  const memory = memoryOf(seen, made, outcomes, worded)
  const drift = [...made.drift, ...made.mending]
  return defined({
    ...seenFields(seen, made, worded),
    observedGeneration: metadata.generation,
    lastHandledReconcileAt: handled,
    lastHandledRecreate: recreate,
    conditions: [...worded.conditions],
    drift: drift.length > 0 ? drift : undefined,
    appliedTagKeys: appliedTagKeys(seen, made, worded),
    nextRetryTime: worded.nextRetryTime,
    memory: Object.keys(memory).length > 0 ? memory : undefined,
  })
}

function recreated(
  seen: Observation,
  made: Plan,
  outcomes: readonly Outcome[],
): string | undefined {
  if (made.handledRecreate !== undefined) return made.handledRecreate
  const index = made.actions.findIndex((deed) => deedKey(deed) === made.recreates)
  return outcomes[index]?.is === 'accepted'
    ? seen.object.metadata.annotations?.[annotations.recreate]
    : undefined
}

function seenFields(seen: Observation, made: Plan, worded: Worded): EndpointStatus {
  const before = seen.object.status ?? {}
  const { azure, parsed } = seen
  const leaving = seen.object.metadata.deletionTimestamp !== undefined
  const kept = {
    privateEndpointId: before.privateEndpointId,
    resourceGuid: before.resourceGuid,
    provisioningState: before.provisioningState,
    server: parsed.is === 'target' ? lastName(parsed.value.serverId) : before.server,
    serverState: before.serverState,
    connection: before.connection,
    networkInterfaceId: before.networkInterfaceId,
    privateIPAddresses: before.privateIPAddresses,
    fqdns: before.fqdns,
    dns: before.dns,
  }
  if (azure === undefined) return defined(kept)
  const server = {
    serverState: serverState(azure, before.serverState),
    dns: dnsStatus(seen, azure, before.dns),
  }
  switch (azure.endpoint.is) {
    case 'unreadable':
      return defined({
        ...kept,
        ...server,
        privateEndpointId: made.intent?.privateEndpointId ?? before.privateEndpointId,
      })
    case 'absent':
      return defined({
        server: kept.server,
        ...server,
        privateEndpointId: boundWhileAbsent(seen, made, worded),
        // Tells a deletion that what is absent now has once been seen.
        resourceGuid: leaving ? before.resourceGuid : undefined,
      })
    case 'present':
      return made.shows
        ? defined({ ...kept, ...server, ...endpointFields(seen, azure, azure.endpoint.value) })
        : defined({
            ...kept,
            ...server,
            privateEndpointId: made.intent?.privateEndpointId ?? before.privateEndpointId,
          })
  }
}

function serverState(
  { server, endpoint }: AzureSeen,
  before: string | undefined,
): string | undefined {
  // While the endpoint is being made its server is busy with just that.
  if (before !== undefined && endpoint.is === 'present' && isRunning(endpoint.value)) return before
  switch (server.is) {
    case 'present':
      return server.value.state
    case 'absent':
      return 'NotFound'
    case 'unreadable':
      return before === undefined || server.error.retry === 'slow' ? 'Unknown' : before
  }
}

function endpointFields(
  { object }: Observation,
  azure: AzureSeen,
  endpoint: PrivateEndpoint,
): EndpointStatus {
  const before = object.status ?? {}
  const observing = object.spec.managementPolicy === 'Observe'
  const { connection } = endpoint
  const addresses = addressesOf(azure, endpoint)
  const names = namesOf(azure, endpoint)
  return {
    // Whoever only observes has no claim that a later Manage could build upon.
    ...(observing
      ? {}
      : defined({
          privateEndpointId: formatId(endpoint.id),
          resourceGuid: endpoint.resourceGuid,
        })),
    ...defined({
      provisioningState: endpoint.provisioningState,
      connection: connection && {
        name: connection.name,
        state: connection.state,
        description: connection.description,
        actionsRequired: connection.actionsRequired,
      },
      networkInterfaceId: endpoint.networkInterfaceIds[0] ?? before.networkInterfaceId,
      privateIPAddresses: addresses.length > 0 ? addresses : before.privateIPAddresses,
      fqdns: names.length > 0 ? names : before.fqdns,
    }),
  }
}

/** What clients connect to: Azure's certificates are made out to these names. */
function namesOf({ interfaces, server }: AzureSeen, endpoint: PrivateEndpoint): readonly string[] {
  const id = formatId(endpoint.id)
  const nics =
    interfaces.is === 'present'
      ? interfaces.value.filter((nic) => sameText(nic.privateEndpointId, id))
      : []
  const own = server.is === 'present' ? server.value.fullyQualifiedDomainName : undefined
  const all = [
    ...(own === undefined ? [] : [own]),
    ...nics.flatMap((nic) => nic.addresses.flatMap(({ fqdns }) => fqdns)),
    ...endpoint.customDnsConfigs.map(({ fqdn }) => fqdn),
  ]
  return [...new Set(all)]
}

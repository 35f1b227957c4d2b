/**
 * Fills the observation: the only reads of this kind. Shared lists where they can serve, a GET where
 * only that proves something, nothing at all for what did not parse. Decides nothing but what to ask.
 */
import { finalizer, type PostgresPrivateEndpoint } from '../api/private-endpoint.ts'
import { requestedToken } from '../api/requested.ts'
import { sameId } from '../azure/id.ts'
import type { PrivateEndpoint, Server } from '../azure/model.ts'
import { absent, type Observed } from '../azure/observed.ts'
import type { Azure, AzureView } from '../azure/port.ts'
import type { ConfigMaps, ObjectWriter, Store } from '../kubernetes/port.ts'
import { beginnerOf, rivalOf } from './claim.ts'
import { claimants } from './indexes.ts'
import { gate } from './gate.ts'
import { identityOf, makerOf } from './identity.ts'
import type { Memory } from './memory.ts'
import type { Readers } from '../azure/readers.ts'
import type { ZoneNames } from './observe-name.ts'
import { unasked, type AzureSeen, type Observation } from './observation.ts'
import { calmly } from './observe-calm.ts'
import { observeDns } from './observe-dns.ts'
import { endpointOf } from './observe-endpoint.ts'
import { addressOf, interfacesOf, networkOf, subnetOf } from './observe-network.ts'
import { failureOf } from './observe-failure.ts'
import { published } from './observe-published.ts'
import { elsewhereOf, ownerGone, seniorsOf, sharerOf } from './observe-owner.ts'
import { serverAge, turnOf } from './server-turn.ts'
import { isRunning } from './ownership.ts'
import { calmMs, maxAgeMs, type Settings } from './pace.ts'
import { differencesOf } from './plan-change.ts'
import { wantsReplacement } from './replacement.ts'
import { boundTarget, parseTarget, unknownPolicies, type Target } from './target.ts'

export interface Sources {
  readonly azure: Azure
  readonly endpoints: Store<PostgresPrivateEndpoint>
  readonly writer: ObjectWriter<PostgresPrivateEndpoint>
  /** Whether the object is this process's to serve; absent: all are. */
  readonly mine?: (object: PostgresPrivateEndpoint) => boolean
  readonly configMaps?: ConfigMaps
  readonly clusterId: string
  readonly settings: Settings
  readonly memory: Memory
  readonly now: () => Date
  readonly random: () => number
  /** Azure's monotonic clock, ms; absent: only a GET proves that there is no endpoint yet. */
  readonly moment?: () => number
  readonly zoneNames: ZoneNames
  readonly readers: Readers
  /** The zone's name in this cloud, for a server that can't be asked. */
  readonly zoneName: string
}

export async function observe(from: Sources, key: string): Promise<Observation | undefined> {
  const { memory, settings, mine = () => true } = from
  const object = from.endpoints.get(key)
  if (object === undefined || !mine(object)) {
    memory.forget(key)
    from.readers.forget(key)
    return undefined
  }
  const at = from.now()
  const chance = from.random()
  memory.meet(key, object, at.getTime() + chance * settings.zoneGroupResyncMs)
  const { finalizers, generation } = object.metadata
  const firsthand = memory.firsthand(key)
  if (object.status?.privateEndpointId !== undefined) firsthand?.found()
  if (from.moment && finalizers?.includes(finalizer)) firsthand?.held(from.moment())
  const parsed = parseTarget(object)
  const requested = requestOf(object)
  const base: Observation = {
    key,
    object,
    at,
    chance,
    ...(requested === undefined ? {} : { requested }),
    parsed,
    owner: makerOf(from.clusterId, object),
    ownerGone: false,
    seniors: {},
    past: memory.past(key, generation, at.getTime()),
  }
  if (parsed.is === 'invalid' || !worthAsking(object)) {
    from.readers.forget(key)
    return base
  }
  const leaving = object.metadata.deletionTimestamp !== undefined
  const target = leaving ? boundTarget(object, parsed.value) : parsed.value
  if (!sameId(target.endpointId, boundTarget(object, target).endpointId)) return base
  const watched = from.readers.watch(key, identityOf(object))
  const azure = await look(from, base, target, watched.view)
  const publication = await published(from.configMaps, object, memory.trouble(key))
  const takenBy = turnOf(from, object, key, target, azure.endpoint) ?? azure.busyWith
  memory.absent(key, azure.endpoint.is === 'absent', at.getTime())
  const { choice } = azure.dns
  const beginner =
    choice.is === 'make'
      ? beginnerOf(object, from.endpoints.all(), choice.id, at.getTime())
      : undefined
  const sharer = sharerOf(from, base, azure)
  const rival =
    azure.endpoint.is === 'absent' ? rivalOf(object, claimants(from.endpoints, object)) : undefined
  return {
    ...base,
    parsed: { is: 'target', value: target },
    past: memory.past(key, generation, at.getTime()),
    azure,
    pace: watched.pace(),
    seniors: seniorsOf(from, base, azure, target),
    ownerGone: await ownerGone(from, base, azure.endpoint),
    ...(publication === undefined ? {} : { publication }),
    ...(rival === undefined ? {} : { rival }),
    ...(beginner === undefined ? {} : { zoneBegunBy: beginner }),
    ...(sharer === undefined ? {} : { sharer }),
    ...(takenBy === undefined ? {} : { serverTakenBy: takenBy }),
  }
}

/** Nothing is asked for an object that we don't hold yet, no longer hold, or don't understand. */
function worthAsking({ metadata, spec }: PostgresPrivateEndpoint): boolean {
  const held = metadata.finalizers?.includes(finalizer) ?? false
  if (metadata.deletionTimestamp !== undefined) return held
  if (unknownPolicies(spec).length > 0) return false
  return held || spec.managementPolicy === 'Observe'
}

function requestOf({ metadata, status }: PostgresPrivateEndpoint): string | undefined {
  const token = requestedToken(metadata.annotations)
  return token === status?.lastHandledReconcileAt ? undefined : token
}

async function look(
  from: Sources,
  base: Observation,
  target: Target,
  view: AzureView,
): Promise<AzureSeen> {
  const { object, requested, at } = base
  const leaving = object.metadata.deletionTimestamp !== undefined
  const age = maxAgeMs(object, requested !== undefined, at.getTime(), from.settings)
  const calm = requested === undefined ? Math.max(age, calmMs(from.settings)) : age
  const ages = { age, calm }
  const known = object.status?.resourceGuid !== undefined && !leaving
  const strict = serverAge(from, target, age)
  const [before, network] = await Promise.all([
    view.find(target.serverId, known ? calm : strict),
    leaving ? absent : networkOf(view, target, ages),
  ])
  const endpoint = await endpointOf(view, base, target, age, isOpen(before))
  // A server matters to what may be written, and less while nothing is.
  const idle = known && endpoint.is === 'present' && isAsMade(base, endpoint.value)
  const server = idle || !known ? before : await view.find(target.serverId, strict)
  const open = isOpen(server)
  const fresh = endpoint.is === 'present' && wantsReplacement(base, { server }, endpoint.value)
  const removing = leaving || fresh
  const [failure, subnet, group, address, interfaces, elsewhere, dns] = await Promise.all([
    failureOf(view, from.memory, base.key, endpoint),
    subnetOf(view, base, target, network),
    endpoint.is === 'absent' && !leaving
      ? calmly(
          ages,
          (maxAge) => view.get(target.groupId, maxAge),
          () => true,
        )
      : unasked,
    endpoint.is === 'absent' && open ? addressOf(view, base, target, network) : unasked,
    endpoint.is === 'present' ? interfacesOf(view, endpoint.value, ages) : unasked,
    endpoint.is === 'absent' && (leaving ? wasMoved(object) : open)
      ? elsewhereOf(view, base, target, age)
      : undefined,
    observeDns(from, view, base, target, { server, endpoint, ages, removing }),
  ])
  const seen = { server, endpoint, network, subnet, group, address, interfaces }
  const named = await dns({ interfaces })
  return { ...seen, ...failure, ...elsewhere, dns: named }
}

/** What a deletion leaves elsewhere is to be said. */
const wasMoved = ({ status }: PostgresPrivateEndpoint): boolean =>
  status?.conditions?.some(({ type, reason }) => type === 'Ready' && reason === 'Moved') === true

const isOpen = (server: Observed<Server>): boolean =>
  gate(server).is === 'open' || gate(server).is === 'hidden'

/** Azure works on it, or nothing about the endpoint itself is to be written. */
const isAsMade = (base: Observation, endpoint: PrivateEndpoint): boolean =>
  isRunning(endpoint) ||
  (endpoint.provisioningState === 'Succeeded' &&
    differencesOf(base, endpoint).differences.length === 0)

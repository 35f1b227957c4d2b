/** Kubernetes Events for what was done and what others did meanwhile: on transitions only. Pure. */
import type { Outcome } from '../azure/action.ts'
import { formatId, lastName } from '../azure/id.ts'
import type { EventNote } from '../kubernetes/port.ts'
import { modeOf, settled } from './attempt.ts'
import type { DeedName } from './deed.ts'
import type { Observation } from './observation.ts'
import type { Plan } from './plan.ts'
import type { Difference } from './tags.ts'

/** Deeds that are worth an event once Azure has taken them: the event's reason, and its words. */
const told: { readonly [name in DeedName]?: readonly [reason: string, words: string] } = {
  CreateResourceGroup: ['ResourceGroupCreated', 'Azure has made resource group'],
  CreateEndpoint: ['Created', 'Azure has accepted private endpoint'],
  AdoptEndpoint: ['Adopted', 'Azure has put our tags on private endpoint'],
  DeleteFailedEndpoint: ['Discarded', 'Azure deletes the private endpoint that failed:'],
  DeleteEndpoint: ['DeletionStarted', 'Azure deletes private endpoint'],
  CreateZone: ['ZoneCreated', 'Azure makes private DNS zone'],
  CreateLink: ['LinkCreated', 'Azure makes virtual network link'],
  WriteZoneGroup: ['ZoneGroupWritten', 'Azure has accepted zone group'],
  RemoveZoneGroup: ['ZoneGroupRemoved', "Azure removes (names don't resolve then) zone group"],
  RemoveLink: ['LinkRemoved', 'Azure removes virtual network link'],
}

export function eventsOf(
  seen: Observation,
  made: Plan,
  outcomes: readonly Outcome[],
): readonly EventNote[] {
  const first = !settled(seen)
  const deeds = made.actions.flatMap(({ name, action }, index) => {
    const row = told[name]
    if (row === undefined || outcomes[index]?.is !== 'accepted') return []
    // A step of a creation, whose beginning and end are told.
    if (name === 'WriteZoneGroup' && first) return []
    const [reason, words] = row
    return [normal(reason, name, `${words} ${formatId(action.id)}.`)]
  })
  return [...deeds, ...approval(seen, made), ...end(seen, made)]
}

/** The owner has approved since the last look; what Azure approves by itself is part of Ready. */
function approval({ object, azure }: Observation, made: Plan): readonly EventNote[] {
  const leaving = object.metadata.deletionTimestamp !== undefined
  if (leaving || !made.shows || azure?.endpoint.is !== 'present') return []
  const { connection } = azure.endpoint.value
  const before = object.status?.connection?.state
  if (connection?.state !== 'Approved' || before === 'Approved') return []
  if (before === undefined && object.spec.approval === 'Automatic') return []
  const said = connection.description === '' ? '' : `: ${JSON.stringify(connection.description)}`
  return [normal('Approved', 'Observe', `The connection is approved${said}.`)]
}

function end({ object, azure, parsed }: Observation, made: Plan): readonly EventNote[] {
  if (made.finalizer !== 'remove' || object.metadata.deletionTimestamp === undefined) return []
  const name = parsed.is === 'target' ? lastName(parsed.value.endpointId) : object.metadata.name
  if (azure?.elsewhere !== undefined) {
    const words = `The endpoint of this object is now ${azure.elsewhere}, with its tags, and is left there.`
    return [normal('Retained', 'LetGo', words)]
  }
  if (azure?.endpoint.is === 'absent') {
    return [normal('Deleted', 'LetGo', `Private endpoint ${name} is gone from Azure.`)]
  }
  return [normal('Retained', 'LetGo', `Whatever Azure holds as ${name} is left as it is.`)]
}

/**
 * What others have changed, said once: when it appears in `status.drift`. Nothing is drift before the
 * spec has been written in full.
 */
export function driftEvent(seen: Observation, made: Plan): EventNote | undefined {
  const { status } = seen.object
  const mode = modeOf(seen)
  const once = mode === 'suspended' && status?.memory?.appliedGeneration !== undefined
  if (!settled(seen) && mode !== 'observe' && !once) return undefined
  const known = new Set(status?.drift?.map(({ path }) => path))
  const isNew = ({ path }: Difference): boolean => !known.has(path)
  const [left, mended] = [made.drift.filter(isNew), made.mending.filter(isNew)]
  const parts = [
    ...(left.length === 0 ? [] : [`${inWords(left)}; that is left so.`]),
    ...(mended.length === 0 ? [] : [`${inWords(mended)}; that is being corrected.`]),
  ]
  if (parts.length === 0) return undefined
  const note = `Azure differs from the spec in ${parts.join(' And in ')}`
  return normal('Drifted', 'Compare', note.slice(0, 1000))
}

const inWords = (differences: readonly Difference[]): string =>
  differences
    .map(
      ({ path, desired, observed }) => `${path} (${shown(observed)} instead of ${shown(desired)})`,
    )
    .join(', ')

const shown = (value: string | undefined): string =>
  value === undefined ? 'nothing' : JSON.stringify(value.slice(0, 200))

const normal = (reason: string, action: string, note: string): EventNote => ({
  type: 'Normal',
  reason,
  action,
  note,
})

/** An Event as the API server takes it (events.k8s.io/v1). Pure, but for the name's random part. */
import { microTime } from './lease-record.ts'
import type { EventNote, KubernetesObject } from './port.ts'
import { events } from './resource.ts'

export const reportingController = 'pgpe.dev/pgpe-operator'

export interface EventBody {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly namespace: string; readonly name: string }
  readonly eventTime: string
  readonly reportingController: string
  readonly reportingInstance: string
  readonly type: EventNote['type']
  readonly reason: string
  readonly action: string
  readonly note: string
  readonly regarding: {
    readonly apiVersion: string
    readonly kind: string
    readonly namespace: string
    readonly name: string
    readonly uid: string
    readonly resourceVersion: string
  }
}

/** Limits of the API server: bytes of a note, characters of the rest. */
const limits = { note: 1024, reason: 128, action: 128, instance: 128, name: 253 }

/** What makes two notes the same news. */
export const fingerprint = (about: KubernetesObject, { type, reason, action, note }: EventNote) =>
  JSON.stringify([about.metadata.uid, type, reason, action, note])

export function eventBody(
  about: KubernetesObject,
  note: EventNote,
  given: { readonly at: Date; readonly instance: string; readonly random: () => number },
): EventBody {
  const { namespace, name, uid, resourceVersion } = about.metadata
  const unique = Array.from({ length: 16 }, () => Math.floor(given.random() * 16).toString(16))
  return {
    apiVersion: events.apiVersion,
    kind: events.kind,
    metadata: { namespace, name: `${name.slice(0, limits.name - 17)}.${unique.join('')}` },
    eventTime: microTime(given.at),
    reportingController,
    reportingInstance: given.instance.slice(0, limits.instance),
    type: note.type,
    reason: plain(note.reason).slice(0, limits.reason),
    action: plain(note.action).slice(0, limits.action),
    note: withinBytes(plain(note.note), limits.note),
    regarding: {
      apiVersion: about.apiVersion,
      kind: about.kind,
      namespace,
      name,
      uid,
      resourceVersion,
    },
  }
}

/**
 * On one line and without what a terminal would obey or a reader be deceived by: control and format
 * characters (among them those that reverse the direction of text), and halves of surrogate pairs.
 */
export const plain = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ').trim()

export function withinBytes(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text
  const ellipsis = '…'
  let kept = ''
  let length = Buffer.byteLength(ellipsis)
  for (const character of text) {
    length += Buffer.byteLength(character)
    if (length > bytes) break
    kept += character
  }
  return kept + ellipsis
}

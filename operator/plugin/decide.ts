/**
 * A decision about one connection, as it would be written: the action of its inbox row, or a decision of its own
 * that is bound to the exact name and endpoint. Must never reach further than the one connection that was
 * shown. Pure.
 */
import {
  apiVersion,
  kind,
  labels,
  type EndpointConnectionDecision,
  type WrittenDecisionSpec,
} from '../api/connection-decision.ts'
import { parseId, sameText } from '../azure/id.ts'
import { endpointOf } from '../decision/identity.ts'
import { rowName } from '../decision/row-name.ts'
import { type Act, transitionOf } from '../decision/transitions.ts'
import { type Known, knownConnections } from './connections.ts'
import { Failure } from './failure.ts'
import { type Cell, shown, toneOf } from './paint.ts'

/** What each command writes as `spec.action`. */
export const actions = { approve: 'Approve', reject: 'Reject', remove: 'Delete' } as const
export type Verb = keyof typeof actions

export interface Manifest {
  readonly apiVersion: typeof apiVersion
  readonly kind: typeof kind
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly labels?: Readonly<Record<string, string>>
  }
  readonly spec: WrittenDecisionSpec
}

/** The one connection that the words mean. Throws `Failure`, with the choices where there are several. */
export function meant(word: string, decisions: readonly EndpointConnectionDecision[]): Known {
  const known = knownConnections(decisions)
  const isId = word.startsWith('/')
  const name = word.replace(/^epcd\//i, '')
  const row = known.filter((one) => one.row?.metadata.name === name)
  const found =
    row.length > 0
      ? row
      : known.filter((one) =>
          isId ? sameText(one.privateEndpointId, word) : sameText(one.name, word),
        )
  const there = found.filter(({ state }) => state !== undefined)
  const [one, another] = there
  if (one !== undefined && another === undefined) return one
  if (one !== undefined) {
    const choices = there.map(({ name: each, serverId }) => `${each} of ${serverId}`).join(', ')
    throw new Failure(
      `'${word}' means several connections: ${choices}. Name the row of one of them`,
    )
  }
  const governs = known.filter(({ seenBy }) => seenBy.metadata.name === name)
  if (found.length > 0) throw new Failure(`the connection '${word}' is gone from Azure`)
  throw new Failure(
    governs.length > 0
      ? `${word} is no row of an inbox; name a connection that it lists: ${governs.map((each) => each.name).join(', ')}`
      : `no decision of the namespace knows '${word}': kubectl pgpe pending lists what waits`,
  )
}

/** Throws `Failure` where Azure can't do it. */
export function checked(act: Act, known: Known): Known {
  const { step, means } = transitionOf(act, known.state ?? '')
  if (step === 'impossible') {
    throw new Failure(`${known.name} is ${known.state}: ${means}`)
  }
  return known
}

/** A decision of its own, by exact name and endpoint. */
export function manifestOf(
  verb: Verb,
  known: Known,
  namespace: string,
  description: string | undefined,
): Manifest {
  const serverId = parseId('server', known.serverId)
  if (serverId === undefined || known.name === undefined) {
    throw new Failure(`${known.serverId}: no id of a server`)
  }
  const { privateEndpointId, seenBy } = known
  const ownClass = seenBy.metadata.labels?.[labels.class]
  const { identityRef } = seenBy.spec
  return {
    apiVersion,
    kind,
    metadata: {
      name: `${verb}-${rowName(serverId, known.name)}`,
      namespace,
      ...(ownClass !== undefined && { labels: { [labels.class]: ownClass } }),
    },
    spec: {
      serverId: known.serverId,
      action: actions[verb],
      connections: {
        names: [known.name],
        ...(privateEndpointId !== undefined &&
          endpointOf({ privateEndpointId }) && { privateEndpointIds: [privateEndpointId] }),
      },
      ...(description !== undefined && { description }),
      ...(identityRef && { identityRef }),
    },
  }
}

/** What is written: a change of the row as it was read, or a new object. */
export type Write =
  | {
      readonly is: 'row'
      readonly row: EndpointConnectionDecision
      /** JSON merge patch; refused once the row has changed. */
      readonly patch: object
    }
  | { readonly is: 'new'; readonly manifest: Manifest }
  /** The row, or a decision, says so already. */
  | { readonly is: 'nothing'; readonly row: EndpointConnectionDecision }

export function writeOf(
  verb: Verb,
  known: Known,
  namespace: string,
  description: string | undefined,
): Write {
  const { row } = known
  if (row === undefined) {
    const { seenBy } = known
    if (seenBy.kind === kind && decides(seenBy, actions[verb], known)) {
      return { is: 'nothing', row: seenBy }
    }
    return { is: 'new', manifest: manifestOf(verb, known, namespace, description) }
  }
  if (row.spec.action === actions[verb]) return { is: 'nothing', row }
  const { uid, resourceVersion } = row.metadata
  const spec = { action: actions[verb], ...(description !== undefined && { description }) }
  return { is: 'row', row, patch: { metadata: { uid, resourceVersion }, spec } }
}

/** It is that object that decided so. */
const decides = ({ metadata }: EndpointConnectionDecision, act: Act, { decision, by }: Known) =>
  decision === act && by === `${metadata.namespace}/${metadata.name}`

const consequences: Readonly<Record<Act, string>> = {
  Approve: 'this endpoint reaches the server from then on',
  Reject: 'it loses its access, or never gets it; Azure cannot approve this connection again',
  Delete: 'the connection is removed; the endpoint has to be made anew to ask again',
}

/** What the person is shown before they are asked. */
export function shownBefore(verb: Verb, known: Known, write: Write): readonly (readonly Cell[])[] {
  const { serverId, name, privateEndpointId, state = '', description, decision, by } = known
  const act = actions[verb]
  const object =
    write.is === 'new'
      ? `create epcd ${write.manifest.metadata.namespace}/${write.manifest.metadata.name}`
      : `set epcd ${write.row.metadata.namespace}/${write.row.metadata.name}: action ${write.row.spec.action ?? 'none'} → ${act}`
  const rows: readonly (readonly [string, string])[] = [
    ['server', serverId],
    ['connection', name ?? ''],
    ['requester', privateEndpointId ?? 'Azure names no endpoint: bound to the name alone'],
    ['says', shown(description, 140)],
    ['decided', decision === undefined ? '' : `${decision}${by === undefined ? '' : ` by ${by}`}`],
    ['write', write.is === 'nothing' ? 'nothing: it says so already' : object],
    ['means', consequences[act]],
  ]
  const cells = rows
    .filter(([, text]) => text !== '')
    .map(([label, text]) => [{ text: `  ${label}` }, { text: shown(text, 1024) }])
  return [
    [{ text: act }],
    ...cells.slice(0, 3),
    [{ text: '  state' }, { text: shown(state, 64), tone: toneOf(state) }],
    ...cells.slice(3),
  ]
}

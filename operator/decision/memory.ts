/**
 * The notes that Azure can't give back, as they are to be kept after this visit: what is bound, what was
 * done, which endpoint a reference stood for. Written with the object's resourceVersion before anything
 * that relies on them.
 */
import { timestamp } from '../api/condition.ts'
import type { Finding } from './finding.ts'
import { endpointOf, identityOf, nameKey, sameEndpoint } from './identity.ts'
import { noteLimit, type Intent, type Memory } from './intent.ts'
import { pinsOf, referred } from './match.ts'
import { decisionOf, type Observation } from './observation.ts'
import { plain } from './printable.ts'

/**
 * @param open intents that may still be carried out, and are this generation's from now on
 * @param foreign those under whose names somebody else stands
 * @param finished those just seen to be carried out
 */
export function memoryAfter(
  seen: Observation,
  findings: readonly Finding[],
  open: readonly Intent[],
  foreign: readonly Intent[],
  finished: readonly Intent[],
): Memory | undefined {
  const { metadata, spec, status } = decisionOf(seen)
  const before = status?.memory
  const doneBefore = before?.generation === metadata.generation ? (before.done ?? []) : []
  const doneNow = finished.filter(({ action }) => action === spec.action).map(({ name }) => name)
  const done = [...new Set([...doneBefore, ...doneNow])].slice(-noteLimit)
  const recorded = findings
    .filter(({ standing }) => standing.is === 'record')
    .map(({ connection }) => ({
      ...identityOf(connection),
      action: spec.action ?? '',
      before: plain(connection.state, 64),
      at: timestamp(new Date(seen.now)),
      generation: metadata.generation,
    }))
  const replaced = new Set(recorded.map(({ name }) => nameKey(name)))
  const mine = open.map((intent) => ({ ...intent, generation: metadata.generation }))
  const kept = [...mine, ...foreign]
  const intents = [...kept.filter(({ name }) => !replaced.has(nameKey(name))), ...recorded].slice(
    0,
    noteLimit,
  )
  const pins = pinsAfter(seen, findings)
  if (done.length + intents.length + pins.length === 0) return undefined
  return {
    generation: metadata.generation,
    ...(pins.length > 0 && { pins }),
    ...(done.length > 0 && { done }),
    ...(intents.length > 0 && { intents }),
  }
}

/** A reference is pinned as soon as it matches, in the same write that binds what it matched. */
function pinsAfter(seen: Observation, findings: readonly Finding[]): NonNullable<Memory['pins']> {
  const endpoints = findings.flatMap(({ connection }) => endpointOf(identityOf(connection)) ?? [])
  const matched = [...referred(seen.self)].filter(([, id]) =>
    endpoints.some((endpoint) => sameEndpoint(id, endpoint)),
  )
  return [...new Map([...matched, ...pinsOf(decisionOf(seen))])].map(
    ([endpoint, privateEndpointId]) => ({ endpoint, privateEndpointId }),
  )
}

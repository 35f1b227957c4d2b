/** Ways to break the binding of a decision to an identity. The adversary must notice each. */
import type { Mutant } from './mutants.ts'

export const brokenBindings: readonly Mutant[] = [
  {
    name: 'the guard of a write is ignored',
    edits: [
      {
        file: 'operator/azure/guard.ts',
        text: `    sameText(connection.privateEndpointId, guard.privateEndpointId) &&
    sameTexts(connection.groupIds, guard.groupIds) &&
    guard.states.includes(connection.state)`,
        instead: 'true',
      },
    ],
  },
  {
    name: 'the identity is not recorded before the write',
    edits: [
      {
        file: 'operator/decision/finding.ts',
        text: `  if (intent === undefined || actOfIntent(intent) !== act) return { is: 'record' }
  return { is: 'write', intent }`,
        instead: `return { is: 'write', intent: { ...identityOf(connection), action: act, at: new Date(seen.now).toISOString() } }`,
      },
      {
        file: 'operator/decision/act.ts',
        text: `    (now.status?.memory?.intents?.some(
      (bound) =>
        bound.action === intent.action && bound.at === intent.at && isBoundTo(bound, connection),
    ) ??
      false)`,
        instead: 'true',
      },
    ],
  },
  {
    name: 'no look after the write',
    edits: [
      {
        file: 'operator/decision/observe.ts',
        text: 'return [...new Set([...names, ...undone, ...gone])].filter((name) =>',
        instead: 'return [...new Set([...undone, ...gone])].filter((name) =>',
      },
    ],
  },
  {
    name: 'a name is matched by its beginning',
    edits: [
      {
        file: 'operator/decision/match.ts',
        text: '(by.names?.some((name) => nameKey(name) === keyOf(connection)) ?? true) &&',
        instead:
          "(by.names?.some((name) => keyOf(connection).startsWith(nameKey(name).split('.')[0] ?? '')) ?? true) &&",
      },
      {
        file: 'operator/decision/precedence.ts',
        text: `  const few = wanted
    ? [...new Set(wanted.map(nameKey))].flatMap((name) => byName.get(name) ?? [])
    : connections`,
        instead: 'const few = connections',
      },
    ],
  },
  {
    name: 'a connection without an endpoint passes for any endpoint',
    edits: [
      {
        file: 'operator/decision/match.ts',
        text: `  if (endpoint === undefined && (by.names === undefined || byEndpoint.some((field) => field))) {
    return false
  }`,
        instead: '',
      },
    ],
  },
]

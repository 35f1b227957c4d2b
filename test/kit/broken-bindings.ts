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
  {
    name: 'sub-resources are not compared',
    edits: [
      {
        file: 'operator/azure/guard.ts',
        text: '    sameTexts(connection.groupIds, guard.groupIds) &&\n',
        instead: '',
      },
      {
        file: 'operator/decision/identity.ts',
        text: '  groupsKey(a) === groupsKey(b)',
        instead: '  groupsKey(a) !== undefined && b.name !== undefined',
      },
    ],
  },
  {
    name: 'the object is not read again before the write',
    edits: [
      {
        file: 'operator/decision/act.ts',
        text: 'const now = await deps.writer.getNow(objectKey(seen.self.decision))',
        instead: 'const now = deps.decisions.get(objectKey(seen.self.decision))',
      },
    ],
  },
  {
    name: 'nobody looks on behalf of a decision that has gone',
    edits: [
      {
        file: 'operator/decision/check.ts',
        text: 'if (unchecked.length === 0) return noChecks',
        instead: 'if (unchecked.length >= 0) return noChecks',
      },
    ],
  },
  {
    name: 'an Approve goes before a Reject',
    edits: [
      {
        file: 'operator/decision/precedence.ts',
        text: '{ Delete: 0, Reject: 1, Approve: 2 }',
        instead: '{ Delete: 0, Reject: 2, Approve: 1 }',
      },
    ],
  },
  {
    name: 'a process that has not read everything writes',
    edits: [
      {
        file: 'operator/decision/kind.ts',
        text: 'synced: deps.synced() && decisions.synced && endpoints.synced',
        instead: 'synced: true',
      },
      {
        file: 'operator/decision/act.ts',
        text: '  if (!deps.synced()) return false\n',
        instead: '',
      },
    ],
  },
  {
    name: 'an endpoint object that only observes is matched',
    edits: [
      {
        file: 'operator/decision/observe.ts',
        text: "spec.managementPolicy !== 'Manage' || ",
        instead: '',
      },
    ],
  },
  {
    name: 'an endpoint object that has lost its endpoint is matched',
    edits: [
      {
        file: 'operator/decision/observe.ts',
        text: 'return disowned || status',
        instead: 'return status',
      },
      {
        file: 'operator/decision/observe.ts',
        text: 'const disowned = status',
        instead: 'void status',
      },
    ],
  },
  {
    name: 'a reference is not pinned',
    edits: [
      {
        file: 'operator/decision/match.ts',
        text: 'live !== undefined && (pin === undefined || sameText(pin, live))',
        instead: 'live !== undefined',
      },
    ],
  },
  {
    name: 'a suspended decision writes',
    edits: [
      {
        file: 'operator/decision/finding.ts',
        text: "  if (decisionOf(seen).spec.suspend) return { is: 'suspended' }\n",
        instead: '',
      },
    ],
  },
  {
    name: 'an approval is given when its time is over',
    edits: [
      {
        file: 'operator/decision/precedence.ts',
        text: '  if (expired(decision, now)) return settled\n',
        instead: '',
      },
    ],
  },
]

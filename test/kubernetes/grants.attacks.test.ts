/**
 * Every attack on the grants three times, on the real authorizer: it is refused; with the grant that is
 * missing the same write is accepted; and without the guard it would have passed.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonObject } from '../../operator/api/schema.ts'
import { operatorUser } from '../../operator/grants.ts'
import { type Answer, type ApiServer, connect, install } from './api-server.ts'
import { attacks, type Attack } from './grants.attacks.ts'
import {
  accepted,
  grantsNamespace,
  Installed,
  person,
  policies,
  refused,
  without,
} from './grants.ts'
import { kinds, manifest, merged, path } from './manifests.ts'

interface Context {
  server: ApiServer
  installed: Installed
  namespace: string
  /** By policy and guard: a namespace in which that policy stands without that guard. */
  unguarded: Map<string, string>
}

const test = suite<Context>('what grants refuse')

test.before(async (context) => {
  context.unguarded = new Map()
  context.server = connect()
  context.installed = new Installed(context.server)
  await install(context.server, [kinds.endpoint.crd, kinds.decision.crd])
  context.namespace = await grantsNamespace(context.server, 'grants-attacks')
  for (const policy of policies) {
    await context.installed.policy(policy, `-${context.namespace}`, context.namespace)
  }
})
test.after(async ({ installed, server }) => {
  await installed?.remove()
  await server?.close()
})

let objects = 0

/** Stores what is there before, as somebody who may, and then does it as this person. */
async function attempt(
  { server }: Context,
  namespace: string,
  { kind, before, beforeBy, named = '', write }: Attack,
  by: ApiServer,
): Promise<Answer> {
  const metadata = { name: `object-${(objects += 1)}${named}` }
  const where = path(kind, namespace, metadata.name)
  const whole = (patch: JsonObject) => manifest(kind, namespace, merged(patch, { metadata }))
  if (before) {
    const first = beforeBy === 'operator' ? server.as(operatorUser) : server
    accepted(await first.send('POST', path(kind, namespace), whole(before)), 'before')
  }
  switch (write.do) {
    case 'create':
      return by.send('POST', path(kind, namespace), whole(write.patch))
    case 'patch':
      return by.send('PATCH', where, write.patch, 'merge-patch+json')
    case 'delete':
      return by.send('DELETE', where)
  }
}

const guardOf = ({ policy, guard }: Attack) => {
  const whole = policies.find(({ name }) => name === policy)
  assert.ok(whole, policy)
  const [, index] = /^network (\d+)$/.exec(guard) ?? []
  if (index === undefined) return without(whole, guard)
  const validations = whole.validations.filter((_, at) => at !== Number(index) % 25)
  return { ...whole, validations }
}

async function namespaceWithout(context: Context, attack: Attack): Promise<string> {
  const { server, installed, unguarded } = context
  const key = `${attack.policy} ${attack.guard}`
  const known = unguarded.get(key)
  if (known !== undefined) return known
  const namespace = await grantsNamespace(server, 'grants-broken')
  await installed.policy(guardOf(attack), `-${namespace}`, namespace)
  unguarded.set(key, namespace)
  return namespace
}

for (const [what, attack] of Object.entries(attacks)) {
  test(`${what}: refused by its guard alone`, async (context) => {
    const { server, namespace } = context
    const who = async (where: string, grants: readonly string[]): Promise<ApiServer> =>
      attack.by === 'operator' ? server.as(operatorUser) : person(server, where, grants)

    const answer = await attempt(context, namespace, attack, await who(namespace, attack.has))
    refused(answer, attack.says, what)

    if (attack.lacks) {
      const granted = await who(namespace, [...attack.has, ...attack.lacks])
      accepted(await attempt(context, namespace, attack, granted), 'with the grant')
    }

    const unguarded = await namespaceWithout(context, attack)
    const same = await attempt(context, unguarded, attack, await who(unguarded, attack.has))
    accepted(same, 'without the guard')
  })
}

test('every guard is attacked', () => {
  const guards = policies
    .filter(({ name }) => !name.startsWith('pgpe-networks'))
    .flatMap(({ name, validations }) => validations.map(({ guards: of }) => `${name}: ${of}`))
  const attacked = new Set(Object.values(attacks).map(({ policy, guard }) => `${policy}: ${guard}`))
  assert.equal(
    guards.filter((guard) => !attacked.has(guard)),
    [],
  )
})

test.run()

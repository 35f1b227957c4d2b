/** Gives an identity of the simulated Azure the role that docs/permissions.md prints, and no other. */
import { randomUUID } from 'node:crypto'
import * as assert from 'uvu/assert'
import { roleDefinition, type AzureRole } from '../../operator/permissions.ts'
import type { Azure } from '../arm/kit.ts'

const provider = 'providers/Microsoft.Authorization'

export async function giveOnly(
  { owner, simulator, production }: Azure,
  name: string,
  role: AzureRole,
): Promise<void> {
  const { objectId: principalId } = simulator.identity(name)
  const filter = encodeURIComponent(`principalId eq '${principalId}'`)
  const { body } = await owner.get(`${production}/${provider}/roleAssignments?$filter=${filter}`)
  assert.ok(body.value.length > 0, `${name} had roles`)
  for (const { id } of body.value) assert.is((await owner.remove(id)).status, 200)

  const { Name, Description, Actions, NotActions, AssignableScopes } = roleDefinition(
    `PGPE ${role}`,
    `The part of ${role} in the operator's work.`,
    [role],
    [production],
  )
  const definition = `${production}/${provider}/roleDefinitions/${randomUUID()}`
  const made = await owner.put(definition, {
    properties: {
      roleName: Name,
      description: Description,
      permissions: [{ actions: Actions, notActions: NotActions }],
      assignableScopes: AssignableScopes,
    },
  })
  assert.is(made.status, 201, JSON.stringify(made.body))
  const given = await owner.put(`${production}/${provider}/roleAssignments/${randomUUID()}`, {
    properties: { roleDefinitionId: definition, principalId, principalType: 'ServicePrincipal' },
  })
  assert.is(given.status, 201, JSON.stringify(given.body))
}

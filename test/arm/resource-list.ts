/** The list of resources of all types. */
import type { Answer } from './answer.ts'
import { Refusal, gateway } from './answer.ts'
import type { Call } from './call.ts'
import { allLines } from './demolition.ts'
import { page } from './page.ts'
import type { Line } from './store.ts'

/** `resourceType eq 'x'`, alone or with `and`; other filters are refused rather than ignored. */
function filtered(call: Call, lines: readonly Line[]): readonly Line[] {
  const filter = call.query.get('$filter')
  if (filter === undefined || filter === '') return lines
  const wanted = filter
    .split(/\s+and\s+/i)
    .map((clause) =>
      /^\s*(resourceType|name|location|resourceGroup)\s+eq\s+'([^']*)'\s*$/i.exec(clause),
    )
  if (wanted.some((clause) => clause === null)) {
    throw new Refusal(
      400,
      {
        code: 'InvalidFilterInQueryString',
        message: `Invalid $filter '${filter}' specified in the query string.`,
      },
      gateway,
    )
  }
  const members = {
    resourcetype: 'type',
    name: 'name',
    location: 'location',
    resourcegroup: 'id',
  } as const
  return lines.filter(({ body }) =>
    wanted.every((clause) => {
      const [, member = '', value = ''] = clause ?? []
      const key = members[member.toLowerCase() as keyof typeof members]
      const text = String(body()[key]).toLowerCase()
      return key === 'id'
        ? text.split('/')[4] === value.toLowerCase()
        : text === value.toLowerCase()
    }),
  )
}

/** Id, name, type, location and tags, of what the caller may read. */
export function resources(call: Call, scope: string): Answer {
  const { world, caller } = call
  const lines = filtered(call, allLines(world, scope))
    .filter(({ body }) =>
      world.roles.allows(caller.objectId, `${String(body()['type'])}/read`, String(body()['id'])),
    )
    .map(({ order, body }) => ({
      order,
      body: () => {
        const { id, name: called, type, location, tags } = body()
        return { id, name: called, type, location, ...(tags === undefined ? {} : { tags }) }
      },
    }))
  return page(call, lines)
}

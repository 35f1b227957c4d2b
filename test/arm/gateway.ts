/** What ARM checks before a provider is asked: groups, parents, locations, tags. */
import { Refusal, gateway } from './answer.ts'
import type { Call } from './call.ts'
import { name, subscription } from './call.ts'
import type { Group, Tags } from './records.ts'

export const groupNotFound = (group: string): Refusal =>
  new Refusal(
    404,
    { code: 'ResourceGroupNotFound', message: `Resource group '${group}' could not be found.` },
    gateway,
  )

/** Recorded by Azure Service Operator 2.9: `type` is e.g. `Microsoft.Network/privateEndpoints/x`. */
export const notFound = (typeAndName: string, group: string): Refusal =>
  new Refusal(
    404,
    {
      code: 'ResourceNotFound',
      message:
        `The Resource '${typeAndName}' under resource group '${group}' was not found. ` +
        'For more details please go to https://aka.ms/ARMResourceNotFoundFix',
    },
    gateway,
  )

export const parentNotFound = (verb: string, type: string, parentId: string): Refusal =>
  new Refusal(
    404,
    {
      code: 'ParentResourceNotFound',
      message: `Failed to perform '${verb}' on resource(s) of type '${type}', because the parent resource '${parentId}' could not be found.`,
    },
    gateway,
  )

/** The group of the path. A write into a group that is being deleted is refused. */
export function groupOf(call: Call, access: 'read' | 'write'): Group {
  const wanted = name(call, 'group')
  const group = call.world.groups.get(
    `/subscriptions/${subscription(call).id}/resourceGroups/${wanted}`,
  )
  if (group === undefined) throw groupNotFound(wanted)
  if (access === 'write' && group.state === 'Deleting') {
    throw new Refusal(
      409,
      {
        code: 'ResourceGroupBeingDeleted',
        message: `The resource group '${group.name}' is in deprovisioning state and cannot perform this operation.`,
      },
      gateway,
    )
  }
  return group
}

/** Documented limits: 50 tags, names of 512 characters without `<>%&\?/`, values of 256. */
export function checkTags(tags: Tags | undefined): Tags | undefined {
  if (tags === undefined) return undefined
  const names = Object.keys(tags)
  if (names.length > 50) {
    throw new Refusal(
      400,
      {
        code: 'InvalidTagCount',
        message: `The number of tags '${names.length}' exceeds the maximum of '50'.`,
      },
      gateway,
    )
  }
  for (const [tag, value] of Object.entries(tags)) {
    if (/[<>%&\\?/]/.test(tag)) {
      throw new Refusal(
        400,
        {
          code: 'InvalidTagNameCharacters',
          message: `The tag names '${tag}' have reserved characters '<,>,%,&,\\,?,/' or control characters.`,
        },
        gateway,
      )
    }
    if (tag.length > 512 || value.length > 256) {
      throw new Refusal(
        400,
        {
          code: 'InvalidTag',
          message: `The tag '${tag}' is longer than 512 characters, or its value than 256.`,
        },
        gateway,
      )
    }
  }
  return tags
}

/** A resource never moves: SEED0's wording, recorded with HTTP 409. */
export function checkLocation(
  existing: { readonly id: string; readonly location: string } | undefined,
  wanted: string,
  group: Group,
): void {
  if (existing === undefined || existing.location === wanted) return
  const called = existing.id.slice(existing.id.lastIndexOf('/') + 1)
  throw new Refusal(
    409,
    {
      code: 'InvalidResourceLocation',
      message:
        `The resource '${called}' already exists in location '${existing.location}' in resource group '${group.name}'. ` +
        `A resource with the same name cannot be created in location '${wanted}'. Please select a new resource name.`,
    },
    gateway,
  )
}

/** `Microsoft.Network/privateEndpoints/x` of an id. */
export function typeAndName(id: string): string {
  return id.split('/').slice(6).join('/')
}

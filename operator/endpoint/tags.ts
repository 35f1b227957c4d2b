/** Tags of what we make. Names compare without case, as Azure's do. Pure. */
import { ownerTags } from '../api/tags.ts'
import type { Tags } from '../azure/model.ts'

const [ownerTag, objectTag] = ownerTags

/** Who makes something: what our two tags say. */
export interface Owner {
  readonly clusterId: string
  /** `<clusterId>.<uid>`. */
  readonly owner: string
  /** `namespace/name`, hashed when longer than a tag's value may be. */
  readonly object: string
}

export function tagOf(tags: Tags, name: string): string | undefined {
  const exact = tags.get(name)
  if (exact !== undefined) return exact
  for (const [key, value] of tags) if (key.toLowerCase() === name.toLowerCase()) return value
  return undefined
}

export const ownerOf = (tags: Tags): string | undefined => tagOf(tags, ownerTag)
export const objectOf = (tags: Tags): string | undefined => tagOf(tags, objectTag)

/** The cluster that an owner tag names: uids hold no period. */
export const clusterOf = (owner: string): string =>
  owner.slice(0, Math.max(0, owner.lastIndexOf('.')))
export const uidOf = (owner: string): string => owner.slice(owner.lastIndexOf('.') + 1)

type Wanted = Readonly<Record<string, string>>

/** All tags of a new resource. */
export const newTags = (wanted: Wanted | undefined, { owner, object }: Owner): Tags =>
  new Map([...Object.entries(wanted ?? {}), [ownerTag, owner], [objectTag, object]])

/**
 * The tags as they should be: ours as wanted, those of ours that are no longer wanted gone, everybody
 * else's as they are, under the names that they have.
 */
export function mendedTags(seen: Tags, wanted: Tags, applied: readonly string[]): Tags {
  const wantedKeys = new Map([...wanted.keys()].map((key) => [key.toLowerCase(), key]))
  const dropped = new Set(applied.map((key) => key.toLowerCase()))
  const made = new Map<string, string>()
  for (const [key, value] of seen) {
    const lower = key.toLowerCase()
    if (wantedKeys.has(lower)) made.set(key, wanted.get(wantedKeys.get(lower) ?? key) ?? value)
    else if (!dropped.has(lower)) made.set(key, value)
    wantedKeys.delete(lower)
  }
  for (const key of wantedKeys.values()) made.set(key, wanted.get(key) ?? '')
  return made
}

/** The tags without our two: what Retain leaves behind. */
export const releasedTags = (seen: Tags): Tags => {
  const mine: readonly string[] = ownerTags.map((tag) => tag.toLowerCase())
  return new Map([...seen].filter(([key]) => !mine.includes(key.toLowerCase())))
}

export interface Difference {
  readonly path: string
  readonly desired?: string
  readonly observed?: string
}

/** Where two sets of tags differ; `path` is that of the first. */
export function tagDifferences(path: string, seen: Tags, wanted: Tags): readonly Difference[] {
  const keys = new Set([...seen.keys(), ...wanted.keys()])
  return [...keys].flatMap((key) => {
    const [observed, desired] = [seen.get(key), wanted.get(key)]
    if (observed === desired) return []
    return [
      {
        path: `${path}.${key}`,
        ...(desired === undefined ? {} : { desired }),
        ...(observed === undefined ? {} : { observed }),
      },
    ]
  })
}

/** How a tag of zone or links is noted beside those of the endpoint: no tag's name holds a slash. */
const ofDns = 'dns/'
/** The API server keeps so much of a noted key: a tag's name of 512 characters, and the prefix. */
const longestNote = 516

export const noted = (tags: Wanted | undefined): readonly string[] =>
  Object.keys(tags ?? {}).map((key) => key.slice(0, longestNote))
export const notedOfDns = (tags: Wanted | undefined): readonly string[] =>
  Object.keys(tags ?? {}).map((key) => noteOfDns(key).slice(0, longestNote))
export const noteOfDns = (key: string): string => `${ofDns}${key}`

export const isOfDns = (key: string): boolean => key.startsWith(ofDns)
export const appliedToEndpoint = (notes: readonly string[] | undefined): readonly string[] =>
  (notes ?? []).filter((key) => !isOfDns(key))
export const appliedToDns = (notes: readonly string[] | undefined): readonly string[] =>
  (notes ?? []).filter(isOfDns).map((key) => key.slice(ofDns.length))

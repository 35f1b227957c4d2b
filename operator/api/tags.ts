/** The grammar of Azure's tags. */
import { quote } from './cel.ts'
import { texts, type Rule, type Schema } from './schema.ts'

/** Tag keys that mark what the operator made. */
export const ownerTags = ['pgpeOwner', 'pgpeObject'] as const

const each = (condition: string, message: string): Rule => ({
  rule: `self.all(key, ${condition})`,
  message,
})

/**
 * Tags by ARM's rules: 50 of them, 15 on private DNS zones and links, two of which are ours; names to
 * 512 characters and values to 256 (Azure's "Tag resources: limitations").
 */
export const tags = (
  about: string,
  maxProperties: number,
): Schema<{ readonly [key: string]: string }> =>
  texts(
    {
      about,
      rules: [
        each(
          "key.size() >= 1 && key.size() <= 512 && !key.matches('[<>%&?/\\\\\\\\\\\\p{C}]')",
          "a tag's name must be 1 to 512 characters, none of them <, >, %, &, \\, ?, / or a control character",
        ),
        each(
          "!key.lowerAscii().matches('^(azure|microsoft|windows)')",
          "a tag's name must not start with azure, microsoft or windows: Azure reserves these",
        ),
        each(
          `!(key.lowerAscii() in [${ownerTags.map((tag) => quote(tag.toLowerCase())).join(', ')}])`,
          `${ownerTags.join(' and ')} are the operator's own tags: they say which object owns the resource`,
        ),
        each(
          'self.exists_one(other, other.lowerAscii() == key.lowerAscii())',
          "two tags have names that differ in case only: Azure's tag names are case-insensitive",
        ),
      ],
    },
    { maxProperties, maxLength: 256 },
  )

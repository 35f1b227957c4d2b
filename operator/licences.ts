/**
 * Whose work is in the bundle: the packages of a build, and the notices that their licences ask to keep.
 * Must never leave a package out for lack of a text.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Inputs {
  readonly inputs: Readonly<Record<string, unknown>>
}

const packageOf = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//

/** Directories of packages, from the project's root, in order. */
export function packagesIn({ inputs }: Inputs): readonly string[] {
  const found = Object.keys(inputs).flatMap((path) => packageOf.exec(path)?.[0].slice(0, -1) ?? [])
  return [...new Set(found)].toSorted()
}

const isNotice = /^(licen[cs]e|notice|copying|thirdpartynotices?)([.-].*)?$/i

/** One section for each package. Throws, by the package's name, where it brings no licence. */
export const notices = (root: string, packages: readonly string[]): string =>
  packages.map((directory) => section(join(root, directory))).join('\n')

function section(directory: string): string {
  const { name, version, license } = JSON.parse(
    readFileSync(join(directory, 'package.json'), 'utf8'),
  ) as { readonly name: string; readonly version: string; readonly license?: string }
  const files = readdirSync(directory).filter((file) => isNotice.test(file))
  const texts = files.map((file) => readFileSync(join(directory, file), 'utf8').trim())
  return [
    `${'='.repeat(80)}`,
    `${name} ${version} (${license ?? 'see below'})`,
    '',
    ...texts,
    '',
  ].join('\n')
}

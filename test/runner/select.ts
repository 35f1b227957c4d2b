/** Which test files belong to which ring. Must never let a test file belong to none. */
import { globSync } from 'node:fs'
import type { Ring } from './rings.ts'

/** All test files, by their paths from the project's root, with `/`. */
export const testFiles = (): readonly string[] =>
  globSync('test/**/*.test.ts')
    .map((path) => path.replaceAll('\\', '/'))
    .toSorted()

/** Files that no ring, or more than one, would run: a mistake in their names. */
export const homeless = (files: readonly string[], rings: readonly Ring[]): readonly string[] =>
  files.filter((file) => rings.filter((ring) => ring.files.test(file)).length !== 1)

/** @param patterns any of these is part of the path; none: all files of the ring */
export const filesOf = (
  ring: Ring,
  files: readonly string[],
  patterns: readonly string[],
): readonly string[] =>
  files.filter(
    (file) =>
      ring.files.test(file) &&
      (patterns.length === 0 || patterns.some((pattern) => file.includes(pattern))),
  )

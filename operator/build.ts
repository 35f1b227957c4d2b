/**
 * `npm run build`: the operator as the image runs it, in dist/: one program whose parts that not every
 * cluster needs stay in files of their own, and the licences of all packages in it. Must never take in
 * a package of the development, or one whose licence does not come with it.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { notices, packagesIn } from './licences.ts'

const root = join(import.meta.dirname, '..')
const directory = join(root, 'dist')

rmSync(directory, { recursive: true, force: true })
mkdirSync(directory)
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: { operator: 'operator/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minify: true,
  // Classes and functions are named in traces, and errors by their class.
  keepNames: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  // What is written for CommonJS asks for Node's own modules by this name.
  banner: {
    js: "import { createRequire as pgpeRequire } from 'node:module'; const require = pgpeRequire(import.meta.url);",
  },
})
writeFileSync(join(directory, 'THIRD-PARTY-NOTICES.txt'), notices(root, packagesIn(metafile)))

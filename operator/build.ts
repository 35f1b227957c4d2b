/**
 * `npm run build [-- DIR]`: the operator as the image runs it, in dist/ or DIR: one program whose parts that not every
 * cluster needs stay in files of their own; kubectl-pgpe, one file that can be put anywhere; and the licences
 * of all packages in them. Must never take in a package of the development, or one whose licence does not
 * come with it.
 */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build, type BuildOptions, type Plugin } from 'esbuild'
import { notices, packagesIn } from './licences.ts'

const root = join(import.meta.dirname, '..')

/**
 * What packages bring along and we never call: most of undici, and the 700 models of Kubernetes' API
 * behind a kubeconfig's reader, which only its `makeApiClient` needs.
 */
const lean: Plugin = {
  name: 'lean',
  setup(builder) {
    const parts = join(root, 'operator/undici-parts.mjs')
    builder.onResolve({ filter: /^undici$/ }, () => ({ path: parts }))
    const models = { path: 'models', namespace: 'lean' }
    builder.onResolve({ filter: /^\.\/gen\/index\.js$/ }, ({ importer }) =>
      importer.includes('/client-node/dist/') ? models : undefined,
    )
    const contents = 'export const createConfiguration = undefined, ServerConfiguration = undefined'
    builder.onLoad({ filter: /^models$/, namespace: 'lean' }, () => ({ contents }))
  },
}
const directory = resolve(process.argv[2] ?? join(root, 'dist'))

const version = (): string => {
  const text = readFileSync(join(root, 'package.json'), 'utf8')
  return (JSON.parse(text) as { readonly version: string }).version
}

const common = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  minify: true,
  // Classes and functions are named in traces, and errors by their class.
  keepNames: true,
  legalComments: 'none',
  plugins: [lean],
  metafile: true,
  logLevel: 'warning',
  // What is written for CommonJS asks for Node's own modules by this name.
  banner: {
    js: "import { createRequire as pgpeRequire } from 'node:module'; const require = pgpeRequire(import.meta.url);",
  },
} as const satisfies BuildOptions

rmSync(directory, { recursive: true, force: true })
mkdirSync(directory, { recursive: true })
const operator = await build({
  ...common,
  entryPoints: { operator: 'operator/main.ts' },
  outdir: directory,
  splitting: true,
  target: 'node24',
})
const program = join(directory, 'kubectl-pgpe')
const plugin = await build({
  ...common,
  entryPoints: ['operator/plugin/main.ts'],
  outfile: program,
  // People have the Node.js that they have.
  target: 'node22',
  define: { PGPE_VERSION: JSON.stringify(version()) },
})
chmodSync(program, 0o755)
const packages = [operator, plugin].flatMap(({ metafile }) => packagesIn(metafile))
const notes = notices(root, [...new Set(packages)].toSorted())
writeFileSync(join(directory, 'THIRD-PARTY-NOTICES.txt'), notes)

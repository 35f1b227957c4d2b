/**
 * Which tests a file registers, by loading it and running nothing: for whoever names a test elsewhere.
 * `node test/runner/registered.ts FILE…` prints a JSON object: file → names.
 */
import { registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const wrapper = new URL('uvu.ts', import.meta.url).href
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'uvu' && context.parentURL !== wrapper
      ? { url: wrapper, shortCircuit: true }
      : next(specifier, context),
})
const { close, open } = await import('./uvu.ts')

const registered: Record<string, readonly string[]> = {}
for (const file of process.argv.slice(2)) {
  open()
  await import(pathToFileURL(resolve(file)).href)
  registered[file] = close()
    .filter(({ runs }) => runs === 1)
    .flatMap(({ tests }) => tests.map(({ name }) => name))
}
process.stdout.write(JSON.stringify(registered), () => process.exit(0))

/** Whole renderings of the chart, and the base for Kustomize, are what the files say. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Binaries, findBinaries } from '../control-plane/binaries.ts'
import { goldenFiles, readGolden } from './golden.ts'
import { type Helm, helmOf, objectsIn, root } from './helm.ts'

const test = suite<{ helm: Helm; binaries: Binaries }>('golden files')

test.before(async (context) => {
  context.binaries = await findBinaries({ progress: console.error })
  context.helm = helmOf(context.binaries.helm)
})
test.after(({ helm }) => helm?.close())

test('are what the chart renders: `npm run golden` renews them', async ({ helm }) => {
  for (const [path, text] of await goldenFiles(helm)) {
    assert.is(readGolden(path), text, `${path} is stale: npm run golden`)
  }
})

const named = (objects: readonly any[]): readonly string[] =>
  objects.map(({ kind, metadata: { name, namespace } }) => `${kind} ${namespace ?? ''}/${name}`)

test('Kustomize builds the base: all objects of the chart, and its namespace', async ({
  binaries,
}) => {
  const { stdout } = await promisify(execFile)(
    binaries.kubectl,
    ['kustomize', join(root, 'charts/kustomize')],
    { maxBuffer: 64 << 20 },
  )
  const built = objectsIn(stdout)
  const chart = ['test/chart/golden/default.yaml', 'charts/kustomize/crds.yaml'].flatMap((path) =>
    objectsIn(readGolden(path)),
  )
  assert.equal(named(built).toSorted(), [...named(chart), 'Namespace /pgpe-system'].toSorted())
  assert.not.match(stdout, /helm\.sh|managed-by/)
  const specOf = (objects: readonly any[], kind: string) =>
    objects
      .filter((each) => each.kind === kind)
      .toSorted((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1))
      .map(({ spec, rules }) => spec ?? rules)
  for (const kind of ['CustomResourceDefinition', 'ClusterRole', 'ValidatingAdmissionPolicy']) {
    assert.ok(specOf(chart, kind).length > 0, kind)
    assert.equal(specOf(built, kind), specOf(chart, kind))
  }
  const pods = (objects: readonly any[]) => specOf(objects, 'Deployment')[0].template.spec
  assert.equal(pods(built), pods(chart))
})

test.run()

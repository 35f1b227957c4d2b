/** Objects that a test stores and then changes. */
import * as assert from 'uvu/assert'
import type { JsonObject } from '../../operator/api/schema.ts'
import { causes, connect, install, makeNamespace, type ApiServer } from './api-server.ts'
import { kinds, manifest, path, type KindName } from './manifests.ts'

export type Context = { server: ApiServer; namespace: string }
export const kindNames = ['endpoint', 'decision'] as const

/** For `before`: both kinds installed, and a namespace of the file's own. */
export async function prepare(context: Context, prefix: string): Promise<void> {
  context.server = connect()
  await install(context.server, [kinds.endpoint.crd, kinds.decision.crd])
  context.namespace = await makeNamespace(context.server, prefix)
}

export async function store(
  { server, namespace }: Context,
  kind: KindName,
  name: string,
  patch: JsonObject = {},
) {
  const object = manifest(kind, namespace, { ...patch, metadata: { name } })
  const answer = await server.send('POST', path(kind, namespace), object)
  assert.equal(causes(answer), [])
  return answer.body
}

export const patched = (context: Context, kind: KindName, name: string, patch: JsonObject) =>
  context.server.send('PATCH', path(kind, context.namespace, name), patch, 'merge-patch+json')
export const patchedStatus = (
  { server, namespace }: Context,
  kind: KindName,
  name: string,
  patch: JsonObject,
) => server.send('PATCH', `${path(kind, namespace, name)}/status`, patch, 'merge-patch+json')

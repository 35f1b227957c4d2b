/**
 * What Argo CD and Flux have to be told about the two kinds, put together from the Lua beside the chart
 * and from the kinds' own names. Decides nothing about health: health.lua and the expressions do.
 */
import * as decision from './api/connection-decision.ts'
import { group, version } from './api/group.ts'
import * as endpoint from './api/private-endpoint.ts'
import type { JsonObject } from './api/schema.ts'

export const luaFiles = [
  'health.lua',
  'actions/discovery.lua',
  'actions/reconcile.lua',
  'actions/suspend.lua',
  'actions/resume.lua',
] as const
export type LuaFile = (typeof luaFiles)[number]

/** Keys of the ConfigMap argocd-cm, for both kinds. */
export function argoConfig(lua: (file: LuaFile) => string): JsonObject {
  const actions = [
    `discovery.lua: |\n${indented(lua('actions/discovery.lua'))}`,
    'definitions:',
    ...['reconcile', 'suspend', 'resume'].map(
      (name) =>
        `- name: ${name}\n  action.lua: |\n${indented(lua(`actions/${name}.lua` as LuaFile), 4)}`,
    ),
  ].join('\n')
  const data = [endpoint.kind, decision.kind].flatMap((kind) => [
    [`resource.customizations.health.${group}_${kind}`, lua('health.lua')],
    [`resource.customizations.actions.${group}_${kind}`, `${actions}\n`],
  ])
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'argocd-cm',
      namespace: 'argocd',
      labels: { 'app.kubernetes.io/name': 'argocd-cm', 'app.kubernetes.io/part-of': 'argocd' },
    },
    data: Object.fromEntries(data),
  }
}

const indented = (text: string, by = 2): string =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : `${' '.repeat(by)}${line}`))
    .join('\n')

const current = (type: string): string =>
  `status.conditions.exists(e, e.type == '${type}' && e.status == 'True' && e.observedGeneration == metadata.generation)`

/** Flux' Kustomization: `failed` fails at once, `current` is done, everything else is waited for. */
export const fluxHealthChecks: readonly JsonObject[] = [endpoint.kind, decision.kind].map(
  (kind) => ({
    apiVersion: `${group}/${version}`,
    kind,
    failed: current('Stalled'),
    current: current('Ready'),
  }),
)

/** An example to copy from. */
export const fluxKustomization: JsonObject = {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: 'private-endpoints', namespace: 'flux-system' },
  spec: {
    interval: '10m',
    path: './private-endpoints',
    prune: true,
    sourceRef: { kind: 'GitRepository', name: 'platform' },
    timeout: '15m',
    wait: true,
    healthCheckExprs: fluxHealthChecks,
  },
}

/**
 * The chart's README, from values.yaml and its comments: one row for each value. Pure; what a value means
 * is said in values.yaml, never here.
 */
import { isMap, isScalar, parseDocument, type Pair } from 'yaml'

interface Row {
  readonly path: string
  readonly initial: string
  readonly means: string
}

const textOf = (comment: string | null | undefined): string =>
  ((comment ?? '').split(/\n\s*\n/).at(-1) ?? '')
    .split('\n')
    .map((line) => line.trim())
    .join(' ')

function rowsOf(pairs: readonly Pair[], first: string, above: string): readonly Row[] {
  return pairs.flatMap(({ key, value }, index) => {
    if (!isScalar(key)) return []
    const path = `${above}${String(key.value)}`
    // What stands before the first key of a map belongs, to the parser, to the map.
    const own = textOf(index === 0 && !key.commentBefore ? first : key.commentBefore)
    if (isMap(value) && value.items.length > 0) {
      const inner = rowsOf(value.items as Pair[], value.commentBefore ?? '', `${path}.`)
      return own === '' ? inner : [{ path, initial: '', means: own }, ...inner]
    }
    const initial = JSON.stringify((value as { toJSON(): unknown }).toJSON())
    return [{ path, initial, means: own }]
  })
}

/** @param values the text of values.yaml */
export function valuesTable(values: string): string {
  const { contents } = parseDocument(values)
  if (!isMap(contents)) throw new Error('values.yaml is no map')
  return [
    '| value | default | meaning |',
    '| --- | --- | --- |',
    ...rowsOf(contents.items as Pair[], '', '').map(
      ({ path, initial, means }) =>
        `| \`${path}\` | ${initial === '' ? '' : `\`${initial.replaceAll('|', '\\|')}\``} | ${means.replaceAll('|', '\\|')} |`,
    ),
    '',
  ].join('\n')
}

/** What the values alone do not say. */
export const chartGuide = [
  '```console',
  '$ helm install pgpe-operator charts/pgpe-operator --namespace pgpe-system --create-namespace',
  '$ helm upgrade pgpe-operator charts/pgpe-operator --namespace pgpe-system',
  '```',
  '',
  'The CRDs are part of the release: they are upgraded with it, and stay when it goes (`crds.keep`). Argo CD, Flux and',
  'Kustomize: [docs/gitops.md](../../docs/gitops.md). Rights in Azure and in the cluster:',
  '[docs/permissions.md](../../docs/permissions.md).',
  '',
  '## In some namespaces only',
  '',
  'With `namespaces` the operator has a Role in each of them, which must exist, and in the cluster no more than the right',
  'to read the policy on decisions and the uid of `kube-system`. Without any right in the cluster: set `clusterId` as',
  'well, have the policies and CRDs installed by whoever may (`grants.enabled: false`, `crds.enabled: false`,',
  '`roles.enabled: false`), and set `grants.allowUngated`, for the operator can then not see whether the policies are in',
  'place.',
  '',
  '```yaml',
  'namespaces: [team-a, team-b]',
  'clusterId: production-west',
  'crds: { enabled: false }',
  'roles: { enabled: false }',
  'grants: { enabled: false, allowUngated: true }',
  '```',
  '',
  'A namespace that is deleted takes its Roles and RoleBindings with it, often before the objects: then the operator may no',
  'longer write to them, and their finalizers keep the namespace. Delete the objects first, and the namespace when they',
  'are gone. A namespace that already hangs is freed by making Role and RoleBinding anew, which the API server refuses in a',
  'namespace that ends: bind a ClusterRole of the same rules by a ClusterRoleBinding for as long as it takes.',
  '',
  '## Two releases',
  '',
  'Two Azure identities, one for networks and one for databases, each in a release of its own. Release `pgpe-network`:',
  '',
  '```yaml',
  'kinds: [endpoints]',
  'fullnameOverride: pgpe-network',
  'grants:',
  '  operatorUsers:',
  '    - system:serviceaccount:pgpe-system:pgpe-network',
  '    - system:serviceaccount:pgpe-system:pgpe-databases',
  '```',
  '',
  'Release `pgpe-databases`:',
  '',
  '```yaml',
  'kinds: [decisions]',
  'fullnameOverride: pgpe-databases',
  'crds: { enabled: false }',
  'roles: { enabled: false }',
  'grants: { enabled: false }',
  '```',
  '',
  'Releases that share many endpoints: one with `kinds: [decisions]`, and several with `kinds: [endpoints]` and an',
  '`endpointSelector` each, such as `shard=a` and `shard!=a`. Together they must select every endpoint, and none twice.',
  '`class` is for operators that know nothing of each other.',
  '',
  '## Values',
  '',
]

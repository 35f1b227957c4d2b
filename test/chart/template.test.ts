/** What `helm template` makes of the values, and which values it refuses. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import { readConfig, settings } from '../../operator/config.ts'
import { changeOf } from '../../operator/grants-check.ts'
import { policyRules } from '../../operator/permissions.ts'
import { findBinaries } from '../control-plane/binaries.ts'
import { chart, type Helm, helmOf, objectsIn, root, sets } from './helm.ts'

const test = suite<{ helm: Helm }>('the chart')

test.before(async (context) => {
  const { helm } = await findBinaries({ progress: console.error })
  context.helm = helmOf(helm)
})
test.after(({ helm }) => helm?.close())

type Values = Readonly<Record<string, unknown>>

async function rendered({ helm }: { helm: Helm }, values: Values = {}, more: string[] = []) {
  const args = ['template', 'pgpe-operator', chart, '--namespace', 'pgpe-system', ...more]
  return objectsIn(await helm.must([...args, ...sets(values)]))
}

const one = (objects: readonly any[], kind: string, name?: string) => {
  const found = objects.filter(
    (each) => each.kind === kind && (name === undefined || each.metadata.name === name),
  )
  assert.is(found.length, 1, `${kind} ${name ?? ''}: ${found.length}`)
  return found[0]
}

const kindsOf = (objects: readonly any[]): readonly string[] => [
  ...new Set(objects.map(({ kind }) => kind)),
]

const container = (objects: readonly any[]) =>
  one(objects, 'Deployment').spec.template.spec.containers[0]

test('has no finding for helm lint, strictly', async ({ helm }) => {
  const { code, stdout, stderr } = await helm.run(['lint', '--strict', chart])
  assert.is(code, 0, `${stdout}${stderr}`)
  assert.not.match(stdout, /WARNING|ERROR/)
})

test('its values are those of its schema, each with a line of explanation before it or its group', () => {
  const values = parse(readFileSync(join(chart, 'values.yaml'), 'utf8'))
  const schema = JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8'))
  const paths = (node: any, kind: (node: any) => any, at = ''): string[] =>
    Object.entries<any>(kind(node) ?? {}).flatMap(([key, inner]) => {
      const nested = kind(inner)
      const closed = nested !== undefined && Object.keys(nested).length > 0
      return closed ? paths(inner, kind, `${at}${key}.`) : [`${at}${key}`]
    })
  const inSchema = paths(schema, (node) => node?.properties)
    .filter((path) => path !== 'global' && !path.startsWith('settings.'))
    .toSorted()
  const open = new Set(inSchema)
  const inValues = paths(values, (node) =>
    typeof node === 'object' && node !== null && !Array.isArray(node) ? node : undefined,
  ).map((path) => [...open].find((each) => path === each || path.startsWith(`${each}.`)) ?? path)
  assert.equal([...new Set(inValues)].filter((path) => path !== 'settings').toSorted(), inSchema)
})

test('every flag that it passes is one that the operator takes', async (context) => {
  const longest = {
    namespaces: ['a', 'b'],
    class: 'blue',
    kinds: ['endpoints'],
    endpointSelector: 'shard in (a,b),!test',
    clusterId: 'one',
    'operatorIdentity.namespaces': ['a'],
    'identity.names': ['pgpe-azure', 'other'],
    connectionInfo: true,
    'grants.allowUngated': true,
    'settings.resync': '10m',
    'settings.workers': 3,
    'settings.log-level': 'debug',
  }
  const { args } = container(await rendered(context, longest))
  const request = readConfig(args, {})
  assert.is(request.is, 'config', JSON.stringify(request))
  if (request.is !== 'config') return
  const { config } = request
  assert.equal(config.namespaces, ['a', 'b'])
  assert.is(config.class, 'blue')
  assert.is(config.clusterId, 'one')
  assert.equal(config.kinds, ['endpoints'])
  assert.is(config.endpointSelector?.text, 'shard in (a,b),!test')
  assert.equal(config.operatorIdentityNamespaces, ['a'])
  assert.equal(config.identityNames, ['pgpe-azure', 'other'])
  assert.ok(config.connectionInfo && config.allowUngated)
  assert.is(config.resyncMs, 600_000)
  assert.is(config.workers, 3)
  assert.is(config.logLevel, 'debug')
  assert.is(config.healthPort, 8080)
})

test('without a value, every setting is what it is without a chart', async (context) => {
  const request = readConfig(container(await rendered(context)).args, {})
  const bare = readConfig([], {})
  if (request.is !== 'config' || bare.is !== 'config') throw new Error('no configuration')
  const derived = ['healthPort', 'leaseName', 'leaseNamespace']
  const rest = (config: object) =>
    Object.fromEntries(Object.entries(config).filter(([key]) => !derived.includes(key)))
  assert.equal(rest(request.config), rest(bare.config))
  assert.is(Object.keys(rest(bare.config)).length, Object.keys(settings).length - derived.length)
})

const rulesOf = (objects: readonly any[], kind: string, name: string) =>
  one(objects, kind, name).rules

test('grants the operator what its table says, for the whole cluster', async (context) => {
  const objects = await rendered(context)
  assert.equal(
    rulesOf(objects, 'ClusterRole', 'pgpe-operator'),
    policyRules(['cluster', 'watched']),
  )
  assert.equal(rulesOf(objects, 'Role', 'pgpe-operator-lease'), policyRules(['own']))
})

test('grants it no more than Roles in the namespaces that it watches', async (context) => {
  const values = {
    namespaces: ['a', 'b'],
    clusterId: 'one',
    'grants.enabled': false,
    'grants.allowUngated': true,
    'roles.enabled': false,
    'crds.enabled': false,
  }
  const objects = await rendered(context, values)
  const wide = ['ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition']
  for (const kind of kindsOf(objects)) {
    assert.not.ok(wide.includes(kind) || kind.includes('Admission'), kind)
  }
  const inA = objects.filter(({ kind, metadata }) => kind === 'Role' && metadata.namespace === 'a')
  assert.equal(inA[0].rules, policyRules(['watched']))
  const lists = JSON.stringify(objects.filter(({ kind }) => kind === 'Role'))
  assert.not.match(lists, /"\*"/)
})

test('grants it the rights of the one kind that it serves', async (context) => {
  for (const kind of ['endpoints', 'decisions'] as const) {
    const rules = rulesOf(
      await rendered(context, { kinds: [kind] }),
      'ClusterRole',
      'pgpe-operator',
    )
    assert.equal(rules, policyRules(['cluster', 'watched'], { kinds: [kind] }))
    const other = kind === 'endpoints' ? 'endpointconnectiondecisions' : 'configmaps'
    assert.not.match(JSON.stringify(rules), other)
  }
})

test('may read ConfigMaps only where connectionInfo is on', async (context) => {
  const touches = (objects: readonly any[]) =>
    JSON.stringify(rulesOf(objects, 'ClusterRole', 'pgpe-operator')).includes('configmaps')
  assert.not.ok(touches(await rendered(context)))
  assert.ok(touches(await rendered(context, { connectionInfo: true })))
})

test('its pod meets the restricted standard, on a root that nobody can write', async (context) => {
  const { spec } = one(await rendered(context), 'Deployment').spec.template
  assert.is(spec.securityContext.runAsNonRoot, true)
  assert.is(spec.securityContext.seccompProfile.type, 'RuntimeDefault')
  const { securityContext } = spec.containers[0]
  assert.is(securityContext.readOnlyRootFilesystem, true)
  assert.is(securityContext.allowPrivilegeEscalation, false)
  assert.equal(securityContext.capabilities, { drop: ['ALL'] })
  assert.is(spec.hostNetwork ?? spec.hostPID ?? spec.volumes, undefined)
})

test('a digest wins over a tag, and a tag over the version', async (context) => {
  const image = async (values: Values) => container(await rendered(context, values)).image
  const name = 'ghcr.io/pgpe-operator/pgpe-operator'
  assert.is(await image({}), `${name}:0.1.0`)
  assert.is(await image({ 'image.tag': 'edge' }), `${name}:edge`)
  const digest = `sha256:${'a'.repeat(64)}`
  assert.is(await image({ 'image.tag': 'edge', 'image.digest': digest }), `${name}@${digest}`)
})

test('workload identity: the account is annotated and the pod labelled; a Secret replaces both', async (context) => {
  const clientId = '11111111-2222-3333-4444-555555555555'
  const federated = await rendered(context, { 'operatorIdentity.clientId': clientId })
  const annotations = one(federated, 'ServiceAccount').metadata.annotations
  assert.is(annotations['azure.workload.identity/client-id'], clientId)
  const label = (objects: readonly any[]) =>
    one(objects, 'Deployment').spec.template.metadata.labels['azure.workload.identity/use']
  assert.is(label(federated), 'true')
  const secret = await rendered(context, { 'operatorIdentity.secretName': 'azure' })
  assert.is(label(secret), undefined)
  assert.equal(container(secret).envFrom, [{ secretRef: { name: 'azure' } }])
})

test('another cloud is named by its variables', async (context) => {
  const objects = await rendered(context, {
    'azure.authorityHost': 'https://login.microsoftonline.us',
    'azure.resourceManagerEndpoint': 'https://management.usgovcloudapi.net',
  })
  assert.equal(container(objects).env, [
    { name: 'AZURE_AUTHORITY_HOST', value: 'https://login.microsoftonline.us' },
    { name: 'AZURE_RESOURCE_MANAGER_ENDPOINT', value: 'https://management.usgovcloudapi.net' },
  ])
})

test('the policies know the account of the release, or those that they are told of', async (context) => {
  const operator = (objects: readonly any[]) =>
    one(objects, 'ValidatingAdmissionPolicy', 'pgpe-decisions').spec.variables.find(
      (each: any) => each.name === 'operator',
    ).expression
  assert.match(
    operator(await rendered(context)),
    /'system:serviceaccount:pgpe-system:pgpe-operator'/,
  )
  const users = ['system:serviceaccount:a:b', 'system:serviceaccount:c:d']
  const told = operator(await rendered(context, { 'grants.operatorUsers': users }))
  for (const user of users) assert.ok(told.includes(`'${user}'`), told)
  assert.not.match(told, /pgpe-system/)
})

test('the operator takes the policy of a release for its own, however many accounts it names', async (context) => {
  for (const users of [[], ['system:serviceaccount:a:b'], ['system:serviceaccount:a:b', 'ci']]) {
    const objects = await rendered(context, { 'grants.operatorUsers': users })
    const policy = one(objects, 'ValidatingAdmissionPolicy', 'pgpe-decisions')
    const binding = one(objects, 'ValidatingAdmissionPolicyBinding', 'pgpe-decisions')
    assert.is(changeOf({ policy, binding }), undefined)
  }
})

test('who decides is written down where the API server can', async (context) => {
  const kind = 'MutatingAdmissionPolicy'
  const api = ['--api-versions', `admissionregistration.k8s.io/v1/${kind}`]
  assert.not.ok(kindsOf(await rendered(context)).includes(kind))
  assert.ok(kindsOf(await rendered(context, {}, api)).includes(kind))
  const without = await rendered(context, { 'grants.decidedBy': false }, api)
  assert.not.ok(kindsOf(without).includes(kind))
})

test('the CRDs are those of crds/, and stay when the release goes, unless told otherwise', async (context) => {
  const crds = (objects: readonly any[]) =>
    objects.filter(({ kind }) => kind === 'CustomResourceDefinition')
  const kept = crds(await rendered(context))
  assert.is(kept.length, 2)
  for (const crd of kept) {
    const { plural } = crd.spec.names
    const source = parse(readFileSync(join(root, 'crds', `${plural}.yaml`), 'utf8'))
    assert.equal(crd.spec, source.spec)
    assert.is(crd.metadata.annotations['helm.sh/resource-policy'], 'keep')
  }
  for (const crd of crds(await rendered(context, { 'crds.keep': false }))) {
    assert.is(crd.metadata.annotations?.['helm.sh/resource-policy'], undefined)
  }
  assert.is(crds(await rendered(context, { 'crds.enabled': false })).length, 0)
})

test('the dashboard comes as JSON in a ConfigMap, where that is asked for', async (context) => {
  assert.not.ok(kindsOf(await rendered(context)).includes('ConfigMap'))
  const objects = await rendered(context, { 'metrics.dashboard.enabled': true })
  const { metadata, data } = one(objects, 'ConfigMap')
  assert.is(metadata.labels.grafana_dashboard, '1')
  const shipped = readFileSync(join(chart, 'files/dashboard.json'), 'utf8')
  assert.equal(JSON.parse(data['pgpe-operator.json']), JSON.parse(shipped))
})

test('the values that its README shows are values that it takes', async (context) => {
  const readme = readFileSync(join(chart, 'README.md'), 'utf8')
  const shown = [...readme.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text = '']) => parse(text))
  assert.is(shown.length, 3)
  for (const values of shown) {
    const request = readConfig(container(await rendered(context, values)).args, {})
    assert.is(request.is, 'config', JSON.stringify(values))
  }
})

const refused: Readonly<Record<string, Values>> = {
  'a kind that there is not': { kinds: ['pods'] },
  'no kind at all': { kinds: [] },
  'a value that there is not': { resync: '5m' },
  'a setting that there is not': { 'settings.resink': '5m' },
  'no identity name at all': { 'identity.names': [] },
  'an image digest that is none': { 'image.digest': 'latest' },
  'a client id that is no GUID': { 'operatorIdentity.clientId': 'orders' },
  'a cloud without TLS': { 'azure.authorityHost': 'http://login.example' },
  'a namespace that is no name': { namespaces: ['Team A'] },
  'replicas in words': { replicas: 'two' },
}
for (const [name, values] of Object.entries(refused)) {
  test(`refuses ${name}`, async ({ helm }) => {
    const { code, stderr } = await helm.run(['template', 'r', chart, ...sets(values)])
    assert.is.not(code, 0)
    const [path = ''] = Object.keys(values)
    const [first = ''] = path.split('.')
    assert.ok(stderr.includes(first), stderr)
  })
}

test.run()

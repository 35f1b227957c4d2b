/** The command lines of a control plane's programs, and the files they read. Decides nothing else. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Certified, certifyServer, newKeyPair } from './certificates.ts'
import { kubeconfigText } from './kubeconfig.ts'

/** Kubernetes' own name for the API server as seen from inside a cluster. */
const issuer = 'https://kubernetes.default.svc.cluster.local'

const names = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc']

/** Nobody may ask anonymously, but for health. */
const authentication = `apiVersion: apiserver.config.k8s.io/v1beta1
kind: AuthenticationConfiguration
anonymous:
  enabled: true
  conditions: [{ path: /livez }, { path: /readyz }, { path: /healthz }]
`

/** A group whose members' every request is audited. */
export const audited = 'pgpe.dev:audited'

/** Who wrote our kinds, and what admission noted of it; and all that the audited ask for. */
const audit = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
    userGroups: ['${audited}']
  - level: Metadata
    verbs: [create, update, patch, delete, deletecollection]
    resources: [{ group: pgpe.dev, resources: [postgresprivateendpoints, endpointconnectiondecisions] }]
  - level: None
`

/** The file names inside the directory. */
export const files = {
  kubeconfig: 'kubeconfig',
  authorityCertificate: 'ca.crt',
  authorityKey: 'ca.key',
  /** One event of the API server's audit a line. */
  audit: 'audit.log',
} as const

export interface Settings {
  readonly directory: string
  readonly url: string
  readonly port: number
  readonly adminToken: string
  readonly controllerToken: string
  readonly authority: Certified
}

/** Writes what the programs read. A restart of the API server on another port writes them anew. */
export async function writeFiles(settings: Settings): Promise<void> {
  const { directory, url, authority, adminToken, controllerToken } = settings
  const server = await certifyServer(authority, names)
  const accounts = await newKeyPair()
  const write = (name: string, text: string): void =>
    writeFileSync(join(directory, name), text, { mode: 0o600 })
  write(files.authorityCertificate, authority.certificate)
  write(files.authorityKey, authority.key)
  write('server.crt', server.certificate)
  write('server.key', server.key)
  write('accounts.key', accounts.privateKey)
  write('accounts.pub', accounts.publicKey)
  write('authentication.yaml', authentication)
  write('audit.yaml', audit)
  const kubeconfig = (user: string, token: string): string =>
    kubeconfigText(url, authority.certificate, user, { token })
  write('tokens.csv', tokens({ admin: adminToken, 'kube-controller-manager': controllerToken }))
  write('controllers.kubeconfig', kubeconfig('kube-controller-manager', controllerToken))
  write(files.kubeconfig, kubeconfig('admin', adminToken))
}

/** Lines of token, user, uid and groups. */
const tokens = (of: Readonly<Record<string, string>>): string =>
  Object.entries(of)
    .map(([user, token]) => `${token},${user},${user},system:masters\n`)
    .join('')

/** Sockets are named relative to the directory in which all programs run: no port, no long path. */
const client = 'unix://etcd.sock:0'
const peer = 'unix://peer.sock:0'

export const etcdArguments = ({ directory }: Settings): readonly string[] => [
  `--data-dir=${join(directory, 'etcd')}`,
  '--name=etcd',
  `--listen-client-urls=${client}`,
  `--advertise-client-urls=${client}`,
  `--listen-peer-urls=${peer}`,
  `--initial-advertise-peer-urls=${peer}`,
  `--initial-cluster=etcd=${peer}`,
  // It elects itself; there is nobody to wait for. Its data need not survive the machine.
  '--heartbeat-interval=20',
  '--election-timeout=200',
  '--unsafe-no-fsync',
  '--log-level=warn',
]

export const apiServerArguments = ({ directory, port }: Settings): readonly string[] => {
  const file = (name: string): string => join(directory, name)
  return [
    `--etcd-servers=${client}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.0.0.0/24',
    `--cert-dir=${file('certificates')}`,
    `--tls-cert-file=${file('server.crt')}`,
    `--tls-private-key-file=${file('server.key')}`,
    `--client-ca-file=${file(files.authorityCertificate)}`,
    `--token-auth-file=${file('tokens.csv')}`,
    `--authentication-config=${file('authentication.yaml')}`,
    '--authorization-mode=RBAC',
    `--audit-policy-file=${file('audit.yaml')}`,
    `--audit-log-path=${file(files.audit)}`,
    `--service-account-issuer=${issuer}`,
    `--service-account-key-file=${file('accounts.pub')}`,
    `--service-account-signing-key-file=${file('accounts.key')}`,
    '--profiling=false',
  ]
}

const controllers = [
  'garbage-collector-controller',
  'namespace-controller',
  'serviceaccount-controller',
  'serviceaccount-token-controller',
]

export const controllerManagerArguments = ({ directory }: Settings): readonly string[] => [
  `--kubeconfig=${join(directory, 'controllers.kubeconfig')}`,
  `--controllers=${controllers.join(',')}`,
  `--service-account-private-key-file=${join(directory, 'accounts.key')}`,
  '--leader-elect=false',
  '--secure-port=0',
  '--kube-api-qps=200',
  '--kube-api-burst=400',
  '--profiling=false',
]

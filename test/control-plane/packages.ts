/**
 * The programs of a control plane, as rows: versions, where each is released, how each is built.
 * Decides nothing; binaries.ts walks the rows.
 */

export const programs = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kubectl',
  'helm',
] as const
export type Program = (typeof programs)[number]

/** A file to download, checked against the SHA-256 that is published beside it. */
export interface Download {
  readonly url: string
  /** A text of lines `<sha256>  <file>`, or of the sum alone. */
  readonly checksumUrl: string
  /** Absent: the file is the program itself. Else: the program's path inside this gzipped tar. */
  readonly member?: string
}

export interface Package {
  readonly name: string
  readonly version: string
  readonly programs: readonly Program[]
  /** undefined where nothing is released for the platform, as kube-apiserver for macOS. */
  readonly download: (program: Program, platform: Platform) => Download | undefined
  readonly build: {
    readonly module: string
    readonly importPath: (program: Program) => string
    readonly ldflags: readonly string[]
    /** The version of the modules that the module replaces by its own subfolders, where it does. */
    readonly stagingVersion?: string
    /** What a cold build takes on two cores, for the first line of progress. */
    readonly takes: string
  }
}

/** As Go names them: linux/amd64, darwin/arm64 … */
export interface Platform {
  readonly os: string
  readonly arch: string
}

const kubernetesVersion = 'v1.36.3'
const etcdVersion = 'v3.6.16'
const helmVersion = 'v4.3.1'

const setVersion = (variable: string, value: string): string => `-X ${variable}=${value}`

export const packages: readonly Package[] = [
  {
    name: 'kubernetes',
    version: kubernetesVersion,
    programs: ['kube-apiserver', 'kube-controller-manager', 'kubectl'],
    download: (program, { os, arch }) => {
      if (os !== 'linux') return undefined
      const url = `https://dl.k8s.io/release/${kubernetesVersion}/bin/${os}/${arch}/${program}`
      return { url, checksumUrl: `${url}.sha256` }
    },
    build: {
      module: 'k8s.io/kubernetes',
      importPath: (program) => `k8s.io/kubernetes/cmd/${program}`,
      ldflags: [
        setVersion('k8s.io/component-base/version.gitVersion', kubernetesVersion),
        setVersion('k8s.io/component-base/version.gitMajor', '1'),
        setVersion('k8s.io/component-base/version.gitMinor', '36'),
      ],
      stagingVersion: kubernetesVersion.replace('v1.', 'v0.'),
      takes: '4 minutes',
    },
  },
  {
    name: 'etcd',
    version: etcdVersion,
    programs: ['etcd'],
    download: (program, { os, arch }) => {
      if (os !== 'linux') return undefined
      const base = `https://github.com/etcd-io/etcd/releases/download/${etcdVersion}`
      const folder = `etcd-${etcdVersion}-${os}-${arch}`
      const member = `${folder}/${program}`
      return { url: `${base}/${folder}.tar.gz`, checksumUrl: `${base}/SHA256SUMS`, member }
    },
    build: {
      module: 'go.etcd.io/etcd/server/v3',
      importPath: () => 'go.etcd.io/etcd/server/v3',
      ldflags: [],
      takes: 'half a minute',
    },
  },
  {
    name: 'helm',
    version: helmVersion,
    programs: ['helm'],
    download: (program, { os, arch }) => {
      const url = `https://get.helm.sh/helm-${helmVersion}-${os}-${arch}.tar.gz`
      return { url, checksumUrl: `${url}.sha256sum`, member: `${os}-${arch}/${program}` }
    },
    build: {
      module: 'helm.sh/helm/v4',
      importPath: () => 'helm.sh/helm/v4/cmd/helm',
      ldflags: [setVersion('helm.sh/helm/v4/internal/version.version', helmVersion)],
      takes: 'a minute and a half',
    },
  },
]

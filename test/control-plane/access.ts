/** What is needed to use a running control plane, from the process that started it or another. */
import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { files } from './arguments.ts'
import type { Binaries } from './binaries.ts'
import { certifyUser } from './certificates.ts'
import { kubeconfigText } from './kubeconfig.ts'

export interface Kubeconfig {
  readonly path: string
  readonly text: string
}

export interface ControlPlaneAccess {
  /** Where all of its files are; hand this to `connectControlPlane` in another process. */
  readonly directory: string
  /** `https://127.0.0.1:<port>` */
  readonly url: string
  /** The certificate of the authority that signed the API server's, as PEM. */
  readonly authorityCertificate: string
  /** Bearer token of the user `admin`, of group `system:masters`. */
  readonly adminToken: string
  /** For `admin`, by token. */
  readonly kubeconfig: Kubeconfig
  /** Absolute paths of etcd, kube-apiserver, kube-controller-manager, kubectl and helm. */
  readonly binaries: Binaries
  /**
   * A kubeconfig for any user, who needs no creation: with RBAC he may do what his name and groups
   * are bound to, at first nothing. A client certificate; for `system:serviceaccount:<ns>:<name>`
   * it stands in for the account's token.
   */
  readonly kubeconfigFor: (user: string, groups?: readonly string[]) => Promise<Kubeconfig>
}

const accessFile = 'access.json'

interface Stored {
  readonly url: string
  readonly adminToken: string
  readonly binaries: Binaries
}

export function writeAccess(directory: string, stored: Stored): void {
  writeFileSync(join(directory, accessFile), JSON.stringify(stored), { mode: 0o600 })
}

/** @param directory `ControlPlaneAccess.directory` of a control plane that another process runs */
export function connectControlPlane(directory: string): ControlPlaneAccess {
  const read = (name: string): string => readFileSync(join(directory, name), 'utf8')
  const { url, adminToken, binaries } = JSON.parse(read(accessFile)) as Stored
  const authority = {
    certificate: read(files.authorityCertificate),
    key: read(files.authorityKey),
  }
  const kubeconfigFor = async (user: string, groups: readonly string[] = []) => {
    const credential = await certifyUser(authority, user, groups)
    const path = join(directory, `user-${randomUUID()}.kubeconfig`)
    const text = kubeconfigText(url, authority.certificate, user, credential)
    writeFileSync(path, text, { mode: 0o600 })
    return { path, text }
  }
  return {
    directory,
    url,
    authorityCertificate: authority.certificate,
    adminToken,
    kubeconfig: { path: join(directory, files.kubeconfig), text: read(files.kubeconfig) },
    binaries,
    kubeconfigFor,
  }
}

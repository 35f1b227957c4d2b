/** Kubeconfig files of a control plane. Each embeds all it needs, so that it can be moved about. */
import { readFileSync } from 'node:fs'
import { stringify } from 'yaml'

/** The name of cluster and context; a kubeconfig that says so is ours, and may be overwritten. */
export const clusterName = 'pgpe-control-plane'

export type Credential =
  { readonly token: string } | { readonly certificate: string; readonly key: string }

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/**
 * @param authority the certificate that the API server's one is checked with, as PEM
 * @param user only a label inside the file
 */
export function kubeconfigText(
  url: string,
  authority: string,
  user: string,
  credential: Credential,
): string {
  const as =
    'token' in credential
      ? { token: credential.token }
      : {
          'client-certificate-data': base64(credential.certificate),
          'client-key-data': base64(credential.key),
        }
  const cluster = { server: url, 'certificate-authority-data': base64(authority) }
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': clusterName,
    clusters: [{ name: clusterName, cluster }],
    contexts: [{ name: clusterName, context: { cluster: clusterName, user } }],
    users: [{ name: user, user: as }],
  })
}

/** Whether a file may be written over: it is absent, empty, or one that we wrote. */
export function isReplaceable(path: string): boolean {
  try {
    const text = readFileSync(path, 'utf8')
    return text.trim() === '' || text.includes(`current-context: ${clusterName}\n`)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}

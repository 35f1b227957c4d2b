/** Kubeconfig files of a control plane. Each embeds all it needs, so that it can be moved about. */
import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { stringify } from 'yaml'
import { Refusal } from './refusal.ts'

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

/**
 * Refuses a path that can't be written, or whose file holds what is not ours to lose: it may be
 * absent, empty, or a kubeconfig that an earlier control plane left.
 */
export function makeRoomFor(path: string): void {
  try {
    // One level at most: a mistyped path should be told, not made.
    if (!existsSync(dirname(path))) mkdirSync(dirname(path))
    accessSync(dirname(path), constants.W_OK)
    const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
    if (text.trim() === '' || text.includes(`current-context: ${clusterName}\n`)) return
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Refusal(`cannot write the kubeconfig to ${path}: ${why}`)
  }
  throw new Refusal(`${path} holds something else: name a new file for the kubeconfig`)
}

/** Whether the file still holds the text. */
export function isFileOf(path: string, text: string): boolean {
  return text !== '' && existsSync(path) && readFileSync(path, 'utf8') === text
}

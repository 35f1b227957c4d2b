/** A certificate with its key, as an application in Entra has one. */
import 'reflect-metadata'
import { X509CertificateGenerator } from '@peculiar/x509'
import { KeyObject } from 'node:crypto'

/** Both PEM. */
export interface Certified {
  readonly certificate: string
  readonly key: string
}

const hour = 3_600_000

/** @param passphrase encrypts the key */
export async function newCertificate(passphrase?: string): Promise<Certified> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength: 2048,
  }
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const made = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=pgpe',
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - hour),
    notAfter: new Date(Date.now() + hour),
  })
  const key = KeyObject.from(keys.privateKey).export({
    type: 'pkcs8',
    format: 'pem',
    ...(passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }),
  })
  return { certificate: `${made.toString('pem')}\n`, key: String(key) }
}

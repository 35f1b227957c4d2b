/**
 * The X.509 side of a control plane: its own authority, the API server's certificate, and client
 * certificates, whose common name and organizations are what Kubernetes takes for user and groups.
 */
import 'reflect-metadata'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const hourMs = 3_600_000
const lifetimeMs = 30 * 24 * hourMs

/** A certificate and its private key (PKCS #8), both as PEM. */
export interface Certified {
  readonly certificate: string
  readonly key: string
}

/** A key pair as PEM: PKCS #8 and SubjectPublicKeyInfo. */
export interface KeyPair {
  readonly privateKey: string
  readonly publicKey: string
}

type Keys = Awaited<ReturnType<typeof newKeys>>

const newKeys = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])

const privatePem = async ({ privateKey }: Keys): Promise<string> =>
  PemConverter.encode(await crypto.subtle.exportKey('pkcs8', privateKey), 'PRIVATE KEY')

/** Valid from an hour ago, because clocks differ. */
function validity(): { readonly notBefore: Date; readonly notAfter: Date } {
  const now = Date.now()
  return { notBefore: new Date(now - hourMs), notAfter: new Date(now + lifetimeMs) }
}

/** What service account tokens are signed and checked with. */
export async function newKeyPair(): Promise<KeyPair> {
  const keys = await newKeys()
  const spki = await crypto.subtle.exportKey('spki', keys.publicKey)
  return { privateKey: await privatePem(keys), publicKey: PemConverter.encode(spki, 'PUBLIC KEY') }
}

export async function newAuthority(): Promise<Certified> {
  const keys = await newKeys()
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: ['pgpe control plane'] }],
    keys,
    signingAlgorithm: algorithm,
    ...validity(),
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  })
  return { certificate: certificate.toString('pem'), key: await privatePem(keys) }
}

async function certify(
  authority: Certified,
  subject: readonly { readonly [attribute: string]: string[] }[],
  extensions: readonly Extension[],
): Promise<Certified> {
  const keys = await newKeys()
  const der = PemConverter.decodeFirst(authority.key)
  const signingKey = await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
  const certificate = await X509CertificateGenerator.create({
    subject: [...subject],
    issuer: new X509Certificate(authority.certificate).subject,
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: algorithm,
    ...validity(),
    extensions: [new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true), ...extensions],
  })
  return { certificate: certificate.toString('pem'), key: await privatePem(keys) }
}

/** For a server on this machine. */
export function certifyServer(authority: Certified, names: readonly string[]): Promise<Certified> {
  return certify(
    authority,
    [{ CN: ['kube-apiserver'] }],
    [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        { type: 'ip', value: '127.0.0.1' },
        ...names.map((value) => ({ type: 'dns' as const, value })),
      ]),
    ],
  )
}

/** For a Kubernetes user. */
export function certifyUser(
  authority: Certified,
  user: string,
  groups: readonly string[],
): Promise<Certified> {
  const subject = [...groups.map((group) => ({ O: [group] })), { CN: [user] }]
  return certify(authority, subject, [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])])
}

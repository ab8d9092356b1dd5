/**
 * A certificate authority that lives as long as the server, so that a client can trust it by name (`ca`) in place of trusting anybody.
 *
 * @module
 */
import { randomBytes, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import type { ServerCertificate } from './listening.ts'

/** A server's certificate, and the certificate of the authority that signed it, in PEM. */
export interface Certified extends ServerCertificate {
  readonly ca: string
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const dayMs = 24 * 3600 * 1000

/** Makes an authority, and a certificate of it for the host and for loopback by all its names. The authority's key is kept nowhere. */
export async function certify(host: string): Promise<Certified> {
  // Loaded when it is needed: it takes longer than the whole server, and changes the global `Reflect`.
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  const crypto = webcrypto as Crypto
  x509.cryptoProvider.set(crypto)
  const usages = ['sign', 'verify'] as const
  const authority = await crypto.subtle.generateKey(algorithm, true, [...usages])
  const server = await crypto.subtle.generateKey(algorithm, true, [...usages])
  // An hour back, for clients whose clock is slow.
  const validity = { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 365 * dayMs) }
  const name = `CN=oauth-introspect development CA ${randomBytes(4).toString('hex')}`
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name,
    serialNumber: serialNumber(),
    keys: authority,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authority.publicKey),
    ],
  })
  const hosts = [...new Set([host.toLowerCase(), 'localhost', '127.0.0.1', '::1'])]
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity,
    subject: 'CN=localhost',
    issuer: name,
    serialNumber: serialNumber(),
    publicKey: server.publicKey,
    signingKey: authority.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(hosts.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const)),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
    ],
  })
  const key = Buffer.from(await crypto.subtle.exportKey('pkcs8', server.privateKey)).toString('base64')
  return {
    cert: certificate.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${key.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END PRIVATE KEY-----\n`,
    ca: `${ca.toString('pem')}\n`,
  }
}

/** Positive, as RFC 5280 §4.1.2.2 wants it. */
function serialNumber(): string {
  return `01${randomBytes(15).toString('hex')}`
}

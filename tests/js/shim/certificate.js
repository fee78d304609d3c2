// @ts-check
// A self-signed certificate for one run of the tests, so that the repository contains no private key (RFC 5280, X.690).

import { generateKeyPairSync, sign } from 'node:crypto';

/** @param {number} tag @param {...(Uint8Array | number[])} parts */
function der(tag, ...parts) {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const size = body.length;
  if (size < 0x80) return Buffer.from([tag, size, ...body]);
  const length = size < 0x100 ? [size] : [size >> 8, size & 0xff];
  return Buffer.from([tag, 0x80 | length.length, ...length, ...body]);
}
const sequence = (/** @type {Uint8Array[]} */ ...parts) => der(0x30, ...parts);
const integer = (/** @type {number[]} */ ...bytes) => der(0x02, bytes);
const bits = (/** @type {Uint8Array} */ bytes) => der(0x03, [0], bytes);
const utf8 = (/** @type {string} */ text) => der(0x0c, Buffer.from(text));
const time = (/** @type {string} */ text) => der(0x18, Buffer.from(text));
/** Object identifiers, already in their encoding. */
const OID = {
  ecdsaWithSha256: der(0x06, [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]),
  commonName: der(0x06, [0x55, 0x04, 0x03]),
  subjectAltName: der(0x06, [0x55, 0x1d, 0x11]),
  basicConstraints: der(0x06, [0x55, 0x1d, 0x13]),
};

/**
 * @param {string[]} hosts names and IPv4 addresses
 * @returns {{ key: string, cert: string }} in PEM; the certificate is its own authority
 */
export function selfSigned(hosts) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(OID.ecdsaWithSha256);
  const name = sequence(der(0x31, sequence(OID.commonName, utf8('dispatch-guard tests'))));
  const names = hosts.map((host) =>
    /^[\d.]+$/.test(host) ? der(0x87, host.split('.').map(Number)) : der(0x82, Buffer.from(host)),
  );
  const extensions = sequence(
    sequence(OID.basicConstraints, der(0x01, [0xff]), der(0x04, sequence(der(0x01, [0xff])))),
    sequence(OID.subjectAltName, der(0x04, sequence(...names))),
  );
  const body = sequence(
    der(0xa0, integer(2)),
    integer(1),
    algorithm,
    name,
    sequence(time('20200101000000Z'), time('21200101000000Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
  const certificate = sequence(body, algorithm, bits(sign('sha256', body, privateKey)));
  const lines = certificate.toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

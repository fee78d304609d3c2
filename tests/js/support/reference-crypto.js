// @ts-check
// A second implementation of digest, signature and ID token, to compare the core with: JSON and `node:crypto`.
// RFC 8785 is defined by ECMAScript's serialization, so the canonical form is short here.

import { createHash, createHmac, createPublicKey, generateKeyPairSync, sign as signWith } from 'node:crypto';

/** @typedef {import('node:crypto').KeyObject} KeyObject */

/** The canonical JSON of a value (RFC 8785). @param {any} value @returns {string} */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  // `sort` compares UTF-16 code units, as the RFC wants.
  const members = Object.keys(value).sort();
  return `{${members.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
}

/** The input of the digest. @param {any} payload @param {string} type @param {number} repositoryId */
export function subject(payload, type, repositoryId) {
  const { _guard: envelope, ...rest } = payload;
  if (envelope === undefined) return { client_payload: rest, event_type: type, repository_id: repositoryId };
  const { signature: _, oidc: __, ...bare } = envelope;
  return { client_payload: { ...rest, _guard: bare }, event_type: type, repository_id: repositoryId };
}

/** @param {any} payload @param {string} type @param {number} repositoryId */
export function digest(payload, type, repositoryId) {
  return createHash('sha256')
    .update(canonical(subject(payload, type, repositoryId)))
    .digest();
}

/** @param {Buffer} bytes @param {string} key */
export function signature(bytes, key) {
  return `sha256=${createHmac('sha256', key).update(bytes).digest('hex')}`;
}

/** @param {Buffer} bytes */
export function audience(bytes) {
  return `dispatch-guard:${bytes.toString('hex')}`;
}

/** A pair of RSA keys, with the public one as a JWK. @param {string} kid @param {number} [bits] */
export function issuerKey(kid, bits = 2048) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' };
  return { kid, privateKey, jwk };
}

/** @param {any} part */
const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');

/**
 * A token over header and claims.
 * @param {{kid: string, privateKey: KeyObject}} key
 * @param {any} claims
 * @param {any} [header] overrides of the usual header
 */
export function token(key, claims, header = {}) {
  const content = `${encode({ typ: 'JWT', alg: 'RS256', kid: key.kid, ...header })}.${encode(claims)}`;
  return `${content}.${signWith('sha256', Buffer.from(content), key.privateKey).toString('base64url')}`;
}

/** A token signed with HS256 and the public key as the secret. @param {any} jwk @param {any} claims */
export function confusedToken(jwk, claims) {
  const content = `${encode({ typ: 'JWT', alg: 'HS256', kid: jwk.kid })}.${encode(claims)}`;
  const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  return `${content}.${createHmac('sha256', pem).update(content).digest('base64url')}`;
}

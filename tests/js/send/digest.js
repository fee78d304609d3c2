// @ts-check
// The digest and the signature of contract section 5 once more, from the contract's words and with Node's own parts, as
// the counterpart of the core's.

import { createHash, createHmac } from 'node:crypto';

/**
 * RFC 8785: no white space, keys in the order of their UTF-16 code units, numbers and strings as ECMAScript writes them.
 * @param {any} value
 * @returns {string}
 */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  // Without a function, `sort` compares code units.
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
}

/**
 * @param {any} payload `client_payload` with its envelope
 * @param {string} eventType
 * @param {number} repositoryId
 */
export function digestOf(payload, eventType, repositoryId) {
  const { signature: _1, oidc: _2, ...envelope } = payload._guard;
  const subject = {
    client_payload: { ...payload, _guard: envelope },
    event_type: eventType,
    repository_id: repositoryId,
  };
  return createHash('sha256').update(canonical(subject)).digest();
}

/**
 * @param {Buffer} digest
 * @param {string} key
 */
export function signatureOf(digest, key) {
  return `sha256=${createHmac('sha256', key).update(digest).digest('hex')}`;
}

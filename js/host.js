// @ts-check
// What the core may do in the world: one HTTP exchange at a time, the clock, random bytes, one signature check, masking.
// Redirects, retries and every judgement are the core's.

/**
 * @typedef {object} Request
 * @property {string} method
 * @property {string} url
 * @property {Record<string, string>} headers
 * @property {string} [body]
 * @property {number} timeout_ms from now to the last byte of the response's body
 */

/** @typedef {{ status: number, headers: Record<string, string>, body: string }} Response */

/** @typedef {'refused' | 'reset' | 'timeout' | 'dns' | 'tls' | 'proxy' | 'too_large' | 'not_text' | 'offline' | 'other'} FaultKind */

/**
 * Why there is no usable response. `sent`: the server may have received the request.
 * @typedef {{ kind: FaultKind, message: string, sent: boolean }} Fault
 */

/**
 * @typedef {object} Host
 * @property {(request: Request) => Promise<Response | { fault: Fault }>} request never rejects
 * @property {() => number} now Unix milliseconds
 * @property {(count: number) => Uint8Array} random from a cryptographic source
 * @property {(jwk: string, data: Uint8Array, signature: Uint8Array) => Promise<boolean>} verifyRs256
 * @property {(secret: string) => void} mask
 */

/**
 * @param {object} parts
 * @param {(secret: string) => void} parts.mask
 * @param {(text: string) => string} parts.redact takes secrets out of an error's text
 * @returns {Host}
 */
export function openHost({ mask, redact }) {
  return {
    async request(request) {
      try {
        // Most pull requests are decided without a request: whatever speaks HTTP is loaded at the first one.
        const { exchange } = await import('./exchange.js');
        const answer = await exchange(request, mask);
        if ('fault' in answer) answer.fault.message = redact(answer.fault.message);
        return answer;
      } catch (error) {
        return { fault: { kind: 'other', message: redact(String(error)), sent: false } };
      }
    },
    now: Date.now,
    random: (count) => crypto.getRandomValues(new Uint8Array(count)),
    verifyRs256,
    mask,
  };
}

/** @type {Host['verifyRs256']} */
async function verifyRs256(jwk, data, signature) {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  try {
    const { kty, n, e } = JSON.parse(jwk);
    const key = await crypto.subtle.importKey('jwk', { kty, n, e }, algorithm, false, ['verify']);
    return await crypto.subtle.verify(algorithm, key, signature, data);
  } catch {
    // A key that is none has signed nothing.
    return false;
  }
}

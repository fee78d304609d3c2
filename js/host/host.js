// @ts-check
// What the core can do outside itself: one HTTP request at a time, the clock, random bytes, one signature check,
// masking and progress.
// Redirects, retries and every judgement belong to the core.

/** @typedef {import('./http.js').Request} Request */
/** @typedef {import('./http.js').Response} Response */
/** @typedef {import('./http.js').TransportError} TransportError */

/**
 * @typedef {object} Host
 * @property {(request: Request) => Promise<Response | { fault: TransportError }>} request never rejects
 * @property {() => number} now Unix milliseconds
 * @property {(count: number) => Uint8Array} random from a cryptographic source
 * @property {(jwk: string, data: Uint8Array, signature: Uint8Array) => Promise<boolean>} verifyRs256
 * @property {(secret: string) => void} mask
 * @property {(line: string) => void} progress prints a line at once
 * @property {(outputs: string) => void} interimOutputs writes outputs, an object as JSON, at once
 */

/**
 * @param {object} options
 * @param {(secret: string) => void} options.mask
 * @param {(line: string) => void} options.progress
 * @param {(outputs: string) => void} options.interimOutputs
 * @param {(text: string) => string} options.redact removes secrets from the text of an error
 * @returns {Host}
 */
export function createHost({ mask, progress, interimOutputs, redact }) {
  return {
    async request(request) {
      try {
        // Most pull requests are decided without a request: HTTP is loaded at the first one.
        const { sendRequest } = await import('./http.js');
        const answer = await sendRequest(request, mask);
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
    progress,
    interimOutputs,
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
    // Treat a malformed key as a failed verification.
    return false;
  }
}

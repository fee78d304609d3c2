// @ts-check

/** Cuts secrets out of texts that the shim itself makes: the core has its own for the texts that it makes. */
export class Secrets {
  /** @type {string[]} */
  #secrets = [];

  /** @param {string} secret */
  add(secret) {
    this.#secrets.push(secret);
  }

  /**
   * @param {string} text
   * @returns {string} with `***` in the place of each secret, in whatever form it is quoted
   */
  redact(text) {
    // The longest first, so that none leaves the rest of a longer one behind.
    const forms = this.#secrets.flatMap(formsOf).sort((a, b) => b.length - a.length);
    return forms.reduce((cleaned, form) => cleaned.replaceAll(form, '***'), text);
  }
}

/**
 * @param {string} secret
 * @returns {string[]} the secret as it is, in JSON, in an address, and in base64 with and without its padding
 */
function formsOf(secret) {
  if (secret === '') return [];
  const bytes = Buffer.from(secret);
  const base64 = bytes.toString('base64');
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(bytes.toString()),
    base64,
    base64.replace(/=+$/, ''),
  ];
}

// @ts-check

/** Removes secrets from the shim's own texts. The core redacts the texts that it writes. */
export class Secrets {
  /** @type {string[]} */
  #secrets = [];

  /** @param {string} secret */
  add(secret) {
    this.#secrets.push(secret);
  }

  /**
   * @param {string} text
   * @returns {string} with `***` in place of each secret, in any of its encoded forms
   */
  redact(text) {
    // The longest first, so that no part of a longer one remains.
    const forms = this.#secrets.flatMap(encodedForms).sort((a, b) => b.length - a.length);
    return forms.reduce((cleaned, form) => cleaned.replaceAll(form, '***'), text);
  }
}

/**
 * @param {string} secret
 * @returns {string[]} the secret as it is, in JSON, in a URL, and in base64 with and without padding
 */
function encodedForms(secret) {
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

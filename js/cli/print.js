// @ts-check

import { writeFully } from '../host/stdout.js';

/**
 * @param {string} text
 * @returns {number} the exit status 0
 */
export function print(text) {
  write(1, `${text}\n`);
  return 0;
}

/** @param {string} text */
export function printError(text) {
  write(2, `${text}\n`);
}

/**
 * @param {number} descriptor
 * @param {string} text
 */
function write(descriptor, text) {
  try {
    writeFully(descriptor, text);
  } catch (error) {
    // The reader has enough (`| head`).
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EPIPE') throw error;
  }
}

// @ts-check

import { writeSync } from 'node:fs';

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
 * Writes to a descriptor itself: to set up `process.stdout` for a pipe takes Node a tenth of its start. The toolkit does
 * the same for the actions; a file for both would be one more that every run loads.
 * @param {number} descriptor
 * @param {string} text
 */
function write(descriptor, text) {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (fault) {
      const { code } = /** @type {NodeJS.ErrnoException} */ (fault);
      // Whoever reads has enough (`| head`).
      if (code === 'EPIPE') return;
      // Whoever reads a pipe that does not block is behind: wait a millisecond.
      if (code !== 'EAGAIN') throw fault;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

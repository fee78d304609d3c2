// @ts-check

import { writeSync } from 'node:fs';

/**
 * Writes all of a text to a file descriptor before it returns. Setting up `process.stdout` for a pipe costs a tenth of
 * Node's start, and on Windows it is asynchronous: an exit can cut the output off.
 * @param {number} descriptor
 * @param {string} text
 */
export function writeFully(descriptor, text) {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      // The reader of a non-blocking pipe is behind: wait a millisecond.
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

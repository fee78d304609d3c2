// @ts-check

import { readFileSync, readSync } from 'node:fs';

/** Exit status: the command line, a policy or an event cannot be used. */
export const MISUSE = 2;
/** Exit status: an answer of the API is missing, or the command line itself failed. */
export const NO_ANSWER = 3;
/** Exit status of `replay`: the decision is another one. */
export const DIFFERS = 4;

/** What the user can mend by calling otherwise. Its message is all there is to say. */
export class Misuse extends Error {
  /**
   * @param {string} message
   * @param {string} word that is not known
   * @param {string[]} known
   * @returns {Promise<Misuse>} with the word that was most likely meant
   */
  static async unknown(message, word, known) {
    const { openCore } = await import('./judge.js');
    const core = openCore();
    return new Misuse(`${message}${core.suggestion(word, known.join('\n'))}`);
  }
}

/**
 * @param {unknown} error of the file system
 * @param {string} what it was about
 * @returns {Misuse}
 */
export function unreadable(error, what) {
  const code = error instanceof Error ? /** @type {NodeJS.ErrnoException} */ (error).code : undefined;
  /** @type {Record<string, string>} */
  const words = { ENOENT: 'there is no such file', EISDIR: 'it is a folder', EACCES: 'permission denied' };
  const why = (code && words[code]) ?? (error instanceof Error ? error.message : String(error));
  return new Misuse(`${what} cannot be read: ${why}`);
}

/**
 * @param {string} file `-` is standard input
 * @param {string} what it is
 * @returns {Buffer}
 * @throws {Misuse}
 */
export function readBytes(file, what) {
  try {
    return file === '-' ? readStandardInput() : readFileSync(file);
  } catch (error) {
    throw unreadable(error, what);
  }
}

/** Reads until there is no more, which on Windows can be an error, and waits where nothing is there yet. */
function readStandardInput() {
  const chunks = [];
  for (;;) {
    const chunk = Buffer.alloc(65_536);
    try {
      const count = readSync(0, chunk);
      if (count === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, count));
    } catch (error) {
      const { code } = /** @type {NodeJS.ErrnoException} */ (error);
      if (code === 'EOF') return Buffer.concat(chunks);
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

// @ts-check
// The files that inputs name: the audit record and the evidence.

import { closeSync, constants, existsSync, fstatSync, mkdirSync, openSync, readSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ActionError } from '../core/action-error.js';

/** Opening a named pipe that nobody reads would block; with this flag it fails. Windows has no such flag. */
const NONBLOCK = constants.O_NONBLOCK ?? 0;

/**
 * @param {import('../core/load.js').Outcome['files'][number]} file
 * @throws {ActionError}
 */
export function writeFile({ input, path, text, append }) {
  try {
    try {
      write(path, text, append);
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
      createDirectory(dirname(resolve(path)));
      write(path, text, append);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ActionError(
      `cannot write the file ${path}, which the input \`${input}\` names: ${reason}`,
      `Set \`${input}\` to a path that the job can write.`,
      { cause: error },
    );
  }
}

/**
 * Creates a directory and its missing parents one by one: `mkdirSync` with `recursive` never returns below `/proc`.
 * @param {string} path absolute
 */
function createDirectory(path) {
  if (existsSync(path)) return;
  createDirectory(dirname(path));
  mkdirSync(path);
}

/**
 * @param {string} path
 * @param {string} text
 * @param {boolean} append
 */
function write(path, text, append) {
  const access = append ? constants.O_RDWR | constants.O_APPEND : constants.O_WRONLY | constants.O_TRUNC;
  const file = openSync(path, access | constants.O_CREAT | NONBLOCK);
  try {
    // The last line may be incomplete, for example because the disk was full.
    writeFileSync(file, append && !endsWithLine(file) ? `\n${text}` : text);
  } finally {
    closeSync(file);
  }
}

/**
 * @param {number} file
 * @returns {boolean} true if the file is empty or its last line is complete
 */
function endsWithLine(file) {
  const { size } = fstatSync(file);
  const last = Buffer.alloc(1);
  return size === 0 || readSync(file, last, 0, 1, size - 1) === 0 || last[0] === 0x0a;
}

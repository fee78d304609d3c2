// @ts-check
// Reads what the user names: files and standard input.

import { isUtf8 } from 'node:buffer';
import { readFileSync, readSync } from 'node:fs';
import { UsageError } from './usage-error.js';

/** @type {Record<string, string>} */
const REASONS = { ENOENT: 'there is no such file', EISDIR: 'it is a directory', EACCES: 'permission denied' };

/**
 * @param {unknown} error of the file system
 * @param {string} what it was about
 * @returns {UsageError}
 */
export function unreadable(error, what) {
  const code = error instanceof Error ? /** @type {NodeJS.ErrnoException} */ (error).code : undefined;
  const reason = (code && REASONS[code]) ?? (error instanceof Error ? error.message : String(error));
  return new UsageError(`${what} cannot be read: ${reason}`);
}

/**
 * @param {string} file `-` is standard input
 * @param {string} what it is
 * @returns {Buffer}
 * @throws {UsageError}
 */
export function readBytes(file, what) {
  try {
    return file === '-' ? readStandardInput() : readFileSync(file);
  } catch (error) {
    throw unreadable(error, what);
  }
}

/**
 * @param {string} file `-` is standard input
 * @param {string} what it is
 * @returns {string}
 * @throws {UsageError}
 */
export function readText(file, what) {
  const bytes = readBytes(file, what);
  if (UTF_16.has(byteOrderMark(bytes))) throw new UsageError(`${what} is UTF-16; save it as UTF-8`);
  if (!isUtf8(bytes)) throw new UsageError(`${what} is not UTF-8 text`);
  return bytes.toString();
}

/** Encodings by the byte order mark that a file in them starts with. */
const UTF_16 = new Map([
  ['fffe', 'utf-16le'],
  ['feff', 'utf-16be'],
]);

/** @param {Uint8Array} bytes */
const byteOrderMark = (bytes) => Buffer.from(bytes.subarray(0, 2)).toString('hex');

/**
 * Reads JSON that an editor or a shell of Windows may have written: with a byte order mark, or in UTF-16.
 * @param {string} file `-` is standard input
 * @param {string} what it is
 * @returns {Buffer} UTF-8 without a byte order mark; other bytes as they are, for the core to report
 * @throws {UsageError}
 */
export function readJson(file, what) {
  const bytes = readBytes(file, what);
  const encoding = UTF_16.get(byteOrderMark(bytes));
  if (encoding !== undefined) return Buffer.from(new TextDecoder(encoding).decode(bytes));
  return bytes.subarray(0, 3).equals(Buffer.from('\ufeff')) ? bytes.subarray(3) : bytes;
}

/** Reads to the end, which on Windows can be an error, and waits if nothing is available yet. */
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

// @ts-check

import { readFileSync } from 'node:fs';
import { loadCrypto } from './builtin.js';

/**
 * Compiles a WebAssembly file that must be the one that was built with this code. Nothing in it runs before the digest
 * is found to be right; it is compiled on other threads meanwhile, and the caller goes on as well.
 * @param {string} file
 * @param {string} sha256 in hex
 * @returns {Promise<WebAssembly.Module>}
 * @throws {Error} if the file is missing, cut short or altered
 */
export async function compileVerified(file, sha256) {
  const bytes = readFileSync(file);
  const compiling = WebAssembly.compile(bytes);
  // Why a damaged file does not compile is beside the point: the digest says all there is to say.
  compiling.catch(() => {});
  // A compilation alone does not keep Node's event loop alive.
  const awake = setInterval(() => {}, 60_000);
  try {
    // The caller has something to do meanwhile, too.
    await undefined;
    verify(file, bytes, sha256);
    return await compiling;
  } finally {
    clearInterval(awake);
  }
}

/**
 * @param {string} file
 * @param {Uint8Array} bytes
 * @param {string} sha256
 */
function verify(file, bytes, sha256) {
  const found = loadCrypto().createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) throw new Error(`the file ${file} is damaged: its SHA-256 is ${found} and should be ${sha256}`);
}

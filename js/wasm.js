// @ts-check

import { readFileSync } from 'node:fs';

/**
 * Compiles a WebAssembly file that must be the one that was built with this code. Nothing in it runs before the digest
 * is found to be right; it is compiled on other threads meanwhile, since to load `node:crypto` takes longer than that.
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
    await verify(file, bytes, sha256);
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
async function verify(file, bytes, sha256) {
  const { createHash } = await import('node:crypto');
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) throw new Error(`the file ${file} is damaged: its SHA-256 is ${found} and should be ${sha256}`);
}

// @ts-check

import { join } from 'node:path';
import { guard, initSync, report, send } from 'dispatch-guard:core';
import { WASM_FILE, WASM_SHA256 } from 'dispatch-guard:wasm';
import { compileVerified } from './wasm.js';

/**
 * Makes the Rust core ready to be called.
 * @returns {Promise<Record<import('./outputs.js').ActionName, import('./action.js').Flow>>}
 * @throws {Error} if the wasm beside this file is not the one that was built with it
 */
export async function openCore() {
  initSync({ module: await compileVerified(join(import.meta.dirname, WASM_FILE), WASM_SHA256) });
  return { guard: parsed(guard), send: parsed(send), report: parsed(report) };
}

/**
 * The core answers in JSON: a text crosses the boundary in one piece, an object value by value.
 * @param {(...args: Parameters<import('./action.js').Flow>) => string | Promise<string>} flow a text where nothing is
 *   waited for
 * @returns {import('./action.js').Flow}
 */
function parsed(flow) {
  return async (...args) => JSON.parse(await flow(...args));
}

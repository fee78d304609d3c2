// @ts-check

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTRACT } from 'dispatch-guard:contract';
import { guard, initSync, reconcile, report, send } from 'dispatch-guard:core';
import { WASM_FILE, WASM_LENGTH } from 'dispatch-guard:wasm';
import { ActionError } from './action-error.js';

export { CONTRACT };

/** @typedef {'guard' | 'send' | 'report' | 'reconcile'} ActionName */

/** @typedef {{ level: 'error' | 'warning' | 'notice', title: string, message: string }} Annotation */

/** @typedef {{ title: string, lines: string[] }} LogGroup */

/**
 * What the shim has to carry out. Its texts are safe to print as they are.
 * @typedef {object} Outcome
 * @property {Record<string, string>} outputs
 * @property {0 | 1} exit_code
 * @property {Annotation | null} annotation
 * @property {string[]} log
 * @property {LogGroup[]} log_groups
 * @property {string | null} summary Markdown
 * @property {{ input: string, path: string, text: string, append: boolean }[]} files `input` names the file
 */

/** @typedef {import('../host/host.js').Host} Host */

/** @typedef {(run: string, event: Uint8Array | undefined, host: Host) => Promise<Outcome>} ActionFunction */

/** @typedef {Record<ActionName, ActionFunction>} Core */

/**
 * What the shim must know to report a failure without the core.
 * @typedef {object} Contract
 * @property {Record<ActionName, string[]>} outputs names in the order in which they are written, the deciding one last
 * @property {Record<string, unknown>} failed_result the output `result` of a run in which nothing was decided
 * @property {string} audit_title of the group with the audit record
 * @property {string} help of `internal.error`
 * @property {string} url of the page about `internal.error`
 * @property {string} unset the value of an input that is not set
 */

/**
 * Makes the Rust core ready to be called.
 * @returns {Core}
 * @throws {Error} if the wasm is not the file that was built with this code
 */
export function loadCore() {
  const file = join(import.meta.dirname, WASM_FILE);
  try {
    const bytes = readFileSync(file);
    // A truncated file is caught here, other damage when V8 validates the module.
    if (bytes.length !== WASM_LENGTH) throw new Error(`it has ${bytes.length} bytes and should have ${WASM_LENGTH}`);
    initSync({ module: new WebAssembly.Module(bytes) });
  } catch (error) {
    const message = `cannot load ${file}: ${error instanceof Error ? error.message : error}`;
    throw new ActionError(message, error instanceof RangeError ? MEMORY_HELP : FILE_HELP, { cause: error });
  }
  return { guard: parsed(guard), send: parsed(send), report: parsed(report), reconcile: parsed(reconcile) };
}

const FILE_HELP = 'Use a released version of the action as it is; the files in `dist/` belong together.';

/** V8 reports a `RangeError` if it cannot reserve address space for the memory of a module. */
const MEMORY_HELP =
  'Raise the limit on memory or address space (`ulimit -v`), or run the action with Node 24, which needs less of it.';

/**
 * The core answers in JSON: a text crosses the boundary in one piece, an object value by value.
 * @param {(...args: Parameters<ActionFunction>) => string | Promise<string>} action synchronous if it makes no request
 * @returns {ActionFunction}
 */
function parsed(action) {
  return async (...args) => JSON.parse(await action(...args));
}

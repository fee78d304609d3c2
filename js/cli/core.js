// @ts-check
// The functions of the core that the command line uses.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import {
  check,
  init,
  initSync,
  lint,
  recordedDecision,
  replay,
  runTests,
  suggestion,
  workflowStep,
} from 'dispatch-guard:core';
import { WASM_FILE } from 'dispatch-guard:wasm';
import { UsageError } from './usage-error.js';

/**
 * @typedef {object} Answer
 * @property {string} result the document of output `result`, on one line
 * @property {number} exit_code
 * @property {PolicyError[]} errors every error of the policy
 * @property {string | null} evidence everything that the decision rested on, if it is to be recorded
 */

/** @typedef {{ line: number, column: number, message: string }} PolicyError */

/** @typedef {(path: string) => string | undefined} ReadFile reads a file of the repository */

/** @typedef {{ files: { path: string, text: string }[], with_policies: boolean, format: string }} LintRequest */

/** @typedef {{ path: string, text: string, format: string }} TestRequest */

/** @typedef {{ path: string, text: string, exists: boolean }} NewFile */

/**
 * @typedef {object} InitRequest
 * @property {string} pattern
 * @property {string} branch base branch of the pull requests; empty for the default branch
 * @property {string} default_branch empty if it is not known
 * @property {string[]} existing paths of files that exist
 * @property {string} source path of the workflow whose runs start the guarded one
 * @property {{ path: string, text: string }[]} workflows
 */

/** @typedef {Parameters<typeof check>[2]} Host */

/** @typedef {{ output: string, exit_code: number }} Output what to print, and the exit status */

/** @typedef {{ error: string }} CoreError why the core cannot answer */

/**
 * @typedef {object} Replay
 * @property {string} result the decision now
 * @property {number} exit_code
 * @property {{ path: string, recorded: string, replayed: string }[]} differences from the recorded decision, values in JSON
 */

/** Makes the core ready to be called. */
export function loadCore() {
  // A command ends before optimised code pays off: without it `lint` of 50 workflows takes half the time.
  setFlagsFromString('--liftoff-only');
  initSync({ module: readFileSync(join(import.meta.dirname, WASM_FILE)) });
  // Every answer except `suggestion` is JSON text.
  return {
    /** @type {(...args: Parameters<typeof check>) => Promise<Answer | CoreError>} */
    check: async (...args) => JSON.parse(await check(...args)),
    /** @type {(request: LintRequest, read: ReadFile) => Output | CoreError} */
    lint: (request, read) => JSON.parse(lint(JSON.stringify(request), read)),
    /** @type {(request: TestRequest, read: ReadFile, host: Host) => Promise<Output | CoreError>} */
    runTests: async (request, read, host) => JSON.parse(await runTests(JSON.stringify(request), read, host)),
    /** @type {(request: InitRequest) => { files: NewFile[] } | CoreError} */
    init: (request) => JSON.parse(init(JSON.stringify(request))),
    /** @type {(workflow: string, job: string, read: ReadFile) => Record<string, string> | CoreError} */
    workflowStep: (workflow, job, read) => JSON.parse(workflowStep(workflow, job, read)),
    /** @type {(evidence: Uint8Array) => Answer | CoreError} */
    recordedDecision: (evidence) => JSON.parse(recordedDecision(evidence)),
    /** @type {(evidence: Uint8Array) => Promise<Replay | CoreError>} */
    replay: async (evidence) => JSON.parse(await replay(evidence)),
    suggestion,
  };
}

/**
 * @template T
 * @param {T | CoreError} answer of the core
 * @param {string} [about] what the answer is about
 * @returns {T}
 * @throws {UsageError} with the core's message, if it cannot answer
 */
export function unwrap(answer, about) {
  if (typeof answer === 'object' && answer !== null && 'error' in answer) {
    throw new UsageError(about === undefined ? answer.error : `${about}: ${answer.error}`);
  }
  return answer;
}

/**
 * @param {string} message
 * @param {string} word that is not known
 * @param {string[]} known
 * @returns {UsageError} that names the closest known word
 */
export function unknownWord(message, word, known) {
  return new UsageError(`${message}${loadCore().suggestion(word, known.join('\n'))}`);
}

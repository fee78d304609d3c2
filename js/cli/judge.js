// @ts-check
// The core's part that the command line uses.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, initSync, lint, recordedDecision, replay, suggestion, vocabulary } from 'dispatch-guard:core';
import { WASM_FILE } from 'dispatch-guard:wasm';
import { Misuse } from './misuse.js';

/**
 * @typedef {object} Answer
 * @property {string} result the document of output `result`, on one line
 * @property {number} exit_code
 * @property {PolicyError[]} errors every error of the policy
 * @property {string | null} evidence all that it rested on, where that is to be recorded
 */

/** @typedef {{ line: number, column: number, message: string }} PolicyError */

/** @typedef {{ misuse: string }} Misunderstanding why the core cannot answer */

/**
 * @typedef {object} Replay
 * @property {string} result the decision now
 * @property {number} exit_code
 * @property {{ path: string, then: string, now: string }[]} differences from the decision then, values in JSON
 */

/**
 * Makes the core ready to be called. Its digest is not checked as in a run, where the wasm is all that stands between a
 * stranger and a secret: here that would be most of the time that a command takes.
 */
export function openCore() {
  initSync({ module: readFileSync(join(import.meta.dirname, WASM_FILE)) });
  // Every answer but one is JSON text.
  return {
    /** @type {(...args: Parameters<typeof check>) => Promise<Answer | Misunderstanding>} */
    check: async (...args) => JSON.parse(await check(...args)),
    /** @type {(policy: Uint8Array) => PolicyError[]} */
    lint: (policy) => JSON.parse(lint(policy)),
    /** @type {(evidence: Uint8Array) => Answer | Misunderstanding} */
    recordedDecision: (evidence) => JSON.parse(recordedDecision(evidence)),
    /** @type {(evidence: Uint8Array) => Promise<Replay | Misunderstanding>} */
    replay: async (evidence) => JSON.parse(await replay(evidence)),
    suggestion,
    /** @type {() => { events: string[], flat: string[] }} */
    vocabulary: () => JSON.parse(vocabulary()),
  };
}

/**
 * @template T
 * @param {T | Misunderstanding} answer of the core
 * @param {string} [about] what the answer is about
 * @returns {T}
 * @throws {Misuse} with the core's words, where the question cannot be answered
 */
export function answered(answer, about) {
  if (typeof answer === 'object' && answer !== null && 'misuse' in answer) {
    throw new Misuse(about === undefined ? answer.misuse : `${about}: ${answer.misuse}`);
  }
  return answer;
}

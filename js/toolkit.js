// @ts-check
// The only module that speaks to the runner: inputs, outputs, masks, annotations, the log and the summary.

import { appendFileSync, writeSync } from 'node:fs';
import { EOL } from 'node:os';
import { debug, error, getInput, info, notice, setSecret, warning } from '@actions/core';

/** @typedef {{ level: 'error' | 'warning' | 'notice', title: string, message: string }} Annotation */
/** @typedef {ReturnType<typeof openToolkit>} Toolkit */

const INPUT = 'INPUT_';
const annotators = { error, warning, notice };

/** The runner's side of the process. Everything written is with the runner when the call returns. */
export function openToolkit() {
  writeAtOnce();
  return {
    /**
     * Every input that the runner passed, by its name in lower case. White space is kept: in YAML it counts.
     * @returns {Record<string, string>}
     */
    inputs() {
      const variables = Object.keys(process.env).filter((name) => name.startsWith(INPUT));
      const names = variables.map((variable) => variable.slice(INPUT.length).toLowerCase());
      return Object.fromEntries(names.map((name) => [name, getInput(name, { trimWhitespace: false })]));
    },

    /**
     * Sets outputs in the order given; a later value of a name replaces an earlier one.
     * @param {Record<string, string>} values
     */
    outputs(values) {
      const file = process.env.GITHUB_OUTPUT;
      if (!file) throw new Error('GITHUB_OUTPUT is not set, so nobody can read the outputs');
      appendFileSync(file, Object.entries(values).map(outputRecord).join(''));
    },

    /**
     * Has the runner write `***` in the place of a secret from now on.
     * @param {string} secret
     */
    mask(secret) {
      setSecret(secret);
    },

    /** @param {string[]} lines none of which the runner could take for a command */
    log(lines) {
      if (lines.length > 0) info(lines.join(EOL));
    },

    /** @param {Annotation} annotation */
    annotate({ level, title, message }) {
      annotators[level](message, { title });
    },

    /** @param {string} text shown only where the run was started with debug logging */
    debug(text) {
      debug(text);
    },

    /**
     * Adds to the job summary, where the server has one.
     * @param {string} markdown
     */
    summarize(markdown) {
      const file = process.env.GITHUB_STEP_SUMMARY;
      if (file) appendFileSync(file, markdown);
    },
  };
}

/**
 * An output as the runner reads it from its file: the lines up to the delimiter are the value, whatever they hold. The
 * toolkit's `setOutput` takes a random delimiter, for which it loads `node:crypto` before anything else can happen;
 * that alone is a fifth of Node's start. One that the value does not contain cannot be forged by it either.
 * @param {[name: string, value: string]} output
 * @returns {string}
 */
export function outputRecord([name, value]) {
  let delimiter = 'dispatch-guard';
  while (value.includes(delimiter)) delimiter += '-';
  return [`${name}<<${delimiter}`, value, delimiter, ''].join(EOL);
}

/**
 * Has the toolkit write its commands to the descriptor itself. It writes to `process.stdout`, and to set up that stream
 * for a pipe takes Node a tenth of its start; on Windows it is asynchronous too, so that an exit can cut it off.
 */
function writeAtOnce() {
  const stdout = { write: (/** @type {string} */ text) => writeAll(1, text) };
  Object.defineProperty(process, 'stdout', { value: stdout, configurable: true, enumerable: true });
}

/**
 * @param {number} descriptor
 * @param {string} text
 */
function writeAll(descriptor, text) {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (fault) {
      // Whoever reads a pipe that does not block is behind: wait a millisecond.
      if (/** @type {NodeJS.ErrnoException} */ (fault).code !== 'EAGAIN') throw fault;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

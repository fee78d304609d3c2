// @ts-check
// The only module that talks to the runner: inputs, outputs, masks, annotations, the log and the summary.

import { appendFileSync } from 'node:fs';
import { EOL } from 'node:os';
import { debug, endGroup, error, getInput, info, notice, setSecret, startGroup, warning } from '@actions/core';
import { ActionError } from '../core/action-error.js';
import { writeFully } from '../host/stdout.js';

/** @typedef {import('../core/load.js').Annotation} Annotation */
/** @typedef {import('../core/load.js').LogGroup} LogGroup */
/** @typedef {ReturnType<typeof createRunner>} Runner */

const INPUT = 'INPUT_';
const OUTPUT_HELP =
  'Run the action on a runner that sets GITHUB_OUTPUT (2.297.0 or later), and pass the variable on to containers.';
const annotators = { error, warning, notice };

/** The runner's side of the process. The runner has everything written when a call returns. */
export function createRunner() {
  // The toolkit writes its commands to `process.stdout`.
  const stdout = { write: (/** @type {string} */ text) => writeFully(1, text) };
  Object.defineProperty(process, 'stdout', { value: stdout, configurable: true, enumerable: true });
  return {
    /**
     * Every input that the runner passed, by its name in lower case. White space is kept: it matters in YAML.
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
      if (!file)
        throw new ActionError('GITHUB_OUTPUT is not set, so no later step could read the outputs', OUTPUT_HELP);
      appendFileSync(file, Object.entries(values).map(outputRecord).join(''));
    },

    /**
     * Has the runner print `***` instead of a secret from now on.
     * @param {string} secret
     */
    mask(secret) {
      setSecret(secret);
    },

    /** @param {string[]} lines none of which the runner could take for a command */
    log(lines) {
      if (lines.length > 0) info(lines.join(EOL));
    },

    /** @param {LogGroup} group folded in the log */
    logGroup({ title, lines }) {
      startGroup(title);
      if (lines.length > 0) info(lines.join(EOL));
      endGroup();
    },

    /** @param {Annotation} annotation */
    annotate({ level, title, message }) {
      annotators[level](message, { title });
    },

    /** @param {string} text shown only if the run has debug logging enabled */
    debug(text) {
      debug(text);
    },

    /**
     * Appends to the job summary, if the server has one.
     * @param {string} markdown
     */
    summarize(markdown) {
      const file = process.env.GITHUB_STEP_SUMMARY;
      if (file) appendFileSync(file, markdown);
    },
  };
}

/**
 * An output as the runner reads it from its file: the lines up to the delimiter are the value. The toolkit's `setOutput`
 * takes a random delimiter and loads `node:crypto` for it, a fifth of Node's start. A delimiter that the value does not
 * contain cannot be forged by the value either.
 * @param {[name: string, value: string]} output
 * @returns {string}
 */
export function outputRecord([name, value]) {
  let delimiter = 'dispatch-guard';
  while (value.includes(delimiter)) delimiter += '-';
  return [`${name}<<${delimiter}`, value, delimiter, ''].join(EOL);
}

// @ts-check
// One run of one action: what the runner gives goes into the core, what the core decides goes back to the runner.

import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { openHost } from './host.js';
import { failedOutputs, INTERNAL_ERROR, MEND, OUTPUTS } from './outputs.js';
import { Secrets } from './secrets.js';
import { openToolkit } from './toolkit.js';

/** @typedef {import('./outputs.js').ActionName} ActionName */
/** @typedef {import('./host.js').Host} Host */
/** @typedef {import('./toolkit.js').Toolkit} Toolkit */

/**
 * What the core wants carried out. Its texts are safe to print as they are.
 * @typedef {object} Outcome
 * @property {Record<string, string>} outputs
 * @property {0 | 1} exit_code
 * @property {import('./toolkit.js').Annotation | null} annotation
 * @property {string[]} log
 * @property {string | null} summary Markdown
 * @property {{ input: string, path: string, text: string, append: boolean }[]} files `input` names the file
 */

/** @typedef {(run: string, event: Uint8Array | undefined, host: Host) => Promise<Outcome>} Flow */

/**
 * Everything that a run touches.
 * @typedef {object} Parts
 * @property {Toolkit} toolkit
 * @property {NodeJS.ProcessEnv} environment
 * @property {() => Promise<Record<ActionName, Flow>>} openCore called after the first output is written
 * @property {Promise<never>} disturbance rejects on a failure that no promise of the core's would report
 */

/** Inputs that hold secrets, one a line. */
const SECRET_INPUTS = ['token', 'signing-key', 'signing-keys'];

/** The runner's variables that the core is given, beside all of `GITHUB_`. */
const VARIABLES = [
  'ACTIONS_ID_TOKEN_REQUEST_URL',
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
  'RUNNER_NAME',
  'RUNNER_ENVIRONMENT',
];

/**
 * Runs an action as this process.
 * @param {ActionName} action
 * @param {Parts['openCore']} openCore
 */
export function main(action, openCore) {
  // Holds if the process ends by itself, before anything was decided.
  process.exitCode = 1;
  const ended = run(action, {
    toolkit: openToolkit(),
    environment: process.env,
    openCore,
    disturbance: disturbance(),
  });
  // Everything is written by now; no socket that is still open may hold the job up.
  ended.then((status) => process.exit(status));
}

/**
 * @param {ActionName} action
 * @param {Parts} parts
 * @returns {Promise<0 | 1>} the exit status
 */
export async function run(action, parts) {
  const secrets = new Secrets();
  try {
    return await Promise.race([decide(action, parts, secrets), parts.disturbance]);
  } catch (error) {
    return fail(action, parts.toolkit, secrets, error);
  }
}

/** @returns {Promise<never>} */
function disturbance() {
  return new Promise((_, reject) => {
    process.on('uncaughtException', reject);
    process.on('unhandledRejection', reject);
    process.on('beforeExit', () => reject(new Error('the core waits for something that never comes')));
  });
}

/**
 * @param {ActionName} action
 * @param {Parts} parts
 * @param {Secrets} secrets
 * @returns {Promise<0 | 1>}
 */
async function decide(action, { toolkit, environment, openCore }, secrets) {
  toolkit.outputs({ [OUTPUTS[action][0]]: 'false' });

  const inputs = toolkit.inputs();
  const mask = (/** @type {string} */ secret) => {
    secrets.add(secret);
    toolkit.mask(secret);
  };
  const texts = [...SECRET_INPUTS.map((name) => inputs[name]), environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN];
  texts.flatMap((text = '') => text.split('\n').map((line) => line.trim())).forEach((line) => line && mask(line));

  const opening = openCore();
  // Awaited below, unless something else fails before.
  opening.catch(() => {});
  const known = Object.keys(environment).filter((name) => name.startsWith('GITHUB_') || VARIABLES.includes(name));
  const variables = Object.fromEntries(known.map((name) => [name, environment[name]]));
  const { event, error } = readEvent(environment.GITHUB_EVENT_PATH);
  const core = await opening;
  const host = openHost({ mask, redact: (text) => secrets.redact(text) });
  const facts = JSON.stringify({ inputs, environment: variables, event_error: error });
  return carryOut(action, toolkit, await core[action](facts, event, host));
}

/**
 * @param {string | undefined} path
 * @returns {{ event?: Uint8Array, error?: string }}
 */
function readEvent(path) {
  if (!path) return { error: 'GITHUB_EVENT_PATH is not set' };
  try {
    return { event: readFileSync(path) };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

/**
 * The deciding output comes last of all: once it is written, nothing is left that could fail.
 * @param {ActionName} action
 * @param {Toolkit} toolkit
 * @param {Outcome} outcome
 * @returns {0 | 1}
 */
function carryOut(action, toolkit, outcome) {
  const [deciding, ...others] = OUTPUTS[action];
  const missing = OUTPUTS[action].filter((name) => typeof outcome.outputs[name] !== 'string');
  if (missing.length > 0) throw new Error(`the core gave no output ${missing.join(', ')}`);

  try {
    outcome.files.forEach(writeFile);
    toolkit.log(outcome.log);
    if (outcome.annotation) toolkit.annotate(outcome.annotation);
    if (outcome.summary !== null) summarize(action, toolkit, outcome.summary);
    toolkit.outputs(Object.fromEntries([...others, deciding].map((name) => [name, outcome.outputs[name] ?? ''])));
  } catch (error) {
    // A decision is void without its record. What was sent is sent, and whoever starts it again has to know.
    if (action === 'guard' || outcome.exit_code !== 0) throw error;
    throw new Error(`${outcome.outputs.reason}, but then: ${messageOf(error)}`, { cause: error });
  }
  return outcome.exit_code === 0 ? 0 : 1;
}

/** @param {Outcome['files'][number]} file */
function writeFile({ input, path, text, append }) {
  const write = append ? appendLine : writeFileSync;
  try {
    try {
      write(path, text);
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
      // Only now: on Windows there are directories that are there and cannot be made, such as `C:\`.
      mkdirSync(dirname(path), { recursive: true });
      write(path, text);
    }
  } catch (error) {
    throw new Error(`cannot write the file ${path}, which the input \`${input}\` names: ${messageOf(error)}`);
  }
}

/**
 * Adds lines to a file, also to one whose last line was never ended, as by a disk that was full.
 * @param {string} path
 * @param {string} text
 */
function appendLine(path, text) {
  const file = openSync(path, 'a+');
  try {
    const { size } = fstatSync(file);
    const last = Buffer.alloc(1);
    const ended = size === 0 || readSync(file, last, 0, 1, size - 1) === 0 || last[0] === 0x0a;
    writeFileSync(file, ended ? text : `\n${text}`);
  } finally {
    closeSync(file);
  }
}

/**
 * A summary is for reading only: without it the decision holds all the same.
 * @param {ActionName} action
 * @param {Toolkit} toolkit
 * @param {string} markdown
 */
function summarize(action, toolkit, markdown) {
  try {
    toolkit.summarize(markdown);
  } catch (error) {
    // Only the guard has the input.
    const cure = action === 'guard' ? '; set `summary: false` where there is none' : '';
    const message = `cannot write the job summary: ${messageOf(error)}${cure}`;
    toolkit.annotate({ level: 'warning', title: 'dispatch-guard: summary', message });
  }
}

/**
 * Ends a run in which nothing was decided, or not everything could be carried out.
 * @param {ActionName} action
 * @param {Toolkit} toolkit
 * @param {Secrets} secrets
 * @param {unknown} error
 * @returns {1}
 */
function fail(action, toolkit, secrets, error) {
  const reason = secrets.redact(`the action itself failed: ${printable(messageOf(error))}`);
  const outputs = failedOutputs(action, reason);
  const title = `dispatch-guard: ${INTERNAL_ERROR}`;
  const message = `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.\n${MEND}`;
  const stack = error instanceof Error && error.stack ? error.stack : reason;
  const steps = [
    () => toolkit.outputs(outputs),
    () => toolkit.log(outputs.result ? [outputs.result] : []),
    () => toolkit.annotate({ level: 'error', title, message }),
    () => toolkit.debug(secrets.redact(stack)),
  ];
  for (const step of steps) {
    try {
      step();
    } catch {
      // Nobody is left to tell; the others may still get through.
    }
  }
  return 1;
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * @param {string} text
 * @returns {string} on one line, without characters that change how it is shown, and nothing that the runner obeys
 */
function printable(text) {
  return text
    .replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll('##[', '[')
    .trim();
}

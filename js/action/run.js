// @ts-check
// One run of one action: passes what the runner provides to the core and carries out what the core decides.

import { readFileSync } from 'node:fs';
import { ActionError } from '../core/action-error.js';
import { createHost } from '../host/host.js';
import { writeFile } from './files.js';
import { decidingOutput, failedOutputs, INTERNAL_ERROR, InterimOutputs, undecided } from './outputs.js';
import { createRunner } from './runner.js';
import { Secrets } from './secrets.js';

/** @typedef {import('../core/load.js').ActionName} ActionName */
/** @typedef {import('../core/load.js').Contract} Contract */
/** @typedef {import('../core/load.js').Core} Core */
/** @typedef {import('../core/load.js').Outcome} Outcome */
/** @typedef {import('./runner.js').Runner} Runner */

/**
 * Everything outside the process that a run uses.
 * @typedef {object} Dependencies
 * @property {Runner} runner
 * @property {NodeJS.ProcessEnv} environment
 * @property {Contract} contract
 * @property {() => Core} loadCore called after the first output is written
 * @property {Promise<never>} uncaughtError rejects on a failure that no promise of the core would report
 */

/** Inputs that hold secrets, one a line. */
const SECRET_INPUTS = ['token', 'signing-key', 'signing-keys'];

/** The runner's variables that the core receives in addition to `GITHUB_*`. */
const VARIABLES = [
  'ACTIONS_ID_TOKEN_REQUEST_URL',
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
  'RUNNER_NAME',
  'RUNNER_ENVIRONMENT',
];

/** How long a run may take, in milliseconds. */
const RUN_LIMIT = 120_000;

/** How long `send` may wait for the run that it started: the largest `wait-timeout`. */
const WAIT_LIMIT = 6 * 60 * 60_000;

/** How long `reconcile` may take, in milliseconds: the core goes on to the next pull request for 20 minutes. */
const RECONCILE_LIMIT = 30 * 60_000;

/**
 * Runs an action as this process.
 * @param {ActionName} action
 * @param {Pick<Dependencies, 'contract' | 'loadCore'>} core
 */
export function main(action, core) {
  // Applies if the process ends by itself before anything was decided.
  process.exitCode = 1;
  const dependencies = {
    runner: createRunner(),
    environment: process.env,
    uncaughtError: uncaughtError(),
    ...core,
  };
  // Everything is written by then; an open socket must not delay the job.
  run(action, dependencies).then((status) => process.exit(status));
}

/**
 * @param {ActionName} action
 * @param {Dependencies} dependencies
 * @returns {Promise<0 | 1>} the exit status
 */
export async function run(action, dependencies) {
  const { runner, contract, uncaughtError } = dependencies;
  const secrets = new Secrets();
  const interim = new InterimOutputs(runner);
  try {
    runner.outputs({ [decidingOutput(contract, action)]: undecided(action) });
    const inputs = runner.inputs();
    const decided = decide(action, inputs, dependencies, secrets, interim);
    return await Promise.race([decided, uncaughtError, expire(runLimit(action, inputs))]);
  } catch (error) {
    return fail(action, dependencies, secrets, interim, error);
  }
}

/**
 * @param {ActionName} action
 * @param {Record<string, string>} inputs
 * @returns {number} milliseconds
 */
function runLimit(action, { wait = 'none' }) {
  if (action === 'reconcile') return RECONCILE_LIMIT;
  return action === 'send' && wait.trim() !== 'none' ? RUN_LIMIT + WAIT_LIMIT : RUN_LIMIT;
}

/**
 * @param {number} limit in milliseconds
 * @returns {Promise<never>}
 */
function expire(limit) {
  return new Promise((_, reject) => {
    const timer = setTimeout(() => reject(new Error(`the run did not complete within ${limit / 1000} s`)), limit);
    timer.unref();
  });
}

/** @returns {Promise<never>} */
function uncaughtError() {
  return new Promise((_, reject) => {
    process.on('uncaughtException', reject);
    process.on('unhandledRejection', reject);
    process.on('beforeExit', () => reject(new Error('the core did not complete (event loop drained)')));
  });
}

/**
 * @param {ActionName} action
 * @param {Record<string, string>} inputs
 * @param {Dependencies} dependencies
 * @param {Secrets} secrets
 * @param {InterimOutputs} interim
 * @returns {Promise<0 | 1>}
 */
async function decide(action, inputs, { runner, environment, contract, loadCore }, secrets, interim) {
  const mask = (/** @type {string} */ secret) => {
    secrets.add(secret);
    runner.mask(secret);
  };
  const texts = [...SECRET_INPUTS.map((name) => inputs[name]), environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN];
  const lines = texts.flatMap((text = '') => text.split('\n').map((line) => line.trim()));
  lines.filter((line) => line !== '' && line !== contract.unset).forEach(mask);

  const known = Object.keys(environment).filter((name) => name.startsWith('GITHUB_') || VARIABLES.includes(name));
  const variables = Object.fromEntries(known.map((name) => [name, environment[name]]));
  const { event, error } = readEvent(environment.GITHUB_EVENT_PATH);
  const core = loadCore();
  const host = createHost({
    mask,
    progress: (line) => runner.log([line]),
    interimOutputs: (outputs) => interim.write(JSON.parse(outputs)),
    redact: (text) => secrets.redact(text),
  });
  const facts = JSON.stringify({ inputs, environment: variables, event_error: error });
  const outcome = await core[action](facts, event, host);
  applyOutcome(action, contract.outputs[action], runner, outcome);
  return outcome.exit_code === 0 ? 0 : 1;
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
    return { error: errorMessage(error) };
  }
}

/**
 * The deciding output is written last: nothing that could fail comes after it.
 * @param {ActionName} action
 * @param {string[]} names of its outputs
 * @param {Runner} runner
 * @param {Outcome} outcome
 */
function applyOutcome(action, names, runner, { outputs, annotation, log, log_groups, summary, files }) {
  const missing = names.filter((name) => typeof outputs[name] !== 'string');
  if (missing.length > 0) throw new Error(`the core returned no output ${missing.join(', ')}`);

  try {
    files.forEach(writeFile);
    runner.log(log);
    if (annotation) runner.annotate(annotation);
    log_groups.forEach(runner.logGroup);
    if (summary !== null) summarize(action, runner, summary);
    runner.outputs(Object.fromEntries(names.map((name) => [name, outputs[name] ?? ''])));
  } catch (error) {
    // A decision without its record is void. What was sent stays sent, so whoever re-runs the job has to know.
    const deciding = outputs[names.at(-1) ?? ''];
    const isDone = action === 'reconcile' ? deciding !== undecided(action) : deciding === 'true';
    if (action === 'guard' || !isDone) throw error;
    const message = `${outputs.reason}, but then: ${errorMessage(error)}`;
    throw error instanceof ActionError ? new ActionError(message, error.help) : new Error(message, { cause: error });
  }
}

/**
 * The summary is informational: the decision is valid without it.
 * @param {ActionName} action
 * @param {Runner} runner
 * @param {string} markdown
 */
function summarize(action, runner, markdown) {
  try {
    runner.summarize(markdown);
  } catch (error) {
    // Only the guard has the input.
    const help = action === 'guard' ? '; set `summary: false` if the server has no job summaries' : '';
    const message = `cannot write the job summary: ${printable(errorMessage(error))}${help}`;
    runner.annotate({ level: 'warning', title: 'dispatch-guard: summary', message });
  }
}

/**
 * Ends a run in which nothing was decided or the outcome could not be applied.
 * @param {ActionName} action
 * @param {Dependencies} dependencies
 * @param {Secrets} secrets
 * @param {InterimOutputs} interim
 * @param {unknown} error
 * @returns {1}
 */
function fail(action, { runner, contract }, secrets, interim, error) {
  // Secrets are removed first: escaping could change one so that it is no longer found.
  const reason = `the action itself failed: ${printable(secrets.redact(errorMessage(error)))}`;
  const help = error instanceof ActionError ? error.help : contract.help;
  const outputs = interim.keptIn(failedOutputs(contract, action, reason, help));
  const title = `dispatch-guard: ${INTERNAL_ERROR}`;
  const message = `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.\n${help}\n${contract.url}`;
  const stack = error instanceof Error && error.stack ? error.stack : reason;
  const steps = [
    () => runner.outputs(outputs),
    () => runner.annotate({ level: 'error', title, message }),
    () => outputs.result && runner.logGroup({ title: contract.audit_title, lines: [outputs.result] }),
    () => runner.debug(secrets.redact(stack)),
  ];
  for (const step of steps) {
    try {
      step();
    } catch {
      // There is nowhere to report this; the remaining steps may still succeed.
    }
  }
  return 1;
}

/** @param {unknown} error */
function errorMessage(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * @param {string} text
 * @returns {string} on one line, without invisible characters and without the start of a workflow command: the runner
 *   ignores invisible characters in `##[`, so it is a space that breaks it up
 */
function printable(text) {
  return text
    .replace(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]+/gu, ' ')
    .replaceAll('##[', '## [')
    .trim();
}

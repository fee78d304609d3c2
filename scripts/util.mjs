// @ts-check
// What the scripts share: where things are, and how to run a program.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Everything that setup installs outside node_modules. The variable names another clone's directory. */
export const tools = process.env.DISPATCH_GUARD_TOOLS ?? join(root, '.tools');

/** Where cargo keeps downloads. */
export const cargoHome = process.env.CARGO_HOME ?? join(homedir(), '.cargo');

/** The environment that has wasm-pack, wasm-bindgen, act, zizmor and the other tools on its PATH. */
export const env = prependPath(process.env, join(tools, 'bin'), join(tools, 'python', 'bin'));

/**
 * @param {NodeJS.ProcessEnv} base
 * @param {string[]} directories
 */
export function prependPath(base, ...directories) {
  return { ...base, PATH: [...directories, base.PATH].join(delimiter) };
}

/** An error whose message is enough: it is printed without a stack trace. */
export class ScriptError extends Error {}

/**
 * Runs a program; a status other than 0 is a `ScriptError`.
 * @param {string} program
 * @param {string[]} args
 * @param {object} [options]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {string} [options.cwd]
 * @param {boolean} [options.quiet] print its output only if it fails
 * @param {number} [options.timeout] in milliseconds
 * @returns {Promise<void>}
 */
export function run(program, args, options = {}) {
  const { quiet, timeout, cwd = root } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      timeout,
      env: options.env ?? env,
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    const command = truncate([program, ...args].join(' '));
    child.on('error', (error) => reject(new ScriptError(`\`${command}\` did not start: ${error.message}`)));
    child.on('close', (status, signal) => {
      if (status === 0) return resolve();
      reject(new ScriptError(`${output}\`${command}\` failed with ${signal ?? `status ${status}`}`));
    });
  });
}

const truncate = (/** @type {string} */ text) => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

/**
 * The standard output of a program without the last line break; undefined if it cannot be run or fails.
 * @param {string} program
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [environment]
 */
export function output(program, args, environment = env) {
  const { status, stdout } = spawnSync(program, args, {
    cwd: root,
    env: environment,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return status === 0 ? stdout.trimEnd() : undefined;
}

/** @param {string | Uint8Array} content */
export const sha256 = (content) => createHash('sha256').update(content).digest('hex');

/** @param {string} path relative to the repository */
export const readText = (path) => readFileSync(join(root, path), 'utf8');

/** @param {number} since of `performance.now()` */
export const elapsed = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/**
 * Runs the main function of a script.
 * @param {() => unknown} body
 */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    console.error(error instanceof ScriptError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}

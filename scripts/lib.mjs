// @ts-check
// What every script here shares: where things are, and how a program is run.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Everything that setup installs beside node_modules. Another clone's directory can be lent by the variable. */
export const tools = process.env.DISPATCH_GUARD_TOOLS ?? join(root, '.tools');

/** Where cargo keeps what it downloads. */
export const cargoHome = process.env.CARGO_HOME ?? join(homedir(), '.cargo');

/** The environment in which wasm-pack, wasm-bindgen, act, zizmor and the others are found. */
export const env = withPath(process.env, join(tools, 'bin'), join(tools, 'python', 'bin'));

/**
 * @param {NodeJS.ProcessEnv} base
 * @param {string[]} directories put in front of PATH
 */
export function withPath(base, ...directories) {
  return { ...base, PATH: [...directories, base.PATH].join(':') };
}

/** A failure whose message says all there is to say. */
export class Failure extends Error {}

/**
 * Runs a program to its end; a status other than 0 is a `Failure`.
 * @param {string} program
 * @param {string[]} args
 * @param {object} [options]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {string} [options.cwd]
 * @param {boolean} [options.quiet] print nothing of it; if it fails, its output is in the message
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
    const command = shortened([program, ...args].join(' '));
    child.on('error', (error) => reject(new Failure(`\`${command}\` did not start: ${error.message}`)));
    child.on('close', (status, signal) => {
      if (status === 0) return resolve();
      reject(new Failure(`${output}\`${command}\` ended with ${signal ?? `status ${status}`}`));
    });
  });
}

const shortened = (/** @type {string} */ text) => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

/**
 * What a program prints, without the closing line break; undefined if it cannot be run or fails.
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
export const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/**
 * Runs a script's main function; a `Failure` ends it with its message alone.
 * @param {() => unknown} job
 */
export async function main(job) {
  try {
    await job();
  } catch (error) {
    console.error(error instanceof Failure ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}

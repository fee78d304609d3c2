// @ts-check
// Starts the command line as people do: a process, its arguments, what it prints and its exit status.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DIST, NODE, ROOT } from '../support/run-action.js';

export { DIST, NODE, ROOT };

/** What `bin` in package.json names, in the directory of the bundles to test. */
export const CLI = join(DIST, 'cli.cjs');

/**
 * @typedef {object} Ran
 * @property {number | null} status
 * @property {string} stdout
 * @property {string} stderr
 */

/**
 * @typedef {object} Options
 * @property {string} [cwd]
 * @property {Record<string, string>} [env] beside PATH; nothing else of this process is passed on
 * @property {string | Buffer} [input] standard input
 * @property {string} [program] another file than `CLI`
 */

/**
 * @param {string[]} args
 * @param {Options} [options]
 * @returns {Promise<Ran>}
 */
export function cli(args, { cwd = ROOT, env = {}, input = '', program = CLI } = {}) {
  return start(NODE, [program, ...args], { cwd, env, input });
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {Options} [options]
 * @returns {Promise<Ran>}
 */
export function start(program, args, { cwd = ROOT, env = {}, input = '' } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { PATH: process.env.PATH, ...env } });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.stdin.on('error', () => {}).end(input);
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

/** Set to write what is printed now into the snapshots; whoever does reads them. */
const UPDATE = Boolean(process.env.UPDATE_SNAPSHOTS);

/**
 * Holds a text against the file in which it was read and found good.
 * @param {string} name
 * @param {string} text
 */
export function assertSnapshot(name, text) {
  const file = join(import.meta.dirname, 'snapshots', `${name}.txt`);
  if (UPDATE) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  assert.ok(existsSync(file), `${file} is missing: run with UPDATE_SNAPSHOTS=1 and read it`);
  assert.equal(text, readFileSync(file, 'utf8'), `not as in ${name}.txt; UPDATE_SNAPSHOTS=1 writes it anew`);
}

/**
 * @param {string[]} args
 * @param {Ran} ran
 * @returns {string} all that somebody sees, and the exit status
 */
export function transcript(args, { status, stdout, stderr }) {
  const command = ['dispatch-guard', ...args.map(shellWord)].join(' ');
  return `$ ${command}\n${stdout}${stderr && `--- stderr\n${stderr}`}--- exit ${status}\n`;
}

/** @param {string} word */
function shellWord(word) {
  return /^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

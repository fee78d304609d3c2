// @ts-check
// Starts the command line as a process: its arguments, its output and its exit status.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DIST, NODE, ROOT } from '../support/run-action.js';

export { DIST, NODE, ROOT };

/** The program of `bin` in package.json, in the directory of the bundles to test. */
export const CLI = join(DIST, 'cli/main.cjs');

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

/** Set to rewrite the snapshots; read the diff afterwards. */
const UPDATE = Boolean(process.env.UPDATE_SNAPSHOTS);
const SNAPSHOTS = join(import.meta.dirname, 'snapshots.txt');

/** Each snapshot by its name. In the file a line `=== NAME` comes before each. @type {Map<string, string>} */
const snapshots = new Map(
  readFileSync(SNAPSHOTS, 'utf8')
    .split(/^=== /m)
    .slice(1)
    .map((entry) => [entry.slice(0, entry.indexOf('\n')), entry.slice(entry.indexOf('\n') + 1)]),
);

const compared = new Set();

/** The snapshots that no test has compared so far. */
export const unusedSnapshots = () => [...snapshots.keys()].filter((name) => !compared.has(name));

/**
 * Compares a text with its snapshot.
 * @param {string} name
 * @param {string} text
 */
export function assertSnapshot(name, text) {
  compared.add(name);
  if (UPDATE) {
    snapshots.set(name, text);
    const sorted = [...snapshots].sort(([a], [b]) => (a < b ? -1 : 1));
    writeFileSync(SNAPSHOTS, sorted.map(([key, value]) => `=== ${key}\n${value}`).join(''));
  }
  assert.equal(text, snapshots.get(name), `differs from snapshot ${name}; UPDATE_SNAPSHOTS=1 rewrites it`);
}

/**
 * @param {string[]} args
 * @param {Ran} ran
 * @returns {string} everything that is printed, and the exit status
 */
export function transcript(args, { status, stdout, stderr }) {
  const command = ['dispatch-guard', ...args.map(shellWord)].join(' ');
  return `$ ${command}\n${stdout}${stderr && `--- stderr\n${stderr}`}--- exit ${status}\n`;
}

/** @param {string} word */
function shellWord(word) {
  return /^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

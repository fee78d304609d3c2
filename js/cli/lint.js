// @ts-check

import { relative, resolve, sep } from 'node:path';
import { error as annotate } from '@actions/core';
import { openCore } from './judge.js';
import { MISUSE, Misuse, readBytes } from './misuse.js';
import { oneLine } from './text.js';
import { print, printError } from './print.js';

/** @type {import('./commands.js').Run} */
export async function run(_values, files) {
  if (files.length === 0) throw new Misuse('say which policy: `dispatch-guard lint POLICY…`');
  const core = openCore();
  const onRunner = process.env.GITHUB_ACTIONS === 'true';
  let sound = true;
  for (const file of files) {
    const shown = file === '-' ? '<stdin>' : file;
    const policy = read(file);
    if (policy instanceof Misuse) {
      sound = false;
      printError(oneLine(`dispatch-guard: ${policy.message}`));
      continue;
    }
    /** @type {import('./judge.js').PolicyError[]} */
    const errors = core.lint(policy);
    for (const { line, column, message } of errors) {
      print(oneLine(`${shown}:${line}:${column}: ${message}`));
      if (onRunner && file !== '-') {
        const path = inRepository(file);
        annotate(message, { title: 'dispatch-guard', file: path, startLine: line, startColumn: column });
      }
    }
    if (errors.length === 0) print(oneLine(`${shown}: no error`));
    else sound = false;
  }
  return sound ? 0 : MISUSE;
}

/**
 * @param {string} file
 * @returns {string} its path in the repository, by which GitHub finds it, with slashes on every system
 */
function inRepository(file) {
  const workspace = process.env.GITHUB_WORKSPACE;
  const path = workspace ? relative(workspace, resolve(file)) : file;
  return (path.startsWith('..') ? file : path).replaceAll(sep, '/');
}

/**
 * @param {string} file
 * @returns {Uint8Array | Misuse}
 */
function read(file) {
  try {
    return readBytes(file, `the policy \`${file}\``);
  } catch (error) {
    if (error instanceof Misuse) return error;
    throw error;
  }
}

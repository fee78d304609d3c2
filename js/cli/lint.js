// @ts-check

import { sep } from 'node:path';
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
      printError(`dispatch-guard: ${policy.message}`);
      continue;
    }
    /** @type {import('./judge.js').PolicyError[]} */
    const errors = core.lint(policy);
    for (const { line, column, message } of errors) {
      print(oneLine(`${shown}:${line}:${column}: ${message}`));
      if (onRunner && file !== '-') {
        // GitHub finds the file by its path in the repository, which has slashes on every system.
        const path = file.replaceAll(sep, '/');
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

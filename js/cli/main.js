#!/usr/bin/env node
// @ts-check
// What `npx dispatch-guard` starts: the guard's decisions on files.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArguments } from './arguments.js';
import { commandOf, COMMANDS } from './commands.js';
import { escapeLine } from './escape.js';
import { print, printError } from './print.js';
import { EXIT_API, EXIT_USAGE, UsageError } from './usage-error.js';

/** @type {Record<string, () => Promise<{ run: import('./commands.js').Run }>>} */
const IMPLEMENTATIONS = {
  check: () => import('./check.js'),
  replay: () => import('./replay.js'),
  lint: () => import('./lint.js'),
  test: () => import('./test.js'),
  init: () => import('./init.js'),
  schema: () => import('./schema.js'),
};

/**
 * @param {string[]} words
 * @returns {Promise<number>} the exit status
 */
async function main([name, ...words]) {
  if (name === '--version' || name === '-V') return print(version());
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const { help } = await import('./help.js');
    const text = help(words[0]);
    if (name !== undefined) return print(text);
    printError(text);
    return EXIT_USAGE;
  }
  const command = commandOf(name);
  const load = IMPLEMENTATIONS[name];
  if (command === undefined || load === undefined) {
    const { unknownWord } = await import('./core.js');
    const kind = name.startsWith('-') ? 'option' : 'command';
    throw unknownWord(`unknown ${kind} \`${name}\``, name, Object.keys(COMMANDS));
  }
  const { values, positionals } = await readArguments(command, words);
  if (values.help) {
    const { help } = await import('./help.js');
    return print(help(name));
  }
  const { run } = await load();
  return run(values, positionals);
}

/** Read at run time: bundling package.json would load all of it with every command. @returns {string} */
function version() {
  return JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')).version;
}

const words = process.argv.slice(2).filter((word) => word !== '--no-color');
if (words.length < process.argv.length - 2) {
  process.env.NO_COLOR = '1';
  delete process.env.FORCE_COLOR;
}
main(words).then(
  (status) => (process.exitCode = status),
  (error) => {
    if (error instanceof UsageError) {
      printError(escapeLine(`dispatch-guard: ${error.message}`));
      process.exitCode = EXIT_USAGE;
      return;
    }
    const report = `dispatch-guard: internal error: ${error?.stack ?? error}`;
    printError(report.split('\n').map(escapeLine).join('\n'));
    process.exitCode = EXIT_API;
  },
);

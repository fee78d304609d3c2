#!/usr/bin/env node
// @ts-check
// What `npx dispatch-guard` starts: the guard's decisions on files. Each command is loaded when it is asked for.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArguments } from './cli/arguments.js';
import { commandOf, COMMANDS } from './cli/commands.js';
import { MISUSE, Misuse, NO_ANSWER } from './cli/misuse.js';
import { print, printError } from './cli/print.js';
import { oneLine } from './cli/text.js';

/**
 * @param {string[]} words
 * @returns {Promise<number>} the exit status
 */
async function main([name, ...words]) {
  if (name === '--version' || name === '-V') return print(version());
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const { help } = await import('./cli/help.js');
    const text = help(words[0]);
    if (name !== undefined) return print(text);
    printError(text);
    return MISUSE;
  }
  const command = commandOf(name);
  if (command === undefined) {
    const unknown = name.startsWith('-') ? 'option' : 'command';
    throw await Misuse.unknown(`there is no ${unknown} \`${name}\``, name, Object.keys(COMMANDS));
  }
  const { values, positionals } = await readArguments(command, words);
  if (values.help) {
    const { help } = await import('./cli/help.js');
    return print(help(name));
  }
  return (await command.load()).run(values, positionals);
}

/** From the file itself: to bundle it would load all that the actions need as well. @returns {string} */
function version() {
  return JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')).version;
}

main(process.argv.slice(2)).then(
  (status) => (process.exitCode = status),
  (error) => {
    if (error instanceof Misuse) {
      printError(oneLine(`dispatch-guard: ${error.message}`));
      process.exitCode = MISUSE;
      return;
    }
    const story = `dispatch-guard: the command line itself failed: ${error?.stack ?? error}`;
    printError(story.split('\n').map(oneLine).join('\n'));
    process.exitCode = NO_ANSWER;
  },
);

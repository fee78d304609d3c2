// @ts-check

import { parseArgs } from 'node:util';
import { UsageError } from './usage-error.js';

/** @typedef {import('./commands.js').Command} Command */
/** @typedef {import('./commands.js').Values} Values */

/**
 * Reads what follows a command's name. Values stay text: `007` and `1e5` may be names of files.
 * @param {Command} command
 * @param {string[]} words
 * @returns {Promise<{ values: Values, positionals: string[] }>}
 * @throws {UsageError}
 */
export async function readArguments(command, words) {
  /** @type {import('node:util').ParseArgsConfig['options']} */
  const options = { help: { type: 'boolean', short: 'h' } };
  for (const { name, value, multiple = false } of command.options) {
    options[name] = { type: value === undefined ? 'boolean' : 'string', multiple };
  }
  const { values, positionals, tokens } = parseArgs({
    args: words,
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });

  /** @type {Set<string>} */
  const seen = new Set();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (option === undefined) {
      const { unknownWord } = await import('./core.js');
      const known = Object.keys(options).map((name) => `--${name}`);
      throw unknownWord(`unknown option \`${rawName}\``, rawName, known);
    }
    if (option.type === 'boolean' && value !== undefined) throw new UsageError(`\`${rawName}\` takes no value`);
    // A value that looks like an option was most likely forgotten; `--option=-value` is explicit.
    const forgotten = value === undefined || (!token.inlineValue && value.length > 1 && value.startsWith('-'));
    if (option.type === 'string' && forgotten) throw new UsageError(`\`${rawName}\` needs a value`);
    if (option.type === 'string' && value === '') throw new UsageError(`the value of \`${rawName}\` is empty`);
    if (!option.multiple && seen.has(name)) throw new UsageError(`\`${rawName}\` is given twice`);
    seen.add(name);
  }
  return { values, positionals };
}

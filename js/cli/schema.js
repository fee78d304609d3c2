// @ts-check

import { readFileSync } from 'node:fs';
import { unreadable } from './input.js';
import { print } from './print.js';
import { UsageError } from './usage-error.js';

const NAMES = ['policy', 'result', 'test'];

/** @type {import('./commands.js').Run} */
export function run(_values, [name, ...more]) {
  if (name === undefined || more.length > 0 || !NAMES.includes(name)) {
    throw new UsageError('name one schema: `policy`, `result` or `test`');
  }
  try {
    return print(readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8').trimEnd());
  } catch (error) {
    throw unreadable(error, `the schema \`${name}\``);
  }
}

// @ts-check

import { readFileSync } from 'node:fs';
import { Misuse, unreadable } from './misuse.js';
import { print } from './print.js';

const NAMES = ['policy', 'result'];

/** @type {import('./commands.js').Run} */
export function run(_values, [name, ...more]) {
  if (name === undefined || more.length > 0 || !NAMES.includes(name)) {
    throw new Misuse(`say which schema: ${NAMES.map((known) => `\`${known}\``).join(' or ')}`);
  }
  try {
    return print(readFileSync(new URL(`../schema/${name}.schema.json`, import.meta.url), 'utf8').trimEnd());
  } catch (error) {
    // It comes with the package and the repository, but not with the archive that workflows download.
    throw unreadable(error, `the schema \`${name}\``);
  }
}

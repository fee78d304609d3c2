// @ts-check
// Reads what a runner needs of an `action.yml`: the defaults of the inputs and the program. It accepts only the layout
// that the files have here (two spaces per level, one-line defaults), so that no default is overlooked. Built-ins only:
// `npm start` uses it before packages are installed.

import { readFileSync } from 'node:fs';

/** @typedef {{inputs: Map<string, string>, outputs: string[], using: string, main: string}} ActionFile `inputs`: name → default, "" without one */

/** @param {string} path @returns {ActionFile} */
export function readActionFile(path) {
  /** @type {ActionFile} */
  const action = { inputs: new Map(), outputs: [], using: '', main: '' };
  let section = '';
  let input = '';
  for (const line of readFileSync(path, 'utf8').split(/\r?\n/)) {
    const found = /^( *)([A-Za-z0-9_-]+):(?: +(.*?))? *$/.exec(line);
    if (found === null) continue;
    const [, { length: depth } = '', key = '', value = ''] = found;
    if (depth === 0) section = key;
    else if (section === 'inputs' && depth === 2) {
      input = key;
      action.inputs.set(input, '');
    } else if (section === 'inputs' && depth === 4 && key === 'default') action.inputs.set(input, scalar(value, path));
    else if (section === 'outputs' && depth === 2) action.outputs.push(key);
    else if (section === 'runs' && depth === 2 && (key === 'using' || key === 'main'))
      action[key] = scalar(value, path);
  }
  if (action.main === '' || action.inputs.size === 0) throw new Error(`${path}: no \`runs.main\` or no inputs found`);
  return action;
}

/** @param {string} text @param {string} path */
function scalar(text, path) {
  if (/^[|>&*!]/.test(text)) throw new Error(`${path}: \`${text}\` is not supported by this reader`);
  if (text.startsWith('"')) return String(JSON.parse(text));
  if (text.startsWith("'")) return text.slice(1, -1).replaceAll("''", "'");
  return text.replace(/ #.*$/, '');
}

// @ts-check

import { resolve } from 'node:path';
import { loadCore, unwrap } from './core.js';
import { escapeLine } from './escape.js';
import { readText } from './input.js';
import { print } from './print.js';
import { findRoot, pathInRepository, repositoryFiles, workflowFiles, WORKFLOWS } from './repository.js';
import { UsageError } from './usage-error.js';

/** @type {import('./commands.js').Run} */
export async function run(values, names) {
  const core = loadCore();
  const root = findRoot();
  const read = repositoryFiles(root);
  const isWhole = names.length === 0;
  const files = isWhole ? workflows(root) : named(names, root);
  const format = values.format === undefined ? (values.json === true ? 'json' : 'text') : String(values.format);
  const { output, exit_code: status } = unwrap(core.lint({ files, with_policies: isWhole, format }, read));
  // Annotations are commands for the runner; no other format may be one.
  if (output !== '') print(format === 'github' ? output : output.split('\n').map(escapeLine).join('\n'));
  return status;
}

/**
 * @param {string[]} names
 * @param {string} root
 */
function named(names, root) {
  return names.map((name) => ({
    path: name === '-' ? '<stdin>' : pathInRepository(root, name),
    text: readText(name === '-' ? name : resolve(name), `the file \`${name}\``),
  }));
}

/** @param {string} root */
function workflows(root) {
  const paths = workflowFiles(root);
  if (paths.length === 0) throw new UsageError(`there is no workflow in \`${WORKFLOWS}\`; name a file`);
  return paths.map((path) => ({ path, text: readText(resolve(root, path), `the workflow \`${path}\``) }));
}

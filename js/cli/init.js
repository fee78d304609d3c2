// @ts-check

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { loadCore, unwrap } from './core.js';
import { escapeLine } from './escape.js';
import { readText } from './input.js';
import { print } from './print.js';
import { findRoot, pathInRepository, workflowFiles } from './repository.js';
import { UsageError } from './usage-error.js';
import { DEFAULT_TEST_FILE } from './test.js';

/** @type {import('./commands.js').Run} */
export async function run(values, [pattern, ...more]) {
  if (pattern === undefined || more.length > 0) {
    throw new UsageError('name one pattern: `dispatch`, `cascade`, `label`, `command` or `workflow-run`');
  }
  const core = loadCore();
  const root = findRoot();
  const workflows = workflowFiles(root).map((path) => ({
    path,
    text: readText(join(root, path), `the workflow \`${path}\``),
  }));
  const request = {
    pattern,
    branch: values.branch === undefined ? defaultBranch(root) : String(values.branch),
    source: values.source === undefined ? '' : pathInRepository(root, String(values.source)),
    workflows,
    existing: existsSync(join(root, DEFAULT_TEST_FILE)) && values.force !== true ? [DEFAULT_TEST_FILE] : [],
  };
  const { files } = unwrap(core.init(request));
  const existing = files.filter(({ path }) => existsSync(join(root, path))).map(({ path }) => `\`${path}\``);
  if (existing.length > 0 && values.force !== true) {
    throw new UsageError(`${existing.join(', ')} exists; \`--force\` overwrites it`);
  }
  for (const { path, text } of files) {
    write(resolve(root, path), text);
    print(escapeLine(`wrote ${path}`));
  }
  const test = files.find(({ path }) => path.endsWith('.test.yml'))?.path;
  return print(`next: dispatch-guard lint && dispatch-guard test ${test}`);
}

/**
 * @param {string} file
 * @param {string} text
 */
function write(file, text) {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`the file \`${file}\` cannot be written: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * The default branch of the remote, or the current branch.
 * @param {string} root
 * @returns {string} empty if it is not known
 */
function defaultBranch(root) {
  for (const [file, prefix] of [
    ['refs/remotes/origin/HEAD', 'ref: refs/remotes/origin/'],
    ['HEAD', 'ref: refs/heads/'],
  ]) {
    try {
      const text = readFileSync(join(root, '.git', file ?? ''), 'utf8').trim();
      if (text.startsWith(prefix ?? '')) return text.slice(prefix?.length);
    } catch {
      // There is no such ref, or `.git` is a file of a worktree.
    }
  }
  return '';
}

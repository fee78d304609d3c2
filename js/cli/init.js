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
    branch: values.branch === undefined ? '' : String(values.branch),
    default_branch: defaultBranch(root),
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
  const scripts = new Set(files.flatMap(({ text }) => text.match(/\.\/ci\/[\w-]+/g) ?? []));
  const missing = [...scripts].filter((script) => !existsSync(join(root, script))).sort();
  if (missing.length > 0) print(`yours to write: ${missing.join(', ')}`);
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
 * The default branch of the remote, else `main` or `master` if there is one, else the current branch.
 * @param {string} root
 * @returns {string} empty if it is not known
 */
function defaultBranch(root) {
  let git = join(root, '.git');
  // In a worktree and in a submodule it is a file that says where the directory is.
  git = resolve(root, /^gitdir: (.+)$/m.exec(read(git))?.[1] ?? git);
  const common = resolve(git, read(join(git, 'commondir')).trim());
  const [, remote] = /^ref: refs\/remotes\/origin\/(.+)$/m.exec(read(join(common, 'refs/remotes/origin/HEAD'))) ?? [];
  if (remote !== undefined) return remote;
  const packed = read(join(common, 'packed-refs')).split('\n');
  const exists = (/** @type {string} */ ref) =>
    existsSync(join(common, ref)) || packed.some((line) => line.endsWith(` ${ref}`));
  const usual = ['main', 'master'].find(
    (name) => exists(`refs/heads/${name}`) || exists(`refs/remotes/origin/${name}`),
  );
  return usual ?? /^ref: refs\/heads\/(.+)$/m.exec(read(join(git, 'HEAD')))?.[1] ?? '';
}

/**
 * @param {string} file
 * @returns {string} empty if it cannot be read
 */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

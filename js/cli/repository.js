// @ts-check
// The repository around the working directory.

import { existsSync, readdirSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { readText } from './input.js';
import { UsageError } from './usage-error.js';

/** The directory of workflows, from the root of the repository. */
export const WORKFLOWS = '.github/workflows';

/**
 * @returns {string} the nearest directory with `.git` or `.github`, or the working directory
 */
export function findRoot() {
  for (let directory = process.cwd(); ; directory = dirname(directory)) {
    if (existsSync(join(directory, '.git')) || existsSync(join(directory, '.github'))) return directory;
    if (dirname(directory) === directory) return process.cwd();
  }
}

/**
 * @param {string} root
 * @param {string} file as the user named it
 * @returns {string} its path from the root, with slashes on every system; as it is if it is outside
 */
export function pathInRepository(root, file) {
  return (isInside(root, resolve(file)) ? relative(root, resolve(file)) : file).replaceAll(sep, '/');
}

/**
 * @param {string} root
 * @param {string} file an absolute path
 */
function isInside(root, file) {
  const path = relative(root, file);
  // On another drive of Windows the path stays absolute.
  return path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}

/**
 * @param {string} root
 * @returns {import('./core.js').ReadFile}
 */
export function repositoryFiles(root) {
  // Many workflows name the same policy.
  /** @type {Map<string, string | undefined>} */
  const known = new Map();
  return (path) => {
    if (!known.has(path)) known.set(path, readOptional(root, path));
    return known.get(path);
  };
}

/**
 * @param {string} root
 * @param {string} path
 * @returns {string | undefined} nothing if there is no such file in the repository
 */
function readOptional(root, path) {
  const file = resolve(root, path);
  if (!isInside(root, file)) return undefined;
  try {
    return readText(file, `the file \`${path}\``);
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/**
 * @param {string} root
 * @returns {string[]} the paths of all workflows, from the root
 */
export function workflowFiles(root) {
  const directory = join(root, WORKFLOWS);
  const names = existsSync(directory) ? readdirSync(directory).sort() : [];
  return names.filter((name) => /\.ya?ml$/.test(name)).map((name) => `${WORKFLOWS}/${name}`);
}

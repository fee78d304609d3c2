// @ts-check
// How many bytes of dispatch-guard a run downloads and loads.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../scripts/run-action.mjs';

/**
 * The size of the archive that workflows download.
 * @param {string} [tree] a commit, or by default all files as they are, committed or not
 * @returns {number} bytes of `git archive --format=tar.gz`
 */
export function archiveBytes(tree) {
  if (tree !== undefined) return git(['archive', '--format=tar.gz', tree]).length;
  // A temporary index and object directory keep the repository unchanged.
  const directory = mkdtempSync(join(tmpdir(), 'dispatch-guard-index-'));
  try {
    const objects = text(git(['rev-parse', '--path-format=absolute', '--git-path', 'objects']));
    const env = {
      ...process.env,
      GIT_INDEX_FILE: join(directory, 'index'),
      GIT_OBJECT_DIRECTORY: directory,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: objects,
    };
    git(['read-tree', 'HEAD'], env);
    git(['add', '--all', '.'], env);
    return git(['archive', '--format=tar.gz', text(git(['write-tree'], env))], env).length;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** @param {string[]} files @returns {number} */
export function totalBytes(files) {
  return files.reduce((sum, file) => sum + statSync(file).size, 0);
}

/** @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
function git(args, env = process.env) {
  const { status, stdout, stderr, error } = spawnSync('git', args, { cwd: ROOT, env, maxBuffer: 1 << 28 });
  if (status !== 0) throw error ?? new Error(`git ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** @param {Buffer} bytes */
function text(bytes) {
  return bytes.toString().trim();
}

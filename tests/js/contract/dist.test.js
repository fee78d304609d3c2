// @ts-check
// The files of dist: what the actions and the command line need, and nothing else.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { filesUnder } from '../../../scripts/build.mjs';
import { readActionFile } from '../../../scripts/action-yml.mjs';
import { DIST, ROOT } from '../support/run-action.js';
import { FILES } from './public.js';

const files = filesUnder(DIST);
const text = (/** @type {string} */ name) => readFileSync(join(DIST, name), 'utf8');
const metadata = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

const entries = [
  ...Object.values(FILES).map((file) => join(file, '..', readActionFile(join(ROOT, file)).main)),
  metadata.bin['dispatch-guard'],
].map((path) => relative('dist', path));

/** The files of dist that a bundle imports: chunks and the wasm. @param {string} name @returns {string[]} */
function named(name) {
  const found = [...text(name).matchAll(/["'`]\.?\/?([\w-]+\.(?:cjs|wasm))["'`]/g)];
  return found.map(([, path = '']) => join(dirname(name), path));
}

test('every action and the command line have an entry', () => {
  assert.deepEqual(entries, ['guard.cjs', 'send.cjs', 'report.cjs', 'reconcile.cjs', 'cli/main.cjs']);
  for (const [action, file] of Object.entries(FILES)) {
    const main = join(ROOT, file, '..', readActionFile(join(ROOT, file)).main);
    assert.equal(main, join(ROOT, 'dist', `${action}.cjs`));
  }
  for (const entry of entries) assert.ok(files.includes(entry), entry);
});

test('every imported file exists and every file is imported', () => {
  const reached = new Set(entries);
  for (const name of reached) {
    if (name.endsWith('.cjs')) named(name).forEach((found) => reached.add(found));
  }
  const beside = ['build.json', 'licenses.txt'];
  assert.deepEqual([...reached, ...beside].sort(), [...files].sort());
});

test('build.json has the digest of each file', () => {
  const { files: recorded } = JSON.parse(text('build.json'));
  assert.deepEqual(
    Object.keys(recorded),
    files.filter((name) => name !== 'build.json'),
  );
  for (const [name, digest] of Object.entries(recorded)) {
    assert.equal(
      digest,
      createHash('sha256')
        .update(readFileSync(join(DIST, name)))
        .digest('hex'),
      name,
    );
  }
});

test('has only files of the expected kinds', () => {
  for (const name of files) {
    assert.match(name, /\.(cjs|wasm|json|txt)$/);
  }
  assert.equal(files.filter((name) => name.endsWith('.wasm')).length, 2);
});

test('a bundle imports only built-ins of Node', () => {
  for (const name of files.filter((name) => name.endsWith('.cjs'))) {
    for (const [, module = ''] of text(name).matchAll(/\brequire\(["']([^"']+)["']\)/g)) {
      const isOwn = module.startsWith('./') && existsSync(join(DIST, dirname(name), module));
      assert.ok(isOwn || process.getBuiltinModule(module) !== undefined, `${name} requires ${module}`);
    }
  }
});

test('contains no path of the build machine', () => {
  for (const name of files) {
    const bytes = readFileSync(join(DIST, name), 'latin1');
    const found = /(?:\/home\/|\/Users\/|\/root\/|[A-Z]:\\\\?Users|\.cargo\/registry|node_modules\/\.)[^\s"']*/.exec(
      bytes,
    );
    assert.equal(found, null, `${name}: ${found?.[0]}`);
  }
});

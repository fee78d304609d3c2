// @ts-check
// The files of dist: all that the actions and the command line need, and nothing else.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { readActionFile } from '../support/action-yml.js';
import { DIST, ROOT } from '../support/run-action.js';
import { FILES } from './public.js';

const files = readdirSync(DIST).sort();
const text = (/** @type {string} */ name) => readFileSync(join(DIST, name), 'utf8');
const metadata = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

const entries = [
  ...Object.values(FILES).map((file) => basename(readActionFile(join(ROOT, file)).main)),
  basename(metadata.bin['dispatch-guard']),
];

/** The files of dist that a bundle names: chunks and the wasm. @param {string} name @returns {string[]} */
function named(name) {
  return [...text(name).matchAll(/["'`]\.?\/?([\w-]+\.(?:cjs|wasm))["'`]/g)].map(([, found = '']) => found);
}

test('every action and the command line have their entry', () => {
  assert.deepEqual(entries, ['guard.cjs', 'send.cjs', 'report.cjs', 'cli.cjs']);
  for (const [action, file] of Object.entries(FILES)) {
    const main = join(ROOT, file, '..', readActionFile(join(ROOT, file)).main);
    assert.equal(main, join(ROOT, 'dist', `${action}.cjs`));
  }
  for (const entry of entries) assert.ok(files.includes(entry), entry);
});

test('what a bundle names is there, and what is there is named', () => {
  const reached = new Set(entries);
  for (const name of reached) {
    if (name.endsWith('.cjs')) named(name).forEach((found) => reached.add(found));
  }
  const beside = ['build.json', 'licenses.txt'];
  assert.deepEqual([...reached, ...beside].sort(), files);
});

test('the record names each file with its digest', () => {
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

test('there are only files, and of the kinds that belong there', () => {
  for (const name of files) {
    assert.ok(statSync(join(DIST, name)).isFile(), name);
    assert.match(name, /\.(cjs|wasm|json|txt)$/);
  }
  assert.equal(files.filter((name) => name.endsWith('.wasm')).length, 1);
});

test('a bundle needs nothing but Node', () => {
  for (const name of files.filter((name) => name.endsWith('.cjs'))) {
    for (const [, module = ''] of text(name).matchAll(/\brequire\(["']([^"']+)["']\)/g)) {
      const isOwn = module.startsWith('./') && existsSync(join(DIST, module));
      assert.ok(isOwn || process.getBuiltinModule(module) !== undefined, `${name} requires ${module}`);
    }
  }
});

test('no path of a machine is in it', () => {
  for (const name of files) {
    const bytes = readFileSync(join(DIST, name), 'latin1');
    const found = /(?:\/home\/|\/Users\/|\/root\/|[A-Z]:\\\\?Users|\.cargo\/registry|node_modules\/\.)[^\s"']*/.exec(
      bytes,
    );
    assert.equal(found, null, `${name}: ${found?.[0]}`);
  }
});

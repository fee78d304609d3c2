// @ts-check
// The layers of js/: every import points to a lower layer or into its own, and no imports form a circle.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const JS = fileURLToPath(new URL('../../../js', import.meta.url));

/** From the lowest layer up. The last one is the entries, which are in no directory. */
const LAYERS = ['host', 'core', 'action', 'cli', '.'];

const layerOf = (/** @type {string} */ file) => LAYERS.indexOf(dirname(file));

/** Static and dynamic imports and the types that comments import, by file. */
const imports = new Map(
  readdirSync(JS, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'))
    .map((file) => {
      const text = readFileSync(join(JS, file), 'utf8');
      const found = [...text.matchAll(/(?:\bfrom |\bimport ?\(?)'(\.[^']+)'/g)];
      return [file, found.map(([, path = '']) => relative(JS, join(JS, dirname(file), path)))];
    }),
);

test('every file is in a layer', () => {
  for (const file of imports.keys()) assert.notEqual(layerOf(file), -1, file);
});

test('every import points down or into its own layer', () => {
  for (const [file, paths] of imports)
    for (const path of paths) assert.ok(layerOf(path) <= layerOf(file), `${file} imports ${path}`);
  assert.ok([...imports.values()].flat().length > 30);
});

test('no imports form a circle', () => {
  const visit = (/** @type {string} */ file, /** @type {string[]} */ trail) => {
    assert.ok(!trail.includes(file), [...trail, file].join(' → '));
    for (const path of imports.get(file) ?? []) visit(path, [...trail, file]);
  };
  for (const file of imports.keys()) visit(file, []);
});

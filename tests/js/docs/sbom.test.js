// @ts-check
// The bill of materials of a release lists what dist contains, under licences that are allowed.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bundled } from '../../../scripts/sbom.mjs';
import { ROOT } from '../support/run-action.js';

const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/sbom.mjs')], { encoding: 'utf8' });

test('the bill of materials is a valid SPDX document', () => {
  assert.equal(status, 0, stderr);
  const { spdxVersion, packages, relationships } = JSON.parse(stdout);
  assert.equal(spdxVersion, 'SPDX-2.3');
  const ids = packages.map((/** @type {any} */ one) => one.SPDXID);
  assert.equal(new Set(ids).size, ids.length, 'every id is used once');
  for (const id of ids) assert.match(id, /^SPDXRef-[A-Za-z0-9.-]+$/);
  const related = relationships.map((/** @type {any} */ one) => one.relatedSpdxElement);
  assert.deepEqual(related.sort(), ids.sort(), 'every package is related to something');
});

test('it lists what the lock files pin', () => {
  const npm = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
  const cargo = readFileSync(join(ROOT, 'Cargo.lock'), 'utf8');
  const locators = JSON.parse(stdout)
    .packages.flatMap((/** @type {any} */ one) => one.externalRefs ?? [])
    .map((/** @type {any} */ one) => one.referenceLocator);
  assert.ok(locators.length > 20, `${locators.length} listed`);
  for (const locator of locators) {
    const [, kind, name = '', version] = /^pkg:(npm|cargo|generic)\/(.+)@([^@]+)$/.exec(locator) ?? [];
    if (kind === 'npm') assert.equal(npm[`node_modules/${name.replace('%40', '@')}`]?.version, version, locator);
    else if (kind === 'cargo') assert.ok(cargo.includes(`name = "${name}"\nversion = "${version}"\n`), locator);
    else assert.match(locator, /^pkg:generic\/rust-std@\d/);
  }
  for (const name of ['pkg:npm/%40actions/core@', 'pkg:cargo/serde_json@', 'pkg:cargo/wasm-bindgen@']) {
    assert.ok(
      locators.some((/** @type {string} */ locator) => locator.startsWith(name)),
      `${name} is missing`,
    );
  }
});

test('every work in dist has a licence that deny.toml allows', () => {
  const [, list = ''] = /^allow = \[(.*)\]$/m.exec(readFileSync(join(ROOT, 'deny.toml'), 'utf8')) ?? [];
  const allowed = new Set([...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name));
  assert.ok(allowed.size > 1);
  /** Of `A OR B` one must be allowed, of `A AND B` both. @param {string} expression @returns {boolean} */
  const isAllowed = (expression) => {
    const [, group, rest] = /^\((.*)\) AND (.*)$/.exec(expression) ?? [];
    if (group !== undefined && rest !== undefined) return isAllowed(group) && isAllowed(rest);
    return expression.split(' OR ').some((one) => one.split(' AND ').every((name) => allowed.has(name)));
  };
  const works = bundled(readFileSync(join(ROOT, 'dist/licenses.txt'), 'utf8'));
  assert.ok(works.length > 20);
  for (const { name, license } of works) assert.ok(isAllowed(license), `${name}: ${license}`);
  assert.equal(isAllowed('GPL-3.0-only'), false);
  assert.equal(isAllowed('(MIT OR Apache-2.0) AND GPL-3.0-only'), false);
});

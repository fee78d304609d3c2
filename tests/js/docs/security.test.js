// @ts-check
// The threat model names a test for every attack. Each named test exists.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ROOT } from '../support/run-action.js';
import { readPage } from './pages.js';

const { text } = readPage('docs/security.md');
const between = text.slice(text.indexOf('## What it stops'), text.indexOf('## What it cannot stop'));
const rows = between.split('\n').filter((line) => line.startsWith('| ') && !/^\| (---|attack)/.test(line));

/** Rust or JavaScript without the lines that are comments. @param {string} source */
const code = (source) => source.replace(/^ *(\/\/|\/?\*).*$/gm, '');

/** Whether a Rust file has a test of this name that runs: the attribute is right before it. Unit tests are in a module. */
function hasRustTest(/** @type {string} */ source, /** @type {string} */ name) {
  if (new RegExp(`^( {4})?#\\[(?:test|wasm_bindgen_test)\\]\\n( {4})?(?:async )?fn ${name}\\(\\) `, 'm').test(source))
    return true;
  const properties = source.matchAll(/^proptest! \{\n([\s\S]*?)^\}$/gm);
  return [...properties].some(([, body = '']) => new RegExp(`^ {4}#\\[test\\]\\n {4}fn ${name}\\(`, 'm').test(body));
}

/** The index of a test's name, or of the end of one, in a file; -1 if it is not there. */
function nameAfter(/** @type {string} */ source, /** @type {string} */ name, from = 0) {
  const plain = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  // Names are literals: of a `describe`, of a test, or in a table of tests. Some begin or end with a value of the table.
  const found = new RegExp(`(["'\`]|\\$\\{[^}]*\\}:? ?)${plain}(["'\`]| ?\\\\?["'\`$])`).exec(source.slice(from));
  return found === null ? -1 : from + found.index;
}

describe('the threat model', () => {
  test('has a test for every attack', () => {
    assert.ok(rows.length > 40, `${rows.length} rows`);
    for (const row of rows) assert.match(row, /`[a-z/-]+\/([a-z-]+\.test\.js|[a-z_]+\.rs)` \S/, row);
  });

  for (const row of rows) {
    const shown = row.split(' | ').at(-1)?.replace(/ \|$/, '') ?? '';
    test(`shown by ${shown}`, () => {
      for (const one of shown.split('<br>')) {
        const [, file = '', names = ''] = /^`([^`]+)` (.+)$/.exec(one.trim()) ?? [];
        if (file.endsWith('.rs')) {
          const source = code(readFileSync(join(ROOT, file.startsWith('src/') ? '' : 'tests', file), 'utf8'));
          assert.ok(hasRustTest(source, names), `${file} has no test ${names}`);
          continue;
        }
        const source = code(readFileSync(join(ROOT, 'tests/js', file), 'utf8'));
        assert.ok(
          !/\b(test|describe|it)\.(skip|todo|only)\(|\b(skip|todo): true/.test(source),
          `${file} leaves tests out`,
        );
        let from = 0;
        for (const name of names.split(' › ')) {
          // A table of tests is before the loop that makes them.
          const found = nameAfter(source, name, from);
          from = found >= 0 ? found : nameAfter(source, name);
          assert.ok(from >= 0, `${file} has no test \`${name}\``);
        }
      }
    });
  }

  test('a test that does not run is not accepted', () => {
    const tests = '#[test]\nfn one() {\n}\nfn two() {\n}\n#[test]\n#[ignore]\nfn three() {\n}\n';
    const properties = 'proptest! {\n    #[test]\n    fn four(a in 0..1) {\n    }\n}\n';
    const source = code(`${tests}// #[test]\n/// fn five() {}\n${properties}`);
    const found = ['one', 'two', 'three', 'four', 'five'].filter((name) => hasRustTest(source, name));
    assert.deepEqual(found, ['one', 'four']);
    assert.equal(nameAfter(code("// test('six')\n"), 'six'), -1);
  });
});

// @ts-check
// Every link has a target: an existing file or heading, or a well-formed https address.

import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';
import { describe, test } from 'node:test';
import { ROOT } from '../support/run-action.js';
import { PAGES, readPage } from './pages.js';

describe('links', () => {
  for (const path of PAGES) {
    const page = readPage(path);
    test(path, () => {
      assert.equal(page.headings.length > 0, true, 'the page has a heading');
      for (const { target, line } of page.links) {
        const where = `${path}:${line}: ${target}`;
        if (/^[a-z]+:/.test(target)) {
          assert.match(target, /^https:\/\/[a-z0-9.-]+\.[a-z]+(\/\S*)?$/, where);
          assert.doesNotMatch(target, /docs\.github\.com\/(?!en\/)/, `${where} is not the English page`);
          continue;
        }
        const [file = '', anchor] = target.split('#');
        const found = file === '' ? path : normalize(join(dirname(path), file));
        assert.ok(!found.startsWith('..') && existsSync(`${ROOT}/${found}`), `${where}: there is no ${found}`);
        if (anchor !== undefined) {
          assert.ok(statSync(`${ROOT}/${found}`).isFile() && found.endsWith('.md'), `${where}: not a page`);
          assert.ok(readPage(found).anchors.has(anchor), `${where}: ${found} has no heading #${anchor}`);
        }
      }
    });
  }

  test('every page of docs can be reached from README', () => {
    const reached = new Set(['README.md']);
    for (const path of reached) {
      if (!path.endsWith('.md') || !existsSync(`${ROOT}/${path}`)) continue;
      for (const { target } of readPage(path).links) {
        const [file = ''] = target.split('#');
        if (!/^[a-z]+:/.test(target) && file !== '') reached.add(normalize(join(dirname(path), file)));
      }
    }
    for (const path of PAGES) assert.ok(reached.has(path), `${path} is linked from nowhere`);
  });
});

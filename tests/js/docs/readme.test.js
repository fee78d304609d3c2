// @ts-check
// The tables of inputs and outputs match the action.yml files: in full on the page of each action, and by name in README.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { dirname, delimiter, join } from 'node:path';
import { describe, test } from 'node:test';
import { readActionFile } from '../../../scripts/action-yml.mjs';
import { NODE, ROOT } from '../support/run-action.js';
import { readPage } from './pages.js';

const ACTIONS = {
  guard: 'action.yml',
  send: 'send/action.yml',
  report: 'report/action.yml',
  reconcile: 'reconcile/action.yml',
};

/** The rows of the table under a heading of the second level. @param {string} path @param {string} section */
function table(path, section) {
  const [, part = ''] = readPage(path).text.split(`\n## ${section}\n`);
  const [before = ''] = part.split('\n## ');
  const lines = before.split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) => line.split('|').map((cell) => cell.trim()));
}

const bare = (/** @type {string} */ cell) => cell.replace(/^`(.*)`$/, '$1');

for (const [action, file] of Object.entries(ACTIONS)) {
  const page = `docs/${action}.md`;
  const described = readActionFile(join(ROOT, file));

  describe(page, () => {
    test('inputs', () => {
      const rows = table(page, 'Inputs').map(([, name = '', value = '']) => [bare(name), value]);
      assert.deepEqual(
        rows.map(([name]) => name),
        [...described.inputs.keys()],
      );
      for (const [name = '', value = ''] of rows) {
        const shown = value === 'required' ? '' : bare(value);
        assert.equal(shown, described.inputs.get(name), `default of ${name}`);
      }
    });

    test('outputs', () => {
      const names = table(page, 'Outputs').map(([, name = '']) => bare(name));
      assert.deepEqual(names, described.outputs);
    });
  });
}

describe('README', () => {
  const described = readActionFile(join(ROOT, 'action.yml'));
  for (const [section, expected] of /** @type {const} */ ([
    ['Inputs', [...described.inputs.keys()]],
    ['Outputs', described.outputs],
  ])) {
    test(`names each of the guard's ${section.toLowerCase()} once`, () => {
      const names = table('README.md', section).flatMap(([, cell = '']) => cell.split(', ').map(bare));
      assert.deepEqual(names.sort(), [...expected].sort());
    });
  }

  test('shows what its commands print', () => {
    const shown = readPage('README.md').examples.filter(({ language }) => language === 'console');
    assert.ok(shown.length > 0);
    for (const { text } of shown) {
      const [first = '', ...lines] = text.split('\n');
      const { stdout, stderr } = spawnSync('bash', ['-c', first.replace(/^\$ /, '')], {
        cwd: ROOT,
        env: { PATH: [dirname(NODE), process.env.PATH].join(delimiter), NO_COLOR: '1' },
        encoding: 'utf8',
      });
      assert.equal(stdout, lines.join('\n'), stderr);
    }
  });

  test('is short', () => {
    const { text } = readPage('README.md');
    const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
    // About two minutes at 300 words a minute, tables and lists included.
    const words = prose.split(/\s+/).filter((word) => /\w/.test(word)).length;
    assert.ok(words <= 850, `${words} words`);
  });
});

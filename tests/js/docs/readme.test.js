// @ts-check
// README's tables of inputs and outputs match the three action.yml files.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readActionFile } from '../../../scripts/action-yml.mjs';
import { ROOT } from '../support/run-action.js';
import { readPage } from './pages.js';

const { text } = readPage('README.md');
const ACTIONS = {
  guard: 'action.yml',
  send: 'send/action.yml',
  report: 'report/action.yml',
  reconcile: 'reconcile/action.yml',
};

/** The cells of the table under a heading of the third level, within a section. */
function table(/** @type {string} */ section, /** @type {string} */ action) {
  const part = text.slice(text.indexOf(`\n## ${section}\n`)).split(`\n### ${action}\n`)[1] ?? '';
  const [before = ''] = part.split('\n#');
  const lines = before.split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) => line.split('|').map((cell) => cell.trim()));
}

const bare = (/** @type {string} */ cell) => cell.replace(/^`(.*)`$/, '$1');

describe('README', () => {
  for (const [action, file] of Object.entries(ACTIONS)) {
    const described = readActionFile(join(ROOT, file));

    test(`inputs of ${action}`, () => {
      const rows = table('Inputs', action).map(([, name = '', value = '']) => [bare(name), value]);
      assert.deepEqual(
        rows.map(([name]) => name),
        [...described.inputs.keys()],
      );
      for (const [name = '', value = ''] of rows) {
        const shown = value === 'required' ? '' : bare(value);
        assert.equal(shown, described.inputs.get(name), `default of ${name}`);
      }
    });

    test(`outputs of ${action}`, () => {
      const names = table('Outputs', action).map(([, name = '']) => bare(name));
      assert.deepEqual(names, described.outputs);
    });
  }
});

// @ts-check
// The claims of docs/migration.md about shells, checked with a shell.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { readPage } from './pages.js';

const { examples, text: page } = readPage('docs/migration.md');
const receiver = examples.find(({ text }) => text.startsWith('on:'))?.text ?? '';
const lines = receiver.split('\n');
const bash = spawnSync('bash', ['--version']).status === 0;

/** Runs the check of the page, with a value instead of its expression. @param {string} allowed @param {string} actor */
function check(allowed, actor) {
  const start = lines.findIndex((line) => line.includes('if [[')); // up to its `fi`
  const body = lines
    .slice(start, start + 4)
    .join('\n')
    .replaceAll('${{ github.actor }}', actor);
  return spawnSync('bash', ['-e', '-c', body], { env: { ALLOWED_ACTORS: allowed }, encoding: 'utf8' }).status === 0;
}

describe('docs/migration.md', { skip: !bash && 'there is no bash' }, () => {
  test('the check accepts a listed actor and rejects another', () => {
    assert.equal(check('github-actions[bot]', 'github-actions[bot]'), true);
    assert.equal(check('github-actions[bot]', 'eve'), false);
  });

  test('a space after a comma makes an allowed login fail', () => {
    assert.equal(check('github-actions[bot], mona', 'mona'), false);
  });

  test('an unset list accepts an empty login', () => assert.equal(check('', ''), true));

  test('without quotes `[bot]` is a character class', () => {
    const unquoted = (/** @type {string} */ login, /** @type {string} */ list) =>
      spawnSync('bash', ['-c', `[[ ",$LIST," =~ ,${login}, ]]`], { env: { LIST: list } }).status === 0;
    assert.equal(unquoted('github-actions[bot]', 'github-actions[bot]'), false);
    assert.equal(unquoted('github-actions[bot]', 'github-actionsb'), true);
  });

  test('an expression is pasted into the script', () => {
    const line = lines.findLast((text) => text.includes('- run:')) ?? '';
    const script = line.replace(/^ *- run: /, '').replace(/\$\{\{.*?\}\}/, 'x"; echo pwned; : "');
    const { stdout } = spawnSync('bash', ['-c', script.replace('./ci/validate', 'true')], { encoding: 'utf8' });
    assert.equal(stdout, 'pwned\n');
  });

  test('a quote in a value adds fields to pasted JSON', () => {
    const chart = 'x", "pr": 8, "y": "';
    assert.equal(JSON.parse(`{"pr": 7, "chart": "${chart}"}`).pr, 8);
  });

  test('the line numbers match the example', () => {
    const rows = page.split('\n').filter((row) => /^\| [0-9]/.test(row));
    /** @type {[string, RegExp][]} */
    const expected = [
      ['looks for a piece of text', /ALLOWED_ACTORS|=~/],
      ['An expression is pasted', /\$\{\{/],
      ['A job that is skipped', /if: github/],
      ['goes into a path', /PR=|pulls/],
    ];
    for (const [words, pattern] of expected) {
      const row = rows.find((one) => one.includes(words)) ?? '';
      const named = /^\| ([0-9, –]+) \|/.exec(row)?.[1] ?? '';
      const numbers = named.split(', ').flatMap((range) => {
        const [first = 0, last = first] = range.split('–').map(Number);
        return [first, last];
      });
      for (const number of numbers) {
        const line = lines[number - 1] ?? '';
        if (words.startsWith('looks') && number === 5) assert.match(line, /^env:/);
        else assert.match(line, pattern, `line ${number}, described as: ${words}`);
      }
    }
  });
});

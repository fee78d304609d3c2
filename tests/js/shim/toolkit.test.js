// @ts-check
// What the shim writes for the runner, parsed as the runner parses it.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { outputRecord } from '../../../js/action/runner.js';
import { parseCommandFile, parseCommands } from '../support/run-action.js';
import { inProcess, temporaryDirectory } from './parts.js';

/**
 * Runs code that has a `toolkit`.
 * @param {string} code
 * @param {NodeJS.ProcessEnv} [environment]
 */
const withToolkit = (code, environment) =>
  inProcess(`import { createRunner } from 'SHIM/action/runner.js'; const toolkit = createRunner(); ${code}`, {
    environment,
  });

const HOSTILE = [
  '',
  'plain',
  'two\nlines',
  'ends with a line break\n',
  '\n',
  'dispatch-guard',
  'a\ndispatch-guard\nallowed<<dispatch-guard\ntrue\ndispatch-guard\n',
  'dispatch-guard-\ndispatch-guard--\ndispatch-guard',
  'allowed=true',
  'a<<b',
  '::set-output name=allowed::true',
  '%0Aallowed=true',
  '\u2028\u0085\u000b\u0000',
  '\ud83d\ude80 é',
];

test('an output can neither set another one nor end early', () => {
  for (const value of HOSTILE) {
    const file = [outputRecord(['reason', value]), outputRecord(['allowed', 'false'])].join('');
    assert.deepEqual(parseCommandFile(file), [
      ['reason', value],
      ['allowed', 'false'],
    ]);
  }
});

test('a value made of pieces of the delimiter is unchanged', () => {
  // A deterministic generator, so that a failure can be repeated: xorshift32.
  let state = 0x9e3779b9;
  const next = (/** @type {number} */ below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const pieces = ['dispatch-guard', 'dispatch', '-guard', '-', '\n', '\r', '<<', '=', 'allowed', 'x', 'é', ' '];
  for (let round = 0; round < 5000; round++) {
    const values = [0, 1, 2].map(() => Array.from({ length: next(12) }, () => pieces[next(pieces.length)]).join(''));
    const written = values.map((value, index) => /** @type {[string, string]} */ ([`output-${index}`, value]));
    // Only on Windows a carriage return is part of the line break.
    const expected = written.map(([name, value]) => [name, value]);
    assert.deepEqual(parseCommandFile(written.map(outputRecord).join('')), expected);
  }
});

test('outputs are appended in order', async (t) => {
  const file = join(temporaryDirectory(t), 'outputs');
  writeFileSync(file, 'before=1\n');
  const ran = await withToolkit(`toolkit.outputs({ b: '1', a: '2\\n3' }); toolkit.outputs({ b: '4' });`, {
    GITHUB_OUTPUT: file,
  });
  assert.equal(ran.status, 0, ran.stderr);
  assert.deepEqual(parseCommandFile(readFileSync(file, 'utf8')), [
    ['before', '1'],
    ['b', '1'],
    ['a', '2\n3'],
    ['b', '4'],
  ]);
});

test('inputs keep their white space', async () => {
  const { stdout } = await withToolkit('toolkit.log([JSON.stringify(toolkit.inputs())]);', {
    'INPUT_DISPATCH-TYPES': ' a\n  b \n',
    INPUT_TOKEN: '',
    INPUT_SOME_THING: 'x',
    MYINPUT_X: 'no',
    GITHUB_ACTOR: 'no',
  });
  assert.deepEqual(JSON.parse(stdout), { 'dispatch-types': ' a\n  b \n', token: '', some_thing: 'x' });
});

test('an annotation is one command, whatever its text', async () => {
  const message = 'found `a`\r\n::error::b 100%\n%0A::stop-commands::x';
  const title = 'dispatch-guard: a,b::c\n::debug::d';
  for (const level of ['error', 'warning', 'notice']) {
    const { stdout } = await withToolkit(`toolkit.annotate(${JSON.stringify({ level, title, message })});`);
    assert.equal(stdout.trimEnd().split('\n').length, 1);
    const [command] = parseCommands(stdout);
    assert.equal(command?.name, level);
    assert.equal(command?.properties.title, title);
    assert.equal(command?.message, message);
  }
});

test('a mask and a debug text are one command each', async () => {
  const { stdout } = await withToolkit(`toolkit.mask('50% of\\n::x'); toolkit.debug('a\\nb');`);
  const commands = parseCommands(stdout).map(({ name, message }) => [name, message]);
  assert.deepEqual(commands, [
    ['add-mask', '50% of\n::x'],
    ['debug', 'a\nb'],
  ]);
});

test('log lines are printed unchanged', async () => {
  const { stdout } = await withToolkit(`toolkit.log([]); toolkit.log(['a', '', ' b']);`);
  assert.equal(stdout.replaceAll('\r', ''), 'a\n\n b\n');
});

test('the summary is appended to its file, and skipped without one', async (t) => {
  const file = join(temporaryDirectory(t), 'summary.md');
  writeFileSync(file, '# before\n');
  const code = `toolkit.summarize('# after\\n');`;
  assert.equal((await withToolkit(code, { GITHUB_STEP_SUMMARY: file })).status, 0);
  assert.equal(readFileSync(file, 'utf8'), '# before\n# after\n');
  const ran = await withToolkit(code);
  assert.deepEqual([ran.status, ran.stdout, ran.stderr], [0, '', '']);
});

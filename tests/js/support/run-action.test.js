// @ts-check
// The harness parses files and logs as the runner does.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readActionFile } from '../../../scripts/action-yml.mjs';
import { parseCommandFile, parseCommands } from './run-action.js';

describe('command files', () => {
  /** @type {[name: string, text: string, entries: [string, string][]][]} */
  const READ = [
    ['a line', 'a=1\n', [['a', '1']]],
    ['a line with =', 'a=b=c\n', [['a', 'b=c']]],
    ['a line with << behind =', 'a=b<<c\n', [['a', 'b<<c']]],
    ['an empty value', 'a=\n', [['a', '']]],
    ['lines', 'a<<EOF\none\ntwo\nEOF\n', [['a', 'one\ntwo']]],
    ['no line', 'a<<EOF\nEOF\n', [['a', '']]],
    [
      'lines that look like others',
      'a<<EOF\nb=2\nc<<X\nEOF\nd=3\n',
      [
        ['a', 'b=2\nc<<X'],
        ['d', '3'],
      ],
    ],
    [
      'the last of two',
      'a=1\na=2\n',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
    [
      'line breaks of Windows',
      'a=1\r\nb<<EOF\r\nx\r\nEOF\r\n',
      [
        ['a', '1'],
        ['b', 'x\r'],
      ],
    ],
  ];
  for (const [name, text, entries] of READ) test(name, () => assert.deepEqual(parseCommandFile(text), entries));

  for (const text of ['a\n', '<<EOF\nEOF\n', 'a<<\n\n', 'a<<EOF\nnever ends\n']) {
    test(`rejects ${JSON.stringify(text)}`, () => assert.throws(() => parseCommandFile(text)));
  }
});

describe('workflow commands', () => {
  /** @type {[line: string, names: string[]][]} */
  const LINES = [
    ['::error::x', ['error']],
    ['  \t::error title=a,file=b::x', ['error']],
    ['text ::error::x', []],
    ['::error:x', []],
    ['text ##[error]x', ['error']],
    ['##[error x', []],
    ['a\n::warning::b', ['warning']],
    ['a\r::warning::b', ['warning']],
    ['::add-mask::a\n::debug::b', ['add-mask', 'debug']],
  ];
  for (const [text, names] of LINES) {
    test(JSON.stringify(text), () =>
      assert.deepEqual(
        parseCommands(text).map(({ name }) => name),
        names,
      ),
    );
  }

  test('unescapes properties and message', () => {
    assert.deepEqual(parseCommands('::error title=a%3A b%2C c%25,line=2::one%0Atwo%25'), [
      { name: 'error', properties: { title: 'a: b, c%', line: '2' }, message: 'one\ntwo%' },
    ]);
  });
});

describe('action.yml', () => {
  /** @param {string} text */
  function read(text) {
    const directory = mkdtempSync(join(tmpdir(), 'dispatch-guard-yml-'));
    try {
      writeFileSync(join(directory, 'action.yml'), text);
      return readActionFile(join(directory, 'action.yml'));
    } finally {
      rmSync(directory, { recursive: true });
    }
  }
  const rest = 'runs:\n  using: node24\n  main: dist/guard.cjs\n';

  test('reads plain and quoted defaults', () => {
    const text = `inputs:\n  a:\n    description: >-\n      default: no\n    default: plain\n  b:\n    default: 'it''s'\n  c:\n    default: "\\n"\n  d:\n    required: true\noutputs:\n  x:\n    description: y\n${rest}`;
    const { inputs, outputs, main, using } = read(text);
    assert.deepEqual(
      [...inputs],
      [
        ['a', 'plain'],
        ['b', "it's"],
        ['c', '\n'],
        ['d', ''],
      ],
    );
    assert.deepEqual([outputs, main, using], [['x'], 'dist/guard.cjs', 'node24']);
  });

  test('rejects a default that it cannot read', () => {
    assert.throws(() => read(`inputs:\n  a:\n    default: |\n      x\n${rest}`));
    assert.throws(() => read('inputs:\n  a:\n    default: x\n'));
  });
});

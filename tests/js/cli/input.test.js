// @ts-check
// Standard input in pieces, late, or with an error at its end.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, test } from 'node:test';
import { readBytes, readJson, readText } from '../../../js/cli/input.js';
import { UsageError } from '../../../js/cli/usage-error.js';

const { readSync } = fs;
afterEach(() => give(readSync));

/** @param {any} read */
function give(read) {
  fs.readSync = read;
  syncBuiltinESMExports();
}

/** Makes standard input return these in order: text, or the code of an error. @param {({ text: string } | { bytes: Buffer } | { code: string })[]} all */
function standardInput(all) {
  const rest = [...all];
  give((/** @type {number} */ descriptor, /** @type {Buffer} */ into) => {
    assert.equal(descriptor, 0);
    const next = rest.shift();
    if (next === undefined) return 0;
    if ('code' in next) throw Object.assign(new Error(`${next.code}: read`), { code: next.code });
    return 'bytes' in next ? next.bytes.copy(into) : into.write(next.text);
  });
}

test('reads standard input in pieces', () => {
  standardInput([{ text: 'version: 1\n' }, { text: 'events:\n' }, { text: '  push:\n' }]);
  assert.equal(readBytes('-', 'the policy').toString(), 'version: 1\nevents:\n  push:\n');
});

test('waits for input that is not there yet', () => {
  standardInput([{ code: 'EAGAIN' }, { text: 'a' }, { code: 'EAGAIN' }, { code: 'EAGAIN' }, { text: 'b' }]);
  assert.equal(readBytes('-', 'the policy').toString(), 'ab');
});

test('accepts EOF errors of Windows', () => {
  standardInput([{ text: 'a' }, { code: 'EOF' }]);
  assert.equal(readBytes('-', 'the policy').toString(), 'a');
  standardInput([{ code: 'EOF' }]);
  assert.equal(readBytes('-', 'the policy').toString(), '');
});

test('reports any other error', () => {
  standardInput([{ text: 'a' }, { code: 'EISDIR' }]);
  assert.throws(
    () => readBytes('-', 'the policy `-`'),
    (error) => {
      assert.ok(error instanceof UsageError);
      assert.equal(error.message, 'the policy `-` cannot be read: it is a directory');
      return true;
    },
  );
});

test('JSON is read with a byte order mark and in UTF-16', () => {
  const json = '{"é": "🚀"}';
  const little = Buffer.from(`\ufeff${json}`, 'utf16le');
  for (const bytes of [Buffer.from(json), Buffer.from(`\ufeff${json}`), little, Buffer.from(little).swap16()]) {
    standardInput([{ bytes }]);
    assert.equal(readJson('-', 'the event').toString(), json);
  }
});

test('a policy in UTF-16 is refused by name', () => {
  standardInput([{ bytes: Buffer.from('\ufeffversion: 1', 'utf16le') }]);
  assert.throws(() => readText('-', 'the policy `-`'), { message: 'the policy `-` is UTF-16; save it as UTF-8' });
});

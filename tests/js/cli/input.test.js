// @ts-check
// Standard input as systems give it: in pieces, late, or with an end that is an error.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, test } from 'node:test';
import { Misuse, readBytes } from '../../../js/cli/misuse.js';

const { readSync } = fs;
afterEach(() => give(readSync));

/** @param {any} read */
function give(read) {
  fs.readSync = read;
  syncBuiltinESMExports();
}

/** Has standard input give these in order: text, or the code of an error. @param {({ text: string } | { code: string })[]} all */
function standardInput(all) {
  const rest = [...all];
  give((/** @type {number} */ descriptor, /** @type {Buffer} */ into) => {
    assert.equal(descriptor, 0);
    const next = rest.shift();
    if (next === undefined) return 0;
    if ('code' in next) throw Object.assign(new Error(`${next.code}: read`), { code: next.code });
    return into.write(next.text);
  });
}

test('standard input comes in pieces', () => {
  standardInput([{ text: 'version: 1\n' }, { text: 'events:\n' }, { text: '  push:\n' }]);
  assert.equal(readBytes('-', 'the policy').toString(), 'version: 1\nevents:\n  push:\n');
});

test('what is not there yet is waited for', () => {
  standardInput([{ code: 'EAGAIN' }, { text: 'a' }, { code: 'EAGAIN' }, { code: 'EAGAIN' }, { text: 'b' }]);
  assert.equal(readBytes('-', 'the policy').toString(), 'ab');
});

test('on Windows the end can be an error', () => {
  standardInput([{ text: 'a' }, { code: 'EOF' }]);
  assert.equal(readBytes('-', 'the policy').toString(), 'a');
  standardInput([{ code: 'EOF' }]);
  assert.equal(readBytes('-', 'the policy').toString(), '');
});

test('another error is told', () => {
  standardInput([{ text: 'a' }, { code: 'EISDIR' }]);
  assert.throws(
    () => readBytes('-', 'the policy `-`'),
    (error) => {
      assert.ok(error instanceof Misuse);
      assert.equal(error.message, 'the policy `-` cannot be read: it is a folder');
      return true;
    },
  );
});

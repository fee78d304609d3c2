// @ts-check
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { compileVerified } from '../../../js/wasm.js';
import { ANSWER_42 } from './modules.js';
import { temporaryDirectory } from './parts.js';

/** @param {Uint8Array} bytes */
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

test('the very file that was built is compiled', async (t) => {
  const file = join(temporaryDirectory(t), 'core.wasm');
  writeFileSync(file, ANSWER_42);
  const module = await compileVerified(file, sha256(ANSWER_42));
  // @ts-expect-error Node's types do not have WebAssembly
  assert.equal(new WebAssembly.Instance(module).exports.answer(), 42);
});

/** @type {[what: string, change: (bytes: Uint8Array) => Uint8Array][]} */
const damages = [
  ['an empty file', () => new Uint8Array()],
  ['a file cut short by a byte', (bytes) => bytes.subarray(0, -1)],
  ['a file cut after its header', (bytes) => bytes.subarray(0, 8)],
  [
    'a file with one bit changed',
    (bytes) => bytes.map((byte, index) => (index === bytes.length - 2 ? byte ^ 1 : byte)),
  ],
  ['a file with something behind', (bytes) => Uint8Array.from([...bytes, 0, 1, 0])],
  ['a text instead', () => new TextEncoder().encode('version https://git-lfs.github.com/spec/v1')],
];
for (const [what, change] of damages) {
  test(`${what} is refused, and named`, async (t) => {
    const file = join(temporaryDirectory(t), 'core.wasm');
    writeFileSync(file, change(ANSWER_42));
    await assert.rejects(compileVerified(file, sha256(ANSWER_42)), (/** @type {Error} */ error) => {
      assert.ok(error.message.includes(file), error.message);
      assert.match(error.message, /is damaged: its SHA-256 is [0-9a-f]{64} and should be [0-9a-f]{64}$/);
      return true;
    });
    // The compiler may find it damaged as well, a moment later: nobody is told twice.
    await setImmediate();
  });
}

test('a missing file is refused, and named', async (t) => {
  const file = join(temporaryDirectory(t), 'core.wasm');
  await assert.rejects(compileVerified(file, sha256(ANSWER_42)), { code: 'ENOENT', path: file });
});

test('a file with the right digest that is no wasm is refused', async (t) => {
  const file = join(temporaryDirectory(t), 'core.wasm');
  const text = new TextEncoder().encode('not wasm');
  writeFileSync(file, text);
  await assert.rejects(compileVerified(file, sha256(text)), /WebAssembly/);
});

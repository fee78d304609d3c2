// @ts-check
// The reference implementation, compared with the test vectors of the core and with a third implementation.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import canonicalize from 'canonicalize';
import { ROOT } from './run-action.js';
import { canonical, digest, signature } from './reference-crypto.js';

/** @type {{name: string, client_payload: string, event_type: string, repository_id: number, key: string, digest: string, signature: string}[]} */
const GOLDEN = JSON.parse(readFileSync(join(ROOT, 'tests/fixtures/provenance/golden.json'), 'utf8'));

test('computes the digests and signatures of the test vectors', () => {
  for (const { name, client_payload, event_type, repository_id, key, ...expected } of GOLDEN) {
    const bytes = digest(JSON.parse(client_payload), event_type, repository_id);
    assert.deepEqual({ digest: bytes.toString('hex'), signature: signature(bytes, key) }, expected, name);
  }
  assert.ok(GOLDEN.length >= 7);
});

test('sorts the keys of the example in RFC 8785, section 3.2.3', () => {
  const text = String.raw`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",
    "1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`;
  const values = [...canonical(JSON.parse(text)).matchAll(/:"([^"]+)"/g)].map(([, value]) => value);
  assert.deepEqual(values, [
    'Carriage Return',
    'One',
    'Control',
    'Latin Small Letter O With Diaeresis',
    'Euro Sign',
    'Emoji: Grinning Face',
    'Hebrew Letter Dalet With Dagesh',
  ]);
});

test('agrees with the package canonicalize', () => {
  for (const { client_payload } of GOLDEN) {
    const value = JSON.parse(client_payload);
    assert.equal(canonical(value), canonicalize(value));
  }
});

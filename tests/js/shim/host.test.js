// @ts-check
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { createHost } from '../../../js/host/host.js';

/** @type {string[]} */
const masked = [];
const host = createHost({
  mask: (secret) => void masked.push(secret),
  progress: () => {},
  interimOutputs: () => {},
  redact: (text) => text,
});

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'x', use: 'sig', alg: 'RS256', key_ops: ['verify'] };
const data = Buffer.from('header.claims');
const signature = sign('sha256', data, privateKey);

test('a signature of the key is verified', async () => {
  assert.equal(await host.verifyRs256(JSON.stringify(jwk), data, signature), true);
});

test('any other signature is rejected', async () => {
  const key = JSON.stringify(jwk);
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
  assert.equal(await host.verifyRs256(key, Buffer.from('header.other'), signature), false);
  assert.equal(await host.verifyRs256(key, data, signature.subarray(1)), false);
  assert.equal(await host.verifyRs256(key, data, new Uint8Array()), false);
  assert.equal(await host.verifyRs256(JSON.stringify(other), data, signature), false);
  assert.equal(await host.verifyRs256(key, data, sign('sha512', data, privateKey)), false);
});

test('a key that is not RSA verifies nothing', async () => {
  const { publicKey: curve } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = [
    '',
    '{}',
    'null',
    '[]',
    '{"kty":"RSA"}',
    '{"kty":"oct","k":"AA"}',
    JSON.stringify(curve.export({ format: 'jwk' })),
  ];
  for (const key of keys) assert.equal(await host.verifyRs256(key, data, signature), false, key);
});

test('uses the clock of the system', () => {
  assert.ok(Math.abs(host.now() - Date.now()) < 1000);
});

test('returns the requested number of random bytes', () => {
  assert.equal(host.random(0).length, 0);
  assert.equal(host.random(16).length, 16);
  assert.notDeepEqual(host.random(16), host.random(16));
});

test('passes masks to the runner', () => {
  host.mask('s3cret');
  assert.deepEqual(masked, ['s3cret']);
});

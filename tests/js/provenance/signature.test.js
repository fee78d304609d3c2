// @ts-check
// The proof by a shared key, made by Node's crypto and judged by the bundle.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SIDE_BY_SIDE } from '../support/guard.js';
import { decide, envelope, KEY, payload, policy, signed } from './proven.js';

const REQUIRED = policy('require: signature');

/** @param {any} sent @param {string} [keys] @param {string} [rule] */
const guarded = (sent, keys = KEY, rule = REQUIRED) =>
  decide({
    policy: rule,
    payload: () => sent,
    inputs: { 'signing-keys': keys },
    secrets: keys.split('\n').filter(Boolean),
  });

describe('a signature', SIDE_BY_SIDE, () => {
  test('made with the key proves who sent', async () => {
    const ran = await guarded(signed());
    assert.equal(ran.outputs['reason-code'], 'allowed', ran.stdout);
    assert.equal(ran.outputs.provenance, 'signature');
    assert.deepEqual(
      ran.requests.map(({ route }) => route),
      ['pull'],
    );
  });

  test('made with one of several keys does too', async () => {
    const ran = await guarded(signed(), `an older key\n${KEY}\na newer key\n`);
    assert.equal(ran.outputs['reason-code'], 'allowed', ran.stdout);
  });

  test('made with another key proves nothing', async () => {
    const ran = await guarded(signed(payload(), 'another key'), `${KEY}\nan older key`);
    assert.equal(ran.outputs['reason-code'], 'provenance.signature_invalid');
    assert.equal(ran.requests.length, 0);
  });

  test('that is wrong is not passed over where none is required', async () => {
    const ran = await guarded(signed(payload(), 'another key'), KEY, policy('require: none'));
    assert.equal(ran.outputs['reason-code'], 'provenance.signature_invalid');
  });

  test('fits whatever the payload holds', async () => {
    const more = {
      numbers: [0, 1.5, 1e21, 1e-7, 123456789012345680000, 5e-324, -9007199254740991, 333333333.3333333],
      'order €\r1😀\u0080öדּ': { '€': 1, '\r': 2, '\ufb33': 3, 1: 4, '😀': 5, '\u0080': 6, ö: 7, __proto: 8 },
      text: '\u0000\u001f"\\/\b\f\n\r\t\u007f\u2028\u2029\ufeff e\u0301',
      empty: [{}, [], '', null, true],
      toJSON: 'x',
      constructor: { length: 1 },
    };
    Object.defineProperty(more, '__proto__', { value: { pr: 8 }, enumerable: true });
    const sent = signed(payload(envelope(), more));
    assert.ok(JSON.stringify(sent).includes('"__proto__":{"pr":8}'), 'the key is sent');
    const ran = await guarded(sent);
    assert.equal(ran.outputs['reason-code'], 'allowed', ran.stdout);
  });

  for (const [name, change] of /** @type {[string, (sent: any) => any][]} */ ([
    ['a field', (sent) => ({ ...sent, chart: 'redit' })],
    ['a field more', (sent) => ({ ...sent, more: null })],
    ['a field less', ({ chart: _, ...sent }) => sent],
    ['a number as text', (sent) => ({ ...sent, pr: '7' })],
    ['the nonce', (sent) => ({ ...sent, _guard: { ...sent._guard, nonce: 'f'.repeat(32) } })],
    ['the time', (sent) => ({ ...sent, _guard: { ...sent._guard, issued_at: sent._guard.issued_at + 1 } })],
    ['the hops', (sent) => ({ ...sent, _guard: { ...sent._guard, hops: 2 } })],
    ['a pin', ({ _guard: { base_ref: _, ...guard }, ...sent }) => ({ ...sent, _guard: guard })],
    ['a hidden field', (sent) => JSON.parse(JSON.stringify(sent).replace('"pr":7', '"pr":7,"__proto__":{"pr":7}'))],
  ])) {
    test(`does not survive a change of ${name}`, async () => {
      const ran = await guarded(change(signed()));
      assert.equal(ran.outputs['reason-code'], 'provenance.signature_invalid', ran.stdout);
      assert.equal(ran.requests.length, 0);
    });
  }
});

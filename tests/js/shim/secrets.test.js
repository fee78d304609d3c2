// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secrets } from '../../../js/action/secrets.js';

test('redacts every form in which an error can quote a secret', () => {
  const secret = 'p@ss "w/rd"\u00e9';
  const secrets = new Secrets();
  secrets.add(secret);
  const forms = [secret, JSON.stringify(secret), encodeURIComponent(secret), Buffer.from(secret).toString('base64')];
  for (const form of forms) {
    const shown = secrets.redact(`before ${form} after`);
    assert.match(shown, /^before "?\*\*\*(==?)?"? after$/, form);
  }
});

test('redacts the longer of two overlapping secrets', () => {
  const secrets = new Secrets();
  secrets.add('token');
  secrets.add('token-and-more');
  assert.equal(secrets.redact('token-and-more, token'), '***, ***');
});

test('keeps text without a secret', () => {
  const secrets = new Secrets();
  assert.equal(secrets.redact('nothing here'), 'nothing here');
  secrets.add('');
  secrets.add('s3cret');
  assert.equal(secrets.redact('nothing here'), 'nothing here');
});

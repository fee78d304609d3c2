// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secrets } from '../../../js/secrets.js';

test('a secret is cut out in every form in which an error may quote it', () => {
  const secret = 'p@ss "w/rd"\u00e9';
  const secrets = new Secrets();
  secrets.add(secret);
  const forms = [secret, JSON.stringify(secret), encodeURIComponent(secret), Buffer.from(secret).toString('base64')];
  for (const form of forms) {
    const shown = secrets.redact(`before ${form} after`);
    assert.match(shown, /^before "?\*\*\*(==?)?"? after$/, form);
  }
});

test('the longer of two secrets is cut out whole', () => {
  const secrets = new Secrets();
  secrets.add('token');
  secrets.add('token-and-more');
  assert.equal(secrets.redact('token-and-more, token'), '***, ***');
});

test('text without a secret stays as it is', () => {
  const secrets = new Secrets();
  assert.equal(secrets.redact('nothing here'), 'nothing here');
  secrets.add('');
  secrets.add('s3cret');
  assert.equal(secrets.redact('nothing here'), 'nothing here');
});

// @ts-check
// The proof by an ID token, with keys made for the test and a server that shows them, judged by the bundle with the
// RS256 of the Node that runs it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fault } from '../support/fake-api.js';
import { REPOSITORY } from '../support/github-objects.js';
import { SIDE_BY_SIDE } from '../support/guard.js';
import { audience, confusedToken, issuerKey, token } from '../support/counterpart.js';
import { claimsFor, decide, digestOf, envelope, now, payload, policy, WORKFLOWS } from './proven.js';

const REQUIRED = policy(`require: oidc, ${WORKFLOWS}`);
const ISSUER = issuerKey('one');
const OTHER = issuerKey('two');
const DENIED = 'provenance.oidc_invalid';

/** @typedef {{ [claim: string]: any }} Claims */

/**
 * A dispatch whose token is made by `make` from what GitHub would claim.
 * @param {(claims: Claims, unsigned: any) => string} make
 * @param {Partial<import('./proven.js').Options> & { keys?: any[], unsigned?: any }} [options]
 */
function withToken(make, { keys = [ISSUER.jwk], unsigned = payload(), ...rest } = {}) {
  /** @type {any} */
  const oidc = { jwks: { keys } };
  return decide({
    policy: REQUIRED,
    payload: (origin) => {
      const oidc = make(claimsFor(unsigned, origin), unsigned);
      return { ...unsigned, _guard: { ...unsigned._guard, oidc } };
    },
    world: { oidc, ...rest.world },
    ...rest,
  });
}

describe('an ID token', SIDE_BY_SIDE, () => {
  test('of an allowed workflow for this dispatch is the strongest proof', async () => {
    let whole = '';
    const ran = await withToken((claims) => (whole = token(ISSUER, claims)));
    assert.equal(ran.outputs['reason-code'], 'allowed', ran.stdout);
    assert.equal(ran.outputs.provenance, 'oidc');
    assert.deepEqual(ran.requests.map(({ route }) => route).sort(), ['jwks', 'pull']);
    const jwks = ran.requests.find(({ route }) => route === 'jwks');
    assert.equal(jwks?.headers.authorization, undefined, 'the issuer is told no token');
    assert.equal(ran.commands.filter(({ name, message }) => name === 'add-mask' && message === whole).length, 1);
    assert.ok(!ran.stdout.replaceAll(`::add-mask::${whole}`, '').includes(whole), 'it is not printed');
  });

  test('is good with any of the keys that the issuer shows', async () => {
    const keys = [OTHER.jwk, { kty: 'EC', kid: 'x', crv: 'P-256', x: 'AA', y: 'AA' }, ISSUER.jwk];
    const ran = await withToken((claims) => token(ISSUER, claims), { keys });
    assert.equal(ran.outputs['reason-code'], 'allowed', ran.stdout);
    const rotated = await withToken((claims) => token(OTHER, claims), { keys });
    assert.equal(rotated.outputs['reason-code'], 'allowed', rotated.stdout);
  });

  const weak = issuerKey('one', 1024);
  /** @type {[string, (claims: Claims, unsigned: any) => string, RegExp, any[]?][]} */
  const denied = [
    ['without an algorithm', (claims) => token(ISSUER, claims, { alg: 'none' }), /`alg` is `none`/],
    [
      'without an algorithm and signature',
      (claims) => token(ISSUER, claims, { alg: 'none' }).replace(/[^.]*$/, ''),
      /`alg` is|no token/,
    ],
    ['whose secret is the public key', (claims) => confusedToken(ISSUER.jwk, claims), /`alg` is `HS256`/],
    ['of a key that is not known', (claims) => token(OTHER, claims), /no such key/],
    [
      'of another key under a known name',
      (claims) => token({ ...OTHER, kid: 'one' }, claims),
      /does not belong to its content/,
    ],
    [
      'that brings its key along',
      (claims) => token({ ...OTHER, kid: 'one' }, claims, { jwk: OTHER.jwk }),
      /does not belong to its content/,
    ],
    ['of a key that is too short', (claims) => token(weak, claims), /none for RS256/, [weak.jwk]],
    [
      'whose claims were changed afterwards',
      (claims) => {
        const [head, , signature] = token(ISSUER, claims).split('.');
        return `${head}.${Buffer.from(JSON.stringify({ ...claims, jti: 'x' })).toString('base64url')}.${signature}`;
      },
      /does not belong to its content/,
    ],
    [
      'whose signature was changed',
      (claims) => token(ISSUER, claims).replace(/.(?=.{9}$)/, (letter) => (letter === 'A' ? 'B' : 'A')),
      /does not belong to its content/,
    ],
    ['of another issuer', (claims) => token(ISSUER, { ...claims, iss: 'https://evil.example' }), /issued by/],
    ['for another audience', (claims) => token(ISSUER, { ...claims, aud: 'sigstore' }), /audience `sigstore`/],
    [
      'for another payload',
      (claims) => token(ISSUER, { ...claims, aud: audience(digestOf(payload())) }),
      /another payload or another purpose/,
    ],
    ['of another repository', (claims) => token(ISSUER, { ...claims, repository_id: '1' }), /repository with id `1`/],
    [
      'of another workflow',
      (claims) => token(ISSUER, { ...claims, workflow_ref: claims.workflow_ref.replace('w2', 'evil') }),
      /evil\.yml/,
    ],
    [
      'of another branch',
      (claims) => token(ISSUER, { ...claims, workflow_ref: claims.workflow_ref.replace('main', 'evil') }),
      /refs\/heads\/evil/,
    ],
    ['of another run', (claims) => token(ISSUER, { ...claims, run_id: '124' }), /`run_id` is `124`/],
    ['that has expired', (claims) => token(ISSUER, { ...claims, exp: now() - 90 }), /expired \d+ seconds ago/],
    ['that is not good yet', (claims) => token(ISSUER, { ...claims, nbf: now() + 90 }), /not good before/],
    ['from the future', (claims) => token(ISSUER, { ...claims, iat: now() + 90 }), /in the future/],
  ];
  for (const [name, make, says, keys] of denied) {
    test(`${name} proves nothing`, async () => {
      const ran = await withToken(make, keys === undefined ? {} : { keys });
      assert.equal(ran.outputs['reason-code'], DENIED, ran.stdout);
      assert.match(ran.outputs.reason ?? '', says);
      assert.equal(ran.code, 1);
      assert.ok(!ran.requests.some(({ route }) => route === 'pull'), 'nothing more is asked');
    });
  }

  test('is worth nothing where the issuer has no keys to show', async () => {
    for (const [step, code] of /** @type {const} */ ([
      [fault.status(404), 'api.invalid_response'],
      [fault.json({ keys: [] }), DENIED],
      [fault.html(), 'api.invalid_response'],
      [fault.redirect('https://127.0.0.1:9/jwks'), 'api.invalid_response'],
    ])) {
      const ran = await withToken((claims) => token(ISSUER, claims), { script: { jwks: step } });
      assert.equal(ran.outputs['reason-code'], code, ran.stdout);
      assert.equal(ran.outputs.allowed, 'false');
    }
  });

  test('that is missing is named with what the sender has to do', async () => {
    const ran = await decide({ policy: REQUIRED, payload: () => payload() });
    assert.equal(ran.outputs['reason-code'], 'provenance.missing');
    assert.match(ran.annotations[0]?.message ?? '', /`id-token: write`/);
  });

  test('is not looked at where no rule asks for it', async () => {
    const unsigned = payload(envelope({ oidc: 'not a token' }));
    const ran = await decide({ policy: policy('require: none'), payload: () => unsigned });
    assert.equal(ran.outputs['reason-code'], 'allowed', ran.stdout);
    assert.equal(ran.outputs.provenance, 'none');
    assert.ok(!ran.requests.some(({ route }) => route === 'jwks'));
    assert.equal(REPOSITORY.id, 100200);
  });
});

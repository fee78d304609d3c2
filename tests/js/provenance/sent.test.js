// @ts-check
// What send makes is what the guard takes: both bundles, one server, and a payload with every trap of JSON in it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dispatchEvent, pushEvent } from '../support/events.js';
import { startFakeApi } from '../support/fake-api.js';
import { pullRequest, REPOSITORY } from '../support/github-objects.js';
import { SIDE_BY_SIDE } from '../support/guard.js';
import { runAction } from '../support/run-action.js';
import { digest, issuerKey, signature } from '../support/counterpart.js';
import { decideAt, KEY, policy, TYPE, W2, WORKFLOWS } from './proven.js';

const ISSUER = issuerKey('one');
const PEM = String(ISSUER.privateKey.export({ type: 'pkcs8', format: 'pem' }));

/** A server that is API, issuer and ID token endpoint. */
async function startServer() {
  const claims = { repository_id: String(REPOSITORY.id), workflow_ref: W2, run_id: '123', run_attempt: '2' };
  const oidc = { privateKeyPem: PEM, jwks: { keys: [ISSUER.jwk] }, claims, requestToken: 'request-token' };
  return startFakeApi({ pulls: { 7: pullRequest() }, oidc });
}

/** @param {Awaited<ReturnType<typeof startServer>>} api @param {{[name: string]: string}} inputs */
async function send(api, inputs) {
  const ran = await runAction({
    action: 'send',
    eventName: 'push',
    event: pushEvent(),
    apiUrl: api.url,
    inputs: { 'event-type': TYPE, ...inputs },
    environment: {
      GITHUB_RUN_ID: '123',
      GITHUB_RUN_ATTEMPT: '2',
      GITHUB_WORKFLOW_REF: W2,
      ACTIONS_ID_TOKEN_REQUEST_URL: `${api.origin}/_services/id-token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
    },
  });
  assert.equal(ran.outputs.sent, 'true', ran.stdout);
  return api.dispatches.at(-1)?.client_payload;
}

const PAYLOADS = {
  plain: '{"chart": "redis"}',
  'with numbers in other spellings': '{"n": [1.0, 1e2, 1E-7, 0.000001, -0, 123456789012345680000, 9007199254740992]}',
  'with texts in other spellings': String.raw`{"t": "\u0041\/\u00e9\ud83d\ude00\u2028\u0000 \"\\"}`,
  'with keys in another order': '{"z": 1, "€": 2, "\\r": 3, "10": 4, "9": 5, "😀": 6, "\\ufb33": 7}',
  'with keys that JavaScript knows': '{"__proto__": {"pr": 8}, "toJSON": "x", "constructor": 1, "length": 0}',
};

describe('what is sent', SIDE_BY_SIDE, () => {
  for (const [name, text] of Object.entries(PAYLOADS)) {
    test(`passes ${name}, and no longer after a change`, async () => {
      const api = await startServer();
      try {
        const inputs = { 'client-payload': text, 'pr-number': '7', 'signing-key': ` ${KEY}\n`, oidc: 'true' };
        const sent = await send(api, inputs);
        const bytes = digest(sent, TYPE, REPOSITORY.id);
        assert.equal(sent._guard.signature, signature(bytes, KEY), 'the counterpart signs it the same');

        /** @param {any} payload @param {string} require @param {string} keys */
        const decide = (payload, require, keys) =>
          decideAt(api, {
            policy: policy(`require: ${require}, ${WORKFLOWS}`),
            payload: () => payload,
            inputs: { 'signing-keys': keys },
          });
        const [signed, issued] = await Promise.all([decide(sent, 'signature', KEY), decide(sent, 'oidc', '')]);
        assert.equal(signed.outputs['reason-code'], 'allowed', signed.stdout);
        assert.equal(issued.outputs['reason-code'], 'allowed', issued.stdout);
        assert.deepEqual(issued.result.provenance.digest, bytes.toString('hex'));

        const changed = { ...sent, more: 1 };
        const [unsigned, unissued] = await Promise.all([
          decide(changed, 'signature', KEY),
          decide(changed, 'oidc', ''),
        ]);
        assert.equal(unsigned.outputs['reason-code'], 'provenance.signature_invalid');
        assert.equal(unissued.outputs['reason-code'], 'provenance.oidc_invalid');
      } finally {
        await api.close();
      }
    });
  }

  test('is refused where a number cannot be signed', async () => {
    const api = await startServer();
    try {
      const ran = await runAction({
        action: 'send',
        eventName: 'push',
        event: pushEvent(),
        apiUrl: api.url,
        inputs: { 'event-type': TYPE, 'client-payload': '{"n": 9007199254740993}', 'signing-key': KEY },
      });
      assert.equal(ran.outputs.sent, 'false', ran.stdout);
      assert.match(ran.outputs.reason ?? '', /9007199254740993/);
      assert.equal(api.dispatches.length, 0);
      assert.equal(dispatchEvent().action, TYPE);
    } finally {
      await api.close();
    }
  });
});

// @ts-check
// Proofs through the bundles: what send writes is what the guard accepts, with the RS256 and HMAC of the Node that runs
// them. The rules of each proof are tested in tests/provenance.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { CONCURRENT } from '../support/action.js';
import {
  claimsFor,
  decide,
  decideAt,
  envelope,
  KEY,
  now,
  payload,
  policy,
  signed,
  TYPE,
  W2,
  WORKFLOWS,
} from '../support/envelope.js';
import { pushEvent } from '../support/events.js';
import { startFakeApi } from '../support/fake-api.js';
import { pullRequest, REPOSITORY } from '../support/github-objects.js';
import { digest, issuerKey, signature, token } from '../support/reference-crypto.js';
import { DIST, NODE, runAction } from '../support/run-action.js';

const ISSUER = issuerKey('one');
const PULLS = { 7: pullRequest() };
/** @type {any} */
const JWKS = { jwks: { keys: [ISSUER.jwk] } };

/** A dispatch with an ID token that this key signs. @param {{kid: string, privateKey: any}} key */
function withToken(key) {
  const unsigned = payload();
  return (/** @type {string} */ origin) => {
    const oidc = token(key, claimsFor(unsigned, origin));
    return { ...unsigned, _guard: { ...unsigned._guard, oidc } };
  };
}

describe('a dispatch that send signs', CONCURRENT, () => {
  // Whatever a JSON parser could change: spellings of numbers and texts, the order of keys, keys that JavaScript knows.
  const PAYLOAD = String.raw`{
    "numbers": [1.0, 1e2, 1E-7, 0.000001, -0, 123456789012345680000, 9007199254740992],
    "text": "\u0041\/\u00e9\ud83d\ude00\u2028\u0000 \"\\",
    "order": {"z": 1, "€": 2, "\r": 3, "10": 4, "9": 5, "😀": 6, "\ufb33": 7},
    "__proto__": {"pr": 8}, "toJSON": "x", "constructor": 1
  }`;

  test('is allowed by its signature and by its ID token, and denied after a change', async () => {
    const oidc = {
      ...JWKS,
      privateKeyPem: String(ISSUER.privateKey.export({ type: 'pkcs8', format: 'pem' })),
      claims: { repository_id: String(REPOSITORY.id), workflow_ref: W2, run_id: '123', run_attempt: '2' },
      requestToken: 'request-token',
    };
    const api = await startFakeApi({ pulls: PULLS, oidc });
    try {
      const sender = await runAction({
        action: 'send',
        eventName: 'push',
        event: pushEvent(),
        apiUrl: api.url,
        inputs: {
          'event-type': TYPE,
          'client-payload': PAYLOAD,
          'pr-number': '7',
          'signing-key': ` ${KEY}\n`,
          oidc: 'true',
        },
        environment: {
          GITHUB_RUN_ID: '123',
          GITHUB_RUN_ATTEMPT: '2',
          GITHUB_WORKFLOW_REF: W2,
          ACTIONS_ID_TOKEN_REQUEST_URL: `${api.origin}/_services/id-token?api-version=2.0`,
          ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
        },
      });
      assert.equal(sender.outputs.sent, 'true', sender.stdout);
      const sent = api.dispatches.at(-1)?.client_payload;
      const bytes = digest(sent, TYPE, REPOSITORY.id);
      assert.equal(sent._guard.signature, signature(bytes, KEY), 'as the reference implementation signs it');

      const whole = sent._guard.oidc;
      for (const [require, keys, code] of /** @type {const} */ ([
        ['signature', KEY, 'provenance.signature_invalid'],
        ['oidc', '', 'provenance.oidc_invalid'],
      ])) {
        const rule = policy(`require: ${require}, ${WORKFLOWS}`);
        const inputs = { 'signing-keys': keys };
        const ran = await decideAt(api, { policy: rule, payload: () => sent, inputs });
        assert.equal(ran.outputs['reason-code'], 'allowed', ran.stdout);
        assert.equal(ran.outputs.provenance, require);
        assert.equal(ran.result.provenance.digest, bytes.toString('hex'));
        assert.ok(!ran.stdout.replaceAll(`::add-mask::${whole}`, '').includes(whole), 'the token is not printed');
        const changed = await decideAt(api, { policy: rule, payload: () => ({ ...sent, more: 1 }), inputs });
        assert.equal(changed.outputs['reason-code'], code, changed.stdout);
      }
      const jwks = api.requests.filter(({ route }) => route === 'jwks');
      assert.ok(jwks.length > 0 && jwks.every(({ headers }) => headers.authorization === undefined));
    } finally {
      await api.close();
    }
  });
});

describe('proofs', CONCURRENT, () => {
  test('an ID token of another key under a known name is denied', async () => {
    const other = { ...issuerKey('two'), kid: 'one' };
    const rule = policy(`require: oidc, ${WORKFLOWS}`);
    const ran = await decide({ policy: rule, payload: withToken(other), world: { oidc: JWKS } });
    assert.equal(ran.outputs['reason-code'], 'provenance.oidc_invalid', ran.stdout);
    assert.ok(!ran.requests.some(({ route }) => route === 'pull'), 'nothing more is requested');
  });

  test('the run that sent is looked up', async () => {
    const at = (/** @type {number} */ seconds) => new Date((now() + seconds) * 1000).toISOString().replace('.000', '');
    const runs = [{ id: 123, created_at: at(-120), updated_at: at(-1) }];
    const rule = policy(`require: run, ${WORKFLOWS}`);
    const ran = await decide({ policy: rule, payload: () => payload(), world: { pulls: PULLS, runs } });
    assert.equal(ran.outputs['reason-code'], 'allowed', ran.stdout);
    assert.deepEqual(
      ran.requests.map(({ path }) => path),
      ['/repos/acme/charts/actions/runs/123', '/repos/acme/charts/pulls/7'],
    );
  });

  test('once: of two concurrent processes one is allowed', async () => {
    const api = await startFakeApi({ pulls: PULLS });
    // Both have written their claim before either can read.
    const waiting = /** @type {(() => void)[]} */ ([]);
    api.script('create-status', ({ answer, send }) => {
      const written = answer();
      waiting.push(() => send(written));
      if (waiting.length === 2) waiting.splice(0).forEach((go) => go());
    });
    try {
      const sent = payload(envelope());
      const rule = policy('require: none', '    once: true\n');
      const run = (/** @type {string} */ id) =>
        decideAt(api, { policy: rule, payload: () => sent, environment: { GITHUB_RUN_ID: id } });
      const codes = (await Promise.all(['1', '2'].map(run))).map(({ outputs }) => outputs['reason-code']);
      assert.deepEqual(codes.sort(), ['allowed', 'replay.duplicate']);
    } finally {
      await api.close();
    }
  });
});

describe('evidence', CONCURRENT, () => {
  /** Replays evidence with neither network nor variables. @param {string} text */
  function replay(text) {
    const directory = mkdtempSync(join(tmpdir(), 'dispatch-guard-'));
    try {
      const path = join(directory, 'evidence.json');
      writeFileSync(path, text);
      const { status, stdout, stderr } = spawnSync(NODE, [join(DIST, 'cli/main.cjs'), 'replay', path], { env: {} });
      return { status, text: `${stdout}${stderr}` };
    } finally {
      rmSync(directory, { recursive: true });
    }
  }

  test('of a signature replays without the key', async () => {
    const sent = signed();
    const ran = await decide({
      policy: policy('require: signature'),
      payload: () => sent,
      inputs: { 'signing-keys': `the key before this one\n${KEY}`, 'evidence-file': 'out.json' },
      secrets: [KEY, sent._guard.signature],
    });
    assert.equal(ran.outputs['reason-code'], 'allowed', ran.stdout);
    const evidence = ran.files['out.json'] ?? '';
    const again = replay(evidence);
    assert.equal(again.status, 0, again.text);
    const changed = replay(evidence.replace('\\"hops\\":1', '\\"hops\\":2'));
    assert.equal(changed.status, 4, changed.text);
    assert.match(changed.text, /provenance\.signature_invalid/);
  });

  test('of an ID token replays without the token', async () => {
    let whole = '';
    const make = withToken(ISSUER);
    const ran = await decide({
      policy: policy(`require: oidc, ${WORKFLOWS}`),
      payload(origin) {
        const sent = make(origin);
        whole = sent._guard.oidc;
        return sent;
      },
      world: { oidc: JWKS },
      inputs: { 'evidence-file': 'out.json' },
    });
    assert.equal(ran.outputs['reason-code'], 'allowed', ran.stdout);
    const evidence = ran.files['out.json'] ?? '';
    assert.ok(!evidence.includes(whole.split('.')[2] ?? ''), 'the signature of the token is redacted');
    const again = replay(evidence);
    assert.equal(again.status, 0, again.text);
  });
});

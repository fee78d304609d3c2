// @ts-check
// The ID token: asked for with the digest of exactly this dispatch, and a secret from the moment that it is there.

import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';
import { deed } from '../support/deed.js';
import { fault } from '../support/fake-api.js';
import { pullRequest, REPOSITORY } from '../support/github-objects.js';
import { SIDE_BY_SIDE } from '../support/guard.js';
import { lines } from '../support/run-action.js';
import { digest as digestOf } from '../support/counterpart.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const JWK = { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' };
const REQUEST_TOKEN = 'request-token-of-this-job';
const WORLD = {
  pulls: { 7: pullRequest() },
  oidc: {
    privateKeyPem: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    jwks: { keys: [JWK] },
    claims: { repository_id: String(REPOSITORY.id) },
    requestToken: REQUEST_TOKEN,
  },
};
const INPUTS = Object.freeze({ 'event-type': 'chart-pr-created', 'client-payload': '{"chart":"redis"}', oidc: 'true' });

/**
 * A run whose ID token endpoint is another server than the API, as on github.com.
 * @param {import('../support/deed.js').DeedOptions} [options]
 */
async function sendWithToken(options = {}) {
  const { startFakeApi } = await import('../support/fake-api.js');
  const issuer = await startFakeApi(WORLD);
  for (const [route, steps] of Object.entries(options.script ?? {})) issuer.script(route, steps);
  try {
    const environment = {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${issuer.origin}/_services/id-token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: REQUEST_TOKEN,
      ...options.environment,
    };
    const secrets = [REQUEST_TOKEN, ...(options.secrets ?? [])];
    const ran = await deed('send', { inputs: INPUTS, ...options, environment, secrets });
    return { ...ran, asked: [...issuer.requests] };
  } finally {
    await issuer.close();
  }
}

describe('the ID token', SIDE_BY_SIDE, () => {
  test('is sent, is for this dispatch, and is shown nowhere', async () => {
    const ran = await sendWithToken({ inputs: { ...INPUTS, 'pr-number': '7', 'signing-key': 'the-key-of-both' } });
    assert.equal(ran.outputs.sent, 'true', ran.stdout);
    const payload = ran.dispatches[0]?.client_payload;
    const token = payload._guard.oidc;

    const [header, claims, signature] = token.split('.');
    const key = createPublicKey({ key: JWK, format: 'jwk' });
    assert.ok(verify('sha256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url')));
    const { aud } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    assert.equal(aud, `dispatch-guard:${digestOf(payload, 'chart-pr-created', REPOSITORY.id).toString('hex')}`);

    assert.equal(ran.asked.length, 1);
    assert.equal(ran.asked[0]?.headers.authorization, `Bearer ${REQUEST_TOKEN}`);
    assert.match(ran.asked[0]?.path ?? '', /\?api-version=2\.0&audience=dispatch-guard%3A[0-9a-f]{64}$/);
    assert.deepEqual(
      ran.requests.map(({ route }) => route),
      ['pull', 'dispatch'],
      'the API never sees the request token',
    );

    // Masked before anything else is printed, and printed nowhere else.
    const printed = lines(ran.stdout);
    const masks = printed.filter((line) => line === `::add-mask::${token}`);
    assert.equal(masks.length, 1);
    assert.ok(printed.indexOf(`::add-mask::${token}`) < printed.findIndex((line) => /^dispatch-guard/.test(line)));
    for (const text of [ran.stdout.replace(`::add-mask::${token}`, ''), ran.summary, JSON.stringify(ran.outputs)]) {
      assert.ok(!text.includes(token) && !text.includes(signature), text);
    }

    // The output has all but the token: the runner would drop the whole of an output with a secret.
    const { oidc: _, ...envelope } = payload._guard;
    assert.deepEqual(JSON.parse(ran.outputs.payload ?? ''), { ...payload, _guard: envelope });
    assert.equal(ran.audit[0].facts.proofs, 'signature, oidc');
  });

  for (const name of ['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN']) {
    test(`without ${name} the permission is named and nothing is sent`, async () => {
      const ran = await sendWithToken({ environment: { [name]: undefined } });
      assert.equal(ran.outputs['reason-code'], 'api.forbidden');
      assert.match(ran.outputs.reason ?? '', /`id-token: write`/);
      assert.deepEqual([ran.asked, ran.requests], [[], []]);
    });
  }

  for (const [name, step, code] of /** @type {[string, import('../support/fake-api.js').Step, string][]} */ ([
    ['a refusal', fault.status(403), 'api.forbidden'],
    ['a request token that has expired', fault.unauthorized(), 'api.forbidden'],
    ['a page', fault.html(), 'api.invalid_response'],
    ['JSON without a token', fault.json({ count: 0 }), 'api.invalid_response'],
    ['a redirect to another host', fault.redirect('http://127.0.0.2:1/'), 'api.invalid_response'],
  ])) {
    test(`${name} in its place sends nothing`, async () => {
      const ran = await sendWithToken({ script: { 'id-token': step } });
      assert.equal(ran.outputs['reason-code'], code, ran.stdout);
      assert.match(ran.outputs.reason ?? '', /ID token/);
      assert.deepEqual([ran.asked.length, ran.requests.length], [1, 0]);
    });
  }

  test('a passing fault of its server is tried again', async () => {
    const ran = await sendWithToken({ script: { 'id-token': [fault.status(500), fault.reset()] } });
    assert.equal(ran.outputs.sent, 'true', ran.stdout);
    assert.equal(ran.asked.length, 3);
  });

  for (const value of ['hush-this-is-no-token', 'hush.hush.hush hush']) {
    test(`what is no token is a secret all the same: ${value}`, async () => {
      const ran = await sendWithToken({ script: { 'id-token': fault.json({ value }) }, secrets: [value] });
      assert.equal(ran.outputs['reason-code'], 'api.invalid_response');
      assert.ok(ran.stdout.includes(`::add-mask::${value}`));
    });
  }

  test('a bare token instead of JSON is not quoted', async () => {
    const token = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJodXNoIn0.c2ln';
    const ran = await sendWithToken({ script: { 'id-token': fault.text(token) }, secrets: [token] });
    assert.equal(ran.outputs['reason-code'], 'api.invalid_response');
  });

  test('GitHub quotes the dispatch, and nobody learns the token', async () => {
    // An API that quotes what it was sent.
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      response
        .writeHead(422, { 'content-type': 'application/json' })
        .end(JSON.stringify({ message: JSON.parse(body).client_payload._guard.oidc }));
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    try {
      const ran = await sendWithToken({ apiUrl: `http://127.0.0.1:${port}` });
      assert.equal(ran.outputs['reason-code'], 'config.invalid_input');
      const mask = lines(ran.stdout).find((line) => line.startsWith('::add-mask::eyJ')) ?? '';
      const token = mask.replace('::add-mask::', '');
      assert.ok(token.length > 100);
      assert.ok(!ran.stdout.replace(mask, '').includes(token.slice(0, 60)), ran.stdout);
      assert.match(ran.outputs.reason ?? '', /invalid: `\*\*\*`/);
    } finally {
      server.close();
    }
  });
});

// @ts-check
// The bundle of send. Its rules are tested natively, and every fault of its requests in tests/js/faults.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';
import { CONCURRENT, routes, runInPush } from '../support/action.js';
import { dispatchEvent, pushEvent } from '../support/events.js';
import { fault, startFakeApi, TOKEN } from '../support/fake-api.js';
import { BASE_SHA, HEAD_SHA, pullRequest } from '../support/github-objects.js';
import { runAction } from '../support/run-action.js';

const INPUTS = Object.freeze({ 'event-type': 'chart-pr-created', 'client-payload': '{"chart": "redis"}' });

/** @param {import('../support/action.js').Options} [options] */
const send = (options = {}) => runInPush('send', { ...options, inputs: { ...INPUTS, ...options.inputs } });

describe('send', CONCURRENT, () => {
  test('sends the payload with an envelope that pins the pull request', async () => {
    const ran = await send({ inputs: { 'pr-number': '7' } });
    assert.deepEqual(routes(ran), ['pull', 'dispatch'], ran.stdout);
    const [dispatch] = ran.dispatches;
    assert.deepEqual([dispatch?.repository, dispatch?.event_type], ['acme/charts', 'chart-pr-created']);
    const { _guard: envelope, ...payload } = dispatch?.client_payload;
    assert.deepEqual(payload, { chart: 'redis', pr: 7 });
    const { issued_at, nonce, ...rest } = envelope;
    assert.deepEqual(rest, {
      v: 1,
      pr: 7,
      head_sha: HEAD_SHA,
      base_ref: 'main',
      base_sha: BASE_SHA,
      run_id: 777000,
      run_attempt: 1,
      workflow_ref: 'acme/charts/.github/workflows/w2.yml@refs/heads/main',
      hops: 1,
    });
    assert.ok(Math.abs(issued_at - Date.now() / 1000) < 60, `issued_at is ${issued_at}`);
    assert.match(nonce, /^[0-9a-f]{32}$/);
    const { outputs } = ran;
    assert.deepEqual(JSON.parse(outputs.payload ?? ''), dispatch?.client_payload);
    assert.deepEqual([outputs.nonce, outputs['pr-number'], outputs['head-sha']], [nonce, '7', HEAD_SHA]);
    assert.match(ran.summary, /sent/);
  });

  test('sends the exact text of the payload without an envelope', async () => {
    const payload = '{"b":1.50,"a":[9007199254740993,"é\\n<&>`$(x)"],"":{}}';
    const ran = await send({ inputs: { envelope: 'false', 'client-payload': payload.replace('é', '\\u00e9') } });
    assert.equal(ran.requests[0]?.body, `{"event_type":"chart-pr-created","client_payload":${payload}}`);
    assert.equal(ran.outputs.payload, payload);
  });

  test('counts the hops from the dispatch that started the run', async () => {
    const first = await send();
    const received = dispatchEvent(first.dispatches[0]?.client_payload);
    const second = await send({ eventName: 'repository_dispatch', event: received });
    const [one, two] = [first, second].map(({ dispatches }) => dispatches[0]?.client_payload._guard);
    assert.equal(two.hops, 2);
    assert.notEqual(one.nonce, two.nonce);
  });

  test('refuses a payload that holds the token, before any request', async () => {
    const ran = await send({ inputs: { 'client-payload': `{"log":"${TOKEN}"}` } });
    assert.equal(ran.outputs['reason-code'], 'config.invalid_input', ran.stdout);
    assert.deepEqual(ran.requests, []);
  });

  test('reports a refusal', async () => {
    const ran = await send({ script: { dispatch: fault.forbidden('contents=write') } });
    assert.equal(ran.outputs['reason-code'], 'api.forbidden', ran.stdout);
    assert.deepEqual(ran.dispatches, []);
  });

  // The runner sends SIGINT when a job is cancelled, and SIGTERM 7.5 s later.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    test(`says what was sent when ${signal} ends the wait for its run`, async () => {
      const api = await startFakeApi({ pulls: { 7: pullRequest() } });
      const ran = await runAction({
        action: 'send',
        eventName: 'push',
        event: pushEvent(),
        inputs: { ...INPUTS, wait: 'completed', 'pr-number': '7' },
        apiUrl: api.url,
        started: (child) => {
          let log = '';
          child.stdout?.on('data', (text) => {
            log += text;
            if (log.includes('waiting for its run')) child.kill(signal);
          });
        },
      });
      await api.close();
      assert.equal(ran.signal, signal);
      assert.deepEqual(ran.written[0], ['sent', 'false']);
      const { sent, nonce, payload, 'reason-code': code, 'run-id': run } = ran.outputs;
      assert.deepEqual([sent, code, run], ['true', 'run.not_started', '']);
      const [dispatch] = api.dispatches;
      assert.equal(nonce, dispatch?.client_payload._guard.nonce);
      assert.deepEqual(JSON.parse(payload ?? ''), dispatch?.client_payload);
      assert.match(ran.stdout, new RegExp(`with the nonce \`${nonce}\`; waiting for its run`));
    });
  }

  test('does not reveal the ID token to the log when GitHub quotes it', async () => {
    // The invariants look for this token in everything that is printed.
    const idToken = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzZWNyZXQifQ.c2lnbmF0dXJl';
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const quote = request.method === 'POST' ? JSON.parse(body).client_payload._guard.oidc : '';
      const answer = quote === '' ? { value: idToken } : { message: `not valid: ${quote}` };
      response.writeHead(quote === '' ? 200 : 422, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer));
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    const url = `http://127.0.0.1:${port}`;
    try {
      const ran = await send({
        apiUrl: url,
        inputs: { oidc: 'true' },
        environment: { ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/id?v=1`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token' },
        secrets: [idToken, 'request-token'],
      });
      assert.equal(ran.outputs['reason-code'], 'config.invalid_input', ran.stdout);
      assert.ok(ran.commands.some(({ name, message }) => name === 'add-mask' && message === idToken));
    } finally {
      server.close();
    }
  });
});

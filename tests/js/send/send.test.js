// @ts-check
// What is sent and what the step's outputs say of it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertDeed, deed, deedTests } from '../support/deed.js';
import { dispatchEvent } from '../support/events.js';
import { BASE_SHA, FORK, HEAD_SHA, pullRequest, REPOSITORY, USERS } from '../support/github-objects.js';
import { SIDE_BY_SIDE } from '../support/guard.js';
import { digest as digestOf, signature as signatureOf } from '../support/counterpart.js';

const KEY = 'the-key-that-both-sides-know';
const INPUTS = Object.freeze({ 'event-type': 'chart-pr-created', 'client-payload': '{"chart": "redis"}' });
const sends = deedTests('send', { inputs: INPUTS, secrets: [KEY] });
const DEPLOY = Object.freeze({ id: 300400, full_name: 'acme/deploy', owner: USERS.org });

describe('what is sent', SIDE_BY_SIDE, () => {
  sends('the payload with an envelope', {}, { code: 'allowed', requests: ['dispatch'] }, (ran) => {
    const [dispatch] = ran.dispatches;
    assert.equal(dispatch?.repository, 'acme/charts');
    assert.equal(dispatch.event_type, 'chart-pr-created');
    const { _guard: envelope, ...payload } = dispatch.client_payload;
    assert.deepEqual(payload, { chart: 'redis' });
    const { issued_at, nonce, ...facts } = envelope;
    assert.deepEqual(facts, {
      v: 1,
      run_id: 777000,
      run_attempt: 1,
      workflow_ref: 'acme/charts/.github/workflows/w2.yml@refs/heads/main',
      hops: 1,
    });
    assert.ok(Math.abs(issued_at - Date.now() / 1000) < 60, `issued_at is ${issued_at}`);
    assert.match(nonce, /^[0-9a-f]{32}$/);
    assert.deepEqual(
      { ...ran.outputs, reason: '', payload: JSON.parse(ran.outputs.payload ?? '') },
      {
        sent: 'true',
        'reason-code': 'allowed',
        reason: '',
        'event-type': 'chart-pr-created',
        nonce,
        'pr-number': '',
        'head-sha': '',
        payload: dispatch.client_payload,
      },
    );
    assert.match(ran.stdout, /^dispatch-guard 1\.0\.0: SENT \(allowed\)$/m);
    assert.match(ran.stdout, new RegExp(`^  nonce: \`${nonce}\`$`, 'm'));
    assert.match(ran.summary, /### dispatch-guard: ✅ sent/);
  });

  test('no two dispatches have one nonce', async () => {
    const runs = await Promise.all([deed('send', { inputs: INPUTS }), deed('send', { inputs: INPUTS })]);
    const [first, second] = runs.map(({ outputs }) => outputs.nonce);
    assert.notEqual(first, second);
  });

  sends(
    'exactly the text of the payload, without an envelope',
    { inputs: { envelope: 'false', 'client-payload': '{"b":1.50,"a":[9007199254740993,"\\u00e9\\n<&>`$(x)"],"":{}}' } },
    { code: 'allowed' },
    ({ requests, outputs }) => {
      const payload = '{"b":1.50,"a":[9007199254740993,"é\\n<&>`$(x)"],"":{}}';
      assert.equal(requests[0]?.body, `{"event_type":"chart-pr-created","client_payload":${payload}}`);
      assert.equal(outputs.payload, payload);
      assert.equal(outputs.nonce, '');
    },
  );

  sends(
    'no payload but the envelope, where the user gives none',
    { inputs: { 'client-payload': '' } },
    { code: 'allowed' },
    ({ dispatches }) => assert.deepEqual(Object.keys(dispatches[0]?.client_payload), ['_guard']),
  );

  sends(
    'the pull request, pinned',
    { inputs: { 'pr-number': '7' } },
    { code: 'allowed', says: [/#7 at commit/], requests: ['pull', 'dispatch'] },
    ({ dispatches, outputs }) => {
      const { pr, chart, _guard: envelope } = dispatches[0]?.client_payload ?? {};
      assert.deepEqual({ pr, chart }, { pr: 7, chart: 'redis' });
      const { pr: pinned, head_sha, base_ref, base_sha } = envelope;
      const pins = { pinned: 7, head_sha: HEAD_SHA, base_ref: 'main', base_sha: BASE_SHA };
      assert.deepEqual({ pinned, head_sha, base_ref, base_sha }, pins);
      assert.deepEqual([outputs['pr-number'], outputs['head-sha']], ['7', HEAD_SHA]);
    },
  );

  for (const [name, pull] of /** @type {const} */ ([
    ['closed', pullRequest({ state: 'closed' })],
    ['merged', pullRequest({ merged: true })],
    ['from a fork', pullRequest({ head: { repo: FORK } })],
  ])) {
    sends(
      `a pull request that is ${name}: the guard judges it, not send`,
      { inputs: { 'pr-number': '7' }, world: { pulls: { 7: pull } } },
      { code: 'allowed' },
    );
  }

  sends(
    'the user keeps a `pr` of the same number',
    { inputs: { 'pr-number': '7', 'client-payload': '{"pr":"7"}' } },
    { code: 'allowed' },
    ({ dispatches }) => assert.equal(dispatches[0]?.client_payload.pr, '7'),
  );
});

describe('the signature', SIDE_BY_SIDE, () => {
  const payloads = [
    '{}',
    '{"chart":"redis","pr":7}',
    '{"\\u20ac":"Euro","\\r":"CR","דּ":"Dalet","1":"One","😀":"Smiley","\\u0080":"C","ö":"o"}',
    '{"n":[333333333.3333333,1E30,4.50,2e-3,1e-27,-0,9007199254740992,1e21,0.000001,1e-7]}',
    '{"s":"\\u20ac$\\u000F\\nA\'B\\"\\\\\\/\\u007f\\u2028<"}',
    '{"a":{"z":1,"A":{"b":[],"a":{}}},"_":null,"t":[true,false]}',
  ];
  for (const payload of payloads) {
    sends(
      `is the one that Node makes for ${payload}`,
      { inputs: { 'client-payload': payload, 'signing-key': KEY } },
      { code: 'allowed', requests: ['dispatch'] },
      ({ requests }) => {
        const { client_payload, event_type } = JSON.parse(requests[0]?.body ?? '');
        const digest = digestOf(client_payload, event_type, REPOSITORY.id);
        assert.equal(client_payload._guard.signature, signatureOf(digest, KEY));
      },
    );
  }

  sends(
    'is bound to the repository that the dispatch goes to',
    {
      inputs: { repository: 'acme/deploy', 'signing-key': KEY, 'pr-number': '' },
      world: { repositories: [REPOSITORY, DEPLOY] },
    },
    { code: 'allowed', requests: ['repository', 'dispatch'] },
    ({ dispatches }) => {
      const [dispatch] = dispatches;
      assert.equal(dispatch?.repository, 'acme/deploy');
      const digest = digestOf(dispatch.client_payload, 'chart-pr-created', DEPLOY.id);
      assert.equal(dispatch.client_payload._guard.signature, signatureOf(digest, KEY));
    },
  );

  sends(
    'takes a key with white space around it as the guard does',
    { inputs: { 'signing-key': ` ${KEY}\n` } },
    { code: 'allowed' },
    ({ dispatches }) => {
      const payload = dispatches[0]?.client_payload;
      const digest = digestOf(payload, 'chart-pr-created', REPOSITORY.id);
      assert.equal(payload._guard.signature, signatureOf(digest, KEY));
    },
  );
});

describe('hops', SIDE_BY_SIDE, () => {
  const envelope = { v: 1, issued_at: 1_790_000_000, nonce: 'cd'.repeat(16), hops: 2 };
  for (const [name, payload, hops] of /** @type {const} */ ([
    ['a run that was dispatched with an envelope', { pr: 7, _guard: envelope }, 3],
    ['a run that was dispatched without one', { pr: 7 }, 2],
  ])) {
    sends(
      `${name} sends number ${hops}`,
      { eventName: 'repository_dispatch', event: dispatchEvent(payload) },
      { code: 'allowed' },
      ({ dispatches }) => assert.equal(dispatches[0]?.client_payload._guard.hops, hops),
    );
  }

  for (const [name, event, code] of /** @type {[string, any, string][]} */ ([
    ['no event file', undefined, 'event.unreadable'],
    ['an event file cut in half', '{"action": "x", "client_payl', 'event.malformed'],
    ['an event of another kind', { ...dispatchEvent(), client_payload: undefined }, 'event.mismatch'],
    ['hops that are no number', dispatchEvent({ _guard: { ...envelope, hops: '1' } }), 'payload.invalid_field'],
    ['hops below one', dispatchEvent({ _guard: { ...envelope, hops: 0 } }), 'payload.invalid_field'],
  ])) {
    sends(
      `${name} in a dispatched run never starts the count anew`,
      { eventName: 'repository_dispatch', event },
      { code, requests: [] },
    );
  }

  sends('the event file of a push is not read', { event: '}{' }, { code: 'allowed' });
});

test('two dispatches in a row are two steps that do not know of each other', async () => {
  const first = await deed('send', { inputs: INPUTS });
  assertDeed(first, { code: 'allowed' });
  const received = dispatchEvent(first.dispatches[0]?.client_payload);
  const second = await deed('send', { inputs: INPUTS, eventName: 'repository_dispatch', event: received });
  assert.equal(second.dispatches[0]?.client_payload._guard.hops, 2);
});

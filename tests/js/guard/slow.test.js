// @ts-check
// Time-outs with the real clock. In tests/js/faults every request meets them with a clock that jumps.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runInPush } from '../support/action.js';
import { fault } from '../support/fake-api.js';
import { assertDecision, guard } from '../support/guard.js';

const REQUEST_MS = 10_000;
const TOTAL_MS = 60_000;
/** For a busy machine. */
const SLACK_MS = 5_000;

describe('time-outs', { concurrency: true }, () => {
  test('a request without an answer is repeated after 10 s', async () => {
    const ran = await guard({ script: { pull: [fault.drip(100)] } });
    assertDecision(ran, { code: 'allowed', requests: ['pull', 'pull'] });
    const [first, second] = ran.requests.map(({ at }) => at);
    const gap = Number(second) - Number(first);
    assert.ok(gap >= REQUEST_MS - 100 && gap < REQUEST_MS + SLACK_MS, `the second request came after ${gap} ms`);
  });

  test('a server that never answers ends the run within 60 s', async () => {
    const ran = await guard({ script: { pull: fault.stall() } });
    assertDecision(ran, { code: 'api.unavailable' });
    assert.ok(ran.requests.length <= 4 && ran.ms < TOTAL_MS + SLACK_MS, `${ran.requests.length}, ${ran.ms} ms`);
  });

  test('a dispatch whose answer comes too late is not sent again', async () => {
    const inputs = { 'event-type': 'chart-pr-created' };
    const ran = await runInPush('send', { inputs, script: { dispatch: fault.late(11_000) } });
    assert.equal(ran.outputs['reason-code'], 'api.unavailable', ran.stdout);
    assert.match(ran.outputs.nonce ?? '', /^[0-9a-f]{32}$/, 'the nonce tells which dispatch it may have been');
    assert.equal(ran.requests.length, 1);
  });
});

// @ts-check
// A time-out after the request was written: GitHub may have taken the dispatch, so it is not sent again.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deed } from '../support/deed.js';
import { fault } from '../support/fake-api.js';

const INPUTS = Object.freeze({ 'event-type': 'chart-pr-created' });

describe('time-outs', { concurrency: true }, () => {
  for (const [name, step] of /** @type {const} */ ([
    ['no answer at all', fault.stall()],
    ['taken, but the answer comes too late', fault.late(11_000)],
  ])) {
    test(name, async () => {
      const ran = await deed('send', { inputs: INPUTS, script: { dispatch: step } });
      assert.equal(ran.outputs['reason-code'], 'api.unavailable');
      assert.match(ran.outputs.reason ?? '', /10000 ms/);
      assert.match(ran.outputs.reason ?? '', /may have taken/);
      assert.equal(ran.requests.length, 1);
      assert.ok(ran.ms < 15_000, `it took ${ran.ms} ms`);
    });
  }

  test('an answer after nine seconds is in time', async () => {
    const ran = await deed('send', { inputs: INPUTS, script: { dispatch: fault.late(9_000) } });
    assert.equal(ran.outputs.sent, 'true');
    assert.equal(ran.dispatches.length, 1);
  });
});

// @ts-check
// The limits of time: 10 s a request, 60 s in all. These runs mostly wait, so they all go on at once.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { fault } from '../support/fake-api.js';
import { assertDecision, guard } from '../support/guard.js';

const FIRST_TRY_MS = 10_000;
const IN_ALL_MS = 60_000;
/** The process itself, on a busy machine. */
const SLACK_MS = 5_000;

/** @param {any} ran */
const gapBeforeSecondTry = (ran) => ran.requests[1].at - ran.requests[0].at;

describe('time-outs', { concurrency: true }, () => {
  for (const [name, step] of /** @type {const} */ ([
    ['no answer at all', fault.stall()],
    ['half an answer, then nothing', fault.stallInBody()],
    ['a byte every 100 ms', fault.drip(100)],
  ])) {
    test(`${name}, once`, async () => {
      const ran = await guard({ script: { pull: [step] } });
      assertDecision(ran, { code: 'allowed', requests: 2 });
      const gap = gapBeforeSecondTry(ran);
      assert.ok(gap >= FIRST_TRY_MS - 100 && gap < FIRST_TRY_MS + SLACK_MS, `the second try came after ${gap} ms`);
    });

    test(`${name}, every time`, async () => {
      const ran = await guard({ script: { pull: step } });
      assertDecision(ran, { code: 'api.unavailable', says: [/10 s|10000 ms|time/i] });
      assert.ok(ran.requests.length <= 4, `${ran.requests.length} requests`);
      assert.ok(ran.ms < IN_ALL_MS + SLACK_MS, `it took ${ran.ms} ms`);
    });
  }

  test('an answer after nine seconds is in time', async () => {
    const ran = await guard({ script: { pull: fault.late(9_000) } });
    assertDecision(ran, { code: 'allowed', requests: 1 });
  });

  test('a server that takes the connection and says nothing', async () => {
    const server = createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', () => resolve(undefined)));
    const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
    try {
      const ran = await guard({ environment: { GITHUB_API_URL: `http://127.0.0.1:${port}` } });
      assertDecision(ran, { code: 'api.unavailable' });
      assert.ok(ran.ms < IN_ALL_MS + SLACK_MS, `it took ${ran.ms} ms`);
    } finally {
      server.close();
    }
  });

  test('Retry-After that would end after 60 s in all', async () => {
    const ran = await guard({ script: { pull: [fault.secondary(429, '30'), fault.secondary(429, '31')] } });
    assertDecision(ran, { code: 'api.rate_limited', requests: 2 });
    assert.ok(ran.ms < 30_000 + SLACK_MS, `it took ${ran.ms} ms`);
  });
});

// @ts-check
// A dispatch passes once: two processes at the same second, and one record between them.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fault, startFakeApi } from '../support/fake-api.js';
import { HEAD_SHA, pullRequest } from '../support/github-objects.js';
import { SIDE_BY_SIDE } from '../support/guard.js';
import { decide, decideAt, envelope, payload, policy } from './proven.js';

const ONCE = policy('require: none', '    once: true\n');

/** @param {string} run @param {string} [attempt] */
const as = (run, attempt = '1') => ({ GITHUB_RUN_ID: run, GITHUB_RUN_ATTEMPT: attempt });

describe('once', SIDE_BY_SIDE, () => {
  for (const [name, sent] of /** @type {[string, any][]} */ ([
    ['by its nonce', payload(envelope())],
    ['by pull request and head where there is no envelope', { pr: 7 }],
  ])) {
    test(`a dispatch passes once, ${name}`, async () => {
      const api = await startFakeApi({ pulls: { 7: pullRequest() } });
      try {
        /** @param {{[name: string]: string}} environment */
        const run = (environment) => decideAt(api, { policy: ONCE, payload: () => sent, environment });
        const first = await run(as('1'));
        assert.equal(first.outputs['reason-code'], 'allowed', first.stdout);
        const second = await run(as('2'));
        assert.equal(second.outputs['reason-code'], 'replay.duplicate', second.stdout);
        assert.match(second.outputs.reason ?? '', /actions\/runs\/1`/);
        assert.equal(second.code, 1);
        assert.equal((await run(as('1', '2'))).outputs.allowed, 'true', 'a re-run is no repetition');
        const [status] = api.statuses[HEAD_SHA] ?? [];
        assert.match(status.context, /^dispatch-guard \/ once [0-9a-f]{32}$/);
        assert.equal(status.state, 'success');
      } finally {
        await api.close();
      }
    });
  }

  test('of two runs at the same time one passes', async () => {
    for (let round = 0; round < 5; round += 1) {
      const api = await startFakeApi({ pulls: { 7: pullRequest() } });
      try {
        const sent = payload(envelope());
        // Both have written before either may read.
        let waiting = /** @type {(() => void)[]} */ ([]);
        api.script('create-status', ({ answer, send }) => {
          const written = answer();
          waiting.push(() => send(written));
          if (waiting.length === 2) waiting.splice(0).forEach((go) => go());
        });
        const runs = ['1', '2'].map((run) =>
          decideAt(api, { policy: ONCE, payload: () => sent, environment: as(run) }),
        );
        const codes = (await Promise.all(runs)).map(({ outputs }) => outputs['reason-code']);
        assert.deepEqual(codes.sort(), ['allowed', 'replay.duplicate']);
      } finally {
        await api.close();
      }
    }
  });

  test('needs a permission, and says which', async () => {
    const script = { 'create-status': fault.forbidden('statuses=write') };
    const ran = await decide({ policy: ONCE, payload: () => payload(), script });
    assert.equal(ran.outputs['reason-code'], 'api.forbidden');
    assert.match(ran.annotations[0]?.message ?? '', /`statuses: write`/);
    assert.match(ran.outputs.reason ?? '', /statuses=write/);
  });
});

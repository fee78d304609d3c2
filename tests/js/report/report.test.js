// @ts-check
// The bundle of report. Its rules are tested natively, and every fault of its request in tests/js/faults.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CONCURRENT, routes, runInPush } from '../support/action.js';
import { fault } from '../support/fake-api.js';
import { HEAD_SHA } from '../support/github-objects.js';

/** @param {import('../support/action.js').Options} [options] */
const report = (options = {}) => runInPush('report', { ...options, inputs: { sha: HEAD_SHA, ...options.inputs } });

/** The first status of the commit. @param {Awaited<ReturnType<typeof report>>} ran */
function statusOf(ran) {
  const { state, context, description, target_url } = ran.statuses[HEAD_SHA]?.[0] ?? {};
  return { state, context, description, target_url };
}

describe('report', CONCURRENT, () => {
  test('sets the status of a successful job', async () => {
    const ran = await report();
    assert.deepEqual(routes(ran), ['create-status'], ran.stdout);
    const { description: _, ...status } = statusOf(ran);
    assert.deepEqual(status, {
      state: 'success',
      context: 'dispatch-guard / W2',
      target_url: 'https://github.com/acme/charts/actions/runs/777000',
    });
  });

  test('takes context, description and page from the inputs', async () => {
    const own = {
      context: 'ci / charts',
      description: 'all 12 charts are valid',
      'target-url': 'https://ci.example/7',
    };
    const ran = await report({ inputs: { ...own, status: 'cancelled' } });
    const { context, description, 'target-url': target_url } = own;
    assert.deepEqual(statusOf(ran), { state: 'error', context, description, target_url });
  });

  test('rejects a branch as the commit, before any request', async () => {
    const ran = await report({ inputs: { sha: 'main' } });
    assert.equal(ran.outputs['reason-code'], 'config.invalid_input', ran.stdout);
    assert.deepEqual(ran.requests, []);
  });

  test('reports a refusal', async () => {
    const ran = await report({ script: { 'create-status': fault.echo(403) } });
    assert.equal(ran.outputs['reason-code'], 'api.forbidden', ran.stdout);
  });
});

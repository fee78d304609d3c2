// @ts-check
// The proof by the source run, and age, hops and pins, judged by the bundle.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FORK, MOVED_SHA, pullRequest, USERS } from '../support/github-objects.js';
import { SIDE_BY_SIDE } from '../support/guard.js';
import { decide, envelope, now, payload, policy, WORKFLOWS } from './proven.js';

const REQUIRED = policy(`require: run, ${WORKFLOWS}`);

/** @param {number} seconds from now */
const at = (seconds) => new Date((now() + seconds) * 1000).toISOString().replace(/\.\d+/, '');

/** W2's run, which goes on. @param {any} [over] */
const run = (over = {}) => ({ id: 123, created_at: at(-120), updated_at: at(-1), actor: USERS.contributor, ...over });

/** @param {any[]} runs @param {any} [guard] */
const guarded = (runs, guard = envelope()) =>
  decide({ policy: REQUIRED, payload: () => payload(guard), world: { pulls: { 7: pullRequest() }, runs } });

describe('the source run', SIDE_BY_SIDE, () => {
  test('of an allowed workflow proves where the dispatch comes from', async () => {
    const ran = await guarded([run()]);
    assert.equal(ran.outputs['reason-code'], 'allowed', ran.stdout);
    assert.equal(ran.outputs.provenance, 'run');
    assert.deepEqual(
      ran.requests.map(({ path }) => path),
      ['/repos/acme/charts/actions/runs/123', '/repos/acme/charts/pulls/7'],
    );
    assert.equal(ran.result.provenance.source_actor, 'hubot');
  });

  test('that was re-run since is judged by the attempt that sent', async () => {
    const first = run({ status: 'completed', updated_at: at(-3) });
    const ran = await guarded([first, run({ attempt: 2, run_started_at: at(-2) })]);
    assert.equal(ran.outputs['reason-code'], 'allowed', ran.stdout);
    assert.equal(ran.requests[1]?.path, '/repos/acme/charts/actions/runs/123/attempts/1');
  });

  for (const [name, runs] of /** @type {[string, any[]][]} */ ([
    ['that is not there', []],
    ['of another workflow', [run({ path: '.github/workflows/evil.yml' })]],
    ['of another branch', [run({ head_branch: 'evil' })]],
    ['of a fork', [run({ head_repository: FORK })]],
    ['of a pull request from a branch of that name', [run({ event: 'pull_request' })]],
    ['that ended before', [run({ status: 'completed', conclusion: 'success', updated_at: at(-200) })]],
    ['that began after', [run({ created_at: at(100) })]],
  ])) {
    test(`${name} proves nothing`, async () => {
      const ran = await guarded(runs);
      assert.equal(ran.outputs['reason-code'], 'provenance.run_mismatch', ran.stdout);
      assert.equal(ran.requests.length, 1);
    });
  }
});

describe('every envelope', SIDE_BY_SIDE, () => {
  for (const [name, guard, code] of /** @type {[string, any, string][]} */ ([
    ['is good for a while', { issued_at: now() - 800 }, 'allowed'],
    ['is not good for ever', { issued_at: now() - 1000 }, 'provenance.expired'],
    ['is not from the future', { issued_at: now() + 200 }, 'provenance.expired'],
    ['may be far down a chain', { hops: 3 }, 'allowed'],
    ['is not too far down a chain', { hops: 4 }, 'provenance.hop_limit'],
    ['names the same pull request as the payload', { pr: 8 }, 'pull_request.changed'],
    ['names the head as it is', { head_sha: MOVED_SHA }, 'pull_request.head_moved'],
    ['names the base as it is', { base_ref: 'release' }, 'pull_request.changed'],
    ['is of the one version', { v: 2 }, 'payload.invalid_field'],
    ['holds nothing else', { extra: 1 }, 'payload.invalid_field'],
  ])) {
    test(name, async () => {
      const ran = await decide({ policy: policy('require: none'), payload: () => payload(envelope(guard)) });
      assert.equal(ran.outputs['reason-code'], code, ran.stdout);
    });
  }
});

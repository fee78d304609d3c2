// @ts-check
// The workflows of README and of the examples that are copies of these, unchanged: what is behind the guard runs only if
// the run is allowed, with the commit and the payload of the guard.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { join } from 'node:path';
import { CHECKOUT, checkout, resultsOf, runWorkflow, WITH_ACT } from '../support/act.js';
import { dispatchEvent, pullRequestEvent, workflowDispatchEvent } from '../support/events.js';
import { fault, startFakeApi } from '../support/fake-api.js';
import { HEAD_SHA, MERGE_SHA, MOVED_SHA, pullRequest, USERS } from '../support/github-objects.js';
import { ROOT } from '../support/run-action.js';

/** The repository's own validation. */
const ACTIONS = { [CHECKOUT]: checkout({ validate: '' }) };

/**
 * @param {string} workflow
 * @param {string} eventName
 * @param {any} event
 * @param {{pulls?: {[number: string]: any}, script?: {[route: string]: import("../support/fake-api.js").Step}, environment?: {[name: string]: string}}} [options]
 */
async function run(workflow, eventName, event, { pulls = {}, script = {}, environment = {} } = {}) {
  const api = await startFakeApi({ pulls });
  for (const [route, step] of Object.entries(script)) api.script(route, step);
  try {
    const ran = await runWorkflow({
      workflow: join(ROOT, 'tests/workflows', workflow),
      eventName,
      event,
      apiUrl: api.url,
      environment,
      actions: ACTIONS,
      programs: ['gh', 'yamllint'],
    });
    return { ...ran, requests: [...api.requests], dispatches: [...api.dispatches] };
  } finally {
    await api.close();
  }
}

describe("README's receiver and sender", WITH_ACT, () => {
  /** What the sender sends about the pull request. */
  async function send() {
    const event = workflowDispatchEvent({ inputs: { pr: '7' } });
    const sent = await run('send.yml', 'workflow_dispatch', event, { pulls: { 7: pullRequest() } });
    assert.deepEqual(resultsOf(sent, ['send']), { send: 'success' }, sent.log);
    assert.equal(sent.dispatches.length, 1);
    const [{ event_type: type, client_payload: payload } = { event_type: '', client_payload: {} }] = sent.dispatches;
    return dispatchEvent(payload, { type });
  }

  test('the receiver checks the commit that the sender has pinned', async () => {
    const ran = await run('validate.yml', 'repository_dispatch', await send(), { pulls: { 7: pullRequest() } });
    assert.deepEqual(resultsOf(ran, ['validate']), { validate: 'success' }, ran.log);
    assert.deepEqual(ran.calls, [`checkout ${HEAD_SHA} into head`, 'yamllint head']);
  });

  test('a push in between is denied, and nothing is checked out', async () => {
    const pulls = { 7: pullRequest({ head: { sha: MOVED_SHA } }) };
    const ran = await run('validate.yml', 'repository_dispatch', await send(), { pulls });
    assert.deepEqual(resultsOf(ran, ['validate']), { validate: 'failure' }, ran.log);
    assert.match(ran.log, /pull_request\.head_moved/);
    assert.deepEqual(ran.calls, []);
  });

  test('a dispatch of somebody else is denied', async () => {
    const event = dispatchEvent({ pr: 7 }, { sender: USERS.stranger });
    const ran = await run('validate.yml', 'repository_dispatch', event, { pulls: { 7: pullRequest() } });
    assert.deepEqual(resultsOf(ran, ['validate']), { validate: 'failure' }, ran.log);
    assert.match(ran.log, /actor\.not_allowed/);
    assert.deepEqual(ran.calls, []);
  });
});

describe('W5', WITH_ACT, () => {
  test('validates the head of the pull request on a dispatch of github-actions[bot]', async () => {
    const ran = await run('w5.yml', 'repository_dispatch', dispatchEvent(), { pulls: { 7: pullRequest() } });
    assert.deepEqual(resultsOf(ran, ['guard', 'validate']), { guard: 'success', validate: 'success' }, ran.log);
    assert.deepEqual(ran.calls, ['checkout main into .', `checkout ${HEAD_SHA} into head`, 'validate head redis']);
    assert.deepEqual(
      ran.requests.map(({ path }) => path),
      ['/repos/acme/charts/pulls/7'],
    );
  });

  test('validates a pull request without an API request', async () => {
    const ran = await run('w5.yml', 'pull_request', pullRequestEvent({ action: 'opened' }));
    assert.deepEqual(resultsOf(ran, ['guard', 'validate']), { guard: 'success', validate: 'success' }, ran.log);
    assert.deepEqual(ran.calls, ['checkout main into .', `checkout ${HEAD_SHA} into head`, 'validate head --all']);
    assert.deepEqual(ran.requests, []);
  });

  for (const [name, event, pulls, code] of /** @type {[string, any, any, string][]} */ ([
    [
      'a dispatch of an actor who is not listed',
      dispatchEvent(undefined, { sender: USERS.stranger }),
      { 7: pullRequest() },
      'actor.not_allowed',
    ],
    [
      'a pull request into another branch',
      dispatchEvent(),
      { 7: pullRequest({ base: { ref: 'dev' } }) },
      'pull_request.base_not_allowed',
    ],
    [
      'a chart with shell syntax',
      dispatchEvent({ pr: 7, chart: '"; touch pwned; echo "' }),
      { 7: pullRequest() },
      'payload.invalid_field',
    ],
  ])) {
    test(`${name} stops the run`, async () => {
      const ran = await run('w5.yml', 'repository_dispatch', event, { pulls });
      assert.deepEqual(resultsOf(ran, ['guard', 'validate']), { guard: 'failure', validate: 'skipped' }, ran.log);
      assert.notEqual(ran.code, 0);
      assert.deepEqual(ran.calls, []);
      assert.match(ran.log, new RegExp(code.replace('.', '\\.')));
    });
  }

  test('an API error stops the run', async () => {
    const ran = await run('w5.yml', 'repository_dispatch', dispatchEvent(), {
      script: { pull: fault.unauthorized() },
    });
    assert.deepEqual(resultsOf(ran, ['guard', 'validate']), { guard: 'failure', validate: 'skipped' }, ran.log);
    assert.match(ran.log, /api\.unauthorized/);
    assert.deepEqual(ran.calls, []);
  });
});

describe('the cascade monitor', WITH_ACT, () => {
  /** @param {import("../support/github-objects.js").PullFacts} facts */
  async function closed(facts) {
    const event = pullRequestEvent({
      action: 'closed',
      pull: {
        number: 31,
        base: { ref: 'fork_upstream' },
        labels: ['upstream-sync'],
        author: USERS.actionsBot,
        ...facts,
      },
    });
    return run('cascade.yml', 'pull_request_target', event, { pulls: { 31: event.pull_request } });
  }

  test('starts the cascade from the merge commit', async () => {
    const ran = await closed({ merged: true });
    assert.deepEqual(resultsOf(ran, ['guard', 'cascade']), { guard: 'success', cascade: 'success' }, ran.log);
    assert.deepEqual(ran.calls, [`gh workflow run cascade.yml --ref main -f pr=31 -f commit=${MERGE_SHA}`]);
  });

  for (const [
    name,
    facts,
    code,
  ] of /** @type {[string, import("../support/github-objects.js").PullFacts, string][]} */ ([
    ['closed without a merge', { state: 'closed' }, 'pull_request.not_merged'],
    [
      'kept for a person',
      { merged: true, labels: ['upstream-sync', 'human-required'] },
      'pull_request.label_forbidden',
    ],
    ['without the label', { merged: true, labels: [] }, 'pull_request.label_missing'],
  ])) {
    test(`a pull request that is ${name} starts no cascade and does not fail the run`, async () => {
      const ran = await closed(facts);
      assert.deepEqual(resultsOf(ran, ['guard', 'cascade']), { guard: 'success', cascade: 'skipped' }, ran.log);
      assert.equal(ran.code, 0);
      assert.deepEqual(ran.calls, []);
      assert.match(ran.log, new RegExp(code.replace('.', '\\.')));
    });
  }
});

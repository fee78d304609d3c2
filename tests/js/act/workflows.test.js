// @ts-check
// README's two workflows, run as they stand: one job guards, another goes on only if it may, at the commit and with the
// payload that the guard gives it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { join } from 'node:path';
import { WITH_ACT, runWorkflow } from '../support/act.js';
import { dispatchEvent, pullRequestEvent } from '../support/events.js';
import { fault, startFakeApi } from '../support/fake-api.js';
import { HEAD_SHA, MERGE_SHA, pullRequest, USERS } from '../support/github-objects.js';
import { ROOT } from '../support/run-action.js';

const CHECKOUT = 'actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd';
const ACTIONS = {
  // Brings the repository's own validation with it.
  [CHECKOUT]: `echo "checkout $REF" >> "$CALLS"\nmkdir -p ci\nprintf '#!/bin/sh\\necho "validate $*" >> "$CALLS"\\n' > ci/validate\nchmod +x ci/validate`,
};

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
      programs: ['gh'],
    });
    return { ...ran, requests: [...api.requests] };
  } finally {
    await api.close();
  }
}

describe('W5, which is dispatched', WITH_ACT, () => {
  test("a dispatch from github-actions[bot] is validated at the PR's head", async () => {
    const ran = await run('w5.yml', 'repository_dispatch', dispatchEvent(), { pulls: { 7: pullRequest() } });
    assert.deepEqual(results(ran, 'validate'), { guard: 'success', validate: 'success' }, ran.log);
    assert.deepEqual(ran.calls, [`checkout ${HEAD_SHA}`, `validate ${HEAD_SHA} redis`]);
    assert.deepEqual(
      ran.requests.map(({ path }) => path),
      ['/repos/acme/charts/pulls/7'],
    );
  });

  test('a pull request of a person is validated by the same step, without a request', async () => {
    const ran = await run('w5.yml', 'pull_request', pullRequestEvent({ action: 'opened' }));
    assert.deepEqual(results(ran, 'validate'), { guard: 'success', validate: 'success' }, ran.log);
    assert.deepEqual(ran.calls, [`checkout ${HEAD_SHA}`, `validate ${HEAD_SHA} `]);
    assert.deepEqual(ran.requests, []);
  });

  for (const [name, event, pulls, code] of /** @type {[string, any, any, string][]} */ ([
    [
      "someone else's dispatch",
      dispatchEvent(undefined, { sender: USERS.stranger }),
      { 7: pullRequest() },
      'actor.not_allowed',
    ],
    [
      'a dispatch for a PR into another branch',
      dispatchEvent(),
      { 7: pullRequest({ base: { ref: 'dev' } }) },
      'pull_request.base_not_allowed',
    ],
    [
      'a dispatch with a chart that is no name',
      dispatchEvent({ pr: 7, chart: '"; touch pwned; echo "' }),
      { 7: pullRequest() },
      'payload.invalid_field',
    ],
  ])) {
    test(`${name} stops the run`, async () => {
      const ran = await run('w5.yml', 'repository_dispatch', event, { pulls });
      assert.deepEqual(results(ran, 'validate'), { guard: 'failure', validate: 'skipped' }, ran.log);
      assert.notEqual(ran.code, 0);
      assert.deepEqual(ran.calls, []);
      assert.match(ran.log, new RegExp(code.replace('.', '\\.')));
    });
  }

  test('an API that is out of order stops the run', async () => {
    const ran = await run('w5.yml', 'repository_dispatch', dispatchEvent(), {
      script: { pull: fault.unauthorized() },
    });
    assert.deepEqual(results(ran, 'validate'), { guard: 'failure', validate: 'skipped' }, ran.log);
    assert.match(ran.log, /api\.unauthorized/);
    assert.deepEqual(ran.calls, []);
  });
});

describe('the cascade monitor, which waits for a merge', WITH_ACT, () => {
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

  test('a merged sync starts the cascade from its merge commit', async () => {
    const ran = await closed({ merged: true });
    assert.deepEqual(results(ran, 'cascade'), { guard: 'success', cascade: 'success' }, ran.log);
    assert.deepEqual(ran.calls, [`gh workflow run cascade.yml --ref main -f pr=31 -f commit=${MERGE_SHA}`]);
  });

  for (const [
    name,
    facts,
    code,
  ] of /** @type {[string, import("../support/github-objects.js").PullFacts, string][]} */ ([
    ['closed without a merge', { state: 'closed' }, 'pull_request.not_merged'],
    ['kept for a human', { merged: true, labels: ['upstream-sync', 'human-required'] }, 'pull_request.label_forbidden'],
    ['no sync', { merged: true, labels: [] }, 'pull_request.label_missing'],
  ])) {
    test(`one that is ${name} starts nothing, and fails nothing`, async () => {
      const ran = await closed(facts);
      assert.deepEqual(results(ran, 'cascade'), { guard: 'success', cascade: 'skipped' }, ran.log);
      assert.equal(ran.code, 0);
      assert.deepEqual(ran.calls, []);
      assert.match(ran.log, new RegExp(code.replace('.', '\\.')));
    });
  }
});

/** How each job ended. @param {import("../support/act.js").WorkflowRun} ran @param {string} second the job behind the guard */
function results({ jobs }, second) {
  return Object.fromEntries(['guard', second].map((name) => [name, jobs[name]?.result ?? 'skipped']));
}

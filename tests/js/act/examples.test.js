// @ts-check
// The workflows under `examples/`, unchanged: one run that is allowed and one that is denied. The dispatch chain and the
// cascade are the workflows of the other tests.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { CHECKOUT, checkout, resultsOf, runWorkflow, WITH_ACT } from '../support/act.js';
import { commentEvent, FORK_PULL, pullRequestEvent, workflowRunEvent } from '../support/events.js';
import { startFakeApi } from '../support/fake-api.js';
import { HEAD_SHA, MOVED_SHA, pullRequest, USERS } from '../support/github-objects.js';
import { ROOT } from '../support/run-action.js';

const EXAMPLES = join(ROOT, 'examples');
const DOWNLOAD = 'actions/download-artifact@37930b1c2abaa49bbe596cd826c3c89aef350131';
const ACTIONS = {
  [CHECKOUT]: checkout({ plan: '', deploy: '', scan: '', 'ask-agent': '', integration: '' }),
  [DOWNLOAD]: 'mkdir -p artifact\necho 87 > artifact/coverage.txt',
};
const CLAUDE = { login: 'claude[bot]', id: 209825114, type: 'Bot' };
const { maintainer, stranger } = USERS;

/** @param {string} path */
const read = (path) => readFileSync(join(EXAMPLES, path), 'utf8');

/** What the API knows beside the pull request. @type {import('../support/fake-api.js').World} */
const WORLD = {
  contents: { '.github/commands.yml': read('command/policy.yml'), '.github/agents.yml': read('agent-gate/policy.yml') },
  permissions: {
    mona: { permission: 'write', role_name: 'maintain' },
    hubot: { permission: 'write', role_name: 'write' },
    eve: { permission: 'read', role_name: 'read' },
  },
  activity: { 'acme/charts': [{ id: 1, ref: 'refs/heads/charts/redis-1.4.2', after: HEAD_SHA }] },
  reviews: { 7: [{ id: 1, user: USERS.contributor, state: 'approved' }] },
  files: { 7: [{ filename: 'charts/redis/values.yaml' }] },
};
const SCRIPTS = ['checkout  into .', `checkout ${HEAD_SHA} into head`];

/**
 * @typedef {object} Run
 * @property {string} eventName
 * @property {any} event
 * @property {any} [pull] the live pull request
 * @property {{ [job: string]: string }} jobs
 * @property {string[]} calls
 * @property {string} [code] of a denial
 */

/** @param {string} body @param {import('../support/github-objects.js').UserFacts} [author] */
const commented = (body, author = maintainer) => ({
  eventName: 'issue_comment',
  event: commentEvent({ author, comment: { body } }),
});

/**
 * @param {string} label
 * @param {import('../support/github-objects.js').PullFacts} pull
 * @param {string} [sha] the live head
 */
function labelled(label, pull, sha = HEAD_SHA) {
  const facts = { ...pull, labels: [label], changed_files: 1 };
  return {
    eventName: 'pull_request_target',
    event: pullRequestEvent({ action: 'labeled', label, pull: facts }),
    pull: pullRequest({ ...facts, head: { ...facts.head, sha } }),
  };
}

/** @type {[workflow: string, name: string, run: Run][]} */
const CASES = [
  [
    'label-gate/label-gate.yml',
    'scans the commit that the label was set on',
    {
      ...labelled('safe to test', FORK_PULL),
      jobs: { guard: 'success', scan: 'success' },
      calls: [...SCRIPTS, 'scan head'],
    },
  ],
  [
    'label-gate/label-gate.yml',
    'denies a commit that was pushed after the label',
    {
      ...labelled('safe to test', FORK_PULL, MOVED_SHA),
      jobs: { guard: 'failure', scan: 'skipped' },
      calls: [],
      code: 'pull_request.head_moved',
    },
  ],
  [
    'command/command.yml',
    'deploys to the environment of the command',
    {
      ...commented('/deploy staging'),
      jobs: { guard: 'success', plan: 'skipped', deploy: 'success' },
      calls: [...SCRIPTS, 'deploy head staging'],
    },
  ],
  [
    'command/command.yml',
    'denies a command of somebody without the role',
    {
      ...commented('/plan', stranger),
      jobs: { guard: 'failure', plan: 'skipped', deploy: 'skipped' },
      calls: [],
      code: 'actor.not_allowed',
    },
  ],
  [
    'command/command.yml',
    'passes over a comment without a command',
    {
      ...commented('Looks good to me'),
      jobs: { guard: 'success', plan: 'skipped', deploy: 'skipped' },
      calls: [],
      code: 'event.no_command',
    },
  ],
  [
    'workflow-run/coverage.yml',
    'comments on the pull request of the source run',
    {
      eventName: 'workflow_run',
      event: workflowRunEvent(),
      jobs: { guard: 'success', comment: 'success' },
      calls: ['gh pr comment 7 --body Coverage: 87 %'],
    },
  ],
  [
    'workflow-run/coverage.yml',
    'passes over a run of another workflow',
    {
      eventName: 'workflow_run',
      event: workflowRunEvent({ run: { path: '.github/workflows/copy.yml' } }),
      jobs: { guard: 'success', comment: 'skipped' },
      calls: [],
      code: 'event.source_not_allowed',
    },
  ],
  [
    'agent-gate/agent-gate.yml',
    'asks the agent for what a maintainer wrote',
    {
      ...commented('@claude add a test'),
      jobs: { guard: 'success', ask: 'success', reviewed: 'skipped' },
      calls: [...SCRIPTS, 'ask-agent head 7 add a test'],
    },
  ],
  [
    'agent-gate/agent-gate.yml',
    'validates what an agent wrote and a maintainer read',
    {
      ...labelled('agent reviewed', { author: CLAUDE }),
      jobs: { guard: 'success', ask: 'skipped', reviewed: 'success' },
      calls: [...SCRIPTS, 'integration head'],
    },
  ],
  [
    'agent-gate/agent-gate.yml',
    'denies what somebody else wrote',
    {
      ...labelled('agent reviewed', { author: stranger }),
      jobs: { guard: 'failure', ask: 'skipped', reviewed: 'skipped' },
      calls: [],
      code: 'pull_request.author_not_allowed',
    },
  ],
];

describe('examples', WITH_ACT, () => {
  for (const [workflow, name, { eventName, event, pull = pullRequest(), jobs, calls, code = 'allowed' }] of CASES) {
    test(`${basename(workflow, '.yml')} ${name}`, async () => {
      const api = await startFakeApi({ pulls: { 7: pull }, ...WORLD });
      const ran = await runWorkflow({
        workflow: join(EXAMPLES, workflow),
        eventName,
        event,
        apiUrl: api.url,
        actions: ACTIONS,
        programs: ['gh'],
      });
      await api.close();
      assert.deepEqual(resultsOf(ran, Object.keys(jobs)), jobs, ran.log);
      assert.deepEqual(ran.calls, calls, ran.log);
      assert.ok(ran.log.includes(`"reason_code":"${code}"`), ran.log);
    });
  }

  for (const [example, files] of /** @type {const} */ ([
    ['dispatch', ['w5.yml']],
    ['dispatch-chain', ['w2.yml', 'w5-chain.yml', 'report.yml']],
    ['cascade', ['cascade.yml']],
  ]))
    test(`${example} is what the other tests run`, () => {
      for (const file of files)
        assert.equal(read(join(example, file)), readFileSync(join(ROOT, 'tests/workflows', file), 'utf8'), file);
    });
});

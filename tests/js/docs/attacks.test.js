// @ts-check
// Attacks of the threat model, from beginning to end, that no native test covers or that the shim has to stop.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { CONCURRENT } from '../support/action.js';
import {
  commentEvent,
  dispatchEvent,
  FORK_PULL,
  pullRequestEvent,
  workflowDispatchEvent,
  workflowRunEvent,
} from '../support/events.js';
import { TOKEN } from '../support/fake-api.js';
import { FORK, HEAD_SHA, MOVED_SHA, pullRequest, USERS } from '../support/github-objects.js';
import { decides, dispatchPolicy, policyFor, W5 } from '../support/guard.js';

/** @typedef {import('../support/guard.js').GuardOptions} GuardOptions */
/** @typedef {import('../support/guard.js').GuardRun} GuardRun */
/** @typedef {[name: string, run: GuardOptions, code: string, more?: (ran: GuardRun) => void]} Attack */

const { maintainer, stranger } = USERS;
const SECOND_ATTEMPT = { GITHUB_RUN_ATTEMPT: '2' };

/** @param {string} event @param {string} rule */
const policy = (event, rule) => ({ policy: policyFor(event, rule) });

/**
 * A comment on pull request 7, written after its last push unless given.
 * @param {Parameters<typeof commentEvent>[0]} facts
 * @param {GuardOptions & { types?: string, pushed?: string }} [more] `pushed`: the time of the last push
 * @returns {GuardOptions}
 */
function comment(facts, { types = '[created]', pushed = '2025-01-17T09:00:00Z', world, ...more } = {}) {
  return {
    eventName: 'issue_comment',
    event: commentEvent(facts),
    inputs: policy('issue_comment', `types: ${types}\nactors: [mona]\n`),
    world: {
      pulls: { 7: pullRequest() },
      activity: {
        'acme/charts': [{ id: 1, ref: 'refs/heads/charts/redis-1.4.2', after: HEAD_SHA, timestamp: pushed }],
      },
      ...world,
    },
    ...more,
  };
}

/**
 * The label gate on a pull request of a fork.
 * @param {string} label of the event
 * @param {import('../support/github-objects.js').PullFacts} [live]
 * @returns {GuardOptions}
 */
function labelled(label, live = {}) {
  const pull = { ...FORK_PULL, labels: ['safe to test'] };
  return {
    eventName: 'pull_request_target',
    event: pullRequestEvent({ action: 'labeled', label, pull }),
    inputs: policy(
      'pull_request_target',
      'types: [labeled]\nlabel: [safe to test]\nactors: [mona]\npull-request: {forks: allow}\n',
    ),
    world: { pulls: { 7: pullRequest({ ...pull, ...live, head: { ...pull.head, ...live.head } }) } },
  };
}

/**
 * @param {Partial<import('../support/github-objects.js').RunFacts>} run
 * @param {string} [rule]
 * @param {(event: any) => void} [change]
 * @returns {GuardOptions}
 */
function source(run, rule = 'pull-request: {base: [main]}\n', change = () => {}) {
  const event = workflowRunEvent({ run });
  change(event);
  const workflows = 'source: {workflows: [.github/workflows/ci.yml], events: [pull_request]}\n';
  return {
    eventName: 'workflow_run',
    event,
    inputs: policy('workflow_run', `types: [completed]\n${workflows}${rule}`),
  };
}

/**
 * An event of the pull request, which has changed since.
 * @param {import('../support/github-objects.js').PullFacts} live
 * @returns {GuardOptions}
 */
const targeted = (live) => ({
  eventName: 'pull_request_target',
  event: pullRequestEvent({ action: 'opened' }),
  inputs: policy('pull_request_target', 'types: [opened]\n'),
  world: { pulls: { 7: pullRequest({ author: maintainer, ...live }) } },
});

/** No part of the token is anywhere. @param {GuardRun} ran */
function hasNoPartOfToken({ stdout, summary, outputs, files }) {
  const log = stdout.replace(`::add-mask::${TOKEN}\n`, '');
  for (const text of [log, summary, JSON.stringify(outputs), JSON.stringify(files)])
    for (let at = 4; at + 8 <= TOKEN.length; at++) assert.ok(!text.includes(TOKEN.slice(at, at + 8)), text);
}

// `{"pr": $PR, "chart": "$CHART"}` in a shell, with a chart that closes its quotes.
const pasted = '{"pr": 7, "chart": "x", "pr": 8, "y": ""}';

/** @type {Attack[]} */
const ATTACKS = [
  [
    'a listed account has edited the comment of a stranger',
    comment({ action: 'edited', author: stranger, sender: maintainer }, { types: '[created, edited]' }),
    'actor.commenter_not_allowed',
  ],
  [
    'a listed account has deleted the comment of a stranger',
    comment({ action: 'deleted', author: stranger, sender: maintainer }),
    'event.type_not_allowed',
  ],
  [
    'an app comments in the name of a maintainer',
    comment({ comment: { app: { id: 9, slug: 'helper' } } }),
    'actor.commenter_not_allowed',
  ],
  [
    'a push in the second of the comment',
    comment({ comment: { created_at: '2025-01-17T09:20:00Z' } }, { pushed: '2025-01-17T09:20:00.400Z' }),
    'pull_request.head_moved',
  ],
  [
    'a comment that was edited before a re-run',
    comment({}, { environment: SECOND_ATTEMPT, world: { comments: { 1: { id: 1, body: '/deploy production' } } } }),
    'pull_request.changed',
  ],
  ['a comment that was deleted before a re-run', comment({}, { environment: SECOND_ATTEMPT }), 'pull_request.changed'],
  [
    'a push between a label and its run',
    labelled('safe to test', { head: { sha: MOVED_SHA } }),
    'pull_request.head_moved',
  ],
  ['another label while the approved one is there', labelled('question'), 'event.label_not_allowed'],
  [
    'a maintainer re-runs the run of a stranger',
    source({ actor: stranger, triggering_actor: maintainer }, 'actors: [mona]\n', (event) => {
      event.sender = commentEvent({ author: maintainer }).sender;
    }),
    'actor.source_not_allowed',
  ],
  ['a workflow with the name of another', source({ path: '.github/workflows/other.yml' }), 'event.source_not_allowed'],
  [
    'a branch of a fork with the name of a listed one',
    source({ head_branch: 'main', head_repository: FORK }, ''),
    'event.source_not_allowed',
  ],
  [
    'a source run names another pull request',
    source({ head_sha: MOVED_SHA }, undefined, (event) => {
      event.workflow_run.pull_requests = [{ number: 7, head: { sha: MOVED_SHA } }];
    }),
    'pull_request.missing',
  ],
  ['closed while its run is queued', targeted({ state: 'closed' }), 'pull_request.changed'],
  ['another author than in the event', targeted({ author: stranger }), 'pull_request.changed'],
  [
    'the role of another account',
    {
      eventName: 'workflow_dispatch',
      event: workflowDispatchEvent(),
      inputs: policy('workflow_dispatch', 'actors: ["role:write"]\npayload: {pr: pull-request}\n'),
      world: {
        users: [{ ...maintainer, id: 666 }],
        permissions: { mona: { permission: 'write', role_name: 'write' } },
      },
    },
    'actor.identity_mismatch',
  ],
  [
    'an organization in the name of a user',
    {
      event: dispatchEvent({ pr: 7 }, { sender: { ...maintainer, type: 'Organization' } }),
      inputs: { policy: dispatchPolicy('', { actors: '[mona]' }) },
    },
    'actor.identity_mismatch',
  ],
  ['an attempt that cannot be read', { environment: { GITHUB_RUN_ATTEMPT: '2x' } }, 'event.malformed'],
  [
    'a run is repeated after a push',
    {
      event: dispatchEvent({ pr: 7, head: HEAD_SHA }),
      inputs: { policy: dispatchPolicy('', { payload: '{pr: pull-request, head: head-sha}' }) },
      environment: SECOND_ATTEMPT,
      world: { pulls: { 7: pullRequest({ head: { sha: MOVED_SHA } }) } },
    },
    'pull_request.head_moved',
  ],
  [
    'a value pasted into JSON adds a field',
    { event: JSON.stringify(dispatchEvent('PAYLOAD')).replace('"PAYLOAD"', pasted) },
    'payload.malformed',
  ],
  ['keys that differ only in case', { event: dispatchEvent({ pr: 7, chart: 'redis', PR: 8 }) }, 'payload.malformed'],
  [
    'a sender chooses what the runner masks',
    {
      event: dispatchEvent({
        pr: 7,
        chart: 'redis',
        _guard: {
          v: 1,
          pr: 7,
          issued_at: 1790000000,
          nonce: '0'.repeat(32),
          hops: 1,
          oidc: `eyJhbGciOi.b.c\n${HEAD_SHA}`,
        },
      }),
    },
    'payload.malformed',
    ({ commands }) => {
      const masks = commands.filter(({ name }) => name === 'add-mask').map(({ message }) => message);
      assert.deepEqual(masks, [TOKEN]);
    },
  ],
  [
    'a part of a secret survives a cut',
    { event: dispatchEvent({ pr: 7, chart: `${'x'.repeat(81)}${TOKEN}` }) },
    'payload.invalid_field',
    hasNoPartOfToken,
  ],
  [
    'a shell removes the inputs with a hyphen',
    {
      prepare: ({ environment }) => {
        for (const name of Object.keys(environment)) if (name.includes('-')) delete environment[name];
      },
    },
    'config.invalid_input',
    ({ requests }) => assert.deepEqual(requests, []),
  ],
  [
    'a policy of another owner',
    { inputs: { 'policy-file': 'eve/policies:guard.yml@main' } },
    'config.invalid_input',
    ({ requests }) => assert.deepEqual(requests, []),
  ],
  [
    'a file that can never be written',
    { inputs: { ...W5, 'audit-file': '/proc/x/y/z' } },
    'internal.error',
    ({ ms }) => assert.ok(ms < 10_000, `${ms} ms`),
  ],
  [
    'a path becomes a workflow command',
    { inputs: { ...W5, 'audit-file': '/proc/####[error]x/\u2060##[error]y' } },
    'internal.error',
    // The runner reads a line that begins with `::` as that command alone.
    ({ stdout }) => assert.doesNotMatch(stdout, /^(?!::).*##\[/m),
  ],
];

describe('attacks', CONCURRENT, () => {
  for (const [name, run, code, more] of ATTACKS) decides(name, run, { code, outputs: { allowed: 'false' } }, more);
});

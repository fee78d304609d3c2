// @ts-check
// The examples of docs/policy.md are run: each allows what it describes and denies what it is meant to deny.

import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import {
  commentEvent,
  dispatchEvent,
  FORK_PULL,
  mergeGroupEvent,
  pullRequestEvent,
  pushEvent,
  reviewEvent,
  workflowDispatchEvent,
  workflowRunEvent,
} from '../support/events.js';
import { FORK, HEAD_SHA, MOVED_SHA, pullRequest, repository, REPOSITORY, USERS } from '../support/github-objects.js';
import { CONCURRENT } from '../support/action.js';
import { guard } from '../support/guard.js';
import { isPolicy, readPage } from './pages.js';

/** @typedef {import('../support/guard.js').GuardOptions} GuardOptions */
/** @typedef {import('../support/github-objects.js').PullFacts} PullFacts */
/** @typedef {[what: string, run: GuardOptions, code: string, outputs?: { [name: string]: string }]} Case */

const { dependabot, maintainer, renovate, stranger } = USERS;
const octocat = { login: 'octocat', id: 583231, type: 'User' };

/** @param {any} payload @param {string} [type] @returns {GuardOptions} */
const dispatch = (payload, type) => ({ event: dispatchEvent(payload, type === undefined ? {} : { type }) });

/** @typedef {import('../support/github-objects.js').UserFacts} UserFacts */

/**
 * A pull request event, and an API that knows the same pull request.
 * @param {'pull_request' | 'pull_request_target'} eventName
 * @param {string} action
 * @param {PullFacts} pull
 * @param {GuardOptions['world']} [world]
 * @param {{label?: string, sender?: UserFacts}} [more]
 * @returns {GuardOptions}
 */
function on(eventName, action, pull, world = {}, more = {}) {
  const event = pullRequestEvent({ action, pull, ...more });
  return { eventName, event, world: { pulls: { 7: event.pull_request }, ...world } };
}

/** What people may do, by role. @type {NonNullable<NonNullable<GuardOptions['world']>['permissions']>} */
const PERMISSIONS = {
  mona: { permission: 'write', role_name: 'write' },
  eve: { permission: 'read', role_name: 'read' },
};

/** @type {NonNullable<NonNullable<GuardOptions['world']>['teams']>} */
const TEAMS = {
  'acme/release': { mona: 'active' },
  'acme/release-team': { mona: 'active' },
  'acme/reviewers': { mona: 'active' },
};

/** The last push to a branch, before every act unless given. @param {string} name @param {string} ref @param {string} [timestamp] */
const lastPush = (name, ref, timestamp = '2025-01-17T09:00:00Z') => ({
  [name]: [{ id: 1, ref: `refs/heads/${ref}`, after: HEAD_SHA, timestamp }],
});
const AFTERWARDS = '2025-01-17T09:45:00Z';

/** @param {any} inputs @param {UserFacts} sender @param {string} role */
const manual = (inputs, sender, role) => ({
  eventName: 'workflow_dispatch',
  event: workflowDispatchEvent({ inputs, sender }),
  world: {
    permissions: { [sender.login]: { permission: role === 'maintain' ? 'write' : role, role_name: role } },
    teams: { 'acme/release-team': {} },
    organizations: { acme: { members: [] } },
  },
});

/**
 * A comment on pull request 7.
 * @param {string} body
 * @param {{author?: UserFacts, pushed?: string, app?: {id: number, slug: string}}} [facts] `pushed`: the time of the last push
 * @returns {GuardOptions}
 */
const commented = (body, { author = maintainer, pushed, app } = {}) => ({
  eventName: 'issue_comment',
  event: commentEvent({ author, comment: { body, app: app ?? null } }),
  world: {
    permissions: PERMISSIONS,
    teams: TEAMS,
    activity: lastPush('acme/charts', 'charts/redis-1.4.2', pushed),
  },
});

/** @param {Partial<import('../support/github-objects.js').ReviewFacts>} review @returns {GuardOptions} */
const reviewed = (review) => ({
  eventName: 'pull_request_review',
  event: reviewEvent({ review }),
  world: { pulls: { 7: pullRequest({ author: maintainer }) }, teams: TEAMS },
});

/** @param {Partial<import('../support/github-objects.js').RunFacts>} run @returns {GuardOptions} */
const ran = (run) => ({
  eventName: 'workflow_run',
  event: workflowRunEvent({ run }),
  world: { permissions: PERMISSIONS, pulls: { 7: pullRequest() } },
});

/** The second attempt of a dispatched run. @param {UserFacts} by @param {string} role @returns {GuardOptions} */
const rerun = (by, role) => ({
  ...dispatch({ pr: 7 }),
  environment: { GITHUB_RUN_ATTEMPT: '2', GITHUB_TRIGGERING_ACTOR: by.login },
  world: {
    runs: [1, 2].map((attempt) => ({ id: 777000, attempt, triggering_actor: by })),
    permissions: { [by.login]: { permission: role, role_name: role } },
  },
});

/** The same event in a copy of the repository. @param {any} event @returns {GuardOptions} */
const inCopy = (event) => ({
  event: { ...event, repository: repository(FORK) },
  environment: { GITHUB_REPOSITORY: FORK.full_name, GITHUB_REPOSITORY_ID: String(FORK.id) },
});

/** A push to a fork's pull request that has `ok-to-test`. @param {UserFacts} actor @param {string} [pushed] */
const okToTest = (actor, pushed) =>
  on(
    'pull_request_target',
    'synchronize',
    { ...FORK_PULL, labels: ['ok-to-test'] },
    {
      repositories: [REPOSITORY, FORK],
      issueEvents: { 7: [{ id: 1, event: 'labeled', label: 'ok-to-test', actor }] },
      activity: lastPush(FORK.full_name, 'main', pushed),
      permissions: PERMISSIONS,
    },
  );

/** A fork's pull request with reviews. @param {[user: UserFacts, state: string][]} reviews @param {UserFacts} [author] */
const withReviews = (reviews, author = stranger) =>
  on(
    'pull_request_target',
    'synchronize',
    { ...FORK_PULL, author },
    {
      reviews: { 7: reviews.map(([user, state], index) => ({ id: index + 1, user, state })) },
      activity: lastPush(FORK.full_name, 'main'),
      teams: TEAMS,
      permissions: PERMISSIONS,
    },
  );

/** A pull request of Renovate. @param {string[]} names */
const changing = (names) =>
  on(
    'pull_request_target',
    'opened',
    { author: renovate, changed_files: names.length },
    { files: { 7: names.map((filename) => ({ filename })) } },
    { sender: renovate },
  );

/** @param {string | null} conclusion of the second check @returns {GuardOptions} */
const checked = (conclusion) => ({
  ...dispatch({ pr: 7 }, 'deploy'),
  world: {
    checkRuns: {
      [HEAD_SHA]: [
        { id: 1, name: 'build' },
        { id: 2, name: 'DCO', app: { id: 1861, slug: 'dco' }, suite: 2, conclusion },
      ],
    },
  },
});

/** @param {string} branch @returns {GuardOptions} */
const pushed = (branch) => ({
  eventName: 'push',
  event: pushEvent({ branch }),
  environment: { GITHUB_REF: `refs/heads/${branch}` },
});

const KEY = 'a key that sender and guard share';

/** Canonical JSON (RFC 8785) of strings and integers. @param {any} value @returns {string} */
function canonical(value) {
  if (typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}

/**
 * A dispatch with an envelope, signed as docs/provenance.md describes.
 * @param {{ age?: number, hops?: number, key?: string }} [facts] age in seconds
 * @returns {GuardOptions}
 */
function signed({ age = 0, hops = 1, key = KEY } = {}) {
  const issued_at = Math.floor(Date.now() / 1000) - age;
  const _guard = { v: 1, issued_at, nonce: '9f86d081884c7d659a2feaa0c55ad015', hops };
  const event_type = 'chart-pr-created';
  const text = canonical({ client_payload: { _guard }, event_type, repository_id: REPOSITORY.id });
  const signature = `sha256=${createHmac('sha256', key).update(createHash('sha256').update(text).digest()).digest('hex')}`;
  return { event: dispatchEvent({ _guard: { ..._guard, signature } }), inputs: { 'signing-keys': KEY } };
}

const PREVIEW = { type: 'preview-ready', sender: { login: 'acme-preview[bot]', id: 12345, type: 'Bot' } };

/** The cases of each example, by its heading. @type {{ [heading: string]: Case[] }} */
const CASES = {
  Policy: [
    ['the dispatch', dispatch({ pr: 7, chart: 'redis' }), 'allowed', { 'head-sha': HEAD_SHA }],
    ['a pull request', on('pull_request', 'opened', {}), 'allowed'],
    ['another event', { eventName: 'push', event: pushEvent() }, 'event.not_allowed'],
  ],
  repositories: [
    ['the listed one', dispatch({ pr: 7 }), 'allowed'],
    ['a copy', inCopy(dispatchEvent({ pr: 7 })), 'event.repository_not_allowed'],
  ],
  Events: [
    ['a push', { eventName: 'push', event: pushEvent() }, 'allowed'],
    ['a dispatch', dispatch({}), 'event.not_allowed'],
  ],
  'Several rules for one event': [
    [
      'the first',
      on('pull_request_target', 'closed', { merged: true, base: { ref: 'fork_upstream' } }),
      'allowed',
      { rule: 'cascade' },
    ],
    [
      'the second',
      on(
        'pull_request_target',
        'labeled',
        { ...FORK_PULL, labels: ['safe to test'] },
        { permissions: PERMISSIONS },
        { label: 'safe to test' },
      ),
      'allowed',
      { rule: 'safe-to-test', label: 'safe to test' },
    ],
    ['neither', on('pull_request_target', 'opened', {}), 'event.type_not_allowed', { rule: '' }],
  ],
  name: [
    ['one command', commented('/deploy'), 'allowed', { rule: 'deploy', command: '/deploy' }],
    ['the other', commented('/Retest'), 'allowed', { rule: 'retest', command: '/retest' }],
    ['no command', commented('/redeploy'), 'event.no_command', { rule: '' }],
  ],
  types: [
    ['a listed type', dispatch({}, 'chart-pr-updated'), 'allowed'],
    ['other case', dispatch({}, 'Chart-pr-updated'), 'event.type_not_allowed'],
  ],
  branches: [
    ['a listed branch', pushed('release/1.4'), 'allowed', { 'head-sha': HEAD_SHA }],
    ['a queue for a listed branch', { eventName: 'merge_group', event: mergeGroupEvent() }, 'allowed'],
    ['another branch', pushed('fix'), 'event.branch_not_allowed'],
  ],
  actors: [
    ['a listed login', manual({}, octocat, 'read'), 'allowed'],
    ['enough of a role', manual({}, maintainer, 'maintain'), 'allowed'],
    ['too little of a role', manual({}, stranger, 'write'), 'actor.not_allowed'],
  ],
  'rerun-by': [
    ['by whoever may', rerun(maintainer, 'maintain'), 'allowed', { 'triggering-actor': 'mona' }],
    ['by another', rerun(stranger, 'write'), 'actor.rerun_not_allowed'],
  ],
  label: [
    [
      'a listed label',
      on(
        'pull_request_target',
        'labeled',
        { ...FORK_PULL, labels: ['safe to test'] },
        { permissions: PERMISSIONS },
        { label: 'safe to test' },
      ),
      'allowed',
      { label: 'safe to test', fork: 'true' },
    ],
    [
      'another beside it',
      on('pull_request_target', 'labeled', { ...FORK_PULL, labels: ['safe to test', 'bug'] }, {}, { label: 'bug' }),
      'event.label_not_allowed',
    ],
    [
      'removed since',
      on('pull_request_target', 'labeled', FORK_PULL, { permissions: PERMISSIONS }, { label: 'safe to test' }),
      'pull_request.label_missing',
    ],
  ],
  review: [
    ['an approval', reviewed({}), 'allowed', { 'head-sha': HEAD_SHA }],
    ['another state', reviewed({ state: 'changes_requested' }), 'event.review_not_allowed'],
    ['of an earlier commit', reviewed({ commit_id: MOVED_SHA }), 'pull_request.head_moved'],
  ],
  Comments: [
    ['after the push', commented('Looks good'), 'allowed', { 'head-sha': HEAD_SHA }],
    ['before the push', commented('Looks good', { pushed: AFTERWARDS }), 'pull_request.head_moved'],
    ["a stranger's", commented('Looks good', { author: stranger }), 'actor.not_allowed'],
  ],
  command: [
    ['with its arguments', commented('/deploy staging'), 'allowed', { payload: '{"environment":"staging"}' }],
    [
      'that names the commit, before a push',
      commented(`/deploy staging ${HEAD_SHA} at last`, { pushed: AFTERWARDS }),
      'allowed',
      { payload: `{"environment":"staging","commit":"${HEAD_SHA}","note":"at last"}` },
    ],
    ['an argument of another kind', commented('/deploy staging please'), 'payload.invalid_field'],
    ['a talk about it', commented('Try /deploy staging'), 'event.no_command'],
  ],
  'via-apps': [
    ['by hand', commented('/deploy'), 'allowed'],
    ['by a listed app', commented('/deploy', { app: { id: 8, slug: 'acme-chatops' } }), 'allowed'],
    ['by another app', commented('/deploy', { app: { id: 9, slug: 'helper' } }), 'actor.commenter_not_allowed'],
  ],
  'source.workflows': [
    ['a listed file', ran({}), 'allowed', { 'pr-number': '7', 'head-sha': HEAD_SHA }],
    ['another file', ran({ path: '.github/workflows/copy.yml' }), 'event.source_not_allowed'],
    ['a commit that was pushed over', ran({ head_sha: MOVED_SHA }), 'pull_request.missing'],
  ],
  'source.events': [
    [
      'a listed event',
      ran({ path: '.github/workflows/release.yml', event: 'push', head_branch: 'main' }),
      'allowed',
      { 'head-sha': HEAD_SHA },
    ],
    ['another event', ran({ path: '.github/workflows/release.yml', head_branch: 'main' }), 'event.source_not_allowed'],
  ],
  'source.conclusions': [
    [
      'a listed one',
      ran({ path: '.github/workflows/nightly.yml', event: 'schedule', conclusion: 'failure' }),
      'allowed',
    ],
    ['another', ran({ path: '.github/workflows/nightly.yml', event: 'schedule' }), 'event.source_not_allowed'],
  ],
  'source.branches': [
    ['a match', ran({ path: '.github/workflows/build.yml', event: 'push', head_branch: 'release/1.4' }), 'allowed'],
    ['no match', ran({ path: '.github/workflows/build.yml', event: 'push' }), 'event.source_not_allowed'],
  ],
  'source.forks': [
    ['a fork', ran({ head_repository: FORK }), 'allowed', { 'head-sha': '' }],
    ['that failed', ran({ head_repository: FORK, conclusion: 'failure' }), 'event.source_not_allowed'],
  ],
  payload: [
    [
      'all that is required',
      dispatch({ pr: 7, commit: HEAD_SHA, environment: 'staging' }, 'deploy'),
      'allowed',
      { payload: `{"pr":7,"commit":"${HEAD_SHA}","environment":"staging","replicas":2}` },
    ],
    ['a field is missing', dispatch({ pr: 7, environment: 'staging' }, 'deploy'), 'payload.missing_field'],
    ['another option', dispatch({ pr: 7, commit: HEAD_SHA, environment: 'live' }, 'deploy'), 'payload.invalid_field'],
  ],
  path: [
    [
      'nested fields',
      { event: dispatchEvent({ pull_request: { number: 7, head: { sha: HEAD_SHA } } }, PREVIEW) },
      'allowed',
      { payload: `{"pr":7,"commit":"${HEAD_SHA}"}` },
    ],
    ['one is missing', { event: dispatchEvent({ pull_request: { number: 7 } }, PREVIEW) }, 'payload.missing_field'],
  ],
  'pull-request (type)': [
    ['digits', dispatch({ pr: '7' }), 'allowed', { 'pr-number': '7' }],
    ['a leading zero', dispatch({ pr: '07' }), 'payload.invalid_field'],
  ],
  'head-sha': [
    ['a head', dispatch({ commit: HEAD_SHA }, 'image-scanned'), 'allowed', { 'pr-number': '7' }],
    ['no head', dispatch({ commit: MOVED_SHA }, 'image-scanned'), 'pull_request.missing'],
  ],
  sha: [
    ['any commit', dispatch({ source: MOVED_SHA }, 'image-built'), 'allowed', { 'head-sha': '' }],
    ['a short one', dispatch({ source: MOVED_SHA.slice(0, 7) }, 'image-built'), 'payload.invalid_field'],
  ],
  slug: [
    ['a name', dispatch({ chart: 'redis-1.4_x' }), 'allowed'],
    ['a path', dispatch({ chart: '../redis' }), 'payload.invalid_field'],
  ],
  string: [
    ['a match', dispatch({ version: 'v1.4.2' }, 'release'), 'allowed'],
    ['a match of a part', dispatch({ version: 'v1.4.2; id' }, 'release'), 'payload.invalid_field'],
  ],
  number: [
    ['the largest', dispatch({ replicas: 20 }, 'scale'), 'allowed'],
    ['one more', dispatch({ replicas: 21 }, 'scale'), 'payload.invalid_field'],
    ['a fraction', dispatch({ replicas: 1.5 }, 'scale'), 'payload.invalid_field'],
  ],
  boolean: [
    ['text', manual({ 'dry-run': 'false' }, maintainer, 'write'), 'allowed', { payload: '{"dry-run":false}' }],
    ['left empty', manual({ 'dry-run': '' }, maintainer, 'write'), 'allowed', { payload: '{"dry-run":true}' }],
    ['another word', manual({ 'dry-run': 'no' }, maintainer, 'write'), 'payload.invalid_field'],
  ],
  choice: [
    ['an option', dispatch({ environment: 'production' }, 'deploy'), 'allowed'],
    ['other case', dispatch({ environment: 'Production' }, 'deploy'), 'payload.invalid_field'],
  ],
  'unknown-fields': [
    ['one too many is dropped', dispatch({ pr: 7, note: 'x' }), 'allowed', { payload: '{"pr":7}' }],
    ['a declared one is still required', dispatch({ note: 'x' }), 'payload.missing_field'],
  ],
  base: [
    ['a match', on('pull_request', 'opened', { base: { ref: 'release/1.4' } }), 'allowed'],
    ['taken back', on('pull_request', 'opened', { base: { ref: 'release/1.4-old' } }), 'pull_request.base_not_allowed'],
  ],
  head: [
    ['a match', on('pull_request_target', 'opened', { head: { ref: 'sync/2025' } }), 'allowed'],
    ['no match', on('pull_request_target', 'opened', { head: { ref: 'fix' } }), 'pull_request.head_not_allowed'],
  ],
  state: [
    ['closed', on('pull_request_target', 'closed', { state: 'closed' }), 'allowed'],
    ['merged', on('pull_request_target', 'closed', { merged: true }), 'allowed'],
    ['open', on('pull_request_target', 'labeled', {}), 'pull_request.state_not_allowed'],
  ],
  merged: [
    ['merged', on('pull_request_target', 'closed', { merged: true }), 'allowed'],
    ['only closed', on('pull_request_target', 'closed', { state: 'closed' }), 'pull_request.not_merged'],
  ],
  drafts: [
    ['ready', on('pull_request', 'opened', {}), 'allowed'],
    ['a draft', on('pull_request', 'opened', { draft: true }), 'pull_request.draft'],
  ],
  forks: [
    ['a fork', on('pull_request_target', 'opened', FORK_PULL), 'allowed', { fork: 'true' }],
    ['another activity', on('pull_request_target', 'closed', FORK_PULL), 'event.type_not_allowed'],
  ],
  'late-pushes': [
    ['a push after the comment', commented('/rerun-lint', { pushed: AFTERWARDS }), 'allowed'],
    ["a stranger's comment", commented('/rerun-lint', { author: stranger }), 'actor.not_allowed'],
  ],
  authors: [
    ['a listed author', on('pull_request_target', 'opened', { author: dependabot }, { teams: TEAMS }), 'allowed'],
    [
      'another author',
      on('pull_request_target', 'opened', { author: stranger }, { teams: TEAMS }),
      'pull_request.author_not_allowed',
    ],
  ],
  labels: [
    [
      'as asked',
      on('pull_request_target', 'closed', { state: 'closed', labels: ['upstream-sync', 'minor'] }),
      'allowed',
    ],
    [
      'none of any',
      on('pull_request_target', 'closed', { state: 'closed', labels: ['upstream-sync'] }),
      'pull_request.label_missing',
    ],
    [
      'a forbidden one',
      on('pull_request_target', 'closed', {
        state: 'closed',
        labels: ['upstream-sync', 'minor', 'human-required'],
      }),
      'pull_request.label_forbidden',
    ],
  ],
  'labels.set-by': [
    ['by whoever may', okToTest(maintainer), 'allowed', { 'head-sha': HEAD_SHA }],
    ['by another', okToTest(stranger), 'pull_request.label_not_trusted'],
    ['before the push', okToTest(maintainer, AFTERWARDS), 'pull_request.head_moved'],
  ],
  approvals: [
    [
      'enough',
      withReviews([
        [maintainer, 'approved'],
        [octocat, 'approved'],
      ]),
      'allowed',
      { 'head-sha': HEAD_SHA },
    ],
    [
      'too few',
      withReviews([
        [maintainer, 'approved'],
        [stranger, 'approved'],
      ]),
      'pull_request.approval_missing',
    ],
    [
      'one asks for changes',
      withReviews([
        [maintainer, 'approved'],
        [octocat, 'changes_requested'],
      ]),
      'pull_request.changes_requested',
    ],
  ],
  files: [
    ['of charts', changing(['charts/redis/Chart.yaml', 'charts/redis/values.yaml']), 'allowed'],
    ['elsewhere', changing(['charts/redis/Chart.yaml', 'Makefile']), 'pull_request.file_not_allowed'],
    ['a template', changing(['charts/redis/templates/job.yaml']), 'pull_request.file_not_allowed'],
  ],
  checks: [
    ['all of them', checked('success'), 'allowed', { 'head-sha': HEAD_SHA }],
    ['one failed', checked('failure'), 'pull_request.check_not_successful'],
  ],
  any: [
    ['the first block', withReviews([], maintainer), 'allowed'],
    ['the second', withReviews([[maintainer, 'approved']]), 'allowed'],
    ['none', withReviews([[stranger, 'approved']]), 'pull_request.approval_missing'],
  ],
  require: [
    ['a good signature', signed(), 'allowed', { provenance: 'signature' }],
    ["another one's key", signed({ key: 'guessed' }), 'provenance.signature_invalid'],
    ['no envelope', { ...dispatch({}), inputs: { 'signing-keys': KEY } }, 'provenance.missing'],
    ['no key to check with', dispatch({}), 'config.invalid_input'],
  ],
  workflows: [
    ['no envelope', dispatch({}), 'provenance.missing'],
    ['another kind of proof', signed(), 'provenance.missing'],
  ],
  'max-age': [
    ['in time', signed({ age: 240 }), 'allowed'],
    ['too late', signed({ age: 330 }), 'provenance.expired'],
  ],
  'max-hops': [
    ['the first of a chain', signed({ hops: 1 }), 'allowed'],
    ['the second', signed({ hops: 2 }), 'provenance.hop_limit'],
  ],
  once: [
    ['the first time', dispatch({ pr: 7 }), 'allowed'],
    ['without a pull request', dispatch({}), 'payload.missing_field'],
  ],
  Editor: [
    ['no payload', dispatch({}), 'allowed'],
    ['a payload', dispatch({ pr: 7 }), 'payload.unknown_field'],
  ],
};

const policies = readPage('docs/policy.md').examples.filter(isPolicy);

describe('docs/policy.md', CONCURRENT, () => {
  test('has one example under each heading', () => {
    assert.deepEqual(
      policies.map(({ heading }) => heading),
      Object.keys(CASES),
    );
  });

  for (const { heading, text, line } of policies) {
    for (const [what, run, code, outputs = {}] of CASES[heading] ?? []) {
      test(`line ${line}, ${heading}: ${what}`, async () => {
        const world = { pulls: { 7: pullRequest() }, ...run.world };
        const ran = await guard({ ...run, world, inputs: { ...run.inputs, policy: text } });
        assert.equal(ran.outputs['reason-code'], code, ran.outputs.reason);
        for (const [name, value] of Object.entries(outputs)) assert.equal(ran.outputs[name], value, name);
      });
    }
  }

  test('once: the second time', async () => {
    const policy = policies.find(({ heading }) => heading === 'once')?.text ?? '';
    const world = { pulls: { 7: pullRequest() }, statuses: {} };
    const runs = [];
    for (const id of ['100', '101', '100']) {
      runs.push(await guard({ ...dispatch({ pr: 7 }), world, inputs: { policy }, environment: { GITHUB_RUN_ID: id } }));
    }
    const codes = runs.map(({ outputs }) => outputs['reason-code']);
    assert.deepEqual(codes, ['allowed', 'replay.duplicate', 'allowed'], 'a re-run of the same run is allowed');
  });
});

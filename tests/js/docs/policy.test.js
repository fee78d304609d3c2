// @ts-check
// The examples of docs/policy.md, run: each lets pass what it is about, and stops what it is against.

import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import {
  commentEvent,
  dispatchEvent,
  FORK_PULL,
  pullRequestEvent,
  pushEvent,
  workflowDispatchEvent,
} from '../support/events.js';
import { HEAD_SHA, MOVED_SHA, pullRequest, REPOSITORY, USERS } from '../support/github-objects.js';
import { guard, SIDE_BY_SIDE } from '../support/guard.js';
import { isPolicy, readPage } from './pages.js';

/** @typedef {import('../support/guard.js').GuardOptions} GuardOptions */
/** @typedef {import('../support/github-objects.js').PullFacts} PullFacts */
/** @typedef {[what: string, run: GuardOptions, code: string, outputs?: { [name: string]: string }]} Case */

const { dependabot, maintainer, stranger } = USERS;
const octocat = { login: 'octocat', id: 583231, type: 'User' };

/** @param {any} payload @param {string} [type] @returns {GuardOptions} */
const dispatch = (payload, type) => ({ event: dispatchEvent(payload, type === undefined ? {} : { type }) });

/**
 * A pull request event, and the same pull request live.
 * @param {'pull_request' | 'pull_request_target'} eventName
 * @param {string} action
 * @param {PullFacts} pull
 * @param {GuardOptions['world']} [world]
 * @returns {GuardOptions}
 */
function on(eventName, action, pull, world = {}) {
  const event = pullRequestEvent({ action, pull });
  return { eventName, event, world: { pulls: { 7: event.pull_request }, ...world } };
}

/** @param {any} inputs @param {import('../support/github-objects.js').UserFacts} sender @param {string} role */
const manual = (inputs, sender, role) => ({
  eventName: 'workflow_dispatch',
  event: workflowDispatchEvent({ inputs, sender }),
  world: {
    permissions: { [sender.login]: { permission: role === 'maintain' ? 'write' : role, role_name: role } },
    teams: { 'acme/release-team': {} },
  },
});

/**
 * A comment on pull request 7. On any type but `created` the sender is the maintainer.
 * @param {string} action
 * @param {import('../support/github-objects.js').UserFacts} author
 */
const commented = (action, author) => ({
  eventName: 'issue_comment',
  event: commentEvent({ action, author, sender: action === 'created' ? author : maintainer }),
  world: {
    permissions: {
      mona: { permission: 'write', role_name: 'write' },
      eve: { permission: 'read', role_name: 'read' },
    },
  },
});

const releaseTeam = { teams: { 'acme/release-team': { mona: /** @type {const} */ ('active') } } };

const KEY = 'a key that sender and guard share';

/** JSON as RFC 8785 has it, for values of text and whole numbers. @param {any} value @returns {string} */
function canonical(value) {
  if (typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}

/**
 * A dispatch with an envelope, signed as docs/provenance.md says.
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

/** What each example does, by its heading. @type {{ [heading: string]: Case[] }} */
const CASES = {
  Policy: [
    ['the dispatch', dispatch({ pr: 7, chart: 'redis' }), 'allowed', { 'head-sha': HEAD_SHA }],
    ['a pull request', on('pull_request', 'opened', {}), 'allowed'],
    ['another event', { eventName: 'push', event: pushEvent() }, 'event.not_allowed'],
  ],
  Events: [
    ['a push', { eventName: 'push', event: pushEvent() }, 'allowed'],
    ['a dispatch', dispatch({}), 'event.not_allowed'],
  ],
  'Defaults of each event': [
    ['a comment', commented('created', maintainer), 'allowed', { 'head-sha': HEAD_SHA }],
    ["a stranger's comment", commented('created', stranger), 'actor.not_allowed'],
    ["a stranger's comment that a maintainer deletes", commented('deleted', stranger), 'event.type_not_allowed'],
  ],
  types: [
    ['a listed type', dispatch({}, 'chart-pr-updated'), 'allowed'],
    ['other case', dispatch({}, 'Chart-pr-updated'), 'event.type_not_allowed'],
  ],
  actors: [
    ['a listed login', manual({}, octocat, 'read'), 'allowed'],
    ['enough of a role', manual({}, maintainer, 'maintain'), 'allowed'],
    ['too little of a role', manual({}, stranger, 'write'), 'actor.not_allowed'],
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
  'pull-request (type)': [
    ['digits', dispatch({ pr: '7' }), 'allowed', { 'pr-number': '7' }],
    ['a leading zero', dispatch({ pr: '07' }), 'payload.invalid_field'],
  ],
  'head-sha': [
    ['the live head', dispatch({ pr: 7, commit: HEAD_SHA }), 'allowed'],
    ['an earlier head', dispatch({ pr: 7, commit: MOVED_SHA }), 'pull_request.head_moved'],
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
  authors: [
    ['a listed author', on('pull_request_target', 'opened', { author: dependabot }, releaseTeam), 'allowed'],
    [
      'another author',
      on('pull_request_target', 'opened', { author: stranger }, releaseTeam),
      'pull_request.author_not_allowed',
    ],
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

describe('docs/policy.md', SIDE_BY_SIDE, () => {
  test('has one example under each heading, and each is run', () => {
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
    assert.deepEqual(codes, ['allowed', 'replay.duplicate', 'allowed'], 'a run does not collide with itself');
  });
});

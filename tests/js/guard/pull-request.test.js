// @ts-check
// Which pull request, and is it one that may pass? For a dispatch the live PR alone decides, on
// `pull_request_target` the event must agree with it, on `pull_request` the event is all there is.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { dispatchEvent, FORK_PULL, pullRequestEvent } from '../support/events.js';
import { fault } from '../support/fake-api.js';
import {
  BASE_SHA,
  FORK,
  HEAD_SHA,
  MERGE_SHA,
  MOVED_SHA,
  pullRequest,
  REPOSITORY,
  USERS,
} from '../support/github-objects.js';
import { CASCADE, decides, dispatchPolicy, policyFor, SIDE_BY_SIDE, W5 } from '../support/guard.js';

/** @typedef {import("../support/github-objects.js").PullFacts} PullFacts */

/**
 * A dispatch for PR 7 under `pull-request: {…}`, where the live PR is `pull`.
 * @param {string} rule the keys under `pull-request`, as a flow map
 * @param {PullFacts} [pull]
 * @param {(pull: any) => void} [change]
 * @returns {import("../support/guard.js").GuardOptions}
 */
function live(rule, pull = {}, change = () => {}) {
  const body = pullRequest(pull);
  change(body);
  return {
    event: dispatchEvent({ pr: 7 }),
    inputs: { policy: dispatchPolicy(rule === '' ? '' : `pull-request: ${rule}\n`) },
    world: { pulls: { 7: body } },
  };
}

/**
 * A `pull_request` event with this PR.
 * @param {string} rule
 * @param {PullFacts} [pull]
 * @returns {import("../support/guard.js").GuardOptions}
 */
function onEvent(rule, pull = {}) {
  return {
    eventName: 'pull_request',
    event: pullRequestEvent({ pull }),
    inputs: { policy: policyFor('pull_request', rule === '' ? 'types: [synchronize]\n' : `pull-request: ${rule}\n`) },
    world: {},
  };
}

/**
 * A `pull_request_target` event with `pull`, while the live PR differs by `now`.
 * @param {string} rule
 * @param {PullFacts} [pull]
 * @param {(pull: any) => void} [now]
 * @returns {import("../support/guard.js").GuardOptions}
 */
function onTarget(rule, pull = {}, now = () => {}) {
  const event = pullRequestEvent({ action: 'closed', pull });
  const body = structuredClone(event.pull_request);
  now(body);
  return {
    eventName: 'pull_request_target',
    event,
    inputs: { policy: policyFor('pull_request_target', `types: [closed]\npull-request: ${rule}\n`) },
    world: { pulls: { 7: body } },
  };
}

describe('the outputs describe the pull request', SIDE_BY_SIDE, () => {
  const facts = {
    'pr-number': '7',
    'pr-author': 'github-actions[bot]',
    'pr-state': 'open',
    'head-ref': 'charts/redis-1.4.2',
    'head-sha': HEAD_SHA,
    'head-repo': 'acme/charts',
    'base-ref': 'main',
    'base-sha': BASE_SHA,
    fork: 'false',
    draft: 'false',
    merged: 'false',
    'merge-commit-sha': '',
    labels: '[]',
  };
  decides(
    'of a dispatch',
    {},
    {
      code: 'allowed',
      requests: 1,
      outputs: {
        ...facts,
        event: 'repository_dispatch',
        'event-type': 'chart-pr-created',
        payload: '{"pr":7,"chart":"redis"}',
        provenance: 'none',
      },
    },
  );
  decides(
    'of pull_request, without a request',
    {
      eventName: 'pull_request',
      event: pullRequestEvent({ pull: { labels: ['a', 'quote "q"', '<b>'], draft: true } }),
    },
    {
      code: 'allowed',
      requests: 0,
      outputs: {
        ...facts,
        'pr-author': 'mona',
        draft: 'true',
        labels: '["a","quote \\"q\\"","<b>"]',
        event: 'pull_request',
        'event-type': 'synchronize',
        payload: '',
      },
    },
  );
  decides('of a merged one', onTarget('{merged: true}', { merged: true, base: { ref: 'fork_upstream' } }), {
    code: 'allowed',
    requests: 1,
    outputs: {
      ...facts,
      'pr-author': 'mona',
      'pr-state': 'merged',
      merged: 'true',
      'merge-commit-sha': MERGE_SHA,
      'base-ref': 'fork_upstream',
    },
  });
  decides('of a closed one', live('{state: closed}', { state: 'closed' }), {
    code: 'allowed',
    outputs: { ...facts, 'pr-state': 'closed' },
  });
  decides("of a fork's", onEvent('', FORK_PULL), {
    code: 'allowed',
    outputs: { fork: 'true', 'head-repo': 'eve/charts', 'head-ref': 'main', 'head-sha': HEAD_SHA, 'pr-author': 'eve' },
  });
  decides(
    'never GITHUB_SHA or GITHUB_REF',
    {
      environment: {
        GITHUB_SHA: MOVED_SHA,
        GITHUB_REF: 'refs/heads/evil',
        GITHUB_HEAD_REF: 'evil',
        GITHUB_BASE_REF: 'evil',
      },
    },
    { code: 'allowed', outputs: facts },
    (ran) => {
      assert.ok(
        !Object.entries(ran.outputs).some(([, value]) => value.includes(MOVED_SHA) || value.includes('evil')),
        JSON.stringify(ran.outputs),
      );
    },
  );
  decides(
    'never its title and body',
    { world: { pulls: { 7: pullRequest({ title: 'SECRET-TITLE', body: 'SECRET-BODY' }) } } },
    'allowed',
    (ran) => {
      assert.ok(!/SECRET-/.test(JSON.stringify(ran.outputs) + ran.stdout + ran.summary));
    },
  );
});

describe('which pull request', SIDE_BY_SIDE, () => {
  decides(
    'there is none of that number',
    { ...live(''), world: { pulls: {} } },
    { code: 'pull_request.not_found', requests: 1, says: [/\b7\b/, /pull-requests: read/] },
  );
  decides(
    'the dispatch names none',
    {
      event: dispatchEvent({}),
      inputs: {
        policy: dispatchPolicy('pull-request: {base: [main]}\n', {
          payload: '{pr: {type: pull-request, required: false}}',
        }),
      },
    },
    { code: 'pull_request.missing', requests: 0 },
  );
  decides(
    'the rule asks for one and declares no field',
    {
      event: dispatchEvent({}),
      inputs: { policy: dispatchPolicy('pull-request: {base: [main]}\n', { payload: '{}' }) },
    },
    { code: ['pull_request.missing', 'config.policy_invalid'], requests: 0 },
  );
  decides(
    'the API answers with another one',
    { ...live(''), script: { pull: fault.json(pullRequest({ number: 8 })) } },
    { code: 'api.invalid_response', requests: 1 },
  );
  decides(
    'it goes to another repository',
    live('', {}, (pull) => (pull.base.repo.id = FORK.id)),
    { code: 'pull_request.wrong_repository', requests: 1, says: [/100299|100200/] },
  );
  decides('it goes to another repository of this name', live('', { base: { repo: { ...REPOSITORY, id: 5 } } }), {
    code: 'pull_request.wrong_repository',
    requests: 1,
  });
  decides(
    "the event's goes to another repository",
    { ...onEvent(''), event: pullRequestEvent({ pull: { base: { repo: FORK } } }) },
    { code: ['pull_request.wrong_repository', 'event.mismatch'], requests: 0 },
  );
  decides(
    'it has no base repository',
    live('', {}, (pull) => (pull.base.repo = null)),
    { code: ['pull_request.wrong_repository', 'api.invalid_response'], requests: 1 },
  );
});

describe('a fork is told by repository id alone', SIDE_BY_SIDE, () => {
  decides('another id', live('', { head: { repo: FORK } }), {
    code: 'pull_request.fork',
    requests: 1,
    says: [/`?eve\/charts`?/],
  });
  decides('another id under the same owner and name', live('', { head: { repo: { ...REPOSITORY, id: 6 } } }), {
    code: 'pull_request.fork',
    requests: 1,
  });
  decides('another id, and the fork flag says no', live('', { head: { repo: { ...FORK, fork: false } } }), {
    code: 'pull_request.fork',
    requests: 1,
  });
  decides('the same id, and the fork flag says yes', live('', { head: { repo: { ...REPOSITORY, fork: true } } }), {
    code: 'allowed',
    outputs: { fork: 'false' },
  });
  decides('the same id under a new name', live('', { head: { repo: { ...REPOSITORY, full_name: 'acme/renamed' } } }), {
    code: 'allowed',
    outputs: { fork: 'false' },
  });

  decides('forks: allow lets it pass on a dispatch', live('{forks: allow}', { head: { repo: FORK } }), {
    code: 'allowed',
    outputs: { fork: 'true', 'head-sha': HEAD_SHA },
  });
  decides('forks: deny stops it on pull_request', onEvent('{forks: deny}', FORK_PULL), {
    code: 'pull_request.fork',
    requests: 0,
  });
  decides('pull_request allows it unless told otherwise', onEvent('{drafts: allow}', FORK_PULL), {
    code: 'allowed',
    requests: 0,
  });
  decides('pull_request_target denies it unless told otherwise', onTarget('{drafts: allow}', FORK_PULL), {
    code: 'pull_request.fork',
    requests: 1,
  });
  decides(
    'allow-forks: true as flat input',
    { inputs: { ...W5, 'allow-forks': 'true' }, world: { pulls: { 7: pullRequest({ head: { repo: FORK } }) } } },
    'allowed',
  );
  decides(
    'allow-forks: false as flat input',
    {
      eventName: 'pull_request',
      event: pullRequestEvent({ pull: FORK_PULL }),
      inputs: { ...W5, 'allow-forks': 'false' },
    },
    { code: 'pull_request.fork', requests: 0 },
  );
  decides(
    'allow-forks unset as flat input',
    { eventName: 'pull_request', event: pullRequestEvent({ pull: FORK_PULL }), inputs: W5 },
    { code: 'allowed', requests: 0 },
  );

  decides('a head without repository is denied where forks are', live('', { head: { repo: null } }), {
    code: 'pull_request.head_gone',
    requests: 1,
  });
  decides('also on pull_request_target', onTarget('{drafts: allow}', { head: { repo: null } }), {
    code: 'pull_request.head_gone',
    requests: 1,
  });
  decides('also on pull_request', onEvent('{forks: deny}', { head: { repo: null } }), {
    code: 'pull_request.head_gone',
    requests: 0,
  });
  decides('it passes where forks do', onEvent('{drafts: allow}', { head: { repo: null } }), {
    code: 'allowed',
    requests: 0,
    outputs: { 'head-repo': '' },
  });
});

describe('state', SIDE_BY_SIDE, () => {
  /** @type {[rule: string, pull: PullFacts, code: string][]} */
  const TABLE = [
    ['', {}, 'allowed'],
    ['', { state: 'closed' }, 'pull_request.state_not_allowed'],
    ['', { merged: true }, 'pull_request.state_not_allowed'],
    ['{state: open}', { state: 'closed' }, 'pull_request.state_not_allowed'],
    ['{state: closed}', {}, 'pull_request.state_not_allowed'],
    ['{state: closed}', { state: 'closed' }, 'allowed'],
    ['{state: closed}', { merged: true }, 'allowed'],
    ['{state: any}', { merged: true }, 'allowed'],
    ['{state: any}', {}, 'allowed'],
    ['{merged: true}', { merged: true }, 'allowed'],
    ['{merged: true}', { state: 'closed' }, 'pull_request.not_merged'],
    ['{merged: true}', {}, 'pull_request.not_merged'],
    ['{merged: false}', {}, 'allowed'],
    ['{merged: false}', { state: 'closed' }, 'allowed'],
    ['{merged: false}', { merged: true }, 'pull_request.merged'],
    ['{drafts: deny}', { draft: true }, 'pull_request.draft'],
    ['{drafts: deny}', {}, 'allowed'],
    ['{drafts: allow}', { draft: true }, 'allowed'],
    ['', { draft: true }, 'allowed'],
  ];
  for (const [rule, pull, code] of TABLE)
    decides(`${rule || 'nothing said'} and ${JSON.stringify(pull)}`, live(rule, pull), { code, requests: 1 });

  decides('pull_request takes any state unless told otherwise', onEvent('', { state: 'closed' }), {
    code: 'allowed',
    requests: 0,
  });
  decides('pull_request_target as well', onTarget('{drafts: allow}', { state: 'closed' }), 'allowed');
  decides(
    'require-merged as flat input',
    { inputs: { ...W5, 'require-merged': 'true' } },
    { code: 'pull_request.not_merged', requests: 1 },
  );
  decides(
    'require-merged as flat input, and it is',
    { inputs: { ...W5, 'require-merged': 'true' }, world: { pulls: { 7: pullRequest({ merged: true }) } } },
    { code: 'allowed', outputs: { merged: 'true', 'merge-commit-sha': MERGE_SHA } },
  );
});

describe('branches', SIDE_BY_SIDE, () => {
  // GitHub's filter patterns, with the examples of its documentation.
  /** @type {[pattern: string, match: string[], other: string[]][]} */
  const TABLE = [
    ['main', ['main'], ['Main', 'mainline', 'my-main', 'feature/main']],
    ['*', ['main', 'releases'], ['all/the/branches', 'release/1']],
    ['**', ['main', 'all/the/branches', 'every/tag'], []],
    ['feature/*', ['feature/my-branch', 'feature/your-branch'], ['feature/beta-a/my-branch', 'feature']],
    ['feature/**', ['feature/beta-a/my-branch', 'feature/your-branch', 'feature/mona/the/octocat'], ['features/x']],
    ['**feature**', ['feature/x', 'my/feature', 'my-feature-1'], ['main']],
    ['v2*', ['v2', 'v2.0', 'v2.9'], ['v3', 'v2/x']],
    ['v[12].[0-9]+.[0-9]+', ['v1.10.1', 'v2.0.0'], ['v3.0.0', 'v1.x.1', 'v1.0']],
    ['*.js?', ['a.js', 'a.j'], ['a.jss']],
    ['release/1.2', ['release/1.2'], ['release/1x2']],
  ];
  for (const [pattern, match, other] of TABLE) {
    for (const ref of match)
      decides(`base ${pattern} matches ${ref}`, live(`{base: ["${pattern}"]}`, { base: { ref } }), 'allowed');
    for (const ref of other)
      decides(`base ${pattern} does not match ${ref}`, live(`{base: ["${pattern}"]}`, { base: { ref } }), {
        code: 'pull_request.base_not_allowed',
        says: [new RegExp(`\`${ref}\``)],
      });
  }
  decides(
    'a later ! takes a branch out again',
    live('{base: ["releases/**", "!releases/**-alpha"]}', { base: { ref: 'releases/beta/3-alpha' } }),
    'pull_request.base_not_allowed',
  );
  decides(
    'and leaves the others in',
    live('{base: ["releases/**", "!releases/**-alpha"]}', { base: { ref: 'releases/10' } }),
    'allowed',
  );
  decides(
    'a still later one brings it back',
    live('{base: ["releases/**", "!releases/**-alpha", "releases/1-alpha"]}', { base: { ref: 'releases/1-alpha' } }),
    'allowed',
  );
  decides('only exclusions match nothing', live('{base: ["!main"]}', { base: { ref: 'dev' } }), {
    code: ['config.policy_invalid', 'pull_request.base_not_allowed'],
  });

  decides('head matches', live('{head: ["charts/*"]}'), 'allowed');
  decides('head does not match', live('{head: ["release/*"]}'), {
    code: 'pull_request.head_not_allowed',
    says: [/`charts\/redis-1\.4\.2`/, /head/],
  });
  decides('base on pull_request', onEvent('{base: [release]}'), { code: 'pull_request.base_not_allowed', requests: 0 });
  decides(
    'base-branches as flat input',
    { inputs: { ...W5, 'base-branches': 'dev, release' } },
    { code: 'pull_request.base_not_allowed', says: [/`main`/, /`release`/] },
  );
});

describe('labels and authors', SIDE_BY_SIDE, () => {
  /** @type {[rule: string, labels: string[], code: string][]} */
  const TABLE = [
    ['{all: [a, b]}', ['a', 'b', 'c'], 'allowed'],
    ['{all: [a, b]}', ['a'], 'pull_request.label_missing'],
    ['{all: [a]}', ['A'], 'pull_request.label_missing'],
    ['{all: [a]}', ['a '], 'pull_request.label_missing'],
    ['{all: [a]}', [], 'pull_request.label_missing'],
    ['{any: [a, b]}', ['b'], 'allowed'],
    ['{any: [a, b]}', ['c'], 'pull_request.label_missing'],
    ['{none: [a]}', ['b'], 'allowed'],
    ['{none: [a]}', [], 'allowed'],
    ['{none: [a]}', ['b', 'a'], 'pull_request.label_forbidden'],
    ['{none: [a]}', ['A'], 'allowed'],
    ['{all: [x], none: [a]}', ['x', 'a'], 'pull_request.label_forbidden'],
    ["{all: ['a*']}", ['ab'], 'pull_request.label_missing'],
  ];
  for (const [rule, labels, code] of TABLE)
    decides(`${rule} and ${JSON.stringify(labels)}`, live(`{labels: ${rule}}`, { labels }), { code, requests: 1 });
  decides(
    'required-labels as flat input',
    { inputs: { ...W5, 'required-labels': 'upstream-sync' } },
    { code: 'pull_request.label_missing', says: [/`upstream-sync`/] },
  );
  decides(
    'forbidden-labels as flat input',
    {
      inputs: { ...W5, 'forbidden-labels': 'human-required' },
      world: { pulls: { 7: pullRequest({ labels: ['human-required'] }) } },
    },
    { code: 'pull_request.label_forbidden', says: [/`human-required`/] },
  );

  decides('an author who is listed', live("{authors: ['github-actions[bot]']}"), { code: 'allowed', requests: 1 });
  decides('an author who is not', live('{authors: [mona]}'), {
    code: 'pull_request.author_not_allowed',
    requests: 1,
    says: [/`github-actions\[bot\]`/, /`mona`/],
  });
  decides('an author with another id', live("{authors: ['mona:2001']}", { author: { ...USERS.maintainer, id: 3 } }), {
    code: ['pull_request.author_not_allowed', 'actor.identity_mismatch'],
    requests: 1,
  });
  decides(
    'an author whose account is gone',
    live('{authors: [mona]}', {}, (pull) => (pull.user = null)),
    { code: ['pull_request.author_not_allowed', 'api.invalid_response'], requests: 1 },
  );
  decides(
    'an account that is gone, where nobody asks',
    live('', {}, (pull) => (pull.user = null)),
    { code: ['allowed', 'api.invalid_response'], requests: 1 },
  );
});

describe('pull_request_target: the event agrees with the live PR', SIDE_BY_SIDE, () => {
  const rule = '{base: [main]}';
  decides('nothing has changed', onTarget(rule), { code: 'allowed', requests: 1, outputs: { 'head-sha': HEAD_SHA } });
  decides(
    'the head has moved',
    onTarget(rule, {}, (pull) => (pull.head.sha = MOVED_SHA)),
    { code: 'pull_request.head_moved', requests: 1, outputs: { 'head-sha': '' } },
  );
  decides(
    'the base branch has changed',
    onTarget('{drafts: allow}', {}, (pull) => (pull.base.ref = 'dev')),
    { code: 'pull_request.changed', requests: 1, says: [/`main`/, /`dev`/], outputs: { 'head-sha': '' } },
  );
  decides(
    'it has been merged since',
    onTarget('{drafts: allow}', { state: 'closed' }, (pull) =>
      Object.assign(pull, { merged: true, merged_at: '2025-01-17T10:00:00Z' }),
    ),
    { code: 'pull_request.changed', requests: 1 },
  );
  decides(
    'the live PR is judged: a new label',
    onTarget('{labels: {none: [human-required]}}', {}, (pull) => (pull.labels = [{ name: 'human-required' }])),
    { code: 'pull_request.label_forbidden', requests: 1 },
  );
  decides(
    'the live PR is judged: a draft',
    onTarget('{drafts: deny}', {}, (pull) => (pull.draft = true)),
    { code: 'pull_request.draft', requests: 1 },
  );
  decides(
    'the live PR is judged: a fork',
    onTarget('{drafts: allow}', {}, (pull) => (pull.head.repo.id = FORK.id)),
    { code: ['pull_request.fork', 'pull_request.changed'], requests: 1 },
  );
  decides('it is gone', { ...onTarget(rule), world: { pulls: {} } }, { code: 'pull_request.not_found', requests: 1 });
});

describe('the cascade monitor, which waits for a merge', SIDE_BY_SIDE, () => {
  /** @param {PullFacts} [pull] @returns {import("../support/guard.js").GuardOptions} */
  const cascade = (pull) => {
    const facts = {
      merged: true,
      labels: ['upstream-sync'],
      base: { ref: 'fork_upstream' },
      author: USERS.actionsBot,
      ...pull,
    };
    return { ...onTarget('', facts), inputs: { policy: CASCADE } };
  };
  decides('a merged sync', cascade(), {
    code: 'allowed',
    requests: 1,
    outputs: { merged: 'true', 'merge-commit-sha': MERGE_SHA, labels: '["upstream-sync"]' },
  });
  decides('closed without a merge', cascade({ merged: false, state: 'closed' }), {
    code: 'pull_request.not_merged',
    outputs: { 'merge-commit-sha': '' },
  });
  decides('not labelled as a sync', cascade({ labels: [] }), 'pull_request.label_missing');
  decides(
    'waiting for a human',
    cascade({ labels: ['upstream-sync', 'human-required'] }),
    'pull_request.label_forbidden',
  );
  decides('into another branch', cascade({ base: { ref: 'main' } }), 'pull_request.base_not_allowed');
});

describe('pull_request: the event alone', SIDE_BY_SIDE, () => {
  /** @param {(pull: any) => void} change */
  const broken = (change) => ({
    eventName: 'pull_request',
    event: pullRequestEvent({ change }),
    inputs: { policy: policyFor('pull_request', 'types: [synchronize]\n') },
    world: {},
  });
  for (const [name, change] of /** @type {[string, (pull: any) => void][]} */ ([
    ['without a head', (pull) => delete pull.head],
    ['without a head commit', (pull) => delete pull.head.sha],
    ['with a head commit that is none', (pull) => (pull.head.sha = 'main; rm -rf /')],
    ['without a number', (pull) => delete pull.number],
    ['with a number in a string', (pull) => (pull.number = '7')],
    ['without a base', (pull) => (pull.base = null)],
    ['with labels that are a word', (pull) => (pull.labels = 'all')],
    ['with merged that is a word', (pull) => (pull.merged = 'true')],
  ])) {
    decides(`${name} is malformed`, broken(change), { code: ['event.malformed', 'event.mismatch'], requests: 0 });
  }
});

// @ts-check
// Every example of the supported events that GitHub's webhook documentation gives, through the guard: a policy made for
// it lets it pass, and each policy that differs in one point does not. GitHub's examples have no fork's head, no lost
// head repository and no bot that comments; those are derived.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { pullRequest } from '../support/github-objects.js';
import { assertDecision, guard } from '../support/guard.js';

const require = createRequire(import.meta.url);
/** @type {{name: string, examples: any[]}[]} */
const webhooks = require('@octokit/webhooks-examples/api.github.com/index.json');

const SUPPORTED = [
  'repository_dispatch',
  'workflow_dispatch',
  'pull_request',
  'pull_request_review',
  'issue_comment',
  'workflow_run',
  'merge_group',
  'push',
];
const EXAMPLES = webhooks
  .filter(({ name }) => SUPPORTED.includes(name))
  .flatMap(({ name, examples }) => examples.map((event, index) => ({ name, index, event })));

/** What the runner would set for this event. @param {any} event */
function environmentOf(event) {
  const { repository, sender } = event;
  return {
    GITHUB_REPOSITORY: repository.full_name,
    GITHUB_REPOSITORY_ID: String(repository.id),
    GITHUB_REPOSITORY_OWNER: repository.owner.login,
    GITHUB_REPOSITORY_OWNER_ID: String(repository.owner.id),
    GITHUB_ACTOR: sender.login,
    GITHUB_ACTOR_ID: String(sender.id),
    GITHUB_TRIGGERING_ACTOR: sender.login,
  };
}

/** @param {string} name @param {any} event @param {{actor?: string, type?: string}} [other] */
function policyOf(name, event, { actor = event.sender.login, type = event.action } = {}) {
  const lines = ['version: 1', 'events:', `  ${name}:`, `    actors: [${JSON.stringify(actor)}]`];
  if (typeof type === 'string') lines.push(`    types: [${JSON.stringify(type)}]`);
  if (name.endsWith('_dispatch')) lines.push('    unknown-fields: drop');
  return `${lines.join('\n')}\n`;
}

/**
 * The API of the event's repository. It knows the pull request of a review, whose event holds only a part of it.
 * @param {any} event
 */
function worldOf(event) {
  const { id, full_name } = event.repository;
  if (event.review === undefined) return { repositories: [{ id, full_name }] };
  const { number, user, head, base } = event.pull_request;
  return { repositories: [{ id, full_name }], pulls: { [number]: pullRequest({ number, author: user, head, base }) } };
}

/** @param {string} name @param {any} event @param {string} policy @param {{[name: string]: string}} [environment] */
function judged(name, event, policy, environment = {}) {
  return guard({
    eventName: name,
    event,
    inputs: { policy },
    environment: { ...environmentOf(event), ...environment },
    world: worldOf(event),
  });
}

describe("GitHub's examples", { concurrency: 3 }, () => {
  test('there are some of every supported event', () => {
    assert.deepEqual([...new Set(EXAMPLES.map(({ name }) => name))].sort(), [...SUPPORTED].sort());
    assert.ok(EXAMPLES.length >= 60, `${EXAMPLES.length}`);
  });

  const kinds = new Set();
  for (const { name, index, event } of EXAMPLES) {
    const label = `${name} ${index}${event.action ? ` (${event.action})` : ''}`;

    test(`${label}: its own policy lets it pass`, async () => {
      const ran = await judged(name, event, policyOf(name, event));
      assertDecision(ran, {
        code: 'allowed',
        requests: event.review === undefined ? 0 : 'any',
        outputs: { event: name, actor: event.sender.login, 'actor-id': String(event.sender.id) },
      });
      if (name === 'pull_request') {
        const { pull_request: pull } = event;
        assert.equal(ran.outputs['pr-number'], String(pull.number));
        assert.equal(ran.outputs['head-sha'], pull.head.sha);
        assert.equal(ran.outputs['base-ref'], pull.base.ref);
        assert.equal(ran.outputs['pr-author'], pull.user.login);
        assert.equal(ran.outputs.fork, 'false');
      }
    });

    // Examples of one activity type differ in nothing that these policies look at.
    const kind = `${name} ${event.action}`;
    if (kinds.has(kind)) continue;
    kinds.add(kind);
    test(`${label}: other policies do not`, async () => {
      assertDecision(await judged(name, event, policyOf(name, event, { actor: 'somebody-else' })), {
        code: 'actor.not_allowed',
        requests: 0,
      });
      if (typeof event.action === 'string')
        assertDecision(await judged(name, event, policyOf(name, event, { type: `${event.action}-not` })), {
          code: ['event.type_not_allowed', 'config.policy_invalid'],
          requests: 0,
        });
      assertDecision(await judged(name, event, policyOf(name, event), { GITHUB_REPOSITORY_ID: '1' }), {
        code: 'event.mismatch',
        requests: 0,
      });
      const other = name === 'push' ? 'merge_group' : 'push';
      assertDecision(await judged(name, event, `version: 1\nevents:\n  ${other}: {}\n`), {
        code: 'event.not_allowed',
        requests: 0,
      });
    });
  }

  const pulls = EXAMPLES.filter(({ name }) => name === 'pull_request');
  for (const { index, event } of pulls.filter(({ event }) =>
    ['opened', 'closed', 'synchronize'].includes(event.action),
  )) {
    /** @param {(pull: any) => void} change */
    const derived = (change) => {
      const copy = structuredClone(event);
      change(copy.pull_request);
      return copy;
    };
    const deny = `${policyOf('pull_request', event)}    pull-request: {forks: deny}\n`;

    test(`pull_request ${index} (${event.action}), from a fork`, async () => {
      const fork = derived((pull) => {
        pull.head.repo = { ...pull.head.repo, id: pull.head.repo.id + 1, full_name: 'eve/hello-world', fork: true };
      });
      assertDecision(await judged('pull_request', fork, policyOf('pull_request', event)), {
        code: 'allowed',
        requests: 0,
        outputs: { fork: 'true', 'head-repo': 'eve/hello-world' },
      });
      assertDecision(await judged('pull_request', fork, deny), { code: 'pull_request.fork', requests: 0 });
    });

    test(`pull_request ${index} (${event.action}), from a repository that is gone`, async () => {
      const gone = derived((pull) => (pull.head.repo = null));
      assertDecision(await judged('pull_request', gone, policyOf('pull_request', event)), {
        code: 'allowed',
        requests: 0,
        outputs: { 'head-repo': '' },
      });
      assertDecision(await judged('pull_request', gone, deny), { code: 'pull_request.head_gone', requests: 0 });
    });

    test(`pull_request ${index} (${event.action}), as pull_request_target`, async () => {
      const policy = policyOf('pull_request_target', event);
      const world = { ...worldOf(event), pulls: { [event.number]: event.pull_request } };
      const ran = await guard({
        eventName: 'pull_request_target',
        event,
        inputs: { policy },
        environment: environmentOf(event),
        world,
      });
      assertDecision(ran, { code: 'allowed', outputs: { 'head-sha': event.pull_request.head.sha } });
    });
  }

  for (const name of ['issue_comment', 'pull_request', 'push', 'repository_dispatch']) {
    const { event } = EXAMPLES.find((example) => example.name === name) ?? { event: undefined };
    test(`${name}, sent by a bot`, async () => {
      const sender = { ...event.sender, login: 'dependabot[bot]', id: 49699333, type: 'Bot' };
      const copy = structuredClone({ ...event, sender });
      if (copy.pull_request !== undefined) copy.pull_request.user = sender;
      assertDecision(await judged(name, copy, policyOf(name, copy)), 'allowed');
      copy.sender.type = 'User';
      assertDecision(await judged(name, copy, policyOf(name, copy)), { code: 'actor.identity_mismatch', requests: 0 });
    });
  }
});

// @ts-check
// Every deny and error says what was found, what is allowed and what to change, in the words of a workflow's author.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dispatchEvent, pullRequestEvent, pushEvent } from '../support/events.js';
import { fault } from '../support/fake-api.js';
import { FORK, pullRequest, REPOSITORY, repository, USERS } from '../support/github-objects.js';
import { assertDecision, dispatchPolicy, guard, policyFor, SIDE_BY_SIDE, W5 } from '../support/guard.js';

/** @typedef {{options: import("../support/guard.js").GuardOptions, found: RegExp, allowed?: RegExp, mend?: RegExp}} Words */

/** @param {import("../support/github-objects.js").PullFacts} facts @param {string} rule */
const pull = (facts, rule = '') => ({
  event: dispatchEvent({ pr: 7 }),
  inputs: { policy: dispatchPolicy(rule) },
  world: { pulls: { 7: pullRequest(facts) } },
});

/** @type {{[code: string]: Words}} */
const WORDS = {
  'config.invalid_input': {
    options: { inputs: { ...W5, mode: 'audit' } },
    found: /`audit`/,
    allowed: /`enforce`.*`evaluate`/,
  },
  'config.policy_missing': { options: { inputs: {} }, found: /policy/, mend: /`policy`/ },
  'config.policy_invalid': {
    options: { inputs: { policy: policyFor('push', 'actor: [mona]\n') } },
    found: /`actor`/,
    allowed: /`actors`/,
  },
  'config.policy_conflict': {
    options: { inputs: { ...W5, policy: 'version: 1' } },
    found: /`policy`/,
    allowed: /`dispatch-types`|`allowed-actors`/,
  },
  'event.unreadable': { options: { event: undefined }, found: /GITHUB_EVENT_PATH|event file|event\.json/ },
  'event.malformed': { options: { event: '[1' }, found: /JSON|event/ },
  'event.mismatch': {
    options: { event: { ...dispatchEvent(), repository: repository({ ...REPOSITORY, id: 5 }) } },
    found: /\b5\b/,
    allowed: /100200/,
  },
  'event.not_allowed': {
    options: { eventName: 'push', event: pushEvent() },
    found: /`push`/,
    allowed: /`repository_dispatch`.*`pull_request`|`pull_request`.*`repository_dispatch`/,
    mend: /`?events`?|on:/,
  },
  'event.type_not_allowed': {
    options: { event: dispatchEvent(undefined, { type: 'other' }) },
    found: /`other`/,
    allowed: /`chart-pr-created`/,
    mend: /dispatch-types|types/,
  },
  'actor.not_allowed': {
    options: { event: dispatchEvent(undefined, { sender: USERS.stranger }) },
    found: /`eve`/,
    allowed: /`github-actions\[bot\]`/,
    mend: /allowed-actors|actors/,
  },
  'actor.identity_mismatch': {
    options: { event: dispatchEvent(undefined, { sender: { ...USERS.actionsBot, id: 666 } }) },
    found: /666/,
    allowed: /41898282/,
  },
  'actor.sender_not_allowed': {
    options: {
      event: dispatchEvent(undefined, { sender: USERS.stranger }),
      environment: {
        GITHUB_ACTOR: 'github-actions[bot]',
        GITHUB_ACTOR_ID: '41898282',
        GITHUB_TRIGGERING_ACTOR: 'github-actions[bot]',
      },
    },
    found: /`eve`/,
    allowed: /`github-actions\[bot\]`/,
  },
  'actor.rerun_not_allowed': {
    options: { environment: { GITHUB_TRIGGERING_ACTOR: 'eve', GITHUB_RUN_ATTEMPT: '2' } },
    found: /`eve`/,
    allowed: /`github-actions\[bot\]`/,
  },
  'actor.confused_deputy': {
    options: {
      eventName: 'pull_request',
      event: pullRequestEvent({ sender: USERS.dependabot, pull: { author: USERS.stranger } }),
      inputs: { policy: policyFor('pull_request', "actors: ['dependabot[bot]']\n") },
    },
    found: /`eve`/,
    allowed: /`dependabot\[bot\]`/,
    mend: /authors/,
  },
  'payload.malformed': {
    options: { event: dispatchEvent(Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`f${n}`, n]))) },
    found: /11/,
    allowed: /10/,
  },
  'payload.missing_field': { options: { event: dispatchEvent({ chart: 'redis' }) }, found: /client_payload\.pr/ },
  'payload.invalid_field': {
    options: { event: dispatchEvent({ pr: 7, chart: 'no slug' }) },
    found: /client_payload\.chart/,
    allowed: /slug/,
  },
  'payload.unknown_field': {
    options: { event: dispatchEvent({ pr: 7, chart: 'redis', more: 1 }) },
    found: /client_payload\.more/,
    allowed: /`pr`.*`chart`|`chart`.*`pr`/,
  },
  'pull_request.not_found': { options: { world: {} }, found: /\b7\b/, mend: /pull-requests: read/ },
  'pull_request.wrong_repository': {
    options: pull({ base: { repo: { ...FORK } } }),
    found: /eve\/charts|100299/,
    allowed: /acme\/charts|100200/,
  },
  'pull_request.head_gone': { options: pull({ head: { repo: null } }), found: /head/ },
  'pull_request.fork': { options: pull({ head: { repo: FORK } }), found: /eve\/charts/, mend: /forks/ },
  'pull_request.base_not_allowed': {
    options: pull({ base: { ref: 'dev' } }, 'pull-request: {base: [main]}\n'),
    found: /`dev`/,
    allowed: /`main`/,
  },
  'pull_request.head_not_allowed': {
    options: pull({}, 'pull-request: {head: [sync]}\n'),
    found: /`charts\/redis-1\.4\.2`/,
    allowed: /`sync`/,
  },
  'pull_request.state_not_allowed': { options: pull({ state: 'closed' }), found: /closed/, allowed: /open/ },
  'pull_request.not_merged': { options: pull({}, 'pull-request: {merged: true}\n'), found: /not merged|open/ },
  'pull_request.merged': { options: pull({ merged: true }, 'pull-request: {merged: false}\n'), found: /merged/ },
  'pull_request.draft': { options: pull({ draft: true }, 'pull-request: {drafts: deny}\n'), found: /draft/ },
  'pull_request.author_not_allowed': {
    options: pull({}, 'pull-request: {authors: [mona]}\n'),
    found: /`github-actions\[bot\]`/,
    allowed: /`mona`/,
    mend: /authors/,
  },
  'pull_request.label_missing': {
    options: pull({ labels: ['other'] }, 'pull-request: {labels: {all: [reviewed]}}\n'),
    found: /`reviewed`/,
  },
  'pull_request.label_forbidden': {
    options: pull({ labels: ['blocked'] }, 'pull-request: {labels: {none: [blocked]}}\n'),
    found: /`blocked`/,
  },
  'api.unauthorized': {
    options: { script: { pull: fault.unauthorized() } },
    found: /401|Bad credentials/,
    mend: /`token`/,
  },
  'api.forbidden': {
    options: { script: { pull: fault.forbidden('pull_requests=read') } },
    found: /pull_requests=read/,
    mend: /pull-requests: read/,
  },
  'api.rate_limited': { options: { script: { pull: fault.limited() } }, found: /limit/ },
  'api.unavailable': { options: { script: { pull: fault.status(502) } }, found: /502/ },
  'api.invalid_response': { options: { script: { pull: fault.html() } }, found: /JSON/ },
};

describe('words', SIDE_BY_SIDE, () => {
  for (const [code, { options, found, allowed, mend }] of Object.entries(WORDS)) {
    test(code, async () => {
      const ran = await guard(options);
      assertDecision(ran, { code });
      const [annotation, ...more] = ran.annotations;
      assert.equal(more.length, 0, 'one annotation');
      assert.equal(annotation?.name, 'error');
      assert.equal(annotation?.properties.title, `dispatch-guard: ${code}`);
      const text = annotation?.message ?? '';
      assert.equal(
        text.slice(0, ran.outputs.reason?.length).toLowerCase(),
        ran.outputs.reason?.toLowerCase(),
        'the annotation begins with the reason',
      );
      assert.match(text, found, 'what was found');
      if (allowed !== undefined) assert.match(text, allowed, 'what is allowed');
      if (mend !== undefined) assert.match(text, mend, 'what to change');
      assert.ok(ran.result.mend.length > 10, 'there is a mend');
      assert.ok(text.includes(ran.result.mend), `the annotation holds the mend:\n${text}\n${ran.result.mend}`);
      assert.doesNotMatch(text, /undefined|\[object|NaN|Some\(|\bNone[,)]|Err\(|\{\}/, 'no word of the implementation');
      assert.doesNotMatch(text.replace(/`[^`]*`/g, '`x`'), /  |\.\.|[;?.];| ,| \./, `punctuation: ${text}`);
      assert.ok(text.length < 900, `${text.length} characters are too many to read`);
    });
  }

  test('an allow says what may go on', async () => {
    const ran = await guard();
    assert.deepEqual(ran.annotations, []);
    assert.match(ran.outputs.reason ?? '', /7/);
  });

  test('the permission is written as in a workflow', async () => {
    const ran = await guard({ script: { pull: fault.forbidden('contents=read; pull_requests=read') } });
    assert.match(ran.annotations[0]?.message ?? '', /`?pull-requests: read`?/);
  });
});

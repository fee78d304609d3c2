// @ts-check
// The bundle decides on each event: one run that is allowed, and denials and errors of each step.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'node:test';
import { CONCURRENT } from '../support/action.js';
import {
  commentEvent,
  dispatchEvent,
  mergeGroupEvent,
  pullRequestEvent,
  pushEvent,
  reviewEvent,
  scheduleEvent,
  workflowDispatchEvent,
  workflowRunEvent,
} from '../support/events.js';
import { blobSha } from '../support/fake-api.js';
import { BASE_SHA, HEAD_SHA, MERGE_SHA, MOVED_SHA, pullRequest, USERS } from '../support/github-objects.js';
import { decides, dispatchPolicy, policyFor, W5 } from '../support/guard.js';

const actors = 'actors: [mona]\n';
const LIVE = Object.freeze({
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
});

describe('allows', CONCURRENT, () => {
  decides(
    'repository_dispatch with shorthand inputs',
    {},
    {
      code: 'allowed',
      requests: ['pull'],
      outputs: {
        ...LIVE,
        event: 'repository_dispatch',
        'event-type': 'chart-pr-created',
        actor: 'github-actions[bot]',
        'actor-id': '41898282',
        payload: '{"pr":7,"chart":"redis"}',
        provenance: 'none',
      },
    },
  );
  decides(
    'workflow_dispatch, whose inputs are text',
    {
      eventName: 'workflow_dispatch',
      event: workflowDispatchEvent({ inputs: { pr: '7', dry: 'true' } }),
      inputs: { policy: policyFor('workflow_dispatch', `${actors}payload: {pr: pull-request, dry: boolean}\n`) },
    },
    { code: 'allowed', requests: ['pull'], outputs: { ...LIVE, payload: '{"pr":7,"dry":true}' } },
  );
  decides(
    'pull_request, without a token and without a request',
    { eventName: 'pull_request', inputs: { ...W5, token: '' } },
    { code: 'allowed', requests: [], outputs: { ...LIVE, 'pr-author': 'mona', payload: '' } },
  );
  const merged = pullRequestEvent({ action: 'closed', pull: { merged: true } });
  decides(
    'pull_request_target of a merged pull request',
    {
      eventName: 'pull_request_target',
      event: merged,
      world: { pulls: { 7: merged.pull_request } },
      inputs: { policy: policyFor('pull_request_target', 'types: [closed]\npull-request: {merged: true}\n') },
    },
    { code: 'allowed', requests: ['pull'], outputs: { 'pr-state': 'merged', 'merge-commit-sha': MERGE_SHA } },
  );
  decides(
    'pull_request_review',
    {
      eventName: 'pull_request_review',
      event: reviewEvent(),
      world: { pulls: { 7: pullRequest({ author: USERS.maintainer }) } },
      inputs: { policy: policyFor('pull_request_review', `types: [submitted]\n${actors}`) },
    },
    { code: 'allowed', requests: ['pull'], outputs: { 'event-type': 'submitted', 'head-sha': HEAD_SHA } },
  );
  decides(
    'issue_comment on a pull request that is merged',
    {
      eventName: 'issue_comment',
      event: commentEvent({ pull: pullRequest({ merged: true }), comment: { created_at: '2025-01-17T10:20:00Z' } }),
      world: { pulls: { 7: pullRequest({ merged: true }) } },
      inputs: {
        policy: policyFor('issue_comment', `types: [created]\n${actors}pull-request: {base: [main], merged: true}\n`),
      },
    },
    { code: 'allowed', requests: ['pull'], outputs: { actor: 'mona', 'head-sha': HEAD_SHA } },
  );
  /** @type {[event: string, body: any, rule: string][]} */
  const PLAIN = [
    [
      'workflow_run',
      workflowRunEvent(),
      `types: [completed]\nsource: {workflows: [.github/workflows/ci.yml]}\n${actors}`,
    ],
    ['merge_group', mergeGroupEvent(), 'types: [checks_requested]\n'],
    ['push', pushEvent(), actors],
  ];
  for (const [eventName, event, rule] of PLAIN)
    decides(
      `${eventName} without a request`,
      { eventName, event, inputs: { policy: policyFor(eventName, rule) } },
      { code: 'allowed', requests: [], outputs: { event: eventName, 'pr-number': '' } },
    );
  decides(
    'schedule, whose event has no sender',
    { eventName: 'schedule', event: scheduleEvent(), inputs: { policy: 'version: 1\nevents:\n  schedule:\n' } },
    { code: 'allowed', requests: [] },
  );
});

describe('denies', CONCURRENT, () => {
  decides(
    'an event that the policy does not list',
    { eventName: 'push', event: pushEvent() },
    { code: 'event.not_allowed', requests: [] },
  );
  decides(
    'an actor who is not listed',
    { event: dispatchEvent(undefined, { sender: USERS.stranger }) },
    { code: 'actor.not_allowed', requests: [], outputs: { actor: 'eve', 'pr-number': '' } },
  );
  // The text of the event reaches the core as it is: a parsed object would have lost the first `pr`.
  decides(
    'a repeated key in the payload',
    { event: JSON.stringify(dispatchEvent({ chart: 'x' })).replace('"chart":"x"', '"pr":7,"pr":8') },
    { code: 'payload.malformed', requests: [] },
  );
  const event = pullRequestEvent({ action: 'closed' });
  decides(
    'a pull request whose head has moved since the event',
    {
      eventName: 'pull_request_target',
      event,
      world: { pulls: { 7: pullRequest({ author: USERS.maintainer, head: { sha: MOVED_SHA } }) } },
      inputs: { policy: policyFor('pull_request_target', 'types: [closed]\n') },
    },
    { code: 'pull_request.head_moved', requests: ['pull'], outputs: { 'pr-number': '7', 'head-sha': '' } },
  );
});

describe('ends with an error', CONCURRENT, () => {
  decides('if there is no event file', { event: undefined }, { code: 'event.unreadable', requests: [] });
  decides(
    'if the policy is not valid, with its position',
    { inputs: { policy: policyFor('push', 'actor: [mona]\n') } },
    { code: 'config.policy_invalid', requests: [] },
    (ran) => assert.match(ran.outputs.reason ?? '', /4\D+5/),
  );
});

describe('policy-file', CONCURRENT, () => {
  const PATH = '.github/dispatch-guard.yml';
  decides(
    'is read from the default branch, not from the workspace',
    {
      event: dispatchEvent({ pr: 7 }),
      inputs: { 'policy-file': PATH },
      world: { pulls: { 7: pullRequest() }, contents: { [PATH]: dispatchPolicy() } },
      prepare({ workspace }) {
        mkdirSync(join(workspace, '.github'));
        writeFileSync(join(workspace, PATH), dispatchPolicy('', { actors: '[eve]' }));
      },
    },
    { code: 'allowed', requests: ['contents', 'pull'] },
    (ran) => assert.equal(ran.result.policy.blob_sha, blobSha(dispatchPolicy())),
  );
});

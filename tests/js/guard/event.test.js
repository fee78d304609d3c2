// @ts-check
// The step "event": the file, the run and the policy must agree.

import { mkdirSync, rmSync } from 'node:fs';
import { describe } from 'node:test';
import { dispatchEvent, pullRequestEvent, pushEvent, workflowDispatchEvent } from '../support/events.js';
import { FORK, repository, USERS } from '../support/github-objects.js';
import { decides, dispatchPolicy, policyFor, SIDE_BY_SIDE, W5 } from '../support/guard.js';

const unreadable = { code: 'event.unreadable', requests: 0 };
const malformed = { code: 'event.malformed', requests: 0 };
const mismatch = { code: 'event.mismatch', requests: 0 };

describe('the event file', SIDE_BY_SIDE, () => {
  decides('is not there', { event: undefined }, unreadable);
  decides('has no path', { environment: { GITHUB_EVENT_PATH: undefined } }, unreadable);
  decides('has an empty path', { environment: { GITHUB_EVENT_PATH: '' } }, unreadable);
  decides(
    'is a directory',
    {
      prepare: ({ environment }) => {
        rmSync(environment.GITHUB_EVENT_PATH ?? '');
        mkdirSync(environment.GITHUB_EVENT_PATH ?? '');
      },
    },
    unreadable,
  );
  const either = { code: ['event.unreadable', 'event.malformed'], requests: 0 };
  decides('is empty', { event: '' }, either);
  decides('is binary', { event: Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 0xff, 0xfe]) }, either);
  decides('is JSON in UTF-16', { event: Buffer.from(JSON.stringify(dispatchEvent()), 'utf16le') }, either);
  decides(
    'is not UTF-8 in a string',
    { event: Buffer.concat([Buffer.from('{"action":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]) },
    either,
  );
  for (const text of [
    '[]',
    'null',
    '"text"',
    '7',
    '{"action":',
    '{} {}',
    "{'action': 'x'}",
    '{"a":NaN}',
    '{"action":"a\nb"}',
  ]) {
    decides(`is ${JSON.stringify(text)}`, { event: text }, malformed);
  }
});

describe('the event and the run disagree', SIDE_BY_SIDE, () => {
  decides(
    "about the repository's id",
    { event: { ...dispatchEvent(), repository: repository({ ...FORK, full_name: 'acme/charts' }) } },
    { ...mismatch, says: [/100299/, /100200/] },
  );
  decides(
    "about the repository's name",
    { event: { ...dispatchEvent(), repository: repository({ id: 100200, full_name: 'acme/other' }) } },
    { ...mismatch, says: [/acme\/other/] },
  );
  decides(
    'about the repository, by an id in a string',
    { event: { ...dispatchEvent(), repository: { ...repository(FORK), id: '100200' } } },
    { code: ['event.mismatch', 'event.malformed'], requests: 0 },
  );
  decides(
    'because there is no repository',
    { event: { ...dispatchEvent(), repository: undefined } },
    { code: ['event.mismatch', 'event.malformed'], requests: 0 },
  );
  decides(
    'because there is no repository id',
    { event: { ...dispatchEvent(), repository: { ...dispatchEvent().repository, id: undefined } } },
    { code: ['event.mismatch', 'event.malformed'], requests: 0 },
  );

  decides('a dispatch without client_payload', { event: { ...dispatchEvent(), client_payload: undefined } }, mismatch);
  decides(
    'a dispatch with a pull_request',
    { event: { ...dispatchEvent(), pull_request: pullRequestEvent().pull_request } },
    mismatch,
  );
  decides(
    "a pull request's body named repository_dispatch",
    { eventName: 'repository_dispatch', event: pullRequestEvent() },
    mismatch,
  );
  decides("a dispatch's body named pull_request", { eventName: 'pull_request', event: dispatchEvent() }, mismatch);
  decides(
    "a dispatch's body named pull_request_target",
    {
      eventName: 'pull_request_target',
      event: dispatchEvent(),
      inputs: { policy: policyFor('pull_request_target', 'types: [chart-pr-created]\n') },
    },
    mismatch,
  );
  decides("a push's body named pull_request", { eventName: 'pull_request', event: pushEvent() }, mismatch);
  decides(
    'a workflow_dispatch with client_payload',
    {
      eventName: 'workflow_dispatch',
      event: { ...workflowDispatchEvent(), client_payload: { pr: 7 } },
      inputs: { events: 'workflow_dispatch', 'allowed-actors': 'mona' },
    },
    mismatch,
  );
});

describe('the policy does not list the event', SIDE_BY_SIDE, () => {
  const denied = { code: 'event.not_allowed', requests: 0 };
  decides('push', { eventName: 'push', event: pushEvent() }, { ...denied, says: [/`push`/, /`pull_request`/] });
  decides('pull_request_target is not pull_request', { eventName: 'pull_request_target' }, denied);
  decides(
    'workflow_dispatch is not repository_dispatch',
    { eventName: 'workflow_dispatch', event: workflowDispatchEvent() },
    denied,
  );
  decides(
    'an event that version 1 does not know',
    { eventName: 'fork', event: { ...pushEvent(), forkee: {} } },
    denied,
  );
  decides(
    'a name in capitals',
    { eventName: 'Repository_Dispatch' },
    { code: ['event.not_allowed', 'event.mismatch'], requests: 0 },
  );
  decides(
    'a policy that lists it lets it pass',
    { eventName: 'push', event: pushEvent(), inputs: { policy: policyFor('push', 'actors: [mona]\n') } },
    {
      code: 'allowed',
      requests: 0,
      outputs: { event: 'push', 'event-type': '', actor: 'mona', 'actor-id': '2001', 'pr-number': '', 'head-sha': '' },
    },
  );
});

describe('the policy does not list the type', SIDE_BY_SIDE, () => {
  const denied = { code: 'event.type_not_allowed', requests: 0 };
  for (const type of [
    'chart-pr-closed',
    'Chart-PR-Created',
    'chart-pr-created ',
    ' chart-pr-created',
    'chart-pr-create',
    'chart-pr-created2',
    'chart-pr-created\n',
    '',
  ]) {
    decides(`dispatch type ${JSON.stringify(type)}`, { event: dispatchEvent(undefined, { type }) }, denied);
  }
  decides(
    'types are no patterns',
    { inputs: { policy: dispatchPolicy('', { types: '["chart-*"]' }) }, event: dispatchEvent({ pr: 7 }) },
    { code: ['event.type_not_allowed', 'config.policy_invalid'], requests: 0 },
  );
  decides(
    'a dispatch without a type',
    { event: { ...dispatchEvent(), action: undefined } },
    { code: ['event.type_not_allowed', 'event.malformed'], requests: 0 },
  );
  decides(
    'a type that is no string',
    { event: { ...dispatchEvent(), action: ['chart-pr-created'] } },
    { code: ['event.type_not_allowed', 'event.malformed'], requests: 0 },
  );
  decides(
    'activity type labeled',
    { eventName: 'pull_request', event: pullRequestEvent({ action: 'labeled' }) },
    { ...denied, says: [/`labeled`/, /`opened`/] },
  );
  decides(
    'any activity type where none is listed',
    { eventName: 'pull_request', event: pullRequestEvent({ action: 'labeled' }), inputs: { events: 'pull_request' } },
    { code: 'allowed', outputs: { 'event-type': 'labeled' } },
  );
});

describe('the first failing check is the one that is named', SIDE_BY_SIDE, () => {
  decides('mismatch before not_allowed', { eventName: 'pull_request_target', event: dispatchEvent() }, mismatch);
  decides(
    'type before actor',
    { event: dispatchEvent(undefined, { type: 'other', sender: USERS.stranger }) },
    { code: 'event.type_not_allowed', requests: 0 },
  );
  decides(
    'actor before payload',
    { event: dispatchEvent({ pr: -1 }, { sender: USERS.stranger }) },
    { code: 'actor.not_allowed', requests: 0 },
  );
  decides(
    'payload before the pull request',
    { event: dispatchEvent({ pr: 404, chart: '$(id)' }) },
    { code: 'payload.invalid_field', requests: 0 },
  );
  decides(
    'inputs before the event',
    { event: undefined, inputs: { ...W5, mode: 'x' } },
    { code: 'config.invalid_input', requests: 0 },
  );
});

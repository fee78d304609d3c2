// @ts-check
// Attacks of the threat model that no other test plays as a whole.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dispatchEvent } from '../support/events.js';
import { HEAD_SHA, MOVED_SHA, pullRequest, USERS } from '../support/github-objects.js';
import { assertDecision, decides, dispatchPolicy, guard, SIDE_BY_SIDE } from '../support/guard.js';

describe('who', SIDE_BY_SIDE, () => {
  decides(
    'a forged event names a trusted sender',
    {
      event: dispatchEvent({ pr: 7, chart: 'redis' }, { sender: USERS.actionsBot }),
      environment: { GITHUB_ACTOR: 'eve', GITHUB_ACTOR_ID: '2666', GITHUB_TRIGGERING_ACTOR: 'eve' },
    },
    { code: 'actor.not_allowed', requests: 0, says: [/`eve`/] },
  );

  decides(
    'look-alike letters in a policy are named by their code point',
    { inputs: { policy: dispatchPolicy('', { actors: '["m\u043ena"]' }) } },
    { code: 'config.policy_invalid', requests: 0 },
    (ran) => assert.match(ran.stdout, /U\+043E/),
  );
});

describe('which commit', SIDE_BY_SIDE, () => {
  const pinned = {
    event: dispatchEvent({ pr: 7, chart: 'redis', head: HEAD_SHA }),
    inputs: { policy: dispatchPolicy('', { payload: '{pr: pull-request, chart: slug, head: head-sha}' }) },
  };
  decides('a run is started again', { ...pinned, environment: { GITHUB_RUN_ATTEMPT: '2' } }, 'allowed');
  decides(
    'a run is started again weeks later, after a push',
    {
      ...pinned,
      environment: { GITHUB_RUN_ATTEMPT: '2' },
      world: { pulls: { 7: pullRequest({ head: { sha: MOVED_SHA } }) } },
    },
    { code: 'pull_request.head_moved', outputs: { 'head-sha': '' } },
  );
});

describe('what was sent', SIDE_BY_SIDE, () => {
  test('the text that a shell pasted into JSON is not what the sender meant', async () => {
    // `{"pr": $PR, "chart": "$CHART"}` with a chart that closes its quotes.
    const chart = 'x", "pr": 8, "y": "';
    const event = JSON.stringify(dispatchEvent('PAYLOAD')).replace('"PAYLOAD"', `{"pr": 7, "chart": "${chart}"}`);
    assertDecision(await guard({ event }), { code: 'payload.malformed', requests: 0 });
  });
});

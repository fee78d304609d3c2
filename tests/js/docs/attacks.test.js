// @ts-check
// Attacks of the threat model that no other test plays as a whole.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { commentEvent, dispatchEvent } from '../support/events.js';
import { HEAD_SHA, MOVED_SHA, pullRequest, USERS } from '../support/github-objects.js';
import { assertDecision, decides, dispatchPolicy, guard, policyFor, SIDE_BY_SIDE } from '../support/guard.js';

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

  /** @param {string} action @param {any} author @param {any} [sender] */
  const comment = (action, author, sender) => ({
    eventName: 'issue_comment',
    event: commentEvent({ action, author, sender }),
  });
  const commenters = (/** @type {string} */ types) => ({
    inputs: { policy: policyFor('issue_comment', `${types}actors: [mona]\npull-request: {base: [main]}\n`) },
  });
  const { maintainer, stranger } = USERS;

  decides(
    'a comment of a listed account starts a run',
    { ...comment('created', maintainer), ...commenters('types: [created]\n') },
    'allowed',
  );
  decides(
    'a comment of a stranger starts no run',
    { ...comment('created', stranger), ...commenters('types: [created]\n') },
    { code: 'actor.not_allowed', requests: 0 },
  );
  decides(
    "a comment that a stranger sent starts no run, whatever the runner's variables say",
    {
      ...comment('created', stranger),
      ...commenters('types: [created]\n'),
      environment: {
        GITHUB_ACTOR: maintainer.login,
        GITHUB_ACTOR_ID: String(maintainer.id),
        GITHUB_TRIGGERING_ACTOR: maintainer.login,
      },
    },
    { code: 'actor.sender_not_allowed', requests: 0 },
  );
  for (const action of ['edited', 'deleted']) {
    decides(
      `${action}: a stranger's comment, by a listed account, starts no run under types: [created]`,
      { ...comment(action, stranger, maintainer), ...commenters('types: [created]\n') },
      { code: 'event.type_not_allowed', requests: 0 },
    );
    // What docs/security.md warns of.
    decides(
      `${action}: a stranger's comment, by a listed account, starts one without types`,
      { ...comment(action, stranger, maintainer), ...commenters('') },
      'allowed',
    );
  }

  decides(
    'a member of a team of the same name in another organization',
    {
      event: dispatchEvent({ pr: 7 }, { sender: maintainer }),
      inputs: { policy: dispatchPolicy('', { actors: '["@other/release"]' }) },
      world: { pulls: { 7: pullRequest() }, teams: { 'acme/release': { mona: 'active' }, 'other/release': {} } },
    },
    { code: 'actor.not_allowed', says: [/`@other\/release`/] },
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

// @ts-check
// Every identity of the run must match, by the event and the run alone.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { dispatchEvent, pullRequestEvent } from '../support/events.js';
import { fault } from '../support/fake-api.js';
import { pullRequest, user, USERS } from '../support/github-objects.js';
import { decides, dispatchPolicy, policyFor, SIDE_BY_SIDE, W5 } from '../support/guard.js';

const { actionsBot, contributor, dependabot, maintainer, renovate, stranger } = USERS;

/** @param {string} code @param {RegExp[]} [says] */
const withoutRequest = (code, says = []) => ({ code, requests: 0, says });

/**
 * The dispatch of someone, under a rule that lists `entries`.
 * @param {import("../support/github-objects.js").UserFacts} who
 * @param {string[]} entries
 * @param {{[name: string]: string | undefined}} [environment]
 * @returns {import("../support/guard.js").GuardOptions}
 */
function dispatchBy(who, entries, environment = {}) {
  return {
    event: dispatchEvent({ pr: 7 }, { sender: who }),
    inputs: { policy: dispatchPolicy('', { actors: JSON.stringify(entries) }) },
    environment,
  };
}

/** @param {import("../support/github-objects.js").UserFacts} who */
const rerunBy = (who) => ({ GITHUB_TRIGGERING_ACTOR: who.login, GITHUB_RUN_ATTEMPT: '2' });

describe('the actor', SIDE_BY_SIDE, () => {
  decides('is listed', dispatchBy(actionsBot, ['github-actions[bot]']), {
    code: 'allowed',
    outputs: { actor: 'github-actions[bot]', 'actor-id': '41898282', 'triggering-actor': 'github-actions[bot]' },
  });
  decides('is listed in other case', dispatchBy({ ...maintainer, login: 'Mona' }, ['mONA']), 'allowed');
  decides('is one of several', dispatchBy(maintainer, ['hubot', 'mona']), 'allowed');
  decides(
    'is not listed',
    dispatchBy(stranger, ['github-actions[bot]', 'mona']),
    withoutRequest('actor.not_allowed', [/`eve`/, /`github-actions\[bot\]`/]),
  );
  decides(
    'has a longer name',
    dispatchBy({ ...stranger, login: 'mona2' }, ['mona']),
    withoutRequest('actor.not_allowed'),
  );
  decides(
    'has a shorter name',
    dispatchBy({ ...stranger, login: 'mon' }, ['mona']),
    withoutRequest('actor.not_allowed'),
  );
  decides(
    'is a user named like the bot',
    dispatchBy({ ...stranger, login: 'github-actions' }, ['github-actions[bot]']),
    withoutRequest('actor.not_allowed'),
  );
  decides(
    'is the bot where a user is listed',
    dispatchBy(actionsBot, ['github-actions']),
    withoutRequest('actor.not_allowed'),
  );
  decides(
    'is case-folded in ASCII only',
    dispatchBy({ ...stranger, login: '\u212Aate' }, ['kate']),
    withoutRequest('actor.not_allowed'),
  );
  decides(
    'is empty',
    { ...dispatchBy(maintainer, ['mona']), environment: { GITHUB_ACTOR: '' } },
    { code: ['actor.not_allowed', 'config.invalid_input', 'event.mismatch'], requests: 0 },
  );
  decides(
    'is unset',
    { ...dispatchBy(maintainer, ['mona']), environment: { GITHUB_ACTOR: undefined } },
    { code: ['actor.not_allowed', 'config.invalid_input', 'event.mismatch'], requests: 0 },
  );
  decides(
    'is not who the payload says',
    {
      event: dispatchEvent({ pr: 7, actor: 'mona', sender: { login: 'mona' } }, { sender: stranger }),
      inputs: { policy: dispatchPolicy('unknown-fields: drop\n', { actors: '[mona]' }) },
    },
    withoutRequest('actor.not_allowed'),
  );
  decides(
    'is not who pushed the PR',
    { ...dispatchBy(stranger, ['mona']), world: { pulls: { 7: pullRequest({ author: maintainer }) } } },
    withoutRequest('actor.not_allowed'),
  );
});

describe('an id', SIDE_BY_SIDE, () => {
  decides('that fits', dispatchBy(maintainer, ['mona:2001']), 'allowed');
  decides(
    'of another account with the same login',
    dispatchBy({ ...maintainer, id: 9 }, ['mona:2001']),
    withoutRequest('actor.identity_mismatch', [/2001/, /\b9\b/]),
  );
  decides(
    'alone does not make a match',
    dispatchBy({ ...maintainer, login: 'mona-renamed' }, ['mona:2001']),
    withoutRequest('actor.not_allowed'),
  );
  decides(
    'of the run and not of the event',
    { ...dispatchBy({ ...maintainer, id: 9 }, ['mona:2001']), environment: { GITHUB_ACTOR_ID: '2001' } },
    withoutRequest('actor.identity_mismatch'),
  );
  decides(
    'of the event and not of the run',
    { ...dispatchBy(maintainer, ['mona:2001']), environment: { GITHUB_ACTOR_ID: '9' } },
    withoutRequest('actor.identity_mismatch'),
  );
  decides(
    'that another entry does not ask for',
    dispatchBy({ ...maintainer, id: 9 }, ['mona:2001', 'mona']),
    'allowed',
  );
  decides('too large for a double', dispatchBy({ ...maintainer, id: 9007199254740993 }, ['mona:9007199254740993']), {
    code: ['actor.identity_mismatch', 'actor.not_allowed', 'config.policy_invalid'],
  });

  for (const bot of [actionsBot, dependabot, renovate]) {
    decides(`of ${bot.login} is known on github.com`, dispatchBy(bot, [bot.login]), 'allowed');
    decides(
      `of ${bot.login} is not just any id`,
      dispatchBy({ ...bot, id: 4711 }, [bot.login]),
      withoutRequest('actor.identity_mismatch', [/4711/]),
    );
    decides(
      `of ${bot.login} is not known on another server`,
      dispatchBy({ ...bot, id: 4711 }, [bot.login], { GITHUB_SERVER_URL: 'https://ghe.example.com' }),
      'allowed',
    );
  }
  decides(
    'of a bot that is not known is not asked for',
    dispatchBy({ login: 'acme-release[bot]', id: 4711, type: 'Bot' }, ['acme-release[bot]']),
    'allowed',
  );
});

describe("the account's type", SIDE_BY_SIDE, () => {
  decides(
    'of a [bot] login is Bot',
    dispatchBy({ ...actionsBot, type: 'User' }, ['github-actions[bot]']),
    withoutRequest('actor.identity_mismatch', [/User/, /Bot/]),
  );
  decides(
    'is written exactly',
    dispatchBy({ ...actionsBot, type: 'bot' }, ['github-actions[bot]']),
    withoutRequest('actor.identity_mismatch'),
  );
  decides(
    'is there',
    {
      ...dispatchBy(actionsBot, ['github-actions[bot]']),
      event: { ...dispatchEvent({ pr: 7 }), sender: { ...user(actionsBot), type: undefined } },
    },
    { code: ['actor.identity_mismatch', 'event.malformed'], requests: 0 },
  );
});

describe("the event's sender", SIDE_BY_SIDE, () => {
  decides(
    'is another one',
    dispatchBy(stranger, ['mona'], { GITHUB_ACTOR: 'mona', GITHUB_ACTOR_ID: '2001', GITHUB_TRIGGERING_ACTOR: 'mona' }),
    withoutRequest('actor.sender_not_allowed', [/`eve`/]),
  );
  decides(
    'is another one, who is listed too',
    dispatchBy(contributor, ['mona', 'hubot'], {
      GITHUB_ACTOR: 'mona',
      GITHUB_ACTOR_ID: '2001',
      GITHUB_TRIGGERING_ACTOR: 'mona',
    }),
    'allowed',
  );
  for (const [name, sender] of [
    ['is not there', undefined],
    ['is null', null],
    ['is a string', 'mona'],
    ['has no login', { ...user(maintainer), login: undefined }],
    ['has an empty login', { ...user(maintainer), login: '' }],
  ]) {
    decides(
      String(name),
      {
        ...dispatchBy(maintainer, ['mona']),
        event: { ...dispatchEvent({ pr: 7 }), sender },
        environment: { GITHUB_ACTOR: 'mona', GITHUB_ACTOR_ID: '2001', GITHUB_TRIGGERING_ACTOR: 'mona' },
      },
      { code: ['actor.sender_not_allowed', 'actor.identity_mismatch', 'event.malformed'], requests: 0 },
    );
  }
  decides(
    'is named after the actor',
    dispatchBy(stranger, ['mona'], { GITHUB_TRIGGERING_ACTOR: 'zoe' }),
    withoutRequest('actor.not_allowed'),
  );
});

describe('who started this attempt', SIDE_BY_SIDE, () => {
  decides(
    'is not listed',
    dispatchBy(maintainer, ['mona'], rerunBy(stranger)),
    withoutRequest('actor.rerun_not_allowed', [/`eve`/, /`mona`/]),
  );
  decides('is listed too', dispatchBy(maintainer, ['mona', 'hubot'], rerunBy(contributor)), {
    code: 'allowed',
    requests: 1,
    outputs: { actor: 'mona', 'triggering-actor': 'hubot' },
  });
  decides('is the actor', dispatchBy(maintainer, ['mona'], rerunBy(maintainer)), { code: 'allowed', requests: 1 });
  decides('is the actor in other case', dispatchBy(maintainer, ['mona'], { GITHUB_TRIGGERING_ACTOR: 'MONA' }), {
    code: 'allowed',
    requests: 1,
  });
  decides(
    'is another one on the first attempt',
    dispatchBy(maintainer, ['mona'], { GITHUB_TRIGGERING_ACTOR: 'eve' }),
    withoutRequest('actor.rerun_not_allowed'),
  );
  decides(
    'is judged by flat inputs too',
    { inputs: W5, environment: rerunBy(stranger) },
    withoutRequest('actor.rerun_not_allowed', [/`eve`/]),
  );
  decides('is not given by the server', dispatchBy(maintainer, ['mona'], { GITHUB_TRIGGERING_ACTOR: '' }), 'allowed');
  decides(
    'is judged after the sender',
    dispatchBy(stranger, ['mona'], { GITHUB_ACTOR: 'mona', GITHUB_ACTOR_ID: '2001', GITHUB_TRIGGERING_ACTOR: 'zoe' }),
    withoutRequest('actor.sender_not_allowed'),
  );

  const attempts = [
    { id: 777000, actor: maintainer },
    { id: 777000, attempt: 2, actor: maintainer, triggering_actor: contributor },
  ];
  const pinned = dispatchBy(maintainer, ['mona:2001', 'hubot:2002'], rerunBy(contributor));
  const world = { pulls: { 7: pullRequest() }, runs: attempts };
  decides('has the id that the run attempt says', { ...pinned, world }, { code: 'allowed', requests: 2 });
  decides(
    'has another id than the entry',
    {
      ...pinned,
      world: {
        ...world,
        runs: [{ id: 777000, attempt: 2, actor: maintainer, triggering_actor: { ...contributor, id: 13 } }],
      },
    },
    { code: 'actor.identity_mismatch', requests: 1, says: [/2002/, /\b13\b/] },
  );
  decides(
    'is asked for only where an entry needs the id',
    { ...dispatchBy(maintainer, ['mona:2001', 'hubot'], rerunBy(contributor)), world },
    { code: 'allowed', requests: 1 },
  );
  decides(
    'cannot be seen: forbidden',
    { ...pinned, world, script: { attempt: fault.forbidden('actions=read') } },
    { code: 'actor.unverified', requests: 1, says: [/actions: read/] },
  );
  decides(
    'cannot be seen: not found',
    { ...pinned, world: { ...world, runs: [] } },
    { code: 'actor.unverified', requests: 1, says: [/actions: read/] },
  );
  decides(
    'cannot be asked for',
    { ...pinned, world, script: { attempt: fault.limited() } },
    { code: 'api.rate_limited', requests: 1 },
  );
  decides(
    'is another than the run attempt says',
    {
      ...pinned,
      world: { ...world, runs: [{ id: 777000, attempt: 2, actor: maintainer, triggering_actor: stranger }] },
    },
    {
      code: ['actor.rerun_not_allowed', 'actor.identity_mismatch', 'actor.not_allowed', 'api.invalid_response'],
      requests: 1,
    },
  );
  decides(
    'is a bot with its known id',
    {
      ...dispatchBy(maintainer, ['mona', 'github-actions[bot]'], rerunBy(actionsBot)),
      world: { ...world, runs: [{ id: 777000, attempt: 2, actor: maintainer, triggering_actor: actionsBot }] },
    },
    'allowed',
  );
});

describe("the pull request's author", SIDE_BY_SIDE, () => {
  /**
   * @param {string} rule @param {import("../support/github-objects.js").UserFacts} sender @param {import("../support/github-objects.js").UserFacts} author
   * @returns {import("../support/guard.js").GuardOptions}
   */
  const onPull = (rule, sender, author) => ({
    eventName: 'pull_request',
    event: pullRequestEvent({ sender, pull: { author } }),
    inputs: { policy: policyFor('pull_request', rule) },
  });
  const bots = "actors: ['dependabot[bot]']\n";

  decides('is the bot itself', onPull(bots, dependabot, dependabot), { code: 'allowed', requests: 0 });
  decides(
    'is a human whose PR the bot pushed to',
    onPull(bots, dependabot, stranger),
    withoutRequest('actor.confused_deputy', [/`dependabot\[bot\]`/, /`eve`/]),
  );
  decides('is listed as actor', onPull("actors: ['dependabot[bot]', eve]\n", dependabot, stranger), {
    code: 'allowed',
    requests: 0,
  });
  decides('is listed under authors', onPull(`${bots}pull-request:\n  authors: [eve]\n`, dependabot, stranger), {
    code: 'allowed',
    requests: 0,
  });
  decides(
    'is not listed under authors',
    onPull(`${bots}pull-request:\n  authors: [mona]\n`, dependabot, stranger),
    withoutRequest('pull_request.author_not_allowed', [/`eve`/, /`mona`/]),
  );
  decides(
    'is listed as actor, but authors says otherwise',
    onPull('actors: [mona, eve]\npull-request:\n  authors: [mona]\n', maintainer, stranger),
    withoutRequest('pull_request.author_not_allowed'),
  );
  decides('does not matter without actors', onPull('types: [synchronize]\n', dependabot, stranger), {
    code: 'allowed',
    requests: 0,
  });
  decides(
    'does not matter on a dispatch',
    { ...dispatchBy(actionsBot, ['github-actions[bot]']), world: { pulls: { 7: pullRequest({ author: stranger }) } } },
    { code: 'allowed', requests: 1 },
  );
  decides(
    'matters on a dispatch where authors says so',
    {
      event: dispatchEvent({ pr: 7 }),
      inputs: { policy: dispatchPolicy('pull-request:\n  authors: [mona]\n') },
      world: { pulls: { 7: pullRequest({ author: stranger }) } },
    },
    { code: 'pull_request.author_not_allowed', requests: 1 },
  );
  decides("has another's id", onPull("actors: ['mona:2001']\n", maintainer, { ...maintainer, id: 13 }), {
    code: ['actor.identity_mismatch', 'actor.confused_deputy'],
    requests: 0,
  });
  decides(
    'is judged after who started the attempt',
    { ...onPull(bots, dependabot, stranger), environment: { GITHUB_TRIGGERING_ACTOR: 'zoe' } },
    withoutRequest('actor.rerun_not_allowed'),
  );
});

// Each form of entry × each identity × match, no match, cannot tell.
describe('teams and roles', SIDE_BY_SIDE, () => {
  const teams = {
    'acme/release': {
      mona: /** @type {const} */ ('active'),
      hubot: /** @type {const} */ ('active'),
      'github-actions[bot]': /** @type {const} */ ('active'),
    },
  };
  const permissions = {
    mona: { permission: 'admin', role_name: 'admin' },
    hubot: { permission: 'write', role_name: 'maintain' },
    zoe: { permission: 'read', role_name: 'read' },
  };
  const pulls = { 7: pullRequest() };
  const world = { pulls, teams, permissions };
  const zoe = { login: 'zoe', id: 2026, type: 'User' };

  for (const entry of ['@acme/release', 'role:write']) {
    const route = entry.startsWith('@') ? 'membership' : 'permission';
    const permissionText = entry.startsWith('@') ? /members: read|organi[sz]ation/i : /`?(metadata|permission)/i;
    decides(
      `${entry}: the actor matches`,
      { ...dispatchBy(maintainer, [entry]), world },
      { code: 'allowed', requests: 2 },
    );
    decides(`${entry}: the actor does not match`, { ...dispatchBy(zoe, [entry]), world }, 'actor.not_allowed');
    decides(
      `${entry}: the actor cannot be judged`,
      { ...dispatchBy(maintainer, [entry]), world, script: { [route]: fault.forbidden('members=read') } },
      { code: 'actor.unverified', requests: 1, says: [permissionText] },
    );
    decides(
      `${entry}: a fault is no answer`,
      { ...dispatchBy(maintainer, [entry]), world, script: { [route]: fault.limited() } },
      { code: 'api.rate_limited', requests: 1 },
    );
    decides(
      `${entry}: bad credentials are no answer`,
      { ...dispatchBy(maintainer, [entry]), world, script: { [route]: fault.unauthorized() } },
      { code: ['api.unauthorized', 'actor.unverified'], requests: 1 },
    );
    decides(
      `${entry}: half an answer is no answer`,
      { ...dispatchBy(maintainer, [entry]), world, script: { [route]: fault.json({}) } },
      { code: 'api.invalid_response', requests: 1 },
    );
    decides(
      `${entry}: who started the attempt matches`,
      { ...dispatchBy(maintainer, [entry], rerunBy(contributor)), world },
      { code: 'allowed', requests: 3 },
    );
    decides(
      `${entry}: who started the attempt does not match`,
      { ...dispatchBy(maintainer, [entry], rerunBy(zoe)), world },
      'actor.rerun_not_allowed',
    );
    decides(
      `${entry}: the sender matches`,
      {
        ...dispatchBy(contributor, ['mona', entry], {
          GITHUB_ACTOR: 'mona',
          GITHUB_ACTOR_ID: '2001',
          GITHUB_TRIGGERING_ACTOR: 'mona',
        }),
        world,
      },
      { code: 'allowed', requests: 2 },
    );
    decides(
      `${entry}: the author matches`,
      {
        eventName: 'pull_request',
        event: pullRequestEvent({ pull: { author: contributor } }),
        inputs: { policy: policyFor('pull_request', `actors: [mona, '${entry}']\n`) },
        world,
      },
      { code: 'allowed', requests: 1 },
    );
    decides(
      `${entry}: the author, under authors`,
      {
        eventName: 'pull_request',
        event: pullRequestEvent({ pull: { author: contributor } }),
        inputs: { policy: policyFor('pull_request', `pull-request: {authors: ['${entry}']}\n`) },
        world,
      },
      { code: 'allowed', requests: 1 },
    );
    decides(
      `${entry}: is not asked where a login matches`,
      { ...dispatchBy(maintainer, [entry, 'mona']), world },
      { code: 'allowed', requests: 1 },
    );
    decides(
      `${entry}: is asked once, though it is listed twice`,
      { ...dispatchBy(zoe, [entry, entry]), world },
      'actor.not_allowed',
      ({ api }) => assert.equal(api.count(route), 1),
    );
  }

  decides(
    'a pending invitation is no membership',
    {
      ...dispatchBy(maintainer, ['@acme/release']),
      world: { ...world, teams: { 'acme/release': { mona: 'pending' } } },
    },
    { code: 'actor.not_allowed', requests: 1 },
  );
  decides(
    'a team that is not visible is no answer',
    { ...dispatchBy(maintainer, ['@acme/hidden']), world },
    { code: 'actor.unverified', says: [/acme\/hidden/] },
  );
  decides(
    'another entry that matches makes a hidden team irrelevant',
    { ...dispatchBy(maintainer, ['@acme/hidden', 'role:admin']), world },
    { code: 'allowed' },
  );
  decides(
    'no other entry matches: a hidden team leaves it open',
    { ...dispatchBy(zoe, ['@acme/hidden', 'role:admin']), world },
    { code: 'actor.unverified' },
  );

  const late = { membership: fault.late(1_500), permission: fault.late(1_500) };
  decides(
    'what is needed is asked side by side',
    { ...dispatchBy(maintainer, ['@acme/release', 'role:admin'], rerunBy(contributor)), world, script: late },
    'allowed',
    ({ requests }) => {
      const asked = requests.filter(({ route }) => route !== 'pull').map(({ at }) => at);
      assert.ok(asked.length >= 2 && asked.length <= 4, `${asked.length} requests`);
      assert.ok(Math.max(...asked) - Math.min(...asked) < 1_400, `asked at ${asked.join(', ')} ms`);
    },
  );

  const levels = ['read', 'triage', 'write', 'maintain', 'admin'];
  /** What the API answers for the built-in roles: `permission` knows four words only. */
  const answers = [
    ['read', 'read'],
    ['read', 'triage'],
    ['write', 'write'],
    ['write', 'maintain'],
    ['admin', 'admin'],
  ];
  for (const [has, [permission = '', role_name = '']] of answers.entries()) {
    for (const [needs, level] of levels.entries()) {
      decides(
        `role:${level} and ${role_name}`,
        {
          ...dispatchBy(maintainer, [`role:${level}`]),
          world: { pulls, permissions: { mona: { permission, role_name } } },
        },
        has >= needs ? 'allowed' : { code: 'actor.not_allowed', requests: 1 },
      );
    }
  }
  decides(
    'a custom role counts as its base',
    {
      ...dispatchBy(maintainer, ['role:write']),
      world: { pulls, permissions: { mona: { permission: 'write', role_name: 'release manager' } } },
    },
    'allowed',
  );
  decides(
    'a custom role counts as no more than its base',
    {
      ...dispatchBy(maintainer, ['role:maintain']),
      world: { pulls, permissions: { mona: { permission: 'write', role_name: 'release manager' } } },
    },
    'actor.not_allowed',
  );
  decides(
    'a custom role cannot call itself admin',
    {
      ...dispatchBy(maintainer, ['role:admin']),
      world: { pulls, permissions: { mona: { permission: 'read', role_name: 'Admin' } } },
    },
    'actor.not_allowed',
  );
  decides(
    'no role at all',
    {
      ...dispatchBy(maintainer, ['role:read']),
      world: { pulls, permissions: { mona: { permission: 'none', role_name: '' } } },
    },
    { code: ['actor.not_allowed', 'api.invalid_response'] },
  );
  decides(
    'a permission for another account is no answer',
    {
      ...dispatchBy(maintainer, ['role:admin']),
      world,
      script: {
        permission: fault.changed((answer) => ({ ...answer, body: { ...answer.body, user: user(stranger) } })),
      },
    },
    { code: ['api.invalid_response', 'actor.identity_mismatch', 'actor.not_allowed'] },
  );
});

// @ts-check
// The status that stands on the commit, and every reason for which none does.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { deedTests } from '../support/deed.js';
import { fault, TOKEN } from '../support/fake-api.js';
import { HEAD_SHA } from '../support/github-objects.js';
import { SIDE_BY_SIDE } from '../support/guard.js';

const reports = deedTests('report', { inputs: { sha: HEAD_SHA } });
const PAGE = 'https://github.com/acme/charts/actions/runs/777000';

/** @param {import('../support/deed.js').Deed} ran @param {string} [sha] */
function statusOn(ran, sha = HEAD_SHA) {
  const [status] = ran.statuses[sha] ?? [];
  const { state, context, description, target_url } = status ?? {};
  return { state, context, description, target_url };
}

describe('the status', SIDE_BY_SIDE, () => {
  reports('of a job that went well', {}, { code: 'allowed', requests: ['create-status'] }, (ran) => {
    assert.deepEqual(statusOn(ran), {
      state: 'success',
      context: 'dispatch-guard / W2',
      description: 'W2 succeeded',
      target_url: PAGE,
    });
    assert.match(ran.stdout, /^dispatch-guard 1\.0\.0: REPORTED \(allowed\)$/m);
    assert.equal(ran.summary, '');
  });

  for (const [status, state, description] of /** @type {const} */ ([
    ['failure', 'failure', 'W2 failed (attempt 3)'],
    ['cancelled', 'error', 'W2 was cancelled (attempt 3)'],
    ['pending', 'pending', 'W2 is running (attempt 3)'],
  ])) {
    const options = { inputs: { status }, environment: { GITHUB_RUN_ATTEMPT: '3' } };
    reports(`${status} is shown as ${state}`, options, { code: 'allowed' }, (ran) => {
      assert.deepEqual([statusOn(ran).state, statusOn(ran).description], [state, description]);
    });
  }

  const sha256 = HEAD_SHA + 'a'.repeat(24);
  reports('on a commit with a SHA-256 id', { inputs: { sha: sha256 } }, { code: 'allowed' }, (ran) => {
    assert.equal(statusOn(ran, sha256).state, 'success');
  });

  const own = { context: 'ci / charts', description: 'all 12 charts are valid', 'target-url': 'https://ci.example/7' };
  reports('in the words of the user', { inputs: own }, { code: 'allowed' }, (ran) => {
    const { context, description, 'target-url': target_url } = own;
    assert.deepEqual(statusOn(ran), { state: 'success', context, description, target_url });
  });

  for (const [name, given, shown] of /** @type {[string, string, string][]} */ ([
    ['of 140 characters', 'é'.repeat(140), 'é'.repeat(140)],
    ['of 141 characters', 'é'.repeat(141), `${'é'.repeat(139)}…`],
    ['on two lines', 'first\r\n::error::second', 'first ::error::second'],
    ['with what GitHub does not take', 'done 🎉 \u202e(3)', 'done (3)'],
    ['with the token', `token ${TOKEN}`, 'token ***'],
  ])) {
    reports(`a description ${name}`, { inputs: { description: given } }, { code: 'allowed' }, (ran) => {
      assert.equal(statusOn(ran).description, shown);
    });
  }

  reports(
    'of a workflow with a rocket',
    { environment: { GITHUB_WORKFLOW: '🚀 Deploy' } },
    { code: 'allowed' },
    (ran) => {
      assert.deepEqual(
        [statusOn(ran).context, statusOn(ran).description],
        ['dispatch-guard / Deploy', 'Deploy succeeded'],
      );
    },
  );

  reports('a context of 255 characters', { inputs: { context: 'é'.repeat(255) } }, { code: 'allowed' });
});

describe('inputs that cannot be right', SIDE_BY_SIDE, () => {
  for (const [name, inputs, says] of /** @type {[string, {[name: string]: string}, RegExp[]][]} */ ([
    ['no commit', { sha: '' }, [/`sha` is empty/, /`head-sha`/]],
    ['a short id', { sha: HEAD_SHA.slice(0, 7) }, [/`sha`/, /whole id/]],
    ['39 digits', { sha: HEAD_SHA.slice(1) }, [/`sha`/, /40 or 64/]],
    ['a branch', { sha: 'main' }, [/`main`/]],
    ['a path', { sha: '../../dispatches' }, [/`sha`/]],
    ['a status that GitHub has', { status: 'error' }, [/`status` is `error`/, /`cancelled`/]],
    ['a job that was skipped', { status: 'skipped' }, [/has no result/, /`if:`/]],
    ['a misspelt status', { status: 'sucess' }, [/did you mean `success`/]],
    ['no status', { status: '' }, [/`status`/]],
    ['a context of 256 characters', { context: 'x'.repeat(256) }, [/256 characters/, /255/]],
    ['a context with an invisible character', { context: 'ci\u200b' }, [/ci\\u\{200b\}/]],
    ['the token in the context', { context: `ci ${TOKEN}` }, [/`context`/, /revoke/]],
    ['a script as the page', { 'target-url': 'javascript:alert(1)' }, [/`target-url`/, /`https:\/\/`/]],
    ['a page with a password', { 'target-url': 'https://a:b@ci.example/' }, [/without a password/]],
    ['a misspelt input', { sha1: HEAD_SHA }, [/`sha1`/, /`sha`/]],
  ])) {
    reports(name, { inputs }, { code: 'config.invalid_input', says, requests: [] });
  }
  reports('no token', { inputs: { token: '' } }, { code: 'api.unauthorized', requests: [] });
});

describe('answers', SIDE_BY_SIDE, () => {
  const validation = {
    message: 'Validation Failed',
    errors: [{ field: 'context', message: "doesn't accept 4-byte Unicode" }],
  };
  for (const [
    name,
    step,
    code,
    says,
  ] of /** @type {[string, import('../support/fake-api.js').Step, string, RegExp[]][]} */ ([
    ['403', fault.forbidden('statuses=write'), 'api.forbidden', [/`statuses: write`/, /`statuses=write`/]],
    ['404', fault.status(404), 'api.forbidden', [/404/, /`statuses: write`/]],
    ['401', fault.unauthorized(), 'api.unauthorized', [/Bad credentials/]],
    [
      '422, no such commit',
      fault.status(422, {}, { message: `No commit found for SHA: ${HEAD_SHA}` }),
      'config.invalid_input',
      [/has no such commit/, /`head-sha`/],
    ],
    [
      '422, another reason',
      fault.status(422, {}, validation),
      'config.invalid_input',
      [/doesn't accept 4-byte Unicode/],
    ],
    ['a spent limit', fault.limited(), 'api.rate_limited', [/limit/]],
    ['a page', fault.html(201), 'api.invalid_response', [/not JSON/]],
    [
      'another status',
      fault.changed((answer) => ({ ...answer, body: { ...answer.body, state: 'pending' } })),
      'api.invalid_response',
      [/is not that status/],
    ],
    ['a redirect', fault.redirect('http://127.0.0.2:1/', 307), 'api.invalid_response', [/redirected/]],
  ])) {
    reports(name, { script: { 'create-status': step } }, { code, says, requests: ['create-status'] });
  }

  reports(
    'passing faults are tried again: to say it twice changes nothing',
    { script: { 'create-status': [fault.status(500), fault.reset()] } },
    { code: 'allowed', requests: ['create-status', 'create-status', 'create-status'] },
  );
  for (const status of [401, 403, 404, 422, 500]) {
    const codes = {
      401: 'api.unauthorized',
      403: 'api.forbidden',
      404: 'api.forbidden',
      422: 'config.invalid_input',
      500: 'api.unavailable',
    };
    const code = codes[/** @type {keyof typeof codes} */ (status)];
    reports(`${status} that quotes the request`, { script: { '*': fault.echo(status) } }, { code });
  }
});

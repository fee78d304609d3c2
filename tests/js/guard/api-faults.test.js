// @ts-check
// The API's faults, one by one, on the only request that a plain dispatch needs: faults that pass, and
// what is said of those that stay. Every fault at every request is in tests/js/faults, and time-outs are in slow.test.js.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { dispatchEvent } from '../support/events.js';
import { fault, startFakeApi, TOKEN } from '../support/fake-api.js';
import { pullRequest } from '../support/github-objects.js';
import { decides, guard, SIDE_BY_SIDE, W5 } from '../support/guard.js';
import { runAction } from '../support/run-action.js';

/** @typedef {import("../support/fake-api.js").Step} Step */

/** @param {Step | Step[]} steps @returns {import("../support/guard.js").GuardOptions} */
const pull = (steps) => ({ script: { pull: steps } });

/** @param {any} ran */
const pauses = (ran) =>
  ran.requests
    .map((/** @type {any} */ request, /** @type {number} */ index) =>
      index === 0 ? 0 : request.at - ran.requests[index - 1].at,
    )
    .slice(1);

describe('the token', SIDE_BY_SIDE, () => {
  decides('is not accepted', pull(fault.unauthorized()), {
    code: 'api.unauthorized',
    requests: 1,
    says: [/401|token/i],
  });
  decides("is another one's", { inputs: { ...W5, token: 'ghp_wrong' } }, { code: 'api.unauthorized', requests: 1 });
  decides('is empty', { inputs: { ...W5, token: '' } }, { code: ['api.unauthorized', 'config.invalid_input'] });
  decides('lacks the permission', pull(fault.forbidden('pull_requests=read')), {
    code: 'api.forbidden',
    requests: 1,
    says: [/pull-requests: read/, /pull_requests=read/],
  });
  decides('lacks it and GitHub does not say which', pull(fault.status(403)), {
    code: 'api.forbidden',
    requests: 1,
    says: [/pull-requests: read/],
  });
  decides('is sent once, as a bearer', {}, 'allowed', (ran) =>
    assert.match(ran.requests[0]?.headers.authorization ?? '', new RegExp(`^(bearer|token) ${TOKEN}$`, 'i')),
  );
  for (const status of [401, 403, 404, 422, 500])
    decides(
      `is cut out of what the API says with ${status}`,
      pull([fault.echo(status), fault.echo(status), fault.echo(status), fault.echo(status)]),
      {
        code: [
          'api.unauthorized',
          'api.forbidden',
          'pull_request.not_found',
          'api.invalid_response',
          'api.unavailable',
        ],
      },
    );
  decides(
    'is not needed for pull_request',
    { eventName: 'pull_request', inputs: { ...W5, token: '' } },
    { code: 'allowed', requests: 0 },
  );
});

describe('limits', SIDE_BY_SIDE, () => {
  for (const status of [403, 429]) {
    decides(`${status} with a spent limit says when it ends`, pull(fault.limited(status, 1800)), {
      code: 'api.rate_limited',
      requests: 1,
      says: [/\d{4}-\d\d-\d\dT?.?\d\d:\d\d/],
    });
    decides(
      `${status} with Retry-After 1 is obeyed`,
      pull([fault.secondary(status, '1')]),
      { code: 'allowed', requests: 2 },
      (ran) => assert.ok(pauses(ran)[0] >= 950, `paused ${pauses(ran)} ms`),
    );
    decides(
      `${status} with Retry-After 3600 is not waited for`,
      pull([fault.secondary(status, '3600')]),
      { code: 'api.rate_limited', requests: 1 },
      (ran) => assert.ok(ran.ms < 5_000),
    );
    decides(
      `${status} with Retry-After 59 does not fit any more`,
      pull([fault.secondary(status, '1'), fault.secondary(status, '59')]),
      { code: 'api.rate_limited', requests: 2 },
    );
    decides(`${status} without Retry-After is tried again`, pull([fault.secondary(status)]), {
      code: 'allowed',
      requests: 2,
    });
    decides(`${status} again and again`, pull(fault.secondary(status)), { code: 'api.rate_limited', requests: 4 });
  }
  for (const value of ['', 'soon', '-5', '1e9', '99999999999999999999']) {
    decides(
      `Retry-After: ${JSON.stringify(value)} keeps nobody waiting for ever`,
      pull([fault.secondary(429, value)]),
      { code: ['allowed', 'api.rate_limited'] },
      (ran) => assert.ok(ran.ms < 20_000),
    );
  }
  decides('a spent limit that is renewed in a second', pull([fault.limited(403, 1)]), {
    code: ['allowed', 'api.rate_limited'],
  });
});

describe('statuses', SIDE_BY_SIDE, () => {
  decides('404 is no such PR', pull(fault.status(404)), { code: 'pull_request.not_found', requests: 1 });
  for (const status of [400, 406, 409, 410, 418, 422, 451])
    decides(`${status} is not tried again`, pull(fault.status(status)), {
      code: ['pull_request.not_found', 'api.invalid_response', 'api.unavailable', 'api.forbidden'],
      requests: 1,
    });
  for (const status of [500, 502, 503, 504]) {
    decides(`${status} twice, then 200`, pull([fault.status(status), fault.status(status)]), {
      code: 'allowed',
      requests: 3,
    });
    decides(
      `${status} three times, then 200`,
      pull([fault.status(status), fault.status(status), fault.status(status)]),
      { code: 'allowed', requests: 4 },
    );
    decides(`${status} every time`, pull(fault.status(status)), {
      code: 'api.unavailable',
      requests: 4,
      says: [new RegExp(String(status))],
    });
  }
  decides('pauses grow', pull(fault.status(500)), 'api.unavailable', (ran) => {
    const [first, second, third] = pauses(ran);
    assert.ok(first >= 50 && third > first && third > second * 0.9, `paused ${pauses(ran)} ms`);
  });
  decides('204 is no PR', pull(fault.status(204, {}, undefined)), { code: 'api.invalid_response', requests: 1 });
  decides('304 is no PR', pull(fault.status(304, {}, undefined)), {
    code: ['api.invalid_response', 'api.unavailable'],
  });
  decides('an HTML page with 502 is a 502', pull([fault.html(502)]), { code: 'allowed', requests: 2 });
  decides(
    'Retry-After with 503 is obeyed',
    pull([fault.status(503, { 'retry-after': '1' })]),
    { code: 'allowed', requests: 2 },
    (ran) => assert.ok(pauses(ran)[0] >= 950, `paused ${pauses(ran)} ms`),
  );
});

describe('connections', SIDE_BY_SIDE, () => {
  decides('reset twice, then 200', pull([fault.reset(), fault.reset()]), { code: 'allowed', requests: 3 });
  decides('reset in the body once', pull([fault.resetInBody()]), { code: 'allowed', requests: 2 });
  decides('an answer after two seconds', pull([fault.late(2_000)]), { code: 'allowed', requests: 1 });

  test('refused', async () => {
    const port = await closedPort();
    const ran = await guard({ environment: { GITHUB_API_URL: `http://127.0.0.1:${port}` } });
    assert.equal(ran.outputs['reason-code'], 'api.unavailable', ran.outputs.reason);
    assert.equal(ran.code, 1);
    assert.match(ran.outputs.reason ?? '', /refused/i);
  });

  test('no such host', async () => {
    const ran = await guard({ environment: { GITHUB_API_URL: 'http://api.invalid' } });
    assert.equal(ran.outputs['reason-code'], 'api.unavailable', ran.outputs.reason);
  });

  for (const url of ['', 'nonsense', 'ftp://127.0.0.1/', 'file:///etc/passwd', 'http://user:secret@127.0.0.1:1/']) {
    test(`GITHUB_API_URL ${JSON.stringify(url)}`, async () => {
      const ran = await guard({ environment: { GITHUB_API_URL: url }, secrets: ['secret@'] });
      assert.equal(ran.outputs.decision, 'error', ran.outputs.reason);
      assert.notEqual(ran.outputs['reason-code'], 'internal.error', ran.outputs.reason);
      assert.equal(ran.requests.length, 0);
    });
  }
});

describe('bodies', SIDE_BY_SIDE, () => {
  const body = pullRequest();
  /** @param {(body: any) => void} change */
  const without = (change) => {
    const changed = structuredClone(body);
    change(changed);
    return fault.json(changed);
  };
  /** @type {[name: string, step: Step][]} */
  const INVALID = [
    ['JSON cut in half', fault.truncated()],
    ['nothing', fault.text('')],
    ['an empty object', fault.json({})],
    ['an array', fault.json([body])],
    ['null', fault.json(null)],
    ['a string', fault.text('"pull"')],
    ['another PR', fault.json(pullRequest({ number: 70 }))],
    ['no number', without((pull) => delete pull.number)],
    ['no head', without((pull) => delete pull.head)],
    ['a head commit that is none', without((pull) => (pull.head.sha = 'refs/heads/main'))],
    ['a head commit in capitals', without((pull) => (pull.head.sha = pull.head.sha.toUpperCase()))],
    ['no base repository id', without((pull) => delete pull.base.repo.id)],
    ['a repository id in a string', without((pull) => (pull.base.repo.id = '100200'))],
    ['a state that is none', without((pull) => (pull.state = 'locked'))],
    ['merged in a string', without((pull) => (pull.merged = 'false'))],
    ['labels that are a word', without((pull) => (pull.labels = 'all'))],
    [
      'bytes that are not UTF-8',
      fault.text(Buffer.concat([Buffer.from('{"number":7,"state":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])),
    ],
    ['20,000 levels', fault.text(`${'['.repeat(20_000)}${']'.repeat(20_000)}`)],
  ];
  for (const [name, step] of INVALID) decides(name, pull(step), { code: 'api.invalid_response', requests: 1 });

  decides('a right one of nearly 10 MiB', pull(fault.huge(9 * 1024 * 1024)), { code: 'allowed', requests: 1 });
  decides('a right one with another content type', pull(fault.text(JSON.stringify(body), 'text/plain')), {
    code: ['allowed', 'api.invalid_response'],
    requests: 1,
  });
  decides('a right one, compressed unasked', pull(fault.gzip()), {
    code: ['allowed', 'api.invalid_response'],
    requests: 1,
  });
  decides(
    "new members of GitHub's do no harm",
    pull(without((pull) => Object.assign(pull, { brand_new: { nested: [1, 2, { three: null }] } }))),
    { code: 'allowed', requests: 1 },
  );
});

describe('redirects', SIDE_BY_SIDE, () => {
  const moved = '/repositories/100200/pulls/7';
  for (const status of [301, 302, 307, 308])
    decides(`${status} on the same host is followed`, pull([fault.redirect(moved, status)]), {
      code: 'allowed',
      requests: 2,
    });
  decides('a relative one as well', pull([fault.status(301, { location: moved })]), { code: 'allowed', requests: 2 });
  decides(
    'three are followed',
    pull([fault.redirect(`${moved}?1`), fault.redirect(`${moved}?2`), fault.redirect(`${moved}?3`)]),
    { code: 'allowed', requests: 4 },
  );
  const stopped = ['api.invalid_response', 'api.unavailable', 'api.forbidden'];
  decides('a fourth is not', pull([1, 2, 3, 4].map((step) => fault.redirect(`${moved}?${step}`))), {
    code: stopped,
    requests: 4,
  });
  decides('a loop ends', pull(fault.redirect('/repos/acme/charts/pulls/7')), { code: stopped }, (ran) =>
    assert.ok(ran.requests.length <= 4, `${ran.requests.length} requests`),
  );
  decides('without a target', pull(fault.status(301)), { code: stopped, requests: 1 });
  decides('to nowhere', pull(fault.status(301, { location: 'http://[::bad' })), { code: stopped, requests: 1 });
  decides('to another scheme', pull(fault.status(301, { location: 'file:///etc/passwd' })), {
    code: stopped,
    requests: 1,
  });

  test('to another host is not followed and takes no token there', async () => {
    const other = await startFakeApi({ pulls: { 7: pullRequest() } });
    try {
      for (const target of [other.url, other.url.replace('127.0.0.1', 'localhost')]) {
        const ran = await guard({ script: { pull: fault.redirect(`${target}/repos/acme/charts/pulls/7`) } });
        assert.ok(stopped.includes(ran.outputs['reason-code'] ?? ''), ran.outputs.reason);
        assert.equal(ran.requests.length, 1);
      }
      assert.deepEqual(other.requests, []);
    } finally {
      await other.close();
    }
  });

  test('to another name of the same address is another host', async () => {
    const api = await startFakeApi({ pulls: { 7: pullRequest() } });
    try {
      api.script('pull', [fault.redirect(`${api.url.replace('127.0.0.1', 'localhost')}/repos/acme/charts/pulls/7`)]);
      const ran = await runAction({ event: dispatchEvent(), inputs: W5, apiUrl: api.url });
      assert.ok(stopped.includes(ran.outputs['reason-code'] ?? ''), ran.outputs.reason);
      assert.equal(api.requests.length, 1);
    } finally {
      await api.close();
    }
  });
});

describe('one request, no more', SIDE_BY_SIDE, () => {
  decides('a plain dispatch', {}, { code: 'allowed', requests: 1 }, (ran) => {
    const [{ method, path, headers } = { method: '', path: '', headers: {} }] = ran.requests;
    assert.deepEqual([method, path], ['GET', '/repos/acme/charts/pulls/7']);
    assert.match(String(headers.accept), /json/);
  });
  test("GitHub Enterprise Server's /api/v3", async () => {
    const api = await startFakeApi({ pulls: { 7: pullRequest() } }, { prefix: '/api/v3' });
    try {
      const ran = await runAction({
        event: dispatchEvent(),
        inputs: W5,
        apiUrl: api.url,
        environment: { GITHUB_SERVER_URL: api.origin },
      });
      assert.equal(ran.outputs.allowed, 'true', ran.outputs.reason);
      assert.equal(api.requests[0]?.path, '/api/v3/repos/acme/charts/pulls/7');
    } finally {
      await api.close();
    }
  });
});

/** A port on which nobody listens. @returns {Promise<number>} */
function closedPort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

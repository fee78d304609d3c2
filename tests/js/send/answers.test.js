// @ts-check
// What GitHub answers, and how often it is asked. A dispatch is sent once, or it is
// certain that it was not taken.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createServer as createListener } from 'node:net';
import { describe, test } from 'node:test';
import { deed, deedTests } from '../support/deed.js';
import { fault } from '../support/fake-api.js';
import { pullRequest, REPOSITORY, USERS } from '../support/github-objects.js';
import { SIDE_BY_SIDE } from '../support/guard.js';

const INPUTS = Object.freeze({ 'event-type': 'chart-pr-created', 'client-payload': '{"chart":"redis"}' });
const sends = deedTests('send', { inputs: INPUTS });

/** @param {import('../support/deed.js').Deed} ran */
const nothingSent = ({ dispatches }) => assert.deepEqual(dispatches, []);

describe('404 is explained by a second look', SIDE_BY_SIDE, () => {
  const notFound = fault.status(404);
  sends(
    'the repository is there: the token may not write',
    { script: { dispatch: notFound } },
    {
      code: 'api.forbidden',
      says: [/404/, /can see the repository/, /`contents: write`/, /`permissions:`/],
      requests: ['dispatch', 'repository'],
    },
  );
  sends(
    'the repository is not to be seen',
    { script: { dispatch: notFound, repository: notFound } },
    {
      code: 'api.forbidden',
      says: [/cannot see the repository `acme\/charts`/, /`contents: write`/],
      requests: ['dispatch', 'repository'],
    },
  );
  sends(
    'another repository that is not there',
    { inputs: { repository: 'acme/secret' } },
    {
      code: 'api.forbidden',
      says: [/`acme\/secret`/, /Correct `repository`/, /`GITHUB_TOKEN` reaches only its own/],
      requests: ['dispatch', 'repository'],
    },
  );
  sends(
    'the second look fails as well',
    { script: { dispatch: notFound, repository: fault.unauthorized() } },
    { code: 'api.unauthorized', requests: ['dispatch', 'repository'] },
  );
  sends(
    'what has been read before is not read again',
    { inputs: { 'pr-number': '7' }, script: { dispatch: notFound } },
    { code: 'api.forbidden', says: [/can see the repository/], requests: ['pull', 'dispatch'] },
  );
});

describe('refusals', SIDE_BY_SIDE, () => {
  sends(
    '403 of the dispatch',
    { script: { dispatch: fault.forbidden('contents=write') } },
    { code: 'api.forbidden', says: [/`contents: write`/, /`contents=write`/], requests: ['dispatch'] },
  );
  sends(
    '403 of the pull request',
    { inputs: { 'pr-number': '7' }, script: { pull: fault.forbidden('pull_requests=read') } },
    { code: 'api.forbidden', says: [/`pull-requests: read`/], requests: ['pull'] },
  );
  sends(
    'no such pull request',
    { inputs: { 'pr-number': '8' } },
    { code: 'pull_request.not_found', says: [/#8 in `acme\/charts`/], requests: ['pull'] },
  );
  const foreign = pullRequest({ base: { repo: { id: 300400, full_name: 'acme/deploy', owner: USERS.org } } });
  sends(
    'a pull request of another repository',
    { inputs: { 'pr-number': '7' }, world: { pulls: { 7: foreign } } },
    { code: 'pull_request.wrong_repository', says: [/300400/, /100200/], requests: ['pull'] },
  );
  sends(
    'an answer about another pull request',
    { inputs: { 'pr-number': '7' }, world: { pulls: { 7: pullRequest({ number: 9 }) } } },
    { code: 'api.invalid_response', says: [/#9/], requests: ['pull'] },
  );
  sends(
    '422',
    { script: { dispatch: fault.status(422, {}, { message: 'Invalid request.\n\n::error::x', errors: ['too odd'] }) } },
    { code: 'config.invalid_input', says: [/Invalid request\.\\n\\n::error::x; too odd/], requests: ['dispatch'] },
  );
  sends(
    'a spent limit',
    { script: { dispatch: fault.limited() } },
    { code: 'api.rate_limited', requests: ['dispatch'] },
    ({ outputs }) => assert.doesNotMatch(outputs.reason ?? '', /may have/),
  );
  for (const status of [401, 403, 404, 409, 422, 500]) {
    test(`an answer with status ${status} that quotes the request`, async () => {
      await deed('send', { inputs: INPUTS, script: { '*': fault.echo(status) } });
    });
  }
});

describe('sent again only where it was certainly not taken', SIDE_BY_SIDE, () => {
  for (const [name, step] of /** @type {const} */ ([
    ['429', fault.status(429)],
    ['a secondary limit', fault.secondary(403)],
    ['502', fault.status(502)],
    ['503', fault.html(503)],
    ['504', fault.status(504)],
  ])) {
    sends(
      `${name}, then taken`,
      { script: { dispatch: [step, step] } },
      { code: 'allowed', requests: ['dispatch', 'dispatch', 'dispatch'] },
      ({ dispatches, requests }) => {
        assert.equal(dispatches.length, 1);
        assert.equal(new Set(requests.map(({ body }) => body)).size, 1, 'it is the same dispatch each time');
      },
    );
  }
  sends(
    '502 for ever',
    { script: { dispatch: fault.status(502) } },
    { code: 'api.unavailable', says: [/502/], requests: ['dispatch', 'dispatch', 'dispatch', 'dispatch'] },
    nothingSent,
  );

  for (const [name, step] of /** @type {const} */ ([
    ['a reset without an answer', fault.reset()],
    ['500', fault.status(500)],
  ])) {
    sends(
      `${name} is not certain`,
      { script: { dispatch: step } },
      { code: 'api.unavailable', says: [/may have taken/, /nonce/], requests: ['dispatch'] },
      ({ outputs }) => assert.match(outputs.nonce ?? '', /^[0-9a-f]{32}$/),
    );
  }
  for (const [name, step] of /** @type {const} */ ([
    ['200 with a page', fault.html(200)],
    ['200 with JSON', fault.json({})],
    ['202', fault.status(202)],
    ['a compressed answer', fault.gzipBomb(1000)],
  ])) {
    sends(
      `${name} is no 204`,
      { script: { dispatch: step } },
      { code: 'api.invalid_response', says: [/may have taken/], requests: ['dispatch'] },
    );
  }

  test('a server that is not up yet is tried again, and gets one dispatch', async () => {
    const port = await freePort();
    /** @type {string[]} */
    const bodies = [];
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      bodies.push(body);
      response.writeHead(204).end();
    });
    const started = () => setTimeout(() => server.listen(port, '127.0.0.1'), 600);
    try {
      const ran = await deed('send', { inputs: INPUTS, apiUrl: `http://127.0.0.1:${port}`, started });
      assert.equal(ran.outputs.sent, 'true', ran.stdout);
      assert.equal(bodies.length, 1);
    } finally {
      server.close();
    }
  });

  test('a server that never comes up did not take it', async () => {
    const ran = await deed('send', { inputs: INPUTS, apiUrl: `http://127.0.0.1:${await freePort()}` });
    assert.equal(ran.outputs['reason-code'], 'api.unavailable');
    assert.match(ran.outputs.reason ?? '', /ECONNREFUSED/);
    assert.doesNotMatch(ran.outputs.reason ?? '', /may have/);
    assert.equal(ran.audit[0].api_requests[0].tries, 4);
  });
});

describe('a renamed repository', SIDE_BY_SIDE, () => {
  const moved = `/repositories/${REPOSITORY.id}/dispatches`;
  sends(
    '307 on the same host is followed with the body',
    { script: { dispatch: [fault.redirect(moved, 307)] } },
    { code: 'allowed', requests: ['dispatch', 'dispatch'] },
    ({ dispatches, requests }) => {
      assert.equal(dispatches.length, 1);
      assert.equal(requests[1]?.path, moved);
    },
  );
  sends(
    '301 would turn the request into another one',
    { script: { dispatch: [fault.redirect(moved, 301)] } },
    { code: 'api.invalid_response', says: [/redirected/], requests: ['dispatch'] },
    nothingSent,
  );
  sends(
    'another host gets neither payload nor token',
    { script: { dispatch: [fault.redirect('http://127.0.0.2:1/dispatches', 307)] } },
    { code: 'api.invalid_response', says: [/127\.0\.0\.2/], requests: ['dispatch'] },
    nothingSent,
  );
});

/** @returns {Promise<number>} a port at which nobody listens */
function freePort() {
  return new Promise((resolve) => {
    const server = createListener().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

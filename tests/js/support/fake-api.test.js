// @ts-check
// The fake API is only worth something as long as it answers as GitHub does: Prism stands before it and holds every
// request and answer against GitHub's own description.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fault, startFakeApi, TOKEN } from './fake-api.js';
import { FORK, HEAD_SHA, pullRequest, USERS } from './github-objects.js';
import { readSample, sampleNames } from '../../../samples/samples.js';

const SPEC = fileURLToPath(new URL('../../fixtures/openapi/api.github.com.json', import.meta.url));
const require = createRequire(import.meta.url);

/** @type {import("./fake-api.js").FakeApi} */
let api;
/** @type {import("node:child_process").ChildProcess} */
let prism;
let prismUrl = '';

before(async () => {
  api = await startFakeApi({
    pulls: {
      7: pullRequest({ labels: ['upstream-sync'] }),
      8: pullRequest({ number: 8, merged: true, draft: true }),
      9: pullRequest({ number: 9, head: { repo: FORK } }),
    },
    permissions: {
      mona: { permission: 'write', role_name: 'maintain' },
      hubot: { permission: 'read', role_name: 'auditor' },
    },
    teams: { 'acme/release': { mona: 'active', hubot: 'pending' } },
    runs: [
      { id: 500 },
      { id: 500, attempt: 2, triggering_actor: USERS.contributor, status: 'completed', conclusion: 'success' },
    ],
    contents: { '.github/dispatch-guard.yml': 'version: 1\n' },
  });
  const port = await freePort();
  prismUrl = `http://127.0.0.1:${port}`;
  const program = join(dirname(require.resolve('@stoplight/prism-cli/package.json')), 'dist/index.js');
  prism = spawn(
    process.execPath,
    [program, 'proxy', '--errors', '--host', '127.0.0.1', '--port', String(port), SPEC, api.url],
    { stdio: 'ignore' },
  );
  await listening(port);
});

after(async () => {
  prism?.kill();
  await api?.close();
});

/** @param {string} path @param {any} [body] */
async function call(path, body) {
  const response = await fetch(prismUrl + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${TOKEN}`,
      accept: 'application/vnd.github+json',
      'user-agent': 'dispatch-guard-tests',
      'x-github-api-version': '2022-11-28',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  });
  // With --errors Prism answers 500 itself and lists what does not fit.
  return { status: response.status, text: await response.text() };
}

const REPO = '/repos/acme/charts';
const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`field-${index}`, index]));

/** @type {[name: string, status: number, path: string, body?: any][]} */
const CALLS = [
  ['repository', 200, REPO],
  ['a repository that is not visible', 404, '/repos/acme/secret'],
  ['pull request', 200, `${REPO}/pulls/7`],
  ['merged pull request', 200, `${REPO}/pulls/8`],
  ['pull request from a fork', 200, `${REPO}/pulls/9`],
  ['no such pull request', 404, `${REPO}/pulls/404`],
  ['permission', 200, `${REPO}/collaborators/mona/permission`],
  ['permission of a custom role', 200, `${REPO}/collaborators/hubot/permission`],
  ['permission of nobody', 404, `${REPO}/collaborators/nobody/permission`],
  ['team', 200, '/orgs/acme/teams/release'],
  ['no such team', 404, '/orgs/acme/teams/hidden'],
  ['active member', 200, '/orgs/acme/teams/release/memberships/mona'],
  ['pending member', 200, '/orgs/acme/teams/release/memberships/hubot'],
  ['no member', 404, '/orgs/acme/teams/release/memberships/eve'],
  ['run', 200, `${REPO}/actions/runs/500`],
  ['first attempt', 200, `${REPO}/actions/runs/500/attempts/1`],
  ['second attempt', 200, `${REPO}/actions/runs/500/attempts/2`],
  ['file', 200, `${REPO}/contents/.github%2Fdispatch-guard.yml`],
  ['no such file', 404, `${REPO}/contents/none.yml`],
  [
    'new status',
    201,
    `${REPO}/statuses/${HEAD_SHA}`,
    {
      state: 'pending',
      context: 'dispatch-guard',
      description: 'running',
      target_url: 'https://github.com/acme/charts/actions/runs/1',
    },
  ],
  ['statuses', 200, `${REPO}/commits/${HEAD_SHA}/statuses?per_page=100`],
  ['combined status', 200, `${REPO}/commits/${HEAD_SHA}/status`],
  ['dispatch', 204, `${REPO}/dispatches`, { event_type: 'chart-pr-created', client_payload: { pr: 7 } }],
  [
    'dispatch with 11 properties',
    422,
    `${REPO}/dispatches`,
    { event_type: 'chart-pr-created', client_payload: eleven },
  ],
  ['user', 200, '/users/mona'],
  ['bot', 200, '/users/github-actions%5Bbot%5D'],
];

for (const [name, status, path, body] of CALLS) {
  test(`GitHub would answer so: ${name}`, async () => {
    const answered = await call(path, body);
    assert.equal(answered.status, status, answered.text);
  });
}

test("the answers recorded for the samples are answers of GitHub's", async (context) => {
  for (const name of sampleNames()) {
    for (const [path, { status, body }] of readSample(name).answers) {
      await context.test(`${name}: ${path}`, async () => {
        api.script('*', fault.status(status, {}, body));
        const answered = await call(path);
        api.heal();
        assert.equal(answered.status, status, answered.text);
      });
    }
  }
});

test('an answer that GitHub would not give is noticed', async () => {
  api.script(
    'pull',
    fault.changed((answer) => ({ ...answer, body: { ...answer.body, number: '7' } })),
  );
  const answered = await call(`${REPO}/pulls/7`);
  api.heal();
  assert.equal(answered.status, 500);
  assert.match(answered.text, /number must be integer/);
});

test('what is written can be read back, newest first, with growing ids', async () => {
  const sha = '1'.repeat(40);
  for (const state of ['pending', 'success']) await call(`${REPO}/statuses/${sha}`, { state, context: 'one' });
  const { text } = await call(`${REPO}/commits/${sha}/statuses`);
  const [newest, oldest] = JSON.parse(text);
  assert.deepEqual([newest.state, oldest.state], ['success', 'pending']);
  assert.ok(newest.id > oldest.id);
});

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/** @param {number} port */
async function listening(port) {
  for (let tries = 0; tries < 600; tries += 1) {
    const open = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('close', () => resolve(false)).unref();
      setTimeout(() => socket.destroy(), 50);
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('prism did not start');
}

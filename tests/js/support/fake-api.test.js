// @ts-check
// The fake API must answer as GitHub does: Prism runs in front of it and validates every request and answer against
// GitHub's own OpenAPI description.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fault, startFakeApi, TOKEN } from './fake-api.js';
import { BASE_SHA, FORK, HEAD_SHA, MOVED_SHA, pullRequest, REPOSITORY, USERS } from './github-objects.js';
import { readSample, sampleNames } from '../../../samples/samples.js';

const SPEC = fileURLToPath(new URL('../../fixtures/openapi/api.github.com.json', import.meta.url));
const require = createRequire(import.meta.url);
const HEADERS = { authorization: `Bearer ${TOKEN}`, 'user-agent': 'dispatch-guard-tests' };
const POLICIES = { id: 300400, full_name: 'acme/policies', owner: USERS.org };

/** @type {import("./fake-api.js").FakeApi} */
let api;
/** @type {import("node:child_process").ChildProcess} */
let prism;
let prismUrl = '';

before(async () => {
  api = await startFakeApi({
    repositories: [REPOSITORY, FORK, POLICIES],
    pulls: {
      7: pullRequest({ labels: ['upstream-sync'] }),
      8: pullRequest({ number: 8, merged: true, draft: true, head: { sha: MOVED_SHA } }),
      9: pullRequest({ number: 9, head: { repo: FORK } }),
    },
    permissions: {
      mona: { permission: 'write', role_name: 'maintain' },
      hubot: { permission: 'read', role_name: 'auditor' },
    },
    teams: { 'acme/release': { mona: 'active', hubot: 'pending' } },
    organizations: {
      acme: { members: ['mona', 'hubot'], public: ['mona'] },
      hidden: { members: ['mona'], public: ['mona'], hidden: true },
    },
    runs: [
      { id: 500 },
      { id: 500, attempt: 2, triggering_actor: USERS.contributor, status: 'completed', conclusion: 'success' },
      { id: 501, event: 'repository_dispatch', created_at: '2025-01-17T10:00:00Z' },
    ],
    contents: { '.github/dispatch-guard.yml': 'version: 1\n' },
    foreignContents: {
      'acme/policies': { main: { 'guard.yml': 'version: 1\n' }, [BASE_SHA]: { 'guard.yml': 'version: 1\nevents:\n' } },
    },
    activity: {
      'acme/charts': [
        { id: 2, ref: 'refs/heads/charts/redis-1.4.2', after: HEAD_SHA, activity_type: 'force_push' },
        { id: 1, ref: 'refs/heads/main', after: BASE_SHA, actor: null },
      ],
    },
    comments: { 71: { id: 71 }, 72: { id: 72, user: null, app: { id: 4242, slug: 'release-bot' } } },
    reviews: {
      7: [
        { id: 81, state: 'commented' },
        { id: 82, state: 'approved', user: USERS.contributor },
        { id: 83, state: 'dismissed', user: null, commit_id: null },
      ],
    },
    issueEvents: {
      7: [
        { id: 91, event: 'labeled', label: 'upstream-sync' },
        { id: 92, event: 'unlabeled', label: 'stale' },
      ],
    },
    files: { 7: [{ filename: 'charts/redis/Chart.yaml' }, { filename: 'b c.md', previous_filename: 'a.md' }] },
    checkRuns: {
      [HEAD_SHA]: [
        { id: 61, name: 'build', status: 'in_progress' },
        { id: 62, name: 'lint', suite: 2, conclusion: 'failure', app: null },
        { id: 63, name: 'lint', suite: 2 },
      ],
    },
    workflows: { 'deploy.yml': { runId: 502 } },
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
    redirect: 'manual',
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...HEADERS,
      accept: 'application/vnd.github+json',
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
  ['member of an organization', 204, '/orgs/acme/members/Mona'],
  ['no member of an organization', 404, '/orgs/acme/members/eve'],
  ['public member', 204, '/orgs/hidden/public_members/mona'],
  ['no public member', 404, '/orgs/acme/public_members/hubot'],
  ['open pull requests of a head', 200, `${REPO}/pulls?state=open&head=acme:charts/redis-1.4.2&per_page=100`],
  ['pull requests by update', 200, `${REPO}/pulls?state=all&sort=updated&direction=desc&per_page=2&page=1`],
  ['files of a pull request', 200, `${REPO}/pulls/7/files?per_page=1`],
  ['reviews', 200, `${REPO}/pulls/7/reviews`],
  ['review', 200, `${REPO}/pulls/7/reviews/82`],
  ['no such review', 404, `${REPO}/pulls/7/reviews/404`],
  ['label events', 200, `${REPO}/issues/7/events?per_page=100`],
  ['comment', 200, `${REPO}/issues/comments/71`],
  ['comment of an app, of an account that is gone', 200, `${REPO}/issues/comments/72`],
  ['no such comment', 404, `${REPO}/issues/comments/404`],
  ['activity of a branch', 200, `${REPO}/activity?ref=refs/heads/charts/redis-1.4.2&per_page=1`],
  ['activity of every branch', 200, `${REPO}/activity`],
  ['pull requests of a commit', 200, `${REPO}/commits/${HEAD_SHA}/pulls`],
  ['check runs', 200, `${REPO}/commits/${HEAD_SHA}/check-runs?per_page=100`],
  ['runs of an event', 200, `${REPO}/actions/runs?event=repository_dispatch&per_page=100`],
  ['run', 200, `${REPO}/actions/runs/500`],
  ['first attempt', 200, `${REPO}/actions/runs/500/attempts/1`],
  ['second attempt', 200, `${REPO}/actions/runs/500/attempts/2`],
  ['file', 200, `${REPO}/contents/.github%2Fdispatch-guard.yml`],
  ['no such file', 404, `${REPO}/contents/none.yml`],
  ['file of another repository', 200, '/repos/acme/policies/contents/guard.yml'],
  ['file of another repository at a commit', 200, `/repos/acme/policies/contents/guard.yml?ref=${BASE_SHA}`],
  ['no such commit of another repository', 404, `/repos/acme/policies/contents/guard.yml?ref=${HEAD_SHA}`],
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
  ['workflow dispatch', 204, `${REPO}/actions/workflows/deploy.yml/dispatches`, { ref: 'main', inputs: { pr: '7' } }],
  [
    'workflow dispatch with the details of the run',
    200,
    `${REPO}/actions/workflows/deploy.yml/dispatches`,
    { ref: 'main', return_run_details: true },
  ],
  ['user', 200, '/users/mona'],
  ['bot', 200, '/users/github-actions%5Bbot%5D'],
];

for (const [name, status, path, body] of CALLS) {
  test(`matches GitHub's description: ${name}`, async () => {
    const answered = await call(path, body);
    assert.equal(answered.status, status, answered.text);
  });
}

test("the recorded answers of the samples match GitHub's description", async (context) => {
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

test('an invalid answer is detected', async () => {
  api.script(
    'pull',
    fault.changed((answer) => ({ ...answer, body: { ...answer.body, number: '7' } })),
  );
  const answered = await call(`${REPO}/pulls/7`);
  api.heal();
  assert.equal(answered.status, 500);
  assert.match(answered.text, /number must be integer/);
});

test('lists are filtered and paged', async () => {
  /** @param {string} path @param {(body: any) => any[]} [list] */
  const idsOf = async (path, list = (body) => body) => list(JSON.parse((await call(path)).text)).map(({ id }) => id);
  const numbersOf = async (/** @type {string} */ path) =>
    JSON.parse((await call(path)).text).map((/** @type {any} */ { number }) => number);
  assert.deepEqual(await numbersOf(`${REPO}/pulls?head=acme:charts/redis-1.4.2`), [7]);
  assert.deepEqual(await numbersOf(`${REPO}/pulls?head=eve:charts/redis-1.4.2`), [9]);
  assert.deepEqual(await numbersOf(`${REPO}/commits/${HEAD_SHA}/pulls`), [7], 'not the head of a fork');
  assert.deepEqual(await idsOf(`${REPO}/pulls/7/reviews?per_page=2&page=2`), [83]);
  assert.deepEqual(await idsOf(`${REPO}/activity?ref=refs/heads/main`), [1]);
  assert.deepEqual(await idsOf(`${REPO}/commits/${HEAD_SHA}/check-runs`, (body) => body.check_runs), [61, 63]);

  // GitHub accepts `created=>=TIME`, but its description does not.
  const since = await fetch(`${api.url}${REPO}/actions/runs?created=%3E%3D2025-01-17T09:30:00Z`, { headers: HEADERS });
  const { workflow_runs } = /** @type {any} */ (await since.json());
  assert.deepEqual(
    workflow_runs.map((/** @type {any} */ { id }) => id),
    [501],
  );
  const files = await fetch(`${api.url}${REPO}/pulls/7/files?per_page=1`, { headers: HEADERS });
  assert.equal(files.headers.get('link'), `<${api.url}${REPO}/pulls/7/files?per_page=1&page=2>; rel="next"`);
});

test('a token that cannot see members is redirected to the public ones', async () => {
  const url = `${api.url}/orgs/hidden/members/mona`;
  const { status, headers } = await fetch(url, { headers: HEADERS, redirect: 'manual' });
  assert.deepEqual([status, headers.get('location')], [302, `${api.url}/orgs/hidden/public_members/mona`]);
});

test('statuses can be read back, newest first, with increasing ids', async () => {
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

// @ts-check
// The sources of events, policies and answers, and the exit status.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { dispatchEvent } from '../support/events.js';
import { startFakeApi, TOKEN } from '../support/fake-api.js';
import { HEAD_SHA, pullRequest, REPOSITORY } from '../support/github-objects.js';
import { dispatchPolicy } from '../support/guard.js';
import { cli, ROOT } from './support.js';

const directory = mkdtempSync(join(tmpdir(), 'dispatch-guard-cli-'));
after(() => rmSync(directory, { recursive: true }));

const CONCURRENT = { concurrency: 4 };

let count = 0;
/** @param {string | object} content @param {string} [ending] @returns {string} the path of a new file */
function file(content, ending = 'json') {
  const path = join(directory, `${(count += 1)}.${ending}`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

/** @param {Record<string, object | string>} answers by the file's path @returns {string} the folder that holds them */
function folder(answers) {
  const path = join(directory, `answers-${(count += 1)}`);
  mkdirSync(path);
  for (const [name, body] of Object.entries(answers)) {
    mkdirSync(join(path, name, '..'), { recursive: true });
    writeFileSync(join(path, name), typeof body === 'string' ? body : JSON.stringify(body));
  }
  return path;
}

/** @param {string[]} args @param {import('./support.js').Options} [options] */
async function check(args, options) {
  const ran = await cli(['check', '--json', ...args], options);
  return { ...ran, result: ran.stdout === '' ? undefined : JSON.parse(ran.stdout) };
}

const DISPATCH = file(dispatchEvent({ pr: 7 }));
const POLICY = file(dispatchPolicy(), 'yml');
const PULL = `repos/${REPOSITORY.full_name}/pulls/7`;
/** What the dispatches of the samples carry. */
const CHART = '{pr: pull-request, chart: slug}';
const dispatch = [`repository_dispatch=${DISPATCH}`];

describe('exit status', CONCURRENT, () => {
  /** @type {[status: number, code: string, args: string[]][]} */
  const cases = [
    [0, 'allowed', [...dispatch, '--policy', POLICY, '--api', folder({ [`${PULL}.json`]: pullRequest() })]],
    [1, 'pull_request.not_found', [...dispatch, '--policy', POLICY, '--api', folder({})]],
    [1, 'event.mismatch', [...dispatch, '--policy', POLICY, '--repository', 'acme/other']],
    [1, 'event.mismatch', [`pull_request=${DISPATCH}`, '--policy', POLICY]],
    [2, 'config.policy_invalid', [...dispatch, '--policy', file('version: 2\nevents:\n  push:\n', 'yml')]],
    [2, 'config.invalid_input', [...dispatch, '--flat', 'dispatch-types=x']],
    [2, 'event.malformed', [`repository_dispatch=${file('[]')}`, '--policy', POLICY]],
    [3, 'api.unavailable', [...dispatch, '--policy', POLICY]],
    [
      3,
      'api.forbidden',
      [...dispatch, '--policy', POLICY, '--api', folder({ [`${PULL}.403.json`]: { message: 'no' } })],
    ],
    [3, 'api.invalid_response', [...dispatch, '--policy', POLICY, '--api', folder({ [`${PULL}.json`]: '{' })]],
    [
      3,
      'actor.unverified',
      [...dispatch, '--policy', file(dispatchPolicy('', { actors: '["@acme/bots"]' }), 'yml'), '--api', folder({})],
    ],
  ];
  for (const [status, code, args] of cases) {
    test(`${status} for ${code}`, async () => {
      const ran = await check(args);
      assert.deepEqual([ran.result?.reason_code, ran.status], [code, status], ran.stderr);
    });
  }

  test('is the highest of several decisions', async () => {
    assert.equal((await check(['dispatch', 'merged'])).status, 0);
    assert.equal((await check(['dispatch', 'wrong-actor'])).status, 1);
    assert.equal((await check(['dispatch', ...dispatch, '--policy', POLICY])).status, 3);
  });

  test('with --against depends on what changes', async () => {
    const wrong = file('version: 2', 'yml');
    const other = file(dispatchPolicy('', { actors: '[octocat]' }), 'yml');
    const compared = async (/** @type {string} */ now, /** @type {string} */ then, event = ['wrong-actor']) =>
      (await check([...event, '--policy', now, '--against', then])).status;
    assert.equal(await compared(POLICY, POLICY), 0, 'the same denial');
    assert.equal(await compared(POLICY, POLICY, dispatch), 0, 'the same error');
    assert.equal(await compared(other, POLICY, ['dispatch']), 1);
    assert.equal(await compared(wrong, POLICY), 2);
    assert.equal(await compared(POLICY, wrong), 2);
    assert.equal(await compared(POLICY, other, dispatch), 3, 'cannot be determined');
  });
});

describe('answers from a folder', CONCURRENT, () => {
  test('are found by the decoded path below the API', async () => {
    const policy = file(dispatchPolicy('', { actors: '[role:write]' }), 'yml');
    const bot = 'github-actions[bot]';
    const api = folder({
      [`${PULL}.json`]: pullRequest(),
      [`repos/${REPOSITORY.full_name}/collaborators/${bot}/permission.json`]: {
        permission: 'write',
        role_name: 'write',
        user: { login: bot },
      },
    });
    const { result } = await check([...dispatch, '--policy', policy, '--api', api]);
    assert.equal(result.reason_code, 'allowed');
    assert.equal(result.pull_request.head_sha, HEAD_SHA);
  });

  test('are found for the API of a GitHub Enterprise Server', async () => {
    const path = file({ ...dispatchEvent({ pr: 7 }) });
    const api = folder({ [`${PULL}.json`]: pullRequest() });
    const policy = file(dispatchPolicy(), 'yml');
    const evidence = join(directory, 'ghes.json');
    const github = await startFakeApi({ pulls: { 7: pullRequest() } }, { prefix: '/api/v3' });
    const env = { GITHUB_TOKEN: TOKEN };
    await check([`repository_dispatch=${path}`, '--policy', policy, '--api-url', github.url, '--record', evidence], {
      env,
    });
    await github.close();
    const { result } = await check([evidence, '--api', api]);
    assert.equal(result.reason_code, 'allowed');
  });

  test('that are missing are named once', async () => {
    const { stderr } = await check([...dispatch, ...dispatch, '--policy', POLICY, '--api', folder({})]);
    assert.match(
      stderr,
      /^dispatch-guard: \S+\/answers-\d+\/repos\/\S+\/pulls\/7\.json does not exist; answered with 404\n$/,
    );
  });

  test('cannot be outside of it', async () => {
    const outside = folder({ 'secret.json': pullRequest() });
    const api = join(outside, 'answers');
    mkdirSync(api);
    const event = file({ ...dispatchEvent({ pr: 7 }), repository: { id: REPOSITORY.id, full_name: '../secret' } });
    const { result, status } = await check([`repository_dispatch=${event}`, '--policy', POLICY, '--api', api]);
    assert.notEqual(result.reason_code, 'allowed');
    assert.notEqual(status, 0);
  });
});

describe('the live API', CONCURRENT, () => {
  test('gets the token, which is never printed', async () => {
    const github = await startFakeApi({ pulls: { 7: pullRequest() } });
    const args = [...dispatch, '--policy', POLICY, '--api-url', github.url];
    const ran = await check(args, { env: { GITHUB_TOKEN: TOKEN } });
    assert.equal(ran.result.reason_code, 'allowed', ran.stdout);
    const { path, headers } = github.requests[0] ?? {};
    assert.deepEqual([path, headers?.authorization], [`/${PULL}`, `Bearer ${TOKEN}`]);
    const refused = await cli(['check', ...args], { env: { GITHUB_TOKEN: 'ghs_another' } });
    await github.close();
    assert.match(refused.stdout, /^ERROR {2}api\.unauthorized/);
    assert.equal(refused.status, 3);
    for (const text of [ran.stdout, ran.stderr, refused.stdout, refused.stderr]) {
      assert.ok(!text.includes(TOKEN) && !text.includes('ghs_another'), text);
    }
  });

  test('is never written to', async () => {
    const github = await startFakeApi({ pulls: { 7: pullRequest() } });
    const once = file(`${dispatchPolicy()}    once: true\n`, 'yml');
    const args = [...dispatch, '--policy', once, '--api-url', github.url];
    const { result } = await check(args, { env: { GITHUB_TOKEN: TOKEN } });
    await github.close();
    assert.equal(result.reason_code, 'allowed', JSON.stringify(result.checks));
    assert.ok(github.requests.length > 1, 'the record was not read');
    assert.deepEqual([...new Set(github.requests.map(({ method }) => method))], ['GET']);
  });

  test('is not contacted unless it is named', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    const proxy = `http://127.0.0.1:${port}`;
    const env = { HTTPS_PROXY: proxy, HTTP_PROXY: proxy, GITHUB_TOKEN: TOKEN, GITHUB_API_URL: proxy };
    const { result } = await check([...dispatch, '--policy', POLICY], { env });
    await cli(['lint', POLICY], { env });
    server.close();
    assert.equal(result.reason_code, 'api.unavailable');
    assert.equal(result.api_requests[0].attempts, 1);
    assert.equal(connections, 0);
  });
});

describe('evidence', CONCURRENT, () => {
  const evidence = join(directory, 'evidence.json');
  const recorded = cli(['check', 'wrong-actor', '--record', evidence, '--at', '2026-01-31']);

  test('is an event with its own rules, answers and time', async () => {
    await recorded;
    const { result, status } = await check([evidence]);
    assert.deepEqual([result.reason_code, result.time, status], ['actor.not_allowed', '2026-01-31T00:00:00Z', 1]);
  });

  test('can be checked with another policy', async () => {
    await recorded;
    const policy = file(dispatchPolicy('', { actors: '[eve]', payload: CHART }), 'yml');
    const { result } = await check([evidence, '--policy', policy]);
    assert.equal(result.reason_code, 'api.unavailable', 'no answer was recorded');
  });

  test('provides the answers for another event', async () => {
    const other = join(directory, 'other.json');
    await cli(['check', 'dispatch', '--record', other]);
    const eve = file({
      ...JSON.parse(readFileSync(join(ROOT, 'samples/events/chart-pr-created-by-eve.json'), 'utf8')),
    });
    const policy = file(dispatchPolicy('', { actors: '[eve]', payload: CHART }), 'yml');
    const { result } = await check([`repository_dispatch=${eve}`, '--policy', policy, '--api', other]);
    assert.equal(result.reason_code, 'allowed', JSON.stringify(result));
  });

  test('provides the recorded decision for --against', async () => {
    await recorded;
    const policy = file(dispatchPolicy('', { actors: '["github-actions[bot]"]' }), 'yml');
    const same = await check([evidence, '--policy', policy, '--against', 'recorded']);
    assert.deepEqual([same.status, same.result[0].before.reason_code], [0, 'actor.not_allowed']);
    const named = join(directory, 'recorded');
    writeFileSync(named, dispatchPolicy('', { actors: '[octocat]', types: '[other]' }));
    const file_ = await check([evidence, '--policy', 'recorded'], { cwd: directory });
    assert.equal(file_.result.reason_code, 'event.type_not_allowed', 'a file of that name is a policy');
  });

  test('of a run of the action replays', async () => {
    const { guard } = await import('../support/guard.js');
    const inputs = { policy: dispatchPolicy(), 'evidence-file': 'evidence.json' };
    const ran = await guard({ event: dispatchEvent({ pr: 7 }), inputs, world: { pulls: { 7: pullRequest() } } });
    const path = file(ran.files['evidence.json'] ?? '');
    const replayed = await cli(['replay', path, '--json']);
    assert.equal(replayed.status, 0, replayed.stderr);
    assert.deepEqual(JSON.parse(replayed.stdout), ran.result);
  });

  test('that was altered is reported with every difference', async () => {
    await recorded;
    const text = readFileSync(evidence, 'utf8');
    const altered = file(text.replace('"reason_code":"actor.not_allowed"', '"reason_code":"allowed"'));
    const { status, stdout, stderr } = await cli(['replay', altered, '--json']);
    assert.deepEqual([status, JSON.parse(stdout).reason_code], [4, 'actor.not_allowed']);
    assert.match(
      stderr,
      /^DIFFERS[^]*1\svalue[^]*\n {2}reason_code\n {4}recorded {2}"allowed"\n {4}replayed {2}"actor\.not_allowed"\n$/,
    );
  });

  test('is written only for a single decision, to an existing folder', async () => {
    assert.match(
      (await check(['dispatch', 'merged', '--record', join(directory, 'x')])).stderr,
      /one event and one policy/,
    );
    assert.match((await check(['dispatch', '--record', join(directory, 'no/x')])).stderr, /cannot be written/);
  });
});

describe('events by name', CONCURRENT, () => {
  test('can be examples of @octokit/webhooks-examples', async () => {
    const policy = file('version: 1\nevents:\n  pull_request:\n    types: [opened, closed]\n', 'yml');
    for (const name of ['pull_request', 'pull_request.opened', 'pull_request.closed.2']) {
      const { result } = await check([name, '--policy', policy]);
      assert.deepEqual([result.event.name, result.reason_code], ['pull_request', 'allowed'], name);
    }
    const { stderr, status } = await check(['pull_request.opend', '--policy', policy]);
    assert.equal(status, 2);
    assert.match(stderr, /no example `pull_request\.opend`; there are examples for opened, assigned/);
  });

  test('are not used if a file has that name', async () => {
    writeFileSync(join(directory, 'dispatch'), JSON.stringify(dispatchEvent({ pr: 7 })));
    const { result } = await check(['dispatch', '--event-name', 'repository_dispatch', '--policy', POLICY], {
      cwd: directory,
    });
    assert.equal(result.reason_code, 'api.unavailable');
  });

  test('can be given another event name', async () => {
    assert.equal((await check(['dispatch', '--event-name', 'pull_request'])).result.reason_code, 'event.mismatch');
    assert.equal((await check(['pull_request=dispatch'])).result.reason_code, 'event.mismatch');
  });
});

describe('shorthand inputs', CONCURRENT, () => {
  const pairs = ['dispatch-types=chart-pr-created', 'allowed-actors=github-actions[bot]', 'payload=pr: pull-request'];
  const more = ['base-branches=next', 'base-branches=main'];
  const api = folder({ [`${PULL}.json`]: pullRequest() });

  test('can share one option or have one each', async () => {
    const together = await check([...dispatch, '--api', api, '--at', '2026-01-31', '--flat', ...pairs, ...more]);
    const apart = [...pairs, ...more].flatMap((pair) => ['--flat', pair]);
    assert.deepEqual(await check([...dispatch, '--api', api, '--at', '2026-01-31', ...apart]), together);
    assert.equal(together.result.reason_code, 'allowed', together.stderr);
  });

  test('are only those of a policy', async () => {
    const { status, stderr } = await check([...dispatch, '--flat', ...pairs, 'mode=evaluate']);
    assert.equal(status, 2);
    assert.match(stderr, /`mode`, which is not a shorthand input/);
  });
});

describe('policies', CONCURRENT, () => {
  test('are read from standard input', async () => {
    const { result } = await check(['wrong-actor', '--policy', '-'], { input: dispatchPolicy() });
    assert.equal(result.reason_code, 'actor.not_allowed');
  });

  test('that are empty or not UTF-8 are rejected', async () => {
    for (const [content, word] of /** @type {const} */ ([
      [Buffer.from([0xff]), 'not UTF-8'],
      ['\n', 'is empty'],
    ])) {
      const { stderr, status } = await check(['dispatch', '--policy', '-'], { input: content });
      assert.equal(status, 2);
      assert.ok(stderr.includes(word), stderr);
    }
  });
});

test('signatures are checked with the keys of a file, and the keys are not printed', async () => {
  const policy = file(`${dispatchPolicy()}    provenance: {require: signature}\n`, 'yml');
  const keys = file('not-the-key-of-anybody\n', 'txt');
  const { result, stdout, status } = await check([...dispatch, '--policy', policy, '--signing-keys', keys]);
  assert.deepEqual([result.reason_code, status], ['provenance.missing', 1]);
  assert.ok(!stdout.includes('not-the-key-of-anybody'));
});

test('a closed pipe is not an error', async () => {
  const { spawn } = await import('node:child_process');
  const { CLI, NODE } = await import('./support.js');
  const child = spawn('sh', ['-c', `"${NODE}" "${CLI}" check dispatch | head -1`]);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text) => (stdout += text));
  child.stderr.on('data', (text) => (stderr += text));
  await new Promise((resolve) => child.on('close', resolve));
  assert.deepEqual([stdout, stderr], ['ALLOW  allowed\n', '']);
});

test('a file name cannot forge output of any command', async () => {
  const hostile = 'x\n::error::forged\u001b[2J.yml';
  for (const args of [
    ['lint', hostile],
    ['check', hostile],
    ['check', 'dispatch', '--policy', hostile],
    ['replay', hostile],
    [hostile],
  ]) {
    const { status, stdout, stderr } = await cli(args);
    assert.equal(status, 2, JSON.stringify(args));
    assert.doesNotMatch(stdout + stderr, /^\s*::|\u001b/mu, JSON.stringify(args));
    assert.match(stderr, /forged/, JSON.stringify(args));
  }
});

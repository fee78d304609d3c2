// @ts-check
// The bundles and the wasm beside them: what is missing or damaged ends in internal.error, and in nothing else.

import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { failedOutputs, OUTPUTS } from '../../../js/outputs.js';
import { DIST, runAction } from '../support/run-action.js';
import { dispatchEvent, pullRequestEvent } from '../support/events.js';
import { startFakeApi } from '../support/fake-api.js';
import { pullRequest } from '../support/github-objects.js';
import { W5 } from '../support/guard.js';
import { selfSigned } from './certificate.js';
import { temporaryDirectory } from './parts.js';
import { serveProxy } from './servers.js';

const WASM = 'dispatch_guard_bg.wasm';
const PASSES = { eventName: 'pull_request', event: pullRequestEvent(), inputs: { events: 'pull_request' } };

/**
 * A copy of dist with something done to it.
 * @param {import('node:test').TestContext} t
 * @param {(directory: string) => void} change
 */
function changedDist(t, change) {
  const directory = join(temporaryDirectory(t), 'dist');
  cpSync(DIST, directory, { recursive: true });
  change(directory);
  return directory;
}

test('a copy of dist, elsewhere, lets a good run pass', async (t) => {
  const ran = await runAction({ ...PASSES, dist: changedDist(t, () => {}) });
  assert.equal(ran.outputs['reason-code'], 'allowed', ran.stdout);
  assert.equal(ran.code, 0);
});

/** @type {[what: string, change: (directory: string) => void, words: RegExp][]} */
const damages = [
  ['missing', (directory) => rmSync(join(directory, WASM)), /ENOENT.*dispatch_guard_bg\.wasm/],
  ['empty', (directory) => truncateSync(join(directory, WASM)), /dispatch_guard_bg\.wasm is damaged/],
  ['cut short', (directory) => truncateSync(join(directory, WASM), 100_000), /dispatch_guard_bg\.wasm is damaged/],
  [
    'changed in one byte',
    (directory) => {
      const bytes = readFileSync(join(directory, WASM));
      const last = bytes.length - 1;
      bytes[last] = (bytes[last] ?? 0) ^ 1;
      writeFileSync(join(directory, WASM), bytes);
    },
    /dispatch_guard_bg\.wasm is damaged: its SHA-256 is/,
  ],
];
for (const action of /** @type {const} */ (['guard', 'send', 'report'])) {
  for (const [what, change, words] of damages) {
    test(`${action}: the wasm is ${what}: internal.error`, async (t) => {
      const mode = action === 'guard' ? { mode: 'evaluate', 'on-deny': 'skip' } : {};
      const inputs = { ...(action === 'guard' ? PASSES.inputs : {}), ...mode };
      const ran = await runAction({ ...PASSES, action, inputs, dist: changedDist(t, change) });
      assert.equal(ran.code, 1);
      assert.equal(ran.stderr, '');
      assert.deepEqual(Object.keys(ran.outputs).sort(), [...OUTPUTS[action]].sort());
      assert.equal(ran.outputs[OUTPUTS[action][0]], 'false');
      assert.equal(ran.outputs['reason-code'], 'internal.error');
      assert.match(ran.outputs.reason ?? '', words);
      assert.deepEqual(
        ran.annotations.map(({ name, properties }) => [name, properties.title]),
        [['error', 'dispatch-guard: internal.error']],
      );
    });
  }
}

test('no file of dist can be taken away so that a run without it is allowed and should not be', async (t) => {
  // Whatever is missing, the run either passes as before, because it does not need the file, or fails.
  for (const name of readdirSync(DIST)) {
    const ran = await runAction({ ...PASSES, dist: changedDist(t, (directory) => rmSync(join(directory, name))) });
    if (ran.code === 0) assert.equal(ran.outputs['reason-code'], 'allowed', name);
    else assert.notEqual(ran.outputs.allowed, 'true', name);
  }
});

test('the result of a failure has the shape of every other result', async () => {
  const { result } = await runAction({ eventName: 'push', event: {} });
  const failed = JSON.parse(failedOutputs('guard', 'x').result ?? '');
  /** @param {any} document @returns {unknown} */
  const shape = (document) =>
    document === null || typeof document !== 'object' || Array.isArray(document)
      ? Array.isArray(document)
        ? 'list'
        : typeof document
      : Object.fromEntries(Object.entries(document).map(([key, value]) => [key, shape(value)]));
  assert.deepEqual(shape(failed), shape(result));
});

test('a dispatch is decided through a proxy with credentials, which nobody sees', async (t) => {
  const tls = selfSigned(['api.ghe.invalid']);
  const api = await startFakeApi({ pulls: { 7: pullRequest() } }, { tls });
  t.after(() => api.close());
  const authority = join(temporaryDirectory(t), 'authority.pem');
  writeFileSync(authority, tls.cert);
  const names = { 'api.ghe.invalid:443': Number(new URL(api.url).port) };
  const proxy = await serveProxy(t, { names, credentials: 'user:pr0xy-s3cret' });
  const good = {
    event: dispatchEvent(),
    inputs: W5,
    apiUrl: 'https://api.ghe.invalid',
    environment: {
      HTTPS_PROXY: `http://user:pr0xy-s3cret@127.0.0.1:${proxy.port}`,
      NODE_EXTRA_CA_CERTS: authority,
    },
  };
  const ran = await runAction(good);
  assert.equal(ran.outputs['reason-code'], 'allowed', ran.stdout);
  assert.deepEqual(
    proxy.seen.map(({ target }) => target),
    ['api.ghe.invalid:443'],
  );
  assert.ok(ran.commands.some(({ name, message }) => name === 'add-mask' && message === 'pr0xy-s3cret'));

  const environment = { ...good.environment, HTTPS_PROXY: good.environment.HTTPS_PROXY.replace('s3cret', 'wr0ng') };
  const failed = await runAction({ ...good, environment });
  assert.equal(failed.outputs['reason-code'], 'api.unavailable', failed.stdout);
  assert.match(failed.outputs.reason ?? '', /proxy/);
  const log = failed.stdout.replace(/^::add-mask::.*$/gm, '');
  for (const text of [log, failed.summary, JSON.stringify(failed.outputs)]) assert.doesNotMatch(text, /pr0xy|user:/);
});

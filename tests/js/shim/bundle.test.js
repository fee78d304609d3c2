// @ts-check
// A missing or damaged file of `dist` ends in internal.error.

import assert from 'node:assert/strict';
import { cpSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CONTRACT, OUTPUTS } from '../support/contract.js';
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
 * A changed copy of dist.
 * @param {import('node:test').TestContext} t
 * @param {(directory: string) => void} change
 */
function changedDist(t, change) {
  const directory = join(temporaryDirectory(t), 'dist');
  cpSync(DIST, directory, { recursive: true });
  change(directory);
  return directory;
}

test('a copy of dist in another directory works', async (t) => {
  const ran = await runAction({ ...PASSES, dist: changedDist(t, () => {}) });
  assert.equal(ran.outputs['reason-code'], 'allowed', ran.stdout);
  assert.equal(ran.code, 0);
});

/** @type {[what: string, change: (directory: string) => void, words: RegExp][]} */
const damages = [
  ['missing', (directory) => rmSync(join(directory, WASM)), /ENOENT.*dispatch_guard_bg\.wasm/],
  [
    'empty',
    (directory) => truncateSync(join(directory, WASM)),
    /cannot load .*dispatch_guard_bg\.wasm: it has \d+ bytes/,
  ],
  [
    'cut short',
    (directory) => truncateSync(join(directory, WASM), 100_000),
    /cannot load .*dispatch_guard_bg\.wasm: it has \d+ bytes/,
  ],
  [
    'of the right length but not wasm',
    (directory) => writeFileSync(join(directory, WASM), Buffer.alloc(statSync(join(directory, WASM)).size)),
    /WebAssembly/,
  ],
];
for (const action of /** @type {const} */ (['guard', 'send', 'report', 'reconcile'])) {
  // All bundles load the wasm in the same way, so one damage is enough for the others.
  for (const [what, change, words] of action === 'guard' ? damages : damages.slice(0, 1)) {
    test(`${action}: a wasm that is ${what} ends in internal.error`, async (t) => {
      const mode = action === 'guard' ? { mode: 'evaluate', 'on-deny': 'skip' } : {};
      const inputs = { ...(action === 'guard' ? PASSES.inputs : {}), ...mode };
      const ran = await runAction({ ...PASSES, action, inputs, dist: changedDist(t, change) });
      assert.equal(ran.code, 1);
      assert.equal(ran.stderr, '');
      assert.deepEqual(Object.keys(ran.outputs).sort(), [...OUTPUTS[action]].sort());
      assert.equal(ran.outputs[OUTPUTS[action][0]], action === 'reconcile' ? '[]' : 'false');
      assert.equal(ran.outputs['reason-code'], 'internal.error');
      assert.match(ran.outputs.reason ?? '', words);
      assert.deepEqual(
        ran.annotations.map(({ name, properties }) => [name, properties.title]),
        [['error', 'dispatch-guard: internal.error']],
      );
    });
  }
}

const hasGuardRegions = process.platform === 'linux' && process.version.startsWith('v20.');
test('too little address space: internal.error says what helps', { skip: !hasGuardRegions }, async () => {
  const ran = await runAction({ ...PASSES, shell: 'ulimit -v 8000000' });
  assert.equal(ran.outputs['reason-code'], 'internal.error', ran.stdout);
  assert.match(ran.outputs.reason ?? '', /Cannot allocate Wasm memory/);
  assert.match(ran.annotations[0]?.message ?? '', /\nRaise the limit on memory or address space/);
});

test('a missing file of dist never allows a run that would be denied', async (t) => {
  const denied = { ...PASSES, inputs: { ...PASSES.inputs, 'activity-types': 'opened' } };
  const names = readdirSync(DIST).filter((name) => !name.startsWith('cli'));
  for (const name of names) {
    const ran = await runAction({ ...denied, dist: changedDist(t, (directory) => rmSync(join(directory, name))) });
    assert.notEqual(ran.outputs.allowed, 'true', name);
    assert.notEqual(ran.code, 0, name);
  }
});

test('the result of a failure has the same shape as any other result', async () => {
  const { result } = await runAction({ eventName: 'push', event: {} });
  const failed = CONTRACT.failed_result;
  /** @param {any} document @returns {unknown} */
  const shape = (document) =>
    document === null || typeof document !== 'object' || Array.isArray(document)
      ? Array.isArray(document)
        ? 'list'
        : typeof document
      : Object.fromEntries(Object.entries(document).map(([key, value]) => [key, shape(value)]));
  assert.deepEqual(shape(failed), shape(result));
});

test('a dispatch is decided through a proxy whose credentials stay secret', async (t) => {
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

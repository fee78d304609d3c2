// @ts-check
// The shim as a process: whatever fails, it ends with an error and `allowed` stays `false`.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CONTRACT, OUTPUTS } from '../support/contract.js';
import { parseCommandFile, parseCommands } from '../support/run-action.js';
import { TRAP } from './modules.js';
import { allowed, inProcess, temporaryDirectory } from './parts.js';

/**
 * @param {import('node:test').TestContext} t
 * @param {string} flow the text of a function that replaces the core
 * @param {object} [options]
 * @param {NodeJS.ProcessEnv} [options.environment]
 * @param {(child: import('./parts.js').Child) => void} [options.started]
 */
async function runProcess(t, flow, { environment = {}, started } = {}) {
  const directory = temporaryDirectory(t);
  const outputFile = join(directory, 'outputs');
  writeFileSync(outputFile, '');
  const code = `
    import { main } from 'SHIM/action/run.js';
    const ALLOWED = ${JSON.stringify(allowed())};
    const guard = ${flow};
    main('guard', {
      contract: ${JSON.stringify(CONTRACT)},
      loadCore: () => ({ guard, send: guard, report: guard, reconcile: guard }),
    });
  `;
  const ran = await inProcess(code, { environment: { GITHUB_OUTPUT: outputFile, ...environment }, started });
  /** @type {[string, string][]} */
  const written = parseCommandFile(readFileSync(outputFile, 'utf8'));
  return { ...ran, written, outputs: Object.fromEntries(written), commands: parseCommands(ran.stdout) };
}

/**
 * @param {Awaited<ReturnType<typeof runProcess>>} ran
 * @param {RegExp} words
 */
function assertInternalError(ran, words) {
  assert.equal(ran.status, 1, ran.stderr);
  assert.equal(ran.stderr, '');
  assert.deepEqual(Object.keys(ran.outputs).sort(), [...OUTPUTS.guard].sort());
  assert.equal(ran.outputs.allowed, 'false');
  assert.equal(ran.outputs['reason-code'], 'internal.error');
  assert.match(ran.outputs.reason ?? '', words);
  const [error, ...more] = ran.commands.filter(({ name }) => name === 'error');
  assert.deepEqual(more, []);
  assert.equal(error?.properties.title, 'dispatch-guard: internal.error');
}

test('an allowed run ends with 0, its outputs, log and masks', async (t) => {
  const ran = await runProcess(t, 'async () => ALLOWED', { environment: { INPUT_TOKEN: 'longtoken' } });
  assert.equal(ran.status, 0, ran.stderr);
  assert.deepEqual(ran.written[0], ['allowed', 'false']);
  assert.deepEqual(ran.written.at(-1), ['allowed', 'true']);
  assert.equal(
    ran.stdout.replaceAll('\r', ''),
    '::add-mask::longtoken\nmay proceed\n::group::2 checks passed\none\ntwo\n::endgroup::\n',
  );
});

/** The core traps synchronously, or later in a callback. */
const instance = `new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from([${[...TRAP]}])))`;
/** @type {[what: string, flow: string, words: RegExp][]} */
const failures = [
  ['a trap', `async () => ${instance}.exports.answer()`, /unreachable/],
  [
    'a trap in a microtask',
    `() => new Promise(() => queueMicrotask(() => ${instance}.exports.answer()))`,
    /unreachable/,
  ],
  ['a trap in a timer', `() => new Promise(() => setTimeout(() => ${instance}.exports.answer()))`, /unreachable/],
  ['a rejection', `() => Promise.reject(new Error('no'))`, /no/],
  ['a rejection that nobody awaits', `() => new Promise(() => { Promise.reject(new Error('lost')) })`, /lost/],
  ['a promise that never settles', `() => new Promise(() => {})`, /did not complete/],
  [
    'a promise that never settles after a while',
    `() => new Promise(() => setTimeout(() => {}, 50))`,
    /did not complete/,
  ],
];
for (const [what, flow, words] of failures) {
  test(`${what} ends in internal.error`, async (t) => assertInternalError(await runProcess(t, flow), words));
}

test('a process that exits early has failed', async (t) => {
  const ran = await runProcess(t, '() => process.exit()');
  assert.equal(ran.status, 1);
  assert.deepEqual(ran.written, [['allowed', 'false']]);
});

test('an unhandled rejection is a failure with every setting of Node', async (t) => {
  const environment = { NODE_OPTIONS: '--unhandled-rejections=none' };
  const flow = `() => new Promise(() => { Promise.reject(new Error('lost')) })`;
  assertInternalError(await runProcess(t, flow, { environment }), /lost/);
});

test('the process ends immediately, whatever is still open', async (t) => {
  const flow = `async () => { (await import('node:net')).createServer().listen(0); setTimeout(() => {}, 60_000); return ALLOWED; }`;
  const start = performance.now();
  const ran = await runProcess(t, flow);
  assert.equal(ran.status, 0, ran.stderr);
  assert.ok(performance.now() - start < 10_000);
});

test('outputs that cannot be written fail the run with a message', async (t) => {
  const ran = await runProcess(t, 'async () => ALLOWED', { environment: { GITHUB_OUTPUT: temporaryDirectory(t) } });
  assert.equal(ran.status, 1);
  assert.deepEqual(ran.written, []);
  assert.match(ran.commands.find(({ name }) => name === 'error')?.message ?? '', /EISDIR/);
});

test('outputs without a file fail the run with a message', async (t) => {
  const ran = await runProcess(t, 'async () => ALLOWED', { environment: { GITHUB_OUTPUT: '' } });
  assert.equal(ran.status, 1);
  assert.match(ran.commands.find(({ name }) => name === 'error')?.message ?? '', /GITHUB_OUTPUT is not set/);
});

test('a closed log fails the run', async (t) => {
  const flow = `async () => { await new Promise((r) => setTimeout(r, 500)); return { ...ALLOWED, log: ['x'.repeat(1e6)] }; }`;
  const ran = await runProcess(t, flow, { started: (child) => child.stdout.destroy() });
  // On Windows a closed pipe is not an error.
  if (process.platform !== 'win32') assert.equal(ran.status, 1);
  if (ran.status !== 0) assert.equal(ran.outputs.allowed, 'false');
});

test('a long log is complete, however slowly it is read', async (t) => {
  const line = 'é'.repeat(700_000);
  const ran = await runProcess(t, `async () => ({ ...ALLOWED, log: ['${line}', 'end'], log_groups: [] })`, {
    started: (child) => {
      child.stdout.pause();
      setTimeout(() => child.stdout.resume(), 500);
    },
  });
  assert.equal(ran.status, 0, ran.stderr);
  assert.equal(ran.stdout.replaceAll('\r', ''), `${line}\nend\n`);
});

for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT', 'SIGKILL'])) {
  test(`${signal} in the middle leaves allowed=false and is no success`, async (t) => {
    const flow = `async () => { process.stdout.write('waiting'); await new Promise((r) => setTimeout(r, 60_000)); return ALLOWED; }`;
    const ran = await runProcess(t, flow, {
      started: (child) => child.stdout.once('data', () => child.kill(signal)),
    });
    assert.notEqual(ran.status, 0);
    assert.deepEqual(ran.written, [['allowed', 'false']]);
  });
}

// @ts-check
// One run with stand-ins for the runner and the core: the order of its steps, and every failure.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs, { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { run } from '../../../js/action/run.js';
import { CONTRACT, OUTPUTS } from '../support/contract.js';
import { allowed, fakeToolkit, temporaryDirectory } from './parts.js';

/** @typedef {import('../../../js/core/load.js').ActionFunction} Flow */
/** @typedef {import('../../../js/core/load.js').Outcome} Outcome */

const SECRET = 'ghs_16C7e42F292c6912E7710c838347Ae178B4a';

/**
 * @param {object} [options]
 * @param {import('../../../js/core/load.js').ActionName} [options.action]
 * @param {Flow} [options.flow]
 * @param {() => never} [options.open] opens the core instead
 * @param {NodeJS.ProcessEnv} [options.environment]
 * @param {Promise<never>} [options.disturbance]
 * @param {Parameters<typeof fakeToolkit>[0]} [options.behaviour]
 */
async function runWith({ action = 'guard', flow, open, environment = {}, disturbance, behaviour } = {}) {
  const fake = fakeToolkit(behaviour);
  const answer = flow ?? (async () => allowed({}, action));
  const status = await run(action, {
    runner: fake.runner,
    environment,
    contract: CONTRACT,
    loadCore: open ?? (() => ({ guard: answer, send: answer, report: answer, reconcile: answer })),
    uncaughtError: disturbance ?? new Promise(() => {}),
  });
  return { ...fake, status };
}

/**
 * @param {Awaited<ReturnType<typeof runWith>>} ran
 * @param {RegExp} words
 * @param {import('../../../js/core/load.js').ActionName} [action]
 */
function assertInternalError(ran, words, action = 'guard') {
  assert.equal(ran.status, 1);
  const outputs = ran.results();
  assert.deepEqual(Object.keys(outputs).sort(), [...OUTPUTS[action]].sort(), 'every output is set');
  assert.equal(outputs[OUTPUTS[action][0]], 'false');
  assert.equal(outputs['reason-code'], 'internal.error');
  assert.match(outputs.reason ?? '', /^the action itself failed: /);
  assert.match(outputs.reason ?? '', words);
  if (action === 'guard') assert.equal(JSON.parse(outputs.result ?? '').reason, outputs.reason);
  const [annotation, ...more] = ran.values('annotate').filter(({ level }) => level === 'error');
  assert.deepEqual(more, [], 'one error annotation');
  assert.equal(annotation.title, 'dispatch-guard: internal.error');
  assert.match(annotation.message, words);
}

for (const action of /** @type {const} */ (['guard', 'send', 'report'])) {
  test(`${action}: the deciding output is false first, and what was decided last`, async () => {
    const ran = await runWith({ action });
    assert.equal(ran.status, 0);
    const [first] = ran.calls;
    const deciding = OUTPUTS[action][0];
    assert.deepEqual(first, { call: 'outputs', value: { [deciding]: 'false' } });
    const last = ran.calls.at(-1);
    assert.equal(last?.call, 'outputs');
    assert.deepEqual(Object.entries(last?.value).at(-1), [deciding, 'true']);
    assert.deepEqual(Object.keys(ran.results()).sort(), [...OUTPUTS[action]].sort());
  });
}

test('allowed=false is written and secrets are masked before the core is loaded', async () => {
  /** @type {string[]} */
  let before = [];
  const fake = fakeToolkit({ inputs: { token: SECRET } });
  await run('guard', {
    runner: fake.runner,
    environment: {},
    contract: CONTRACT,
    loadCore() {
      before = fake.calls.map(({ call }) => call);
      const flow = async () => allowed();
      return { guard: flow, send: flow, report: flow, reconcile: flow };
    },
    uncaughtError: new Promise(() => {}),
  });
  assert.deepEqual(before, ['outputs', 'mask']);
});

test('the token, every line of the keys and the request token are masked', async () => {
  const inputs = { token: ` ${SECRET}\n`, 'signing-key': 'one', 'signing-keys': 'two\r\n\n three \n', payload: 'four' };
  const ran = await runWith({ behaviour: { inputs }, environment: { ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'five' } });
  assert.deepEqual(ran.values('mask'), [SECRET, 'one', 'two', 'three', 'five']);
});

test('the core gets the inputs, the runner’s variables and nothing else', async () => {
  /** @type {any} */
  let facts;
  await runWith({
    behaviour: { inputs: { payload: ' pr: pull-request\n', token: '' } },
    environment: {
      GITHUB_ACTOR: 'octocat',
      ACTIONS_ID_TOKEN_REQUEST_URL: 'https://example.invalid',
      RUNNER_NAME: 'a runner',
      RUNNER_TEMP: '/tmp',
      HOME: '/root',
      AWS_SECRET_ACCESS_KEY: 'x',
      XGITHUB_ACTOR: 'eve',
    },
    flow: async (run) => {
      facts = JSON.parse(run);
      return allowed();
    },
  });
  assert.deepEqual(facts, {
    inputs: { payload: ' pr: pull-request\n', token: '' },
    environment: {
      GITHUB_ACTOR: 'octocat',
      ACTIONS_ID_TOKEN_REQUEST_URL: 'https://example.invalid',
      RUNNER_NAME: 'a runner',
    },
    event_error: 'GITHUB_EVENT_PATH is not set',
  });
});

test('the core gets the bytes of the event unchanged', async (t) => {
  const file = join(temporaryDirectory(t), 'event.json');
  const bytes = Uint8Array.from([0xef, 0xbb, 0xbf, 0x7b, 0xff, 0x00, 0x7d]);
  writeFileSync(file, bytes);
  /** @type {unknown[]} */
  let given = [];
  const flow = /** @type {Flow} */ (
    async (run, event) => {
      given = [JSON.parse(run).event_error, event && Uint8Array.from(event)];
      return allowed();
    }
  );
  await runWith({ environment: { GITHUB_EVENT_PATH: file }, flow });
  assert.deepEqual(given, [undefined, bytes]);
});

test('an event that cannot be read is reported to the core', async (t) => {
  const directory = temporaryDirectory(t);
  /** @type {[path: string, error: RegExp][]} */
  const cases = [
    [directory, /^EISDIR/],
    [join(directory, 'none.json'), /^ENOENT/],
  ];
  for (const [path, error] of cases) {
    /** @type {unknown[]} */
    let given = [];
    const flow = /** @type {Flow} */ (
      async (run, event) => {
        given = [JSON.parse(run).event_error, event];
        return allowed();
      }
    );
    await runWith({ environment: { GITHUB_EVENT_PATH: path }, flow });
    assert.match(String(given[0]), error);
    assert.equal(given[1], undefined);
  }
});

test('log, annotation, folded lines and summary are passed on in this order, and the exit status', async () => {
  const annotation = /** @type {const} */ ({
    level: 'error',
    title: 'dispatch-guard: actor.not_allowed',
    message: 'no',
  });
  const ran = await runWith({
    flow: async () => allowed({ annotation, log: ['a', 'b'], summary: '# no', exit_code: 1 }),
  });
  assert.equal(ran.status, 1);
  const shown = ran.calls.filter(({ call }) => call !== 'outputs');
  assert.deepEqual(shown, [
    { call: 'log', value: ['a', 'b'] },
    { call: 'annotate', value: annotation },
    { call: 'logGroup', value: { title: '2 checks passed', lines: ['one', 'two'] } },
    { call: 'summarize', value: '# no' },
  ]);
});

test('what was done stays in the outputs of a run that fails afterwards', async () => {
  const done = { 'reason-code': 'run.not_started', reason: 'it was sent', nonce: 'n', sent: 'true' };
  const ran = await runWith({
    action: 'send',
    flow: async (_, __, host) => {
      host.interimOutputs(JSON.stringify(done));
      throw new Error('broken');
    },
  });
  assert.equal(ran.status, 1);
  assert.deepEqual(ran.calls[1], { call: 'outputs', value: done }, 'at once');
  const { sent, nonce, 'reason-code': code, reason } = ran.results();
  assert.deepEqual([sent, nonce, code], ['true', 'n', 'internal.error']);
  assert.match(reason ?? '', /broken/);
});

test('no summary is written if the core returns none', async () => {
  const ran = await runWith({ flow: async () => allowed({ summary: null }) });
  assert.deepEqual(ran.values('summarize'), []);
});

test('only an exit code of 0 is a success', async () => {
  for (const exit_code of [undefined, null, '0', false, 2]) {
    const ran = await runWith({ flow: async () => /** @type {any} */ ({ ...allowed(), exit_code }) });
    assert.equal(ran.status, 1, String(exit_code));
  }
});

test('files are appended to or replaced before the outputs, with their directories', async (t) => {
  const directory = temporaryDirectory(t);
  const audit = join(directory, 'audit.jsonl');
  const evidence = join(directory, 'deep', 'er', 'evidence.json');
  writeFileSync(audit, 'old\n');
  const files = [
    { input: 'audit-file', path: audit, text: 'new\n', append: true },
    { input: 'evidence-file', path: evidence, text: 'all of it\n', append: false },
  ];
  for (const round of [1, 2]) {
    const ran = await runWith({ flow: async () => allowed({ files }) });
    assert.equal(ran.status, 0);
    assert.equal(readFileSync(audit, 'utf8'), `old\n${'new\n'.repeat(round)}`);
    assert.equal(readFileSync(evidence, 'utf8'), 'all of it\n');
  }
});

test('a record begins on a line of its own', async (t) => {
  const audit = join(temporaryDirectory(t), 'audit.jsonl');
  const files = [{ input: 'audit-file', path: audit, text: 'new\n', append: true }];
  for (const [before, after] of [
    ['', 'new\n'],
    ['old\n', 'old\nnew\n'],
    ['cut sho', 'cut sho\nnew\n'],
  ]) {
    writeFileSync(audit, before ?? '');
    await runWith({ flow: async () => allowed({ files }) });
    assert.equal(readFileSync(audit, 'utf8'), after);
  }
});

test('an existing directory is not created again', async (t) => {
  const { mkdirSync: make } = fs;
  t.after(() => mkdir(make));
  const mkdir = (/** @type {any} */ replaced) => {
    fs.mkdirSync = replaced;
    syncBuiltinESMExports();
  };
  const directory = temporaryDirectory(t);
  mkdir((/** @type {string} */ path) => {
    throw Object.assign(new Error(`EPERM: operation not permitted, mkdir '${path}'`), { code: 'EPERM' });
  });
  const write = (/** @type {string} */ path) =>
    runWith({ flow: async () => allowed({ files: [{ input: 'evidence-file', path, text: 'x', append: false }] }) });
  assert.equal((await write(join(directory, 'audit.jsonl'))).status, 0);
  assertInternalError(await write(join(directory, 'deep', 'audit.jsonl')), /cannot write the file .*: EPERM/);
});

test('a file that cannot be written fails the run by name', async (t) => {
  const directory = temporaryDirectory(t);
  const blocked = join(directory, 'file');
  writeFileSync(blocked, '');
  mkdirSync(join(directory, 'directory'));
  for (const path of [join(blocked, 'below'), join(directory, 'directory'), '']) {
    const files = [{ input: 'audit-file', path, text: 'x', append: true }];
    const ran = await runWith({ flow: async () => allowed({ files }) });
    assertInternalError(ran, /cannot write the file .*, which the input `audit-file` names/);
    assert.ok(ran.results().reason?.includes(path));
    assert.deepEqual(ran.values('summarize'), [], 'no summary of a decision that does not hold');
  }
});

test('a full disk fails the run', { skip: !existsSync('/dev/full') && 'there is no /dev/full here' }, async () => {
  const files = [{ input: 'evidence-file', path: '/dev/full', text: 'x', append: false }];
  assertInternalError(
    await runWith({ flow: async () => allowed({ files }) }),
    /cannot write the file \/dev\/full, which the input `evidence-file` names: ENOSPC/,
  );
});

test('a summary that cannot be written is a warning', async () => {
  const ran = await runWith({ behaviour: { failing: ['summarize'] } });
  assert.equal(ran.status, 0);
  assert.equal(ran.results().allowed, 'true');
  const [warning, ...more] = ran.values('annotate');
  assert.deepEqual(more, []);
  assert.equal(warning.level, 'warning');
  assert.match(warning.message, /summarize is broken; set `summary: false`/);
  const sent = await runWith({ action: 'send', behaviour: { failing: ['summarize'] } });
  assert.match(sent.values('annotate')[0].message, /summarize is broken$/, 'an input that only the guard has');
});

/** @param {'send' | 'report'} action */
function undone(action) {
  const outcome = allowed({ exit_code: 1 }, action);
  return { ...outcome, outputs: { ...outcome.outputs, [OUTPUTS[action][0]]: 'false' } };
}

for (const action of /** @type {const} */ (['send', 'report'])) {
  test(`${action}: a failure after the effect says what was done`, async () => {
    const failing = { action, behaviour: { failing: ['log'] } };
    const done = await runWith(failing);
    assertInternalError(done, /failed: the reason, but then: log is broken/, action);
    const notDone = await runWith({ ...failing, flow: async () => undone(action) });
    assertInternalError(notDone, /failed: log is broken/, action);
  });
}

const outOfTheBlue = Promise.reject(new Error('out of the blue'));
// The run that handles it starts later.
outOfTheBlue.catch(() => {});
/** @type {[what: string, options: Parameters<typeof runWith>[0], words: RegExp][]} */
const failures = [
  ['the core cannot be loaded', { open: () => assert.fail('the file x is damaged') }, /x is damaged/],
  ['the core rejects', { flow: () => Promise.reject(new RangeError('too deep')) }, /too deep/],
  ['the core throws', { flow: () => assert.fail('unreachable') }, /unreachable/],
  ['what is thrown is no error', { flow: () => Promise.reject('just text') }, /just text/],
  ['what is thrown is nothing', { flow: () => Promise.reject(undefined) }, /undefined/],
  ['the core returns nothing', { flow: async () => /** @type {any} */ (undefined) }, /outputs/],
  ['an output is missing', { flow: async () => allowed({ outputs: { allowed: 'true' } }) }, /no output decision, /],
  [
    'an output is no text',
    { flow: async () => allowed({ outputs: { ...allowed().outputs, allowed: /** @type {any} */ (true) } }) },
    /no output allowed/,
  ],
  [
    'something goes wrong elsewhere while the core waits',
    { flow: () => new Promise(() => {}), disturbance: outOfTheBlue },
    /out of the blue/,
  ],
];
for (const [what, options, words] of failures) {
  test(`${what}: internal.error`, async () => assertInternalError(await runWith(options), words));
}

for (const action of /** @type {const} */ (['send', 'report'])) {
  test(`${action}: a failure sets all outputs too`, async () => {
    assertInternalError(await runWith({ action, flow: () => Promise.reject(new Error('no')) }), /no/, action);
  });
}

test('evaluate and skip do not turn a failure into a success', async () => {
  const inputs = { mode: 'evaluate', 'on-deny': 'skip' };
  assertInternalError(await runWith({ behaviour: { inputs }, flow: () => Promise.reject(new Error('no')) }), /no/);
});

test('outputs that cannot be written fail the run with an annotation', async () => {
  const ran = await runWith({ behaviour: { failing: ['outputs'] } });
  assert.equal(ran.status, 1);
  assert.equal(ran.values('annotate').length, 1);
  assert.match(ran.values('annotate')[0].message, /outputs is broken/);
});

test('a run that can write nothing still fails', async () => {
  const failing = ['outputs', 'log', 'annotate', 'debug', 'mask', 'summarize'];
  assert.equal((await runWith({ behaviour: { failing } })).status, 1);
});

test('whatever fails, the deciding output is false', async () => {
  for (const call of ['mask', 'log', 'annotate']) {
    const annotation = /** @type {const} */ ({ level: 'notice', title: 't', message: 'm' });
    const ran = await runWith({
      behaviour: { inputs: { token: SECRET }, failing: [call] },
      flow: async () => allowed({ annotation }),
    });
    assert.equal(ran.status, 1, call);
    assert.equal(ran.results().allowed, 'false', call);
    assert.equal(ran.results()['reason-code'], 'internal.error', call);
  }
});

test('a failure shows no form of a secret', async () => {
  const inputs = { token: SECRET, 'signing-keys': 'old/key\nnew key' };
  const quoted = [SECRET, 'old/key', 'new key', 'new%20key', 'old%2Fkey', Buffer.from(SECRET).toString('base64')];
  const ran = await runWith({ behaviour: { inputs }, flow: () => Promise.reject(new Error(quoted.join(' '))) });
  assertInternalError(ran, /\*\*\*/);
  const shown = JSON.stringify(ran.calls.filter(({ call }) => call !== 'mask'));
  for (const secret of quoted) assert.ok(!shown.includes(secret), secret);
});

test('the message of a failure is one line and not a command', async () => {
  const parts = [
    '##[',
    '####[error]x',
    '::error::x',
    '#\u2060#[error]x',
    '\r\n::error::x',
    '##\u{e0100}[x',
    '\u202e\u2028',
  ];
  const ran = await runWith({ flow: () => Promise.reject(new Error(parts.join(' '))) });
  const shown = [ran.results().reason, ran.results().result, ran.values('annotate')[0].message.split('\n')[0]];
  for (const text of shown) {
    assert.doesNotMatch(text ?? '', /##\[|[\r\n\u2028\u202e\u2060\u{e0100}]|^\s*::/u);
    assert.match(text ?? '', /#### \[error\]x/);
  }
});

test('secrets are removed before anything is escaped', async () => {
  const inputs = { 'signing-keys': 'a##[b\u2060c' };
  const ran = await runWith({ behaviour: { inputs }, flow: () => Promise.reject(new Error('a##[b\u2060c')) });
  assert.equal(ran.results().reason, 'the action itself failed: ***');
});

test(
  'a file below a directory that cannot be created fails the run immediately',
  { skip: !existsSync('/proc/self') && 'there is no /proc here' },
  async () => {
    const files = [{ input: 'audit-file', path: '/proc/nowhere/below/file', text: 'x', append: true }];
    assertInternalError(await runWith({ flow: async () => allowed({ files }) }), /ENOENT/);
  },
);

test('a named pipe without a reader fails the run', { skip: process.platform === 'win32' }, async (t) => {
  const pipe = join(temporaryDirectory(t), 'pipe');
  spawnSync('mkfifo', [pipe]);
  const files = [{ input: 'evidence-file', path: pipe, text: 'x', append: false }];
  assertInternalError(await runWith({ flow: async () => allowed({ files }) }), /ENXIO/);
});

test('a run ends after 120 seconds, a send that waits after six hours more', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const flow = () => new Promise(() => {});
  const runUntil = async (/** @type {any} */ options, /** @type {number} */ seconds) => {
    const running = runWith({ ...options, flow });
    await setImmediate();
    t.mock.timers.tick(seconds * 1000);
    return running;
  };
  assertInternalError(await runUntil({}, 120), /did not complete within 120 s/);
  assertInternalError(await runUntil({ action: 'send' }, 120), /within 120 s/, 'send');
  const behaviour = { inputs: { wait: 'completed' } };
  assertInternalError(await runUntil({ action: 'send', behaviour }, 6 * 3600 + 120), /within 21720 s/, 'send');
});

test('the annotation has the fix if it is known, and the page of the code', async () => {
  const files = [{ input: 'audit-file', path: '', text: 'x', append: true }];
  const ran = await runWith({ flow: async () => allowed({ files }) });
  const help = 'Set `audit-file` to a path that the job can write.';
  assert.ok(ran.values('annotate')[0].message.endsWith(`\n${help}\n${CONTRACT.url}`));
  assert.equal(JSON.parse(ran.results().result ?? '').help, help);
  const other = await runWith({ flow: () => Promise.reject(new Error('no')) });
  assert.ok(other.values('annotate')[0].message.endsWith(`\n${CONTRACT.help}\n${CONTRACT.url}`));
});

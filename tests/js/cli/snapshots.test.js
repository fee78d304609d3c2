// @ts-check
// What people see of each command, held against files that were read and found good.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import stringWidth from 'fast-string-width';
import { assertSnapshot, cli, CLI, NODE, ROOT, start, transcript } from './support.js';

const directory = mkdtempSync(join(tmpdir(), 'dispatch-guard-cli-'));
after(() => rmSync(directory, { recursive: true }));

const OLD = `version: 1
events:
  repository_dispatch:
    types: [chart-pr-created]
    actors: ["github-actions[bot]"]
    payload:
      pr: pull-request
      chart: slug
    pull-request:
      base: [main]
`;
const NEW = OLD.replace('base: [main]', 'base: [main]\n      labels:\n        all: [reviewed]');
const WRONG = `version: 2
events:
  pull_request:
    typos: [opened]
    pull-request:
      bsae: [main]
      state: opne
`;

before(() => {
  const files = { 'old.yml': OLD, 'new.yml': NEW, 'wrong.yml': WRONG, 'two words.yml': WRONG };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  const samples = join(ROOT, 'samples');
  cpSync(join(samples, 'events/chart-pr-created.json'), join(directory, 'dispatch.json'));
  cpSync(join(samples, 'events/pull-request-opened.json'), join(directory, 'opened.json'));
  const pulls = join(directory, 'answers/repos/acme/charts/pulls');
  mkdirSync(pulls, { recursive: true });
  cpSync(join(samples, 'answers/pull-7.json'), join(pulls, '7.json'));
  writeFileSync(join(directory, 'broken.json'), '{"action": ');
});

/** @type {Record<string, string[]>} */
const CASES = {
  help: ['--help'],
  'help-check': ['check', '--help'],
  'help-replay': ['replay', '--help'],
  'help-lint': ['help', 'lint'],
  'help-schema': ['schema', '-h'],
  'help-completion': ['completion', '--help'],
  'no-command': [],
  version: ['--version'],

  allow: ['check', 'dispatch'],
  'allow-without-requests': ['check', 'pull-request'],
  'deny-actor': ['check', 'wrong-actor'],
  'deny-moved-head': ['check', 'moved-head'],
  'deny-not-merged': ['check', 'unmerged'],
  'deny-other-actor': ['check', 'dispatch', '--actor', 'eve:2666'],
  'deny-rerun': ['check', 'dispatch', '--triggering-actor', 'eve'],
  'with-policy-and-folder': [
    ...['check', '--event-name', 'repository_dispatch', '--event', 'dispatch.json'],
    ...['--policy', 'old.yml', '--api', 'answers'],
  ],
  'with-flat-inputs': [
    ...['check', 'pull_request=opened.json', '--flat', 'events=pull_request', '--flat', 'base-branches=release'],
    ...['--flat', 'base-branches=next'],
  ],
  'missing-answer-in-folder': [...['check', 'repository_dispatch=dispatch.json', '--policy', 'old.yml', '--api', '.']],
  'error-offline': ['check', 'repository_dispatch=dispatch.json', '--policy', 'old.yml'],
  'error-policy': ['check', 'pull_request=opened.json', '--policy', 'wrong.yml'],
  'error-event': ['check', 'pull_request=broken.json', '--policy', 'old.yml'],
  'several-samples': ['check', 'dispatch', 'wrong-actor', 'merged', 'unmerged'],
  'several-policies': [
    ...['check', 'dispatch', 'wrong-actor', 'pull_request=opened.json', '--policy', 'old.yml', '--policy', 'new.yml'],
    ...['--policy', 'wrong.yml'],
  ],
  'many-policies': [
    ...['check', 'dispatch', 'wrong-actor'],
    ...['old.yml', 'new.yml', 'old.yml', 'new.yml', 'old.yml'].flatMap((name) => ['--policy', name]),
  ],
  'what-changes': ['check', '--policy', 'new.yml', '--against', 'old.yml', 'dispatch', 'wrong-actor'],
  'nothing-changes': ['check', '--policy', 'old.yml', '--against', 'old.yml', 'dispatch'],

  'lint-errors': ['lint', 'wrong.yml', 'old.yml'],
  'lint-clean': ['lint', 'old.yml', 'new.yml'],
  'lint-missing': ['lint', 'nowhere.yml', 'old.yml'],

  'wrong-command': ['chek'],
  'wrong-option': ['check', '--polcy', 'old.yml'],
  'wrong-flag': ['--verbose'],
  'inherited-name': ['constructor'],
  'inherited-option': ['lint', '--constructor'],
  'value-missing': ['check', '--event'],
  'value-forgotten': ['check', '--event', '--json'],
  'value-empty': ['check', '--event='],
  'value-not-taken': ['check', '--json=yes'],
  'given-twice': ['check', '--at', '2026-01-01', '--at', '2026-01-02'],
  'no-event': ['check', '--policy', 'old.yml'],
  'no-event-name': ['check', 'dispatch.json', '--policy', 'old.yml'],
  'no-policy': ['check', 'pull_request=opened.json'],
  'no-such-event': ['check', 'nowhere.json', '--policy', 'old.yml'],
  'no-such-sample': ['check', 'dispach'],
  'no-such-folder': ['check', 'dispatch', '--api', 'nowhere'],
  'no-such-flat-input': ['check', 'dispatch', '--flat', 'allowed-actor=eve'],
  'policy-and-flat': ['check', 'dispatch', '--policy', 'old.yml', '--flat', 'dispatch-types=x'],
  'wrong-actor-option': ['check', 'dispatch', '--actor', '@acme/team'],
  'wrong-repository-option': ['check', 'dispatch', '--repository', 'charts'],
  'wrong-time': ['check', 'dispatch', '--at', 'yesterday'],
  'no-such-day': ['check', 'dispatch', '--at', '2026-02-31T08:00:00Z'],
  'time-without-zone': ['check', 'dispatch', '--at', '2026-01-31T08:00:00'],
  'no-token': ['check', 'dispatch', '--api-url', 'https://api.github.com'],
  'no-evidence': ['replay', 'dispatch.json'],
  'nothing-recorded': ['check', 'dispatch', '--against', 'recorded'],
  'no-schema': ['schema', 'event'],
  'no-shell': ['completion', 'powershell'],
};

describe('what people see', { concurrency: 4 }, () => {
  for (const [name, args] of Object.entries(CASES)) {
    test(name, async () => {
      const ran = await cli(args, { cwd: directory });
      assertSnapshot(name, transcript(args, ran));
      for (const line of `${ran.stdout}${ran.stderr}`.split('\n')) {
        assert.ok(!line.includes('\u001b'), 'colour although this is no terminal');
        assert.equal(line, line.trimEnd(), 'white space at the end');
        // A policy's error is a line for programs, and so is what is wrong with a call.
        if (args[0] !== 'lint' && ran.stdout.includes(line)) assert.ok(stringWidth(line) <= 100, line);
      }
    });
  }

  test('replay-same and replay-differs', async () => {
    const evidence = join(directory, 'evidence.json');
    assert.equal((await cli(['check', 'wrong-actor', '--record', evidence])).status, 1);
    const same = await cli(['replay', 'evidence.json'], { cwd: directory });
    assertSnapshot('replay-same', transcript(['replay', 'evidence.json'], same));
    const text = readFileSync(evidence, 'utf8');
    writeFileSync(evidence, text.replace('"allowed-actors":"github-actions[bot]"', '"allowed-actors":"octocat"'));
    const other = await cli(['replay', 'evidence.json'], { cwd: directory });
    assertSnapshot('replay-differs', transcript(['replay', 'evidence.json'], other));
  });

  test('long names of files do not make long lines', async () => {
    const deep = join(directory, ...Array.from({ length: 12 }, (_, index) => `folder-${index}-\u540d\u524d`));
    mkdirSync(deep, { recursive: true });
    const [policy, event] = [join(deep, 'policy.yml'), join(deep, 'event.json')];
    writeFileSync(policy, OLD);
    cpSync(join(directory, 'dispatch.json'), event);
    const named = `repository_dispatch=${event}`;
    for (const args of [
      [named, '--policy', policy],
      [named, named, '--policy', policy],
      [named, '--policy', join(directory, 'new.yml'), '--against', policy],
      [named, 'wrong-actor', '--policy', join(directory, 'wrong.yml'), '--against', policy],
    ]) {
      const { stdout } = await cli(['check', ...args]);
      assert.match(stdout, /folder-0/);
      for (const line of stdout.split('\n')) assert.ok(stringWidth(line) <= 100, line);
    }
  });

  test('lint-in-a-run', async () => {
    const args = ['lint', 'two words.yml'];
    const ran = await cli(args, { cwd: directory, env: { GITHUB_ACTIONS: 'true' } });
    assertSnapshot('lint-in-a-run', transcript(args, ran));
    // Wherever it is started: GitHub knows the file by its place in the workspace.
    const deeper = await cli(['lint', 'two words.yml'], {
      cwd: directory,
      env: { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: dirname(directory) },
    });
    assert.match(deeper.stdout, new RegExp(`^::error .*file=${basename(directory)}/two words.yml`, 'm'));
  });

  test('lint-standard-input', async () => {
    const ran = await cli(['lint', '-'], { input: WRONG });
    assertSnapshot('lint-standard-input', transcript(['lint', '-'], ran));
  });
});

// `script` of util-linux plays the terminal; that of other systems is called otherwise.
const skip = process.platform !== 'linux' && 'only on Linux';

describe('on a terminal', { concurrency: 2, skip }, () => {
  /**
   * @param {string[]} args
   * @param {number} columns
   * @param {Record<string, string>} [env]
   */
  async function onTerminal(args, columns, env = {}) {
    const command = [NODE, CLI, ...args].map((word) => `'${word}'`).join(' ');
    const ran = await start('script', ['-qefc', `stty cols ${columns}; ${command}`, '/dev/null'], {
      cwd: directory,
      env: { TERM: 'xterm-256color', ...env },
    });
    return { ...ran, stdout: ran.stdout.replaceAll('\r\n', '\n') };
  }

  for (const [name, args, columns] of /** @type {const} */ ([
    ['terminal-deny', ['check', 'wrong-actor'], 100],
    ['terminal-narrow', ['check', 'moved-head'], 60],
    ['terminal-matrix-narrow', ['check', 'dispatch', 'wrong-actor', '--policy', 'old.yml', '--policy', 'new.yml'], 50],
  ])) {
    test(name, async () => {
      const ran = await onTerminal([...args], columns);
      assert.ok(ran.stdout.includes('\u001b['), 'no colour');
      assertSnapshot(name, transcript([...args], ran).replaceAll('\u001b', '␛'));
      for (const line of ran.stdout.split('\n')) assert.ok(stringWidth(line) <= columns, line);
    });
  }

  test('a wide one is not filled', async () => {
    const { stdout } = await onTerminal(['check', 'moved-head'], 300);
    for (const line of stdout.split('\n')) assert.ok(stringWidth(line) <= 100, line);
  });

  for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
    test(`no colour with ${JSON.stringify(env)}`, async () => {
      const { stdout } = await onTerminal(['check', 'dispatch'], 80, /** @type {any} */ (env));
      assert.match(stdout, /^ALLOW {2}allowed\n/);
      assert.ok(!stdout.includes('\u001b['), stdout);
    });
  }

  test('FORCE_COLOR stands for one', async () => {
    const { stdout } = await cli(['check', 'dispatch'], { env: { FORCE_COLOR: '1' } });
    assert.ok(stdout.startsWith('\u001b[1m\u001b[32mALLOW'), stdout);
    assert.ok(!(await cli(['check', 'dispatch'], { env: { FORCE_COLOR: '0' } })).stdout.includes('\u001b['));
  });
});

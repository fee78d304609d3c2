// @ts-check
// What each command prints, compared with reviewed snapshots.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import stringWidth from 'fast-string-width';
import { assertSnapshot, cli, CLI, NODE, ROOT, start, transcript, unusedSnapshots } from './support.js';

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
// A gate that tests a text.
const WORKFLOW = `on: {repository_dispatch: {types: [chart-pr-created]}}
permissions: {pull-requests: read}
jobs:
  guard:
    outputs: {allowed: "\${{ steps.guard.outputs.allowed }}"}
    steps:
      - id: guard
        uses: org/dispatch-guard@v1
        with:
          dispatch-types: chart-pr-created
          allowed-actors: github-actions[bot]
          payload: |
            pr: pull-request
            chart: slug
  work:
    needs: guard
    if: needs.guard.outputs.allowed
    steps: [{run: make}]
`;
const TEST = `version: 1
policy: old.yml
cases:
  - {name: by a workflow, event-name: repository_dispatch, event: dispatch.json, expect: allowed,
     answers: {repos/acme/charts/pulls/7: answers/repos/acme/charts/pulls/7.json}}
  - {name: by somebody else, event-name: repository_dispatch, event: dispatch.json, actor: "eve:2666",
     expect: pull_request.not_found}
`;

before(() => {
  const files = { 'old.yml': OLD, 'new.yml': NEW, 'wrong.yml': WRONG, 'two words.yml': WRONG };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  writeFileSync(join(directory, 'workflow.yml'), WORKFLOW);
  writeFileSync(join(directory, 'old.test.yml'), TEST);
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
  'help-test': ['test', '--help'],
  'help-init': ['init', '--help'],
  'help-schema': ['schema', '-h'],
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
  'with-workflow': [
    ...['check', 'repository_dispatch=dispatch.json', '--workflow', 'workflow.yml', '--api', 'answers'],
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
  'lint-workflow': ['lint', 'workflow.yml'],
  'lint-nothing': ['lint'],
  'lint-format': ['lint', 'old.yml', '--format', 'serif'],

  'test-fails': ['test', 'old.test.yml'],
  'test-tap': ['test', 'old.test.yml', '--format', 'tap'],
  'test-nothing': ['test'],
  'test-policy': ['test', 'old.yml'],

  'init-nothing': ['init'],
  'init-unknown': ['init', 'dispach'],

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
};

describe('output', { concurrency: 4 }, () => {
  for (const [name, args] of Object.entries(CASES)) {
    test(name, async () => {
      const ran = await cli(args, { cwd: directory });
      assertSnapshot(name, transcript(args, ran));
      for (const line of `${ran.stdout}${ran.stderr}`.split('\n')) {
        assert.ok(!line.includes('\u001b'), 'colour without a terminal');
        assert.equal(line, line.trimEnd(), 'white space at the end');
        // Policy errors and usage errors are one line each, whatever their length.
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

  test('long file names are wrapped', async () => {
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

  test('lint-annotations', async () => {
    const args = ['lint', 'two words.yml', '--format', 'github'];
    assertSnapshot('lint-annotations', transcript(args, await cli(args, { cwd: directory })));
  });

  test('what init writes passes lint and test', async () => {
    for (const pattern of ['dispatch', 'cascade', 'label', 'command', 'workflow-run']) {
      const cwd = join(directory, `init-${pattern}`);
      mkdirSync(join(cwd, '.git'), { recursive: true });
      mkdirSync(join(cwd, '.github/workflows'), { recursive: true });
      writeFileSync(join(cwd, '.git/HEAD'), 'ref: refs/heads/trunk\n');
      writeFileSync(join(cwd, '.github/workflows/ci.yml'), 'on: pull_request\njobs: {a: {steps: [{run: make}]}}\n');
      const { status, stdout } = await cli(['init', pattern], { cwd });
      assert.equal(status, 0);
      const written = [...stdout.matchAll(/^wrote (.+)$/gm)].map(([, path = '']) =>
        readFileSync(join(cwd, path), 'utf8'),
      );
      assert.ok(written.length >= 2 && written.some((text) => /base(-branches)?: \[?'trunk'/.test(text)), stdout);
      for (const command of ['lint', 'test']) {
        const { status, stdout } = await cli([command], { cwd });
        assert.equal(status, 0, stdout);
      }
      const again = await cli(['init', pattern], { cwd });
      assert.equal(again.status, 2);
      assert.match(again.stderr, /exists; `--force` overwrites it/);
      assert.equal((await cli(['init', pattern, '--force'], { cwd })).status, 0);
    }
  });

  test('lint-standard-input', async () => {
    const ran = await cli(['lint', '-'], { input: WRONG });
    assertSnapshot('lint-standard-input', transcript(['lint', '-'], ran));
  });
});

// `script` of util-linux provides the terminal; other systems have another `script`.
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

  test('a wide terminal is not filled', async () => {
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

  test('FORCE_COLOR enables colour without a terminal', async () => {
    const { stdout } = await cli(['check', 'dispatch'], { env: { FORCE_COLOR: '1' } });
    assert.ok(stdout.startsWith('\u001b[1m\u001b[32mALLOW'), stdout);
    assert.ok(!(await cli(['check', 'dispatch'], { env: { FORCE_COLOR: '0' } })).stdout.includes('\u001b['));
  });
});

test('every snapshot is used', { skip }, () => assert.deepEqual(unusedSnapshots(), []));

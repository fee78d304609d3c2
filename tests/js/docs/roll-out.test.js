// @ts-check
// The claims of docs/roll-out.md, on real audit records: the recipe for last month's denials, and what `evaluate` does.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { playAnswers, readSample, sampleNames } from '../../../samples/samples.js';
import { runAction } from '../support/run-action.js';
import { readPage } from './pages.js';

const directory = mkdtempSync(join(tmpdir(), 'dispatch-guard-roll-out-'));
after(() => rmSync(directory, { recursive: true }));

/** @type {{ code: number | null, allowed: string | undefined, decision: string | undefined, stdout: string }[]} */
const evaluated = [];
before(async () => {
  for (const mode of ['enforce', 'evaluate']) {
    for (const name of sampleNames()) {
      const { eventName, event, inputs, environment, answers } = readSample(name);
      const api = await playAnswers(/** @type {any} */ ({ answers }));
      const artifact = join(directory, 'audit/acme/charts', `${mode}-${name}`);
      mkdirSync(artifact, { recursive: true });
      const { code, outputs, stdout } = await runAction({
        eventName,
        event,
        inputs: { ...inputs, mode, 'audit-file': join(artifact, 'audit.jsonl') },
        environment,
        apiUrl: api.url,
      });
      api.close();
      const { allowed, decision } = outputs;
      if (mode === 'evaluate') evaluated.push({ code, allowed, decision, stdout });
    }
  }
});

describe('docs/roll-out.md', () => {
  const commands = spawnSync('bash', ['-c', 'command -v jq']).status === 0;

  test('the recipe counts denials by repository and code', { skip: !commands && 'there is no jq' }, () => {
    const recipe = readPage('docs/roll-out.md').examples.find(({ text }) => text.startsWith('find audit'))?.text ?? '';
    const since = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    const run = (/** @type {string} */ day) =>
      spawnSync('bash', ['-c', recipe.replace(/since \S+/, `since ${day}`)], { cwd: directory, encoding: 'utf8' });
    const { stdout, stderr } = run(since);
    const rows = stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t').slice(0, 4)]));
    assert.deepEqual(
      rows,
      [
        ['2', 'acme/charts', 'actor.not_allowed', 'eve'],
        ['2', 'acme/charts', 'pull_request.head_moved', 'github-actions[bot]'],
        ['2', 'acme/charts', 'pull_request.not_merged', 'mona'],
      ],
      stderr,
    );
    assert.match(stdout, /\thttps:\/\/github\.com\/acme\/charts\/actions\/runs\/\d+$/m);
    assert.equal(run('2999-01-01').stdout, '');
  });

  test('a denial in `evaluate` passes with a warning, and `allowed` is false', () => {
    const denied = evaluated.filter(({ decision }) => decision === 'deny');
    assert.equal(denied.length, 3);
    for (const { code, allowed, stdout } of denied) {
      assert.deepEqual([code, allowed], [0, 'false']);
      assert.match(stdout, /^::warning .*would be denied/im);
    }
  });
});

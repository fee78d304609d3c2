// @ts-check
// `--json` prints the same document as the output `result` of the action.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { playAnswers, readSample } from '../../../samples/samples.js';
import { dispatchEvent } from '../support/events.js';
import { dispatchPolicy } from '../support/guard.js';
import { runAction } from '../support/run-action.js';
import { cli } from './support.js';

const directory = mkdtempSync(join(tmpdir(), 'dispatch-guard-cli-'));
after(() => rmSync(directory, { recursive: true }));

/** @param {any} result without what two decisions cannot have in common: the moment, and which run it was */
function comparable({ time, run, ...rest }) {
  assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  return { ...rest, run: { repository: run.repository, repository_id: run.repository_id } };
}

describe('one decision', { concurrency: 2 }, () => {
  for (const name of ['dispatch', 'wrong-actor']) {
    test(`of sample ${name} equals the result of the action`, async () => {
      const sample = readSample(name);
      const api = await playAnswers(sample);
      const { eventName, event, inputs, environment } = sample;
      const ran = await runAction({ eventName, event, inputs, environment, apiUrl: api.url });
      api.close();
      const { stdout, stderr, status } = await cli(['check', name, '--json']);
      assert.equal(stderr, '');
      assert.equal(stdout.split('\n').length, 2, 'one line');
      assert.deepEqual(comparable(JSON.parse(stdout)), comparable(ran.result));
      assert.equal(status, ran.result.decision === 'allow' ? 0 : 1);
    });
  }

  test('has the time of --at', async () => {
    const { stdout } = await cli(['check', 'dispatch', '--json', '--at', '2026-01-31T08:00:00Z']);
    assert.equal(JSON.parse(stdout).time, '2026-01-31T08:00:00Z');
  });

  test('is safe to print and keeps its values', async () => {
    const hostile = 'x\u202ey\u001b[31m\n::error::z##[group]';
    const event = join(directory, 'hostile.json');
    writeFileSync(event, JSON.stringify({ ...dispatchEvent({ pr: 7 }), action: hostile }));
    const policy = join(directory, 'policy.yml');
    writeFileSync(policy, dispatchPolicy());
    const args = ['check', `repository_dispatch=${event}`, '--policy', policy];
    const { stdout } = await cli([...args, '--json']);
    assert.equal(JSON.parse(stdout).event.type, hostile);
    assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u202e]|##\[/);
    const text = (await cli(args)).stdout;
    assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u202e]|##\[|^\s*::/m);
    assert.match(text, /event\.type_not_allowed/);
  });
});

describe('several decisions', () => {
  test('are a list of the same documents', async () => {
    const { stdout } = await cli(['check', 'dispatch', 'wrong-actor', '--json', '--at', '2026-01-31']);
    const single = await cli(['check', 'wrong-actor', '--json', '--at', '2026-01-31']);
    const [first, second] = JSON.parse(stdout);
    assert.deepEqual([first.event, first.policy, first.result.decision], ['dispatch', 'the sample', 'allow']);
    assert.deepEqual(second.result, JSON.parse(single.stdout));
  });

  test('say which of them change', async () => {
    const [old, new_] = ['old.yml', 'new.yml'].map((name) => join(directory, name));
    const payload = '{pr: pull-request, chart: slug}';
    writeFileSync(String(old), dispatchPolicy('', { payload }));
    writeFileSync(String(new_), dispatchPolicy('', { payload, actors: '[octocat]' }));
    const args = ['check', 'dispatch', 'wrong-actor', '--policy', String(new_), '--against', String(old), '--json'];
    const { stdout, status } = await cli(args);
    assert.equal(status, 1);
    const [first, second] = JSON.parse(stdout);
    assert.deepEqual(
      [first.event, first.against, first.policy, first.changed, first.before.decision, first.result.decision],
      ['dispatch', old, new_, true, 'allow', 'deny'],
    );
    assert.equal(second.changed, false);
  });
});

test('replay prints the decision', async () => {
  const evidence = join(directory, 'evidence.json');
  const made = await cli(['check', 'dispatch', '--json', '--record', evidence]);
  const again = await cli(['replay', evidence, '--json']);
  assert.deepEqual([again.status, again.stderr, again.stdout], [0, '', made.stdout]);
});

// @ts-check
// `npm start`: the samples, and the program that shows them, on nothing but Node and the files of the repository. And how
// `npm test` begins, which is there to install the rest.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { playAnswers, readSample, sampleNames } from '../../../samples/samples.js';
import { assertInvariants, SIDE_BY_SIDE } from '../support/guard.js';
import { DIST, NODE, ROOT, runAction } from '../support/run-action.js';

describe('samples', SIDE_BY_SIDE, () => {
  test('those that are promised are there', () => {
    assert.deepEqual(sampleNames(), ['dispatch', 'merged', 'moved-head', 'pull-request', 'unmerged', 'wrong-actor']);
  });

  for (const name of sampleNames()) {
    test(name, async () => {
      const sample = readSample(name);
      const api = await playAnswers(sample);
      const { eventName, event, inputs, environment } = sample;
      const ran = await runAction({ eventName, event, inputs, environment, apiUrl: api.url });
      api.close();
      assertInvariants(ran);
      assert.equal(ran.outputs['reason-code'], sample.expect.reasonCode, ran.outputs.reason);
      assert.equal(ran.outputs.allowed, sample.expect.allowed);
      const asked = sample.expect.reasonCode.startsWith('actor.') ? [] : [...sample.answers.keys()];
      assert.deepEqual(
        api.requests.map(({ path }) => path),
        asked,
      );
    });
  }
});

/** A fresh clone, before anything is installed or built. */
const clone = mkdtempSync(join(tmpdir(), 'dispatch-guard-start-'));
before(() => {
  for (const part of ['action.yml', 'package.json', 'Cargo.lock', 'samples', 'scripts', 'tests/js']) {
    cpSync(join(ROOT, part), join(clone, part), { recursive: true });
  }
  cpSync(DIST, join(clone, 'dist'), { recursive: true });
});
after(() => rmSync(clone, { recursive: true }));

/**
 * @param {string} script
 * @param {string[]} args
 * @returns {Promise<{code: number | null, stdout: string, stderr: string}>}
 */
function runScript(script, ...args) {
  const { DISPATCH_GUARD_DIST: _, ...env } = process.env;
  const child = spawn(NODE, [join(clone, 'scripts', script), ...args], { cwd: tmpdir(), env });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

describe('npm start', SIDE_BY_SIDE, () => {
  const start = (/** @type {string[]} */ ...args) => runScript('start.mjs', ...args);

  test('shows the decision, each check and the outputs', async () => {
    const { code, stdout, stderr } = await start();
    assert.deepEqual([code, stderr], [0, '']);
    const { head } = readSample('dispatch').answers.values().next().value?.body ?? {};
    for (const part of [
      /^ALLOW {2}allowed$/m,
      /^ {2}✓ actor/m,
      /GET \/repos\/acme\/charts\/pulls\/7: 200/,
      new RegExp(`head-sha +${head.sha}`),
      /payload +\{"pr":7,"chart":"redis"\}/,
    ])
      assert.match(stdout, part);
    assert.ok(!stdout.includes('\u001b'), 'no colour where nobody sees it');
  });

  for (const name of sampleNames()) {
    test(`shows ${name}`, async () => {
      const { code, stdout, stderr } = await start(name);
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, new RegExp(readSample(name).expect.reasonCode));
    });
  }

  test('--list names them all', async () => {
    const { code, stdout } = await start('--list');
    assert.equal(code, 0);
    for (const name of sampleNames()) assert.match(stdout, new RegExp(`^  ${name} `, 'm'));
  });

  test('another name is not run', async () => {
    const { code, stderr } = await start('../../etc/passwd');
    assert.equal(code, 2);
    assert.match(stderr, /no sample/);
  });
});

describe('what comes before the packages', SIDE_BY_SIDE, () => {
  test('npm test names its stages', async () => {
    const { code, stdout, stderr } = await runScript('test.mjs', '--list');
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^native +tests of the core$/m);
  });

  test('npm run setup names its parts', async () => {
    const { code, stderr } = await runScript('setup.mjs', '--none');
    assert.deepEqual([code, stderr], [1, '\nno part `--none`; there are: npm, compiler, wasm, python\n']);
  });
});

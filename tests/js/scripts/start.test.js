// @ts-check
// `npm start` and the beginning of `npm test` need only Node and the files of the repository. Each sample ends with the
// code that it names.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readSample, sampleNames } from '../../../samples/samples.js';
import { CONCURRENT } from '../support/action.js';
import { DIST, NODE, ROOT } from '../support/run-action.js';

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

describe('npm start', CONCURRENT, () => {
  const start = (/** @type {string[]} */ ...args) => runScript('start.mjs', ...args);

  test('shows the decision, each check and the outputs of the first sample', async () => {
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
    assert.ok(!stdout.includes('\u001b'), 'no colour in a pipe');
  });

  // The program fails if the sample ends with another code.
  for (const name of sampleNames().slice(1)) {
    test(`shows ${name}`, async () => {
      const { code, stdout, stderr } = await start(name);
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, new RegExp(readSample(name).expect.reasonCode));
    });
  }

  test('--list lists every sample', async () => {
    const { code, stdout } = await start('--list');
    assert.equal(code, 0);
    for (const name of sampleNames()) assert.match(stdout, new RegExp(`^  ${name} `, 'm'));
  });

  test('rejects an unknown sample', async () => {
    const { code, stderr } = await start('../../etc/passwd');
    assert.equal(code, 2);
    assert.match(stderr, /unknown sample/);
  });
});

describe('without packages', CONCURRENT, () => {
  test('npm test lists its stages', async () => {
    const { code, stdout, stderr } = await runScript('test.mjs', '--list');
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^native +tests of the core$/m);
  });

  test('npm run setup lists its parts', async () => {
    const { code, stderr } = await runScript('setup.mjs', 'none');
    assert.deepEqual([code, stderr], [1, '\nunknown part `none`; expected npm, compiler, wasm, python\n']);
  });
});

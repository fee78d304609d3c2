// @ts-check
// The project's own workflows: actions are pinned by commit, and permissions are minimal. These tests check what zizmor,
// jactionlint and the schema in the stage `actions` do not.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { PAGES } from '../docs/pages.js';
import { ROOT } from '../support/run-action.js';

const read = (/** @type {string} */ path) => readFileSync(join(ROOT, path), 'utf8');
const inDirectory = (/** @type {string} */ path) =>
  readdirSync(join(ROOT, path)).map((name) => ({ name: `${path}/${name}`, text: read(`${path}/${name}`) }));

const own = inDirectory('.github/workflows');
const patterns = readdirSync(join(ROOT, 'examples'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yml'))
  .map((name) => `examples/${name}`);

/** The jobs of a workflow with their lines. @param {string} text */
function jobs(text) {
  const [, body = ''] = text.split(/^jobs:\n/m);
  return body.split(/^ {2}(?=[a-z-]+:\n)/m).flatMap((part) => {
    const [, name] = /^([a-z-]+):\n/.exec(part) ?? [];
    return name === undefined ? [] : [{ name, text: part }];
  });
}

test('finds the workflows', () => {
  assert.deepEqual(
    own
      .map(({ name }) => name)
      .sort()
      .slice(0, 2),
    ['.github/workflows/ci.yml', '.github/workflows/release.yml'],
  );
  assert.ok(own.flatMap(({ text }) => jobs(text)).length >= 5);
});

test('every action is pinned by its commit, with its version beside it, and by the same commit everywhere', () => {
  /** @type {Map<string, string>} */
  const pins = new Map();
  for (const { name, text } of [...own, ...inDirectory('tests/workflows')]) {
    for (const [, used = ''] of text.matchAll(/\buses: (.+)$/gm)) {
      if (used === './' || used.startsWith('org/dispatch-guard')) continue;
      const [, action, pin] = /^([\w-]+\/[\w./-]+)@([0-9a-f]{40} # v\d+\.\d+\.\d+)$/.exec(used) ?? [];
      assert.ok(action && pin, `${name}: ${used}`);
      assert.equal(pins.get(action) ?? pin, pin, `${name}: ${action}`);
      pins.set(action, pin);
    }
  }
  assert.ok(pins.size >= 5, [...pins.keys()].join());
  // The pages show the tested workflows.
  for (const page of [...PAGES, ...patterns]) {
    for (const [, action = '', pin] of read(page).matchAll(/uses: ([\w-]+\/[\w./-]+)@([0-9a-f]{40}.*)$/gm)) {
      assert.equal(pin, pins.get(action), `${page}: ${action}`);
    }
  }
});

for (const { name, text } of own) {
  describe(name, () => {
    test('has no permissions outside of jobs', () => {
      assert.match(text, /^permissions: \{\}$/m);
      for (const job of jobs(text)) assert.match(job.text, /^ {4}permissions:( \{\}$|\n {6}[a-z-]+: )/m, job.name);
    });

    test('every job has a time limit', () => {
      for (const job of jobs(text)) assert.match(job.text, /^ {4}timeout-minutes: \d+$/m, job.name);
    });

    test('no job with write access runs code of a change', () => {
      for (const job of jobs(text).filter((one) => /^ {6}[a-z-]+: write/m.test(one.text))) {
        assert.match(job.text, /^ {4}environment: release$/m, job.name);
        assert.doesNotMatch(job.text, /actions\/checkout/, job.name);
        const scripts = [...job.text.matchAll(/^ *(?:- )?run: (?:\|\n((?: {10}.*\n|\n)+)|(.*))/gm)].map(
          ([, block = '', line = '']) => block + line,
        );
        assert.equal(scripts.length, job.text.match(/\brun:/g)?.length, job.name);
        // The package is published as it was packed, and none of it runs.
        const publishes = /^npm publish "\.\/release\/[^"]+\.tgz" [a-z -]*--ignore-scripts$/;
        for (const script of scripts.filter((one) => !publishes.test(one)))
          assert.doesNotMatch(script, /\b(npm|npx|node|cargo|python3?)\b/, job.name);
      }
    });

    test('a checkout does not persist credentials', () => {
      const checkouts = text.match(/uses: actions\/checkout@/g) ?? [];
      assert.equal(text.match(/persist-credentials: false/g)?.length ?? 0, checkouts.length);
    });
  });
}

test('a release is made by one job that writes, after one that cannot', () => {
  const [build, publish, npm, ...more] = jobs(read('.github/workflows/release.yml'));
  assert.deepEqual([build?.name, publish?.name, npm?.name, more.length], ['build', 'publish', 'npm', 0]);
  assert.match(publish?.text ?? '', /^ {4}needs: build$/m);
  for (const command of ['npm run setup -- --exact', 'npm test', 'npm run check:dist -- --exact'])
    assert.match(build?.text ?? '', new RegExp(`run: ${command}$`, 'm'));
  for (const part of ['sbom.mjs > release/sbom.spdx.json', 'git archive', 'npm pack', 'dist/*.wasm'])
    assert.ok(build?.text.includes(part), part);
  for (const part of ['actions/attest-build-provenance@', 'subject-path: release/*', 'refs/tags/v1'])
    assert.ok(publish?.text.includes(part), part);
});

test('the package is published after the release, by a job that can do nothing else and has no token', () => {
  const [, , npm] = jobs(read('.github/workflows/release.yml'));
  assert.match(npm?.text ?? '', /^ {4}needs: publish$/m);
  assert.match(npm?.text ?? '', /^ {4}permissions:\n {6}id-token: write[^\n]*\n {4}steps:$/m);
  assert.match(npm?.text ?? '', /run: npm publish .* --provenance /);
  assert.doesNotMatch(npm?.text ?? '', /secrets\.|NODE_AUTH_TOKEN|registry-url|\n +env:/);
});

test('every Python package is pinned by its version and the digests of its files', () => {
  const packages = read('scripts/requirements.txt')
    .replace(/^#.*\n|^\n/gm, '')
    .split(/^(?=\S)/m);
  assert.ok(packages.length >= 10, `${packages.length} packages`);
  for (const one of packages)
    assert.match(one, /^[\w.-]+==[\d.]+( \\\n {4}--hash=sha256:[0-9a-f]{64})+\n$/, one.split('\n')[0]);
  assert.match(read('scripts/setup.mjs'), /'--require-hashes', '--requirement', requirements/);
});

test('Dependabot updates everything that is pinned', () => {
  const dependabot = read('.github/dependabot.yml');
  const updates = dependabot.split(/^ {2}- package-ecosystem: /m).slice(1);
  /** @param {string} ecosystem */
  const directories = (ecosystem) => {
    const update = updates.find((text) => text.startsWith(`${ecosystem}\n`)) ?? '';
    return [...update.matchAll(/^ {4}directory: (\S+)$|^ {6}- (\/\S*)$/gm)].map(([, one, of]) => one ?? of);
  };
  assert.deepEqual(directories('cargo'), ['/', '/fuzz']);
  assert.deepEqual(directories('npm'), ['/', '/scripts/node24']);
  assert.deepEqual(directories('pip'), ['/scripts']);
  assert.deepEqual(directories('github-actions'), ['/']);
});

// @ts-check
// The npm package: what is in it, that it installs without a network, and that it runs from there and from a clone.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { filesUnder } from '../../../scripts/build.mjs';
import { cli, DIST, NODE, ROOT, start } from './support.js';

const directory = mkdtempSync(join(tmpdir(), 'dispatch-guard-package-'));
after(() => rmSync(directory, { recursive: true }));

const metadata = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
/** What npm is told: nothing of this machine's configuration, and no network. */
const OFFLINE = {
  npm_config_userconfig: join(directory, 'npmrc'),
  npm_config_cache: join(directory, 'cache'),
  npm_config_offline: 'true',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
  HOME: directory,
};

/** @param {string[]} args @param {string} cwd */
async function npm(args, cwd) {
  const { PATH = '' } = process.env;
  const env = { ...OFFLINE, PATH: `${dirname(NODE)}:${PATH}` };
  const ran = await start('npm', args, { cwd, env });
  assert.equal(ran.status, 0, `npm ${args.join(' ')}\n${ran.stdout}${ran.stderr}`);
  return ran.stdout;
}

describe('npm pack', () => {
  /** @type {{ filename: string, size: number, files: { path: string, mode: number }[] }} */
  let packed;
  before(async () => {
    // A clone with the bundles to test instead of the committed ones.
    const clone = join(directory, 'clone');
    mkdirSync(clone);
    for (const name of readdirSync(ROOT)) {
      if (!['.git', '.tools', 'dist', 'node_modules', 'target'].includes(name))
        symlinkSync(join(ROOT, name), join(clone, name));
    }
    for (const name of ['package.json', 'samples', 'schema', 'README.md', 'LICENSE']) {
      rmSync(join(clone, name), { force: true });
      cpSync(join(ROOT, name), join(clone, name), { recursive: true });
    }
    cpSync(DIST, join(clone, 'dist'), { recursive: true });
    [packed] = JSON.parse(await npm(['pack', '--json', '--pack-destination', directory], clone));
  });

  test('contains what the command line needs and nothing else', () => {
    const paths = packed.files.map(({ path }) => path).sort();
    const samples = paths.filter((path) => path.startsWith('samples/'));
    assert.ok(samples.length > 0 && samples.every((path) => path.endsWith('.json')), samples.join('\n'));
    const others = paths.filter((path) => !path.startsWith('samples/') && !path.startsWith('dist/'));
    assert.deepEqual(others, [
      'LICENSE',
      'README.md',
      'package.json',
      'schema/policy.schema.json',
      'schema/result.schema.json',
      'schema/test.schema.json',
    ]);
    const dist = paths.filter((path) => path.startsWith('dist/')).map((path) => path.slice('dist/'.length));
    assert.deepEqual(dist, filesUnder(DIST));
    assert.ok(packed.size < 950_000, `${packed.size} bytes`);
  });

  test('has no dependencies and no install scripts', () => {
    for (const kind of ['dependencies', 'optionalDependencies', 'peerDependencies', 'bundledDependencies']) {
      assert.equal(metadata[kind], undefined, kind);
    }
    for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) {
      assert.equal(metadata.scripts[script], undefined, script);
    }
  });

  test('installs without a network and runs', async () => {
    const home = join(directory, 'empty');
    mkdirSync(home);
    await npm(['init', '--yes'], home);
    await npm(['install', join(directory, packed.filename)], home);
    assert.deepEqual(
      readdirSync(join(home, 'node_modules')).filter((name) => !name.startsWith('.')),
      ['dispatch-guard'],
    );

    const env = { ...OFFLINE, PATH: `${dirname(NODE)}:${process.env.PATH ?? ''}` };
    const run = (/** @type {string[]} */ ...args) => start('npx', ['dispatch-guard', ...args], { cwd: home, env });
    assert.deepEqual(await run('--version'), { status: 0, stdout: `${metadata.version}\n`, stderr: '' });
    const here = await cli(['check', 'wrong-actor']);
    assert.deepEqual(await run('check', 'wrong-actor'), here);
    for (const name of ['policy', 'result']) {
      const { stdout } = await run('schema', name);
      assert.deepEqual(JSON.parse(stdout), JSON.parse(readFileSync(join(ROOT, `schema/${name}.schema.json`), 'utf8')));
    }
    const recorded = await run('check', 'dispatch', '--record', 'evidence.json');
    assert.equal(recorded.status, 0, recorded.stderr);
    assert.equal((await run('replay', 'evidence.json')).status, 0);
  });
});

test('runs from a clone without an install', async () => {
  // There is no node_modules here.
  const clone = join(directory, 'bare');
  for (const [from, name] of /** @type {const} */ ([
    [DIST, 'dist'],
    [join(ROOT, 'samples'), 'samples'],
    [join(ROOT, 'package.json'), 'package.json'],
  ])) {
    cpSync(from, join(clone, name), { recursive: true });
  }
  const { stdout, status } = await cli(['check', 'dispatch'], {
    cwd: clone,
    program: join(clone, 'dist/cli/main.cjs'),
  });
  assert.equal(status, 0);
  assert.match(stdout, /^ALLOW {2}allowed\n/);
});

test('runs without samples and schemas, as in the archive that workflows download', async () => {
  const archive = join(directory, 'archive');
  cpSync(DIST, join(archive, 'dist'), { recursive: true });
  const program = join(archive, 'dist/cli/main.cjs');
  const run = (/** @type {string[]} */ ...args) => cli(args, { cwd: archive, program });
  assert.equal((await run('lint', '-')).status, 2);
  const sample = await run('check', 'dispatch');
  assert.deepEqual([sample.status, sample.stdout], [2, '']);
  assert.match(sample.stderr, /^dispatch-guard: no file, sample or example `dispatch`/);
  const schema = await run('schema', 'policy');
  assert.match(schema.stderr, /^dispatch-guard: the schema `policy` cannot be read: there is no such file\n$/);
});

test('bin is executable', () => {
  assert.equal(metadata.bin['dispatch-guard'], 'dist/cli/main.cjs');
  assert.match(readFileSync(join(DIST, 'cli/main.cjs'), 'utf8'), /^#!\/usr\/bin\/env node\n/);
});

test('hooks of pre-commit start the program of the clone', { skip: process.platform === 'win32' }, async () => {
  // A clone, as pre-commit makes it: nothing is installed in it.
  const clone = join(directory, 'hooks');
  cpSync(DIST, join(clone, 'dist'), { recursive: true });
  const home = join(directory, 'hooked');
  mkdirSync(join(home, '.github/workflows'), { recursive: true });
  const env = { PATH: `${dirname(NODE)}:${process.env.PATH ?? ''}` };
  const hooks = readFileSync(join(ROOT, '.pre-commit-hooks.yaml'), 'utf8');
  const entries = [...hooks.matchAll(/^ {2}entry: (\S+) (\S+)$/gm)].map(([, program = '', command = '']) => [
    program,
    command,
  ]);
  assert.deepEqual(
    entries.map(([, command]) => command),
    ['lint', 'test'],
  );
  assert.equal((await cli(['init', 'label'], { cwd: home })).status, 0);
  const run = () =>
    Promise.all(
      entries.map(([program = '', command = '']) => start(join(clone, program), [command], { cwd: home, env })),
    );
  assert.deepEqual(
    (await run()).map(({ status, stderr }) => [status, stderr]),
    [
      [0, ''],
      [0, ''],
    ],
  );
  const workflow = join(home, '.github/workflows/label-gate.yml');
  const text = readFileSync(workflow, 'utf8');
  writeFileSync(workflow, text.replace(" == 'true'", '').replace('label: [safe to test]', 'label: [other]'));
  assert.deepEqual(
    (await run()).map(({ status }) => status),
    [2, 1],
  );
});

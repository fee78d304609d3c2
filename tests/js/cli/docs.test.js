// @ts-check
// The examples of docs/command-line.md and of `--help` print what the page shows.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import MarkdownIt from 'markdown-it';
import { COMMANDS } from '../../../js/cli/commands.js';
import { cli, CLI, NODE, ROOT, start } from './support.js';

const PAGE = join(ROOT, 'docs/command-line.md');
const page = readFileSync(PAGE, 'utf8');
const fences = new MarkdownIt().parse(page, {}).filter(({ type }) => type === 'fence');

const directory = mkdtempSync(join(tmpdir(), 'dispatch-guard-docs-'));
after(() => rmSync(directory, { recursive: true }));

// `dispatch-guard` is a program here, and `npx` finds it.
const programs = join(directory, 'bin');
mkdirSync(programs);
for (const [name, script] of [
  ['dispatch-guard', `exec '${NODE}' '${CLI}' "$@"`],
  ['npx', 'exec "$@"'],
  ['node', `exec '${NODE}' "$@"`],
]) {
  writeFileSync(join(programs, String(name)), `#!/bin/sh\n${script}\n`);
  chmodSync(join(programs, String(name)), 0o755);
}

for (const { info, content } of fences) {
  const [, path] = info.split(' ');
  if (path === undefined) continue;
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), content);
}

const env = { PATH: `${programs}:${process.env.PATH ?? ''}`, HOME: directory };

describe('examples', () => {
  const consoles = fences.filter(({ info }) => info === 'console');
  const update = Boolean(process.env.UPDATE_SNAPSHOTS);
  let text = page;

  test('finds examples', () => assert.ok(consoles.length >= 10));

  // One after the other: some read what others write.
  for (const { content, map } of consoles) {
    test(`line ${(map?.[0] ?? 0) + 1}`, async () => {
      const commands = content.split('\n').filter((line) => line.startsWith('$ '));
      let [shown, status] = ['', /** @type {number | null} */ (0)];
      for (const command of commands) {
        // What was printed on both streams, and the status for the next one to ask for.
        const script = `(exit ${status}); { ${command.slice(2)}\n} 2>&1`;
        const ran = await start('sh', ['-c', script], { cwd: directory, env });
        shown += `${command}\n${ran.stdout}`;
        status = ran.status;
      }
      if (!update) return assert.equal(shown, content);
      text = text.replace(`\`\`\`console\n${content}\`\`\``, () => `\`\`\`console\n${shown}\`\`\``);
      writeFileSync(PAGE, text);
    });
  }
});

describe('commands that are only shown', () => {
  const shown = [
    ...fences.filter(({ info }) => info === 'sh').map(({ content }) => content.replaceAll('\\\n', ' ')),
    ...Object.values(COMMANDS).flatMap(({ examples }) => examples.map(({ command }) => command)),
    ...[...page.matchAll(/`((?:npx )?dispatch-guard [a-z][^`]*)`/g)].map(([, command = '']) => command),
  ];
  const calls = shown.flatMap((text) =>
    [...text.matchAll(/dispatch-guard ([a-z][^\n"|>#]*)/g)].map(([, words = '']) => words),
  );

  test('finds commands', () => assert.ok(calls.length > 10, `${calls.length}`));

  for (const call of new Set(calls)) {
    test(`dispatch-guard ${call}`, async () => {
      // With `--help` every option is read and nothing is done.
      const script = `set -f; dispatch-guard ${call.replace(/[()]/g, '')} --help`;
      const { status, stdout, stderr } = await start('sh', ['-c', script], { cwd: directory, env });
      assert.deepEqual([status, stderr], [0, '']);
      assert.match(stdout, /^dispatch-guard \w+: /);
    });
  }
});

describe('the options in the page', () => {
  const known = new Set(Object.values(COMMANDS).flatMap(({ options }) => options.map(({ name }) => `--${name}`)));

  test('exist', () => {
    const named = new Set([...page.matchAll(/`(--[a-z-]+)/g)].map(([, name = '']) => name));
    assert.ok(named.size > 10);
    for (const name of named) assert.ok(known.has(name) || name === '--help', name);
  });

  test('are complete', () => {
    for (const name of known) assert.ok(page.includes(name), name);
  });
});

test('`help COMMAND` and `COMMAND --help` print the same', async () => {
  for (const name of Object.keys(COMMANDS)) {
    const [first, second] = await Promise.all([cli([name, '--help']), cli(['help', name])]);
    assert.deepEqual(first, second);
    assert.equal(first.status, 0);
  }
});

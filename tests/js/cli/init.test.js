// @ts-check
// What `init` finds out by itself, in repositories that are made of files only.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { cli } from './support.js';

const directory = mkdtempSync(join(tmpdir(), 'dispatch-guard-init-'));
after(() => rmSync(directory, { recursive: true }));

const SHA = '0123456789012345678901234567890123456789';

/** @param {string} name @param {Record<string, string>} files @returns {string} */
function repository(name, files) {
  for (const [path, text] of Object.entries(files)) {
    const file = join(directory, name, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return join(directory, name);
}

describe('the base branch', () => {
  for (const [name, files, branch, from = ''] of /** @type {const} */ ([
    [
      'the default branch of the remote',
      {
        '.git/HEAD': 'ref: refs/heads/topic\n',
        '.git/refs/remotes/origin/HEAD': 'ref: refs/remotes/origin/dev/next\n',
      },
      'dev/next',
    ],
    ['main beside a topic branch', { '.git/HEAD': 'ref: refs/heads/topic\n', '.git/refs/heads/main': SHA }, 'main'],
    [
      'master, packed',
      { '.git/HEAD': 'ref: refs/heads/topic\n', '.git/packed-refs': `${SHA} refs/remotes/origin/master\n` },
      'master',
    ],
    ['the current branch', { '.git/HEAD': 'ref: refs/heads/trunk\n' }, 'trunk'],
    [
      'of a worktree',
      {
        'tree/.git': 'gitdir: ../main/.git/worktrees/tree\n',
        'main/.git/worktrees/tree/HEAD': 'ref: refs/heads/topic\n',
        'main/.git/worktrees/tree/commondir': '../..\n',
        'main/.git/refs/remotes/origin/HEAD': 'ref: refs/remotes/origin/trunk\n',
      },
      'trunk',
      'tree',
    ],
    ['without Git', { '.github/x': '' }, 'main'],
  ])) {
    test(name, async () => {
      const cwd = join(repository(name, files), from);
      const { status, stderr } = await cli(['init', 'label'], { cwd });
      assert.deepEqual([status, stderr], [0, '']);
      assert.match(
        readFileSync(join(cwd, '.github/workflows/label-gate.yml'), 'utf8'),
        new RegExp(`base: \\['${branch}'\\]`),
      );
    });
  }
});

test('nothing is overwritten, and nothing is written, if one of the files exists', async () => {
  const cwd = repository('existing', { '.github/commands.yml': 'mine\n' });
  const ran = await cli(['init', 'command'], { cwd });
  assert.equal(ran.status, 2);
  assert.match(ran.stderr, /`\.github\/commands\.yml` exists; `--force` overwrites it/);
  assert.equal(readFileSync(join(cwd, '.github/commands.yml'), 'utf8'), 'mine\n');
  assert.throws(() => readFileSync(join(cwd, '.github/workflows/command.yml')));
  assert.equal((await cli(['init', 'command', '--force'], { cwd })).status, 0);
  assert.notEqual(readFileSync(join(cwd, '.github/commands.yml'), 'utf8'), 'mine\n');
});

test('it starts in a directory below, and names the scripts that are missing', async () => {
  const cwd = repository('below', { '.git/HEAD': 'ref: refs/heads/main\n', 'src/x': '', 'ci/plan': '' });
  const { stdout } = await cli(['init', 'command'], { cwd: join(cwd, 'src') });
  assert.match(stdout, /^wrote \.github\/workflows\/command\.yml$/m);
  assert.match(stdout, /^yours to write: \.\/ci\/deploy$/m);
  assert.match(readFileSync(join(cwd, '.github/workflows/command.yml'), 'utf8'), /^name: Commands$/m);
});

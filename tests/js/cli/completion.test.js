// @ts-check
// Completion scripts, asked by the shells themselves.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { cli, start } from './support.js';

const directory = mkdtempSync(join(tmpdir(), 'dispatch-guard-completion-'));
after(() => rmSync(directory, { recursive: true }));

before(async () => {
  writeFileSync(join(directory, 'policy.yml'), '');
  writeFileSync(join(directory, 'dispatched.json'), '');
  mkdirSync(join(directory, 'two words'));
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout, status } = await cli(['completion', shell]);
    assert.equal(status, 0);
    writeFileSync(join(directory, `_dispatch-guard.${shell}`), stdout);
  }
});

/** What is offered after these words, the last of which is being typed. */
const OFFERS = /** @type {[words: string[], offered: string[], not?: string[]][]} */ ([
  [[''], ['check', 'replay', 'lint', 'schema', 'completion', 'help'], ['policy.yml']],
  [['--v'], ['--version'], ['--help']],
  [['ch'], ['check'], ['lint']],
  [
    ['schema', ''],
    ['policy', 'result'],
    ['policy.yml', 'check'],
  ],
  [['completion', 'b'], ['bash'], ['zsh']],
  [['lint', 'pol'], ['policy.yml'], ['policy']],
  [['check', '--pol'], ['--policy'], ['--event']],
  [['check', '--event-name', 'pull_request_'], ['pull_request_target', 'pull_request_review'], ['push']],
  [['check', '--policy', 'p'], ['policy.yml'], ['pull-request']],
  [['check', '--flat', 'base'], ['base-branches='], ['events=']],
  [['check', 'disp'], ['dispatch', 'dispatched.json'], ['merged']],
  [['check', '--event', 'disp'], ['dispatch', 'dispatched.json'], ['merged']],
  [['check', '--event', 'x.json', '--json', '--ag'], ['--against'], ['--json']],
  [['help', 'l'], ['lint'], ['check']],
]);

/** @param {string} shell */
const has = (shell) => spawnSync(shell, ['-c', ':']).status === 0;

/**
 * @param {(words: string[]) => Promise<string[]>} complete
 * @param {(word: string) => string} [seen] an offer as the shell shows it
 */
function offers(complete, seen = (word) => word) {
  for (const [words, offered, not = []] of OFFERS) {
    test(`dispatch-guard ${words.join(' ')}`, { timeout: 60_000 }, async () => {
      const found = await complete(words);
      for (const word of offered) assert.ok(found.includes(seen(word)), `${word} is not in ${found.join(', ')}`);
      for (const word of not) assert.ok(!found.includes(seen(word)), `${word} is in ${found.join(', ')}`);
    });
  }
}

describe('bash', () => {
  /** @param {string[]} words */
  async function complete(words) {
    const script = `source ./_dispatch-guard.bash
COMP_WORDS=(dispatch-guard "$@"); COMP_CWORD=$#
_dispatch_guard; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = await start('bash', ['--norc', '-c', script, 'bash', ...words], { cwd: directory });
    assert.equal(stderr, '');
    return stdout.split('\n').filter(Boolean);
  }

  offers(complete);

  test('an option and its value in one word', async () => {
    assert.deepEqual(await complete(['check', '--event-name', '=', 'sch']), ['schedule']);
    assert.ok((await complete(['check', '--policy', '=', 'pol'])).includes('policy.yml'));
  });

  test('a name with a blank stays one', async () => {
    assert.ok((await complete(['lint', 'two'])).includes('two words'));
  });

  test('is set up by eval', async () => {
    const { stdout } = await cli(['completion', 'bash']);
    const asked = await start('bash', ['--norc', '-c', 'eval "$1"; complete -p dispatch-guard', 'bash', stdout]);
    assert.match(asked.stdout, /^complete .*-F _dispatch_guard dispatch-guard\n$/);
  });
});

describe('fish', { skip: !has('fish') && 'there is no fish here' }, () => {
  offers(async (words) => {
    const line = ['dispatch-guard', ...words].map((word) => word.replaceAll(' ', '\\ ')).join(' ');
    const script = `source ./_dispatch-guard.fish; complete -C ${JSON.stringify(line)}`;
    const { stdout, stderr } = await start('fish', ['--no-config', '-c', script], {
      cwd: directory,
      env: { HOME: directory },
    });
    assert.equal(stderr, '');
    return stdout.split('\n').map((offer) => offer.split('\t')[0] ?? '');
  });
});

describe('zsh', { skip: !has('zsh') && 'there is no zsh here' }, () => {
  offers(async (words) => {
    // zsh completes on a terminal only, so its own pseudo-terminal types the line and asks for the list.
    const script = `zmodload zsh/zpty
zpty z zsh -f -i
wait_for() { local text; all=; while zpty -r z text; do all+=$text; [[ $all == *$1* ]] && break; done }
zpty -w z 'PS1=; PROMPT_EOL_MARK=; stty -echo; autoload -Uz compinit; compinit -D'
zpty -w z 'source ./_dispatch-guard.zsh; setopt no_beep; LISTMAX=10000; COLUMNS=400; bindkey "^X" list-choices; bindkey "^G" kill-whole-line'
zpty -w z 'echo RE""ADY'
wait_for READY
zpty -n -w z "$1"$'\x18\x07echo DO""NE\n'
wait_for DONE
print -r -- $all
zpty -d z`;
    const line = ['dispatch-guard', ...words].join(' ');
    const env = { HOME: directory, TERM: 'xterm' };
    const { stdout } = await start('zsh', ['-f', '-c', script, 'zsh', line], { cwd: directory, env });
    const shown = stdout.replaceAll(/\u001b\[[?\d;]*[a-zA-Z]/g, ' ').replaceAll(/\s+/g, ' ');
    // What is typed comes back, too.
    return shown.replaceAll(line.trim(), ' ').split(' ');
  });
});

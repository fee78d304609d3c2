// @ts-check
// The command line starts about as fast as Node itself: these commands take 1.1 to 1.3 times as long, and `lint` of 50
// workflows, each with a policy or without, about twice as long.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CLI, NODE, ROOT } from './support.js';

/** The limits; a busy machine slows the longer start more. */
const START_RATIO = 2;
const LINT_RATIO = 5;
/** How often both are started before the limit is exceeded. */
const ROUNDS = 60;

const repository = mkdtempSync(join(tmpdir(), 'dispatch-guard-start-'));
after(() => rmSync(repository, { recursive: true }));
const workflows = join(ROOT, 'tests/cli/lint/workflows');
const names = readdirSync(workflows).filter((name) => name.endsWith('.yml'));
mkdirSync(join(repository, '.github/workflows'), { recursive: true });
for (let count = 0; count < 50; count += 1) {
  const name = names[count % names.length] ?? '';
  cpSync(join(workflows, name), join(repository, '.github/workflows', `${count}-${name}`));
}

/** @param {string[]} args @returns {number} milliseconds */
function start(args) {
  const begun = performance.now();
  const { status } = spawnSync(NODE, args, {
    cwd: repository,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Some of the workflows have errors.
  assert.ok(status === 0 || (status === 2 && args.includes('lint')), args.join(' '));
  return performance.now() - begun;
}

for (const { args, ratio } of [
  { args: ['--version'], ratio: START_RATIO },
  { args: ['--help'], ratio: START_RATIO },
  { args: ['check', '--help'], ratio: START_RATIO },
  { args: ['lint'], ratio: LINT_RATIO },
]) {
  test(`dispatch-guard ${args.join(' ')}`, () => {
    // The fastest start of each: other work of the machine only adds time.
    let [node, program] = [Infinity, Infinity];
    for (let round = 0; round < ROUNDS; round += 1) {
      node = Math.min(node, start(['-e', '0']));
      program = Math.min(program, start([CLI, ...args]));
      if (round >= 5 && program <= node * ratio) return;
    }
    assert.fail(`${program.toFixed(1)} ms, Node alone ${node.toFixed(1)} ms`);
  });
}

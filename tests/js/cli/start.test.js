// @ts-check
// The command line starts about as fast as Node itself: these commands take 1.1 to 1.3 times as long.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { CLI, NODE } from './support.js';

/** The limit; a busy machine slows the longer start more. */
const RATIO = 2;
/** How often both are started before the limit is exceeded. */
const ROUNDS = 60;

/** @param {string[]} args @returns {number} milliseconds */
function start(args) {
  const begun = performance.now();
  spawnSync(NODE, args, { env: { PATH: process.env.PATH }, stdio: ['ignore', 'pipe', 'pipe'] });
  return performance.now() - begun;
}

for (const args of [['--version'], ['--help'], ['check', '--help']]) {
  test(`dispatch-guard ${args.join(' ')}`, () => {
    // The fastest start of each: other work of the machine only adds time.
    let [node, program] = [Infinity, Infinity];
    for (let round = 0; round < ROUNDS; round += 1) {
      node = Math.min(node, start(['-e', '0']));
      program = Math.min(program, start([CLI, ...args]));
      if (round >= 5 && program <= node * RATIO) return;
    }
    assert.fail(`${program.toFixed(1)} ms, Node alone ${node.toFixed(1)} ms`);
  });
}

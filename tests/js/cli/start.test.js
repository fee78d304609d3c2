// @ts-check
// The command line starts about as fast as Node itself: what these commands take is 1.1 to 1.3 times as long.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { CLI, NODE } from './support.js';

/** The most that is allowed; a machine with other work on it slows the longer start more. */
const RATIO = 2;
/** How often both are started before the limit counts as missed. */
const ROUNDS = 60;

/** @param {string[]} args @returns {number} milliseconds */
function start(args) {
  const begun = performance.now();
  spawnSync(NODE, args, { env: { PATH: process.env.PATH }, stdio: ['ignore', 'pipe', 'pipe'] });
  return performance.now() - begun;
}

for (const args of [['--version'], ['--help'], ['check', '--help']]) {
  test(`dispatch-guard ${args.join(' ')}`, () => {
    // The quickest start of each: what else the machine does only ever adds.
    let [node, program] = [Infinity, Infinity];
    for (let round = 0; round < ROUNDS; round += 1) {
      node = Math.min(node, start(['-e', '0']));
      program = Math.min(program, start([CLI, ...args]));
      if (round >= 5 && program <= node * RATIO) return;
    }
    assert.fail(`${program.toFixed(1)} ms, Node alone ${node.toFixed(1)} ms`);
  });
}

// @ts-check
// Limits for the figures in docs/internals/performance.md. Sizes are exact; the ratios of times have a wide margin, so that a busy
// machine does not exceed them.

import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { openPrograms, WASM } from '../../../bench/programs.mjs';
import { archiveBytes, totalBytes } from '../../../bench/sizes.mjs';
import { medianRatio } from '../../../bench/statistics.mjs';
import { DIST, NODE } from '../support/run-action.js';

/** @typedef {import('../../../bench/programs.mjs').ProgramName} ProgramName */

/** How often a comparison is repeated before it fails, and its number of rounds. */
const TRIES = 3;
const ROUNDS = 5;

/** @type {Awaited<ReturnType<typeof openPrograms>>} */
let bench;
before(async () => {
  bench = await openPrograms(NODE);
});
after(() => bench.close());

test('the archive that workflows download is at most 400 kB', () => {
  assertAtMost(archiveBytes(), 400_000);
});

test('the WebAssembly does not grow', () => {
  // Lower the limit with the file.
  assertAtMost(totalBytes([WASM]), 875_000);
});

for (const name of /** @type {const} */ (['pullRequest', 'dispatch', 'deny'])) {
  test(`the JavaScript of a run is at most 40 kB, and all of it from dist: ${name}`, () => {
    const { modules } = bench.probe(name);
    assert.ok(modules.length > 0);
    for (const file of modules) assert.equal(dirname(file), DIST);
    assertAtMost(totalBytes(modules), 40_000);
  });
}

const LIMITS = /** @type {[ProgramName, ProgramName, number][]} */ ([
  ['dispatch', 'bareEsm', 3],
  ['pullRequest', 'empty', 3],
  ['deny', 'empty', 3],
  ['dispatch', 'dispatchByHand', 1],
  ['pullRequest', 'pullRequestByHand', 1],
  // Independent requests run concurrently; otherwise this would be about 1.
  ['everyKey', 'bareInOrder', 0.8],
]);
for (const [program, against, limit] of LIMITS) {
  test(`a run takes at most ${limit} times as long as its yardstick: ${program}, ${against}`, () => {
    const ratios = [];
    do {
      const times = bench.race([program, against], ROUNDS);
      ratios.push(medianRatio(times[program], times[against]));
    } while ((ratios.at(-1) ?? NaN) > limit && ratios.length < TRIES);
    assertAtMost(ratios.at(-1) ?? NaN, limit, `ratios ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`);
  });
}

/** @param {number} found @param {number} limit @param {string} [more] */
function assertAtMost(found, limit, more = '') {
  assert.ok(found <= limit, `${found} is more than ${limit} ${more}`);
}

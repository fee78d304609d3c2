// @ts-check
// What must not slip of the figures in docs/performance.md. Sizes are exact; the ratios of times have so wide a margin
// that only a change for the worse breaks it, not a busy machine.

import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { openPrograms, WASM } from '../../../bench/programs.mjs';
import { archiveBytes, totalBytes } from '../../../bench/sizes.mjs';
import { medianRatio } from '../../../bench/statistics.mjs';
import { DIST, NODE } from '../support/run-action.js';

/** @typedef {import('../../../bench/programs.mjs').ProgramName} ProgramName */

/** How often a comparison may be made before its result counts, and of how many rounds each is. */
const TRIES = 3;
const ROUNDS = 5;

/** @type {Awaited<ReturnType<typeof openPrograms>>} */
let bench;
before(async () => {
  bench = await openPrograms(NODE);
});
after(() => bench.close());

test('the archive that workflows download is at most 300 kB', () => {
  assertAtMost(archiveBytes(), 300_000);
});

test('the WebAssembly does not grow', () => {
  // The aim is 350 kB. Lower the limit with the file.
  assertAtMost(totalBytes([WASM]), 555_000);
});

for (const name of /** @type {const} */ (['pullRequest', 'dispatch', 'deny'])) {
  test(`the JavaScript of a run is at most 60 kB, and all of it from dist: ${name}`, () => {
    const { modules } = bench.probe(name);
    assert.ok(modules.length > 0);
    for (const file of modules) assert.equal(dirname(file), DIST);
    assertAtMost(totalBytes(modules), 60_000);
  });
}

const LIMITS = /** @type {[ProgramName, ProgramName, number][]} */ ([
  ['dispatch', 'bareEsm', 3],
  ['pullRequest', 'empty', 3],
  ['deny', 'empty', 3],
  ['dispatch', 'dispatchByHand', 1],
  ['pullRequest', 'pullRequestByHand', 1],
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

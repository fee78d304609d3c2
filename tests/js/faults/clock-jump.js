// @ts-check
// Some runs mostly wait: four times 10 seconds for an answer, and pauses between. Their process gets a clock that jumps
// over the waiting. The bundle is unchanged.

import { join } from 'node:path';

/** Seconds of a jump: the time-out of a request. */
export const JUMP_SECONDS = 10;

/** Environment variables that install the jumping clock. */
export const JUMPING_CLOCK = Object.freeze({
  NODE_OPTIONS: `--require ${JSON.stringify(join(import.meta.dirname, 'jumping-clock.cjs'))}`,
  JUMP_SECONDS: String(JUMP_SECONDS),
});

/** Makes the clock of such a process jump over the time-out of its request. @param {import('node:child_process').ChildProcess} child */
export const jump = (child) => void child.kill('SIGUSR2');

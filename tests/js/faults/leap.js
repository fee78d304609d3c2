// @ts-check
// Runs that mostly wait: 10 seconds for an answer, three times more, and pauses between. Their process is started with a
// clock that leaps over what it waits for; nothing else of it is changed, and nothing of the bundle.

import { join } from 'node:path';

/** Seconds of a leap: what a request has. */
export const LEAP_SECONDS = 10;

/** The environment of such a process. */
export const LEAPING = Object.freeze({
  NODE_OPTIONS: `--require ${JSON.stringify(join(import.meta.dirname, 'leaping-clock.cjs'))}`,
  LEAP_SECONDS: String(LEAP_SECONDS),
});

/** Has such a process find that the time of its request is over. @param {import('node:child_process').ChildProcess} child */
export const leap = (child) => void child.kill('SIGUSR2');

// @ts-check
// Limits how many processes run at the same time: most of them keep the CPU busy.

const WIDTH = 4;
let busy = 0;
/** @type {(() => void)[]} */
const waiting = [];

/**
 * @template T
 * @param {() => Promise<T>} job
 * @returns {Promise<T>}
 */
export async function limitConcurrency(job) {
  if (busy === WIDTH) await new Promise((resolve) => waiting.push(() => resolve(undefined)));
  else busy += 1;
  try {
    return await job();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else busy -= 1;
  }
}

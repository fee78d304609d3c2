// @ts-check
// How many processes go on at the same time: they are at work for most of their time.

const WIDTH = 4;
let busy = 0;
/** @type {(() => void)[]} */
const waiting = [];

/**
 * @template T
 * @param {() => Promise<T>} job
 * @returns {Promise<T>}
 */
export async function inTurn(job) {
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

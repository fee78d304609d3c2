// @ts-check

/** @param {number[]} values at least one */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/**
 * Compares two programs round by round, so that a machine that is busy for a while slows both.
 * @param {number[]} ours ms of each round
 * @param {number[]} theirs of the same rounds
 */
export function medianRatio(ours, theirs) {
  return median(ours.map((ms, round) => ms / (theirs[round] ?? NaN)));
}

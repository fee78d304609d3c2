// @ts-check
// The tests start the actions as `npm start` and the benchmarks do.

export * from '../../../scripts/run-action.mjs';

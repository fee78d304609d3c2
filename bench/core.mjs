// @ts-check
// The cost of a decision inside the core, without processes and sockets. Prints the figures as JSON.
//
//   node bench/core.mjs

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readSample } from '../samples/samples.js';
import { readActionFile } from '../scripts/action-yml.mjs';
import { DIST, ROOT, runnerEnvironment } from '../scripts/run-action.mjs';
import { everyKey } from './every-key.mjs';
import { median } from './statistics.mjs';

/** @typedef {{ size: number, us: number }} Point `us`: microseconds of one decision */

const API = 'http://127.0.0.1:9';

/** Time for one figure after its minimum number of calls, in ms. */
const BUDGET = 700;

const { loadCore } = createRequire(import.meta.url)(join(DIST, 'action.cjs'));
const begun = performance.now();
const { guard } = loadCore();
const openMs = performance.now() - begun;

const dispatch = decision(readSample('dispatch'));
const pullRequest = decision(readSample('pull-request'));
const firstMs = (await time(pullRequest)) / 1000;
const secondMs = (await time(pullRequest)) / 1000;
const figures = {
  openMs,
  firstMs,
  secondMs,
  pullRequestUs: await settled(pullRequest, 3000),
  dispatchUs: await settled(dispatch, 3000),
  allowlist: await curve([10, 100, 1_000, 10_000, 100_000], allowlist),
  payload: await curve([100, 1_000, 10_000, 30_000, 65_000], payload),
  labels: await curve([1, 10, 100], (labels) => decision(everyKey({ labels }))),
  files: await curve([30, 300, 3_000], (files) => decision(everyKey({ files }))),
  reviews: await curve([10, 100, 1_000], (reviews) => decision(everyKey({ reviews }))),
  events: await curve([100, 1_000, 10_000], (events) => decision(everyKey({ events }))),
};
process.stdout.write(JSON.stringify(figures));

/**
 * @param {import('../samples/samples.js').Sample} sample
 * @returns {() => Promise<void>} makes the decision once; throws if it is not the expected one
 */
function decision({ name, event, eventName, inputs, environment, answers, expect }) {
  const given = Object.fromEntries([...readActionFile(join(ROOT, 'action.yml')).inputs, ...Object.entries(inputs)]);
  const run = JSON.stringify({
    inputs: { ...given, token: 'ghs_made_up' },
    environment: { ...runnerEnvironment({ eventName, event, apiUrl: API }), ...environment },
  });
  const bytes = Buffer.from(JSON.stringify(event));
  const bodies = new Map(
    [...answers].map(([path, { status, body }]) => [API + path, { status, body: JSON.stringify(body) }]),
  );
  const host = {
    request: async (/** @type {{ url: string }} */ { url }) => ({ headers: {}, ...bodies.get(url) }),
    now: Date.now,
    random: (/** @type {number} */ length) => crypto.getRandomValues(new Uint8Array(length)),
    verifyRs256: async () => false,
    mask() {},
  };
  return async () => {
    const { outputs } = await guard(run, bytes, host);
    if (outputs.allowed !== expect.allowed || outputs['reason-code'] !== expect.reasonCode)
      throw new Error(`${name}: ${outputs['reason-code']}: ${outputs.reason}`);
  };
}

/** @param {() => Promise<void>} decide @returns {Promise<number>} microseconds */
async function time(decide) {
  const begun = performance.now();
  await decide();
  return (performance.now() - begun) * 1000;
}

/**
 * @param {() => Promise<void>} decide
 * @param {number} calls until V8 has optimized the code
 * @returns {Promise<number>} the median afterwards
 */
async function settled(decide, calls) {
  for (let call = 0; call < calls; call += 1) await decide();
  const times = [];
  for (const end = performance.now() + BUDGET; performance.now() < end;) times.push(await time(decide));
  return median(times);
}

/**
 * @param {number[]} sizes
 * @param {(size: number) => () => Promise<void>} build
 * @returns {Promise<Point[]>}
 */
async function curve(sizes, build) {
  const points = [];
  for (const size of sizes) points.push({ size, us: await settled(build(size), 3) });
  return points;
}

/** An allow-list in which the actor comes last. @param {number} size */
function allowlist(size) {
  const others = Array.from({ length: size - 1 }, (_, index) => `someone-${index}`);
  const sample = readSample('dispatch');
  sample.inputs['allowed-actors'] = [...others, sample.inputs['allowed-actors']].join('\n');
  return decision(sample);
}

/** A payload of about so many characters; GitHub takes 65,535, in at most 10 fields. @param {number} size */
function payload(size) {
  const names = Array.from({ length: 8 }, (_, index) => `text-${index}`);
  const sample = readSample('dispatch');
  sample.inputs.payload += `\n${names.map((name) => `${name}: {type: string, max-length: 8192}`).join('\n')}`;
  for (const name of names) sample.event.client_payload[name] = 'x'.repeat(size / names.length);
  return decision(sample);
}

// @ts-check
// The programs that are compared, each a process as the runner starts it. Every run is checked for its result.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { rolldown } from 'rolldown';
import { readSample } from '../samples/samples.js';
import { readActionFile } from '../scripts/action-yml.mjs';
import { DIST, parseCommandFile, ROOT, runnerEnvironment, TOKEN } from '../scripts/run-action.mjs';
import { everyKey } from './every-key.mjs';

export const WASM = join(DIST, 'dispatch_guard_bg.wasm');

/** How long GitHub's API takes for an answer where many requests are compared, in ms. */
const API_DELAY_MS = 50;

/** How many requests a rule with every key of `pull-request` takes. */
const EVERY_KEY_REQUESTS = 8;

/**
 * @typedef {object} Program
 * @property {string} title
 * @property {string[]} args of node
 * @property {import('../samples/samples.js').Sample} [sample] whose event it gets; without one it writes no outputs
 * @property {string} [api] the path of its API on the server
 * @property {{ status: number, allowed?: string, reasonCode?: string, requests: number }} expect
 */

/** @typedef {'dispatch' | 'deny' | 'pullRequest' | 'bareCjs' | 'bareEsm' | 'empty' | 'dispatchByHand' | 'pullRequestByHand' | 'everyKey' | 'bareInOrder'} ProgramName */

/** @typedef {{ ms: number, peakBytes: number, modules: string[] }} Used */

/**
 * Prepares what the programs need and returns functions to run them.
 * @param {string} node the program to run them with
 */
export async function openPrograms(node) {
  const directory = mkdtempSync(join(tmpdir(), 'dispatch-guard-bench-'));
  const count = new Int32Array(new SharedArrayBuffer(4));
  const dispatch = readSample('dispatch');
  const pullRequest = readSample('pull-request');
  const demanding = everyKey();
  const [path] = dispatch.answers.keys();
  // Paths of the slow API start with its own prefix, as those of an API on GitHub Enterprise Server.
  const slow = '/slow';
  /** @type {Map<string, import('../samples/samples.js').Answer & { delayMs: number }>} */
  const answers = new Map();
  for (const [path, answer] of dispatch.answers) answers.set(path, { ...answer, delayMs: 0 });
  for (const [path, answer] of demanding.answers) answers.set(`${slow}${path}`, { ...answer, delayMs: API_DELAY_MS });
  const server = new Worker(new URL('server.mjs', import.meta.url), { workerData: { answers, count } });
  const [url] = await once(server, 'message');
  const byHand = await bundleByHand(join(directory, 'by-hand.cjs'));

  const baseline = (/** @type {string} */ file) => join(ROOT, 'bench', 'baselines', file);
  const guard = [join(DIST, 'guard.cjs')];
  const bare = { expect: { status: 0, requests: 1 } };
  /** @type {Record<ProgramName, Program>} */
  const programs = {
    dispatch: {
      title: 'guard: allowed repository_dispatch',
      args: guard,
      sample: dispatch,
      expect: { status: 0, allowed: 'true', reasonCode: 'allowed', requests: 1 },
    },
    pullRequest: {
      title: 'guard: allowed pull_request',
      args: guard,
      sample: pullRequest,
      expect: { status: 0, allowed: 'true', reasonCode: 'allowed', requests: 0 },
    },
    deny: {
      title: 'guard: deny before the first request',
      args: guard,
      sample: readSample('wrong-actor'),
      expect: { status: 1, allowed: 'false', reasonCode: 'actor.not_allowed', requests: 0 },
    },
    bareEsm: { title: 'bare script, ES module', args: [baseline('bare.mjs'), WASM, `${url}${path}`], ...bare },
    bareCjs: { title: 'bare script, CommonJS', args: [baseline('bare.cjs'), WASM, `${url}${path}`], ...bare },
    empty: { title: 'empty ES module', args: [baseline('empty.mjs')], expect: { status: 0, requests: 0 } },
    dispatchByHand: {
      title: 'by hand: allowed repository_dispatch',
      args: [byHand],
      sample: dispatch,
      expect: { status: 0, allowed: 'true', requests: 1 },
    },
    pullRequestByHand: {
      title: 'by hand: allowed pull_request',
      args: [byHand],
      sample: pullRequest,
      expect: { status: 0, allowed: 'true', requests: 0 },
    },
    everyKey: {
      title: 'guard: a rule with every key',
      args: guard,
      sample: demanding,
      api: slow,
      expect: { status: 0, allowed: 'true', reasonCode: 'allowed', requests: EVERY_KEY_REQUESTS },
    },
    bareInOrder: {
      title: 'bare script, as many requests one after the other',
      args: [
        baseline('bare.mjs'),
        WASM,
        ...Array.from({ length: EVERY_KEY_REQUESTS }, () => `${url}${slow}/repos/acme/charts/pulls/7`),
      ],
      expect: { status: 0, requests: EVERY_KEY_REQUESTS },
    },
  };

  const workspace = join(directory, 'work');
  mkdirSync(workspace);
  const outputFile = join(directory, 'output');
  const summaryFile = join(directory, 'summary');
  const environments = Object.fromEntries(
    Object.entries(programs).map(([name, { sample = dispatch, api = '' }]) => {
      const environment = environmentOf(sample, `${url}${api}`, join(directory, `${name}.json`));
      return [
        name,
        { ...environment, GITHUB_OUTPUT: outputFile, GITHUB_STEP_SUMMARY: summaryFile, GITHUB_WORKSPACE: workspace },
      ];
    }),
  );

  /**
   * @param {ProgramName} name
   * @param {{ args?: string[], environment?: Record<string, string> }} [more] added to the program's own
   * @returns {number} ms from start to end of the process
   * @throws {Error} if the result is not the expected one
   */
  function run(name, { args = [], environment = {} } = {}) {
    const { title, args: own, expect } = programs[name];
    writeFileSync(outputFile, '');
    writeFileSync(summaryFile, '');
    Atomics.store(count, 0, 0);
    const begun = performance.now();
    const { status, stdout, stderr } = spawnSync(node, [...args, ...own], {
      cwd: workspace,
      env: { ...environments[name], ...environment },
      encoding: 'utf8',
    });
    const ms = performance.now() - begun;
    const written = parseCommandFile(readFileSync(outputFile, 'utf8'));
    const { allowed, 'reason-code': reasonCode } = Object.fromEntries(written);
    const found = { status, allowed, reasonCode, requests: Atomics.load(count, 0) };
    for (const key of /** @type {const} */ (['status', 'allowed', 'reasonCode', 'requests'])) {
      if (found[key] !== expect[key])
        throw new Error(`${title}: ${key} is ${found[key]}, not ${expect[key]}\n${stdout}${stderr}`);
    }
    return ms;
  }

  return {
    programs,
    run,
    /** Runs a program with the probe loaded. @param {ProgramName} name @returns {Used} */
    probe(name) {
      const file = join(directory, 'probe.json');
      const ms = run(name, {
        args: ['--require', join(ROOT, 'bench', 'probe.cjs')],
        environment: { PROBE_FILE: file },
      });
      return { ms, ...JSON.parse(readFileSync(file, 'utf8')) };
    },
    /**
     * Runs programs in alternation.
     * @param {ProgramName[]} names
     * @param {number} rounds
     * @returns {Record<ProgramName, number[]>} ms of each round
     */
    race(names, rounds) {
      /** @type {any} */
      const times = Object.fromEntries(names.map((name) => [name, []]));
      // The first runs warm up the file cache.
      for (const name of names) run(name);
      for (let round = 0; round < rounds; round += 1) {
        // Each program runs before another as often as after it.
        const order = round % 2 === 0 ? names : [...names].reverse();
        for (const name of order) times[name].push(run(name));
      }
      return times;
    },
    async close() {
      await server.terminate();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/**
 * What a runner sets for a sample of the action.
 * @param {import('../samples/samples.js').Sample} sample
 * @param {string} apiUrl
 * @param {string} eventFile is written
 */
function environmentOf({ event, eventName, inputs, environment }, apiUrl, eventFile) {
  writeFileSync(eventFile, JSON.stringify(event));
  const given = [...readActionFile(join(ROOT, 'action.yml')).inputs, ...Object.entries(inputs), ['token', TOKEN]];
  return {
    ...runnerEnvironment({ eventName, event, apiUrl }),
    ...Object.fromEntries(given.map(([name = '', value = '']) => [`INPUT_${name.toUpperCase()}`, value])),
    GITHUB_EVENT_PATH: eventFile,
    ...environment,
  };
}

/**
 * Bundles the check by hand into one file, as actions usually are. CommonJS, because it starts faster.
 * @param {string} file
 */
async function bundleByHand(file) {
  const build = await rolldown({ cwd: ROOT, input: 'bench/baselines/by-hand.js', platform: 'node' });
  await build.write({ file, format: 'cjs', codeSplitting: false, dynamicImportInCjs: false, minify: true });
  await build.close();
  return file;
}

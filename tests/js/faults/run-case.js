// @ts-check
// One case of the matrix: a process of the bundle whose request to an endpoint meets a fault.

import assert from 'node:assert/strict';
import { fault as answers, startFakeApi, TOKEN } from '../support/fake-api.js';
import { assertInvariants } from '../support/invariants.js';
import { runAction } from '../support/run-action.js';
import { verdictOf } from '../contract/public.js';
import { ENDPOINTS, SECRETS } from './endpoints.js';
import { JUMP_SECONDS, JUMPING_CLOCK, jump } from './clock-jump.js';
import { limitConcurrency } from './concurrency.js';

/** @typedef {import('./endpoints.js').Endpoint} Endpoint */
/** @typedef {import('./fault-kinds.js').Fault} Fault */
/** @typedef {import('../support/fake-api.js').Step} Step */
/** @typedef {import('../support/fake-api.js').FakeApi} FakeApi */
/** @typedef {import('../support/run-action.js').Ran} Ran */
/** @typedef {import('../support/run-action.js').RunOptions} RunOptions */

/**
 * Runs an action in a run that makes this request, against a server that is API and issuer in one.
 * @param {FakeApi} api
 * @param {Endpoint} endpoint
 * @param {Partial<RunOptions>} [more]
 */
export function runEndpoint(api, endpoint, { environment, inputs, ...more } = {}) {
  const options = endpoint.run(api);
  return runAction({
    action: endpoint.action,
    apiUrl: api.url,
    ...options,
    ...more,
    inputs: { ...options.inputs, ...inputs },
    environment: { GITHUB_SERVER_URL: api.origin, ...options.environment, ...environment },
  });
}

/** Checks the invariants, and that nothing but an allow ends with 0. @param {Endpoint} endpoint @param {Ran} ran */
export function assertRun(endpoint, ran) {
  const code = ran.outputs['reason-code'] ?? '';
  const verdict = verdictOf(code);
  const secrets = [TOKEN, ...SECRETS];
  assertInvariants(ran, { action: endpoint.action, secrets, done: endpoint.sent || verdict === 'allow' });
  assert.equal(ran.code, verdict === 'allow' ? 0 : 1, 'exit status');
  const errors = ran.annotations.filter(({ name }) => name === 'error');
  assert.equal(errors.length, verdict === 'allow' ? 0 : 1, `one error annotation:\n${ran.stdout}`);
  return { code, verdict };
}

/**
 * A run that would wait for a long time, whose clock jumps when the API says so.
 * @param {FakeApi} api
 * @param {Endpoint} endpoint
 * @param {(timeIsUp: () => void) => void} arrange
 */
async function runWithJumpingClock(api, endpoint, arrange) {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let process;
  let jumps = 0;
  arrange(() => {
    jumps += 1;
    if (process) jump(process);
  });
  const ran = await runEndpoint(api, endpoint, { environment: JUMPING_CLOCK, started: (child) => (process = child) });
  return { ran, seconds: jumps * JUMP_SECONDS + ran.ms / 1_000 };
}

/**
 * Each request of a guard with `once` gets no answer three times, and a good one after that.
 * @returns {Promise<{ code: string, seconds: number }>}
 */
export function runWithoutAnswers() {
  const endpoint = ENDPOINTS.find(({ route }) => route === 'statuses');
  if (!endpoint) throw new Error('no such endpoint');
  return limitConcurrency(async () => {
    const api = await startFakeApi(endpoint.world);
    try {
      const { ran, seconds } = await runWithJumpingClock(api, endpoint, (timeIsUp) => {
        for (const route of ['pull', 'create-status', 'statuses']) api.script(route, [timeIsUp, timeIsUp, timeIsUp]);
      });
      return { code: assertRun(endpoint, ran).code, seconds };
    } finally {
      await api.close();
    }
  });
}

/**
 * @param {Endpoint} endpoint
 * @param {Fault} fault
 * @param {FakeApi} elsewhere another host, which must not receive a request
 * @returns {Promise<{ code: string, attempts: number }>}
 */
export function runCase(endpoint, fault, elsewhere) {
  return limitConcurrency(async () => {
    const api = await startFakeApi(endpoint.world, { closable: fault.steps === undefined });
    try {
      const prepare = (/** @type {() => void} */ timeIsUp) =>
        arrange(api, endpoint, fault, { elsewhere: elsewhere.origin, timeIsUp });
      if (!fault.waits) prepare(() => assert.fail('this fault needs no jump'));
      const ran = fault.waits
        ? (await runWithJumpingClock(api, endpoint, prepare)).ran
        : await runEndpoint(api, endpoint);
      const { code, verdict } = assertRun(endpoint, ran);

      // The record of the run must agree with what the server received.
      const record = endpoint.action === 'guard' ? ran.result : ran.audit[0];
      const made = record.api_requests.filter((/** @type {any} */ { path }) => endpoint.path.test(path));
      const attempts = made.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.attempts, 0);
      if (fault.steps) assert.equal(api.count(endpoint.route), attempts, 'the record has each attempt');

      assert.ok(api.dispatches.length <= 1, 'at most one dispatch is accepted');
      if (verdict === 'error') {
        const last = fault.id === '404' ? (endpoint.explained ?? endpoint.route) : endpoint.route;
        if (fault.steps) assert.equal(api.requests.at(-1)?.route, last, 'nothing is requested after it');
        if (endpoint.action === 'guard') assert.equal(ran.outputs['head-sha'], endpoint.head ?? '');
      }
      return { code, attempts: attempts - (endpoint.skip ?? 0) };
    } finally {
      await api.close();
    }
  });
}

/** @param {FakeApi} api @param {Endpoint} endpoint @param {Fault} fault @param {import('./fault-kinds.js').World} world */
function arrange(api, endpoint, fault, world) {
  for (const [route, step] of Object.entries(endpoint.script ?? {})) api.script(route, step);
  if (fault.steps) return api.script(endpoint.route, skipping(endpoint.skip ?? 0, fault.steps(world)));
  if (endpoint.after === undefined) return api.stopListening();
  const usual = endpoint.script?.[endpoint.after] ?? answers.none();
  api.script(endpoint.after, (exchange) => {
    api.stopListening();
    return usual(exchange);
  });
}

/**
 * Steps that begin after some good answers.
 * @param {number} count
 * @param {Step | Step[]} steps
 * @returns {Step | Step[]}
 */
function skipping(count, steps) {
  const good = Array.from({ length: count }, () => answers.none());
  if (Array.isArray(steps)) return [...good, ...steps];
  return (exchange) => (good.shift() ?? steps)(exchange);
}

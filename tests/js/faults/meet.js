// @ts-check
// One run of the matrix: a call meets a fault, as a process of the bundle, and what must hold of it whatever it is.

import assert from 'node:assert/strict';
import { assertLaws } from '../support/deed.js';
import { fault as answers, startFakeApi, TOKEN } from '../support/fake-api.js';
import { assertInvariants } from '../support/guard.js';
import { runAction } from '../support/run-action.js';
import { answerOf, OUTPUTS } from '../contract/public.js';
import { CALLS, SECRETS } from './calls.js';
import { LEAP_SECONDS, LEAPING, leap } from './leap.js';
import { inTurn } from './lanes.js';

/** @typedef {import('./calls.js').Call} Call */
/** @typedef {import('./faults.js').Fault} Fault */
/** @typedef {import('../support/fake-api.js').FakeApi} FakeApi */
/** @typedef {import('../support/run-action.js').Ran} Ran */
/** @typedef {import('../support/run-action.js').RunOptions} RunOptions */

/**
 * Runs an action as the call's row says, on a server that is API and issuer in one.
 * @param {FakeApi} api
 * @param {Call} call
 * @param {Partial<RunOptions>} [more]
 */
export function runCall(api, call, { environment, inputs, ...more } = {}) {
  const options = call.run(api);
  return runAction({
    action: call.action,
    apiUrl: api.url,
    ...options,
    ...more,
    inputs: { ...options.inputs, ...inputs },
    environment: { GITHUB_SERVER_URL: api.origin, ...options.environment, ...environment },
  });
}

/** What holds of every run of an action. @param {Call} call @param {Ran} ran */
export function assertSound(call, ran) {
  const secrets = [TOKEN, ...SECRETS];
  if (call.action === 'guard') assertInvariants(ran, { secrets });
  else assertLaws(call.action, ran, secrets);

  const [deciding = ''] = OUTPUTS[call.action];
  const code = ran.outputs['reason-code'] ?? '';
  const answer = answerOf(code);
  assert.equal(ran.outputs[deciding], String(answer === 'allow'));
  assert.equal(ran.code, answer === 'allow' ? 0 : 1, 'exit status');
  const errors = ran.annotations.filter(({ name }) => name === 'error');
  assert.equal(errors.length, answer === 'allow' ? 0 : 1, `one error annotation:\n${ran.stdout}`);
  if (call.action === 'guard') assert.equal(ran.outputs.decision, answer);
  return { code, answer };
}

/**
 * A run with much to wait for, whose clock leaps when the API says so.
 * @param {FakeApi} api
 * @param {Call} call
 * @param {(timeIsUp: () => void) => void} arrange
 */
async function runLeaping(api, call, arrange) {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let process;
  let leaps = 0;
  arrange(() => {
    leaps += 1;
    if (process) leap(process);
  });
  const ran = await runCall(api, call, { environment: LEAPING, started: (child) => (process = child) });
  return { ran, seconds: leaps * LEAP_SECONDS + ran.ms / 1_000 };
}

/**
 * Every request of a guard with `once` has no answer three times, and a good one then.
 * @returns {Promise<{ code: string, seconds: number }>}
 */
export function exhaust() {
  const call = CALLS.find(({ route }) => route === 'statuses');
  if (!call) throw new Error('no such call');
  return inTurn(async () => {
    const api = await startFakeApi(call.world);
    try {
      const { ran, seconds } = await runLeaping(api, call, (timeIsUp) => {
        for (const route of ['pull', 'create-status', 'statuses']) api.script(route, [timeIsUp, timeIsUp, timeIsUp]);
      });
      return { code: assertSound(call, ran).code, seconds };
    } finally {
      await api.close();
    }
  });
}

/**
 * @param {Call} call
 * @param {Fault} fault
 * @param {FakeApi} elsewhere another host, which is to hear nothing
 * @returns {Promise<{ code: string, attempts: number }>}
 */
export function meet(call, fault, elsewhere) {
  return inTurn(async () => {
    const api = await startFakeApi(call.world, { closable: fault.steps === undefined });
    try {
      const prepare = (/** @type {() => void} */ timeIsUp) =>
        arrange(api, call, fault, { elsewhere: elsewhere.origin, timeIsUp });
      if (!fault.waits) prepare(() => assert.fail('there is nothing to wait for'));
      const ran = fault.waits ? (await runLeaping(api, call, prepare)).ran : await runCall(api, call);
      const { code, answer } = assertSound(call, ran);

      // Of the run's record and of what the server saw, each has to bear the other out.
      const record = call.action === 'guard' ? ran.result : ran.audit[0];
      const made = record.api_requests.filter((/** @type {any} */ { path }) => call.path.test(path));
      const attempts = made.reduce((/** @type {number} */ sum, /** @type {any} */ { tries }) => sum + tries, 0);
      if (fault.steps) assert.equal(api.count(call.route), attempts, 'the record names each attempt');

      assert.ok(api.dispatches.length <= 1, 'at most one dispatch is taken');
      if (answer === 'error') {
        const last = fault.id === '404' ? (call.explained ?? call.route) : call.route;
        if (fault.steps) assert.equal(api.requests.at(-1)?.route, last, 'nothing is asked after it');
        if (call.action === 'guard') assert.equal(ran.outputs['head-sha'], call.head ?? '');
      }
      return { code, attempts };
    } finally {
      await api.close();
    }
  });
}

/** @param {FakeApi} api @param {Call} call @param {Fault} fault @param {import('./faults.js').World} world */
function arrange(api, call, fault, world) {
  for (const [route, step] of Object.entries(call.script ?? {})) api.script(route, step);
  if (fault.steps) return api.script(call.route, fault.steps(world));
  if (call.after === undefined) return api.stopListening();
  const usual = call.script?.[call.after] ?? answers.none();
  api.script(call.after, (exchange) => {
    api.stopListening();
    return usual(exchange);
  });
}

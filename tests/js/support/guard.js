// @ts-check
// One run of the guard against a fake API, and the policies that the tests use.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runWithApi } from './action.js';
import { dispatchEvent, pullRequestEvent } from './events.js';

/** @typedef {import('./action.js').Options} GuardOptions */
/** @typedef {import('./action.js').RanWithApi} GuardRun */

/** W5 of the README, as inputs. */
export const W5 = Object.freeze({
  'dispatch-types': 'chart-pr-created',
  'allowed-actors': 'github-actions[bot]',
  'activity-types': 'opened, synchronize, reopened',
  'base-branches': 'main',
  payload: 'pr: pull-request\nchart: slug\n',
});

/**
 * A policy for \`repository_dispatch\` with the given lines under the rule.
 * @param {string} [rule]
 * @param {{actors?: string, types?: string, payload?: string}} [parts]
 */
export function dispatchPolicy(
  rule = '',
  { actors = '["github-actions[bot]"]', types = '[chart-pr-created]', payload = '{pr: pull-request}' } = {},
) {
  const lead = `version: 1\nevents:\n  repository_dispatch:\n    types: ${types}\n    actors: ${actors}\n    payload: ${payload}\n`;
  return lead + indented(rule, 4);
}

/** A policy with one rule. @param {string} event @param {string} rule */
export function policyFor(event, rule) {
  return `version: 1\nevents:\n  ${event}:\n${indented(rule, 4)}`;
}

/** @param {string} text @param {number} by */
function indented(text, by) {
  return text.replace(/^(?=.)/gm, ' '.repeat(by)).replace(/(?<!\n)$/, text === '' ? '' : '\n');
}

/**
 * Runs the guard. Unless given: the inputs of W5, the dispatch of pull request 7, and an API that knows it.
 * @param {GuardOptions} [options]
 * @returns {Promise<GuardRun>}
 */
export async function guard(options = {}) {
  const { eventName = 'repository_dispatch' } = options;
  const usual = eventName.startsWith('pull_request') ? pullRequestEvent() : dispatchEvent();
  const ran = await runWithApi({ inputs: W5, event: usual, ...options, eventName });
  for (const { headers } of ran.requests) {
    assert.equal(headers['x-github-api-version'], '2022-11-28', 'the API version is requested');
    assert.match(headers['user-agent'] ?? '', /^dispatch-guard\/\d+\.\d+\.\d+/, 'the User-Agent has the version');
  }
  return ran;
}

/**
 * @typedef {object} Expected
 * @property {string} code
 * @property {number} [exit] 0 for `allowed` and 1 for every other code, unless given
 * @property {string[]} [requests] the routes, in order
 * @property {{[name: string]: string}} [outputs]
 */

/**
 * @param {GuardRun} ran
 * @param {Expected} expected
 */
export function assertDecision(ran, { code, exit = code === 'allowed' ? 0 : 1, requests, outputs = {} }) {
  assert.equal(ran.outputs['reason-code'], code, `${ran.outputs.reason}\n${ran.stdout}`);
  assert.equal(ran.code, exit, 'exit status');
  if (requests)
    assert.deepEqual(
      ran.requests.map(({ route }) => route),
      requests,
    );
  for (const [name, value] of Object.entries(outputs)) assert.equal(ran.outputs[name], value, `output ${name}`);
}

/**
 * A test of one run of the guard.
 * @param {string} name
 * @param {GuardOptions} options
 * @param {Expected} expected
 * @param {(ran: GuardRun) => void} [more]
 */
export function decides(name, options, expected, more) {
  test(name, async () => {
    const ran = await guard(options);
    assertDecision(ran, expected);
    more?.(ran);
  });
}

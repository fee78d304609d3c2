// @ts-check
// One guard run for a test: a fake API, the process, and what must hold of every run whatever its outcome.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dispatchEvent, pullRequestEvent } from './events.js';
import { startFakeApi, TOKEN } from './fake-api.js';
import { pullRequest } from './github-objects.js';
import { lines, runAction } from './run-action.js';
import { OUTPUTS as PUBLIC_OUTPUTS } from '../contract/public.js';

/** @typedef {import("./run-action.js").Ran} Ran */
/** @typedef {import("./run-action.js").RunOptions} RunOptions */
/** @typedef {import("./fake-api.js").FakeApi} FakeApi */

/**
 * @typedef {RunOptions & {
 *   world?: import("./fake-api.js").World,
 *   script?: {[route: string]: import("./fake-api.js").Step | import("./fake-api.js").Step[]},
 *   secrets?: string[],
 * }} GuardOptions `secrets`: more texts that may appear nowhere
 */

/** All outputs. */
export const OUTPUTS = PUBLIC_OUTPUTS.guard;

/** All codes. */
export const CODES = Object.freeze({
  deny: `event.mismatch event.not_allowed event.type_not_allowed
    actor.not_allowed actor.identity_mismatch actor.sender_not_allowed actor.rerun_not_allowed actor.confused_deputy
    payload.malformed payload.missing_field payload.invalid_field payload.unknown_field
    provenance.missing provenance.run_mismatch provenance.signature_invalid provenance.oidc_invalid provenance.expired provenance.hop_limit
    pull_request.missing pull_request.not_found pull_request.wrong_repository pull_request.head_gone pull_request.fork pull_request.head_moved
    pull_request.changed pull_request.base_not_allowed pull_request.head_not_allowed pull_request.state_not_allowed pull_request.not_merged
    pull_request.merged pull_request.draft pull_request.author_not_allowed pull_request.label_missing pull_request.label_forbidden
    replay.duplicate`.split(/\s+/),
  error:
    `config.invalid_input config.policy_missing config.policy_invalid config.policy_conflict event.unreadable event.malformed
    actor.unverified api.unauthorized api.forbidden api.rate_limited api.unavailable api.invalid_response internal.error`.split(
      /\s+/,
    ),
  allow: ['allowed'],
});

/** W5 of the README, as inputs. */
export const W5 = Object.freeze({
  'dispatch-types': 'chart-pr-created',
  'allowed-actors': 'github-actions[bot]',
  'activity-types': 'opened, synchronize, reopened',
  'base-branches': 'main',
  payload: 'pr: pull-request\nchart: slug\n',
});

/** The cascade monitor of the README, as a policy. */
export const CASCADE = `version: 1
events:
  pull_request_target:
    types: [closed]
    pull-request:
      base: [fork_upstream]
      merged: true
      labels:
        all: [upstream-sync]
        none: [human-required]
`;

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
 * Runs the guard. Unless told otherwise: W5, the dispatch of PR 7, and an API that knows this PR.
 * @param {GuardOptions} [options]
 * @returns {Promise<Ran & {requests: import("./fake-api.js").Request[], api: FakeApi}>}
 */
export async function guard(options = {}) {
  const { world = { pulls: { 7: pullRequest() } }, script = {}, secrets = [], ...rest } = options;
  const eventName = rest.eventName ?? 'repository_dispatch';
  const event =
    'event' in rest ? rest.event : eventName.startsWith('pull_request') ? pullRequestEvent() : dispatchEvent();
  const api = await startFakeApi(world);
  try {
    for (const [route, steps] of Object.entries(script)) api.script(route, steps);
    const ran = await runAction({ inputs: W5, apiUrl: api.url, ...rest, eventName, event });
    assertInvariants(ran, { secrets: [TOKEN, ...secrets] });
    for (const { headers } of api.requests) {
      assert.equal(headers['x-github-api-version'], '2022-11-28', 'the API version is asked for');
      assert.match(headers['user-agent'] ?? '', /^dispatch-guard\/\d+\.\d+\.\d+/, 'the User-Agent names the version');
    }
    return { ...ran, requests: [...api.requests], api };
  } finally {
    await api.close();
  }
}

/**
 * What holds of every run of the guard, allowed or not.
 * @param {Ran} ran
 * @param {{secrets?: string[]}} [options]
 */
export function assertInvariants(ran, { secrets = [TOKEN] } = {}) {
  const shown = `\n--- stdout\n${ran.stdout}\n--- stderr\n${ran.stderr}`;
  assert.equal(ran.hung, false, `the run did not end${shown}`);
  assert.equal(ran.stderr, '', `nothing is written to stderr${shown}`);

  const { outputs, result } = ran;
  assert.deepEqual(Object.keys(outputs).sort(), [...OUTPUTS].sort(), `every output is set, and no other${shown}`);
  assert.deepEqual(ran.written[0], ['allowed', 'false'], '`allowed=false` is written first');
  assert.equal(ran.written.at(-1)?.[0], 'allowed', '`allowed` is written last');

  const code = outputs['reason-code'] ?? '';
  const decision = outputs.decision ?? '';
  assert.ok(decision in CODES, `decision is ${decision}`);
  assert.ok(
    CODES[/** @type {keyof typeof CODES} */ (decision)].includes(code),
    `\`${code}\` is a code of \`${decision}\``,
  );
  assert.equal(outputs.allowed, String(decision === 'allow'));
  assert.notEqual(outputs.reason, '');
  assert.doesNotMatch(outputs.reason ?? '', /[\r\n]/, 'the reason is one line');
  assert.match(outputs.provenance ?? '', /^(none|run|signature|oidc|)$/);
  for (const name of ['fork', 'draft', 'merged']) assert.match(outputs[name] ?? '', /^(true|false|)$/, name);
  assert.match(outputs['pr-state'] ?? '', /^(open|closed|merged|)$/);
  assert.match(outputs['head-sha'] ?? '', /^([0-9a-f]{40}|[0-9a-f]{64}|)$/);
  for (const [name, isIt] of /** @type {const} */ ([
    ['labels', Array.isArray],
    ['payload', isObject],
  ])) {
    if (outputs[name] !== '')
      assert.ok(isIt(JSON.parse(outputs[name] ?? '')), `${name} is JSON of its kind: ${outputs[name]}`);
  }
  if (decision !== 'allow' && !/^(pull_request|replay|api|internal)\./.test(code))
    assert.equal(outputs['head-sha'], '', 'no commit before the PR is verified');

  assert.equal(result?.schema_version, 1, `result is a document of version 1: ${outputs.result}`);
  assert.equal(result.decision, decision);
  assert.equal(result.reason_code, code);
  assert.equal(result.reason, outputs.reason);
  assert.ok(Array.isArray(result.checks), 'result lists the checks');
  for (const check of result.checks)
    assert.ok(['pass', 'fail', 'skip'].includes(check.status), `check ${JSON.stringify(check)}`);

  const unexpected = ran.commands.filter(
    ({ name }) => !['error', 'warning', 'notice', 'add-mask', 'debug', 'group', 'endgroup'].includes(name),
  );
  assert.deepEqual(unexpected, [], `no text of others becomes a workflow command${shown}`);
  assert.ok(ran.annotations.length <= 1 || code === 'internal.error', `one annotation at most${shown}`);
  for (const { name, properties, message } of ran.annotations) {
    if (name === 'error') assert.equal(properties.title, `dispatch-guard: ${code}`);
    assert.notEqual(message, '');
  }
  for (const proposal of [outputs.reason ?? '', ...ran.annotations.map(({ message }) => message)]) {
    assert.doesNotMatch(
      proposal,
      /(add|use|allow|set|list|write|with|to) `[^`]*\*[^`]*`/i,
      'no mend proposes a wildcard',
    );
  }
  assert.deepEqual(
    ran.stateFiles,
    { env: '', path: '', state: '' },
    'no variable, path or state is left to later steps',
  );

  const log = lines(ran.stdout).filter((line) => !line.startsWith('::add-mask::'));
  for (const secret of secrets) {
    const places = {
      log: log.join('\n'),
      stderr: ran.stderr,
      summary: ran.summary,
      outputs: JSON.stringify(outputs),
      files: JSON.stringify(ran.files),
    };
    for (const [place, text] of Object.entries(places))
      assert.ok(!text.includes(secret), `a secret appears in: ${place}\n${text}`);
  }
}

/** @param {unknown} value */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * @typedef {object} Expected
 * @property {string | string[]} code one code, or the codes between which the contract leaves the choice
 * @property {number} [exit]
 * @property {RegExp[]} [says] the reason matches each
 * @property {number | "any"} [requests] none where the code does not need the API, unless told otherwise
 * @property {{[name: string]: string}} [outputs]
 */

/**
 * Holds a run against what is expected of it.
 * @param {Awaited<ReturnType<typeof guard>>} ran
 * @param {Expected | string} expectation
 */
export function assertDecision(ran, expectation) {
  const expected = typeof expectation === 'string' ? { code: expectation } : expectation;
  const codes = [expected.code].flat();
  const code = ran.outputs['reason-code'] ?? '';
  assert.ok(codes.includes(code), `expected ${codes.join(' or ')}, got ${code}: ${ran.outputs.reason}\n${ran.stdout}`);
  assert.equal(ran.code, expected.exit ?? (code === 'allowed' ? 0 : 1), 'exit status');
  for (const pattern of expected.says ?? []) assert.match(ran.outputs.reason ?? '', pattern);
  const apiMayBeAsked = /^(allowed|pull_request\.|api\.|replay\.|internal\.|provenance\.|actor\.)/.test(code);
  const count = expected.requests ?? (apiMayBeAsked ? 'any' : 0);
  if (count !== 'any')
    assert.equal(
      ran.requests.length,
      count,
      `requests: ${ran.requests.map(({ method, path }) => `${method} ${path}`).join(', ')}`,
    );
  for (const [name, value] of Object.entries(expected.outputs ?? {}))
    assert.equal(ran.outputs[name], value, `output ${name}`);
}

/**
 * A test of one guard run.
 * @param {string} name
 * @param {GuardOptions} options
 * @param {Expected | string} expected
 * @param {(ran: Awaited<ReturnType<typeof guard>>) => void} [more]
 */
export function decides(name, options, expected, more) {
  test(name, async () => {
    const ran = await guard(options);
    assertDecision(ran, expected);
    more?.(ran);
  });
}

/** How many runs of one file go on at the same time. */
export const SIDE_BY_SIDE = Object.freeze({ concurrency: 3 });

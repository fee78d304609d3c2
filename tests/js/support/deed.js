// @ts-check
// One run of send or report for a test: a fake API, the process, and what must hold of every run whatever comes of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OUTPUTS } from '../contract/public.js';
import { pushEvent } from './events.js';
import { startFakeApi, TOKEN } from './fake-api.js';
import { pullRequest } from './github-objects.js';
import { CODES } from './guard.js';
import { lines, runAction } from './run-action.js';

/** @typedef {import('./run-action.js').Ran} Ran */
/** @typedef {import('./fake-api.js').Step} Step */

/**
 * @typedef {import('./run-action.js').RunOptions & {
 *   world?: import('./fake-api.js').World,
 *   script?: {[route: string]: Step | Step[]},
 *   secrets?: string[],
 * }} DeedOptions `secrets`: more texts that may appear nowhere but in a mask
 */

/** @typedef {Awaited<ReturnType<typeof deed>>} Deed */

/**
 * Runs an action in a run of `W2` that a push started, against an API that knows pull request 7.
 * @param {'send' | 'report'} action
 * @param {DeedOptions} options
 */
export async function deed(action, { world = { pulls: { 7: pullRequest() } }, script = {}, secrets = [], ...options }) {
  const api = await startFakeApi(world);
  try {
    for (const [route, steps] of Object.entries(script)) api.script(route, steps);
    const environment = {
      GITHUB_WORKFLOW: 'W2',
      GITHUB_WORKFLOW_REF: 'acme/charts/.github/workflows/w2.yml@refs/heads/main',
      ...options.environment,
    };
    const ran = await runAction({
      eventName: 'push',
      event: pushEvent(),
      apiUrl: api.url,
      ...options,
      action,
      environment,
    });
    assertLaws(action, ran, [TOKEN, ...secrets]);
    return { ...ran, api, requests: [...api.requests], dispatches: [...api.dispatches], statuses: api.statuses };
  } finally {
    await api.close();
  }
}

/**
 * What holds of every run.
 * @param {'send' | 'report'} action
 * @param {Ran} ran
 * @param {string[]} secrets
 */
export function assertLaws(action, ran, secrets) {
  const shown = `\n--- stdout\n${ran.stdout}\n--- stderr\n${ran.stderr}`;
  assert.equal(ran.hung, false, `the run did not end${shown}`);
  assert.equal(ran.stderr, '', `nothing is written to stderr${shown}`);

  const names = OUTPUTS[action];
  const [deciding = ''] = names;
  assert.deepEqual(Object.keys(ran.outputs).sort(), [...names].sort(), `every output is set, and no other${shown}`);
  assert.deepEqual(ran.written[0], [deciding, 'false'], 'the deciding output is `false` first of all');
  assert.equal(ran.written.at(-1)?.[0], deciding, 'the deciding output is written last');

  const code = ran.outputs['reason-code'] ?? '';
  const done = ran.outputs[deciding];
  assert.ok(Object.values(CODES).flat().includes(code), `${code} is a code of the closed set`);
  assert.equal(done, String(code === 'allowed'));
  assert.equal(ran.code, done === 'true' ? 0 : 1, `the exit status goes with the output${shown}`);
  assert.match(ran.outputs.reason ?? '', /^[^\r\n]+$/, 'the reason is one line');

  const [audit] = ran.audit;
  if (code !== 'internal.error') {
    assert.equal(ran.audit.length, 1, `one audit line${shown}`);
    assert.equal(
      lines(ran.stdout)
        .filter(Boolean)
        .findLast((line) => !line.startsWith('::')),
      ran.auditLines[0],
    );
    assert.equal(audit.action, action);
    assert.equal(audit.reason_code, code);
    assert.equal(audit.done, done === 'true');
  }

  const annotations = ran.annotations.map(({ name, properties }) => [name, properties.title]);
  assert.deepEqual(annotations, done === 'true' ? [] : [['error', `dispatch-guard: ${code}`]]);
  const commands = ran.commands.filter(({ name }) => !['error', 'add-mask', 'debug'].includes(name));
  assert.deepEqual(commands, [], `no text of others becomes a workflow command${shown}`);
  assert.deepEqual(ran.stateFiles, { env: '', path: '', state: '' });

  const log = lines(ran.stdout).filter((line) => !line.startsWith('::add-mask::'));
  const places = { log: log.join('\n'), summary: ran.summary, outputs: JSON.stringify(ran.outputs) };
  for (const secret of secrets) {
    for (const [place, text] of Object.entries(places)) {
      assert.ok(!text.includes(secret), `a secret appears in: ${place}\n${text}`);
    }
  }
}

/**
 * @typedef {object} Expected
 * @property {string} code
 * @property {RegExp[]} [says] what the reason or the annotation matches
 * @property {string[]} [requests] the routes that were asked for, in order
 */

/**
 * @param {Deed} ran
 * @param {Expected} expected
 */
export function assertDeed(ran, { code, says = [], requests }) {
  assert.equal(ran.outputs['reason-code'], code, `${ran.outputs.reason}\n${ran.stdout}`);
  const words = [ran.outputs.reason, ...ran.annotations.map(({ message }) => message)].join('\n');
  for (const pattern of says) assert.match(words, pattern);
  if (requests)
    assert.deepEqual(
      ran.requests.map(({ route }) => route),
      requests,
    );
}

/**
 * Tests of one run each.
 * @param {'send' | 'report'} action
 * @param {DeedOptions} usual what every run has unless the test says otherwise
 */
export function deedTests(action, usual) {
  /**
   * @param {string} name
   * @param {DeedOptions} options
   * @param {Expected} expected
   * @param {(ran: Deed) => void} [more]
   */
  return (name, options, expected, more) =>
    test(name, async () => {
      const inputs = { ...usual.inputs, ...options.inputs };
      const ran = await deed(action, { ...usual, ...options, inputs });
      assertDeed(ran, expected);
      more?.(ran);
    });
}

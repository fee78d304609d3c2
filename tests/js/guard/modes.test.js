// @ts-check
// The exit status and the annotation for each decision in each mode.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dispatchEvent } from '../support/events.js';
import { fault } from '../support/fake-api.js';
import { USERS } from '../support/github-objects.js';
import { assertDecision, guard, SIDE_BY_SIDE, W5 } from '../support/guard.js';

const DECISIONS = Object.freeze({
  allow: { code: 'allowed', options: {} },
  deny: { code: 'actor.not_allowed', options: { event: dispatchEvent(undefined, { sender: USERS.stranger }) } },
  error: { code: 'api.forbidden', options: { script: { pull: fault.forbidden('pull_requests=read') } } },
});

/** @type {{[decision: string]: {[mode: string]: {[onDeny: string]: [exit: number, annotation: string | undefined]}}}} */
const EXPECTED = {
  allow: {
    enforce: { fail: [0, undefined], skip: [0, undefined] },
    evaluate: { fail: [0, undefined], skip: [0, undefined] },
  },
  deny: {
    enforce: { fail: [1, 'error'], skip: [0, 'notice'] },
    evaluate: { fail: [0, 'warning'], skip: [0, 'warning'] },
  },
  error: { enforce: { fail: [1, 'error'], skip: [1, 'error'] }, evaluate: { fail: [1, 'error'], skip: [1, 'error'] } },
};

describe('exit status and annotation', SIDE_BY_SIDE, () => {
  for (const [decision, { code, options }] of Object.entries(DECISIONS)) {
    for (const mode of ['enforce', 'evaluate']) {
      for (const onDeny of ['fail', 'skip']) {
        test(`${decision}, mode ${mode}, on-deny ${onDeny}`, async () => {
          const ran = await guard({ ...options, inputs: { ...W5, mode, 'on-deny': onDeny } });
          const [exit, annotation] = EXPECTED[decision]?.[mode]?.[onDeny] ?? [1, 'error'];
          assertDecision(ran, { code, exit, outputs: { decision, allowed: String(decision === 'allow') } });
          assert.deepEqual(
            ran.annotations.map(({ name }) => name),
            annotation === undefined ? [] : [annotation],
          );
          if (annotation !== undefined)
            assert.match(ran.annotations[0]?.properties.title ?? '', new RegExp(`dispatch-guard: ${code}`));
        });
      }
    }
  }

  test('the outputs of a deny are the same in every mode', async () => {
    const options = DECISIONS.deny.options;
    const [enforced, evaluated, skipped] = await Promise.all([
      guard({ ...options, inputs: W5 }),
      guard({ ...options, inputs: { ...W5, mode: 'evaluate' } }),
      guard({ ...options, inputs: { ...W5, 'on-deny': 'skip' } }),
    ]);
    const { result: _1, ...expected } = enforced.outputs;
    for (const ran of [evaluated, skipped]) {
      const { result: _2, ...outputs } = ran.outputs;
      assert.deepEqual(outputs, expected);
    }
  });

  test('an error stops the run whatever the inputs say, also a bad mode', async () => {
    const ran = await guard({ inputs: { ...W5, mode: 'audit', 'on-deny': 'skip' } });
    assertDecision(ran, { code: 'config.invalid_input', exit: 1 });
  });
});

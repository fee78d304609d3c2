// @ts-check
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { failedOutputs } from '../../../js/action/outputs.js';
import { CONTRACT, OUTPUTS } from '../support/contract.js';
import { readActionFile } from '../../../scripts/action-yml.mjs';

const version = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')).version;

const FILES = {
  guard: 'action.yml',
  send: 'send/action.yml',
  report: 'report/action.yml',
  reconcile: 'reconcile/action.yml',
};

for (const action of /** @type {const} */ (['guard', 'send', 'report', 'reconcile'])) {
  test(`${action}: its action.yml has the same outputs in the same order`, () => {
    const path = fileURLToPath(new URL(`../../../${FILES[action]}`, import.meta.url));
    assert.deepEqual(readActionFile(path).outputs, OUTPUTS[action]);
  });

  test(`a failed ${action} sets all of its outputs, the deciding one last`, () => {
    const outputs = failedOutputs(CONTRACT, action, 'the action itself failed', 'what helps');
    const [deciding, ...others] = OUTPUTS[action];
    assert.deepEqual(Object.keys(outputs), [...others, deciding]);
    assert.equal(outputs[deciding], action === 'reconcile' ? '[]' : 'false');
    assert.equal(outputs['reason-code'], 'internal.error');
    assert.equal(outputs.reason, 'the action itself failed');
  });
}

test('a failed guard sets no fact', () => {
  const {
    decision,
    result,
    reason,
    allowed,
    'reason-code': code,
    ...rest
  } = failedOutputs(CONTRACT, 'guard', 'a "reason"', 'what helps');
  assert.equal(decision, 'error');
  assert.deepEqual([...new Set(Object.values(rest))], [''], 'everything else is empty');
  const document = JSON.parse(result ?? '');
  assert.equal(document.schema_version, 1);
  assert.equal(document.version, version);
  assert.equal(document.decision, decision);
  assert.equal(document.allowed, false);
  assert.equal(document.reason_code, code);
  assert.equal(document.reason, reason);
  assert.equal(document.head_verified, false);
  assert.equal(document.pull_request, null);
  assert.ok(Math.abs(Date.parse(document.time) - Date.now()) < 60_000);
  assert.equal(allowed, 'false');
});

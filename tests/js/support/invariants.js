// @ts-check
// What must hold of every run of an action, whatever its verdict.

import assert from 'node:assert/strict';
import { CODES, verdictOf } from '../contract/public.js';
import { OUTPUTS } from './contract.js';
import { lines, TOKEN } from './run-action.js';

/** @typedef {import('./run-action.js').ActionName} ActionName */
/** @typedef {import('./run-action.js').Ran} Ran */

const ALL_CODES = Object.values(CODES).flat();

/**
 * @param {Ran} ran
 * @param {{action?: ActionName, secrets?: string[], done?: boolean}} [options] `secrets`: texts that may appear only in a
 *   mask; `done`: whether something was sent, where that does not follow from the code
 */
export function assertInvariants(ran, { action = 'guard', secrets = [TOKEN], done } = {}) {
  const shown = `\n--- stdout\n${ran.stdout}\n--- stderr\n${ran.stderr}`;
  assert.equal(ran.hung, false, `the run did not end${shown}`);
  assert.equal(ran.stderr, '', `stderr is not empty${shown}`);

  const { outputs } = ran;
  const [deciding = ''] = OUTPUTS[action];
  assert.deepEqual(
    Object.keys(outputs).sort(),
    [...OUTPUTS[action]].sort(),
    `every output and no other is set${shown}`,
  );
  const undecided = action === 'reconcile' ? '[]' : 'false';
  assert.deepEqual(ran.written[0], [deciding, undecided], `\`${deciding}=${undecided}\` is written first`);
  assert.equal(ran.written.at(-1)?.[0], deciding, `\`${deciding}\` is written last`);

  const code = outputs['reason-code'] ?? '';
  const verdict = verdictOf(code);
  assert.ok(ALL_CODES.includes(code), `unknown code \`${code}\``);
  const isDone = done ?? verdict === 'allow';
  if (action === 'reconcile') assert.equal(outputs.sent !== '[]', isDone, outputs.sent);
  else assert.equal(outputs[deciding], String(isDone));
  assert.match(outputs.reason ?? '', /^[^\r\n]+$/, 'the reason is one line');
  // A denial can end with 0, by `mode` and `on-deny`.
  if (verdict === 'allow') assert.equal(ran.code, 0, `exit status${shown}`);
  if (verdict === 'error' || (verdict === 'deny' && action !== 'guard'))
    assert.equal(ran.code, 1, `exit status${shown}`);

  assertAnnotation(ran);
  const known = ['error', 'warning', 'notice', 'add-mask', 'debug', 'group', 'endgroup'];
  const unknown = ran.commands.filter(({ name }) => !known.includes(name));
  assert.deepEqual(unknown, [], `untrusted text became a workflow command${shown}`);
  assert.deepEqual(ran.stateFiles, { env: '', path: '', state: '' }, 'nothing is left to later steps');

  if (action === 'guard') assertGuardOutputs(ran);
  else if (code !== 'internal.error') assertAuditLine(ran, action, isDone || verdict === 'allow');

  const places = {
    log: lines(ran.stdout)
      .filter((line) => !line.startsWith('::add-mask::'))
      .join('\n'),
    summary: ran.summary,
    outputs: JSON.stringify(outputs),
    files: JSON.stringify(ran.files),
  };
  for (const secret of secrets) {
    for (const [place, text] of Object.entries(places))
      assert.ok(!text.includes(secret), `a secret is in the ${place}\n${text}`);
  }
}

/** @param {Ran} ran */
function assertAnnotation({ annotations, outputs, stdout }) {
  const code = outputs['reason-code'] ?? '';
  // A file that cannot be written is a second error, or a warning beside an allow.
  if (verdictOf(code) === 'allow')
    assert.ok(
      annotations.every(({ name }) => name === 'warning'),
      stdout,
    );
  else if (code !== 'internal.error') assert.equal(annotations.length, 1, `one annotation\n${stdout}`);
  for (const { name, properties, message } of annotations) {
    if (name === 'error') assert.equal(properties.title, `dispatch-guard: ${code}`);
    assert.notEqual(message, '');
  }
  for (const text of [outputs.reason ?? '', ...annotations.map(({ message }) => message)])
    assert.doesNotMatch(text, /(add|use|allow|set|list|write|with|to) `[^`]*\*[^`]*`/i, 'help proposes a wildcard');
}

/** @param {Ran} ran */
function assertGuardOutputs({ outputs, result }) {
  const code = outputs['reason-code'] ?? '';
  assert.equal(outputs.decision, verdictOf(code));
  assert.match(outputs.provenance ?? '', /^(none|run|signature|oidc|)$/);
  for (const name of ['fork', 'draft', 'merged']) assert.match(outputs[name] ?? '', /^(true|false|)$/, name);
  assert.match(outputs['pr-state'] ?? '', /^(open|closed|merged|)$/);
  assert.match(outputs['head-sha'] ?? '', /^([0-9a-f]{40}|[0-9a-f]{64}|)$/);
  if (outputs.labels !== '') assert.ok(Array.isArray(JSON.parse(outputs.labels ?? '')), outputs.labels);
  if (outputs.payload !== '') assert.equal(outputs.payload?.[0], '{', outputs.payload);
  if (outputs.decision !== 'allow' && !/^(pull_request|replay|api|internal)\./.test(code))
    assert.equal(outputs['head-sha'], '', 'no commit before the pull request is verified');

  assert.equal(result?.schema_version, 1, `result is a document of version 1: ${outputs.result}`);
  assert.deepEqual(
    [result.decision, result.reason_code, result.reason],
    [outputs.decision, code, outputs.reason],
    'result agrees with the outputs',
  );
  for (const { status } of result.checks) assert.match(status, /^(pass|fail|skip)$/);
}

/** @param {Ran} ran @param {ActionName} action @param {boolean} done */
function assertAuditLine({ audit, auditLines, outputs, stdout }, action, done) {
  assert.equal(audit.length, 1, `one audit line\n${stdout}`);
  const last = lines(stdout)
    .filter(Boolean)
    .findLast((line) => !line.startsWith('::'));
  assert.equal(last, auditLines[0], 'the audit line comes last');
  assert.deepEqual([audit[0].action, audit[0].reason_code, audit[0].done], [action, outputs['reason-code'], done]);
}

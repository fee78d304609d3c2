// @ts-check
// The outputs of each action. The core fills them in; the shim knows their names for the moment when there is no core.

import metadata from '../package.json' with { type: 'json' };

/**
 * The outputs by action, as in its `action.yml`. The first one decides: it is `false` before anything else happens.
 */
export const OUTPUTS = /** @type {const} */ ({
  guard: [
    'allowed',
    'decision',
    'reason-code',
    'reason',
    'event',
    'event-type',
    'actor',
    'actor-id',
    'triggering-actor',
    'pr-number',
    'pr-author',
    'pr-state',
    'head-ref',
    'head-sha',
    'head-repo',
    'base-ref',
    'base-sha',
    'fork',
    'draft',
    'merged',
    'merge-commit-sha',
    'labels',
    'payload',
    'provenance',
    'result',
  ],
  send: ['sent', 'reason-code', 'reason', 'event-type', 'nonce', 'pr-number', 'head-sha', 'payload'],
  report: ['reported', 'reason-code', 'reason'],
});

/** @typedef {keyof typeof OUTPUTS} ActionName */

/** The code of a failure of the action itself. */
export const INTERNAL_ERROR = 'internal.error';

/** The cure of that code, word for word as in the core's table. */
export const MEND = 'Run again; if it stays, report it with the log.';

/**
 * What every output is when the action itself failed.
 * @param {ActionName} action
 * @param {string} reason one sentence for a person
 * @returns {Record<string, string>} in order, the deciding one last
 */
export function failedOutputs(action, reason) {
  /** @type {Record<string, string>} */
  const known = { decision: 'error', 'reason-code': INTERNAL_ERROR, reason };
  if (action === 'guard') known.result = failedResult(reason);
  const [deciding, ...others] = OUTPUTS[action];
  return { ...Object.fromEntries(others.map((name) => [name, known[name] ?? ''])), [deciding]: 'false' };
}

/**
 * The output `result` of a decision that was never made. Nothing was established, so nothing is claimed.
 * @param {string} reason
 * @returns {string} JSON after `schema/result.schema.json`
 */
function failedResult(reason) {
  return JSON.stringify({
    schema_version: 1,
    version: metadata.version,
    time: `${new Date().toISOString().slice(0, 19)}Z`,
    decision: 'error',
    allowed: false,
    reason_code: INTERNAL_ERROR,
    reason,
    mend: MEND,
    mode: 'enforce',
    on_deny: 'fail',
    event: { name: '', type: '' },
    run: { repository: '', repository_id: '', run_id: '', run_attempt: '', workflow_ref: '', url: '' },
    policy: { source: '', path: '', blob_sha: '', sha256: '' },
    identities: [],
    payload: null,
    provenance: {
      level: '',
      proofs: [],
      digest: '',
      workflow_ref: '',
      run_id: '',
      run_attempt: '',
      issued_at: '',
      nonce: '',
      hops: '',
      source_actor: '',
    },
    pull_request: null,
    head_verified: false,
    checks: [],
    api_requests: [],
  });
}

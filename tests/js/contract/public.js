// @ts-check
// A second copy of the public contract of version 1, to compare the implementation with. A change here is a breaking
// change for users.

/** @typedef {'guard' | 'send' | 'report' | 'reconcile'} ActionName */

export const FILES = /** @type {const} */ ({
  guard: 'action.yml',
  send: 'send/action.yml',
  report: 'report/action.yml',
  reconcile: 'reconcile/action.yml',
});

/** An optional input that is not given; an empty one is an error. */
const UNSET = '(unset)';

/**
 * Inputs with their defaults; `undefined` = required.
 * @type {{ [name in ActionName]: { [name: string]: string | undefined } }}
 */
export const INPUTS = {
  guard: {
    token: '${{ github.token }}',
    policy: UNSET,
    'policy-file': UNSET,
    events: 'repository_dispatch, pull_request',
    'dispatch-types': UNSET,
    'activity-types': UNSET,
    'allowed-actors': UNSET,
    payload: 'pr: pull-request',
    'base-branches': UNSET,
    'required-labels': UNSET,
    'forbidden-labels': UNSET,
    'require-merged': 'false',
    'allow-forks': UNSET,
    'signing-keys': '',
    mode: 'enforce',
    'on-deny': 'fail',
    'skip-on': UNSET,
    summary: 'true',
    'audit-file': UNSET,
    'evidence-file': UNSET,
  },
  send: {
    token: '${{ github.token }}',
    'event-type': UNSET,
    workflow: UNSET,
    ref: UNSET,
    'client-payload': '{}',
    'pr-number': UNSET,
    'head-sha': UNSET,
    repository: '${{ github.repository }}',
    'pr-repository': UNSET,
    'signing-key': UNSET,
    oidc: 'false',
    envelope: 'true',
    wait: 'none',
    'wait-workflow': UNSET,
    'wait-timeout': '10m',
  },
  report: {
    token: '${{ github.token }}',
    repository: '${{ github.repository }}',
    sha: undefined,
    // The action's own default: `dispatch-guard / WORKFLOW NAME`.
    context: UNSET,
    status: '${{ job.status }}',
    // Empty: the outcome of the workflow, and the page of this run.
    description: '',
    'target-url': '',
  },
  reconcile: {
    token: '${{ github.token }}',
    'event-type': undefined,
    context: undefined,
    'base-branches': UNSET,
    'required-labels': UNSET,
    'forbidden-labels': UNSET,
    'require-merged': 'false',
    'allow-forks': 'false',
    since: '24h',
    stale: '6h',
    limit: '20',
    'dry-run': 'false',
    'signing-key': UNSET,
    oidc: 'false',
  },
};

/** Shorthand inputs of the guard. */
export const FLAT = [
  'events',
  'dispatch-types',
  'activity-types',
  'allowed-actors',
  'payload',
  'base-branches',
  'required-labels',
  'forbidden-labels',
  'require-merged',
  'allow-forks',
];

/**
 * Outputs in the order of action.yml.
 * @type {{ [name in ActionName]: string[] }}
 */
export const OUTPUTS = {
  guard: [
    'allowed',
    'decision',
    'reason-code',
    'reason',
    'rule',
    'command',
    'label',
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
  send: [
    'sent',
    'reason-code',
    'reason',
    'event-type',
    'nonce',
    'pr-number',
    'head-sha',
    'payload',
    'run-id',
    'run-url',
    'conclusion',
  ],
  report: ['reported', 'reason-code', 'reason'],
  reconcile: ['sent', 'reason-code', 'reason', 'missed'],
};

/** The output that decides: `false` or empty first, and written last. @type {{ [name in ActionName]: string }} */
export const DECIDING = { guard: 'allowed', send: 'sent', report: 'reported', reconcile: 'sent' };

/**
 * Codes by the step that gives them, in the order of the checks.
 * @type {{ [step: string]: string[] }}
 */
export const CODES = {
  config: ['config.invalid_input', 'config.policy_missing', 'config.policy_invalid', 'config.policy_conflict'],
  event: [
    'event.unreadable',
    'event.malformed',
    'event.mismatch',
    'event.repository_not_allowed',
    'event.not_allowed',
    'event.type_not_allowed',
    'event.branch_not_allowed',
    'event.source_not_allowed',
    'event.label_not_allowed',
    'event.review_not_allowed',
    'event.no_command',
  ],
  actor: [
    'actor.not_allowed',
    'actor.identity_mismatch',
    'actor.sender_not_allowed',
    'actor.commenter_not_allowed',
    'actor.source_not_allowed',
    'actor.rerun_not_allowed',
    'actor.confused_deputy',
    'actor.unverified',
  ],
  payload: ['payload.malformed', 'payload.missing_field', 'payload.invalid_field', 'payload.unknown_field'],
  provenance: [
    'provenance.missing',
    'provenance.run_mismatch',
    'provenance.signature_invalid',
    'provenance.oidc_invalid',
    'provenance.expired',
    'provenance.hop_limit',
  ],
  pull_request: [
    'pull_request.missing',
    'pull_request.ambiguous',
    'pull_request.not_found',
    'pull_request.wrong_repository',
    'pull_request.head_gone',
    'pull_request.fork',
    'pull_request.head_moved',
    'pull_request.changed',
    'pull_request.base_not_allowed',
    'pull_request.head_not_allowed',
    'pull_request.state_not_allowed',
    'pull_request.not_merged',
    'pull_request.merged',
    'pull_request.draft',
    'pull_request.author_not_allowed',
    'pull_request.label_missing',
    'pull_request.label_forbidden',
    'pull_request.label_not_trusted',
    'pull_request.file_not_allowed',
    'pull_request.too_many_files',
    'pull_request.changes_requested',
    'pull_request.approval_missing',
    'pull_request.check_not_successful',
  ],
  once: ['replay.duplicate'],
  wait: ['run.not_started', 'run.not_completed', 'run.not_successful', 'run.ambiguous'],
  any: [
    'api.unauthorized',
    'api.forbidden',
    'api.rate_limited',
    'api.unavailable',
    'api.invalid_response',
    'internal.error',
  ],
  done: ['allowed'],
};

/** The events that a policy of version 1 knows. */
export const EVENTS = [
  'repository_dispatch',
  'workflow_dispatch',
  'pull_request',
  'pull_request_target',
  'pull_request_review',
  'pull_request_review_comment',
  'issue_comment',
  'issues',
  'workflow_run',
  'merge_group',
  'push',
  'schedule',
];

/** @param {string} code */
export function verdictOf(code) {
  if (code === 'allowed') return 'allow';
  const isError = /^(config|run|api|internal)\.|^event\.(unreadable|malformed)$|^actor\.unverified$/.test(code);
  return isError ? 'error' : 'deny';
}

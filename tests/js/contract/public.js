// @ts-check
// The public contract of version 1, written down a second time: what users see and may rely on. A name, a default or a
// code that changes here changes for everybody who uses the action.

/** @typedef {'guard' | 'send' | 'report'} ActionName */

export const FILES = /** @type {const} */ ({
  guard: 'action.yml',
  send: 'send/action.yml',
  report: 'report/action.yml',
});

/**
 * Inputs with their defaults; `undefined` = required.
 * @type {{ [name in ActionName]: { [name: string]: string | undefined } }}
 */
export const INPUTS = {
  guard: {
    token: '${{ github.token }}',
    policy: '',
    'policy-file': '',
    events: 'repository_dispatch, pull_request',
    'dispatch-types': '',
    'activity-types': '',
    'allowed-actors': '',
    payload: 'pr: pull-request',
    'base-branches': '',
    'required-labels': '',
    'forbidden-labels': '',
    'require-merged': 'false',
    'allow-forks': '',
    'signing-keys': '',
    mode: 'enforce',
    'on-deny': 'fail',
    summary: 'true',
    'audit-file': '',
    'evidence-file': '',
  },
  send: {
    token: '${{ github.token }}',
    'event-type': undefined,
    'client-payload': '{}',
    'pr-number': '',
    repository: '${{ github.repository }}',
    'signing-key': '',
    oidc: 'false',
    envelope: 'true',
  },
  report: {
    token: '${{ github.token }}',
    sha: undefined,
    // Worked out by the action: `dispatch-guard / WORKFLOW NAME`, and this run's page.
    context: '',
    status: '${{ job.status }}',
    description: '',
    'target-url': '',
  },
};

/** Inputs of the guard that are short for a policy. */
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
 * Outputs. The first one decides.
 * @type {{ [name in ActionName]: string[] }}
 */
export const OUTPUTS = {
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
};

/**
 * Codes by the step that gives them, in the order of the checks.
 * @type {{ [step: string]: string[] }}
 */
export const CODES = {
  config: ['config.invalid_input', 'config.policy_missing', 'config.policy_invalid', 'config.policy_conflict'],
  event: ['event.unreadable', 'event.malformed', 'event.mismatch', 'event.not_allowed', 'event.type_not_allowed'],
  actor: [
    'actor.not_allowed',
    'actor.identity_mismatch',
    'actor.sender_not_allowed',
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
  ],
  once: ['replay.duplicate'],
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
  'issue_comment',
  'workflow_run',
  'merge_group',
  'push',
  'schedule',
];

/** @param {string} code */
export function answerOf(code) {
  if (code === 'allowed') return 'allow';
  const isError = /^(config|api|internal)\.|^event\.(unreadable|malformed)$|^actor\.unverified$/.test(code);
  return isError ? 'error' : 'deny';
}

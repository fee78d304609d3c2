// @ts-check
// Every request of the actions, each with a run that makes it: the rows of the fault matrix.

import { generateKeyPairSync } from 'node:crypto';
import { issuerKey, token } from '../support/reference-crypto.js';
import { commentEvent, dispatchEvent, pushEvent, reviewEvent, workflowRunEvent } from '../support/events.js';
import { fault as answers } from '../support/fake-api.js';
import { FORK, HEAD_SHA, pullRequest, REPOSITORY, USERS } from '../support/github-objects.js';
import { dispatchPolicy, policyFor, W5 } from '../support/guard.js';
import { claimsFor, envelope, now, payload, policy, WORKFLOWS } from '../support/envelope.js';

/** @typedef {import('../support/fake-api.js').FakeApi} FakeApi */
/** @typedef {import('../support/fake-api.js').Step} Step */
/** @typedef {import('../support/fake-api.js').World} World */
/** @typedef {import('../support/run-action.js').RunOptions} RunOptions */

/**
 * @typedef {object} Endpoint
 * @property {import('../support/run-action.js').ActionName} action
 * @property {string} name
 * @property {'GET' | 'POST'} method
 * @property {string} shown its address for readers
 * @property {string} made when it is made
 * @property {string} route of the fake API
 * @property {RegExp} path as the record of the run has it
 * @property {string} [after] the route that is asked just before; without one it is the first request
 * @property {number} [skip] how many requests to the route are answered before the one that fails
 * @property {boolean} [sent] whether a dispatch is accepted before this request
 * @property {{ [route: string]: Step }} [script] what the other routes answer, where that is not as usual
 * @property {string} well the code where nothing is wrong
 * @property {string} [head] the output `head-sha` where this endpoint fails
 * @property {World} [world]
 * @property {(api: FakeApi) => RunOptions} run
 * @property {string} [explained] the route that is asked where this one is not found
 * @property {{ [fault: string]: [code: string, attempts: number] }} [contract] where it is not what the fault usually gives
 */

const TEAM = '@acme/maintainers';
const POLICY_FILE = '.github/dispatch-guard.yml';
const POLICIES = Object.freeze({ id: 300500, full_name: 'acme/policies', owner: USERS.org });
const FOREIGN = Object.freeze({ id: 300400, full_name: 'acme/deploy', owner: USERS.org });
const SIGNING_KEY = 'the-key-of-sender-and-guard';
const REQUEST_TOKEN = 'request-token-of-this-job';

/** Secrets of these runs, beside the token. */
export const SECRETS = [SIGNING_KEY, REQUEST_TOKEN];

const issuer = issuerKey('one');
const idTokens = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PULLS = { 7: pullRequest() };

/** @param {number} seconds from now */
const at = (seconds) => new Date((now() + seconds) * 1000).toISOString().replace(/\.\d+/, '');

/** A dispatch by a person, under a policy whose actors need a request. @param {string} actors */
const byPerson = (actors) => () => ({
  event: dispatchEvent({ pr: 7 }, { sender: USERS.maintainer }),
  inputs: { policy: dispatchPolicy('', { actors }) },
});

/** A dispatch with an envelope. @param {string} provenance @param {string} [more] of the rule */
const proven = (provenance, more) => () => ({
  event: dispatchEvent(payload(envelope())),
  inputs: { policy: policy(provenance, more) },
});

/** A comment on the pull request. @param {Partial<RunOptions>} [more] */
const commented =
  (more = {}) =>
  () => ({
    eventName: 'issue_comment',
    event: commentEvent(),
    inputs: { policy: policyFor('issue_comment', 'actors: [mona]\npull-request: {base: [main]}\n') },
    ...more,
  });
const BRANCH = 'refs/heads/charts/redis-1.4.2';
/** The branch of the pull request was pushed before every act. @type {World} */
const PUSHED = { pulls: PULLS, activity: { 'acme/charts': [{ id: 1, ref: BRANCH, after: HEAD_SHA }] } };

/** A dispatch of a pull request that has to meet a demand. @param {string} demand */
const demanding = (demand) => () => ({
  event: dispatchEvent({ pr: 7 }),
  inputs: { policy: dispatchPolicy(`pull-request: ${demand}\n`) },
});

const REVIEWED = pullRequest({ author: USERS.contributor });

/** @param {{ [name: string]: string }} inputs @param {(api: FakeApi) => { [name: string]: string }} [environment] */
const sends = (inputs, environment) => (/** @type {FakeApi} */ api) => ({
  eventName: 'push',
  event: pushEvent(),
  inputs: { 'event-type': 'chart-pr-created', 'client-payload': '{"chart":"redis"}', ...inputs },
  environment: environment?.(api) ?? {},
});

/** @type {Endpoint['contract']} */
const REFUSALS_LEAVE_IT_OPEN = { 403: ['actor.unverified', 1], 404: ['actor.unverified', 1] };
/** @type {Endpoint['contract']} GitHub answers 404 to hide a repository that the token cannot write to. */
const HIDDEN = { 404: ['api.forbidden', 1] };
/** @type {Endpoint['contract']} A name that leads elsewhere is not the one that the policy means. */
const NOT_FOLLOWED = {
  301: ['api.invalid_response', 1],
  308: ['api.invalid_response', 1],
  loop: ['api.invalid_response', 1],
};
/** A comment on the pull request of a fork. */
const FORKED = pullRequest({ head: { ref: 'main', repo: FORK }, author: USERS.stranger });

/** Waits for the run, which starts when the dispatch arrives. @param {{ [name: string]: string }} inputs @returns {Endpoint['run']} */
const waits = (inputs) => (api) => {
  api.world.onDispatch = ({ client_payload }) =>
    void api.world.runs.push({
      id: 55,
      event: 'repository_dispatch',
      display_title: inputs['pr-number'] ? 'W5' : client_payload._guard.nonce,
      path: '.github/workflows/w5.yml',
      created_at: at(0),
      status: 'completed',
      conclusion: 'success',
    });
  return sends({ 'wait-timeout': '1s', ...inputs })(api);
};
/** @type {Endpoint['contract']} Until the time is up, a fault that may pass does not end the wait. */
const IN_VAIN = Object.fromEntries(
  ['refused', 'reset', 'half', 'stall', 'drip', '429', '500', '503'].map((id) => [id, ['run.not_started', 4]]),
);
const PASSING_FAULTS = Object.keys(IN_VAIN);
IN_VAIN.limit = ['run.not_started', 2];

/** A pass over the open pull request 7, which was updated just now. @returns {RunOptions} */
const passes = () => ({
  eventName: 'push',
  event: pushEvent(),
  inputs: { 'event-type': 'chart-pr-created', context: 'dispatch-guard / W5' },
});
/** @type {World} */
const MISSED = { pulls: { 7: pullRequest({ updated_at: at(-60) }) } };
/** @type {Endpoint['contract']} A write that may have been accepted is not repeated. */
const AT_MOST_ONCE = {
  reset: ['api.unavailable', 1],
  half: ['api.unavailable', 1],
  stall: ['api.unavailable', 1],
  drip: ['api.unavailable', 1],
  500: ['api.unavailable', 1],
  passing: ['api.unavailable', 1],
};

/** @type {Endpoint['contract']} Following a 301 would turn the POST into a GET. */
const WRITE_IS_NOT_MOVED = { 301: ['api.invalid_response', 1] };

/** @type {Endpoint[]} */
export const ENDPOINTS = [
  {
    action: 'guard',
    name: 'the policy file',
    method: 'GET',
    shown: '/repos/{o}/{r}/contents/{path}',
    made: '`policy-file` is set',
    route: 'contents',
    path: /\/contents\//,
    well: 'allowed',
    world: { pulls: PULLS, contents: { [POLICY_FILE]: dispatchPolicy() } },
    run: () => ({ event: dispatchEvent({ pr: 7 }), inputs: { 'policy-file': POLICY_FILE } }),
    contract: { 404: ['config.policy_missing', 1] },
  },
  {
    action: 'guard',
    name: 'the policy file of another repository',
    method: 'GET',
    shown: '/repos/{owner}/{repo}/contents/{path}?ref={ref}',
    made: '`policy-file` names another repository',
    route: 'contents',
    path: /\/contents\//,
    well: 'allowed',
    world: {
      pulls: PULLS,
      repositories: [REPOSITORY, POLICIES],
      foreignContents: { [POLICIES.full_name]: { v1: { 'guard.yml': dispatchPolicy() } } },
    },
    run: () => ({ event: dispatchEvent({ pr: 7 }), inputs: { 'policy-file': 'acme/policies:guard.yml@v1' } }),
    contract: { ...NOT_FOLLOWED, 404: ['config.policy_missing', 1] },
  },
  {
    action: 'guard',
    name: 'a membership of an organization',
    method: 'GET',
    shown: '/orgs/{org}/members/{login}',
    made: 'an actor entry is `@org`',
    route: 'member',
    path: /\/members\//,
    well: 'allowed',
    world: { pulls: PULLS, organizations: { acme: { members: ['mona'] } } },
    run: byPerson('["@acme"]'),
    contract: { ...NOT_FOLLOWED, 403: ['actor.unverified', 1], 404: ['actor.not_allowed', 1] },
  },
  {
    action: 'guard',
    name: 'a public membership',
    method: 'GET',
    shown: '/orgs/{org}/public_members/{login}',
    made: 'the token may not see the members',
    route: 'public-member',
    path: /\/public_members\//,
    after: 'member',
    well: 'allowed',
    world: { pulls: PULLS, organizations: { acme: { members: [], public: ['mona'], hidden: true } } },
    run: byPerson('["@acme"]'),
    contract: { ...NOT_FOLLOWED, ...REFUSALS_LEAVE_IT_OPEN },
  },
  {
    action: 'guard',
    name: 'a membership of a team',
    method: 'GET',
    shown: '/orgs/{org}/teams/{team}/memberships/{login}',
    made: 'an actor entry is `@org/team`',
    route: 'membership',
    path: /\/memberships\//,
    well: 'allowed',
    world: { pulls: PULLS, teams: { 'acme/maintainers': { mona: 'active' } } },
    run: byPerson(`["${TEAM}"]`),
    // The team itself is visible, so the login is not a member.
    contract: { 403: ['actor.unverified', 1], 404: ['actor.not_allowed', 1] },
  },
  {
    action: 'guard',
    name: 'the team',
    method: 'GET',
    shown: '/orgs/{org}/teams/{team}',
    made: 'the membership was a 404',
    route: 'team',
    path: /\/teams\/[^/]+$/,
    after: 'membership',
    well: 'actor.not_allowed',
    world: { pulls: PULLS, teams: { 'acme/maintainers': { hubot: 'active' } } },
    run: byPerson(`["${TEAM}"]`),
    contract: REFUSALS_LEAVE_IT_OPEN,
  },
  {
    action: 'guard',
    name: 'a role',
    method: 'GET',
    shown: '/repos/{o}/{r}/collaborators/{login}/permission',
    made: 'an actor entry is `role:LEVEL`',
    route: 'permission',
    path: /\/permission$/,
    well: 'allowed',
    world: { pulls: PULLS, permissions: { mona: { permission: 'write', role_name: 'write' } } },
    run: byPerson('["role:write"]'),
    contract: REFUSALS_LEAVE_IT_OPEN,
  },
  {
    action: 'guard',
    name: 'who started this attempt',
    method: 'GET',
    shown: '/repos/{o}/{r}/actions/runs/{run}/attempts/{n}',
    made: 'somebody re-runs, and is listed with an id',
    route: 'attempt',
    path: /\/runs\/777000\/attempts\/2$/,
    well: 'allowed',
    world: { pulls: PULLS, runs: [{ id: 777000, attempt: 2, triggering_actor: USERS.contributor }] },
    run: () => ({
      event: dispatchEvent({ pr: 7 }),
      inputs: { policy: dispatchPolicy('', { actors: '["github-actions[bot]", "hubot:2002"]' }) },
      environment: { GITHUB_TRIGGERING_ACTOR: 'hubot', GITHUB_RUN_ATTEMPT: '2' },
    }),
    contract: REFUSALS_LEAVE_IT_OPEN,
  },
  {
    action: 'guard',
    name: 'the source run',
    method: 'GET',
    shown: '/repos/{o}/{r}/actions/runs/{run}',
    made: '`provenance.require` is `run`',
    route: 'run',
    path: /\/runs\/123$/,
    well: 'allowed',
    world: { pulls: PULLS, runs: [{ id: 123, created_at: at(-120), updated_at: at(-1) }] },
    run: proven(`require: run, ${WORKFLOWS}`),
    contract: { 404: ['provenance.run_mismatch', 1] },
  },
  {
    action: 'guard',
    name: 'its earlier attempt',
    method: 'GET',
    shown: '/repos/{o}/{r}/actions/runs/{run}/attempts/{n}',
    made: 'the source run was re-run since',
    route: 'attempt',
    path: /\/runs\/123\/attempts\/1$/,
    after: 'run',
    well: 'allowed',
    world: {
      pulls: PULLS,
      runs: [
        { id: 123, created_at: at(-120), updated_at: at(3600), status: 'completed' },
        { id: 123, attempt: 2, created_at: at(-120), run_started_at: at(-2) },
      ],
    },
    run: proven(`require: run, ${WORKFLOWS}`),
    contract: { 404: ['provenance.run_mismatch', 1] },
  },
  {
    action: 'guard',
    name: "the issuer's keys",
    method: 'GET',
    shown: '{issuer}/.well-known/jwks',
    made: '`provenance.require` is `oidc`',
    route: 'jwks',
    path: /\/jwks$/,
    well: 'allowed',
    world: { pulls: PULLS, oidc: { privateKeyPem: '', jwks: { keys: [issuer.jwk] }, claims: {} } },
    run: ({ origin }) => {
      const unsigned = payload(envelope());
      const oidc = token(issuer, claimsFor(unsigned, origin));
      return {
        event: dispatchEvent({ ...unsigned, _guard: { ...unsigned._guard, oidc } }),
        inputs: { policy: policy(`require: oidc, ${WORKFLOWS}`) },
      };
    },
    // No token is sent there, so no permission can be missing.
    contract: { 401: ['api.invalid_response', 1], 403: ['api.invalid_response', 1] },
  },
  {
    action: 'guard',
    name: 'the pull request',
    method: 'GET',
    shown: '/repos/{o}/{r}/pulls/{n}',
    made: 'a dispatch names one; `pull_request_target`; `pull_request_review`; `issue_comment` with a rule about it',
    route: 'pull',
    path: /\/pulls\/7$/,
    well: 'allowed',
    world: { pulls: PULLS },
    run: () => ({ event: dispatchEvent(), inputs: W5 }),
    contract: { 404: ['pull_request.not_found', 1] },
  },
  {
    action: 'guard',
    name: 'the pull request of a commit',
    method: 'GET',
    shown: '/repos/{o}/{r}/commits/{sha}/pulls',
    made: 'the payload has a `head-sha` and no `pull-request`; `push` with `pull-request`',
    route: 'commit-pulls',
    path: /\/commits\/[0-9a-f]{40}\/pulls/,
    well: 'allowed',
    world: { pulls: PULLS },
    run: () => ({
      event: dispatchEvent({ commit: HEAD_SHA }),
      inputs: { policy: dispatchPolicy('', { payload: '{commit: head-sha}' }) },
    }),
    // No commit of this id, as GitHub says it.
    contract: { 404: ['pull_request.missing', 1], 422: ['pull_request.missing', 1] },
  },
  {
    action: 'guard',
    name: 'the pull request of a source run',
    method: 'GET',
    shown: '/repos/{o}/{r}/pulls?head={owner}:{branch}',
    made: '`workflow_run` with `pull-request`',
    route: 'pulls',
    path: /\/pulls\?/,
    well: 'allowed',
    world: { pulls: PULLS },
    run: () => ({
      eventName: 'workflow_run',
      event: workflowRunEvent(),
      inputs: {
        policy: policyFor(
          'workflow_run',
          'source: {workflows: [.github/workflows/ci.yml], events: [pull_request]}\npull-request: {base: [main]}\n',
        ),
      },
    }),
  },
  {
    action: 'guard',
    name: 'the last push',
    method: 'GET',
    shown: '/repos/{o}/{r}/activity?ref={ref}',
    made: 'a comment does not name the commit; `labels.set-by`; `approvals`',
    route: 'activity',
    path: /\/activity\?/,
    after: 'pull',
    well: 'allowed',
    world: PUSHED,
    run: commented(),
  },
  {
    action: 'guard',
    name: "the last push to a fork's branch",
    method: 'GET',
    shown: '/repos/{fork}/activity?ref={ref}',
    made: 'the same, about a pull request from a fork',
    route: 'activity',
    path: /\/activity\?/,
    after: 'pull',
    well: 'allowed',
    world: {
      pulls: { 7: FORKED },
      repositories: [REPOSITORY, FORK],
      activity: { [FORK.full_name]: [{ id: 1, ref: 'refs/heads/main', after: HEAD_SHA }] },
    },
    run: commented({
      event: commentEvent({ pull: FORKED }),
      inputs: { policy: policyFor('issue_comment', 'actors: [mona]\npull-request: {base: [main], forks: allow}\n') },
    }),
    // Where the token may not read the fork, its last push to any branch counts.
    contract: { 403: ['allowed', 1], 404: ['allowed', 1] },
  },
  {
    action: 'guard',
    name: 'the comment',
    method: 'GET',
    shown: '/repos/{o}/{r}/issues/comments/{id}',
    made: 'somebody re-runs',
    route: 'comment',
    path: /\/issues\/comments\/1$/,
    after: 'pull',
    well: 'allowed',
    world: { ...PUSHED, comments: { 1: { id: 1 } } },
    run: commented({ environment: { GITHUB_RUN_ATTEMPT: '2' } }),
    contract: { 404: ['pull_request.changed', 1] },
  },
  {
    action: 'guard',
    name: 'the review',
    method: 'GET',
    shown: '/repos/{o}/{r}/pulls/{n}/reviews/{id}',
    made: 'somebody re-runs',
    route: 'review',
    path: /\/reviews\/1$/,
    after: 'pull',
    well: 'allowed',
    head: HEAD_SHA,
    world: { pulls: { 7: pullRequest({ author: USERS.maintainer }) }, reviews: { 7: [{ id: 1, state: 'approved' }] } },
    run: () => ({
      eventName: 'pull_request_review',
      event: reviewEvent(),
      inputs: { policy: policyFor('pull_request_review', 'actors: [mona]\n') },
      environment: { GITHUB_RUN_ATTEMPT: '2' },
    }),
    contract: { 404: ['pull_request.changed', 1] },
  },
  {
    action: 'guard',
    name: 'all reviews',
    method: 'GET',
    shown: '/repos/{o}/{r}/pulls/{n}/reviews',
    made: '`approvals`',
    route: 'reviews',
    path: /\/reviews\?/,
    after: 'pull',
    well: 'allowed',
    head: HEAD_SHA,
    world: {
      pulls: { 7: REVIEWED },
      reviews: { 7: [{ id: 1, state: 'approved' }] },
      activity: { 'acme/charts': [{ id: 1, ref: BRANCH, after: HEAD_SHA, actor: USERS.contributor }] },
    },
    run: demanding('{approvals: {by: [mona]}}'),
  },
  {
    action: 'guard',
    name: 'who set the labels',
    method: 'GET',
    shown: '/repos/{o}/{r}/issues/{n}/events',
    made: '`labels.set-by`',
    route: 'issue-events',
    path: /\/issues\/7\/events/,
    after: 'pull',
    well: 'allowed',
    head: HEAD_SHA,
    world: {
      pulls: { 7: pullRequest({ merged: true, labels: ['sync'] }) },
      issueEvents: { 7: [{ id: 1, event: 'labeled', label: 'sync' }] },
    },
    run: demanding('{merged: true, labels: {all: [sync], set-by: [mona]}}'),
  },
  {
    action: 'guard',
    name: 'the files',
    method: 'GET',
    shown: '/repos/{o}/{r}/pulls/{n}/files',
    made: '`files`',
    route: 'files',
    path: /\/files\?/,
    after: 'pull',
    well: 'allowed',
    head: HEAD_SHA,
    world: { pulls: { 7: pullRequest({ changed_files: 1 }) }, files: { 7: [{ filename: 'charts/redis/Chart.yaml' }] } },
    run: demanding('{files: {only: ["charts/**"]}}'),
  },
  {
    action: 'guard',
    name: 'the pull request once more',
    method: 'GET',
    shown: '/repos/{o}/{r}/pulls/{n}',
    made: 'all files were read',
    route: 'pull',
    path: /\/pulls\/7$/,
    after: 'files',
    skip: 1,
    well: 'allowed',
    head: HEAD_SHA,
    world: { pulls: { 7: pullRequest({ changed_files: 1 }) }, files: { 7: [{ filename: 'charts/redis/Chart.yaml' }] } },
    run: demanding('{files: {only: ["charts/**"]}}'),
    contract: { 404: ['pull_request.not_found', 1] },
  },
  {
    action: 'guard',
    name: 'the check runs',
    method: 'GET',
    shown: '/repos/{o}/{r}/commits/{sha}/check-runs',
    made: '`checks`',
    route: 'check-runs',
    path: /\/check-runs\?/,
    after: 'pull',
    well: 'allowed',
    head: HEAD_SHA,
    world: { pulls: PULLS, checkRuns: { [HEAD_SHA]: [{ id: 1, name: 'build' }] } },
    run: demanding('{checks: ["build@github-actions"]}'),
  },
  {
    action: 'guard',
    name: 'the claim of `once`',
    method: 'POST',
    shown: '/repos/{o}/{r}/statuses/{sha}',
    made: 'the rule has `once`',
    route: 'create-status',
    path: /\/statuses\/[0-9a-f]{40}$/,
    after: 'pull',
    well: 'allowed',
    head: HEAD_SHA,
    world: { pulls: PULLS },
    run: proven('require: none', '    once: true\n'),
    contract: { ...HIDDEN, ...WRITE_IS_NOT_MOVED },
  },
  {
    action: 'guard',
    name: 'all claims of `once`',
    method: 'GET',
    shown: '/repos/{o}/{r}/commits/{sha}/statuses',
    made: 'the same',
    route: 'statuses',
    path: /\/commits\/[0-9a-f]{40}\/statuses\?/,
    after: 'create-status',
    well: 'allowed',
    head: HEAD_SHA,
    world: { pulls: PULLS },
    run: proven('require: none', '    once: true\n'),
  },
  {
    action: 'send',
    name: 'the repository',
    method: 'GET',
    shown: '/repos/{o}/{r}',
    made: '`repository` is another one, and a proof or a pin needs its id',
    route: 'repository',
    path: /^\/repos\/acme\/deploy$/,
    well: 'allowed',
    world: { repositories: [REPOSITORY, FOREIGN] },
    run: sends({ repository: FOREIGN.full_name, 'signing-key': SIGNING_KEY }),
    contract: HIDDEN,
  },
  {
    action: 'send',
    name: 'the pull request',
    method: 'GET',
    shown: '/repos/{o}/{r}/pulls/{n}',
    made: '`pr-number` is set',
    route: 'pull',
    path: /\/pulls\/7$/,
    well: 'allowed',
    world: { pulls: PULLS },
    run: sends({ 'pr-number': '7' }),
    contract: { 404: ['pull_request.not_found', 1] },
  },
  {
    action: 'send',
    name: 'the ID token',
    method: 'GET',
    shown: '{runner}?audience=…',
    made: '`oidc` is `true`',
    route: 'id-token',
    path: /\/id-token$/,
    well: 'allowed',
    world: {
      oidc: {
        privateKeyPem: String(idTokens.privateKey.export({ type: 'pkcs8', format: 'pem' })),
        jwks: { keys: [{ kid: 'one' }] },
        claims: {},
        requestToken: REQUEST_TOKEN,
      },
    },
    run: sends({ oidc: 'true' }, ({ origin }) => ({
      ACTIONS_ID_TOKEN_REQUEST_URL: `${origin}/_services/id-token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: REQUEST_TOKEN,
    })),
    // Every refusal means that the job lacks `id-token: write`; the input `token` is not involved.
    contract: {
      401: ['api.forbidden', 1],
      403: ['api.forbidden', 1],
      404: ['api.forbidden', 1],
      422: ['api.forbidden', 1],
    },
  },
  {
    action: 'send',
    name: 'the dispatch',
    method: 'POST',
    shown: '/repos/{o}/{r}/dispatches',
    made: 'always',
    route: 'dispatch',
    path: /\/dispatches$/,
    explained: 'repository',
    well: 'allowed',
    run: sends({}),
    // It is not sent again if GitHub may have accepted it.
    contract: {
      ...AT_MOST_ONCE,
      // Every 2xx means that it was sent.
      html: ['allowed', 1],
      404: ['api.forbidden', 1],
      422: ['config.invalid_input', 1],
      ...WRITE_IS_NOT_MOVED,
    },
  },
  {
    action: 'send',
    name: 'a second look',
    method: 'GET',
    shown: '/repos/{o}/{r}',
    made: 'the dispatch was a 404',
    route: 'repository',
    path: /^\/repos\/acme\/charts$/,
    after: 'dispatch',
    script: { dispatch: answers.status(404) },
    well: 'api.forbidden',
    run: sends({}),
    contract: { 404: ['api.forbidden', 1], 422: ['api.forbidden', 1] },
  },
  {
    action: 'send',
    name: 'the dispatch of a workflow',
    method: 'POST',
    shown: '/repos/{o}/{r}/actions/workflows/{file}/dispatches',
    made: '`workflow` is set',
    route: 'workflow-dispatch',
    path: /\/workflows\/w5\.yml\/dispatches$/,
    well: 'allowed',
    world: { workflows: { 'w5.yml': { runId: 55 } } },
    run: () => ({ eventName: 'push', event: pushEvent(), inputs: { workflow: 'w5.yml', ref: 'main' } }),
    explained: 'repository',
    // Every 2xx means that it was sent. A server that does not know `return_run_details` refuses it with 422.
    contract: {
      ...AT_MOST_ONCE,
      html: ['allowed', 1],
      404: ['api.forbidden', 1],
      422: ['config.invalid_input', 2],
      ...WRITE_IS_NOT_MOVED,
    },
  },
  {
    action: 'send',
    name: 'the runs',
    method: 'GET',
    shown: '/repos/{o}/{r}/actions/runs?event=repository_dispatch',
    made: '`wait` is set',
    route: 'runs',
    path: /\/actions\/runs\?/,
    after: 'dispatch',
    sent: true,
    well: 'allowed',
    run: waits({ wait: 'started' }),
    contract: IN_VAIN,
  },
  {
    action: 'send',
    name: 'the claims of `once`',
    method: 'GET',
    shown: '/repos/{o}/{r}/commits/{sha}/statuses',
    made: 'no run has the nonce in its title, and a commit is pinned',
    route: 'statuses',
    path: /\/statuses\?/,
    after: 'runs',
    sent: true,
    well: 'run.not_started',
    world: { pulls: PULLS },
    run: waits({ wait: 'started', 'pr-number': '7' }),
    // Nobody has claimed it, so there is a second look; claims that cannot be read are no error.
    contract: {
      ...IN_VAIN,
      ...Object.fromEntries(['403', '404', '422', 'type'].map((id) => [id, ['run.not_started', 2]])),
      301: ['run.not_started', 3],
      308: ['run.not_started', 3],
    },
  },
  {
    action: 'send',
    name: 'the run',
    method: 'GET',
    shown: '/repos/{o}/{r}/actions/runs/{run}',
    made: '`wait` is `completed`',
    route: 'run',
    path: /\/actions\/runs\/55$/,
    after: 'runs',
    sent: true,
    well: 'allowed',
    run: waits({ wait: 'completed' }),
    contract: {
      ...Object.fromEntries(PASSING_FAULTS.map((id) => [id, ['run.not_completed', 4]])),
      limit: ['run.not_completed', 2],
    },
  },
  {
    action: 'report',
    name: 'the status',
    method: 'POST',
    shown: '/repos/{o}/{r}/statuses/{sha}',
    made: 'always',
    route: 'create-status',
    path: /\/statuses\/[0-9a-f]{40}$/,
    well: 'allowed',
    run: () => ({ eventName: 'push', event: pushEvent(), inputs: { sha: HEAD_SHA } }),
    contract: { ...HIDDEN, ...WRITE_IS_NOT_MOVED, 422: ['config.invalid_input', 1] },
  },
  {
    action: 'reconcile',
    name: 'the pull requests',
    method: 'GET',
    shown: '/repos/{o}/{r}/pulls?sort=updated',
    made: 'always',
    route: 'pulls',
    path: /\/pulls\?/,
    well: 'allowed',
    world: MISSED,
    run: passes,
  },
  {
    action: 'reconcile',
    name: 'the statuses',
    method: 'GET',
    shown: '/repos/{o}/{r}/commits/{sha}/statuses',
    made: 'for each pull request',
    route: 'statuses',
    path: /\/statuses\?/,
    after: 'pulls',
    well: 'allowed',
    world: MISSED,
    run: passes,
  },
  {
    action: 'reconcile',
    name: 'the pending status',
    method: 'POST',
    shown: '/repos/{o}/{r}/statuses/{sha}',
    made: 'no status says that a run has started',
    route: 'create-status',
    path: /\/statuses\/[0-9a-f]{40}$/,
    after: 'statuses',
    well: 'allowed',
    world: MISSED,
    run: passes,
    contract: { ...HIDDEN, ...WRITE_IS_NOT_MOVED, 422: ['config.invalid_input', 1] },
  },
  {
    action: 'reconcile',
    name: 'the dispatch',
    method: 'POST',
    shown: '/repos/{o}/{r}/dispatches',
    made: 'the status was set',
    route: 'dispatch',
    path: /\/dispatches$/,
    after: 'create-status',
    well: 'allowed',
    world: MISSED,
    run: passes,
    contract: {
      ...AT_MOST_ONCE,
      html: ['allowed', 1],
      404: ['api.forbidden', 1],
      422: ['config.invalid_input', 1],
      ...WRITE_IS_NOT_MOVED,
    },
  },
];

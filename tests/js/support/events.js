// @ts-check
// Webhook payloads as GitHub delivers them, made from the facts that a test is about.

import {
  BASE_SHA,
  FORK,
  HEAD_SHA,
  issueComment,
  label as labelObject,
  MOVED_SHA,
  pullRequest,
  REPOSITORY,
  repository,
  review,
  user,
  USERS,
  workflowRun,
} from './github-objects.js';

/** @typedef {import("./github-objects.js").UserFacts} UserFacts */
/** @typedef {import("./github-objects.js").PullFacts} PullFacts */
/** @typedef {import("./github-objects.js").RepositoryFacts} RepositoryFacts */
/** @typedef {{[key: string]: any}} Json */

/** @param {UserFacts} sender @param {RepositoryFacts} [where] @returns {Json} */
function common(sender, where = REPOSITORY) {
  return {
    repository: repository(where),
    organization: {
      login: 'acme',
      id: 1000,
      node_id: 'MDEyOk9yZzEwMDA=',
      url: 'https://api.github.com/orgs/acme',
      description: '',
    },
    sender: user(sender),
  };
}

/**
 * @param {any} payload
 * @param {{type?: string, sender?: UserFacts}} [options]
 * @returns {Json}
 */
export function dispatchEvent(
  payload = { pr: 7, chart: 'redis' },
  { type = 'chart-pr-created', sender = USERS.actionsBot } = {},
) {
  return {
    action: type,
    branch: 'main',
    client_payload: payload,
    ...common(sender),
    installation: { id: 4242, node_id: 'MDIzOkludGVncmF0aW9u' },
  };
}

/**
 * The body of `pull_request` and of `pull_request_target`.
 * @param {{action?: string, label?: string, pull?: PullFacts, sender?: UserFacts, change?: (pull: Json) => void}} [options]
 */
export function pullRequestEvent({ action = 'synchronize', label, pull = {}, sender = USERS.maintainer, change } = {}) {
  const body = pullRequest({ author: USERS.maintainer, ...pull });
  change?.(body);
  const pushed = action === 'synchronize' ? { before: MOVED_SHA, after: body.head?.sha } : {};
  const labelled = label === undefined ? {} : { label: labelObject(label) };
  return { action, number: body.number, pull_request: body, ...pushed, ...labelled, ...common(sender) };
}

/** @param {{inputs?: any, sender?: UserFacts}} [options] */
export function workflowDispatchEvent({ inputs = { pr: '7' }, sender = USERS.maintainer } = {}) {
  return { ref: 'refs/heads/main', inputs, workflow: '.github/workflows/w5.yml', ...common(sender) };
}

/**
 * `/deploy` on pull request 7.
 * @param {{
 *   action?: string,
 *   author?: UserFacts,
 *   sender?: UserFacts,
 *   pull?: Json,
 *   comment?: Partial<import("./github-objects.js").CommentFacts>,
 * }} [options] `pull`: the pull request as the event has it
 * @returns {Json}
 */
export function commentEvent({
  action = 'created',
  author = USERS.maintainer,
  sender = author,
  pull = pullRequest(),
  comment = {},
} = {}) {
  const { number, state, closed_at, title, user: opener } = pull;
  const url = `https://api.github.com/repos/${REPOSITORY.full_name}/pulls/${number}`;
  return {
    action,
    issue: { number, state, closed_at, title, user: opener, pull_request: { url } },
    comment: issueComment({ id: 1, user: author, issue: number, ...comment }),
    ...common(sender),
  };
}

/**
 * An approval of pull request 7. The event has only a part of the pull request.
 * @param {{action?: string, author?: UserFacts, sender?: UserFacts, review?: Partial<import("./github-objects.js").ReviewFacts>}} [options]
 * @returns {Json}
 */
export function reviewEvent({
  action = 'submitted',
  author = USERS.maintainer,
  sender = author,
  review: facts = {},
} = {}) {
  const { merged: _, mergeable: __, ...pull } = pullRequest({ author: USERS.maintainer });
  return {
    action,
    review: review({ id: 1, state: 'approved', user: author, ...facts }),
    pull_request: pull,
    ...common(sender),
  };
}

/**
 * The end of a run of `.github/workflows/ci.yml` for pull request 7.
 * @param {{action?: string, run?: Partial<import("./github-objects.js").RunFacts>, sender?: UserFacts}} [options]
 * @returns {Json}
 */
export function workflowRunEvent({ action = 'completed', run = {}, sender = USERS.maintainer } = {}) {
  const source = workflowRun({
    id: 123,
    path: '.github/workflows/ci.yml',
    event: 'pull_request',
    head_branch: 'charts/redis-1.4.2',
    head_sha: HEAD_SHA,
    status: 'completed',
    conclusion: 'success',
    actor: sender,
    ...run,
  });
  return { action, workflow_run: source, workflow: { name: source.name, path: source.path }, ...common(sender) };
}

/** @param {{sender?: UserFacts}} [options] @returns {Json} */
export function mergeGroupEvent({ sender = USERS.maintainer } = {}) {
  const merge_group = {
    head_sha: HEAD_SHA,
    head_ref: `refs/heads/gh-readonly-queue/main/pr-7-${BASE_SHA}`,
    base_sha: BASE_SHA,
    base_ref: 'refs/heads/main',
    head_commit: { id: HEAD_SHA, message: 'Release redis 1.4.2' },
  };
  return { action: 'checks_requested', merge_group, ...common(sender) };
}

/** @returns {Json} */
export function scheduleEvent() {
  const { repository } = common(USERS.maintainer);
  return { schedule: '0 5 * * *', repository, workflow: '.github/workflows/nightly.yml' };
}

/** @param {{branch?: string, sender?: UserFacts}} [options] */
export function pushEvent({ branch = 'main', sender = USERS.maintainer } = {}) {
  return {
    ref: `refs/heads/${branch}`,
    before: MOVED_SHA,
    after: HEAD_SHA,
    created: false,
    deleted: false,
    forced: false,
    base_ref: null,
    compare: `https://github.com/${REPOSITORY.full_name}/compare/0123456789ab...5d2f8c1a9b3e`,
    commits: [],
    head_commit: { id: HEAD_SHA, message: 'Release redis 1.4.2' },
    pusher: { name: sender.login, email: 'mona@example.com' },
    ...common(sender),
  };
}

/** A pull request from a fork. @type {PullFacts} */
export const FORK_PULL = { head: { ref: 'main', repo: FORK }, author: USERS.stranger };

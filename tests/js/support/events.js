// @ts-check
// Webhook payloads as GitHub delivers them for the events that the tests use, made from the facts that matter.

import { FORK, HEAD_SHA, MOVED_SHA, pullRequest, REPOSITORY, repository, user, USERS } from './github-objects.js';

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
 * @param {{action?: string, pull?: PullFacts, sender?: UserFacts, change?: (pull: Json) => void}} [options]
 */
export function pullRequestEvent({ action = 'synchronize', pull = {}, sender = USERS.maintainer, change } = {}) {
  const body = pullRequest({ author: USERS.maintainer, ...pull });
  change?.(body);
  const pushed = action === 'synchronize' ? { before: MOVED_SHA, after: body.head?.sha } : {};
  return { action, number: body.number, pull_request: body, ...pushed, ...common(sender) };
}

/** @param {{inputs?: any, sender?: UserFacts}} [options] */
export function workflowDispatchEvent({ inputs = { pr: '7' }, sender = USERS.maintainer } = {}) {
  return { ref: 'refs/heads/main', inputs, workflow: '.github/workflows/w5.yml', ...common(sender) };
}

/**
 * `/deploy` on pull request 7.
 * @param {{action?: string, author?: UserFacts, sender?: UserFacts}} [options]
 * @returns {Json}
 */
export function commentEvent({ action = 'created', author = USERS.maintainer, sender = author } = {}) {
  return {
    action,
    issue: {
      number: 7,
      title: 'Bump redis',
      user: user(USERS.maintainer),
      pull_request: { url: 'https://api.github.com' },
    },
    comment: { id: 1, body: '/deploy', user: user(author) },
    ...common(sender),
  };
}

/** @param {{sender?: UserFacts}} [options] */
export function pushEvent({ sender = USERS.maintainer } = {}) {
  return {
    ref: 'refs/heads/main',
    before: MOVED_SHA,
    after: HEAD_SHA,
    created: false,
    deleted: false,
    forced: false,
    base_ref: null,
    compare: `https://github.com/${REPOSITORY.full_name}/compare/0123456789ab...5d2f8c1a9b3e`,
    commits: [],
    head_commit: null,
    pusher: { name: sender.login, email: 'mona@example.com' },
    ...common(sender),
  };
}

/** A pull request from a fork, as the cascade and W5 may meet it. @type {PullFacts} */
export const FORK_PULL = { head: { ref: 'main', repo: FORK }, author: USERS.stranger };

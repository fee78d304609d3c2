// @ts-check
// A decision whose rule has every key of `pull-request`, with the answers that GitHub would give. The lists can be made
// longer, to measure growth.

import { readSample } from '../samples/samples.js';

const REPOSITORY = '/repos/acme/charts';
const LABEL = 'ready';
const WHEN = { pushed: '2025-01-17T09:00:00Z', labeled: '2025-01-17T10:00:00Z', reviewed: '2025-01-17T11:00:00Z' };
const MAINTAINER = { login: 'alice', id: 1001, type: 'User' };
/** GitHub's largest page. */
const PAGE = 100;

const POLICY = `
version: 1
events:
  pull_request_target:
    types: [labeled]
    label: [${LABEL}]
    actors: [${MAINTAINER.login}]
    pull-request:
      base: [main]
      head: ['charts/**']
      state: open
      merged: false
      drafts: deny
      forks: deny
      late-pushes: deny
      authors: [mona]
      labels: {all: [${LABEL}], any: [${LABEL}, urgent], none: [blocked], set-by: ['role:write']}
      approvals: {min: 1, by: ['role:write']}
      files: {only: ['charts/**'], none: ['charts/*/secret/**']}
      checks: [build@github-actions]
      any: [{labels: {all: [urgent]}}, {labels: {all: [${LABEL}], set-by: [${MAINTAINER.login}]}}]
`;

/**
 * @param {object} [lengths] of the lists in GitHub's answers
 * @param {number} [lengths.labels]
 * @param {number} [lengths.files]
 * @param {number} [lengths.reviews]
 * @param {number} [lengths.events] of the pull request's history
 * @returns {import('../samples/samples.js').Sample}
 */
export function everyKey({ labels = 1, files = 2, reviews = 1, events = 1 } = {}) {
  const sample = readSample('pull-request');
  const { event } = sample;
  const pr = event.pull_request;
  event.action = 'labeled';
  event.label = label(LABEL);
  event.sender = { ...event.sender, ...MAINTAINER };
  pr.labels = [event.label, ...many(labels - 1, (index) => label(`label ${index}`))];
  pr.changed_files = files;

  const { number, head } = pr;
  /** @type {import('../samples/samples.js').Sample['answers']} */
  const answers = new Map();
  const answer = (/** @type {string} */ path, /** @type {unknown} */ body) =>
    answers.set(`${REPOSITORY}${path}`, { status: 200, body });
  // Without a Link header, a page that is full may have a next one.
  const pages = (/** @type {string} */ path, /** @type {unknown[]} */ items) => {
    for (let page = 1; (page - 1) * PAGE <= items.length; page += 1) {
      const query = page === 1 ? `?per_page=${PAGE}` : `?per_page=${PAGE}&page=${page}`;
      answer(`${path}${query}`, items.slice((page - 1) * PAGE, page * PAGE));
    }
  };
  const review = (/** @type {number} */ id, /** @type {string} */ state) => ({
    id,
    state,
    user: MAINTAINER,
    commit_id: head.sha,
    submitted_at: WHEN.reviewed,
  });

  answer(`/pulls/${number}`, pr);
  answer(`/activity?ref=${encodeURIComponent(`refs/heads/${head.ref}`)}&per_page=1`, [
    { activity_type: 'push', after: head.sha, before: '0'.repeat(40), timestamp: WHEN.pushed, actor: pr.user },
  ]);
  answer(`/collaborators/${MAINTAINER.login}/permission`, {
    permission: 'write',
    role_name: 'write',
    user: { ...MAINTAINER, permissions: { pull: true, triage: true, push: true, maintain: false, admin: false } },
  });
  answer(`/commits/${head.sha}/check-runs?check_name=build&filter=latest&per_page=${PAGE}`, {
    total_count: 1,
    check_runs: [
      {
        id: 1,
        name: 'build',
        head_sha: head.sha,
        status: 'completed',
        conclusion: 'success',
        app: { slug: 'github-actions' },
        check_suite: { id: 1 },
      },
    ],
  });
  pages(
    `/pulls/${number}/files`,
    many(files, (index) => ({ filename: `charts/redis/templates/${index}.yaml`, status: 'modified' })),
  );
  pages(`/pulls/${number}/reviews`, [
    ...many(reviews - 1, (index) => review(index + 1, 'COMMENTED')),
    review(reviews, 'APPROVED'),
  ]);
  pages(`/issues/${number}/events`, [
    ...many(events - 1, (index) => ({
      id: index + 1,
      event: 'subscribed',
      actor: MAINTAINER,
      created_at: WHEN.pushed,
    })),
    { id: events, event: 'labeled', label: { name: LABEL }, actor: MAINTAINER, created_at: WHEN.labeled },
  ]);
  return {
    ...sample,
    name: 'every-key',
    eventName: 'pull_request_target',
    inputs: { policy: POLICY },
    environment: {
      GITHUB_REF: 'refs/heads/main',
      GITHUB_HEAD_REF: head.ref,
      GITHUB_BASE_REF: 'main',
      GITHUB_ACTOR: MAINTAINER.login,
      GITHUB_ACTOR_ID: `${MAINTAINER.id}`,
      GITHUB_TRIGGERING_ACTOR: MAINTAINER.login,
    },
    answers,
    expect: { allowed: 'true', reasonCode: 'allowed' },
  };
}

/** @template T @param {number} count @param {(index: number) => T} make @returns {T[]} */
const many = (count, make) => Array.from({ length: count }, (_, index) => make(index));

/** @param {string} name */
const label = (name) => ({ id: 1, name, color: 'ededed', default: false, description: null });

// @ts-check
// Complete objects as GitHub's REST API and webhooks return them, made from the facts that a test is about.

const API = 'https://api.github.com';
const WEB = 'https://github.com';

/** @typedef {{login: string, id: number, type?: string}} UserFacts */
/** @typedef {{id: number, full_name: string, owner?: UserFacts, default_branch?: string, private?: boolean, fork?: boolean, pushed_at?: string}} RepositoryFacts */
/** @typedef {{[key: string]: any}} Json */

/** Accounts that several tests use. Ids of the bots are GitHub's real ones. */
export const USERS = Object.freeze({
  actionsBot: { login: 'github-actions[bot]', id: 41898282, type: 'Bot' },
  dependabot: { login: 'dependabot[bot]', id: 49699333, type: 'Bot' },
  renovate: { login: 'renovate[bot]', id: 29139614, type: 'Bot' },
  maintainer: { login: 'mona', id: 2001, type: 'User' },
  contributor: { login: 'hubot', id: 2002, type: 'User' },
  stranger: { login: 'eve', id: 2666, type: 'User' },
  org: { login: 'acme', id: 1000, type: 'Organization' },
});

/** The repository of the tests, and a fork of it. */
export const REPOSITORY = Object.freeze({
  id: 100200,
  full_name: 'acme/charts',
  owner: USERS.org,
  default_branch: 'main',
});
export const FORK = Object.freeze({
  id: 100299,
  full_name: 'eve/charts',
  owner: USERS.stranger,
  default_branch: 'main',
  fork: true,
});

export const HEAD_SHA = '5d2f8c1a9b3e4f60718293a4b5c6d7e8f9012345';
export const MOVED_SHA = '0123456789abcdef0123456789abcdef01234567';
export const BASE_SHA = '9a8b7c6d5e4f30211203f4e5d6c7b8a990817263';
export const MERGE_SHA = 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00';

/**
 * @param {UserFacts} facts
 * @returns {Json}
 */
export function user({ login, id, type = 'User' }) {
  const path = encodeURIComponent(login);
  const url = `${API}/users/${path}`;
  return {
    login,
    id,
    node_id: Buffer.from(`04:User${id}`).toString('base64'),
    avatar_url: `https://avatars.githubusercontent.com/u/${id}?v=4`,
    gravatar_id: '',
    url,
    html_url: `${WEB}/${path}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    user_view_type: 'public',
    site_admin: false,
  };
}

/** What GET /users/{login} adds to {@link user}. @param {UserFacts} facts */
export function publicUser(facts) {
  return {
    ...user(facts),
    name: null,
    company: null,
    blog: '',
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: '2018-07-30T09:30:17Z',
    updated_at: '2025-01-17T09:00:00Z',
  };
}

/** The addresses every form of a repository carries. @param {RepositoryFacts} facts @returns {Json} */
function repositoryLinks({ full_name }) {
  const url = `${API}/repos/${full_name}`;
  const under = {
    archive: '{archive_format}{/ref}',
    assignees: '{/user}',
    branches: '{/branch}',
    collaborators: '{/collaborator}',
    comments: '{/number}',
    commits: '{/sha}',
    compare: '{base}...{head}',
    contents: '{+path}',
    contributors: '',
    deployments: '',
    downloads: '',
    events: '',
    forks: '',
    hooks: '',
    issues: '{/number}',
    keys: '{/key_id}',
    labels: '{/name}',
    languages: '',
    merges: '',
    milestones: '{/number}',
    notifications: '{?since,all,participating}',
    pulls: '{/number}',
    releases: '{/id}',
    stargazers: '',
    statuses: '{sha}',
    subscribers: '',
    subscription: '',
    tags: '',
    teams: '',
  };
  /** @type {Json} */
  const links = { url, html_url: `${WEB}/${full_name}` };
  for (const [name, rest] of Object.entries(under)) links[`${name}_url`] = `${url}/${name}${rest}`;
  return {
    ...links,
    archive_url: `${url}/{archive_format}{/ref}`,
    blobs_url: `${url}/git/blobs{/sha}`,
    git_commits_url: `${url}/git/commits{/sha}`,
    git_refs_url: `${url}/git/refs{/sha}`,
    git_tags_url: `${url}/git/tags{/sha}`,
    trees_url: `${url}/git/trees{/sha}`,
    issue_comment_url: `${url}/issues/comments{/number}`,
    issue_events_url: `${url}/issues/events{/number}`,
  };
}

/** @param {RepositoryFacts} facts @returns {Json} */
export function minimalRepository(facts) {
  const { id, full_name, owner = USERS.org, private: hidden = false, fork = false } = facts;
  return {
    id,
    node_id: Buffer.from(`010:Repository${id}`).toString('base64'),
    name: full_name.split('/')[1],
    full_name,
    private: hidden,
    owner: user(owner),
    description: null,
    fork,
    ...repositoryLinks(facts),
  };
}

/** @param {RepositoryFacts} facts @returns {Json} */
export function repository(facts) {
  const { full_name, default_branch = 'main', private: hidden = false, pushed_at = '2025-01-17T09:00:00Z' } = facts;
  return {
    ...minimalRepository(facts),
    created_at: '2024-03-01T08:00:00Z',
    updated_at: '2025-01-17T09:00:00Z',
    pushed_at,
    git_url: `git://github.com/${full_name}.git`,
    ssh_url: `git@github.com:${full_name}.git`,
    clone_url: `${WEB}/${full_name}.git`,
    svn_url: `${WEB}/${full_name}`,
    mirror_url: null,
    homepage: null,
    size: 421,
    stargazers_count: 3,
    watchers_count: 3,
    watchers: 3,
    forks_count: 1,
    forks: 1,
    open_issues_count: 2,
    open_issues: 2,
    language: 'Mustache',
    has_issues: true,
    has_projects: true,
    has_downloads: true,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    archived: false,
    disabled: false,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: hidden ? 'private' : 'public',
    default_branch,
  };
}

/** The answer of GET /repos/{owner}/{repo}. @param {RepositoryFacts} facts @returns {Json} */
export function fullRepository(facts) {
  return { ...repository(facts), network_count: 1, subscribers_count: 2, temp_clone_token: null };
}

/** @param {string} name @param {number} [id] @returns {Json} */
export function label(name, id = 9000) {
  return {
    id,
    node_id: Buffer.from(`05:Label${id}`).toString('base64'),
    url: `${API}/repos/${REPOSITORY.full_name}/labels/${encodeURIComponent(name)}`,
    name,
    color: '0e8a16',
    default: false,
    description: '',
  };
}

/**
 * @typedef {object} PullFacts
 * @property {number} [number]
 * @property {string} [title]
 * @property {string | null} [body]
 * @property {"open" | "closed"} [state]
 * @property {boolean} [merged]
 * @property {boolean} [draft]
 * @property {UserFacts} [author]
 * @property {string[]} [labels]
 * @property {string} [updated_at]
 * @property {string} [closed_at] also the time of the merge
 * @property {string} [merge_commit_sha]
 * @property {number} [changed_files]
 * @property {{ref?: string, sha?: string, repo?: RepositoryFacts | null}} [head]
 * @property {{ref?: string, sha?: string, repo?: RepositoryFacts}} [base]
 */

/**
 * A pull request, as GET /repos/{owner}/{repo}/pulls/{n} answers it and pull request events carry it.
 * @param {PullFacts} [facts]
 * @returns {Json}
 */
export function pullRequest(facts = {}) {
  const {
    number = 7,
    title = 'Release redis 1.4.2',
    body = null,
    merged = false,
    state = merged ? 'closed' : 'open',
    draft = false,
    author = USERS.actionsBot,
    labels = [],
    updated_at = '2025-01-17T09:30:00Z',
    closed_at = '2025-01-17T10:00:00Z',
    merge_commit_sha = MERGE_SHA,
    changed_files = 2,
  } = facts;
  const head = {
    ref: 'charts/redis-1.4.2',
    sha: HEAD_SHA,
    repo: /** @type {RepositoryFacts | null} */ (REPOSITORY),
    ...facts.head,
  };
  const base = { ref: 'main', sha: BASE_SHA, repo: /** @type {RepositoryFacts} */ (REPOSITORY), ...facts.base };
  const home = `${API}/repos/${base.repo.full_name}`;
  const url = `${home}/pulls/${number}`;
  const html_url = `${WEB}/${base.repo.full_name}/pull/${number}`;
  const issue_url = `${home}/issues/${number}`;
  const ended = state === 'closed' ? closed_at : null;
  return {
    url,
    id: 1_000_000 + number,
    node_id: `PR_kwDO${number}`,
    html_url,
    diff_url: `${html_url}.diff`,
    patch_url: `${html_url}.patch`,
    issue_url,
    number,
    state,
    locked: false,
    title,
    user: user(author),
    body,
    created_at: '2025-01-17T09:00:00Z',
    updated_at,
    closed_at: ended,
    merged_at: merged ? ended : null,
    // For an open pull request this is GitHub's test merge.
    merge_commit_sha,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    labels: labels.map((name, index) => label(name, 9000 + index)),
    milestone: null,
    draft,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${home}/pulls/comments{/number}`,
    comments_url: `${issue_url}/comments`,
    statuses_url: `${home}/statuses/${head.sha}`,
    head: branch(head),
    base: branch(base),
    _links: {
      self: { href: url },
      html: { href: html_url },
      issue: { href: issue_url },
      comments: { href: `${issue_url}/comments` },
      review_comments: { href: `${url}/comments` },
      review_comment: { href: `${home}/pulls/comments{/number}` },
      commits: { href: `${url}/commits` },
      statuses: { href: `${home}/statuses/${head.sha}` },
    },
    author_association: 'CONTRIBUTOR',
    auto_merge: null,
    active_lock_reason: null,
    merged,
    mergeable: merged ? null : true,
    rebaseable: merged ? null : true,
    mergeable_state: merged ? 'unknown' : 'clean',
    merged_by: merged ? user(USERS.maintainer) : null,
    comments: 0,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: 1,
    additions: 12,
    deletions: 3,
    changed_files,
  };
}

/** A pull request as lists have it. @param {Json} pull @returns {Json} */
export function simplePull(pull) {
  const {
    merged: _,
    mergeable,
    rebaseable,
    mergeable_state,
    merged_by,
    comments,
    review_comments,
    maintainer_can_modify,
    commits,
    additions,
    deletions,
    changed_files,
    ...simple
  } = pull;
  return simple;
}

/** @param {{ref: string, sha: string, repo: RepositoryFacts | null}} side */
function branch({ ref, sha, repo }) {
  const owner = repo === null ? USERS.stranger : (repo.owner ?? USERS.org);
  return { label: `${owner.login}:${ref}`, ref, sha, user: user(owner), repo: repo === null ? null : repository(repo) };
}

/**
 * @typedef {object} RunFacts
 * @property {number} id
 * @property {number} [attempt]
 * @property {string} [path] as `.github/workflows/w2.yml`
 * @property {string} [display_title]
 * @property {string} [head_branch]
 * @property {string} [head_sha]
 * @property {string} [event]
 * @property {string} [status]
 * @property {string | null} [conclusion]
 * @property {UserFacts} [actor]
 * @property {UserFacts} [triggering_actor]
 * @property {RepositoryFacts} [repository]
 * @property {RepositoryFacts} [head_repository]
 * @property {string} [created_at]
 * @property {string} [run_started_at]
 * @property {string} [updated_at]
 */

/** A workflow run or one attempt of it. @param {RunFacts} facts @returns {Json} */
export function workflowRun(facts) {
  const {
    id,
    attempt = 1,
    path = '.github/workflows/w2.yml',
    display_title = 'Create atomic chart PR',
    head_branch = 'main',
    head_sha = BASE_SHA,
    event = 'push',
    status = 'in_progress',
    conclusion = null,
    actor = USERS.maintainer,
    triggering_actor = actor,
    repository: home = REPOSITORY,
    head_repository = home,
    created_at = '2025-01-17T08:58:00Z',
    run_started_at = created_at,
    updated_at = '2025-01-17T09:00:05Z',
  } = facts;
  const url = `${API}/repos/${home.full_name}/actions/runs/${id}`;
  return {
    id,
    name: 'W2',
    node_id: `WFR_${id}`,
    head_branch,
    head_sha,
    path,
    display_title,
    run_number: 42,
    event,
    status,
    conclusion,
    workflow_id: 4242,
    check_suite_id: 5000 + id,
    check_suite_node_id: `CS_${id}`,
    url,
    html_url: `${WEB}/${home.full_name}/actions/runs/${id}`,
    pull_requests: [],
    created_at,
    updated_at,
    actor: user(actor),
    run_attempt: attempt,
    referenced_workflows: [],
    run_started_at,
    triggering_actor: user(triggering_actor),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${API}/repos/${home.full_name}/check-suites/${5000 + id}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: attempt > 1 ? `${url}/attempts/${attempt - 1}` : null,
    workflow_url: `${API}/repos/${home.full_name}/actions/workflows/4242`,
    head_commit: {
      id: head_sha,
      tree_id: MERGE_SHA,
      message: 'Release redis 1.4.2',
      timestamp: '2025-01-17T08:57:00Z',
      author: { name: 'Mona', email: 'mona@example.com' },
      committer: { name: 'GitHub', email: 'noreply@github.com' },
    },
    repository: minimalRepository(home),
    head_repository: minimalRepository(head_repository),
  };
}

/**
 * @typedef {object} ReviewFacts
 * @property {number} id
 * @property {string} state in lower case, as in events
 * @property {UserFacts | null} [user]
 * @property {string | null} [commit_id]
 * @property {string} [submitted_at]
 * @property {string} [body]
 * @property {number} [pull] number of the pull request
 */

/** A review as events carry it. The API has its state in capitals. @param {ReviewFacts} facts @returns {Json} */
export function review(facts) {
  const { id, state, user: who = USERS.maintainer, commit_id = HEAD_SHA, body = '', pull = 7 } = facts;
  const html_url = `${WEB}/${REPOSITORY.full_name}/pull/${pull}#pullrequestreview-${id}`;
  const pull_request_url = `${API}/repos/${REPOSITORY.full_name}/pulls/${pull}`;
  return {
    id,
    node_id: `PRR_${id}`,
    user: who === null ? null : user(who),
    body,
    state,
    html_url,
    pull_request_url,
    author_association: 'MEMBER',
    _links: { html: { href: html_url }, pull_request: { href: pull_request_url } },
    submitted_at: facts.submitted_at ?? '2025-01-17T09:10:00Z',
    commit_id,
  };
}

/** A review as the API has it. @param {ReviewFacts} facts @returns {Json} */
export function apiReview(facts) {
  return { ...review(facts), state: facts.state.toUpperCase() };
}

/**
 * @typedef {object} CommentFacts
 * @property {number} id
 * @property {string} [body]
 * @property {UserFacts | null} [user]
 * @property {string} [created_at]
 * @property {string} [updated_at]
 * @property {{id: number, slug: string} | null} [app] the app that wrote it in the name of `user`
 * @property {number} [issue] number of the issue or pull request
 */

/** A comment on an issue or pull request. @param {CommentFacts} facts @returns {Json} */
export function issueComment(facts) {
  const { id, body = '/deploy', user: who = USERS.maintainer, app = null, issue = 7 } = facts;
  const { created_at = '2025-01-17T09:20:00Z', updated_at = created_at } = facts;
  const home = `${API}/repos/${REPOSITORY.full_name}`;
  return {
    id,
    node_id: `IC_${id}`,
    url: `${home}/issues/comments/${id}`,
    html_url: `${WEB}/${REPOSITORY.full_name}/pull/${issue}#issuecomment-${id}`,
    issue_url: `${home}/issues/${issue}`,
    user: who === null ? null : user(who),
    body,
    created_at,
    updated_at,
    author_association: 'MEMBER',
    performed_via_github_app: app === null ? null : integration(app),
  };
}

/** A GitHub App. @param {{id: number, slug: string}} facts @returns {Json} */
export function integration({ id, slug }) {
  return {
    id,
    slug,
    node_id: `A_${id}`,
    owner: user(USERS.org),
    name: slug,
    description: null,
    external_url: `https://${slug}.example`,
    html_url: `${WEB}/apps/${slug}`,
    created_at: '2024-03-01T08:00:00Z',
    updated_at: '2024-03-01T08:00:00Z',
    permissions: { checks: 'write', metadata: 'read' },
    events: [],
  };
}

/**
 * @typedef {object} LabelEventFacts
 * @property {number} id
 * @property {'labeled' | 'unlabeled'} event
 * @property {string} label
 * @property {UserFacts | null} [actor] null: a deleted account; GitHub's OpenAPI description does not have it
 * @property {string} [created_at]
 */

/** An event of an issue or pull request about a label. @param {LabelEventFacts} facts @returns {Json} */
export function labelEvent({ id, event, label: name, actor = USERS.maintainer, created_at = '2025-01-17T09:15:00Z' }) {
  return {
    id,
    node_id: `LE_${id}`,
    url: `${API}/repos/${REPOSITORY.full_name}/issues/events/${id}`,
    actor: actor === null ? null : user(actor),
    event,
    commit_id: null,
    commit_url: null,
    created_at,
    label: { name, color: '0e8a16' },
    performed_via_github_app: null,
  };
}

/**
 * @typedef {object} FileFacts
 * @property {string} filename
 * @property {'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed' | 'unchanged'} [status]
 * @property {string} [previous_filename]
 */

/** A file that a pull request changes. @param {FileFacts} facts @returns {Json} */
export function changedFile({ filename, previous_filename, status = previous_filename ? 'renamed' : 'modified' }) {
  const path = filename.split('/').map(encodeURIComponent).join('/');
  return {
    sha: MERGE_SHA,
    filename,
    status,
    additions: 6,
    deletions: 1,
    changes: 7,
    blob_url: `${WEB}/${REPOSITORY.full_name}/blob/${HEAD_SHA}/${path}`,
    raw_url: `${WEB}/${REPOSITORY.full_name}/raw/${HEAD_SHA}/${path}`,
    contents_url: `${API}/repos/${REPOSITORY.full_name}/contents/${path}?ref=${HEAD_SHA}`,
    patch: '@@ -1 +1 @@',
    ...(previous_filename === undefined ? {} : { previous_filename }),
  };
}

/**
 * @typedef {object} CheckRunFacts
 * @property {number} id
 * @property {string} name
 * @property {{id: number, slug: string} | null} [app]
 * @property {number} [suite]
 * @property {'queued' | 'in_progress' | 'completed'} [status]
 * @property {string | null} [conclusion]
 * @property {string} [started_at]
 * @property {string} [sha]
 */

/** @param {CheckRunFacts} facts @returns {Json} */
export function checkRun(facts) {
  const { id, name, app = { id: 15368, slug: 'github-actions' }, suite = 1, status = 'completed' } = facts;
  const { conclusion = status === 'completed' ? 'success' : null, sha = HEAD_SHA } = facts;
  const { started_at = '2025-01-17T09:05:00Z' } = facts;
  const url = `${API}/repos/${REPOSITORY.full_name}/check-runs/${id}`;
  const html_url = `${WEB}/${REPOSITORY.full_name}/runs/${id}`;
  return {
    id,
    node_id: `CR_${id}`,
    head_sha: sha,
    external_id: '',
    url,
    html_url,
    details_url: html_url,
    status,
    conclusion,
    started_at,
    completed_at: status === 'completed' ? '2025-01-17T09:08:00Z' : null,
    output: { title: null, summary: null, text: null, annotations_count: 0, annotations_url: `${url}/annotations` },
    name,
    check_suite: { id: suite },
    app: app === null ? null : integration(app),
    pull_requests: [],
  };
}

/**
 * @typedef {object} ActivityFacts
 * @property {number} id
 * @property {string} ref as `refs/heads/main`
 * @property {string} after
 * @property {string} [before]
 * @property {string} [timestamp]
 * @property {string} [activity_type]
 * @property {UserFacts | null} [actor]
 */

/** A push or another change of a ref. @param {ActivityFacts} facts @returns {Json} */
export function activity({ id, ref, after, before = BASE_SHA, timestamp, activity_type = 'push', actor }) {
  return {
    id,
    node_id: `PSH_${id}`,
    before,
    after,
    ref,
    timestamp: timestamp ?? '2025-01-17T09:00:00Z',
    activity_type,
    actor: actor === null ? null : user(actor ?? USERS.maintainer),
  };
}

/** @param {{user: UserFacts, permission: string, role_name: string}} facts @returns {Json} */
export function permission({ user: who, permission: level, role_name }) {
  const levels = ['none', 'read', 'triage', 'write', 'maintain', 'admin'];
  // `permission` has no triage and no maintain: they are `read` and `write`. A custom role has a name of its own.
  const rank = Math.max(levels.indexOf(level), levels.indexOf(role_name));
  const permissions = { admin: rank >= 5, maintain: rank >= 4, push: rank >= 3, triage: rank >= 2, pull: rank >= 1 };
  return { permission: level, role_name, user: { ...user(who), permissions, role_name } };
}

/** The answer of GET /orgs/{org}/teams/{team_slug}. @param {{org: string, team: string, members: number}} facts @returns {Json} */
export function team({ org, team: slug, members }) {
  const url = `${API}/organizations/1000/team/300`;
  const home = `${API}/orgs/${org}`;
  const times = { created_at: '2024-03-01T08:00:00Z', updated_at: '2025-01-17T09:00:00Z' };
  return {
    id: 300,
    node_id: 'T_300',
    url,
    html_url: `${WEB}/orgs/${org}/teams/${slug}`,
    name: slug,
    slug,
    description: null,
    privacy: 'closed',
    notification_setting: 'notifications_enabled',
    permission: 'pull',
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    type: 'organization',
    parent: null,
    members_count: members,
    repos_count: 1,
    ...times,
    organization: {
      login: org,
      id: 1000,
      node_id: 'O_1000',
      url: home,
      repos_url: `${home}/repos`,
      events_url: `${home}/events`,
      hooks_url: `${home}/hooks`,
      issues_url: `${home}/issues`,
      members_url: `${home}/members{/member}`,
      public_members_url: `${home}/public_members{/member}`,
      avatar_url: 'https://avatars.githubusercontent.com/u/1000?v=4',
      description: null,
      html_url: `${WEB}/${org}`,
      has_organization_projects: true,
      has_repository_projects: true,
      public_repos: 2,
      public_gists: 0,
      followers: 0,
      following: 0,
      type: 'Organization',
      archived_at: null,
      ...times,
    },
  };
}

/** @param {{org: string, team: string, login: string, state?: string, role?: string}} facts @returns {Json} */
export function teamMembership({ org, team, login, state = 'active', role = 'member' }) {
  return { url: `${API}/orgs/${org}/teams/${team}/memberships/${login}`, role, state };
}

/**
 * A file by the contents API.
 * @param {{path: string, text: string | Uint8Array, sha: string, full_name?: string | undefined, ref?: string}} facts
 * @returns {Json}
 */
export function contentFile({ path, text, sha, full_name = REPOSITORY.full_name, ref = 'main' }) {
  const bytes = Buffer.from(text);
  const url = `${API}/repos/${full_name}/contents/${path}?ref=${ref}`;
  const git = `${API}/repos/${full_name}/git/blobs/${sha}`;
  const html = `${WEB}/${full_name}/blob/${ref}/${path}`;
  return {
    name: path.split('/').at(-1),
    path,
    sha,
    size: bytes.length,
    url,
    html_url: html,
    git_url: git,
    download_url: `https://raw.githubusercontent.com/${full_name}/${ref}/${path}`,
    type: 'file',
    // GitHub breaks the text every 60 characters and ends it with a line break.
    content: bytes.toString('base64').replace(/.{1,60}/g, '$&\n'),
    encoding: 'base64',
    _links: { self: url, git, html },
  };
}

/**
 * A commit status.
 * @param {{id: number, sha: string, state: string, context: string, description?: string | null, target_url?: string | null,
 *   creator?: UserFacts, created_at: string, full_name?: string}} facts
 * @returns {Json}
 */
export function status(facts) {
  const { id, sha, state, context, creator = USERS.actionsBot, created_at } = facts;
  return {
    url: `${API}/repos/${facts.full_name ?? REPOSITORY.full_name}/statuses/${sha}`,
    avatar_url: `https://avatars.githubusercontent.com/u/${creator.id}?v=4`,
    id,
    node_id: `SC_${id}`,
    state,
    description: facts.description ?? null,
    target_url: facts.target_url ?? null,
    context,
    created_at,
    updated_at: created_at,
    creator: user(creator),
  };
}

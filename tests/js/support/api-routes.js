// @ts-check
// The routes of the fake API, and what each answers from the facts of its world.

import { createHash, createPrivateKey } from 'node:crypto';
import { DOCS } from './api-faults.js';
import * as github from './github-objects.js';
import { token } from './reference-crypto.js';

/** @typedef {import('./api-faults.js').Answer} Answer */
/** @typedef {import('./github-objects.js').RepositoryFacts} RepositoryFacts */
/** @typedef {import('./github-objects.js').RunFacts} RunFacts */
/** @typedef {import('./github-objects.js').UserFacts} UserFacts */

/**
 * What the API knows. The first of `repositories` owns everything that has no repository of its own.
 * @typedef {object} World
 * @property {string} [token] the valid token; any other is answered with 401
 * @property {RepositoryFacts[]} [repositories]
 * @property {{[number: string]: any}} [pulls] complete pull requests
 * @property {{[login: string]: {id?: number, permission: string, role_name: string}}} [permissions]
 * @property {{[orgAndSlug: string]: {[login: string]: "active" | "pending"}}} [teams] a missing team is not visible
 * @property {{[org: string]: {members: string[], public?: string[], hidden?: boolean}}} [organizations] `hidden`: the
 *   token cannot see members and is redirected to the public ones
 * @property {RunFacts[]} [runs] every attempt is one entry; the run itself is its last attempt
 * @property {{[path: string]: string | Uint8Array}} [contents] files on the default branch
 * @property {{[branch: string]: {[path: string]: string}}} [branches] files on other branches, for `?ref=`
 * @property {{[full_name: string]: {[ref: string]: {[path: string]: string}}}} [foreignContents] of other repositories
 * @property {{[full_name: string]: import('./github-objects.js').ActivityFacts[]}} [activity] newest first
 * @property {{[id: string]: import('./github-objects.js').CommentFacts}} [comments]
 * @property {{[number: string]: import('./github-objects.js').ReviewFacts[]}} [reviews] oldest first
 * @property {{[number: string]: import('./github-objects.js').LabelEventFacts[]}} [issueEvents] oldest first
 * @property {{[number: string]: import('./github-objects.js').FileFacts[]}} [files]
 * @property {{[sha: string]: import('./github-objects.js').CheckRunFacts[]}} [checkRuns]
 * @property {{[file: string]: {runId: number}}} [workflows] those with `workflow_dispatch`, and the run that it starts
 * @property {UserFacts[]} [users]
 * @property {{[sha: string]: any[]}} [statuses] oldest first
 * @property {UserFacts} [creator] who writes statuses
 * @property {(dispatch: Call['dispatches'][number]) => void} [onDispatch] called when a dispatch was accepted
 * @property {() => number} [now] Unix ms for what is written
 * @property {{privateKeyPem: string, jwks: any, claims: {[name: string]: any}, requestToken?: string}} [oidc]
 */

/** @param {World} world */
export function completeWorld(world) {
  const oidc = /** @type {World['oidc']} */ (undefined);
  const onDispatch = /** @type {World['onDispatch']} */ (undefined);
  return {
    token: '',
    repositories: /** @type {RepositoryFacts[]} */ ([github.REPOSITORY]),
    users: /** @type {UserFacts[]} */ (Object.values(github.USERS)),
    creator: github.USERS.actionsBot,
    now: () => Date.now(),
    runs: /** @type {RunFacts[]} */ ([]),
    oidc,
    onDispatch,
    ...tables(),
    ...world,
  };
}

/** @returns {Required<Pick<World, 'pulls' | 'permissions' | 'teams' | 'organizations' | 'contents' | 'branches' | 'foreignContents' | 'activity' | 'comments' | 'reviews' | 'issueEvents' | 'files' | 'checkRuns' | 'workflows' | 'statuses'>>} */
function tables() {
  return {
    pulls: {},
    permissions: {},
    teams: {},
    organizations: {},
    contents: {},
    branches: {},
    foreignContents: {},
    activity: {},
    comments: {},
    reviews: {},
    issueEvents: {},
    files: {},
    checkRuns: {},
    workflows: {},
    statuses: {},
  };
}

/** @typedef {ReturnType<typeof completeWorld>} State */

/**
 * A request to a route.
 * @typedef {object} Call
 * @property {State} state
 * @property {{[name: string]: string}} params
 * @property {URL} address
 * @property {string} body
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {RepositoryFacts} repository the one of the path
 * @property {boolean} isHome whether that is the first repository
 * @property {{repository: string, event_type: string, client_payload: any}[]} dispatches
 * @property {{repository: string, workflow: string, ref: string, inputs: any}[]} workflowDispatches
 */

/** @typedef {(call: Call) => Answer} Handler */

/** @type {{[route: string]: [method: string, template: string, handler: Handler]}} */
const TABLE = {
  repository: ['GET', '/repos/{repo}', ({ repository }) => good(github.fullRepository(repository))],
  pulls: ['GET', '/repos/{repo}/pulls', listPulls],
  pull: ['GET', '/repos/{repo}/pulls/{number}', (call) => found(own(call, call.state.pulls[param(call, 'number')]))],
  files: ['GET', '/repos/{repo}/pulls/{number}/files', (call) => ofPull(call, 'files', github.changedFile)],
  reviews: ['GET', '/repos/{repo}/pulls/{number}/reviews', (call) => ofPull(call, 'reviews', github.apiReview)],
  review: ['GET', '/repos/{repo}/pulls/{number}/reviews/{id}', getReview],
  'issue-events': [
    'GET',
    '/repos/{repo}/issues/{number}/events',
    (call) => ofPull(call, 'issueEvents', github.labelEvent),
  ],
  comment: ['GET', '/repos/{repo}/issues/comments/{id}', getComment],
  activity: ['GET', '/repos/{repo}/activity', listActivity],
  'commit-pulls': ['GET', '/repos/{repo}/commits/{sha}/pulls', listPullsOfCommit],
  'check-runs': ['GET', '/repos/{repo}/commits/{sha}/check-runs', listCheckRuns],
  statuses: ['GET', '/repos/{repo}/commits/{sha}/statuses', listStatuses],
  'combined-status': ['GET', '/repos/{repo}/commits/{sha}/status', getCombinedStatus],
  'create-status': ['POST', '/repos/{repo}/statuses/{sha}', createStatus],
  permission: ['GET', '/repos/{repo}/collaborators/{login}/permission', getPermission],
  runs: ['GET', '/repos/{repo}/actions/runs', listRuns],
  run: ['GET', '/repos/{repo}/actions/runs/{id}', (call) => oneRun(attempts(call).at(-1))],
  attempt: ['GET', '/repos/{repo}/actions/runs/{id}/attempts/{attempt}', getAttempt],
  'workflow-dispatch': ['POST', '/repos/{repo}/actions/workflows/{workflow}/dispatches', dispatchWorkflow],
  contents: ['GET', '/repos/{repo}/contents/{path}', getContents],
  dispatch: ['POST', '/repos/{repo}/dispatches', dispatch],
  member: ['GET', '/orgs/{org}/members/{login}', getMember],
  'public-member': ['GET', '/orgs/{org}/public_members/{login}', getPublicMember],
  team: ['GET', '/orgs/{org}/teams/{team}', getTeam],
  membership: ['GET', '/orgs/{org}/teams/{team}/memberships/{login}', getMembership],
  user: ['GET', '/users/{login}', getUser],
  jwks: ['GET', '/_services/token/.well-known/jwks', ({ state }) => found(state.oidc?.jwks)],
  'id-token': ['GET', '/_services/id-token', createIdToken],
};

/** Routes outside the REST API, which need no token or another one. */
export const OUTSIDE = new Set(['jwks', 'id-token']);

const ROUTES = Object.entries(TABLE).map(([route, [method, template, handler]]) => {
  const source = template
    .replaceAll('.', '\\.')
    .replace('{repo}', '(?<repo>[^/]+/[^/]+)')
    .replace('{path}', '(?<path>.+)')
    .replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  return { route, method, pattern: new RegExp(`^${source}$`), handler };
});

/**
 * @param {string} method
 * @param {string} path
 * @returns {{route: string, params: {[name: string]: string}, handler: Handler}}
 */
export function matchRoute(method, path) {
  for (const { route, method: verb, pattern, handler } of ROUTES) {
    const found = verb === method ? pattern.exec(path) : null;
    if (found === null) continue;
    const entries = Object.entries(found.groups ?? {}).map(([name, text]) => [name, decodeURIComponent(text)]);
    return { route, params: Object.fromEntries(entries), handler };
  }
  return { route: 'unknown', params: {}, handler: () => plain(404, 'Not Found') };
}

/** @param {Call} call @param {string} name */
const param = ({ params }, name) => params[name] ?? '';

/** What the home repository alone has. @template T @param {Call} call @param {T | undefined} value */
const own = ({ isHome }, value) => (isHome ? value : undefined);

/** A page of a list, with the link to the next one. @param {Call} call @param {any[]} all @param {(page: any[]) => any} [wrap] @returns {Answer} */
function paged({ address }, all, wrap = (page) => page) {
  const size = Number(address.searchParams.get('per_page') ?? 30);
  const page = Number(address.searchParams.get('page') ?? 1);
  const next = new URL(address);
  next.searchParams.set('page', String(page + 1));
  const headers = page * size < all.length ? { link: `<${next}>; rel="next"` } : {};
  return { status: 200, headers, body: wrap(all.slice((page - 1) * size, page * size)) };
}

/** @param {Call} call @param {'files' | 'reviews' | 'issueEvents'} table @param {(facts: any) => any} make @returns {Answer} */
function ofPull(call, table, make) {
  const number = param(call, 'number');
  const facts = own(call, call.state.pulls[number]) && (call.state[table][number] ?? []);
  return facts === undefined ? plain(404, 'Not Found') : paged(call, facts.map(make));
}

/** @type {Handler} */
function getReview(call) {
  const reviews = own(call, call.state.reviews[param(call, 'number')]) ?? [];
  const facts = reviews.find(({ id }) => String(id) === call.params.id);
  return found(facts && github.apiReview(facts));
}

/** @type {Handler} */
function getComment(call) {
  const facts = own(call, call.state.comments[param(call, 'id')]);
  return found(facts && github.issueComment(facts));
}

/** @type {Handler} */
function listActivity(call) {
  const ref = call.address.searchParams.get('ref');
  const all = call.state.activity[call.repository.full_name] ?? [];
  return paged(call, all.filter((entry) => ref === null || entry.ref === ref).map(github.activity));
}

/** @type {Handler} */
function listPulls(call) {
  const { searchParams } = call.address;
  const [state, head, base] = ['state', 'head', 'base'].map((name) => searchParams.get(name));
  const all = Object.values(own(call, call.state.pulls) ?? {}).filter(
    (pull) =>
      (state === 'all' || pull.state === (state ?? 'open')) &&
      (head === null || pull.head.label === head) &&
      (base === null || pull.base.ref === base),
  );
  const key = searchParams.get('sort') === 'updated' ? 'updated_at' : 'created_at';
  const descending = searchParams.get('direction') === 'desc' ? -1 : 1;
  all.sort((a, b) => descending * (a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : a.number - b.number));
  return paged(call, all.map(github.simplePull));
}

/** As on GitHub, the heads of forks lead to no pull request. @type {Handler} */
function listPullsOfCommit(call) {
  const all = Object.values(own(call, call.state.pulls) ?? {}).filter(
    ({ head, base, merged, merge_commit_sha }) =>
      (head.sha === call.params.sha && head.repo?.id === base.repo.id) ||
      (merged && merge_commit_sha === call.params.sha),
  );
  return paged(call, all.map(github.simplePull));
}

/** @type {Handler} */
function listCheckRuns(call) {
  const { searchParams } = call.address;
  const name = searchParams.get('check_name');
  const all = (own(call, call.state.checkRuns[param(call, 'sha')]) ?? []).filter(
    (facts) => name === null || facts.name === name,
  );
  // GitHub returns the latest run of each name and suite, unless all are requested.
  const latest = [...new Map(all.map((facts) => [`${facts.suite} ${facts.name}`, facts])).values()];
  const shown = searchParams.get('filter') === 'all' ? all : latest;
  const sha = param(call, 'sha');
  return paged(
    call,
    shown.map((facts) => github.checkRun({ ...facts, sha })),
    (check_runs) => ({ total_count: shown.length, check_runs }),
  );
}

/** @type {Handler} */
function getPermission(call) {
  const { state } = call;
  const login = param(call, 'login');
  const known = ownEntry(state.permissions, login);
  const who = state.users.find((user) => same(user.login, login)) ?? { login, id: known?.id ?? 1 };
  // GitHub answers `read` for anyone on a public repository and 404 for an account that does not exist.
  if (known !== undefined) return good(github.permission({ user: who, ...known }));
  return state.users.includes(who)
    ? good(github.permission({ user: who, permission: 'read', role_name: 'read' }))
    : plain(404, `${login} is not a user`);
}

/** @type {Handler} */
function getMember(call) {
  const [org, login] = [param(call, 'org'), param(call, 'login')];
  const known = call.state.organizations[org];
  if (known?.hidden) {
    const location = `${call.address.origin}${call.address.pathname.replace('/members/', '/public_members/')}`;
    return { status: 302, headers: { location } };
  }
  const isMember = known?.members.some((name) => same(name, login));
  return isMember ? { status: 204 } : plain(404, 'User does not exist or is not a member of the organization');
}

/** @type {Handler} */
function getPublicMember(call) {
  const isPublic = call.state.organizations[param(call, 'org')]?.public?.some((name) =>
    same(name, param(call, 'login')),
  );
  return isPublic ? { status: 204 } : plain(404, 'User does not exist or is not a public member of the organization');
}

/** @type {Handler} */
function getTeam(call) {
  const [org, team] = [param(call, 'org'), param(call, 'team')];
  const members = call.state.teams[`${org}/${team}`];
  return found(members && github.team({ org, team, members: Object.keys(members).length }));
}

/** @type {Handler} */
function getMembership(call) {
  const [org, team, login] = [param(call, 'org'), param(call, 'team'), param(call, 'login')];
  const state = ownEntry(call.state.teams[`${org}/${team}`] ?? {}, login);
  return found(state && github.teamMembership({ org, team, login, state }));
}

/** @type {Handler} */
function getUser(call) {
  const user = call.state.users.find(({ login }) => same(login, param(call, 'login')));
  return found(user && github.publicUser(user));
}

/** The attempts of the run in the path. @param {Call} call */
function attempts(call) {
  return runsHere(call).filter((run) => String(run.id) === call.params.id);
}

/** @param {Call} call */
function runsHere({ state, repository }) {
  const [home] = state.repositories;
  return state.runs.filter((run) => (run.repository ?? home)?.full_name === repository.full_name);
}

/** @param {RunFacts | undefined} facts */
const oneRun = (facts) => found(facts && github.workflowRun(facts));

/** @type {Handler} */
function getAttempt(call) {
  return oneRun(attempts(call).find(({ attempt = 1 }) => String(attempt) === call.params.attempt));
}

/** @type {Handler} */
function listRuns(call) {
  const { searchParams } = call.address;
  const latest = [...new Map(runsHere(call).map((run) => [run.id, run])).values()];
  const all = latest.map(github.workflowRun).filter((run) => {
    const from = /^>=?(.+)$/.exec(searchParams.get('created') ?? '')?.[1];
    if (from !== undefined && Date.parse(run.created_at) < Date.parse(from)) return false;
    return ['event', 'head_sha'].every((name) => [null, run[name]].includes(searchParams.get(name)));
  });
  all.sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at) || b.id - a.id);
  return paged(call, all, (workflow_runs) => ({ total_count: all.length, workflow_runs }));
}

/** @type {Handler} */
function dispatchWorkflow(call) {
  const given = parsed(call.body);
  const workflow = param(call, 'workflow');
  const known = own(call, call.state.workflows[workflow]);
  if (known === undefined) return plain(404, 'Not Found');
  if (typeof given?.ref !== 'string') return invalid('Invalid request.\n\n"ref" wasn\'t supplied.');
  const repository = call.repository.full_name;
  call.workflowDispatches.push({ repository, workflow, ref: given.ref, inputs: given.inputs ?? {} });
  if (given.return_run_details !== true) return { status: 204 };
  const { url, html_url } = github.workflowRun({ id: known.runId, repository: call.repository });
  return good({ workflow_run_id: known.runId, run_url: url, html_url });
}

/** @type {Handler} */
function getContents(call) {
  const { state, repository, isHome, address, headers } = call;
  const path = param(call, 'path');
  const usual = repository.default_branch ?? 'main';
  const ref = address.searchParams.get('ref');
  const branch = ref?.replace(/^refs\/(heads|tags)\//, '') ?? usual;
  const isUsual = branch === usual || branch === 'HEAD';
  const foreign = state.foreignContents[repository.full_name]?.[isUsual ? usual : branch];
  const files = isHome ? (isUsual ? state.contents : state.branches[branch]) : foreign;
  const text = files?.[path];
  if (text === undefined) return plain(404, files === undefined ? `No commit found for the ref ${ref}` : 'Not Found');
  // GitHub answers with the bytes themselves if the raw media type is requested.
  if (/[./]raw\b/.test(headers.accept ?? ''))
    return {
      status: 200,
      headers: { 'content-type': 'application/vnd.github.raw; charset=utf-8' },
      body: Buffer.from(text),
    };
  const { full_name } = repository;
  return good(github.contentFile({ path, text, sha: blobSha(text), full_name, ref: branch }));
}

/** @type {Handler} */
function listStatuses(call) {
  return paged(call, [...(call.state.statuses[param(call, 'sha')] ?? [])].reverse());
}

/** @type {Handler} */
function getCombinedStatus(call) {
  const sha = param(call, 'sha');
  const latest = [...new Map((call.state.statuses[sha] ?? []).map((status) => [status.context, status])).values()];
  const has = (/** @type {string[]} */ ...states) => latest.some(({ state }) => states.includes(state));
  const state = has('failure', 'error') ? 'failure' : latest.length === 0 || has('pending') ? 'pending' : 'success';
  const url = `https://api.github.com/repos/${call.repository.full_name}/commits/${sha}`;
  return good({
    state,
    statuses: latest.map(({ creator: _, ...status }) => status),
    sha,
    total_count: latest.length,
    repository: github.minimalRepository(call.repository),
    commit_url: url,
    url: `${url}/status`,
  });
}

/** @type {Handler} */
function createStatus(call) {
  const { state, body, repository } = call;
  const sha = param(call, 'sha');
  const given = parsed(body);
  const states = ['error', 'failure', 'pending', 'success'];
  if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(sha)) return invalid(`No commit found for SHA: ${sha}`);
  if (!states.includes(given?.state)) return invalid('State is not included in the list');
  if (typeof given.description === 'string' && given.description.length > 140)
    return invalid('description is too long (maximum is 140 characters)');
  if (typeof given.context === 'string' && given.context.length > 255)
    return invalid('context is too long (maximum is 255 characters)');
  const created = github.status({
    id: 30_000_000_001 + Object.values(state.statuses).flat().length,
    sha,
    state: given.state,
    context: given.context ?? 'default',
    description: given.description ?? null,
    target_url: given.target_url ?? null,
    creator: state.creator,
    created_at: new Date(state.now()).toISOString().replace(/\.\d+Z/, 'Z'),
    full_name: repository.full_name,
  });
  (state.statuses[sha] ??= []).push(created);
  return { status: 201, headers: { location: created.url }, body: created };
}

/** @type {Handler} */
function dispatch(call) {
  const given = parsed(call.body);
  if (given === undefined) return plain(400, 'Problems parsing JSON');
  if (typeof given.event_type !== 'string' || given.event_type === '')
    return invalid('Invalid request.\n\n"event_type" wasn\'t supplied.');
  if (given.event_type.length > 100) return invalid('event_type is too long (maximum is 100 characters)');
  const payload = given.client_payload ?? {};
  if (typeof payload !== 'object' || Array.isArray(payload))
    return invalid(`Invalid request.\n\nFor 'properties/client_payload', ${JSON.stringify(payload)} is not an object.`);
  const count = Object.keys(payload).length;
  if (count > 10) return invalid(`Invalid request.\n\nNo more than 10 properties are allowed; ${count} were supplied.`);
  if (JSON.stringify(payload).length > 65_535) return invalid('client_payload is too large.');
  const accepted = { repository: param(call, 'repo'), event_type: given.event_type, client_payload: payload };
  call.dispatches.push(accepted);
  call.state.onDispatch?.(accepted);
  return { status: 204 };
}

/** @type {Handler} */
function createIdToken({ state, address, headers }) {
  if (state.oidc === undefined) return plain(404, 'Not Found');
  const { privateKeyPem, jwks, claims, requestToken = 'request-token' } = state.oidc;
  if (headers.authorization?.replace(/^bearer /i, '') !== requestToken) return plain(401, 'Unauthorized');
  const now = Math.floor(state.now() / 1000);
  const payload = {
    iss: `${address.origin}/_services/token`,
    aud: address.searchParams.get('audience') ?? '',
    iat: now,
    nbf: now - 300,
    exp: now + 300,
    ...claims,
  };
  const { kid } = jwks.keys[0];
  return good({ value: token({ kid, privateKey: createPrivateKey(privateKeyPem) }, payload) });
}

/** The id of a git blob. @param {string | Uint8Array} text */
export function blobSha(text) {
  const bytes = Buffer.from(text);
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/** @param {any} body @returns {Answer} */
const good = (body) => ({ status: 200, body });

/** 404 without a body. @param {any} body @returns {Answer} */
const found = (body) => (body === undefined ? plain(404, 'Not Found') : good(body));

/** @param {number} status @param {string} message @returns {Answer} */
export function plain(status, message) {
  return { status, body: { message, documentation_url: DOCS, status: String(status) } };
}

/** @param {string} message @returns {Answer} */
function invalid(message) {
  return { status: 422, body: { message, documentation_url: DOCS, errors: [] } };
}

/** @param {string} text @returns {any} */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param {string} a @param {string} b */
const same = (a, b) => a.toLowerCase() === b.toLowerCase();

/** @template T @param {{[login: string]: T}} table @param {string} login @returns {T | undefined} */
function ownEntry(table, login) {
  return Object.entries(table).find(([name]) => same(name, login))?.[1];
}

// @ts-check
// A small GitHub REST API on loopback. It answers from a `world` of plain facts, keeps what is written to it
// (statuses, dispatches), records every request, and can be told to misbehave, for each route and each try.
//
//   const api = await startFakeApi({ pulls: { 7: pullRequest() } });
//   api.script("pull", [fault.status(500), fault.status(500)]);   // twice, then as usual
//   api.script("pull", fault.reset());                            // every time
//   api.requests                                                  // [{ route, method, path, headers, body }]

import { createHash, createPrivateKey, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import * as github from './github-objects.js';
import { TOKEN } from './run-action.js';

export { TOKEN };

/** @typedef {import("./github-objects.js").RepositoryFacts} RepositoryFacts */
/** @typedef {import("./github-objects.js").RunFacts} RunFacts */
/** @typedef {import("./github-objects.js").UserFacts} UserFacts */

/**
 * @typedef {object} World
 * @property {string} [token] the token that is good here; another one is answered with 401
 * @property {RepositoryFacts[]} [repositories] the first one owns `pulls`, `runs`, `contents`
 * @property {{[number: string]: any}} [pulls] complete pull requests
 * @property {{[login: string]: {id?: number, permission: string, role_name: string}}} [permissions]
 * @property {{[orgAndSlug: string]: {[login: string]: "active" | "pending"}}} [teams] a team that is absent is not visible
 * @property {RunFacts[]} [runs] every attempt is one entry; the run itself is its last attempt
 * @property {{[path: string]: string | Uint8Array}} [contents] files on the default branch
 * @property {{[branch: string]: {[path: string]: string}}} [branches] files on other branches, for `?ref=`
 * @property {UserFacts[]} [users]
 * @property {{[sha: string]: any[]}} [statuses] oldest first
 * @property {UserFacts} [creator] who writes statuses
 * @property {() => number} [now] Unix ms for what is written
 * @property {{privateKeyPem: string, jwks: any, claims: {[name: string]: any}, requestToken?: string}} [oidc]
 */

/**
 * @typedef {object} Request
 * @property {string} route name of the route, or "unknown"
 * @property {string} method
 * @property {string} path with its query
 * @property {import("node:http").IncomingHttpHeaders} headers
 * @property {string} body
 * @property {number} at ms since the API was started
 */

/** @typedef {{status: number, headers?: {[name: string]: string}, body?: any}} Answer */
/**
 * @typedef {object} Exchange
 * @property {import("node:http").IncomingMessage} request
 * @property {import("node:http").ServerResponse} response
 * @property {() => Answer} answer the answer of a healthy API; a write takes effect when it is called
 * @property {(answer: Answer) => void} send
 * @property {string} origin of this API
 */
/** @typedef {(exchange: Exchange) => void | Promise<void>} Step */

const DOCS = 'https://docs.github.com/rest';

/** Ways to misbehave. Each is one step of {@link FakeApi.script}. */
export const fault = Object.freeze({
  /** As a healthy API. @returns {Step} */
  none:
    () =>
    ({ answer, send }) =>
      send(answer()),

  /** An error of GitHub's with a JSON body. @param {number} status @param {{[name: string]: string}} [headers] @param {any} [body] @returns {Step} */
  status:
    (status, headers = {}, body = { message: messageOf(status), documentation_url: DOCS, status: String(status) }) =>
    ({ send }) =>
      send({ status, headers, body }),

  /** The healthy answer, changed. @param {(answer: Answer) => Answer} change @returns {Step} */
  changed:
    (change) =>
    ({ answer, send }) =>
      send(change(answer())),

  /** Any JSON with status 200. @param {any} body @returns {Step} */
  json:
    (body) =>
    ({ send }) =>
      send({ status: 200, body }),

  /** Text as it is. @param {string | Uint8Array} text @param {string} [type] @param {number} [status] @returns {Step} */
  text:
    (text, type = 'application/json; charset=utf-8', status = 200) =>
    ({ send }) =>
      send({ status, headers: { 'content-type': type }, body: Buffer.from(text) }),

  /** What a proxy or GitHub's own unicorn shows. @param {number} [status] @returns {Step} */
  html: (status = 200) =>
    fault.text(
      '<!DOCTYPE html><html><head><title>Unicorn!</title></head><body><p>No server is available.</p></body></html>',
      'text/html; charset=utf-8',
      status,
    ),

  /** The healthy answer, its JSON cut in half, and said to be whole. @returns {Step} */
  truncated:
    () =>
    ({ answer, send }) => {
      const good = answer();
      const text = JSON.stringify(good.body);
      send({ ...good, body: Buffer.from(text.slice(0, text.length / 2)) });
    },

  /** The connection is reset before any byte of the answer. @returns {Step} */
  reset:
    () =>
    ({ response }) => {
      /** @type {import("node:net").Socket} */ (response.socket).resetAndDestroy();
    },

  /** The connection is reset in the middle of the body. @returns {Step} */
  resetInBody:
    () =>
    async ({ answer, response }) => {
      const good = answer();
      const bytes = Buffer.from(JSON.stringify(good.body));
      response.writeHead(good.status, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': bytes.length,
      });
      response.write(bytes.subarray(0, bytes.length / 2));
      await pause(20);
      /** @type {import("node:net").Socket} */ (response.socket).resetAndDestroy();
    },

  /** Nothing is ever answered. @returns {Step} */
  stall: () => () => {},

  /** Headers and half of the body, then nothing. @returns {Step} */
  stallInBody:
    () =>
    ({ answer, response }) => {
      const bytes = Buffer.from(JSON.stringify(answer().body));
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': bytes.length });
      response.write(bytes.subarray(0, bytes.length / 2));
    },

  /** One byte each `everyMs`, so that no read is ever idle for long. @param {number} [everyMs] @returns {Step} */
  drip:
    (everyMs = 100) =>
    async ({ answer, response }) => {
      const bytes = Buffer.from(JSON.stringify(answer().body));
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': bytes.length });
      for (const byte of bytes) {
        if (response.destroyed) return;
        response.write(Buffer.of(byte));
        await pause(everyMs);
      }
      response.end();
    },

  /** The healthy answer after a while. @param {number} ms @returns {Step} */
  late:
    (ms) =>
    async ({ answer, send }) => {
      await pause(ms);
      send(answer());
    },

  /** The healthy answer, blown up by a member of `bytes` bytes. @param {number} bytes @returns {Step} */
  huge:
    (bytes) =>
    ({ answer, send }) => {
      const good = answer();
      send({ ...good, body: { padding: 'a'.repeat(bytes), ...good.body } });
    },

  /** The healthy answer, compressed although nobody asked. @returns {Step} */
  gzip:
    () =>
    ({ answer, send }) => {
      const good = answer();
      send({
        ...good,
        headers: { ...good.headers, 'content-encoding': 'gzip' },
        body: gzipSync(JSON.stringify(good.body)),
      });
    },

  /** Few bytes that unpack to `bytes` bytes. @param {number} bytes @returns {Step} */
  gzipBomb:
    (bytes) =>
    ({ send }) =>
      send({
        status: 200,
        headers: { 'content-encoding': 'gzip' },
        body: gzipSync(Buffer.alloc(bytes, 0x20), { level: 9 }),
      }),

  /** @param {string} to absolute, or a path of this API @param {number} [status] @returns {Step} */
  redirect:
    (to, status = 301) =>
    ({ origin, send }) =>
      send({
        status,
        headers: { location: to.startsWith('/') ? origin + to : to },
        body: { message: 'Moved Permanently', url: to, documentation_url: DOCS },
      }),

  /** 401. @returns {Step} */
  unauthorized: () => fault.status(401, {}, { message: 'Bad credentials', documentation_url: DOCS, status: '401' }),

  /** 403 because the token lacks a permission. @param {string} accepted as `pull_requests=read` @returns {Step} */
  forbidden: (accepted) =>
    fault.status(
      403,
      { 'x-accepted-github-permissions': accepted },
      { message: 'Resource not accessible by integration', documentation_url: DOCS, status: '403' },
    ),

  /** The primary limit is spent. @param {number} [status] 403 or 429 @param {number} [seconds] until it is renewed @returns {Step} */
  limited: (status = 403, seconds = 1800) =>
    fault.status(
      status,
      {
        'x-ratelimit-remaining': '0',
        'x-ratelimit-used': '1000',
        'x-ratelimit-limit': '1000',
        'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + seconds),
      },
      {
        message: 'API rate limit exceeded for installation ID 4242.',
        documentation_url: `${DOCS}/overview/rate-limits-for-the-rest-api`,
        status: String(status),
      },
    ),

  /** A secondary limit. @param {number} [status] 403 or 429 @param {string} [retryAfter] seconds; absent = no header @returns {Step} */
  secondary: (status = 403, retryAfter) =>
    fault.status(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }, {
      message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
      documentation_url: `${DOCS}/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits`,
      status: String(status),
    }),

  /** Tells the caller its own Authorization header, in every place where a careless caller would print it. @param {number} status @returns {Step} */
  echo:
    (status) =>
    ({ request, send }) => {
      const secret = request.headers.authorization ?? '';
      send({
        status,
        headers: { 'x-accepted-github-permissions': secret, 'x-github-request-id': secret },
        body: { message: `no: ${secret}`, documentation_url: secret },
      });
    },
});

/** @type {[name: string, method: string, pattern: RegExp][]} */
const ROUTES = [
  ['repository', 'GET', /^\/repos\/(?<repo>[^/]+\/[^/]+)$/],
  ['pull', 'GET', /^\/repos\/(?<repo>[^/]+\/[^/]+)\/pulls\/(?<number>[^/]+)$/],
  ['permission', 'GET', /^\/repos\/(?<repo>[^/]+\/[^/]+)\/collaborators\/(?<login>[^/]+)\/permission$/],
  ['team', 'GET', /^\/orgs\/(?<org>[^/]+)\/teams\/(?<team>[^/]+)$/],
  ['membership', 'GET', /^\/orgs\/(?<org>[^/]+)\/teams\/(?<team>[^/]+)\/memberships\/(?<login>[^/]+)$/],
  ['run', 'GET', /^\/repos\/(?<repo>[^/]+\/[^/]+)\/actions\/runs\/(?<id>\d+)$/],
  ['attempt', 'GET', /^\/repos\/(?<repo>[^/]+\/[^/]+)\/actions\/runs\/(?<id>\d+)\/attempts\/(?<attempt>\d+)$/],
  ['contents', 'GET', /^\/repos\/(?<repo>[^/]+\/[^/]+)\/contents\/(?<path>.+)$/],
  ['statuses', 'GET', /^\/repos\/(?<repo>[^/]+\/[^/]+)\/commits\/(?<sha>[^/]+)\/statuses$/],
  ['combined-status', 'GET', /^\/repos\/(?<repo>[^/]+\/[^/]+)\/commits\/(?<sha>[^/]+)\/status$/],
  ['create-status', 'POST', /^\/repos\/(?<repo>[^/]+\/[^/]+)\/statuses\/(?<sha>[^/]+)$/],
  ['dispatch', 'POST', /^\/repos\/(?<repo>[^/]+\/[^/]+)\/dispatches$/],
  ['user', 'GET', /^\/users\/(?<login>[^/]+)$/],
  ['jwks', 'GET', /^\/_services\/token\/\.well-known\/jwks$/],
  ['id-token', 'GET', /^\/_services\/id-token$/],
];

/** Routes that are no part of the REST API: they have no token of their own or another one. */
const OUTSIDE = new Set(['jwks', 'id-token']);

/** @typedef {Awaited<ReturnType<typeof startFakeApi>>} FakeApi */

/**
 * @param {World} [world]
 * @param {{prefix?: string, tls?: {key: string, cert: string}, closable?: boolean}} [options] `prefix` as GitHub
 *   Enterprise Server's `/api/v3`; `closable`: at a port that nobody is given after `stopListening`
 */
export async function startFakeApi(world = {}, { prefix = '', tls, closable = false } = {}) {
  const state = {
    token: TOKEN,
    repositories: [github.REPOSITORY],
    pulls: /** @type {{[number: string]: any}} */ ({}),
    permissions: /** @type {NonNullable<World["permissions"]>} */ ({}),
    teams: /** @type {NonNullable<World["teams"]>} */ ({}),
    runs: /** @type {RunFacts[]} */ ([]),
    contents: /** @type {NonNullable<World["contents"]>} */ ({}),
    branches: /** @type {NonNullable<World["branches"]>} */ ({}),
    users: /** @type {UserFacts[]} */ (Object.values(github.USERS)),
    statuses: /** @type {{[sha: string]: any[]}} */ ({}),
    creator: github.USERS.actionsBot,
    now: () => Date.now(),
    oidc: /** @type {World["oidc"]} */ (undefined),
    ...world,
  };
  let nextStatusId = 30_000_000_000 + Object.values(state.statuses).flat().length;
  /** @type {Request[]} */
  const requests = [];
  /** @type {{repository: string, event_type: string, client_payload: any}[]} */
  const dispatches = [];
  /** @type {Map<string, Step | Step[]>} */
  const scripts = new Map();
  const started = Date.now();

  const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  server.keepAliveTimeout = 500;
  await listen(server, closable);
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const origin = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;

  /** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
  async function serve(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    const address = new URL(request.url ?? '/', origin);
    const { route, params } = match(request.method ?? '', address.pathname);
    requests.push({
      route,
      method: request.method ?? '',
      path: address.pathname + address.search,
      headers: request.headers,
      body,
      at: Date.now() - started,
    });

    /** @type {Exchange} */
    const exchange = {
      request,
      response,
      origin,
      answer: () => refusal(route, request) ?? answer(route, params, address, body, request),
      send: (given) => send(response, given),
    };
    const script = scripts.get(route) ?? scripts.get('*');
    const step = Array.isArray(script) ? script.shift() : script;
    try {
      await (step ?? fault.none())(exchange);
    } catch (error) {
      send(response, { status: 500, body: { message: `the fake API failed: ${error}` } });
    }
  }

  /** @param {string} method @param {string} path @returns {{route: string, params: {[name: string]: string}}} */
  function match(method, path) {
    let rest = path.startsWith(prefix) ? path.slice(prefix.length) : path;
    // GitHub sends callers of a renamed repository to its address by id.
    rest = rest.replace(/^\/repositories\/(\d+)/, (whole, id) => {
      const found = state.repositories.find((known) => known.id === Number(id));
      return found === undefined ? whole : `/repos/${found.full_name}`;
    });
    for (const [route, verb, pattern] of ROUTES) {
      const found = verb === method && pattern.exec(rest);
      if (!found) continue;
      return {
        route,
        params: Object.fromEntries(
          Object.entries(found.groups ?? {}).map(([name, text]) => [name, decodeURIComponent(text)]),
        ),
      };
    }
    return { route: 'unknown', params: {} };
  }

  /** What GitHub checks before it looks at the address. @param {string} route @param {import("node:http").IncomingMessage} request @returns {Answer | undefined} */
  function refusal(route, { headers }) {
    if (headers['user-agent'] === undefined)
      return {
        status: 403,
        headers: { 'content-type': 'text/plain' },
        body: Buffer.from(
          'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.',
        ),
      };
    if (OUTSIDE.has(route)) return undefined;
    const version = headers['x-github-api-version'];
    if (version !== undefined && version !== '2022-11-28') return plain(400, `"${version}" is not a valid API version`);
    const { authorization } = headers;
    if (
      authorization !== undefined &&
      !['Bearer', 'bearer', 'token'].some((scheme) => authorization === `${scheme} ${state.token}`)
    )
      return plain(401, 'Bad credentials');
    return undefined;
  }

  /** @param {string} route @param {{[name: string]: string}} params @param {URL} address @param {string} body @param {import("node:http").IncomingMessage} request @returns {Answer} */
  function answer(route, params, address, body, request) {
    const { repo = '', login = '', sha = '' } = params;
    const [home] = state.repositories;
    const repository = state.repositories.find((known) => known.full_name.toLowerCase() === repo.toLowerCase());
    if (repo !== '' && repository === undefined) return plain(404, 'Not Found');

    switch (route) {
      case 'repository':
        return good(github.fullRepository(/** @type {RepositoryFacts} */ (repository)));
      case 'pull': {
        const pull = repository === home ? state.pulls[params.number ?? ''] : undefined;
        return pull === undefined ? plain(404, 'Not Found') : good(pull);
      }
      case 'permission': {
        const known = ownEntry(state.permissions, login);
        const who = state.users.find((user) => same(user.login, login)) ?? { login, id: known?.id ?? 1 };
        // GitHub answers "read" for anyone on a public repository and 404 for an account that does not exist.
        if (known !== undefined) return good(github.permission({ user: who, ...known }));
        return state.users.includes(who)
          ? good(github.permission({ user: who, permission: 'read', role_name: 'read' }))
          : plain(404, `${login} is not a user`);
      }
      case 'team': {
        const members = state.teams[`${params.org}/${params.team}`];
        return members === undefined
          ? plain(404, 'Not Found')
          : good(github.team({ org: params.org ?? '', team: params.team ?? '', members: Object.keys(members).length }));
      }
      case 'membership': {
        const members = state.teams[`${params.org}/${params.team}`];
        const found = members === undefined ? undefined : ownEntry(members, login);
        return found === undefined
          ? plain(404, 'Not Found')
          : good(github.teamMembership({ org: params.org ?? '', team: params.team ?? '', login, state: found }));
      }
      case 'run':
      case 'attempt': {
        const attempts = state.runs.filter(
          (run) => String(run.id) === params.id && (run.repository ?? home) === repository,
        );
        const found =
          route === 'run' ? attempts.at(-1) : attempts.find((run) => String(run.attempt ?? 1) === params.attempt);
        return found === undefined ? plain(404, 'Not Found') : good(github.workflowRun(found));
      }
      case 'contents': {
        const ref = address.searchParams.get('ref');
        const branch = ref?.replace(/^refs\/heads\//, '') ?? home?.default_branch ?? 'main';
        const files =
          branch === (home?.default_branch ?? 'main') || branch === 'HEAD' ? state.contents : state.branches[branch];
        const text = repository === home && files !== undefined ? files[params.path ?? ''] : undefined;
        if (text === undefined)
          return plain(404, files === undefined ? `No commit found for the ref ${ref}` : 'Not Found');
        // GitHub answers with the bytes themselves where the raw media type is asked for.
        if (/[./]raw\b/.test(request.headers.accept ?? ''))
          return {
            status: 200,
            headers: { 'content-type': 'application/vnd.github.raw; charset=utf-8' },
            body: Buffer.from(text),
          };
        return good(
          github.contentFile({
            path: params.path ?? '',
            text,
            sha: blobSha(text),
            full_name: home?.full_name,
            ref: branch,
          }),
        );
      }
      case 'statuses': {
        const newestFirst = [...(state.statuses[sha] ?? [])].reverse();
        const size = Number(address.searchParams.get('per_page') ?? 30);
        const page = Number(address.searchParams.get('page') ?? 1);
        const next =
          page * size < newestFirst.length
            ? {
                link: `<${origin}${prefix}/repositories/${repository?.id}/commits/${sha}/statuses?per_page=${size}&page=${page + 1}>; rel="next"`,
              }
            : {};
        return { status: 200, headers: next, body: newestFirst.slice((page - 1) * size, page * size) };
      }
      case 'combined-status': {
        const latest = [...new Map((state.statuses[sha] ?? []).map((status) => [status.context, status])).values()];
        const worst = latest.some(({ state: s }) => s === 'failure' || s === 'error')
          ? 'failure'
          : latest.length === 0 || latest.some(({ state: s }) => s === 'pending')
            ? 'pending'
            : 'success';
        const simple = latest.map(({ creator: _, ...status }) => status);
        const url = `https://api.github.com/repos/${repo}/commits/${sha}`;
        return good({
          state: worst,
          statuses: simple,
          sha,
          total_count: simple.length,
          repository: github.minimalRepository(/** @type {RepositoryFacts} */ (repository)),
          commit_url: url,
          url: `${url}/status`,
        });
      }
      case 'create-status':
        return createStatus(/** @type {RepositoryFacts} */ (repository), sha, body);
      case 'dispatch':
        return dispatch(repo, body);
      case 'user': {
        const found = state.users.find((user) => same(user.login, login));
        return found === undefined ? plain(404, 'Not Found') : good(github.publicUser(found));
      }
      case 'jwks':
        return state.oidc === undefined ? plain(404, 'Not Found') : good(state.oidc.jwks);
      case 'id-token':
        return idToken(address.searchParams.get('audience') ?? '', request);
      default:
        return plain(404, 'Not Found');
    }
  }

  /** @param {RepositoryFacts} repository @param {string} sha @param {string} body @returns {Answer} */
  function createStatus(repository, sha, body) {
    const given = parsed(body);
    const states = ['error', 'failure', 'pending', 'success'];
    if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(sha)) return invalid(`No commit found for SHA: ${sha}`);
    if (!states.includes(given?.state)) return invalid('State is not included in the list');
    if (typeof given.description === 'string' && given.description.length > 140)
      return invalid('description is too long (maximum is 140 characters)');
    if (typeof given.context === 'string' && given.context.length > 255)
      return invalid('context is too long (maximum is 255 characters)');
    nextStatusId += 1;
    const created = github.status({
      id: nextStatusId,
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

  /** @param {string} repo @param {string} body @returns {Answer} */
  function dispatch(repo, body) {
    const given = parsed(body);
    if (given === undefined) return plain(400, 'Problems parsing JSON');
    if (typeof given.event_type !== 'string' || given.event_type === '')
      return invalid('Invalid request.\n\n"event_type" wasn\'t supplied.');
    if (given.event_type.length > 100) return invalid('event_type is too long (maximum is 100 characters)');
    const payload = given.client_payload ?? {};
    if (typeof payload !== 'object' || Array.isArray(payload))
      return invalid(
        `Invalid request.\n\nFor 'properties/client_payload', ${JSON.stringify(payload)} is not an object.`,
      );
    const count = Object.keys(payload).length;
    if (count > 10)
      return invalid(`Invalid request.\n\nNo more than 10 properties are allowed; ${count} were supplied.`);
    if (JSON.stringify(payload).length > 65_535) return invalid('client_payload is too large.');
    dispatches.push({ repository: repo, event_type: given.event_type, client_payload: payload });
    return { status: 204 };
  }

  /** @param {string} audience @param {import("node:http").IncomingMessage} request @returns {Answer} */
  function idToken(audience, request) {
    if (state.oidc === undefined) return plain(404, 'Not Found');
    const { privateKeyPem, jwks, claims, requestToken = 'request-token' } = state.oidc;
    if (request.headers.authorization?.replace(/^bearer /i, '') !== requestToken) return plain(401, 'Unauthorized');
    const now = Math.floor(state.now() / 1000);
    const payload = {
      iss: `${origin}/_services/token`,
      aud: audience,
      iat: now,
      nbf: now - 300,
      exp: now + 300,
      ...claims,
    };
    return good({ value: signRs256(privateKeyPem, { kid: jwks.keys[0].kid }, payload) });
  }

  return {
    /** What belongs in GITHUB_API_URL. */
    url: origin + prefix,
    origin,
    requests,
    dispatches,
    statuses: state.statuses,
    world: state,
    /**
     * Tells a route, or "*" for all others, how to behave: one step for every try, or a list that is used up.
     * @param {string} route
     * @param {Step | Step[]} steps
     */
    script(route, steps) {
      scripts.set(route, Array.isArray(steps) ? [...steps] : steps);
    },
    /** All routes are healthy again. */
    heal: () => scripts.clear(),
    /** @param {string} route */
    count: (route) => requests.filter((request) => request.route === route).length,
    /** From now on a connection is refused; what is being answered goes on. */
    stopListening: () => void server.close(),
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

/**
 * Listens at a free port. The system gives away a port again as soon as it is closed, to whoever asks for any, so one
 * that is to stay closed is taken from below the range that it gives away from.
 * @param {import("node:net").Server} server
 * @param {boolean} closable
 */
async function listen(server, closable) {
  for (let left = 20; ; left--) {
    const port = closable ? 20_000 + Math.floor(Math.random() * 10_000) : 0;
    const fault = await new Promise((resolve) => {
      server.once('error', resolve);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', resolve);
        resolve(undefined);
      });
    });
    if (fault === undefined) return;
    if (fault.code !== 'EADDRINUSE' || left === 0) throw fault;
  }
}

/** A JWT, also of hand-made header and claims. @param {string} privateKeyPem @param {any} header @param {any} claims */
export function signRs256(privateKeyPem, header, claims) {
  const text = [{ typ: 'JWT', alg: 'RS256', ...header }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${text}.${sign('sha256', Buffer.from(text), createPrivateKey(privateKeyPem)).toString('base64url')}`;
}

/** The name git gives a file's content. @param {string | Uint8Array} text */
export function blobSha(text) {
  const bytes = Buffer.from(text);
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/** @param {any} body @returns {Answer} */
function good(body) {
  return { status: 200, body };
}

/** @param {number} status @param {string} message @returns {Answer} */
function plain(status, message) {
  return { status, body: { message, documentation_url: DOCS, status: String(status) } };
}

/** @param {string} message @returns {Answer} */
function invalid(message) {
  return { status: 422, body: { message, documentation_url: DOCS, errors: [] } };
}

/** @param {number} status */
function messageOf(status) {
  return (
    {
      400: 'Bad Request',
      404: 'Not Found',
      410: 'Gone',
      422: 'Validation Failed',
      429: 'Too Many Requests',
      451: 'Repository access blocked',
      500: 'Server Error',
      502: 'Bad Gateway',
      503: 'Service Unavailable',
      504: 'Gateway Timeout',
    }[status] ?? `Status ${status}`
  );
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
function same(a, b) {
  return a.toLowerCase() === b.toLowerCase();
}

/** @template T @param {{[login: string]: T}} table @param {string} login @returns {T | undefined} */
function ownEntry(table, login) {
  return Object.entries(table).find(([name]) => same(name, login))?.[1];
}

/** @param {import("node:http").ServerResponse} response @param {Answer} answer */
function send(response, { status, headers = {}, body }) {
  if (response.headersSent || response.destroyed) return;
  const bytes = body === undefined ? undefined : Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    server: 'github.com',
    ...(bytes === undefined
      ? {}
      : { 'content-type': 'application/json; charset=utf-8', 'content-length': bytes.length }),
    'x-github-media-type': 'github.v3; format=json',
    'x-github-api-version-selected': '2022-11-28',
    'x-ratelimit-limit': '1000',
    'x-ratelimit-remaining': '977',
    'x-ratelimit-used': '23',
    'x-ratelimit-resource': 'core',
    'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 1800),
    'x-github-request-id': 'C0DE:1234:ABCD:5678:67890ABC',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(bytes);
}

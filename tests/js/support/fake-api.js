// @ts-check
// A small GitHub REST API on loopback. It answers from a `world` of plain facts (api-routes.js), keeps the statuses and
// dispatches that it receives, records every request, and can be scripted to fail (api-faults.js), per route and attempt.
//
//   const api = await startFakeApi({ pulls: { 7: pullRequest() } });
//   api.script("pull", [fault.status(500), fault.status(500)]);   // twice, then as usual
//   api.script("pull", fault.reset());                            // every time
//   api.requests                                                  // [{ route, method, path, headers, body }]

import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { fault } from './api-faults.js';
import { blobSha, completeWorld, matchRoute, OUTSIDE, plain } from './api-routes.js';
import { TOKEN } from './run-action.js';

export { blobSha, fault, TOKEN };

/** @typedef {import('./api-faults.js').Answer} Answer */
/** @typedef {import('./api-faults.js').Exchange} Exchange */
/** @typedef {import('./api-faults.js').Step} Step */
/** @typedef {import('./api-routes.js').Call} Call */
/** @typedef {import('./api-routes.js').World} World */

/**
 * @typedef {object} Request
 * @property {string} route name of the route, or "unknown"
 * @property {string} method
 * @property {string} path with its query
 * @property {import("node:http").IncomingHttpHeaders} headers
 * @property {string} body
 * @property {number} at ms since the API was started
 */

/** @typedef {Awaited<ReturnType<typeof startFakeApi>>} FakeApi */

/**
 * @param {World} [world]
 * @param {{prefix?: string, tls?: {key: string, cert: string}, closable?: boolean}} [options] `prefix` as GitHub
 *   Enterprise Server's `/api/v3`; `closable`: on a port that the system does not reuse after `stopListening`
 */
export async function startFakeApi(world = {}, { prefix = '', tls, closable = false } = {}) {
  const state = completeWorld({ token: TOKEN, ...world });
  /** @type {Request[]} */
  const requests = [];
  /** @type {Call['dispatches']} */
  const dispatches = [];
  /** @type {Call['workflowDispatches']} */
  const workflowDispatches = [];
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
    const { route, params, handler } = match(request.method ?? '', address.pathname);
    requests.push({
      route,
      method: request.method ?? '',
      path: address.pathname + address.search,
      headers: request.headers,
      body,
      at: Date.now() - started,
    });

    const answer = () => {
      const [home] = state.repositories;
      const { repo = home?.full_name ?? '' } = params;
      const repository = state.repositories.find(({ full_name }) => full_name.toLowerCase() === repo.toLowerCase());
      if (repository === undefined) return plain(404, 'Not Found');
      const { headers } = request;
      const isHome = repository === home;
      return handler({ state, params, address, body, headers, repository, isHome, dispatches, workflowDispatches });
    };
    /** @type {Exchange} */
    const exchange = {
      request,
      response,
      origin,
      answer: () => refusal(route, request) ?? answer(),
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

  /** @param {string} method @param {string} path */
  function match(method, path) {
    const rest = path.startsWith(prefix) ? path.slice(prefix.length) : path;
    // The address by id, to which GitHub redirects requests for a renamed repository.
    const named = rest.replace(/^\/repositories\/(\d+)/, (whole, id) => {
      const known = state.repositories.find((repository) => repository.id === Number(id));
      return known === undefined ? whole : `/repos/${known.full_name}`;
    });
    return matchRoute(method, named);
  }

  /** What GitHub checks before the route. @param {string} route @param {import("node:http").IncomingMessage} request @returns {Answer | undefined} */
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

  return {
    /** The value of GITHUB_API_URL. */
    url: origin + prefix,
    origin,
    requests,
    dispatches,
    workflowDispatches,
    statuses: state.statuses,
    world: state,
    /**
     * Scripts a route, or `*` for all others: one step for every attempt, or a list that is used up.
     * @param {string} route
     * @param {Step | Step[]} steps
     */
    script(route, steps) {
      scripts.set(route, Array.isArray(steps) ? [...steps] : steps);
    },
    /** Removes all scripts. */
    heal: () => scripts.clear(),
    /** @param {string} route */
    count: (route) => requests.filter((request) => request.route === route).length,
    /** Refuses new connections; open ones continue. */
    stopListening: () => void server.close(),
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

/**
 * Listens on a free port. The system reuses a closed port, so a port that must stay closed is taken from below the
 * ephemeral range.
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

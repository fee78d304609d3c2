// @ts-check
// Dispatches with an envelope, and guard runs about them. The server is API and issuer in one, as GitHub Enterprise
// Server is.

import { dispatchEvent } from './events.js';
import { BASE_SHA, HEAD_SHA, pullRequest, REPOSITORY } from './github-objects.js';
import { assertInvariants } from './invariants.js';
import { startFakeApi, TOKEN } from './fake-api.js';
import { runAction } from './run-action.js';
import { audience, digest, signature } from './reference-crypto.js';

export const TYPE = 'chart-pr-created';
export const W2 = 'acme/charts/.github/workflows/w2.yml@refs/heads/main';
export const WORKFLOWS = 'workflows: [.github/workflows/w2.yml@refs/heads/main]';
/** The shared signing key. */
export const KEY = 'correct horse battery staple';

/** The current time in Unix seconds. */
export const now = () => Math.floor(Date.now() / 1000);

let dispatches = 0;

/** An envelope as send writes it. @param {{[key: string]: any}} [over] */
export function envelope(over = {}) {
  dispatches += 1;
  return {
    v: 1,
    pr: 7,
    head_sha: HEAD_SHA,
    base_ref: 'main',
    base_sha: BASE_SHA,
    run_id: 123,
    run_attempt: 1,
    workflow_ref: W2,
    issued_at: now() - 5,
    nonce: dispatches.toString(16).padStart(32, '0'),
    hops: 1,
    ...over,
  };
}

/** The payload of pull request 7. @param {any} [guard] @param {any} [more] */
export const payload = (guard = envelope(), more = {}) => ({ pr: 7, chart: 'redis', ...more, _guard: guard });

/** @param {any} unsigned */
export const digestOf = (unsigned) => digest(unsigned, TYPE, REPOSITORY.id);

/** The payload with its signature. @param {any} [unsigned] @param {string} [key] */
export function signed(unsigned = payload(), key = KEY) {
  return { ...unsigned, _guard: { ...unsigned._guard, signature: signature(digestOf(unsigned), key) } };
}

/** The claims of the ID token for a payload. @param {any} unsigned @param {string} origin of the server */
export function claimsFor(unsigned, origin) {
  return {
    iss: `${origin}/_services/token`,
    aud: audience(digestOf(unsigned)),
    sub: 'repo:acme/charts:ref:refs/heads/main',
    iat: now() - 4,
    nbf: now() - 304,
    exp: now() + 296,
    repository_id: String(REPOSITORY.id),
    workflow_ref: W2,
    run_id: '123',
    run_attempt: '1',
  };
}

/** @param {string} provenance as a flow mapping @param {string} [more] lines of the rule */
export function policy(provenance, more = '') {
  return `version: 1
events:
  repository_dispatch:
    types: [${TYPE}]
    actors: ['github-actions[bot]']
    unknown-fields: drop
    payload: {pr: pull-request}
    provenance: {${provenance}}
${more}`;
}

/**
 * @typedef {object} Options
 * @property {string} policy
 * @property {(origin: string) => any} payload the payload, given the address of the server
 * @property {import('./fake-api.js').World} [world]
 * @property {{[name: string]: string}} [inputs]
 * @property {{[name: string]: string}} [environment]
 * @property {{[route: string]: import('./fake-api.js').Step}} [script]
 * @property {string[]} [secrets] texts that may appear nowhere
 */

/** Runs the guard. @param {Options} options */
export async function decide(options) {
  const api = await startFakeApi({ pulls: { 7: pullRequest() }, ...options.world });
  try {
    for (const [route, step] of Object.entries(options.script ?? {})) api.script(route, step);
    return { ...(await decideAt(api, options)), requests: [...api.requests] };
  } finally {
    await api.close();
  }
}

/** The same against a server that is already running. @param {import('./fake-api.js').FakeApi} api @param {Options} options */
export async function decideAt(api, options) {
  const ran = await runAction({
    event: dispatchEvent(options.payload(api.origin), { type: TYPE }),
    inputs: { policy: options.policy, ...options.inputs },
    apiUrl: api.url,
    environment: { GITHUB_SERVER_URL: api.origin, ...options.environment },
  });
  assertInvariants(ran, { secrets: [TOKEN, ...(options.secrets ?? [])] });
  return ran;
}

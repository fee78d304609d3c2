// @ts-check
// Where GitHub's answers come from: a directory, a sample, recorded evidence, the live API, or nowhere.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, unreadable } from './input.js';

/** @typedef {import('../host/host.js').Request} Request */
/** @typedef {import('../host/host.js').Response} Response */
/** @typedef {import('../host/host.js').TransportError} TransportError */
/** @typedef {(request: Request) => Promise<Response | { fault: TransportError }>} Respond never rejects */

/** GitHub's answer for what does not exist or what a token may not see. */
const NOT_FOUND = answer(404, '{"message":"Not Found","status":"404"}');

/**
 * @param {number} status
 * @param {string} body JSON
 * @returns {Response}
 */
export function answer(status, body) {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body };
}

/**
 * Answers no request.
 * @param {string} why
 * @returns {Respond}
 */
export function offlineApi(why) {
  return async () => ({ fault: { kind: 'offline', message: why, sent: false } });
}

/**
 * Answers by the path below the API's address.
 * @param {Map<string, string>} bodies JSON of the answers that are found
 * @returns {Respond}
 */
export function apiFromMap(bodies) {
  return async ({ url }) => {
    const body = bodies.get(pathOf(url));
    return body === undefined ? NOT_FOUND : answer(200, body);
  };
}

/**
 * Answers from files: `GET /repos/o/r/pulls/7` is `repos/o/r/pulls/7.json`; `7.403.json` answers with status 403.
 * @param {string} root
 * @param {(file: string) => void} onMissingFile called for every file that does not exist
 * @returns {Respond}
 * @throws {import('./usage-error.js').UsageError} if there is no such directory
 */
export function apiFromDirectory(root, onMissingFile) {
  list(root);
  return async ({ url }) => {
    const segments = pathOf(url).split('/').slice(1).map(decoded);
    if (segments.includes('')) return NOT_FOUND;
    const name = segments.pop() ?? '';
    const directory = join(root, ...segments);
    const files = list(directory, true);
    const read = (/** @type {string} */ file) => readJson(join(directory, file), `the answer \`${file}\``).toString();
    if (files.includes(`${name}.json`)) return answer(200, page(read(`${name}.json`), url));
    const refusal = files.find((file) => file.startsWith(name) && /^\.[345]\d\d\.json$/.test(file.slice(name.length)));
    if (refusal !== undefined) return answer(Number(refusal.slice(name.length + 1, name.length + 4)), read(refusal));
    onMissingFile(join(directory, `${name}.json`));
    return NOT_FOUND;
  };
}

/**
 * @param {string} body
 * @param {string} url
 * @returns {string} the requested page of a list; anything else in full
 */
function page(body, url) {
  const { searchParams } = new URL(url);
  const size = Number(searchParams.get('per_page') ?? 0);
  if (size === 0) return body;
  const start = (Number(searchParams.get('page') ?? 1) - 1) * size;
  try {
    const list = JSON.parse(body);
    return Array.isArray(list) ? JSON.stringify(list.slice(start, start + size)) : body;
  } catch {
    // The core reports what is wrong with it.
    return body;
  }
}

/**
 * The path below the API's address. Requests to other hosts, such as an issuer's keys, are under the host's name.
 * @param {string} url
 * @returns {string} without the query
 */
function pathOf(url) {
  const { host, pathname } = new URL(url);
  if (host.startsWith('token.actions.') || pathname.includes('/.well-known/')) return `/${host}${pathname}`;
  return pathname.replace(/^\/api\/v3(?=\/)/, '');
}

/**
 * @param {string} segment of a path
 * @returns {string} as the name of a file or directory; empty if it cannot be one
 */
function decoded(segment) {
  const name = decodeURIComponent(segment);
  return /^\.{1,2}$|[/\\\0]/.test(name) ? '' : name;
}

/**
 * @param {string} directory
 * @param {boolean} [optional] whether it may be missing
 * @returns {string[]} the names in it
 */
function list(directory, optional = false) {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (optional) return [];
    throw unreadable(error, `the directory \`${directory}\``);
  }
}

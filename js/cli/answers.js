// @ts-check
// Where GitHub's answers come from: a folder, a sample, recorded evidence, the live API, or nowhere.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unreadable } from './misuse.js';

/** @typedef {import('../host.js').Request} Request */
/** @typedef {import('../host.js').Response} Response */
/** @typedef {import('../host.js').Fault} Fault */
/** @typedef {(request: Request) => Promise<Response | { fault: Fault }>} Respond never rejects */

/** What GitHub says of a thing that is not there, or that a token may not see. */
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
 * Nothing is known, and nothing is asked.
 * @param {string} why
 * @returns {Respond}
 */
export function noAnswers(why) {
  return async () => ({ fault: { kind: 'offline', message: why, sent: false } });
}

/**
 * Answers by the path below the API's address.
 * @param {Map<string, string>} bodies JSON of the answers that are found
 * @returns {Respond}
 */
export function answersByPath(bodies) {
  return async ({ url }) => {
    const body = bodies.get(pathOf(url));
    return body === undefined ? NOT_FOUND : answer(200, body);
  };
}

/**
 * Answers from files: `GET /repos/o/r/pulls/7` is `repos/o/r/pulls/7.json`; `7.403.json` answers with status 403.
 * @param {string} folder
 * @param {(file: string) => void} missed told of every file that is not there
 * @returns {Respond}
 * @throws {import('./misuse.js').Misuse} if there is no such folder
 */
export function answersFrom(folder, missed) {
  list(folder);
  return async ({ url }) => {
    const segments = pathOf(url).split('/').slice(1).map(decoded);
    if (segments.includes('')) return NOT_FOUND;
    const name = segments.pop() ?? '';
    const directory = join(folder, ...segments);
    const files = list(directory, true);
    const read = (/** @type {string} */ file) => readFileSync(join(directory, file), 'utf8');
    if (files.includes(`${name}.json`)) return answer(200, page(read(`${name}.json`), url));
    const refusal = files.find((file) => file.startsWith(name) && /^\.[345]\d\d\.json$/.test(file.slice(name.length)));
    if (refusal !== undefined) return answer(Number(refusal.slice(name.length + 1, name.length + 4)), read(refusal));
    missed(join(directory, `${name}.json`));
    return NOT_FOUND;
  };
}

/**
 * @param {string} body
 * @param {string} url
 * @returns {string} the part of a list that the address asks for, and anything else whole
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
    // The core says what is wrong with it.
    return body;
  }
}

/**
 * The path below the API's address. What is asked elsewhere, such as an issuer's keys, is under its host's name.
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
 * @returns {string} as the name of a file or folder; empty if it cannot be one
 */
function decoded(segment) {
  const name = decodeURIComponent(segment);
  return /^\.{1,2}$|[/\\\0]/.test(name) ? '' : name;
}

/**
 * @param {string} folder
 * @param {boolean} [optional] whether it may be missing
 * @returns {string[]} the names in it
 */
function list(folder, optional = false) {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (optional) return [];
    throw unreadable(error, `the folder \`${folder}\``);
  }
}

// @ts-check
// Every way in which a request can fail, with the expected result: the columns of the fault matrix.

import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { fault as answers } from '../support/fake-api.js';

/** @typedef {import('../support/fake-api.js').Answer} Answer */
/** @typedef {import('../support/fake-api.js').Step} Step */
/** @typedef {import('./endpoints.js').Endpoint} Endpoint */

/**
 * @typedef {object} Fault
 * @property {string} id
 * @property {string} title
 * @property {string | undefined} code the expected code unless the endpoint overrides it; `undefined`: the code where
 *   nothing is wrong
 * @property {number} attempts how often the request is made
 * @property {boolean} [waits] whether the run waits for an answer or before the next attempt
 * @property {((world: World) => Step | Step[]) | undefined} steps what the API does; `undefined`: nobody listens
 */

/**
 * @typedef {object} World
 * @property {string} elsewhere the address of another host
 * @property {() => void} timeIsUp has the run find that the time of its request is over
 */

/** The largest body that is accepted, in bytes. */
const LIMIT = 10 * 1024 * 1024;

/** An answer as it goes over the wire. @param {Answer} answer */
function wire({ status, headers = {}, body }) {
  const text = body === undefined ? '' : JSON.stringify(body);
  const named = { ...headers, ...(text && { 'content-type': 'application/json; charset=utf-8' }) };
  const lines = Object.entries(named).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = text ? `content-length: ${Buffer.byteLength(text)}\r\n` : '';
  return {
    head: Buffer.from(`HTTP/1.1 ${status} As Asked\r\n${lines.join('')}${length}\r\n`),
    body: Buffer.from(text),
  };
}

/** Half of the answer, which has a body unless its status has none; what the request asked for is done. @type {Step} */
const half = async ({ answer, response }) => {
  const { head, body } = wire(answer());
  const socket = /** @type {import('node:net').Socket} */ (response.socket);
  if (body.length > 0) socket.write(head);
  const rest = body.length > 0 ? body : head;
  socket.write(rest.subarray(0, rest.length / 2));
  await pause(20);
  socket.resetAndDestroy();
};

/** A byte now and then, until the time is over. @param {() => void} timeIsUp @returns {Step} */
const drip =
  (timeIsUp) =>
  async ({ answer, response }) => {
    const { head, body } = wire(answer());
    const socket = /** @type {import('node:net').Socket} */ (response.socket);
    if (body.length > 0) socket.write(head);
    const bytes = body.length > 0 ? body : head;
    const last = bytes.length - 1;
    for (const [index, byte] of bytes.entries()) {
      if (index === Math.min(5, last)) timeIsUp();
      // The last byte would complete a short answer.
      if (socket.destroyed || index === last) return;
      socket.write(Buffer.of(byte));
      await pause(10);
    }
  };

/** What was asked for is done, and then. @param {Step} step @returns {Step} */
const done = (step) => (exchange) => {
  exchange.answer();
  return step(exchange);
};

/** A right answer behind so much white space that the whole is one byte too long. @type {Step} */
const tooLarge = ({ answer, send }) => {
  const { status, headers, body = {} } = answer();
  const text = JSON.stringify(body);
  // A 204 has no body.
  const shown = status === 204 ? 200 : status;
  send({ status: shown, headers: { ...headers }, body: Buffer.from(text + ' '.repeat(LIMIT + 1 - text.length)) });
};

/** @type {Buffer | undefined} */
let packed;
/** 64 MiB in some 64 KiB. @type {Step} */
const gzipBomb = ({ answer, send }) => {
  answer();
  packed ??= gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '), { level: 9 });
  send({ status: 200, headers: { 'content-encoding': 'gzip' }, body: packed });
};

/** @param {number} status @param {(url: string) => string} [to] @returns {Step} */
const redirect =
  (status, to = (url) => `${url}${url.includes('?') ? '&' : '?'}moved=1`) =>
  ({ request, origin, send }) =>
    send({ status, headers: { location: new URL(to(request.url ?? ''), origin).href }, body: { message: 'Moved' } });

/** @type {{ title: string, text: string, faults: Fault[] }[]} `text` says what the columns share */
export const GROUPS = [
  {
    title: 'The connection',
    text: 'Retried up to three times, except for a dispatch that GitHub may have accepted: it is never sent twice. In every column except the first, GitHub carries out the request, and only the answer is lost.',
    faults: [
      { id: 'refused', title: 'refused', code: 'api.unavailable', attempts: 4, waits: true, steps: undefined },
      {
        id: 'reset',
        title: 'reset before the answer',
        code: 'api.unavailable',
        attempts: 4,
        waits: true,
        steps: () => done(answers.reset()),
      },
      {
        id: 'half',
        title: 'reset at half of the answer',
        code: 'api.unavailable',
        attempts: 4,
        waits: true,
        steps: () => half,
      },
      {
        id: 'stall',
        title: 'no answer',
        code: 'api.unavailable',
        attempts: 4,
        waits: true,
        steps: ({ timeIsUp }) => done(timeIsUp),
      },
      {
        id: 'drip',
        title: 'one byte at a time',
        code: 'api.unavailable',
        attempts: 4,
        waits: true,
        steps: ({ timeIsUp }) => drip(timeIsUp),
      },
    ],
  },
  {
    title: 'Refusals',
    text: 'Never retried. What a refusal means depends on the request.',
    faults: [
      { id: '401', title: '401', code: 'api.unauthorized', attempts: 1, steps: () => answers.unauthorized() },
      { id: '403', title: '403', code: 'api.forbidden', attempts: 1, steps: () => answers.status(403) },
      { id: '404', title: '404', code: 'api.invalid_response', attempts: 1, steps: () => answers.status(404) },
      { id: '422', title: '422', code: 'api.invalid_response', attempts: 1, steps: () => answers.status(422) },
    ],
  },
  {
    title: 'Limits and server errors',
    text: 'An exhausted rate limit is not waited for; the message says when it is reset. Transient errors are retried. After 429 and 503 GitHub has not accepted a dispatch; after 500, 502 and 504 this cannot be determined, so it is not sent again.',
    faults: [
      {
        id: 'limit',
        title: '403, the rate limit is exhausted',
        code: 'api.rate_limited',
        attempts: 1,
        steps: () => answers.limited(403),
      },
      {
        id: '429',
        title: '429, a secondary limit',
        code: 'api.rate_limited',
        attempts: 4,
        waits: true,
        steps: () => answers.secondary(429),
      },
      {
        id: '500',
        title: '500',
        code: 'api.unavailable',
        attempts: 4,
        waits: true,
        steps: () => answers.status(500),
      },
      {
        id: '503',
        title: '503',
        code: 'api.unavailable',
        attempts: 4,
        waits: true,
        steps: () => answers.html(503),
      },
      {
        id: 'passing',
        title: '502, then 429, then a good answer',
        code: undefined,
        attempts: 3,
        waits: true,
        steps: () => [answers.html(502), answers.secondary(429)],
      },
    ],
  },
  {
    title: 'The body',
    text: 'Never retried, because the next answer would be the same. Compression is not requested, so a compressed body is rejected unread.',
    faults: [
      {
        id: 'html',
        title: 'an HTML page with 200',
        code: 'api.invalid_response',
        attempts: 1,
        steps: () => done(answers.html(200)),
      },
      {
        id: 'type',
        title: 'valid, but of the type `text/html`',
        code: undefined,
        attempts: 1,
        steps: () => answers.changed((answer) => ({ ...answer, headers: { 'content-type': 'text/html' } })),
      },
      {
        id: 'large',
        title: '10 MiB and one byte',
        code: 'api.invalid_response',
        attempts: 1,
        steps: () => tooLarge,
      },
      { id: 'gzip', title: 'gzip bomb', code: 'api.invalid_response', attempts: 1, steps: () => gzipBomb },
    ],
  },
  {
    title: 'Redirects',
    text: 'Followed on the same host, at most three times, unless a policy names what is asked for, since names change hands; the token is sent to no other host. A 301 would turn a write into a read, so a write does not follow it.',
    faults: [
      { id: '301', title: '301, same host', code: undefined, attempts: 2, steps: () => [redirect(301)] },
      { id: '308', title: '308, same host', code: undefined, attempts: 2, steps: () => [redirect(308)] },
      {
        id: 'elsewhere',
        title: '307, another host',
        code: 'api.invalid_response',
        attempts: 1,
        steps: ({ elsewhere }) => redirect(307, (url) => elsewhere + url),
      },
      {
        id: 'loop',
        title: '307, a loop',
        code: 'api.invalid_response',
        attempts: 4,
        steps: () => redirect(307, (url) => url),
      },
    ],
  },
];

export const FAULTS = GROUPS.flatMap(({ faults }) => faults);

/** The expected result of a fault at an endpoint. @param {Endpoint} endpoint @param {Fault} fault */
export function expectation(endpoint, fault) {
  const [code, attempts] = endpoint.contract?.[fault.id] ?? [fault.code ?? endpoint.well, fault.attempts];
  return { code, attempts };
}

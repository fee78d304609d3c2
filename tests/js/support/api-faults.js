// @ts-check
// Faults of the fake API: each is one step of a script.

import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

/** @typedef {{status: number, headers?: {[name: string]: string}, body?: any}} Answer */
/**
 * @typedef {object} Exchange
 * @property {import("node:http").IncomingMessage} request
 * @property {import("node:http").ServerResponse} response
 * @property {() => Answer} answer the usual answer; a write takes effect when it is called
 * @property {(answer: Answer) => void} send
 * @property {string} origin of this API
 */
/** @typedef {(exchange: Exchange) => void | Promise<void>} Step */

export const DOCS = 'https://docs.github.com/rest';

/** Faults; each is one step of {@link FakeApi.script}. */
export const fault = Object.freeze({
  /** The usual answer. @returns {Step} */
  none:
    () =>
    ({ answer, send }) =>
      send(answer()),

  /** An error of GitHub's with a JSON body. @param {number} status @param {{[name: string]: string}} [headers] @param {any} [body] @returns {Step} */
  status:
    (status, headers = {}, body = { message: messageOf(status), documentation_url: DOCS, status: String(status) }) =>
    ({ send }) =>
      send({ status, headers, body }),

  /** The usual answer, changed. @param {(answer: Answer) => Answer} change @returns {Step} */
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

  /** An error page, as of a proxy. @param {number} [status] @returns {Step} */
  html: (status = 200) =>
    fault.text(
      '<!DOCTYPE html><html><head><title>Unicorn!</title></head><body><p>No server is available.</p></body></html>',
      'text/html; charset=utf-8',
      status,
    ),

  /** The usual answer, with its JSON cut in half and a matching length. @returns {Step} */
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

  /** The usual answer after a while. @param {number} ms @returns {Step} */
  late:
    (ms) =>
    async ({ answer, send }) => {
      await pause(ms);
      send(answer());
    },

  /** The usual answer with an additional member of `bytes` bytes. @param {number} bytes @returns {Step} */
  huge:
    (bytes) =>
    ({ answer, send }) => {
      const good = answer();
      send({ ...good, body: { padding: 'a'.repeat(bytes), ...good.body } });
    },

  /** The usual answer, compressed without being requested. @returns {Step} */
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

  /** The primary rate limit is exhausted. @param {number} [status] 403 or 429 @param {number} [seconds] until it is reset @returns {Step} */
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

  /** Quotes the Authorization header of the request in every place that a caller might print. @param {number} status @returns {Step} */
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

// @ts-check
// One HTTP request and its response, over a connection of its own.

import { isUtf8 } from 'node:buffer';
import { request as requestHttp } from 'node:http';
import { loadHttps } from './lazy-builtins.js';

/**
 * @typedef {object} Request
 * @property {string} method
 * @property {string} url
 * @property {Record<string, string>} headers
 * @property {string} [body]
 * @property {number} timeout_ms from now to the last byte of the response's body
 */

/** @typedef {{ status: number, headers: Record<string, string>, body: string }} Response */

/** @typedef {'refused' | 'reset' | 'timeout' | 'dns' | 'tls' | 'proxy' | 'too_large' | 'not_text' | 'offline' | 'other'} TransportErrorKind */

/**
 * Why there is no usable response. `sent`: the server may have received the request.
 * @typedef {{ kind: TransportErrorKind, message: string, sent: boolean }} TransportError
 */

/** The largest body that is accepted, in bytes. */
export const BODY_LIMIT = 10 * 1024 * 1024;

const PROXY_VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];

/** @type {Record<string, TransportErrorKind>} */
const KINDS = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  EAI_NODATA: 'dns',
  EAI_NONAME: 'dns',
};

/**
 * @param {TransportErrorKind} kind
 * @param {string} message
 * @param {boolean} sent
 * @returns {{ fault: TransportError }}
 */
function fault(kind, message, sent) {
  return { fault: { kind, message, sent } };
}

/**
 * @param {Request} request
 * @param {(secret: string) => void} mask
 * @returns {Promise<Response | { fault: TransportError }>}
 */
export async function sendRequest({ method, url, headers, body, timeout_ms }, mask) {
  const target = new URL(url);
  const secure = target.protocol === 'https:';
  if (!secure && target.protocol !== 'http:') return fault('other', `${target.protocol} is not supported`, false);

  /** @type {import('./proxy.js').Proxy | undefined} */
  let proxy;
  if (PROXY_VARIABLES.some((name) => process.env[name])) {
    const { createProxyAgent } = await import('./proxy.js');
    try {
      proxy = createProxyAgent(target, mask);
    } catch (error) {
      return fault('proxy', describe(error), false);
    }
  }

  // Loading TLS takes longer than the rest of the shim together.
  const open = secure ? loadHttps().request : requestHttp;
  const request = open(target, {
    method,
    headers: { 'accept-encoding': 'identity', ...headers },
    // Without an agent a request has a connection of its own and is never sent on one that is about to be closed.
    agent: proxy?.agent ?? false,
    // NODE_TLS_REJECT_UNAUTHORIZED=0 would let anyone on the path answer and read the token.
    rejectUnauthorized: true,
  });

  return new Promise((resolve) => {
    /**
     * Nothing of a request is sent before the connection is established and, for https, the handshake is complete.
     * @type {'connecting' | 'securing' | 'sent'}
     */
    let phase = 'connecting';
    const timer = setTimeout(() => {
      end(fault('timeout', `no complete answer within ${timeout_ms} ms`, phase === 'sent'));
    }, timeout_ms);

    /** @param {Response | { fault: TransportError }} answer only the first one counts */
    function end(answer) {
      clearTimeout(timer);
      resolve(answer);
      request.destroy();
      proxy?.close();
    }

    /** @param {Error} error */
    function fail(error) {
      const message = describe(error);
      if (proxy && phase === 'connecting') {
        return end(fault('proxy', `${proxy.name} did not connect: ${message}`, false));
      }
      const code = /** @type {NodeJS.ErrnoException} */ (error).code ?? '';
      end(fault(KINDS[code] ?? (phase === 'securing' ? 'tls' : 'other'), message, phase === 'sent'));
    }

    request.on('socket', (socket) => {
      const connected = () => (phase = secure ? 'securing' : 'sent');
      if (socket.connecting) socket.once('connect', connected);
      else connected();
      socket.once('secureConnect', () => (phase = 'sent'));
    });
    request.on('error', fail);
    request.on('close', () =>
      end(fault('reset', 'the connection was closed before the answer was complete', phase === 'sent')),
    );
    request.on('response', (response) => {
      const encoding = response.headers['content-encoding'] ?? 'identity';
      if (encoding !== 'identity') {
        return end(fault('not_text', `the body is encoded as ${encoding}; the request accepts identity only`, true));
      }
      /** @type {Buffer[]} */
      const chunks = [];
      let size = 0;
      response.on('error', fail);
      response.on('data', (/** @type {Buffer} */ chunk) => {
        size += chunk.length;
        if (size > BODY_LIMIT) return end(fault('too_large', `the body is larger than ${BODY_LIMIT} bytes`, true));
        chunks.push(chunk);
      });
      response.on('end', () => {
        const bytes = Buffer.concat(chunks, size);
        if (!isUtf8(bytes)) return end(fault('not_text', 'the body is not UTF-8', true));
        end({ status: response.statusCode ?? 0, headers: textHeaders(response.headers), body: bytes.toString('utf8') });
      });
    });
    request.end(body);
  });
}

/**
 * @param {import('node:http').IncomingHttpHeaders} headers names in lower case, as Node gives them
 * @returns {Record<string, string>}
 */
function textHeaders(headers) {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value ?? '')]));
}

/**
 * @param {unknown} error
 * @returns {string}
 */
function describe(error) {
  // One error for each address of the name; the message of the AggregateError itself is empty.
  if (error instanceof AggregateError) return [...new Set(error.errors.map(describe))].join('; ');
  return error instanceof Error ? error.message : String(error);
}

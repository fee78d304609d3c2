// @ts-check
// Servers on loopback for the tests of the transport.

import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';

/** @typedef {import('node:test').TestContext} TestContext */

/**
 * Starts a server that listens until the end of the test.
 * @param {TestContext} t
 * @param {net.Server} server
 * @returns {Promise<number>} its port
 */
export async function listen(t, server) {
  /** @type {Set<net.Socket>} */
  const sockets = new Set();
  server.on('connection', (socket) => sockets.add(socket.on('error', () => {})));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return /** @type {net.AddressInfo} */ (server.address()).port;
}

/**
 * An HTTP server.
 * @param {TestContext} t
 * @param {http.RequestListener} answer
 */
export async function serve(t, answer) {
  return `http://127.0.0.1:${await listen(t, http.createServer(answer))}`;
}

/**
 * A server that answers with any bytes after the head of a request.
 * @param {TestContext} t
 * @param {(socket: net.Socket) => void} answer
 */
export async function serveRaw(t, answer) {
  const server = net.createServer((socket) => {
    let head = '';
    socket.on('data', (bytes) => {
      const before = head.includes('\r\n\r\n');
      head += bytes.toString('latin1');
      if (!before && head.includes('\r\n\r\n')) answer(socket);
    });
  });
  return `http://127.0.0.1:${await listen(t, server)}`;
}

/**
 * A forward proxy for CONNECT, as RFC 9110 has it in section 9.3.6.
 * @param {TestContext} t
 * @param {object} options
 * @param {Record<string, number>} options.names ports on loopback that it connects `host:port` to
 * @param {string} [options.credentials] `user:password` without which it answers 407
 * @param {(socket: net.Socket) => void} [options.instead] what it does with a request, instead of connecting
 */
export async function serveProxy(t, { names, credentials, instead }) {
  /** @type {{ method: string, target: string, authorization: string | undefined }[]} */
  const seen = [];
  const server = http.createServer((request, response) => {
    seen.push({ method: request.method ?? '', target: request.url ?? '', authorization: undefined });
    response.writeHead(405).end();
  });
  server.on('connect', (request, socket) => {
    const authorization = request.headers['proxy-authorization'];
    const target = request.url ?? '';
    seen.push({ method: 'CONNECT', target, authorization });
    socket.on('error', () => {});
    if (instead) return instead(/** @type {net.Socket} */ (socket));
    if (credentials && authorization !== `Basic ${Buffer.from(credentials).toString('base64')}`) {
      return socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n');
    }
    const port = names[target];
    if (port === undefined) return socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    const upstream = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
  });
  return { seen, port: await listen(t, server) };
}

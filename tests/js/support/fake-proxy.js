// @ts-check
// A forward proxy on loopback that leads every host to one port of this machine, as CONNECT tunnel and as a proxy for
// plain http, with a user if one is named.

import { createServer, request as httpRequest } from 'node:http';
import { connect } from 'node:net';

/**
 * @param {{port: number, user?: string, refuse?: number}} options `port` of the API; `user` as `name:password`; `refuse`: a status for everyone
 */
export async function startFakeProxy({ port, user, refuse }) {
  /** @type {{method: string, target: string, headers: import("node:http").IncomingHttpHeaders}[]} */
  const requests = [];
  /** @param {import("node:http").IncomingMessage} request @returns {number | undefined} the status of a refusal */
  const refusal = ({ headers }) => {
    const expected = user === undefined ? undefined : `Basic ${Buffer.from(user).toString('base64')}`;
    return refuse ?? (headers['proxy-authorization'] === expected ? undefined : 407);
  };
  /** @param {import("node:http").IncomingMessage} request */
  const note = ({ method = '', url = '', headers }) => requests.push({ method, target: url, headers });

  const server = createServer((request, response) => {
    note(request);
    const refused = refusal(request);
    if (refused !== undefined) return void response.writeHead(refused, { 'proxy-authenticate': 'Basic' }).end();
    const { pathname, search } = new URL(request.url ?? '');
    const onwards = httpRequest(
      { host: '127.0.0.1', port, path: pathname + search, method: request.method, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(onwards);
  });
  /** @type {Set<import('node:stream').Duplex>} */
  const tunnels = new Set();
  server.on('connect', (request, socket, head) => {
    note(request);
    tunnels.add(socket.on('error', () => {}));
    const refused = refusal(request);
    if (refused !== undefined)
      return void socket.end(`HTTP/1.1 ${refused} No\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n`);
    const onwards = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onwards.write(head);
      socket.pipe(onwards).pipe(socket);
    });
    onwards.on('error', () => socket.destroy());
    tunnels.add(onwards);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    host: `127.0.0.1:${address.port}`,
    url: `http://${user === undefined ? '' : `${user.split(':').map(encodeURIComponent).join(':')}@`}127.0.0.1:${address.port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
        for (const socket of tunnels) socket.destroy();
      }),
  };
}

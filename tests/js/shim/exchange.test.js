// @ts-check
// One HTTP exchange with servers that fail in every way. No fault rejects, hangs or continues in the background.

import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { BODY_LIMIT } from '../../../js/host/http.js';
import { createHost } from '../../../js/host/host.js';
import { inProcess } from './parts.js';
import { listen, serve, serveRaw } from './servers.js';

/** @typedef {import('../../../js/host/host.js').TransportError} Fault */
/** @typedef {import('../../../js/host/host.js').Response} Response */

const host = createHost({
  mask: () => {},
  progress: () => {},
  interimOutputs: () => {},
  redact: (text) => text.replaceAll('s3cret', '***'),
});

/**
 * @param {string} url
 * @param {Partial<import('../../../js/host/host.js').Request>} [change]
 */
const request = (url, change) => host.request({ method: 'GET', url, headers: {}, timeout_ms: 5000, ...change });

/**
 * @param {Response | { fault: Fault }} answer
 * @param {Fault['kind']} kind
 * @param {boolean} sent
 * @param {RegExp} [words]
 */
function assertFault(answer, kind, sent, words = /./) {
  assert.ok('fault' in answer, JSON.stringify(answer));
  assert.deepEqual([answer.fault.kind, answer.fault.sent], [kind, sent], answer.fault.message);
  assert.match(answer.fault.message, words);
}

test('a response has a status, headers in lower case and a body', async (t) => {
  /** @type {import('node:http').IncomingMessage[]} */
  const seen = [];
  const url = await serve(t, (incoming, response) => {
    seen.push(incoming);
    response.setHeader('X-GitHub-Request-Id', 'A:1');
    response.setHeader('Set-Cookie', ['a=1', 'b=2']);
    response.writeHead(418).end('{"message": "é 🚀"}');
  });
  const answer = await request(`${url}/repos/o/r?x=1`, { headers: { authorization: 'Bearer x', accept: 'a/b' } });
  assert.ok('status' in answer, JSON.stringify(answer));
  assert.equal(answer.status, 418);
  assert.equal(answer.body, '{"message": "é 🚀"}');
  assert.equal(answer.headers['x-github-request-id'], 'A:1');
  assert.equal(answer.headers['set-cookie'], 'a=1,b=2');
  for (const value of Object.values(answer.headers)) assert.equal(typeof value, 'string');
  const [{ method, url: path, headers } = /** @type {any} */ ({})] = seen;
  assert.deepEqual([method, path, headers.authorization, headers.accept], ['GET', '/repos/o/r?x=1', 'Bearer x', 'a/b']);
  assert.equal(headers['accept-encoding'], 'identity');
  assert.equal(headers.connection, 'close');
});

test('a body is sent with its length', async (t) => {
  const url = await serve(t, async (incoming, response) => {
    let text = '';
    for await (const chunk of incoming) text += chunk;
    response.end(JSON.stringify([incoming.method, incoming.headers['content-length'], text]));
  });
  const answer = await request(url, { method: 'POST', body: '{"é": 1}' });
  assert.deepEqual('body' in answer && JSON.parse(answer.body), ['POST', '9', '{"é": 1}']);
});

test('an empty answer has an empty body', async (t) => {
  const url = await serve(t, (_, response) => void response.writeHead(204).end());
  const answer = await request(url, { method: 'POST', body: '{}' });
  assert.ok('status' in answer && answer.status === 204 && answer.body === '');
});

test('a redirect is returned, not followed', async (t) => {
  let requests = 0;
  const url = await serve(t, (_, response) => {
    requests += 1;
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  const answer = await request(url);
  assert.ok('status' in answer && answer.status === 302 && answer.headers.location === '/elsewhere');
  assert.equal(requests, 1);
});

test('a closed port: refused, and nothing was sent', async (t) => {
  const server = net.createServer();
  const port = await listen(t, server);
  await new Promise((resolve) => server.close(resolve));
  assertFault(await request(`http://127.0.0.1:${port}`), 'refused', false, /ECONNREFUSED/);
  assertFault(await request(`http://localhost:${port}`), 'refused', false, /ECONNREFUSED/);
  assertFault(await request(`https://127.0.0.1:${port}`), 'refused', false, /ECONNREFUSED/);
});

test('the name does not resolve: dns, and nothing was sent', async () => {
  assertFault(await request('http://dispatch-guard.invalid'), 'dns', false, /dispatch-guard\.invalid/);
});

test('reset after the request: reset, and it may have arrived', async (t) => {
  const url = await serveRaw(t, (socket) => socket.resetAndDestroy());
  assertFault(await request(url, { method: 'POST', body: '{}' }), 'reset', true);
});

test('closed without an answer: reset', async (t) => {
  assertFault(await request(await serveRaw(t, (socket) => socket.end())), 'reset', true);
});

for (const how of /** @type {const} */ (['end', 'resetAndDestroy'])) {
  test(`cut off in the middle of the body by ${how}: reset, no half answer`, async (t) => {
    const url = await serveRaw(t, (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"half":', () => setTimeout(() => socket[how](), 20));
    });
    assertFault(await request(url), 'reset', true, /aborted|ECONNRESET|before the answer was complete/);
  });
}

test('cut off in the middle of a chunked body: reset', async (t) => {
  const url = await serveRaw(t, (socket) => {
    socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\n{"half":\r\n');
  });
  assertFault(await request(url), 'reset', true);
});

test('an answer that is not HTTP: other', async (t) => {
  assertFault(await request(await serveRaw(t, (socket) => socket.end('SSH-2.0-OpenSSH\r\n'))), 'other', true);
});

test('an unexpected protocol upgrade: reset', async (t) => {
  const url = await serveRaw(t, (socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n');
  });
  assertFault(await request(url), 'reset', true);
});

/** @type {[what: string, answer: (socket: net.Socket) => void][]} */
const silences = [
  ['no answer', () => {}],
  ['half a head', (socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-')],
  ['half a body', (socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{')],
  [
    'a slow drip',
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
      const drip = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(drip));
    },
  ],
];
for (const [what, answer] of silences) {
  test(`${what}: timeout after the whole time, and the connection is closed`, async (t) => {
    /** @type {Promise<void>} */
    let closed = Promise.resolve();
    const url = await serveRaw(t, (socket) => {
      closed = new Promise((resolve) => socket.on('close', () => resolve()));
      answer(socket);
    });
    const start = performance.now();
    assertFault(await request(url, { timeout_ms: 300 }), 'timeout', true, /300 ms/);
    const took = performance.now() - start;
    assert.ok(took > 290 && took < 4000, `took ${took} ms`);
    await closed;
  });
}

test('a server that accepts and never shakes hands: timeout, and nothing was sent', async (t) => {
  const port = await listen(t, net.createServer());
  assertFault(await request(`https://127.0.0.1:${port}`, { timeout_ms: 300 }), 'timeout', false);
});

test('a server without TLS: tls, and nothing was sent', async (t) => {
  const server = net.createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  assertFault(await request(`https://127.0.0.1:${await listen(t, server)}`), 'tls', false);
});

test('a server that hangs up during the handshake: reset, and nothing was sent', async (t) => {
  const server = net.createServer((socket) => socket.once('data', () => socket.destroy()));
  assertFault(await request(`https://127.0.0.1:${await listen(t, server)}`), 'reset', false);
});

test('a body of 10 MiB is accepted', async (t) => {
  const url = await serve(t, (_, response) => void response.end('x'.repeat(BODY_LIMIT)));
  const answer = await request(url);
  assert.ok('body' in answer && answer.body.length === BODY_LIMIT);
});

for (const chunked of [true, false]) {
  test(`a byte more is too large (${chunked ? 'chunked' : 'with its length'}), and the rest is not read`, async (t) => {
    let written = 0;
    const url = await serve(t, (_, response) => {
      if (!chunked) response.setHeader('content-length', 1e12);
      const piece = Buffer.alloc(1 << 20);
      const more = () => {
        while (!response.destroyed) {
          written += piece.length;
          if (!response.write(piece)) return void response.once('drain', more);
        }
      };
      more();
    });
    assertFault(await request(url), 'too_large', true, /10485760 bytes/);
    assert.ok(written < 10 * BODY_LIMIT, `${written} bytes were written`);
  });
}

test('a compressed body is not unpacked', async (t) => {
  const bomb = gzipSync(Buffer.alloc(50 << 20));
  const url = await serve(t, (_, response) => void response.setHeader('content-encoding', 'gzip').end(bomb));
  assertFault(await request(url), 'not_text', true, /encoded as gzip/);
});

test('a body with content-encoding: identity is accepted', async (t) => {
  const url = await serve(t, (_, response) => void response.setHeader('content-encoding', 'identity').end('{}'));
  const answer = await request(url);
  assert.ok('body' in answer && answer.body === '{}');
});

test('a body that is not UTF-8 is an error', async (t) => {
  for (const bytes of [[0xff], [0x7b, 0xc3, 0x7d], [0xed, 0xa0, 0x80], [0xc0, 0x80]]) {
    const url = await serve(t, (_, response) => void response.end(Buffer.from(bytes)));
    assertFault(await request(url), 'not_text', true, /UTF-8/);
  }
});

test('a byte order mark is kept for the core to judge', async (t) => {
  const url = await serve(t, (_, response) => void response.end('\ufeff{}'));
  const answer = await request(url);
  assert.ok('body' in answer && answer.body === '\ufeff{}');
});

test('a request that cannot be sent is an error that does not quote the secret', async () => {
  assertFault(await request('no address s3cret'), 'other', false);
  assertFault(await request('ftp://s3cret.invalid/'), 'other', false);
  assertFault(await request('http://127.0.0.1:1/', { headers: { 'x-y': 'a\r\nb: s3cret' } }), 'other', false);
  assertFault(await request('http://127.0.0.1:1/', { method: 'G T' }), 'other', false);
});

test('the message of an error has no secret in it', async () => {
  const answer = await request('http://s3cret.invalid');
  assert.ok('fault' in answer);
  assert.doesNotMatch(answer.fault.message, /s3cret/);
  assert.match(answer.fault.message, /\*\*\*/);
});

test('several requests run concurrently', async (t) => {
  /** @type {(() => void)[]} */
  const waiting = [];
  const url = await serve(t, (_, response) => {
    waiting.push(() => response.end('{}'));
    if (waiting.length === 3) for (const end of waiting) end();
  });
  const answers = await Promise.all([request(url), request(url), request(url)]);
  assert.deepEqual(
    answers.map((answer) => 'status' in answer && answer.status),
    [200, 200, 200],
  );
});

test('an abandoned request does not keep the process alive', async (t) => {
  const url = await serveRaw(t, (socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'));
  const code = `
    import { createHost } from 'SHIM/host/host.js';
    const host = createHost({ mask: () => {}, progress: () => {}, interimOutputs: () => {}, redact: (text) => text });
    const answer = await host.request({ method: 'GET', url: '${url}', headers: {}, timeout_ms: 15_000 });
    console.log(answer.body);
  `;
  const start = performance.now();
  const ran = await inProcess(code);
  assert.equal(ran.stdout, '{}\n', ran.stderr);
  assert.ok(performance.now() - start < 10_000);
});

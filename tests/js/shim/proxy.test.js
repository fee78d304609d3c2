// @ts-check
// Requests through a real forward proxy on loopback. Only the proxy can resolve the names below.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { bypassesProxy } from '../../../js/host/no-proxy.js';
import { selfSigned } from './certificate.js';
import { inProcess, temporaryDirectory } from './parts.js';
import { listen, serveProxy } from './servers.js';

const OURS = selfSigned(['api.ghe.invalid', 'localhost', '127.0.0.1']);

/**
 * An API on http and https, and a process that sends a request to it.
 * @param {import('node:test').TestContext} t
 * @param {{ key: string, cert: string }} [certificate] which the process trusts
 */
async function setUp(t, certificate = OURS) {
  /** @type {http.RequestListener} */
  const answer = (request, response) => void response.end(`${request.method} ${request.headers.host}${request.url}`);
  const plain = await listen(t, http.createServer(answer));
  const secure = await listen(t, https.createServer(certificate, answer));
  const authority = join(temporaryDirectory(t), 'authority.pem');
  writeFileSync(authority, certificate.cert);

  /**
   * @param {string} url
   * @param {NodeJS.ProcessEnv} environment
   * @param {number} [timeout]
   */
  async function request(url, environment, timeout = 5000) {
    const code = `
      import { createHost } from 'SHIM/host/host.js';
      const masked = [];
      const host = createHost({ mask: (secret) => masked.push(secret), redact: (text) => text });
      const answer = await host.request({ method: 'GET', url: '${url}', headers: {}, timeout_ms: ${timeout} });
      console.log(JSON.stringify({ masked, ...answer }));
    `;
    const start = performance.now();
    const ran = await inProcess(code, { environment: { NODE_EXTRA_CA_CERTS: authority, ...environment } });
    assert.equal(ran.status, 0, ran.stderr);
    // Node itself warns about this variable.
    assert.equal(ran.stderr.replace(/^.*NODE_TLS_REJECT_UNAUTHORIZED.*\n(\(Use .*\n)?/m, ''), '');
    return { took: performance.now() - start, ...JSON.parse(ran.stdout) };
  }
  const names = { 'api.ghe.invalid:80': plain, 'api.ghe.invalid:443': secure, [`127.0.0.1:${secure}`]: secure };
  return { request, names, plain, secure };
}

test('https goes through a tunnel, end to end', async (t) => {
  const { request, names } = await setUp(t);
  const proxy = await serveProxy(t, { names });
  const answer = await request('https://api.ghe.invalid/repos?x=1', { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` });
  assert.deepEqual([answer.status, answer.body], [200, 'GET api.ghe.invalid/repos?x=1']);
  assert.deepEqual(proxy.seen, [{ method: 'CONNECT', target: 'api.ghe.invalid:443', authorization: undefined }]);
});

test('http goes through a tunnel too', async (t) => {
  const { request, names } = await setUp(t);
  const proxy = await serveProxy(t, { names });
  const answer = await request('http://api.ghe.invalid/repos', { HTTP_PROXY: `http://127.0.0.1:${proxy.port}` });
  assert.deepEqual([answer.status, answer.body], [200, 'GET api.ghe.invalid/repos']);
  assert.equal(proxy.seen[0]?.target, 'api.ghe.invalid:80');
});

test('each scheme has its variable, lower case wins, and the scheme of the proxy is optional', async (t) => {
  const { request, names } = await setUp(t);
  const proxy = await serveProxy(t, { names });
  const address = `http://127.0.0.1:${proxy.port}`;
  const nowhere = 'http://127.0.0.1:1';
  /** @type {[url: string, environment: NodeJS.ProcessEnv, through: boolean][]} */
  const cases = [
    ['https://api.ghe.invalid/', { https_proxy: address }, true],
    ['https://api.ghe.invalid/', { HTTPS_PROXY: `127.0.0.1:${proxy.port}` }, true],
    ['https://api.ghe.invalid/', { https_proxy: `user:pass@localhost:${proxy.port}` }, true],
    ['https://api.ghe.invalid/', { HTTP_PROXY: address }, false],
    ['http://api.ghe.invalid/', { http_proxy: address }, true],
    ['http://api.ghe.invalid/', { HTTPS_PROXY: address }, false],
  ];
  // Windows ignores the case of variables.
  if (process.platform !== 'win32') {
    cases.push(['https://api.ghe.invalid/', { https_proxy: address, HTTPS_PROXY: nowhere }, true]);
  }
  for (const [url, environment, through] of cases) {
    proxy.seen.length = 0;
    const answer = await request(url, environment);
    assert.deepEqual(
      through ? [answer.status, proxy.seen.length] : [answer.fault?.kind, proxy.seen.length],
      through ? [200, 1] : ['dns', 0],
      `${url} ${JSON.stringify(environment)}`,
    );
  }
});

test('credentials are decoded, sent to the proxy and masked', async (t) => {
  const { request, names } = await setUp(t);
  const proxy = await serveProxy(t, { names, credentials: 'us%25er:p:ss%25é' });
  const address = `http://us%2525er:p%3Ass%2525%C3%A9@127.0.0.1:${proxy.port}`;
  for (const url of ['https://api.ghe.invalid/', 'http://api.ghe.invalid/']) {
    const answer = await request(url, { HTTPS_PROXY: address, HTTP_PROXY: address });
    assert.equal(answer.status, 200, JSON.stringify(answer));
    assert.deepEqual(answer.masked, ['p:ss%25é']);
  }
});

test('wrong credentials are an error of the proxy, not of the API, and are not quoted', async (t) => {
  const { request, names } = await setUp(t);
  const proxy = await serveProxy(t, { names, credentials: 'user:right' });
  for (const url of ['https://api.ghe.invalid/', 'http://api.ghe.invalid/']) {
    const address = `http://user:wr0ng@127.0.0.1:${proxy.port}`;
    const { fault, status } = await request(url, { HTTPS_PROXY: address, HTTP_PROXY: address });
    assert.equal(status, undefined);
    assert.deepEqual([fault.kind, fault.sent], ['proxy', false]);
    assert.match(fault.message, /407/);
    assert.match(fault.message, new RegExp(`the proxy 127\\.0\\.0\\.1:${proxy.port} `));
    assert.doesNotMatch(fault.message, /wr0ng|user/);
  }
});

/** @type {[what: string, instead: (socket: import('node:net').Socket) => void, kind: string][]} */
const misbehaviours = [
  ['refuses', (socket) => void socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\n{}'), 'proxy'],
  ['hangs up', (socket) => void socket.destroy(), 'proxy'],
  ['answers nonsense', (socket) => void socket.end('nonsense\r\n\r\n'), 'proxy'],
  ['never answers', () => {}, 'timeout'],
  [
    'answers drop by drop',
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nx: ');
      const drip = setInterval(() => socket.write('y'), 20);
      socket.on('close', () => clearInterval(drip));
    },
    'timeout',
  ],
  ['connects to silence', (socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\n'), 'timeout'],
];
for (const [what, instead, kind] of misbehaviours) {
  test(`a proxy that ${what}: ${kind}, nothing was sent, and the process ends`, async (t) => {
    const { request, names } = await setUp(t);
    const proxy = await serveProxy(t, { names, instead });
    const address = `http://127.0.0.1:${proxy.port}`;
    const { fault, took } = await request('https://api.ghe.invalid/', { HTTPS_PROXY: address }, 700);
    assert.deepEqual([fault?.kind, fault?.sent], [kind, false], JSON.stringify(fault));
    assert.ok(took < 8000, `took ${took} ms`);
  });
}

test('a proxy that refuses connections is an error of the proxy', async (t) => {
  const { request } = await setUp(t);
  const { fault } = await request('https://api.ghe.invalid/', { HTTPS_PROXY: 'http://user:wr0ng@127.0.0.1:1' });
  assert.deepEqual([fault.kind, fault.sent], ['proxy', false]);
  assert.doesNotMatch(fault.message, /wr0ng/);
});

test('an invalid proxy address is an error, not a direct connection', async (t) => {
  const { request } = await setUp(t);
  for (const address of ['http://user:%zz@127.0.0.1:1', 'socks5://127.0.0.1:1', 'http://', 'http://[', '::']) {
    const { fault } = await request('https://api.ghe.invalid/', { HTTPS_PROXY: address });
    assert.deepEqual([fault?.kind, fault?.sent], ['proxy', false], address);
    assert.match(fault.message, /HTTPS_PROXY is not an address like/);
    assert.doesNotMatch(fault.message, /%zz|user/);
  }
});

test('a proxy can be reached by https', async (t) => {
  const { request, names } = await setUp(t);
  const inner = await serveProxy(t, { names });
  const outer = https.createServer(OURS);
  outer.on('connect', (request, socket) => {
    const upstream = http.request({ port: inner.port, method: 'CONNECT', path: request.url ?? '', agent: false }).end();
    upstream.on('connect', (_, tunnel) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      tunnel.pipe(socket).pipe(tunnel);
      tunnel.on('error', () => socket.destroy());
      socket.on('error', () => tunnel.destroy());
    });
  });
  const port = await listen(t, outer);
  const answer = await request('https://api.ghe.invalid/', { HTTPS_PROXY: `https://localhost:${port}` });
  assert.equal(answer.status, 200, JSON.stringify(answer));
});

test('NO_PROXY takes names, their subdomains, ports and `*`', async (t) => {
  const { request, names } = await setUp(t);
  const proxy = await serveProxy(t, { names });
  const HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`;
  /** @type {[list: string, direct: boolean][]} */
  const cases = [
    ['api.ghe.invalid', true],
    ['ghe.invalid', true],
    ['.ghe.invalid', true],
    ['other.example, API.GHE.INVALID:443 ', true],
    ['*', true],
    ['*.ghe.invalid', true],
    ['other.example api.ghe.invalid', true],
    ['*.ghe.invalid', true],
    ['other.example api.ghe.invalid', true],
    ['api.ghe.invalid:8443', false],
    ['he.invalid', false],
    ['other.example', false],
  ];
  for (const [list, direct] of cases) {
    for (const variable of list === 'ghe.invalid' ? ['NO_PROXY', 'no_proxy'] : ['NO_PROXY']) {
      const answer = await request('https://api.ghe.invalid/', { HTTPS_PROXY, [variable]: list });
      assert.equal(direct ? answer.fault?.kind : answer.status, direct ? 'dns' : 200, `${variable}=${list}`);
    }
  }
});

test('NO_PROXY takes addresses and ranges', () => {
  /** @type {[entries: string, url: string, direct: boolean][]} */
  const cases = [
    ['10.0.0.0/8', 'https://10.1.2.3/', true],
    ['10.0.0.0/8', 'https://11.1.2.3/', false],
    ['10.0.0.0/8', 'https://10.example/', false],
    ['10.0.0.0/33', 'https://10.1.2.3/', false],
    ['10.1.2.3', 'https://10.1.2.3/', true],
    ['10.1.2.3:8443', 'https://10.1.2.3/', false],
    ['fd00::/8', 'https://[fd12::1]/', true],
    ['fd00::/8', 'https://[fe80::1]/', false],
    ['fd12::1', 'https://[fd12:0::1]/', true],
    ['[fd12::1]', 'https://[fd12::1]/', true],
    ['[fd12::1]:443', 'https://[fd12::1]/', true],
    ['[fd12::1]:8443', 'https://[fd12::1]/', false],
    ['', 'https://[::1]/', true],
    ['', 'https://127.9.9.9/', true],
    ['', 'https://localhost.example/', false],
  ];
  for (const [entries, url, direct] of cases)
    assert.equal(bypassesProxy(new URL(url), entries), direct, `${entries}: ${url}`);
});

test('a tunnel to an IPv6 address has it in brackets', async (t) => {
  const { request, plain } = await setUp(t);
  const proxy = await serveProxy(t, { names: { '[fd12::1]:80': plain, '[fd12::1]:8080': plain } });
  const HTTP_PROXY = `http://127.0.0.1:${proxy.port}`;
  assert.equal((await request('http://[fd12::1]/', { HTTP_PROXY })).body, 'GET [fd12::1]/');
  assert.equal((await request('http://[fd12::1]:8080/', { HTTP_PROXY })).body, 'GET [fd12::1]:8080/');
});

test('loopback addresses are never requested through the proxy', async (t) => {
  const { request, plain } = await setUp(t);
  const answer = await request(`http://127.0.0.1:${plain}/`, { HTTP_PROXY: 'http://127.0.0.1:1' });
  assert.equal(answer.status, 200);
});

test('only NODE_EXTRA_CA_CERTS makes a private authority trusted', async (t) => {
  const { request, secure } = await setUp(t);
  assert.equal((await request(`https://127.0.0.1:${secure}/`, {})).status, 200);
  const { fault } = await request(`https://127.0.0.1:${secure}/`, { NODE_EXTRA_CA_CERTS: '' });
  assert.deepEqual([fault.kind, fault.sent], ['tls', false]);
});

test('a certificate for another name is rejected, directly and through a proxy', async (t) => {
  const { request, names, secure } = await setUp(t, selfSigned(['elsewhere.invalid']));
  const direct = await request(`https://127.0.0.1:${secure}/`, {});
  assert.deepEqual([direct.fault?.kind, direct.fault?.sent], ['tls', false]);
  const proxy = await serveProxy(t, { names });
  const tunnelled = await request('https://api.ghe.invalid/', { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` });
  assert.deepEqual([tunnelled.fault?.kind, tunnelled.fault?.sent], ['tls', false]);
});

test('no variable makes an untrusted certificate trusted', async (t) => {
  const { request, names, secure } = await setUp(t, selfSigned(['elsewhere.invalid']));
  const proxy = await serveProxy(t, { names });
  const HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`;
  for (const [url, environment] of /** @type {const} */ ([
    [`https://127.0.0.1:${secure}/`, {}],
    ['https://api.ghe.invalid/', { HTTPS_PROXY }],
    // Here the certificate is the proxy's.
    ['http://api.ghe.invalid/', { HTTP_PROXY: `https://user:secret@localhost:${secure}` }],
  ])) {
    const answer = await request(url, { ...environment, NODE_TLS_REJECT_UNAUTHORIZED: '0' });
    assert.ok(answer.fault, `${url} was answered`);
    assert.deepEqual([answer.fault.kind, answer.fault.sent], [url.startsWith('http:') ? 'proxy' : 'tls', false]);
    assert.match(answer.fault.message, /certificate/i);
  }
});

// @ts-check
// Proxies and certificates. The API has a name that no resolver knows, so that it is reached through
// the proxy or not at all.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { dispatchEvent } from '../support/events.js';
import { startFakeApi, TOKEN } from '../support/fake-api.js';
import { startFakeProxy } from '../support/fake-proxy.js';
import { pullRequest } from '../support/github-objects.js';
import { assertInvariants, SIDE_BY_SIDE, W5 } from '../support/guard.js';
import { runAction } from '../support/run-action.js';

const scratch = mkdtempSync(join(tmpdir(), 'dispatch-guard-tls-'));
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const needsOpenssl = { skip: !hasOpenssl && 'there is no openssl to make a certificate with' };
/** @type {{key: string, cert: string}} */
let tls = { key: '', cert: '' };
const certificate = join(scratch, 'cert.pem');

before(() => {
  if (!hasOpenssl) return;
  const key = join(scratch, 'key.pem');
  const names = 'subjectAltName=DNS:api.github.test,DNS:localhost,IP:127.0.0.1';
  const made = spawnSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=api.github.test',
      '-addext',
      names,
      '-keyout',
      key,
      '-out',
      certificate,
    ],
    { encoding: 'utf8' },
  );
  assert.equal(made.status, 0, made.stderr);
  tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(certificate, 'utf8') };
});
after(() => rmSync(scratch, { recursive: true, force: true }));

/**
 * @param {{secure?: boolean, user?: string, refuse?: number, environment?: (proxy: {url: string, host: string}, api: {port: number}) => {[name: string]: string | undefined}, apiUrl?: (api: {port: number}) => string}} options
 */
async function throughProxy({ secure = false, user, refuse, environment = () => ({}), apiUrl }) {
  const api = await startFakeApi({ pulls: { 7: pullRequest() } }, secure ? { tls } : {});
  const port = Number(new URL(api.url).port);
  const proxy = await startFakeProxy({
    port,
    ...(user === undefined ? {} : { user }),
    ...(refuse === undefined ? {} : { refuse }),
  });
  try {
    const ran = await runAction({
      event: dispatchEvent(),
      inputs: W5,
      apiUrl: apiUrl?.({ port }) ?? (secure ? 'https://api.github.test' : 'http://api.github.test'),
      environment: environment(proxy, { port }),
    });
    assertInvariants(ran, { secrets: [TOKEN, ...(user === undefined ? [] : [user.split(':')[1] ?? ''])] });
    return { ran, proxied: [...proxy.requests], asked: [...api.requests] };
  } finally {
    await proxy.close();
    await api.close();
  }
}

describe('proxies', SIDE_BY_SIDE, () => {
  for (const name of ['HTTP_PROXY', 'http_proxy']) {
    test(`${name} is the way to an API on http`, async () => {
      const { ran, proxied, asked } = await throughProxy({ environment: (proxy) => ({ [name]: proxy.url }) });
      assert.equal(ran.outputs.allowed, 'true', ran.outputs.reason);
      assert.equal(asked.length, 1);
      assert.equal(proxied.length, 1);
      assert.match(proxied[0]?.target ?? '', /api\.github\.test/);
    });
  }

  for (const name of ['HTTPS_PROXY', 'https_proxy']) {
    test(`${name} is the way to an API on https, and sees no token`, needsOpenssl, async () => {
      const { ran, proxied, asked } = await throughProxy({
        secure: true,
        environment: (proxy) => ({ [name]: proxy.url, NODE_EXTRA_CA_CERTS: certificate }),
      });
      assert.equal(ran.outputs.allowed, 'true', ran.outputs.reason);
      assert.equal(asked.length, 1);
      assert.deepEqual(
        proxied.map(({ method, target }) => [method, target]),
        [['CONNECT', 'api.github.test:443']],
      );
      assert.ok(!JSON.stringify(proxied).includes(TOKEN));
    });
  }

  test("the other scheme's variable is not meant", async () => {
    const { ran, proxied } = await throughProxy({ environment: (proxy) => ({ HTTPS_PROXY: proxy.url }) });
    assert.equal(ran.outputs['reason-code'], 'api.unavailable', ran.outputs.reason);
    assert.deepEqual(proxied, []);
  });

  test('with user and password', async () => {
    const { ran, proxied } = await throughProxy({
      user: 'acme:pass%w0rd@:x',
      environment: (proxy) => ({ HTTP_PROXY: proxy.url }),
    });
    assert.equal(ran.outputs.allowed, 'true', ran.outputs.reason);
    assert.equal(
      proxied[0]?.headers['proxy-authorization'],
      `Basic ${Buffer.from('acme:pass%w0rd@:x').toString('base64')}`,
    );
  });

  for (const secure of [false, true]) {
    test(`that wants another password, to ${secure ? 'https' : 'http'}`, secure ? needsOpenssl : {}, async () => {
      const environment = (/** @type {{host: string}} */ { host }) => ({
        HTTP_PROXY: `http://acme:wrong-password@${host}`,
        HTTPS_PROXY: `http://acme:wrong-password@${host}`,
        NODE_EXTRA_CA_CERTS: secure ? certificate : undefined,
      });
      const { ran, asked } = await throughProxy({ secure, user: 'acme:right-password', environment });
      assert.match(ran.outputs['reason-code'] ?? '', /^api\.(unavailable|forbidden)$/, ran.outputs.reason);
      assert.match(ran.outputs.reason ?? '', /proxy/i);
      assert.deepEqual(asked, []);
      assert.ok(
        !`${ran.stdout.replace(/^::add-mask::.*$/gm, '')}${JSON.stringify(ran.outputs)}`.includes('wrong-password'),
      );
    });
  }

  test('that refuses is not the API that refuses', async () => {
    const { ran } = await throughProxy({ refuse: 403, environment: (proxy) => ({ HTTP_PROXY: proxy.url }) });
    assert.equal(ran.outputs['reason-code'], 'api.unavailable', ran.outputs.reason);
  });

  test('that is not there', async () => {
    const { ran } = await throughProxy({ environment: () => ({ HTTP_PROXY: 'http://127.0.0.1:9' }) });
    assert.equal(ran.outputs['reason-code'], 'api.unavailable', ran.outputs.reason);
  });

  for (const value of ['nonsense://', 'ftp://127.0.0.1:1', 'http://']) {
    test(`HTTP_PROXY ${JSON.stringify(value)} is not gone round`, async () => {
      const { ran, asked } = await throughProxy({
        apiUrl: ({ port }) => `http://localhost.localdomain:${port}`,
        environment: () => ({ HTTP_PROXY: value }),
      });
      assert.equal(ran.outputs.decision, 'error', ran.outputs.reason);
      assert.deepEqual(asked, []);
    });
  }

  for (const [name, value] of [
    ['NO_PROXY', 'api.github.test'],
    ['no_proxy', 'other.test,api.github.test'],
    ['NO_PROXY', '.github.test'],
    ['NO_PROXY', '*'],
  ]) {
    test(`${name}=${value} goes directly`, async () => {
      const { ran, proxied } = await throughProxy({
        environment: (proxy) => ({ HTTP_PROXY: proxy.url, [String(name)]: value }),
      });
      // Directly there is no such host.
      assert.equal(ran.outputs['reason-code'], 'api.unavailable', ran.outputs.reason);
      assert.deepEqual(proxied, []);
    });
  }

  test('NO_PROXY for another host does not', async () => {
    const { ran } = await throughProxy({
      environment: (proxy) => ({ HTTP_PROXY: proxy.url, NO_PROXY: 'github.example,notapi.github.test' }),
    });
    assert.equal(ran.outputs.allowed, 'true', ran.outputs.reason);
  });
});

describe('certificates', SIDE_BY_SIDE, () => {
  /** @param {{[name: string]: string | undefined}} environment @param {string} [host] */
  async function overTls(environment, host = 'localhost') {
    const api = await startFakeApi({ pulls: { 7: pullRequest() } }, { tls });
    try {
      const ran = await runAction({
        event: dispatchEvent(),
        inputs: W5,
        apiUrl: api.url.replace('127.0.0.1', host),
        environment,
      });
      assertInvariants(ran);
      return { ran, asked: [...api.requests] };
    } finally {
      await api.close();
    }
  }

  test('one that NODE_EXTRA_CA_CERTS names is trusted', needsOpenssl, async () => {
    const { ran } = await overTls({ NODE_EXTRA_CA_CERTS: certificate });
    assert.equal(ran.outputs.allowed, 'true', ran.outputs.reason);
  });

  test('one that nobody vouches for is not, and is sent no token', needsOpenssl, async () => {
    const { ran, asked } = await overTls({});
    assert.equal(ran.outputs['reason-code'], 'api.unavailable', ran.outputs.reason);
    assert.match(ran.outputs.reason ?? '', /certificate/i);
    assert.deepEqual(asked, []);
  });

  test('no variable makes it a good one', needsOpenssl, async () => {
    const { ran, asked } = await overTls({ NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' });
    assert.equal(ran.outputs['reason-code'], 'api.unavailable', ran.outputs.reason);
    assert.match(ran.outputs.reason ?? '', /certificate/i);
    assert.deepEqual(asked, []);
  });

  test('one for another host is not', needsOpenssl, async () => {
    const cert = join(scratch, 'other.pem');
    writeFileSync(cert, tls.cert);
    const { ran, asked } = await overTls({ NODE_EXTRA_CA_CERTS: cert }, '127.0.0.2');
    assert.equal(ran.outputs.decision, 'error', ran.outputs.reason);
    assert.deepEqual(asked, []);
  });
});

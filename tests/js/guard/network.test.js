// @ts-check
// What only the real HTTP stack of the bundle shows. The stack itself is tested in tests/js/shim (requests, proxies,
// certificates), and every fault of every request in tests/js/faults.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { selfSigned } from '../shim/certificate.js';
import { CONCURRENT } from '../support/action.js';
import { dispatchEvent } from '../support/events.js';
import { fault, startFakeApi } from '../support/fake-api.js';
import { pullRequest } from '../support/github-objects.js';
import { assertDecision, guard, W5 } from '../support/guard.js';
import { assertInvariants } from '../support/invariants.js';
import { runAction } from '../support/run-action.js';

const PULLS = { 7: pullRequest() };

describe('network', CONCURRENT, () => {
  test('a redirect to another host is not followed', async () => {
    const other = await startFakeApi({ pulls: PULLS });
    try {
      // The same address under another name counts as another host.
      const target = other.url.replace('127.0.0.1', 'localhost');
      const ran = await guard({ script: { pull: fault.redirect(`${target}/repos/acme/charts/pulls/7`) } });
      assertDecision(ran, { code: 'api.invalid_response', requests: ['pull'] });
      assert.deepEqual(other.requests, []);
    } finally {
      await other.close();
    }
  });

  test("a redirect on GitHub Enterprise Server's /api/v3 is followed", async () => {
    const api = await startFakeApi({ pulls: PULLS }, { prefix: '/api/v3' });
    api.script('pull', [fault.redirect('/api/v3/repositories/100200/pulls/7')]);
    try {
      const environment = { GITHUB_SERVER_URL: api.origin };
      const ran = await runAction({ event: dispatchEvent(), inputs: W5, apiUrl: api.url, environment });
      assertInvariants(ran);
      assert.equal(ran.outputs.allowed, 'true', ran.stdout);
      assert.deepEqual(
        api.requests.map(({ path }) => path),
        ['/api/v3/repos/acme/charts/pulls/7', '/api/v3/repositories/100200/pulls/7'],
      );
    } finally {
      await api.close();
    }
  });

  test('an untrusted certificate is an error, and no token is sent', async () => {
    const api = await startFakeApi({ pulls: PULLS }, { tls: selfSigned(['127.0.0.1']) });
    try {
      const environment = { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' };
      const ran = await runAction({ event: dispatchEvent(), inputs: W5, apiUrl: api.url, environment });
      assertInvariants(ran);
      assert.equal(ran.outputs['reason-code'], 'api.unavailable', ran.stdout);
      assert.match(ran.outputs.reason ?? '', /certificate/i);
      assert.deepEqual(api.requests, []);
    } finally {
      await api.close();
    }
  });
});

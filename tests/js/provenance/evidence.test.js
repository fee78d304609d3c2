// @ts-check
// What `evidence-file` leaves behind: enough to decide again, and no secret.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { SIDE_BY_SIDE } from '../support/guard.js';
import { DIST, NODE } from '../support/run-action.js';
import { issuerKey, token } from '../support/counterpart.js';
import { claimsFor, decide, KEY, payload, policy, signed, WORKFLOWS } from './proven.js';

/** Decides again from evidence, with neither network nor variables. @param {string} text */
function replay(text) {
  const directory = mkdtempSync(join(tmpdir(), 'dispatch-guard-'));
  try {
    const path = join(directory, 'evidence.json');
    writeFileSync(path, text);
    const { status, stdout, stderr } = spawnSync(NODE, [join(DIST, 'cli.cjs'), 'replay', path], { env: {} });
    return { status, text: `${stdout}${stderr}` };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe('evidence', SIDE_BY_SIDE, () => {
  test('of a signed dispatch gives the same decision without the key', async () => {
    const sent = signed();
    const secrets = [KEY, sent._guard.signature];
    const inputs = { 'signing-keys': `an older key\n${KEY}`, 'evidence-file': 'out.json' };
    const ran = await decide({ policy: policy('require: signature'), payload: () => sent, inputs, secrets });
    assert.equal(ran.outputs['reason-code'], 'allowed', ran.stdout);
    const evidence = ran.files['out.json'] ?? '';
    assert.deepEqual(JSON.parse(evidence).decision, ran.result);
    const again = replay(evidence);
    assert.equal(again.status, 0, again.text);

    const changed = replay(evidence.replace('\\"hops\\":1', '\\"hops\\":2'));
    assert.equal(changed.status, 4, changed.text);
    assert.match(changed.text, /provenance\.signature_invalid/);
  });

  test('of an ID token gives the same decision without the token', async () => {
    const key = issuerKey('one');
    const unsigned = payload();
    let whole = '';
    /** @type {any} */
    const oidc = { jwks: { keys: [key.jwk] } };
    const ran = await decide({
      policy: policy(`require: oidc, ${WORKFLOWS}`),
      payload: (origin) => {
        whole = token(key, claimsFor(unsigned, origin));
        return { ...unsigned, _guard: { ...unsigned._guard, oidc: whole } };
      },
      world: { oidc },
      inputs: { 'evidence-file': 'evidence/out.json' },
    });
    assert.equal(ran.outputs['reason-code'], 'allowed', ran.stdout);
    const evidence = ran.files['evidence/out.json'] ?? '';
    assert.ok(!evidence.includes(whole.split('.')[2] ?? ''), 'the token is cut');
    const again = replay(evidence);
    assert.equal(again.status, 0, again.text);
  });
});

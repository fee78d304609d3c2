// @ts-check
// A signal in the middle of a request.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OUTPUTS } from '../contract/public.js';
import { startFakeApi } from '../support/fake-api.js';
import { parseCommandFile } from '../support/run-action.js';
import { ENDPOINTS } from './endpoints.js';
import { limitConcurrency } from './concurrency.js';
import { runEndpoint } from './run-case.js';

/** @typedef {import('./endpoints.js').Endpoint} Endpoint */

export const SIGNALS = /** @type {const} */ (['SIGTERM', 'SIGINT', 'SIGKILL']);

/** The requests that are interrupted. */
export const INTERRUPTED = ENDPOINTS.filter(({ route }) => ['pull', 'create-status', 'dispatch'].includes(route));

/** Carries out the request and does not answer. @type {import('../support/fake-api.js').Step} */
const taken = ({ answer }) => void answer();

/**
 * @param {Endpoint} endpoint
 * @param {NodeJS.Signals} signal
 * @returns {Promise<string>} what the file of outputs holds
 */
export function interrupt(endpoint, signal) {
  return limitConcurrency(async () => {
    const api = await startFakeApi(endpoint.world);
    api.script(endpoint.route, taken);
    const [deciding = ''] = OUTPUTS[endpoint.action];
    const undecided = [[deciding, endpoint.action === 'reconcile' ? '[]' : 'false']];
    try {
      let before = '';
      const ran = await runEndpoint(api, endpoint, {
        started: async (child, { directory }) => {
          while (api.count(endpoint.route) === 0 && child.exitCode === null)
            await new Promise((resolve) => setTimeout(resolve, 10));
          before = readFileSync(join(directory, 'files/output'), 'utf8');
          child.kill(signal);
        },
      });
      assert.deepEqual(parseCommandFile(before), undecided, 'before the signal');
      assert.deepEqual(ran.written, undecided);
      assert.equal(ran.signal, signal, 'the process ends by the signal');
      return `\`${ran.written[0]?.join('=')}\``;
    } finally {
      await api.close();
    }
  });
}

// @ts-check
// A process that is ended in the middle of a request.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OUTPUTS } from '../contract/public.js';
import { startFakeApi } from '../support/fake-api.js';
import { parseCommandFile } from '../support/run-action.js';
import { CALLS } from './calls.js';
import { inTurn } from './lanes.js';
import { runCall } from './meet.js';

/** @typedef {import('./calls.js').Call} Call */

export const SIGNALS = /** @type {const} */ (['SIGTERM', 'SIGINT', 'SIGKILL']);

/** The calls in the middle of which it happens. */
export const INTERRUPTED = CALLS.filter(({ route }) => ['pull', 'create-status', 'dispatch'].includes(route));

/** What was asked for is done, and nothing is said. @type {import('../support/fake-api.js').Step} */
const taken = ({ answer }) => void answer();

/**
 * @param {Call} call
 * @param {NodeJS.Signals} signal
 * @returns {Promise<string>} what is left, in words
 */
export function interrupt(call, signal) {
  return inTurn(async () => {
    const api = await startFakeApi(call.world);
    api.script(call.route, taken);
    const [deciding = ''] = OUTPUTS[call.action];
    try {
      let before = '';
      const ran = await runCall(api, call, {
        started: async (child, { directory }) => {
          while (api.count(call.route) === 0 && child.exitCode === null)
            await new Promise((resolve) => setTimeout(resolve, 10));
          before = readFileSync(join(directory, 'files/output'), 'utf8');
          child.kill(signal);
        },
      });
      assert.deepEqual(parseCommandFile(before), [[deciding, 'false']], 'already while it runs');
      assert.deepEqual(ran.written, [[deciding, 'false']]);
      assert.equal(ran.signal, signal, 'the process ends by it, which the runner takes for a failure');
      return `\`${ran.written[0]?.join('=')}\``;
    } finally {
      await api.close();
    }
  });
}

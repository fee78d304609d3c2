// @ts-check
// One run of an action against a fake API, with the invariants checked.

import { pushEvent } from './events.js';
import { startFakeApi, TOKEN } from './fake-api.js';
import { pullRequest } from './github-objects.js';
import { assertInvariants } from './invariants.js';
import { runAction } from './run-action.js';

/** @typedef {import('./fake-api.js').Step} Step */

/**
 * @typedef {import('./run-action.js').RunOptions & {
 *   world?: import('./fake-api.js').World,
 *   script?: {[route: string]: Step | Step[]},
 *   secrets?: string[],
 * }} Options `world`: what the API knows; `script`: how its routes misbehave; `secrets`: more texts that may appear nowhere
 */

/** @typedef {Awaited<ReturnType<typeof runWithApi>>} RanWithApi */

/** How many runs of one file go on at the same time. */
export const CONCURRENT = Object.freeze({ concurrency: 3 });

/**
 * Runs an action against an API that knows pull request 7.
 * @param {Options} options
 */
export async function runWithApi({ world = { pulls: { 7: pullRequest() } }, script = {}, secrets = [], ...options }) {
  const api = await startFakeApi(world);
  try {
    for (const [route, steps] of Object.entries(script)) api.script(route, steps);
    const ran = await runAction({ apiUrl: api.url, ...options });
    const { action = 'guard' } = options;
    assertInvariants(ran, { action, secrets: [TOKEN, ...secrets] });
    return { ...ran, api, requests: [...api.requests], dispatches: [...api.dispatches], statuses: api.statuses };
  } finally {
    await api.close();
  }
}

/**
 * Runs send, report or reconcile in a run of `W2` that a push started.
 * @param {'send' | 'report' | 'reconcile'} action
 * @param {Options} options
 */
export function runInPush(action, { environment, ...options }) {
  return runWithApi({
    action,
    eventName: 'push',
    event: pushEvent(),
    environment: {
      GITHUB_WORKFLOW: 'W2',
      GITHUB_WORKFLOW_REF: 'acme/charts/.github/workflows/w2.yml@refs/heads/main',
      ...environment,
    },
    ...options,
  });
}

/** The routes that a run asked for, in order. @param {RanWithApi} ran */
export const routes = ({ requests }) => requests.map(({ route }) => route);

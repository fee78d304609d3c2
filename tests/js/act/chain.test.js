// @ts-check
// The whole chain on a real runner: W2 sends, W5 guards, validates and sends its result, Report shows it on the pull
// request; reconcile sends what got lost. A dispatch to the API starts the next workflow, as on GitHub.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { join } from 'node:path';
import { CHECKOUT, checkout, resultsOf, runWorkflow, WITH_ACT } from '../support/act.js';
import { dispatchEvent, workflowDispatchEvent } from '../support/events.js';
import { fault, startFakeApi } from '../support/fake-api.js';
import { HEAD_SHA, MOVED_SHA, pullRequest, REPOSITORY } from '../support/github-objects.js';
import { ROOT } from '../support/run-action.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const OIDC = {
  privateKeyPem: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }] },
  claims: {},
};
/** Of each workflow: its file here and in the repository that runs it, its jobs, and the id of its run. */
const WORKFLOWS = Object.freeze({
  w2: { path: 'examples/dispatch-chain/w2.yml', file: 'w2.yml', jobs: ['open', 'send'], id: 1001 },
  w5: {
    path: 'examples/dispatch-chain/w5-chain.yml',
    file: 'w5-chain.yml',
    jobs: ['guard', 'validate', 'send'],
    id: 2002,
  },
  report: { path: 'examples/dispatch-chain/report.yml', file: 'report.yml', jobs: ['report'], id: 3003 },
  reconcile: { path: 'examples/reconcile/charts.yml', file: 'reconcile-charts.yml', jobs: ['reconcile'], id: 4004 },
});

/** @typedef {keyof typeof WORKFLOWS} Workflow */

/** What a dispatch starts. @type {{ [eventType: string]: Workflow }} */
const LISTENERS = { 'chart-pr-created': 'w5', 'chart-pr-validated': 'report' };

/**
 * @typedef {object} Options
 * @property {number} [run] the run's id
 * @property {string} [sender] the workflow that the ID token names
 * @property {number} [validation] its exit status
 */

/**
 * Runs steps with a fake GitHub and the workflows.
 * @param {(chain: Awaited<ReturnType<typeof openChain>>) => Promise<void>} steps
 * @param {boolean} [isLive] whether a dispatch starts the workflow that listens for it, as on GitHub; otherwise its run
 *   succeeds at once
 */
async function chain(steps, isLive = false) {
  const opened = await openChain(isLive);
  try {
    await steps(opened);
  } finally {
    await opened.api.close();
  }
}

/** @param {boolean} isLive */
async function openChain(isLive) {
  // The pull request was opened just now.
  const pull = pullRequest({ updated_at: new Date().toISOString() });
  const api = await startFakeApi({ pulls: { 7: pull }, oidc: OIDC, onDispatch: start });
  /** What dispatches started. @type {{ [workflow in Workflow]?: ReturnType<typeof run> }} */
  const started = {};

  /** @param {(typeof api.dispatches)[number]} dispatch */
  function start(dispatch) {
    const workflow = LISTENERS[dispatch.event_type];
    if (workflow === undefined) return;
    const { id, file } = WORKFLOWS[workflow];
    /** @type {import('../support/github-objects.js').RunFacts} */
    const facts = {
      id,
      path: `.github/workflows/${file}`,
      display_title: titleOf(workflow, dispatch.client_payload),
      event: 'repository_dispatch',
      created_at: new Date().toISOString(),
    };
    api.world.runs.push(facts);
    const end = (/** @type {boolean} */ succeeded) => {
      Object.assign(facts, { status: 'completed', conclusion: succeeded ? 'success' : 'failure' });
    };
    if (!isLive) return end(true);
    started[workflow] = run(workflow, 'repository_dispatch', received(dispatch));
    started[workflow].then(({ jobs }) => end(!Object.values(jobs).includes('failure')));
  }

  /**
   * @param {Workflow} workflow
   * @param {string} eventName
   * @param {any} event
   * @param {Options} [options]
   */
  async function run(workflow, eventName, event, { run: id, sender, validation = 0 } = {}) {
    const { path, file, jobs, id: ownId } = WORKFLOWS[workflow];
    OIDC.claims = {
      repository_id: String(REPOSITORY.id),
      run_id: String(id ?? ownId),
      run_attempt: '1',
      workflow_ref: `acme/charts/.github/workflows/${sender ?? file}@refs/heads/main`,
    };
    const seen = api.dispatches.length;
    const ran = await runWorkflow({
      workflow: join(ROOT, path),
      eventName,
      event,
      apiUrl: api.url,
      environment: {
        // A separate server, as GitHub Enterprise Server is, with the keys of its issuer.
        GITHUB_SERVER_URL: api.origin,
        GITHUB_RUN_ID: String(id ?? ownId),
        GITHUB_RUN_ATTEMPT: '1',
        GITHUB_WORKFLOW_REF: `acme/charts/.github/workflows/${file}@refs/heads/main`,
        ACTIONS_ID_TOKEN_REQUEST_URL: `${api.origin}/_services/id-token?api-version=2.0`,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
      },
      actions: { [CHECKOUT]: checkout({ 'open-pull-request': 'echo 7', validate: `exit ${validation}` }) },
    });
    return { ...ran, jobs: resultsOf(ran, jobs), sent: api.dispatches.slice(seen) };
  }

  /** The event that a dispatch triggers. @param {(typeof api.dispatches)[number] | undefined} dispatch */
  const received = (dispatch) => dispatchEvent(dispatch?.client_payload, { type: dispatch?.event_type ?? '' });

  return {
    api,
    /** @param {Options} [options] */
    w2: (options) => run('w2', 'workflow_dispatch', workflowDispatchEvent({ inputs: { chart: 'redis' } }), options),
    /** @param {any} dispatch @param {Options} [options] */
    w5: (dispatch, options) => run('w5', 'repository_dispatch', received(dispatch), options),
    /** @param {any} dispatch @param {Options} [options] */
    report: (dispatch, options) => run('report', 'repository_dispatch', received(dispatch), options),
    reconcile: () => run('reconcile', 'workflow_dispatch', workflowDispatchEvent({ inputs: {} })),
    started,
    /** The states that W5 set on a commit. @param {string} [sha] */
    shown: (sha = HEAD_SHA) =>
      (api.statuses[sha] ?? []).filter(({ context }) => context === 'dispatch-guard / W5').map(({ state }) => state),
  };
}

/** The title of a run, from the line `run-name` of its workflow. @param {Workflow} workflow @param {any} payload */
function titleOf(workflow, payload) {
  const text = readFileSync(join(ROOT, WORKFLOWS[workflow].path), 'utf8');
  const name = /^run-name: (.+)$/m.exec(text)?.[1] ?? '';
  return name
    .replace('${{ github.event.client_payload.pr }}', payload.pr)
    .replace('${{ github.event.client_payload._guard.nonce }}', payload._guard.nonce);
}

describe('the chain', WITH_ACT, () => {
  test('W2 waits until W5 has ended, whose result is a status on the pull request', () =>
    chain(async ({ api, w2, started, shown }) => {
      const first = await w2();
      assert.deepEqual(first.jobs, { open: 'success', send: 'success' }, first.log);
      assert.match(first.log, /with the nonce `[0-9a-f]{32}`; waiting for its run/);
      assert.match(first.log, /run 2002 has started/);
      assert.match(first.log, /run 2002 ended with `success`/);
      const second = await started.w5;
      assert.deepEqual(second?.jobs, { guard: 'success', validate: 'success', send: 'success' }, second?.log);
      const third = await started.report;
      assert.deepEqual(third?.jobs, { report: 'success' }, third?.log);
      assert.deepEqual(shown(), ['pending', 'success']);
      assert.deepEqual(
        api.dispatches.map(({ event_type }) => event_type),
        ['chart-pr-created', 'chart-pr-validated'],
      );
    }, true));

  test('a lost dispatch is found by reconcile and sent once', () =>
    chain(async ({ api, w2, w5, reconcile, started, shown }) => {
      // GitHub accepts the dispatch, starts nothing, and does not list runs either.
      api.script('dispatch', [({ send }) => send({ status: 204 })]);
      api.script('runs', fault.status(403));
      const first = await w2();
      assert.deepEqual(first.jobs, { open: 'success', send: 'failure' }, first.log);
      assert.match(first.log, /was sent to `acme\/charts` for pull request #7/);
      assert.deepEqual([api.dispatches, shown()], [[], []], 'nothing was started');

      const pass = await reconcile();
      assert.deepEqual(pass.jobs, { reconcile: 'success' }, pass.log);
      assert.match(pass.log, /pull request #7: dispatched/);
      const second = await started.w5;
      assert.deepEqual(second?.jobs, { guard: 'success', validate: 'success', send: 'success' }, second?.log);
      assert.deepEqual(second?.calls, ['checkout  into .', `checkout ${HEAD_SHA} into head`, 'validate head']);
      const third = await started.report;
      assert.deepEqual(third?.jobs, { report: 'success' }, third?.log);
      // From reconcile, from W5, and the result.
      assert.deepEqual(shown(), ['pending', 'pending', 'success']);

      const again = await reconcile();
      assert.deepEqual(again.jobs, { reconcile: 'success' }, again.log);
      assert.match(again.log, /0 without a status `dispatch-guard \/ W5`, 0 dispatched/);
      const sent = api.dispatches.filter(({ event_type }) => event_type === 'chart-pr-created');
      assert.equal(sent.length, 1);

      // GitHub delivers it a second time.
      const twice = await w5(sent[0], { run: 2003 });
      assert.deepEqual(twice.jobs, { guard: 'failure', validate: 'skipped', send: 'skipped' }, twice.log);
      assert.match(twice.log, /replay\.duplicate/);
    }, true));

  test('W2 → W5 → a status on the pull request', () =>
    chain(async ({ api, w2, w5, report, shown }) => {
      const first = await w2();
      assert.deepEqual(first.jobs, { open: 'success', send: 'success' }, first.log);
      assert.deepEqual(first.calls, ['checkout  into .', 'open-pull-request redis']);
      assert.deepEqual(
        first.sent.map(({ event_type }) => event_type),
        ['chart-pr-created'],
      );
      const { pr, chart, _guard } = first.sent[0]?.client_payload;
      assert.deepEqual({ pr, chart }, { pr: 7, chart: 'redis' });
      assert.deepEqual([_guard.head_sha, _guard.hops, _guard.run_id], [HEAD_SHA, 1, WORKFLOWS.w2.id]);

      const second = await w5(first.sent[0]);
      assert.deepEqual(second.jobs, { guard: 'success', validate: 'success', send: 'success' }, second.log);
      assert.deepEqual(second.calls, ['checkout  into .', `checkout ${HEAD_SHA} into head`, 'validate head redis']);
      assert.deepEqual(shown(), ['pending']);
      const { _guard: envelope, ...result } = second.sent[0]?.client_payload;
      assert.deepEqual(result, { head: HEAD_SHA, result: 'success', run: WORKFLOWS.w5.id, pr: 7 });
      assert.equal(envelope.hops, 2);

      const third = await report(second.sent[0]);
      assert.deepEqual(third.jobs, { report: 'success' }, third.log);
      assert.deepEqual(shown(), ['pending', 'success']);
      const page = `${api.origin}/acme/charts/actions/runs/${WORKFLOWS.w5.id}`;
      assert.equal(api.statuses[HEAD_SHA]?.at(-1).target_url, page);

      // The same dispatch again.
      const again = await w5(first.sent[0], { run: 2003 });
      assert.deepEqual(again.jobs, { guard: 'failure', validate: 'skipped', send: 'skipped' }, again.log);
      assert.match(again.log, /replay\.duplicate/);
      assert.deepEqual([again.calls, again.sent], [[], []]);
      const rerun = await w5(first.sent[0]);
      assert.equal(rerun.jobs.guard, 'success', rerun.log);
    }));

  test('a failed validation sets the status to failure', () =>
    chain(async ({ w2, w5, report, shown }) => {
      const first = await w2();
      const second = await w5(first.sent[0], { validation: 3 });
      assert.deepEqual(second.jobs, { guard: 'success', validate: 'failure', send: 'success' }, second.log);
      const third = await report(second.sent[0]);
      assert.deepEqual(third.jobs, { report: 'success' }, third.log);
      assert.deepEqual(shown(), ['pending', 'failure']);
    }));

  test('a dispatch of another workflow is denied', () =>
    chain(async ({ w2, w5, shown }) => {
      const first = await w2({ sender: 'evil.yml' });
      const second = await w5(first.sent[0]);
      assert.deepEqual(second.jobs, { guard: 'failure', validate: 'skipped', send: 'skipped' }, second.log);
      assert.match(second.log, /provenance\.oidc_invalid/);
      assert.deepEqual([second.calls, second.sent, shown()], [[], [], []]);
    }));

  test('a payload that was changed after it was sent is denied', () =>
    chain(async ({ w2, w5 }) => {
      const [sent] = (await w2()).sent;
      const second = await w5({ ...sent, client_payload: { ...sent?.client_payload, chart: 'redis2' } });
      assert.match(second.log, /provenance\.oidc_invalid/);
      assert.deepEqual([second.jobs.guard, second.calls], ['failure', []], second.log);
    }));

  test('a push during the validation does not turn the new head green', () =>
    chain(async ({ api, w2, w5, report, shown }) => {
      const first = await w2();
      const second = await w5(first.sent[0]);
      // A push after W5 has sent its result.
      api.world.pulls[7] = pullRequest({ head: { sha: MOVED_SHA } });
      const third = await report(second.sent[0]);
      assert.deepEqual(third.jobs, { report: 'failure' }, third.log);
      assert.match(third.log, /pull_request\.head_moved/);
      assert.deepEqual([shown(), shown(MOVED_SHA)], [['pending'], []]);
    }));

  test('a push before W5 starts is denied', () =>
    chain(async ({ api, w2, w5, shown }) => {
      const first = await w2();
      api.world.pulls[7] = pullRequest({ head: { sha: MOVED_SHA } });
      const second = await w5(first.sent[0]);
      assert.match(second.log, /pull_request\.head_moved/);
      assert.deepEqual([second.jobs.guard, second.calls, shown(), shown(MOVED_SHA)], ['failure', [], [], []]);
    }));

  test('a push before the result is sent is denied by Report', () =>
    chain(async ({ api, w2, w5, report, shown }) => {
      const first = await w2();
      const moved = pullRequest({ head: { sha: MOVED_SHA } });
      // The guard reads the old head, send reads the new one.
      api.script('pull', [fault.none(), fault.json(moved)]);
      const second = await w5(first.sent[0]);
      const { head, _guard } = second.sent[0]?.client_payload;
      assert.deepEqual([head, _guard.head_sha], [HEAD_SHA, MOVED_SHA]);
      api.world.pulls[7] = moved;
      const third = await report(second.sent[0]);
      assert.match(third.log, /pull_request\.head_moved/);
      assert.deepEqual([third.jobs.report, shown(MOVED_SHA)], ['failure', []], third.log);
    }));
});

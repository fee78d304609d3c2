// @ts-check
// Runs a workflow with act (nektos/act) and the action as `uses:` downloads it. Other actions and programs that the
// workflow needs are replaced by stand-ins that record their calls.

import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { tools } from '../../../scripts/util.mjs';
import { DIST, NODE, ROOT, runnerEnvironment, TOKEN } from './run-action.js';

/** The path of act: from the environment or from `npm run setup`. */
export const ACT = [process.env.DISPATCH_GUARD_ACT, join(tools, 'python', 'bin', 'act')].find(
  (path) => path !== undefined && existsSync(path),
);
const ACT_IS_MISSING = 'act is missing: `npm run setup` puts it in place';

/** Options of the tests that need it. */
export const WITH_ACT = { skip: ACT === undefined && ACT_IS_MISSING };

/** The action that the examples check out with. */
export const CHECKOUT = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1';

/**
 * A stand-in for it, which writes the repository's own scripts under `ci/`. Each records its call.
 * @param {{[name: string]: string}} scripts what each of them does after that
 */
export function checkout(scripts) {
  const files = Object.entries(scripts).map(
    ([name, rest]) => `printf '#!/bin/sh\\necho "${name} $*" >> "$CALLS"\\n${rest}\\n' > ci/${name}`,
  );
  return ['echo "checkout $REF into $DIRECTORY" >> "$CALLS"', 'mkdir -p ci', ...files, 'chmod +x ci/*'].join('\n');
}

/**
 * The results of the named jobs; act does not mention a skipped one.
 * @param {WorkflowRun} ran @param {string[]} jobs
 */
export const resultsOf = (ran, jobs) =>
  Object.fromEntries(jobs.map((name) => [name, ran.jobs[name]?.result ?? 'skipped']));

/**
 * @typedef {object} Job
 * @property {"success" | "failure" | "skipped"} result act does not mention a job that is skipped
 * @property {{[step: string]: string}} steps name of each step that ran, with its outcome
 */

/**
 * @typedef {object} WorkflowRun
 * @property {number | null} code
 * @property {{[job: string]: Job}} jobs those that ran
 * @property {string[]} calls what the stand-ins were called with, in order
 * @property {string} log
 */

/**
 * @param {{workflow: string, eventName: string, event: any, apiUrl: string, environment?: {[name: string]: string},
 *   actions?: {[uses: string]: string}, programs?: string[]}} options
 *   `actions`: `owner/name@ref` of an action to replace, with the text of its `run:` lines; `programs`: names on PATH to replace
 * @returns {Promise<WorkflowRun>}
 */
export async function runWorkflow({
  workflow,
  eventName,
  event,
  apiUrl,
  environment = {},
  actions = {},
  programs = [],
}) {
  if (ACT === undefined) throw new Error(ACT_IS_MISSING);
  const directory = mkdtempSync(join(tmpdir(), 'dispatch-guard-act-'));
  try {
    const calls = join(directory, 'calls');
    writeFileSync(calls, '');

    // A clone of the repository that the workflow belongs to.
    const clone = join(directory, 'clone');
    mkdirSync(join(clone, '.github/workflows'), { recursive: true });
    cpSync(workflow, join(clone, '.github/workflows', basename(workflow)));
    git(clone, 'init', '--quiet', '--initial-branch=main');
    git(clone, 'remote', 'add', 'origin', 'https://github.com/acme/charts.git');
    git(clone, 'add', '.');
    git(
      clone,
      '-c',
      'user.name=mona',
      '-c',
      'user.email=mona@example.com',
      'commit',
      '--quiet',
      '--message=Add the workflow',
    );

    // What `uses: org/dispatch-guard@v1` downloads.
    const action = join(directory, 'dispatch-guard');
    mkdirSync(action);
    for (const part of ['action.yml', 'send', 'report', 'reconcile'])
      cpSync(join(ROOT, part), join(action, part), { recursive: true });
    cpSync(DIST, join(action, 'dist'), { recursive: true });
    const local = [`org/dispatch-guard@v1=${action}`];
    for (const [uses, run] of Object.entries(actions)) {
      const stand = join(directory, uses.replace(/[^a-z0-9]+/gi, '-'));
      mkdirSync(stand);
      writeFileSync(join(stand, 'action.yml'), compositeAction(run));
      local.push(`${uses}=${stand}`);
    }

    const bin = join(directory, 'bin');
    mkdirSync(bin);
    for (const name of programs) {
      writeFileSync(join(bin, name), `#!/bin/sh\necho "${name} $*" >> "$CALLS"\n`);
      chmodSync(join(bin, name), 0o755);
    }

    const eventFile = join(directory, 'event.json');
    writeFileSync(eventFile, JSON.stringify(event));
    // act does not set the ids, the attempt and the address of the API.
    const runner = runnerEnvironment({ eventName, event, apiUrl });
    const told = [
      'GITHUB_API_URL',
      'GITHUB_ACTOR_ID',
      'GITHUB_TRIGGERING_ACTOR',
      'GITHUB_REPOSITORY_ID',
      'GITHUB_SERVER_URL',
    ];
    const variables = {
      ...Object.fromEntries(told.map((name) => [name, runner[name] ?? ''])),
      CALLS: calls,
      ...environment,
    };
    const args = [
      eventName,
      '--json',
      '--platform',
      'ubuntu-latest=-self-hosted',
      '--workflows',
      join('.github/workflows', basename(workflow)),
      '--eventpath',
      eventFile,
    ];
    args.push(
      '--actor',
      environment.GITHUB_ACTOR ?? runner.GITHUB_ACTOR ?? '',
      '--secret',
      `GITHUB_TOKEN=${TOKEN}`,
      '--no-cache-server',
      // act would use the clone instead of running `actions/checkout`.
      '--no-skip-checkout',
    );
    for (const pair of local) args.push('--local-repository', pair);
    for (const [name, value] of Object.entries(variables)) args.push('--env', `${name}=${value}`);

    const child = spawn(ACT, args, {
      cwd: clone,
      env: {
        PATH: [bin, dirname(NODE), process.env.PATH].join(delimiter),
        HOME: directory,
        XDG_CACHE_HOME: join(directory, 'cache'),
        CALLS: calls,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let log = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (log += text));
    const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
    return { code, log: plain(log), jobs: jobsOf(log), calls: readFileSync(calls, 'utf8').split('\n').filter(Boolean) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** An action that has any input and runs a script. @param {string} run */
function compositeAction(run) {
  const inputs = ['ref', 'path', 'persist-credentials', 'name', 'run-id', 'github-token', 'allow-unsafe-pr-checkout']
    .map((name) => `  ${name}:\n    description: ${name}\n`)
    .join('');
  return `name: stand-in\ndescription: stand-in\ninputs:\n${inputs}runs:\n  using: composite\n  steps:\n    - shell: sh\n      env:\n        REF: \${{ inputs.ref }}\n        DIRECTORY: \${{ inputs.path || '.' }}\n      run: |\n${run.replace(/^/gm, '        ')}\n`;
}

/** @param {string} cwd @param {string[]} args */
function git(cwd, ...args) {
  const { status, stderr } = spawnSync('git', args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
}

/** @param {string} log @returns {any[]} */
function entries(log) {
  return log.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}

/** @param {string} log */
function plain(log) {
  return log
    .split('\n')
    .map((line) => entries(line)[0]?.msg ?? line)
    .join('\n');
}

/** @param {string} log */
function jobsOf(log) {
  /** @type {{[job: string]: Job}} */
  const jobs = {};
  for (const { jobID, step, stepResult, jobResult } of entries(log)) {
    if (jobID === undefined) continue;
    const job = (jobs[jobID] ??= { result: 'skipped', steps: {} });
    if (jobResult !== undefined) job.result = jobResult;
    if (stepResult !== undefined) job.steps[step] = stepResult;
  }
  return jobs;
}

// @ts-check
// Stand-ins for the dependencies of the shim, and a way to run its files in a separate process.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OUTPUTS } from '../support/contract.js';

/** @typedef {import('../../../js/core/load.js').Outcome} Outcome */
/** @typedef {import('../../../js/core/load.js').ActionName} ActionName */

/**
 * A directory that is removed after the test.
 * @param {import('node:test').TestContext} t
 */
export function temporaryDirectory(t) {
  const directory = mkdtempSync(join(tmpdir(), 'dispatch-guard-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/**
 * The outcome of an allowed run.
 * @param {Partial<Outcome>} [change]
 * @param {ActionName} [action]
 * @returns {Outcome}
 */
export function allowed(change = {}, action = 'guard') {
  const [deciding, ...others] = OUTPUTS[action];
  return {
    outputs: { ...Object.fromEntries(others.map((name) => [name, `the ${name}`])), [deciding]: 'true' },
    exit_code: 0,
    annotation: null,
    log: ['may proceed'],
    log_groups: [{ title: '2 checks passed', lines: ['one', 'two'] }],
    summary: '# allowed\n',
    files: [],
    ...change,
  };
}

/**
 * A runner that records its calls in order. `failing` names the functions that throw.
 * @param {{ inputs?: Record<string, string>, failing?: string[] }} [behaviour]
 */
export function fakeToolkit({ inputs = {}, failing = [] } = {}) {
  /** @type {{ call: string, value: any }[]} */
  const calls = [];
  const record = (/** @type {string} */ call) => (/** @type {any} */ value) => {
    calls.push({ call, value });
    if (failing.includes(call)) throw new Error(`${call} is broken`);
  };
  return {
    calls,
    /** @param {string} call */
    values: (call) => calls.filter((one) => one.call === call).map((one) => one.value),
    /** The final value of every output. @returns {Record<string, string>} */
    results: () => Object.assign({}, ...calls.filter(({ call }) => call === 'outputs').map(({ value }) => value)),
    runner: {
      inputs: () => inputs,
      outputs: record('outputs'),
      mask: record('mask'),
      log: record('log'),
      logGroup: record('logGroup'),
      annotate: record('annotate'),
      debug: record('debug'),
      summarize: record('summarize'),
    },
  };
}

/** @typedef {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, import('node:stream').Readable>} Child */

/**
 * Runs the text of a module in a separate process. `SHIM` in it is the URL of `js/`.
 * @param {string} code
 * @param {object} [options]
 * @param {NodeJS.ProcessEnv | undefined} [options.environment] over an environment without variables of the runner
 * @param {((child: Child) => void) | undefined} [options.started]
 * @returns {Promise<{ status: number | null, signal: string | null, stdout: string, stderr: string }>}
 */
export async function inProcess(code, { environment = {}, started } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'dispatch-guard-'));
  const program = join(directory, 'program.mjs');
  writeFileSync(program, code.replaceAll('SHIM', new URL('../../../js', import.meta.url).href));
  const runner = /^(INPUT_|GITHUB_|ACTIONS_|RUNNER_|NODE_|(https?|no|all)_proxy$)/i;
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !runner.test(name)));
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
        cwd: directory,
        env: { ...clean, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 20_000,
        killSignal: 'SIGKILL',
      });
      const texts = { stdout: '', stderr: '' };
      child.stdout.setEncoding('utf8').on('data', (text) => (texts.stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text) => (texts.stderr += text));
      child.on('error', reject);
      child.on('close', (status, signal) => resolve({ status, signal, ...texts }));
      started?.(child);
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

// @ts-check
// Starts an action of this repository as the runner does: a separate process, `INPUT_*` and `GITHUB_*` variables,
// command files in a temporary directory, and parsers that follow the runner's. Built-ins only.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readActionFile } from './action-yml.mjs';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The directory that holds the bundles to test. */
export const DIST = resolve(process.env.DISPATCH_GUARD_DIST ?? join(ROOT, 'dist'));

/** The Node that runs them. */
export const NODE = process.env.DISPATCH_GUARD_NODE ?? process.execPath;

/** The value of `${{ github.token }}`: invented, in GitHub's format. */
export const TOKEN = 'ghs_16C7e42F292c6912E7710c838347Ae178B4a';

/** @typedef {"guard" | "send" | "report" | "reconcile"} ActionName */

/** @type {{[name in ActionName]: string}} */
const ACTION_FILES = {
  guard: 'action.yml',
  send: 'send/action.yml',
  report: 'report/action.yml',
  reconcile: 'reconcile/action.yml',
};

/**
 * @typedef {object} RunOptions
 * @property {ActionName} [action]
 * @property {string} [eventName]
 * @property {any} [event] an object, or the text or bytes of the file; `undefined`: no file
 * @property {{[name: string]: string}} [inputs] the inputs under `with:`; others get the default of action.yml
 * @property {{[name: string]: string | undefined}} [environment] overrides of the runner's variables; `undefined` removes one
 * @property {string} [apiUrl]
 * @property {string} [dist] another directory with bundles
 * @property {number} [limitMs] the process is killed after this time
 * @property {string} [shell] a command of `sh` that runs before the process, as `ulimit -f 8`
 * @property {(paths: {workspace: string, directory: string, environment: {[name: string]: string}}) => void} [prepare]
 * @property {(child: import("node:child_process").ChildProcess, paths: {directory: string}) => void} [started]
 */

/**
 * @typedef {object} Command a workflow command in the log
 * @property {string} name
 * @property {{[name: string]: string}} properties
 * @property {string} message
 */

/**
 * @typedef {object} Ran
 * @property {number | null} code exit status; null if a signal ended it
 * @property {string | null} signal
 * @property {boolean} hung whether it had to be killed after `limitMs`
 * @property {{[name: string]: string}} outputs as later steps see them
 * @property {[name: string, value: string][]} written the outputs in the order they were written
 * @property {string} stdout
 * @property {string} stderr
 * @property {string} summary
 * @property {Command[]} commands
 * @property {Command[]} annotations errors, warnings and notices
 * @property {{[path: string]: string}} files what it left in the workspace and in the runner's temporary directory
 * @property {{[name: string]: string}} stateFiles GITHUB_ENV, GITHUB_PATH, GITHUB_STATE
 * @property {any} result output `result`, parsed; undefined if it is not JSON
 * @property {any[]} audit the JSON lines of the log, parsed
 * @property {string[]} auditLines the same, as text
 * @property {number} ms
 */

/** @param {RunOptions} options @returns {Promise<Ran>} */
export async function runAction(options) {
  const {
    action = 'guard',
    eventName = 'repository_dispatch',
    event,
    inputs = {},
    apiUrl = 'http://127.0.0.1:9',
    limitMs = 90_000,
  } = options;
  const directory = mkdtempSync(join(tmpdir(), 'dispatch-guard-'));
  const workspace = join(directory, 'work');
  const temp = join(directory, 'temp');
  const commandFiles = join(directory, 'files');
  for (const path of [workspace, temp, commandFiles]) mkdirSync(path);

  try {
    const eventPath = join(directory, 'event.json');
    if (event !== undefined)
      writeFileSync(eventPath, typeof event === 'string' || Buffer.isBuffer(event) ? event : JSON.stringify(event));
    /** @param {string} name */
    const commandFile = (name) => {
      writeFileSync(join(commandFiles, name), '');
      return join(commandFiles, name);
    };
    const described = readActionFile(join(ROOT, ACTION_FILES[action]));
    const merged = {
      ...runnerEnvironment({ eventName, event, apiUrl }),
      GITHUB_EVENT_PATH: eventPath,
      GITHUB_WORKSPACE: workspace,
      GITHUB_OUTPUT: commandFile('output'),
      GITHUB_STEP_SUMMARY: commandFile('summary'),
      GITHUB_ENV: commandFile('env'),
      GITHUB_PATH: commandFile('path'),
      GITHUB_STATE: commandFile('state'),
      RUNNER_TEMP: temp,
      ...inputVariables(described.inputs, inputs),
      ...options.environment,
    };
    const environment = /** @type {{[name: string]: string}} */ (
      Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined))
    );
    options.prepare?.({ workspace, directory, environment });

    const main = resolve(dirname(join(ROOT, ACTION_FILES[action])), described.main);
    const program = join(options.dist ?? DIST, main.slice(join(ROOT, 'dist').length));
    const begun = performance.now();
    const [file, ...words] = options.shell ? behindShell(options.shell, environment) : [NODE];
    const child = spawn(file ?? NODE, [...words, program], {
      cwd: workspace,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    options.started?.(child, { directory });
    const ended = await ending(child, limitMs);
    const ms = performance.now() - begun;

    /** @param {string} name */
    const left = (name) => {
      const path = join(commandFiles, name);
      return existsSync(path) ? readFileSync(path, 'utf8') : '';
    };
    const written = parseCommandFile(left('output'));
    const outputs = Object.fromEntries(written);
    const commands = [...parseCommands(ended.stdout), ...parseCommands(ended.stderr)];
    const auditLines = lines(ended.stdout).filter((line) => line.startsWith('{') && parseJson(line) !== undefined);
    return {
      ...ended,
      outputs,
      written,
      summary: left('summary'),
      commands,
      annotations: commands.filter(({ name }) => ['error', 'warning', 'notice'].includes(name)),
      files: { ...filesUnder(workspace), ...filesUnder(temp) },
      stateFiles: { env: left('env'), path: left('path'), state: left('state') },
      result: parseJson(outputs.result ?? ''),
      audit: auditLines.map(parseJson),
      auditLines,
      ms,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Starts the program after a command of `sh`, which drops variables with a `-` in their names, as inputs have.
 * @param {string} command
 * @param {{[name: string]: string}} environment
 */
function behindShell(command, environment) {
  const dropped = Object.entries(environment).filter(([name]) => name.includes('-'));
  const assignments = dropped.map(([name, value]) => `${name}=${value}`);
  return ['sh', '-c', `${command}; exec env "$@"`, 'sh', ...assignments, NODE];
}

/**
 * The variables that a runner of github.com sets, for a run of the default branch by the sender of the event.
 * @param {{eventName: string, event: any, apiUrl: string}} facts
 * @returns {{[name: string]: string}}
 */
export function runnerEnvironment({ eventName, event, apiUrl }) {
  const sender = event?.sender ?? { login: 'github-actions[bot]', id: 41898282 };
  return {
    PATH: process.env.PATH ?? '',
    HOME: tmpdir(),
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION: 'guard',
    GITHUB_ACTION_REF: 'v1',
    GITHUB_ACTION_REPOSITORY: 'org/dispatch-guard',
    GITHUB_ACTOR: String(sender.login),
    GITHUB_ACTOR_ID: String(sender.id),
    GITHUB_TRIGGERING_ACTOR: String(sender.login),
    GITHUB_API_URL: apiUrl,
    GITHUB_GRAPHQL_URL: `${apiUrl}/graphql`,
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_EVENT_NAME: eventName,
    GITHUB_JOB: 'guard',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_REF_NAME: 'main',
    GITHUB_REF_PROTECTED: 'true',
    GITHUB_REF_TYPE: 'branch',
    GITHUB_HEAD_REF: '',
    GITHUB_BASE_REF: '',
    GITHUB_REPOSITORY: 'acme/charts',
    GITHUB_REPOSITORY_ID: '100200',
    GITHUB_REPOSITORY_OWNER: 'acme',
    GITHUB_REPOSITORY_OWNER_ID: '1000',
    GITHUB_RETENTION_DAYS: '90',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: '777000',
    GITHUB_RUN_NUMBER: '12',
    GITHUB_SHA: 'badc0de0badc0de0badc0de0badc0de0badc0de0',
    GITHUB_WORKFLOW: 'W5',
    GITHUB_WORKFLOW_REF: 'acme/charts/.github/workflows/w5.yml@refs/heads/main',
    GITHUB_WORKFLOW_SHA: 'badc0de0badc0de0badc0de0badc0de0badc0de0',
    RUNNER_ARCH: 'X64',
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_NAME: 'GitHub Actions 1',
    RUNNER_OS: 'Linux',
  };
}

/** @param {Map<string, string>} defaults @param {{[name: string]: string}} given */
function inputVariables(defaults, given) {
  /** @type {{[name: string]: string}} */
  const variables = {};
  for (const [name, value] of [...defaults, ...Object.entries(given)])
    variables[`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`] = evaluated(value);
  return variables;
}

/** Evaluates the expressions of the defaults. @param {string} text */
function evaluated(text) {
  return text.replace(/\$\{\{ *([^} ]+) *\}\}/g, (_, expression) => {
    const known = { 'github.token': TOKEN, 'github.repository': 'acme/charts', 'job.status': 'success' }[
      String(expression)
    ];
    if (known === undefined) throw new Error(`the expression \`${expression}\` is not known here`);
    return known;
  });
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {number} limitMs
 * @returns {Promise<{code: number | null, signal: string | null, hung: boolean, stdout: string, stderr: string}>}
 */
function ending(child, limitMs) {
  let stdout = '';
  let stderr = '';
  let hung = false;
  child.stdout?.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text) => (stderr += text));
  const clock = setTimeout(() => {
    hung = true;
    child.kill('SIGKILL');
  }, limitMs);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(clock);
      resolve({ code, signal, hung, stdout, stderr });
    });
  });
}

/** Splits at the three line breaks of the runner. @param {string} text */
export function lines(text) {
  return text.split(/\r\n|\n|\r/);
}

/**
 * GITHUB_OUTPUT as the runner reads it: `name=value`, or `name<<DELIMITER`, lines, `DELIMITER`.
 * @param {string} text
 * @returns {[name: string, value: string][]}
 */
export function parseCommandFile(text) {
  return [...commandFileEntries(text)];
}

/**
 * The same entry by entry, since the runner sets the entries before a line that it cannot read.
 * @param {string} text
 * @returns {Generator<[name: string, value: string], void>}
 */
export function* commandFileEntries(text) {
  const rows = text.split('\n');
  if (rows.at(-1) === '') rows.pop();
  for (let row = rows.shift(); row !== undefined; row = rows.shift()) {
    const line = row.replace(/\r$/, '');
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      yield [line.slice(0, equals), line.slice(equals + 1)];
      continue;
    }
    if (heredoc < 1 || heredoc + 2 === line.length)
      throw new Error(`the runner would refuse this line of a command file: ${JSON.stringify(line)}`);
    const delimiter = line.slice(heredoc + 2);
    const value = [];
    for (let part = rows.shift(); part?.replace(/\r$/, '') !== delimiter; part = rows.shift()) {
      if (part === undefined) throw new Error(`the runner would miss the delimiter of \`${line.slice(0, heredoc)}\``);
      value.push(part);
    }
    yield [line.slice(0, heredoc), value.join('\n')];
  }
}

/**
 * Workflow commands, in both forms the runner knows: `::name key=value::message` at the start of a line (after white
 * space), and the older `##[name key=value]message` anywhere in it.
 * @param {string} text
 * @returns {Command[]}
 */
export function parseCommands(text) {
  return lines(text).flatMap((line) => commandOf(line) ?? []);
}

/** @param {string} line @returns {Command | undefined} */
function commandOf(line) {
  const trimmed = line.trimStart();
  const newer = trimmed.startsWith('::') ? trimmed.indexOf('::', 2) : -1;
  if (newer > 0) return command(trimmed.slice(2, newer), trimmed.slice(newer + 2), ',');
  const older = line.indexOf('##[');
  const bracket = older < 0 ? -1 : line.indexOf(']', older);
  return bracket < 0 ? undefined : command(line.slice(older + 3, bracket), line.slice(bracket + 1), ';');
}

/** @param {string} head name and properties @param {string} message @param {string} separator @returns {Command} */
function command(head, message, separator) {
  const [name = '', ...rest] = head.split(' ');
  const pairs = rest.join(' ').split(separator).filter(Boolean);
  return {
    name,
    properties: Object.fromEntries(
      pairs.map((pair) => [pair.slice(0, pair.indexOf('=')).trim(), unescape(pair.slice(pair.indexOf('=') + 1), true)]),
    ),
    message: unescape(message, false),
  };
}

/** @param {string} text @param {boolean} property */
function unescape(text, property) {
  const plain = text.replaceAll('%0D', '\r').replaceAll('%0A', '\n');
  return (property ? plain.replaceAll('%3A', ':').replaceAll('%2C', ',') : plain).replaceAll('%25', '%');
}

/** @param {string} text @returns {any} */
function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param {string} directory @returns {{[path: string]: string}} */
function filesUnder(directory) {
  if (!existsSync(directory)) return {};
  /** @type {{[path: string]: string}} */
  const found = {};
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile())
      found[relative(directory, join(entry.parentPath, entry.name))] = readFileSync(
        join(entry.parentPath, entry.name),
        'utf8',
      );
  }
  return found;
}

// @ts-check

import { statSync, writeFileSync } from 'node:fs';
import { createHost } from '../host/host.js';
import { apiFromDirectory, offlineApi } from './answers.js';
import { loadCore, unwrap } from './core.js';
import { findRoot, repositoryFiles } from './repository.js';
import { escapeLine, stringifySafe } from './escape.js';
import { openEvent, RECORDED } from './events.js';
import { readJson, readText } from './input.js';
import { print, printError } from './print.js';
import { isChange, renderChanges, renderDecision, renderMatrix } from './render.js';
import { terminal } from './terminal.js';
import { EXIT_USAGE, UsageError } from './usage-error.js';

/** @typedef {import('./answers.js').Respond} Respond */
/** @typedef {import('./events.js').Rules} Rules */
/** @typedef {import('./events.js').Source} Source */
/** @typedef {import('./render.js').Case} Case */
/** @typedef {Record<string, string | undefined>} Options */

/** @type {import('./commands.js').Run} */
export async function run(values, positionals) {
  const options = /** @type {Options} */ (values);
  const core = loadCore();
  const flat = list(values.flat);
  // Names of events have underscores, those of inputs have hyphens.
  const isFlat = (/** @type {string} */ word) => flat.length > 0 && /^[a-z-]+=/.test(word);
  flat.push(...positionals.filter(isFlat));
  const words = [...list(values.event), ...positionals.filter((word) => !isFlat(word))];
  if (words.length === 0) throw new UsageError('name an event: `--event FILE`; see `dispatch-guard check --help`');
  const events = words.map((word) => openEvent(word, options['event-name']));
  const policies = readPolicies(core, options, list(values.policy), flat);
  const { against, record } = options;
  if (against !== undefined && policies.length > 1) throw new UsageError('`--against` compares with one policy');
  const baseline =
    against === undefined ? [] : [against === RECORDED ? { label: RECORDED, recorded: true } : readPolicy(against)];

  const missingFiles = new Set();
  const check = createChecker(core, options, (file) => missingFiles.add(file));
  /** @type {Case[][]} a row for each event */
  const cases = [];
  for (const event of events) {
    const row = [];
    for (const rules of [...baseline, ...rulesOf(event, policies)]) row.push(await check(event, rules));
    cases.push(row);
  }
  if (record !== undefined) writeEvidence(record, cases.flat());
  for (const file of missingFiles) printError(escapeLine(`dispatch-guard: ${file} does not exist; answered with 404`));
  const report = against === undefined ? reportDecisions : reportChanges;
  return report(cases, values.json === true);
}

/**
 * @param {Case[][]} cases
 * @param {boolean} asJson
 * @returns {number} the exit status
 */
function reportDecisions(cases, asJson) {
  const all = cases.flat();
  const [only] = all;
  if (all.length === 1 && only !== undefined) {
    print(asJson ? only.answer.result : renderDecision(only, terminal()));
  } else {
    const texts = all.map(({ event, rules, answer }) => {
      const names = stringifySafe({ event: event.label, policy: rules.label });
      return `${names.slice(0, -1)},"result":${answer.result}}`;
    });
    print(asJson ? `[${texts.join(',')}]` : renderMatrix(cases, terminal()));
  }
  return Math.max(...all.map(({ answer }) => answer.exit_code));
}

/**
 * @param {Case[][]} cases the baseline and the new decision of each event
 * @param {boolean} asJson
 * @returns {number} the exit status
 */
function reportChanges(cases, asJson) {
  const pairs = /** @type {[Case, Case][]} */ (cases);
  const texts = pairs.map(([before, after]) => {
    const names = { event: after.event.label, against: before.rules.label, policy: after.rules.label };
    const head = stringifySafe({ ...names, changed: isChange(before, after) });
    return `${head.slice(0, -1)},"before":${before.answer.result},"result":${after.answer.result}}`;
  });
  print(asJson ? `[${texts.join(',')}]` : renderChanges(pairs, terminal()));
  if (cases.flat().some(({ rules, answer }) => answer.exit_code === EXIT_USAGE && !rules.recorded)) return EXIT_USAGE;
  const changed = pairs.filter(([before, after]) => isChange(before, after)).flat();
  // A change from or to a missing answer says nothing about the policies.
  const errors = changed.map(({ answer }) => answer.exit_code).filter((status) => status > EXIT_USAGE);
  return Math.max(Number(changed.length > 0), ...errors);
}

/**
 * A function that makes one decision, with everything that all of them have in common.
 * @param {ReturnType<typeof loadCore>} core
 * @param {Options} options
 * @param {(file: string) => void} onMissingFile called for every answer's file that does not exist
 * @returns {(event: Source, rules: Rules) => Promise<Case>}
 */
function createChecker(core, options, onMissingFile) {
  const url = options['api-url'];
  const token = url === undefined ? '' : (process.env.GITHUB_TOKEN ?? '');
  if (url !== undefined && token === '') throw new UsageError('`--api-url` needs a token in the variable GITHUB_TOKEN');
  if (url !== undefined && options.api !== undefined)
    throw new UsageError('`--api` and `--api-url` exclude each other');
  const keys = options['signing-keys'];
  const common = {
    repository: options.repository,
    actor: options.actor,
    triggering_actor: options['triggering-actor'],
    run_id: options['run-id'],
    run_attempt: options['run-attempt'],
    workflow_ref: options['workflow-ref'],
    server_url: options['server-url'],
    api_url: url,
    token,
    signing_keys: keys === undefined ? '' : readText(keys, `the file of keys \`${keys}\``),
  };
  const redact = (/** @type {string} */ text) => (token === '' ? text : text.replaceAll(token, '***'));
  const host = createHost({ mask() {}, progress() {}, interimOutputs() {}, redact });
  const apiAnswers = openAnswers(options.api, onMissingFile);
  const offline = offlineApi('the command line is offline; no request was made');
  const at = options.at === undefined ? undefined : readTime(options.at);

  return async (event, rules) => {
    if (rules.recorded) {
      if (!event.evidence) throw new UsageError(`\`${event.label}\` is not evidence, so it has no recorded decision`);
      return { event, rules, answer: unwrap(core.recordedDecision(event.bytes)) };
    }
    if (event.eventName === undefined) {
      throw new UsageError(`name the event in \`${event.label}\`: \`--event-name NAME\``);
    }
    const request = {
      ...common,
      policy: rules.policy,
      flat: rules.flat,
      inputs: rules.inputs,
      event_name: event.eventName,
      event_path: event.label,
      environment: event.environment,
      at: at !== undefined,
      record: options.record !== undefined,
      answers: url !== undefined || apiAnswers.respond ? 'host' : '',
      evidence: apiAnswers.evidence,
    };
    const checkHost = {
      ...host,
      ...(url === undefined ? { request: apiAnswers.respond ?? event.respond ?? offline } : {}),
      ...(at === undefined ? {} : { now: () => at }),
    };
    return { event, rules, answer: unwrap(await core.check(JSON.stringify(request), event.bytes, checkHost)) };
  };
}

/**
 * @param {string | undefined} path of a directory or evidence
 * @param {(file: string) => void} onMissingFile
 * @returns {{ respond?: Respond, evidence?: string }}
 */
function openAnswers(path, onMissingFile) {
  if (path === undefined) return {};
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new UsageError(`there is no file or directory \`${path}\`, which \`--api\` names`);
  if (found.isDirectory()) return { respond: apiFromDirectory(path, onMissingFile) };
  return { evidence: readJson(path, `the evidence \`${path}\``).toString() };
}

/**
 * @param {string} path
 * @param {Case[]} cases
 */
function writeEvidence(path, cases) {
  const [only] = cases;
  if (cases.length !== 1 || !only?.answer.evidence) throw new UsageError('`--record` needs one event and one policy');
  try {
    writeFileSync(path, only.answer.evidence);
  } catch (error) {
    throw new UsageError(`the file \`${path}\` cannot be written: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * @param {ReturnType<typeof loadCore>} core
 * @param {Options} options
 * @param {string[]} files
 * @param {string[]} flat
 * @returns {Rules[]}
 */
function readPolicies(core, options, files, flat) {
  const { workflow, job } = options;
  if (Number(files.length > 0) + Number(flat.length > 0) + Number(workflow !== undefined) > 1) {
    throw new UsageError('`--policy`, `--workflow` and `--flat` exclude each other');
  }
  if (workflow !== undefined) {
    const text = readText(workflow, `the workflow \`${workflow}\``);
    const step = core.workflowStep(text, job ?? '', repositoryFiles(findRoot()));
    return [{ label: workflow, inputs: unwrap(step, `\`${workflow}\``) }];
  }
  if (job !== undefined) throw new UsageError('`--job` needs `--workflow`');
  return flat.length > 0 ? [{ label: 'shorthand inputs', flat }] : files.map(readPolicy);
}

/**
 * @param {string} file
 * @returns {Rules}
 */
function readPolicy(file) {
  return { label: file === '-' ? '<stdin>' : file, policy: readText(file, `the policy \`${file}\``) };
}

/**
 * The rules that an event is checked against: those given, otherwise its own.
 * @param {Source} event
 * @param {Rules[]} given
 */
function rulesOf(event, given) {
  if (given.length > 0) return given;
  if (event.rules !== undefined) return [event.rules];
  throw new UsageError(`no rules for \`${event.label}\`: give \`--policy FILE\` or \`--flat NAME=VALUE\``);
}

/**
 * @param {string} text
 * @returns {number} Unix milliseconds
 */
function readTime(text) {
  const [, date = ''] = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.exec(text) ?? [];
  // `Date.parse` accepts 31 February as a day in March.
  const day = new Date(Date.parse(date) || 0).toISOString().slice(0, 10);
  const time = Date.parse(text);
  if (day === date && time >= 0) return time;
  throw new UsageError(`\`--at\` is \`${text}\`; expected a time such as \`2026-01-31T08:00:00Z\``);
}

/**
 * @param {import('./commands.js').Values[string]} value
 * @returns {string[]}
 */
function list(value) {
  return /** @type {string[]} */ (value ?? []);
}

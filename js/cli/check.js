// @ts-check

import { isUtf8 } from 'node:buffer';
import { statSync, writeFileSync } from 'node:fs';
import { openHost } from '../host.js';
import { answersFrom, noAnswers } from './answers.js';
import { openEvent, RECORDED } from './events.js';
import { answered, openCore } from './judge.js';
import { MISUSE, Misuse, readBytes } from './misuse.js';
import { changesText, decisionText, isChange, matrixText } from './show.js';
import { print, printError } from './print.js';
import { terminal } from './terminal.js';
import { json, oneLine } from './text.js';

/** @typedef {import('./answers.js').Respond} Respond */
/** @typedef {import('./events.js').Rules} Rules */
/** @typedef {import('./events.js').Source} Source */
/** @typedef {import('./show.js').Case} Case */
/** @typedef {Record<string, string | undefined>} Options */

/** @type {import('./commands.js').Run} */
export async function run(values, positionals) {
  const options = /** @type {Options} */ (values);
  const core = openCore();
  const flat = list(values.flat);
  /** @type {string[]} */
  const known = flat.length > 0 ? core.vocabulary().flat : [];
  const isFlat = (/** @type {string} */ word) => known.some((name) => word.startsWith(`${name}=`));
  flat.push(...positionals.filter(isFlat));
  const words = [...list(values.event), ...positionals.filter((word) => !isFlat(word))];
  if (words.length === 0) throw new Misuse('say which event: `--event FILE`; `dispatch-guard check --help` tells more');
  const events = words.map((word) => openEvent(word, options['event-name']));
  const policies = readPolicies(list(values.policy), flat);
  const { against, record } = options;
  if (against !== undefined && policies.length > 1) throw new Misuse('`--against` compares with one policy');
  const old =
    against === undefined ? [] : [against === RECORDED ? { label: RECORDED, then: true } : readPolicy(against)];

  const missed = new Set();
  const ask = openAsker(core, options, (file) => missed.add(file));
  /** @type {Case[][]} a row for each event */
  const cases = [];
  for (const event of events) {
    const row = [];
    for (const rules of [...old, ...rulesOf(event, policies)]) row.push(await ask(event, rules));
    cases.push(row);
  }
  if (record !== undefined) writeEvidence(record, cases.flat());
  for (const file of missed) printError(oneLine(`dispatch-guard: there is no ${file}, which counts as a 404`));
  const report = against === undefined ? reportDecisions : reportChanges;
  return report(cases, values.json === true);
}

/**
 * @param {Case[][]} cases
 * @param {boolean} asJson
 * @returns {number} the exit status
 */
function reportDecisions(cases, asJson) {
  const { width, paint } = terminal();
  const all = cases.flat();
  const [only] = all;
  if (all.length === 1 && only !== undefined) {
    print(asJson ? only.answer.result : decisionText(only, width, paint));
  } else {
    const texts = all.map(({ event, rules, answer }) => {
      const names = json({ event: event.label, policy: rules.label });
      return `${names.slice(0, -1)},"result":${answer.result}}`;
    });
    print(asJson ? `[${texts.join(',')}]` : matrixText(cases, width, paint));
  }
  return Math.max(...all.map(({ answer }) => answer.exit_code));
}

/**
 * @param {Case[][]} cases the old decision and the new one of each event
 * @param {boolean} asJson
 * @returns {number} the exit status
 */
function reportChanges(cases, asJson) {
  const { width, paint } = terminal();
  const pairs = /** @type {[Case, Case][]} */ (cases);
  const texts = pairs.map(([before, after]) => {
    const names = { event: after.event.label, against: before.rules.label, policy: after.rules.label };
    const head = json({ ...names, changed: isChange(before, after) });
    return `${head.slice(0, -1)},"before":${before.answer.result},"result":${after.answer.result}}`;
  });
  print(asJson ? `[${texts.join(',')}]` : changesText(pairs, width, paint));
  if (cases.flat().some(({ rules, answer }) => answer.exit_code === MISUSE && !rules.then)) return MISUSE;
  const changed = pairs.filter(([before, after]) => isChange(before, after)).flat();
  // A change from or to an answer that could not be had says nothing about the policies.
  const errors = changed.map(({ answer }) => answer.exit_code).filter((status) => status > MISUSE);
  return Math.max(Number(changed.length > 0), ...errors);
}

/**
 * Everything that the cases have in common.
 * @param {ReturnType<typeof openCore>} core
 * @param {Options} options
 * @param {(file: string) => void} missed told of every answer's file that is not there
 * @returns {(event: Source, rules: Rules) => Promise<Case>}
 */
function openAsker(core, options, missed) {
  const url = options['api-url'];
  const token = url === undefined ? '' : (process.env.GITHUB_TOKEN ?? '');
  if (url !== undefined && token === '') throw new Misuse('`--api-url` needs a token in the variable GITHUB_TOKEN');
  if (url !== undefined && options.api !== undefined) throw new Misuse('`--api` and `--api-url` exclude each other');
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
    signing_keys: keys === undefined ? '' : readText(keys, 'the file of keys'),
  };
  const redact = (/** @type {string} */ text) => (token === '' ? text : text.replaceAll(token, '***'));
  const world = openHost({ mask() {}, redact });
  const given = openAnswers(options.api, missed);
  const none = noAnswers('this is offline, so nothing was asked');
  const at = options.at === undefined ? undefined : readTime(options.at);

  return async (event, rules) => {
    if (rules.then) {
      if (!event.evidence) throw new Misuse(`\`${event.label}\` is no evidence, so no decision stands in it`);
      return { event, rules, answer: answered(core.recordedDecision(event.bytes)) };
    }
    if (event.eventName === undefined) {
      throw new Misuse(`say which event \`${event.label}\` holds: \`--event-name NAME\``);
    }
    const question = {
      ...common,
      policy: rules.policy,
      flat: rules.flat,
      event_name: event.eventName,
      event_path: event.label,
      environment: event.environment,
      at: at !== undefined,
      record: options.record !== undefined,
      answers: url !== undefined || given.respond ? 'host' : '',
      evidence: given.evidence,
    };
    const host = {
      ...world,
      ...(url === undefined ? { request: given.respond ?? event.respond ?? none } : {}),
      ...(at === undefined ? {} : { now: () => at }),
    };
    return { event, rules, answer: answered(await core.check(JSON.stringify(question), event.bytes, host)) };
  };
}

/**
 * @param {string | undefined} path of a folder or evidence
 * @param {(file: string) => void} missed
 * @returns {{ respond?: Respond, evidence?: string }}
 */
function openAnswers(path, missed) {
  if (path === undefined) return {};
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new Misuse(`\`--api\` is \`${path}\`, and there is no such folder or file`);
  return found.isDirectory() ? { respond: answersFrom(path, missed) } : { evidence: readText(path, 'the evidence') };
}

/**
 * @param {string} path
 * @param {Case[]} cases
 */
function writeEvidence(path, cases) {
  const [only] = cases;
  if (cases.length !== 1 || !only?.answer.evidence) throw new Misuse('`--record` takes one event and one policy');
  try {
    writeFileSync(path, only.answer.evidence);
  } catch (error) {
    throw new Misuse(`the file \`${path}\` cannot be written: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * @param {string[]} files
 * @param {string[]} flat
 * @returns {Rules[]}
 */
function readPolicies(files, flat) {
  if (files.length > 0 && flat.length > 0) throw new Misuse('`--policy` and `--flat` exclude each other');
  return flat.length > 0 ? [{ label: 'flat inputs', flat }] : files.map(readPolicy);
}

/**
 * @param {string} file
 * @returns {Rules}
 */
function readPolicy(file) {
  return { label: file === '-' ? '<stdin>' : file, policy: readText(file, 'the policy') };
}

/**
 * The rules that an event is judged by: those given, or else its own.
 * @param {Source} event
 * @param {Rules[]} given
 */
function rulesOf(event, given) {
  if (given.length > 0) return given;
  if (event.rules !== undefined) return [event.rules];
  throw new Misuse(`say by which rules \`${event.label}\` is judged: \`--policy FILE\` or \`--flat NAME=VALUE\``);
}

/**
 * @param {string} file `-` is standard input
 * @param {string} what
 */
function readText(file, what) {
  const bytes = readBytes(file, `${what} \`${file}\``);
  if (!isUtf8(bytes)) throw new Misuse(`${what} \`${file}\` is not UTF-8 text`);
  return bytes.toString();
}

/**
 * @param {string} text
 * @returns {number} Unix milliseconds
 */
function readTime(text) {
  const [, date = ''] = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.exec(text) ?? [];
  // 31 February would be taken for a day in March.
  const day = new Date(Date.parse(date) || 0).toISOString().slice(0, 10);
  const time = Date.parse(text);
  if (day === date && time >= 0) return time;
  throw new Misuse(`\`--at\` is \`${text}\`; it has to be a time such as \`2026-01-31T08:00:00Z\``);
}

/**
 * @param {import('./arguments.js').Values[string]} value
 * @returns {string[]}
 */
function list(value) {
  return /** @type {string[]} */ (value ?? []);
}

// @ts-check
// Where events come from: files, evidence, samples, and the examples of @octokit/webhooks-examples.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { apiFromMap } from './answers.js';
import { readJson } from './input.js';
import { UsageError } from './usage-error.js';

/** @typedef {import('./answers.js').Respond} Respond */

/**
 * The rules that an event is checked against.
 * @typedef {object} Rules
 * @property {string} label
 * @property {string} [policy] YAML
 * @property {string[]} [flat] `NAME=VALUE`
 * @property {Record<string, string>} [inputs] of a step of a workflow
 * @property {boolean} [recorded] whether the recorded decision is meant
 */

/**
 * An event and what is known about it.
 * @typedef {object} Source
 * @property {string} label
 * @property {Uint8Array} bytes of the event file
 * @property {string} [eventName]
 * @property {Record<string, string>} [environment]
 * @property {boolean} [evidence] whether the bytes are evidence rather than an event file
 * @property {Rules} [rules] that belong to the event
 * @property {Respond} [respond] GitHub's answers
 */

/** The label of the rules and the decision in evidence. */
export const RECORDED = 'recorded';

const EXAMPLES = '@octokit/webhooks-examples';

/** @returns {URL} the directory of the samples, next to dist */
const samples = () => new URL('../../samples/', import.meta.url);

/** @returns {string[]} the names of the samples */
export function sampleNames() {
  const files = existsSync(samples()) ? readdirSync(samples()) : [];
  return files.flatMap((file) => /^([^.]+)\.json$/.exec(file)?.[1] ?? []);
}

/**
 * @param {string} word `[NAME=]FILE`, the name of a sample, or that of an example
 * @param {string} [defaultName] the event's name if the word has none
 * @returns {Source}
 * @throws {UsageError}
 */
export function openEvent(word, defaultName) {
  const [, eventName = defaultName, name = word] = /^([a-z_]+)=(.+)$/s.exec(word) ?? [];
  const isFile = name === '-' || /[\\/]|\.json$/.test(name) || statSync(name, { throwIfNoEntry: false })?.isFile();
  const source = isFile ? openFile(name) : openNamed(name);
  return eventName === undefined ? source : { ...source, eventName };
}

/**
 * @param {string} path
 * @returns {Source}
 */
function openFile(path) {
  const bytes = readJson(path, `the event \`${path}\``);
  const label = path === '-' ? '<stdin>' : path;
  const recorded = evidenceIn(bytes);
  if (recorded === undefined) return { label, bytes };
  const eventName = String(recorded.environment?.GITHUB_EVENT_NAME ?? '');
  return { label, bytes, evidence: true, eventName, rules: { label: RECORDED } };
}

/** @param {Buffer} bytes */
function evidenceIn(bytes) {
  // Most events can be large and need not be parsed here.
  if (!bytes.includes('"exchanges"')) return undefined;
  try {
    const document = JSON.parse(bytes.toString());
    return Array.isArray(document?.exchanges) && document.decision ? document : undefined;
  } catch {
    // The core reports what is wrong with it.
    return undefined;
  }
}

/** @param {string} name */
function openNamed(name) {
  if (sampleNames().includes(name)) return openSample(name);
  const example = openExample(name);
  if (example !== undefined) return example;
  throw new UsageError(
    `no file, sample or example \`${name}\`; the samples are ${sampleNames().join(', ')}; ` +
      `examples are named like \`pull_request.opened\` and need the package ${EXAMPLES}`,
  );
}

/**
 * @param {string} name
 * @returns {Source}
 */
function openSample(name) {
  /** @param {string} file */
  const read = (file) => readFileSync(new URL(file, samples()));
  const { event_name, event, inputs, environment = {}, answers = {} } = JSON.parse(read(`${name}.json`).toString());
  /** @param {unknown} value a list of lines, or one line */
  const text = (value) => [value].flat().join('\n');
  const { policy, ...flat } = inputs;
  const given = Object.entries(flat).map(([input, value]) => `${input}=${text(value)}`);
  const bodies = Object.entries(answers).map(([path, file]) => /** @type {const} */ ([path, read(file).toString()]));
  return {
    label: name,
    bytes: read(event),
    eventName: event_name,
    environment,
    rules: { label: 'the sample', ...(policy === undefined ? { flat: given } : { policy: text(policy) }) },
    respond: apiFromMap(new Map(bodies)),
  };
}

/**
 * An example by the name of its event, its action and a number: `pull_request`, `pull_request.closed`,
 * `pull_request.closed.2`.
 * @param {string} name
 * @returns {Source | undefined}
 */
function openExample(name) {
  const events = loadExamples();
  const [eventName, ...rest] = name.split('.');
  const event = events?.find((candidate) => candidate.name === eventName);
  if (event === undefined) return undefined;
  const number = /^[1-9]\d*$/.test(rest.at(-1) ?? '') ? Number(rest.pop()) : 1;
  const [action] = rest;
  const matching = event.examples.filter((example) => action === undefined || example.action === action);
  const example = matching[number - 1];
  if (example !== undefined) return { label: name, bytes: Buffer.from(JSON.stringify(example)), eventName: event.name };
  const actions = [...new Set(event.examples.map((example) => example.action))].filter(Boolean);
  const known = actions.length > 0 ? `; there are examples for ${actions.join(', ')}` : '';
  throw new UsageError(`no example \`${name}\`${known}`);
}

/** @returns {{ name: string, examples: { action?: string }[] }[] | undefined} */
function loadExamples() {
  for (const from of [join(process.cwd(), 'package.json'), import.meta.filename]) {
    try {
      return JSON.parse(readFileSync(createRequire(from).resolve(EXAMPLES), 'utf8'));
    } catch {
      // It is not installed there.
    }
  }
  return undefined;
}
